import Chain
import EVM
import Execution
import Foundations
import State
import Storage

/// What a unit of gas buys in the natives, and in the interpreter's arithmetic opcodes.
extension PricingBenchmark {
    private static let unit = UInt256(1_000_000_000_000_000_000 as UInt64)

    /// Calls as contracts make them, one a function, with arguments of the dear kind where that makes a difference.
    static func natives(_ bench: inout PricingBench) {
        let wad = unit
        let half = wad >> 1
        var calls: [(signature: String, name: String, words: (UInt256) -> [UInt256])] = []
        for name in ["exp", "exp2", "ln", "log2", "sqrt", "erf", "erfc", "normalDensity", "normalDistribution"] {
            calls.append((name + "(", name, { [wad &+ $0, .zero] }))
        }
        calls.append(("exp(", "exp, exact path", { [wad &* 60 &+ $0, .zero] }))
        calls.append(("exp2(", "exp2, exact path", { [wad &* 100 &+ $0, .zero] }))
        calls.append(("sqrt(", "sqrt, large", { [.max &- $0, .zero] }))
        calls.append(("pow(", "pow", { [wad &+ $0, wad &+ $0, .zero] }))
        calls.append(("pow(", "pow, exact path", { [wad &* 1000 &+ $0, wad &* 15, .zero] }))
        calls.append(("normalQuantile(", "normalQuantile", { [$0 &+ 1, .zero] }))
        calls.append(("mulDiv(", "mulDiv", { [.max &- $0, .max &- $0, .max &- 3, .zero] }))
        let market: (UInt256) -> [UInt256] = { [wad &+ $0, wad, half, wad >> 2, wad >> 4] }
        calls.append(("blackScholes(", "blackScholes", market))
        calls.append(("greeks(", "greeks", { [1] + market($0) + [wad >> 5] }))
        calls.append(("black76(", "black76", { [1] + market($0) }))
        calls.append(
            ("impliedVolatility(", "impliedVolatility", { [0, wad &+ $0, wad, half, wad >> 4, wad >> 5, wad >> 3] }))
        for steps in [1, 101, 501, 2047] {
            calls.append(
                (
                    "american(", "american, \(steps) steps",
                    { [0, 1] + market($0) + [wad >> 5, UInt256(UInt64(steps))] }
                ))
        }
        for (name, kind, count) in [
            ("nothing", 0, 0), ("128 perpetuals", 0, 128), ("1 option", 2, 1), ("128 options", 2, 128),
            ("1 American", 5, 1),
        ] {
            calls.append(("portfolioGrid(", "portfolioGrid, \(name)", { portfolio(UInt64(kind), count, $0) }))
        }
        for (prefix, name, words) in calls {
            for contract in NativeInterfaceFiles.contracts {
                guard let function = contract.functions.first(where: { $0.signature.hasPrefix(prefix) }) else {
                    continue
                }
                var gas: UInt64 = 0
                let selector = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: function.selector >> $0) }
                // Call data are made before the clock starts.
                let inputs = (0..<16).map { index in
                    selector + words(UInt256(UInt64(index) * 77_777_777_777_777)).flatMap { $0.bigEndianBytes }
                }
                var next = 0
                let time = bench.least { _ in
                    next = (next + 1) % inputs.count
                    let outcome = inputs[next].withUnsafeBytes {
                        VenueNatives.runPure(contract.address, input: $0, gasLimit: 1_000_000_000)
                    }
                    guard case .success(let used, let output) = outcome else { return .zero }
                    gas = used
                    return UInt256(UInt64(output[31]))
                }
                bench.report(name, group: "native", gas: gas, picoseconds: time)
            }
        }
    }

    private static func portfolio(_ kind: UInt64, _ count: Int, _ x: UInt256) -> [UInt256] {
        let wad = unit
        let expiries = (0..<4 as Range<UInt64>).flatMap {
            [0, wad &* 100 &+ x, wad &* 101 &+ x, wad / UInt256($0 + 3), wad >> 5]
        }
        let positions = (0..<count).flatMap { index -> [UInt256] in
            [
                UInt256(kind), UInt256(kind == 0 ? 0 : UInt64(index % 4)), wad &* UInt256(UInt64(70 + index)), wad >> 1,
                wad,
            ]
        }
        let first: UInt64 = 5 * 32
        let second = first + 32 * UInt64(1 + expiries.count)
        let third = second + 32 * UInt64(1 + positions.count)
        return [1, wad >> 1, UInt256(first), UInt256(second), UInt256(third), 4] + expiries + [UInt256(UInt64(count))]
            + positions + [0]
    }

    /// Each opcode in a straight run of 1,000 on the operands that cost it most, less the same run without it.
    static func opcodes(_ bench: inout PricingBench) {
        // Name, code, operands, gas.
        let table: [(name: String, code: UInt8, operands: Int, gas: UInt64)] = [
            ("ADD", 0x01, 2, 3), ("MUL", 0x02, 2, 5), ("SUB", 0x03, 2, 3), ("DIV", 0x04, 2, 5), ("SDIV", 0x05, 2, 5),
            ("MOD", 0x06, 2, 5), ("SMOD", 0x07, 2, 5), ("ADDMOD", 0x08, 3, 8), ("MULMOD", 0x09, 3, 8),
            ("EXP, 32 bytes", 0x0a, 2, 10 + 50 * 32), ("SIGNEXTEND", 0x0b, 2, 5), ("LT", 0x10, 2, 3),
            ("SLT", 0x12, 2, 3), ("EQ", 0x14, 2, 3), ("ISZERO", 0x15, 1, 3), ("AND", 0x16, 2, 3), ("NOT", 0x19, 1, 3),
            ("BYTE", 0x1a, 2, 3), ("SHL", 0x1b, 2, 3), ("SHR", 0x1c, 2, 3), ("SAR", 0x1d, 2, 3),
        ]
        var empty: [Int: UInt64] = [:]
        for operands in 1...3 { empty[operands] = time(nil, operands, &bench) }
        for (name, code, operands, gas) in table {
            let whole = time(code, operands, &bench)
            // Without the opcode there is a POP for each operand, with it one for its result.
            let rest = empty[operands] ?? 0
            bench.report(name, group: "opcode", gas: gas, picoseconds: whole > rest ? whole - rest : 0)
        }
    }

    /// Picoseconds of one opcode with its DUPs and POPs.
    private static func time(_ code: UInt8?, _ operands: Int, _ bench: inout PricingBench) -> UInt64 {
        let repeats = 1000
        var program: [UInt8] = []
        // Of full width, the divisor of three limbs and the modulus of four: the longest divisions there are.
        let words: [UInt256] = [
            UInt256(limbs: 0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93),
            operands == 3
                ? UInt256(limbs: 0x2545_f491_4f6c_dd1d, 0x9e37_79b9, 0xda94_2042_e4dd_58b5, 0xfa94_2042_e4dd_58b5)
                : UInt256(limbs: 0x2545_f491_4f6c_dd1d, 0x9e37_79b9, 0xda94_2042_e4dd_58b5, code == 0x0a ? .max : 0),
            UInt256(limbs: 0xda94_2042_e4dd_58b5, 0x94d0_49bb_1331_11eb, 0x2545_f491_4f6c_dd1d, 0xf000_0000_0000_0001),
        ]
        for index in 0..<operands {
            // The first operand lies on top.
            program.append(0x7f)
            program += words[operands - 1 - index].bigEndianBytes
        }
        for _ in 0..<repeats {
            program += [UInt8](repeating: 0x80 + UInt8(operands - 1), count: operands)
            if let code { program += [code, 0x50] } else { program += [UInt8](repeating: 0x50, count: operands) }
        }
        let target = Address(0xcc)
        let state = MemoryState([GenesisAccount(address: target, code: program, storage: [])])
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: 1_000_000_000, chainID: 1, fork: .osaka)
        var machine = Machine(view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer())
        machine.begin(TransactionContext(origin: Address(0x11), gasPrice: .zero))
        return bench.least { _ in
            let result = machine.run(
                Message(sender: Address(0x11), to: target, value: .zero, input: [], gas: 1_000_000_000))
            return UInt256(UInt64(result.gasLeft))
        } / UInt64(repeats)
    }
}
