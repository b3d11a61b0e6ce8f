import Chain
import EVM
import Foundations

/// Arithmetic opcode by opcode: loops that perform one opcode many times on operands of one size.
///
/// A turn of the loop puts the operands of 60 operations on the stack by DUP, then performs the operation and a POP 60
/// times. The empty loops do the same with POPs only; Benchmarks/opcodes.py subtracts them.
enum Opcodes {
    static let unrolled = 60
    /// How many sets of operands take turns, so that no branch sees the same ones all the time.
    static let sets = 5

    struct Loop {
        var name: String
        var operands: String
        var gas: UInt64
        var turns: UInt64
        var code: [UInt8]
        var fork = Fork.cancun
    }

    /// `opcodes MILLISECONDS [OPCODE]… [--evmc LIBRARY]…`: one line for each loop and engine.
    @Sendable static func run(_ words: [String]) throws {
        var arguments = words
        let libraries = EVMCLibrary.take(from: &arguments)
        guard let milliseconds = arguments.first.flatMap(UInt64.init) else {
            Benchmark.fail("opcodes takes MILLISECONDS [OPCODE]… [--evmc LIBRARY]…")
        }
        let chosen = Set(arguments.dropFirst().map { $0.uppercased() })
        if let unknown = chosen.first(where: { name in !operations.contains { $0.name == name } }) {
            Benchmark.fail("'\(unknown)' is no opcode of arithmetic, comparison or bits")
        }
        for inputs in 1...3 {
            let empty = loop("empty", "\(inputs)", nil, inputs, gas: 3, operands: emptyOperands(inputs))
            compare(empty, milliseconds, libraries)
        }
        for operation in operations where chosen.isEmpty || chosen.contains(operation.name) {
            for row in operation.rows {
                let gas = operation.name == "EXP" ? 10 + 50 * (row.operands[0][0].byteWidth) : operation.gas
                var loop = loop(
                    operation.name, row.label, operation.opcode, row.operands[0].count, gas: gas, operands: row.operands
                )
                if operation.name == "CLZ" { loop.fork = .osaka }
                compare(loop, milliseconds, libraries)
            }
        }
    }

    private static func compare(_ loop: Loop, _ milliseconds: UInt64, _ libraries: [EVMCLibrary]) {
        let program = Program(code: loop.code, gasLimit: 1 << 40)
        var engines: [(name: String, call: () -> EVMCLibrary.Call)] = [
            ("Condor", { program.call(.fast, fork: loop.fork) })
        ]
        for library in libraries {
            library.set(code: loop.code)
            engines.append(
                (
                    library.engine,
                    {
                        library.call(
                            input: [], gas: program.gasLimit, revision: loop.fork == .osaka ? .osaka : .cancun)
                    }
                ))
        }
        // The engines take turns, three times; the least counts.
        var best = [EVMCLibrary.Call?](repeating: nil, count: engines.count)
        for _ in 0..<3 {
            for (index, engine) in engines.enumerated() {
                _ = measure(milliseconds: milliseconds / 3, least: 2) {
                    let result = engine.call()
                    if result.nanoseconds < best[index]?.nanoseconds ?? .max { best[index] = result }
                    return result.nanoseconds
                }
            }
        }
        for (engine, result) in zip(engines, best) {
            guard let result else { continue }
            Benchmark.report(
                loop.name,
                [
                    ("gas", loop.gas), ("turns", loop.turns), ("unrolled", UInt64(unrolled)),
                    ("nanoseconds", result.nanoseconds), ("gasUsed", result.gas),
                ],
                texts: [
                    ("operands", loop.operands), ("engine", engine.name), ("output", Hex.encodePrefixed(result.output)),
                    ("code", Hex.encodePrefixed(loop.code)),
                ])
        }
    }

    /// Without an opcode the loop only takes the operands off again.
    private static func loop(
        _ name: String, _ label: String, _ opcode: UInt8?, _ inputs: Int, gas: UInt64, operands: [[UInt256]]
    ) -> Loop {
        // Enough turns that the call around them does not count.
        let turns = Swift.max(100, 20_000 / gas)
        let depth = UInt8(inputs * sets)
        var code: [UInt8] = [0x63] + UInt256(turns).bigEndianBytes.suffix(4)
        for word in operands.joined() { code += [0x7f] + word.bigEndianBytes }
        let start = UInt256(UInt64(code.count)).bigEndianBytes.suffix(2)
        let duplicate = 0x7f + depth
        let swap = 0x8f + depth
        // The JUMPDEST in the middle keeps the last DUP and the first operation apart for who performs both in one.
        code += [0x5b] + [UInt8](repeating: duplicate, count: unrolled * inputs) + [0x5b]
        let once = opcode.map { [$0, 0x50] } ?? [UInt8](repeating: 0x50, count: inputs)
        for _ in 0..<unrolled { code += once }
        // The counter lies below the operands.
        code += [swap, 0x60, 1, 0x90, 0x03, swap, duplicate + 1, 0x61] + start + [0x57]
        // Returns the result of the first set.
        code += [UInt8](repeating: duplicate, count: inputs) + (opcode.map { [$0] } ?? [])
        code += [0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]
        return Loop(name: name, operands: label, gas: gas, turns: turns, code: code)
    }

    private static func emptyOperands(_ inputs: Int) -> [[UInt256]] {
        [[UInt256]](repeating: [UInt256](repeating: .one, count: inputs), count: sets)
    }
}

// MARK: - What is measured

extension Opcodes {
    struct Operation {
        var name: String
        var opcode: UInt8
        var gas: UInt64
        var rows: [(label: String, operands: [[UInt256]])]
    }

    static let sizes: [UInt64] = [8, 64, 128, 192, 256]

    static var operations: [Operation] {
        [
            Operation(name: "ADD", opcode: 0x01, gas: 3, rows: alike(2)),
            Operation(name: "MUL", opcode: 0x02, gas: 5, rows: alike(2)),
            Operation(name: "SUB", opcode: 0x03, gas: 3, rows: alike(2)),
            Operation(name: "DIV", opcode: 0x04, gas: 5, rows: alike(2) + divided()),
            Operation(name: "SDIV", opcode: 0x05, gas: 5, rows: alike(2) + divided()),
            Operation(name: "MOD", opcode: 0x06, gas: 5, rows: alike(2) + divided()),
            Operation(name: "SMOD", opcode: 0x07, gas: 5, rows: alike(2) + divided()),
            Operation(name: "ADDMOD", opcode: 0x08, gas: 8, rows: alike(3) + modulo()),
            Operation(name: "MULMOD", opcode: 0x09, gas: 8, rows: alike(3) + modulo()),
            Operation(name: "EXP", opcode: 0x0a, gas: 10, rows: powers()),
            Operation(name: "SIGNEXTEND", opcode: 0x0b, gas: 5, rows: indexed([0, 7, 15, 30, 31])),
            Operation(name: "LT", opcode: 0x10, gas: 3, rows: alike(2)),
            Operation(name: "GT", opcode: 0x11, gas: 3, rows: alike(2)),
            Operation(name: "SLT", opcode: 0x12, gas: 3, rows: alike(2)),
            Operation(name: "SGT", opcode: 0x13, gas: 3, rows: alike(2)),
            Operation(name: "EQ", opcode: 0x14, gas: 3, rows: alike(2)),
            Operation(name: "ISZERO", opcode: 0x15, gas: 3, rows: alike(1)),
            Operation(name: "AND", opcode: 0x16, gas: 3, rows: alike(2)),
            Operation(name: "OR", opcode: 0x17, gas: 3, rows: alike(2)),
            Operation(name: "XOR", opcode: 0x18, gas: 3, rows: alike(2)),
            Operation(name: "NOT", opcode: 0x19, gas: 3, rows: alike(1)),
            Operation(name: "BYTE", opcode: 0x1a, gas: 3, rows: indexed([0, 7, 15, 31, 32])),
            Operation(name: "SHL", opcode: 0x1b, gas: 3, rows: indexed([1, 64, 130, 255, 256])),
            Operation(name: "SHR", opcode: 0x1c, gas: 3, rows: indexed([1, 64, 130, 255, 256])),
            Operation(name: "SAR", opcode: 0x1d, gas: 3, rows: indexed([1, 64, 130, 255, 256])),
            Operation(name: "CLZ", opcode: 0x1e, gas: 5, rows: alike(1)),
        ]
    }

    /// Words of exactly so many bits, always the same ones. The last of an operation's operands is the opcode's first.
    private static func words(_ bits: UInt64, _ count: Int, salt: UInt64) -> [UInt256] {
        var state = 0x9E37_79B9_7F4A_7C15 &* (bits &+ 1000 &* salt)
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 31)
        }
        return (0..<count).map { _ in
            let word = UInt256(limbs: next(), next(), next(), next()) >> (256 - bits)
            return word | (.one << (bits - 1))
        }
    }

    private static func together(_ columns: [[UInt256]]) -> [[UInt256]] {
        (0..<sets).map { index in columns.map { $0[index] } }
    }

    /// All operands of one size.
    private static func alike(_ inputs: Int) -> [(label: String, operands: [[UInt256]])] {
        sizes.map { bits in
            ("\(bits)", together((0..<inputs).map { words(bits, sets, salt: UInt64($0 + 1)) }))
        }
    }

    /// 256 bits divided by fewer.
    private static func divided() -> [(label: String, operands: [[UInt256]])] {
        sizes.dropLast().map { bits in
            ("256 by \(bits)", together([words(bits, sets, salt: 4), words(256, sets, salt: 5)]))
        }
    }

    private static func modulo() -> [(label: String, operands: [[UInt256]])] {
        sizes.dropLast().map { bits in
            (
                "256 modulo \(bits)",
                together([words(bits, sets, salt: 6), words(256, sets, salt: 7), words(256, sets, salt: 8)])
            )
        }
    }

    private static func powers() -> [(label: String, operands: [[UInt256]])] {
        sizes.map { bits in
            ("256 to \(bits)", together([words(bits, sets, salt: 9), words(256, sets, salt: 10)]))
        }
    }

    /// Words of 256 bits, and which byte or by how many bits.
    private static func indexed(_ places: [UInt64]) -> [(label: String, operands: [[UInt256]])] {
        places.map { place in
            (
                "256 at \(place)",
                together([words(256, sets, salt: 11), [UInt256](repeating: UInt256(place), count: sets)])
            )
        }
    }
}
