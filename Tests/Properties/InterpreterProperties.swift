import Chain
import EVM
import Foundations
import State
import Storage
import Testing

/// Random programs, weighted so that most run for a while: both interpreters must agree on everything that others can
/// see. The reason of a halt may differ, as the fast one checks a block ahead.
@Test func interpretersAgreeOnRandomPrograms() {
    var generator = SeededGenerator(seed: 7)
    var succeeded = 0
    for round in 0..<6000 {
        let fork: Fork =
            [.amsterdam, .osaka, .cancun, .shanghai, .london, .istanbul, .byzantium, .frontier][round % 8]
        let code = program(&generator)
        let input = (0..<(generator.next() % 70)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let gas = [200_000, 30_000, 2_000, 100][Int(generator.next() % 4)] + generator.next() % 100
        let fast = run(code, input, gas, fork, .fast)
        let reference = run(code, input, gas, fork, .reference)
        let isSame =
            kind(fast.result.status) == kind(reference.result.status) && fast.result.gasLeft == reference.result.gasLeft
            && fast.result.output == reference.result.output && fast.diff == reference.diff
            && fast.logs == reference.logs
        #expect(isSame, "\(fork) gas \(gas) code \(Hex.encode(code)) input \(Hex.encode(input))")
        if fast.result.status.isSuccess { succeeded += 1 }
    }
    // The programs must not all die at once.
    #expect(succeeded > 300)
}

/// Every operation behind a PUSH and behind a DUP, where the fast interpreter makes one instruction of two.
@Test func pairsOfOperationsAgree() {
    var generator = SeededGenerator(seed: 11)
    func word() -> UInt256 {
        let small = UInt256(generator.next() % 5 == 0 ? generator.next() : generator.next() % 300)
        return [small, UInt256.max &- small, UInt256(generator.next()) << 190, small << 255][Int(generator.next() % 4)]
    }
    for opcode: UInt8 in Array(0x01...0x20) + [0x50, 0x51, 0x52, 0x53, 0x56, 0x57, 0x90, 0x91] {
        for round in 0..<40 {
            var code: [UInt8] = []
            for _ in 0..<4 { code += [0x7f] + word().bigEndianBytes }
            switch generator.next() % 4 {
            case 0: code += [0x80 + UInt8(generator.next() % 5)]
            case 1: code += [0x61, UInt8(generator.next() % 5), UInt8(truncatingIfNeeded: generator.next())]
            case 2: code += [0x67] + UInt256(generator.next()).bigEndianBytes.suffix(8)
            default: code += [0x5f]
            }
            code += [opcode]
            if generator.next() % 3 == 0 { code += [0x15, 0x60, UInt8(code.count + 4), 0x57, 0x5b] }
            if generator.next() % 3 == 0 { code += [0x90, 0x50] }
            code += [0x60, 0, 0x52, 0x60, 32, 0x52, 0x60, 64, 0x60, 0, 0xf3]
            agree(code, gas: round % 4 == 0 ? 30 + generator.next() % 60 : 100_000, [.frontier, .osaka][round % 2])
        }
    }
}

/// JUMPDESTs behind each other are entered at once, however many: from every distance, with just enough gas and one less.
@Test func runsOfJumpDestinationsAgree() {
    for length in [1, 2, 3, 1022, 1023, 1024, 1025, 2047, 3000] {
        for place in Set([0, 1, length / 2, max(0, length - 1024), max(0, length - 1025), length - 1]) {
            let target = 4 + place
            let run = [UInt8](repeating: 0x5b, count: length)
            let code =
                [0x61, UInt8(target >> 8), UInt8(target & 255), 0x56] + run + [
                    0x58, 0x60, 0, 0x52, 0x60, 32, 0x5f, 0xf3,
                ]
            let cost = UInt64(3 + 8 + length - place + 2 + 3 + 6 + 3 + 2)
            for gas in [cost, cost - 1, cost + 1, UInt64(length - place), 12] { agree(code, gas: gas, .osaka) }
            // The block behind the run wants more of the stack than there is.
            agree([0x61, UInt8(target >> 8), UInt8(target & 255), 0x56] + run + [0x50, 0x00], gas: 100_000, .osaka)
        }
    }
}

private func agree(_ code: [UInt8], gas: UInt64, _ fork: Fork) {
    let fast = run(code, [], gas, fork, .fast)
    let reference = run(code, [], gas, fork, .reference)
    let isSame =
        kind(fast.result.status) == kind(reference.result.status) && fast.result.gasLeft == reference.result.gasLeft
        && fast.result.output == reference.result.output && fast.diff == reference.diff
    #expect(isSame, "\(fork) gas \(gas) code \(Hex.encode(code))")
}

private func kind(_ status: ExecutionStatus) -> Int {
    switch status {
    case .success: 0
    case .revert: 1
    case .halt: 2
    }
}

private func run(
    _ code: [UInt8], _ input: [UInt8], _ gas: UInt64, _ fork: Fork, _ interpreter: Interpreter
) -> (result: MessageResult, diff: StateDiff, logs: [Log]) {
    let target = Address(0x2000)
    let state = MemoryState([
        GenesisAccount(address: Address(0x1000), balance: 1_000_000),
        GenesisAccount(address: target, balance: 77, code: code, storage: [(1, 5), (2, 0)]),
    ])
    let block = BlockContext(
        number: 9, timestamp: 1000, beneficiary: Address(0xc0), gasLimit: gas, baseFeePerGas: 7, chainID: 1, fork: fork,
        blobParameters: .standard(fork))
    var machine = Machine(
        view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: interpreter)
    machine.begin(TransactionContext(origin: Address(0x1000), gasPrice: 10))
    // Twice: the second call is the one that the fast interpreter decodes.
    _ = machine.run(Message(sender: Address(0x1000), to: target, input: input, gas: gas))
    let result = machine.run(Message(sender: Address(0x1000), to: target, value: 3, input: input, gas: gas))
    let logs = machine.journal.logs
    _ = machine.journal.finishTransaction(clearsEmptyAccounts: true)
    return (result, machine.journal.diff(), logs)
}

private func program(_ generator: inout SeededGenerator) -> [UInt8] {
    // Something to work on, so that the first operations find their operands.
    var code: [UInt8] = [0x60, 7, 0x60, 0, 0x60, 33, 0x60, 2, 0x60, 64, 0x60, 1, 0x60, 0]
    let calls: [UInt8] = [0xf1, 0xf2, 0xf4, 0xfa, 0xf0, 0xf5]
    for _ in 0..<(generator.next() % 60 + 4) {
        switch generator.next() % 20 {
        case 0...6:
            let value = generator.next()
            code +=
                value % 3 == 0
                ? [0x61, UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value >> 16)]
                : [0x60, UInt8(truncatingIfNeeded: value >> 8) % 70]
        case 7: code += [0x80 + UInt8(generator.next() % 4)]
        case 8: code += [0x90 + UInt8(generator.next() % 4)]
        case 9: code += [0x5b]
        case 10: code += [[0x51, 0x52, 0x53, 0x54, 0x55, 0x5c, 0x5d, 0x5e][Int(generator.next() % 8)]]
        case 11: code += [UInt8(0x30 + generator.next() % 0x1b)]
        case 12:
            // A jump to somewhere near, sometimes a JUMPDEST.
            code += [0x60, UInt8(truncatingIfNeeded: code.count + 3 + Int(generator.next() % 3)), 0x5b]
            code += [generator.next() % 2 == 0 ? 0x56 : 0x57]
        case 13:
            // A call of itself or of a precompile, or a creation from memory.
            let target: [UInt8] = generator.next() % 2 == 0 ? [0x30] : [0x60, UInt8(generator.next() % 5)]
            code += [0x60, 0x20, 0x60, 0, 0x60, 8, 0x60, 0, 0x60, UInt8(generator.next() % 3)] + target + [0x5a]
            code += [calls[Int(generator.next() % 6)]]
        case 14: code += [0x5a, 0x58, 0x59]
        // DUPN, SWAPN, EXCHANGE with any immediate, on a stack that is deep enough for some.
        case 16 where generator.next() % 4 == 0:
            code += [UInt8](repeating: 0x80, count: Int(generator.next() % 30))
            code += [0xe6 + UInt8(generator.next() % 3), UInt8(truncatingIfNeeded: generator.next())]
        case 15: code += [UInt8(0x0a + generator.next() % 2), 0x20].shuffled(using: &generator)
        default: code += [UInt8(truncatingIfNeeded: generator.next() % 0x1f)]
        }
    }
    let ends: [[UInt8]] = [[], [0x00], [0x60, 0x40, 0x60, 0, 0xf3], [0x60, 0x20, 0x60, 0, 0xfd], [0x30, 0xff]]
    return code + ends[Int(generator.next() % 5)]
}
