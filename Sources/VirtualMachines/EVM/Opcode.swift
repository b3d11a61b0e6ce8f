public import Chain

/// One row of the opcode table: the truth from which dispatch, both interpreters and `docs/opcodes.md` come.
public struct OpcodeDefinition: Sendable {
    public let opcode: UInt8
    public let name: StaticString
    /// Words that it takes from the stack and puts there.
    public let stackIn: UInt8
    public let stackOut: UInt8
    /// Bytes of immediate data behind it in the code.
    public let immediateBytes: UInt8
    public let introducedIn: Fork
    /// The gas that it always costs, by the fork from which the price holds, oldest first. What depends on operands or
    /// state comes on top and is charged by the operation itself.
    public let gas: [(from: Fork, cost: UInt16)]

    init(
        _ opcode: UInt8, _ name: StaticString, in stackIn: UInt8 = 0, out stackOut: UInt8 = 0,
        immediate immediateBytes: UInt8 = 0, gas: UInt16, _ repriced: (from: Fork, cost: UInt16)...,
        since introducedIn: Fork = .frontier
    ) {
        self.opcode = opcode
        self.name = name
        self.stackIn = stackIn
        self.stackOut = stackOut
        self.immediateBytes = immediateBytes
        self.introducedIn = introducedIn
        self.gas = [(introducedIn, gas)] + repriced
    }

    /// The constant gas in `fork`.
    public func gas(in fork: Fork) -> UInt16 {
        var cost = gas[0].cost
        for price in gas where price.from <= fork { cost = price.cost }
        return cost
    }
}

extension OpcodeDefinition {
    /// Every opcode, ascending. Prices: Yellow Paper appendix H, then EIP-150, 1884, 2929, 3855, 5656, 1153, 4844, 7939, 7843, 8024, 8037.
    public static func all() -> [OpcodeDefinition] {
        var table: [OpcodeDefinition] = [
            OpcodeDefinition(0x00, "STOP", gas: 0),
            OpcodeDefinition(0x01, "ADD", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x02, "MUL", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x03, "SUB", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x04, "DIV", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x05, "SDIV", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x06, "MOD", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x07, "SMOD", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x08, "ADDMOD", in: 3, out: 1, gas: 8),
            OpcodeDefinition(0x09, "MULMOD", in: 3, out: 1, gas: 8),
            OpcodeDefinition(0x0a, "EXP", in: 2, out: 1, gas: 10),
            OpcodeDefinition(0x0b, "SIGNEXTEND", in: 2, out: 1, gas: 5),
            OpcodeDefinition(0x10, "LT", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x11, "GT", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x12, "SLT", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x13, "SGT", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x14, "EQ", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x15, "ISZERO", in: 1, out: 1, gas: 3),
            OpcodeDefinition(0x16, "AND", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x17, "OR", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x18, "XOR", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x19, "NOT", in: 1, out: 1, gas: 3),
            OpcodeDefinition(0x1a, "BYTE", in: 2, out: 1, gas: 3),
            OpcodeDefinition(0x1b, "SHL", in: 2, out: 1, gas: 3, since: .constantinople),
            OpcodeDefinition(0x1c, "SHR", in: 2, out: 1, gas: 3, since: .constantinople),
            OpcodeDefinition(0x1d, "SAR", in: 2, out: 1, gas: 3, since: .constantinople),
            OpcodeDefinition(0x1e, "CLZ", in: 1, out: 1, gas: 5, since: .osaka),
            OpcodeDefinition(0x20, "KECCAK256", in: 2, out: 1, gas: 30),
            OpcodeDefinition(0x30, "ADDRESS", out: 1, gas: 2),
            OpcodeDefinition(
                0x31, "BALANCE", in: 1, out: 1, gas: 20, (.tangerineWhistle, 400), (.istanbul, 700), (.berlin, 0)),
            OpcodeDefinition(0x32, "ORIGIN", out: 1, gas: 2),
            OpcodeDefinition(0x33, "CALLER", out: 1, gas: 2),
            OpcodeDefinition(0x34, "CALLVALUE", out: 1, gas: 2),
            OpcodeDefinition(0x35, "CALLDATALOAD", in: 1, out: 1, gas: 3),
            OpcodeDefinition(0x36, "CALLDATASIZE", out: 1, gas: 2),
            OpcodeDefinition(0x37, "CALLDATACOPY", in: 3, gas: 3),
            OpcodeDefinition(0x38, "CODESIZE", out: 1, gas: 2),
            OpcodeDefinition(0x39, "CODECOPY", in: 3, gas: 3),
            OpcodeDefinition(0x3a, "GASPRICE", out: 1, gas: 2),
            OpcodeDefinition(0x3b, "EXTCODESIZE", in: 1, out: 1, gas: 20, (.tangerineWhistle, 700), (.berlin, 0)),
            OpcodeDefinition(0x3c, "EXTCODECOPY", in: 4, gas: 20, (.tangerineWhistle, 700), (.berlin, 0)),
            OpcodeDefinition(0x3d, "RETURNDATASIZE", out: 1, gas: 2, since: .byzantium),
            OpcodeDefinition(0x3e, "RETURNDATACOPY", in: 3, gas: 3, since: .byzantium),
            OpcodeDefinition(
                0x3f, "EXTCODEHASH", in: 1, out: 1, gas: 400, (.istanbul, 700), (.berlin, 0), since: .constantinople),
            OpcodeDefinition(0x40, "BLOCKHASH", in: 1, out: 1, gas: 20),
            OpcodeDefinition(0x41, "COINBASE", out: 1, gas: 2),
            OpcodeDefinition(0x42, "TIMESTAMP", out: 1, gas: 2),
            OpcodeDefinition(0x43, "NUMBER", out: 1, gas: 2),
            // DIFFICULTY before Paris. https://eips.ethereum.org/EIPS/eip-4399
            OpcodeDefinition(0x44, "PREVRANDAO", out: 1, gas: 2),
            OpcodeDefinition(0x45, "GASLIMIT", out: 1, gas: 2),
            OpcodeDefinition(0x46, "CHAINID", out: 1, gas: 2, since: .istanbul),
            OpcodeDefinition(0x47, "SELFBALANCE", out: 1, gas: 5, since: .istanbul),
            OpcodeDefinition(0x48, "BASEFEE", out: 1, gas: 2, since: .london),
            OpcodeDefinition(0x49, "BLOBHASH", in: 1, out: 1, gas: 3, since: .cancun),
            OpcodeDefinition(0x4a, "BLOBBASEFEE", out: 1, gas: 2, since: .cancun),
            OpcodeDefinition(0x4b, "SLOTNUM", out: 1, gas: 2, since: .amsterdam),
            OpcodeDefinition(0x50, "POP", in: 1, gas: 2),
            OpcodeDefinition(0x51, "MLOAD", in: 1, out: 1, gas: 3),
            OpcodeDefinition(0x52, "MSTORE", in: 2, gas: 3),
            OpcodeDefinition(0x53, "MSTORE8", in: 2, gas: 3),
            OpcodeDefinition(
                0x54, "SLOAD", in: 1, out: 1, gas: 50, (.tangerineWhistle, 200), (.istanbul, 800), (.berlin, 0)),
            OpcodeDefinition(0x55, "SSTORE", in: 2, gas: 0),
            OpcodeDefinition(0x56, "JUMP", in: 1, gas: 8),
            OpcodeDefinition(0x57, "JUMPI", in: 2, gas: 10),
            OpcodeDefinition(0x58, "PC", out: 1, gas: 2),
            OpcodeDefinition(0x59, "MSIZE", out: 1, gas: 2),
            OpcodeDefinition(0x5a, "GAS", out: 1, gas: 2),
            OpcodeDefinition(0x5b, "JUMPDEST", gas: 1),
            OpcodeDefinition(0x5c, "TLOAD", in: 1, out: 1, gas: 100, since: .cancun),
            OpcodeDefinition(0x5d, "TSTORE", in: 2, gas: 100, since: .cancun),
            OpcodeDefinition(0x5e, "MCOPY", in: 3, gas: 3, since: .cancun),
            OpcodeDefinition(0x5f, "PUSH0", out: 1, gas: 2, since: .shanghai),
        ]
        // StaticString cannot be computed, so that the names of the three families are written out.
        let pushNames: [StaticString] = [
            "PUSH1", "PUSH2", "PUSH3", "PUSH4", "PUSH5", "PUSH6", "PUSH7", "PUSH8", "PUSH9", "PUSH10", "PUSH11",
            "PUSH12",
            "PUSH13", "PUSH14", "PUSH15", "PUSH16", "PUSH17", "PUSH18", "PUSH19", "PUSH20", "PUSH21", "PUSH22",
            "PUSH23",
            "PUSH24", "PUSH25", "PUSH26", "PUSH27", "PUSH28", "PUSH29", "PUSH30", "PUSH31", "PUSH32",
        ]
        let duplicateNames: [StaticString] = [
            "DUP1", "DUP2", "DUP3", "DUP4", "DUP5", "DUP6", "DUP7", "DUP8", "DUP9", "DUP10", "DUP11", "DUP12", "DUP13",
            "DUP14", "DUP15", "DUP16",
        ]
        let swapNames: [StaticString] = [
            "SWAP1", "SWAP2", "SWAP3", "SWAP4", "SWAP5", "SWAP6", "SWAP7", "SWAP8", "SWAP9", "SWAP10", "SWAP11",
            "SWAP12",
            "SWAP13", "SWAP14", "SWAP15", "SWAP16",
        ]
        for size in 1...32 as ClosedRange<UInt8> {
            table.append(OpcodeDefinition(0x5f + size, pushNames[Int(size) - 1], out: 1, immediate: size, gas: 3))
        }
        for depth in 1...16 as ClosedRange<UInt8> {
            table.append(
                OpcodeDefinition(0x7f + depth, duplicateNames[Int(depth) - 1], in: depth, out: depth + 1, gas: 3))
        }
        for depth in 1...16 as ClosedRange<UInt8> {
            table.append(
                OpcodeDefinition(0x8f + depth, swapNames[Int(depth) - 1], in: depth + 1, out: depth + 1, gas: 3))
        }
        table += [
            OpcodeDefinition(0xa0, "LOG0", in: 2, gas: 375),
            OpcodeDefinition(0xa1, "LOG1", in: 3, gas: 750),
            OpcodeDefinition(0xa2, "LOG2", in: 4, gas: 1125),
            OpcodeDefinition(0xa3, "LOG3", in: 5, gas: 1500),
            OpcodeDefinition(0xa4, "LOG4", in: 6, gas: 1875),
            // How far into the stack these three reach, the immediate says: `StackImmediate`.
            OpcodeDefinition(0xe6, "DUPN", out: 1, immediate: 1, gas: 3, since: .amsterdam),
            OpcodeDefinition(0xe7, "SWAPN", immediate: 1, gas: 3, since: .amsterdam),
            OpcodeDefinition(0xe8, "EXCHANGE", immediate: 1, gas: 3, since: .amsterdam),
            OpcodeDefinition(0xf0, "CREATE", in: 3, out: 1, gas: 32000, (.amsterdam, 9000)),
            OpcodeDefinition(0xf1, "CALL", in: 7, out: 1, gas: 40, (.tangerineWhistle, 700), (.berlin, 0)),
            OpcodeDefinition(0xf2, "CALLCODE", in: 7, out: 1, gas: 40, (.tangerineWhistle, 700), (.berlin, 0)),
            OpcodeDefinition(0xf3, "RETURN", in: 2, gas: 0),
            OpcodeDefinition(
                0xf4, "DELEGATECALL", in: 6, out: 1, gas: 40, (.tangerineWhistle, 700), (.berlin, 0),
                since: .homestead),
            OpcodeDefinition(0xf5, "CREATE2", in: 4, out: 1, gas: 32000, (.amsterdam, 9000), since: .constantinople),
            OpcodeDefinition(0xfa, "STATICCALL", in: 6, out: 1, gas: 700, (.berlin, 0), since: .byzantium),
            OpcodeDefinition(0xfd, "REVERT", in: 2, gas: 0, since: .byzantium),
            OpcodeDefinition(0xfe, "INVALID", gas: 0),
            OpcodeDefinition(0xff, "SELFDESTRUCT", in: 1, gas: 0, (.tangerineWhistle, 5000)),
        ]
        return table
    }
}

/// The table of one fork, flat, for dispatch.
public struct OpcodeTable: Sendable {
    /// What the interpreter needs of an opcode; `isDefined` is false for bytes that are no opcode in the fork.
    public struct Entry: Sendable, BitwiseCopyable {
        public var isDefined = false
        public var stackIn: UInt8 = 0
        public var stackOut: UInt8 = 0
        public var immediateBytes: UInt8 = 0
        public var gas: UInt16 = 0
    }

    public private(set) var entries: [Entry]

    private static let tables = Fork.allCases.map { OpcodeTable(fork: $0) }

    /// The table of a fork, made once.
    public static func of(_ fork: Fork) -> OpcodeTable { tables[Int(fork.rawValue)] }

    private init(fork: Fork) {
        entries = [Entry](repeating: Entry(), count: 256)
        for definition in OpcodeDefinition.all() where definition.introducedIn <= fork && definition.opcode != 0xfe {
            entries[Int(definition.opcode)] = Entry(
                isDefined: true, stackIn: definition.stackIn, stackOut: definition.stackOut,
                immediateBytes: definition.immediateBytes, gas: definition.gas(in: fork))
        }
    }
}
