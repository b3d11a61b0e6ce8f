import Chain
import EVM
import Foundations
import State
import Storage
import Testing

/// A native that counts its calls in slot 1, calls the contract that its input names, and answers what that answered.
private struct Caller: NativeContracts {
    static let address = Address(0x0c99)

    func contains(_ address: Address) -> Bool { address == Caller.address }

    func run(_ message: NativeMessage, host: inout some NativeHost) -> NativeOutcome {
        guard message.input.count == 32, !message.isDelegated, let storage = host.storage(of: message.contract) else {
            return .revert(gasUsed: 10, output: [1])
        }
        guard host.beginWriting() else { return .revert(gasUsed: 10, output: [2]) }
        defer { host.endWriting() }
        host.store(storage, 1, host.load(storage, 1) &+ 1)
        host.log(Log(address: message.contract, topics: [], data: [7]))
        let target = Address(UInt256(bigEndian: message.input))
        if target == .zero { return .revert(gasUsed: 10, output: [3]) }
        let result = host.call(target, from: message.contract, input: message.input, gas: message.gas - 100)
        return .success(gasUsed: 100 + result.gasUsed, output: result.output)
    }
}

struct NativeContractTests {
    /// Keeps 42 on the stack, calls the native with a word, and returns 42 + success + the word that came back.
    private static func asking(for word: UInt16, by opcode: String = "f1") -> String {
        let hex = String(word, radix: 16)
        let padded = String(repeating: "0", count: 4 - hex.count) + hex
        let value = opcode == "f1" ? "5f" : ""
        return "602a" + "61\(padded)5f52" + "6020602060205f\(value)610c99620f4240\(opcode)" + "6020510101"
            + "5f5260205ff3"
    }

    /// Counts in slot 0 and returns 7.
    private static let counter = "5f546001015f5560075f5260205ff3"
    /// Calls the native and returns whether that succeeded.
    private static let reentrant = "6130015f526020602060205f5f610c99620186a0f15f5260205ff3"

    private func machine(_ codes: [(UInt64, String)]) -> Machine<MemoryState, Caller, NoTracer> {
        let accounts = codes.map { GenesisAccount(address: Address(UInt256($0.0)), code: Hex.decode($0.1)!) }
        let block = BlockContext(
            number: 9, timestamp: 1000, beneficiary: .zero, gasLimit: 10_000_000, chainID: 1, fork: .osaka)
        var machine = Machine(view: MemoryState(accounts), block: block, natives: Caller(), tracer: NoTracer())
        machine.begin(TransactionContext(origin: .zero, gasPrice: .zero))
        return machine
    }

    private func slot(_ machine: inout Machine<MemoryState, Caller, NoTracer>, _ address: UInt64, _ slot: UInt256)
        -> UInt256
    {
        let account = machine.journal.load(Address(UInt256(address)))
        let position = machine.journal.loadSlot(account, slot)
        return machine.journal.value(ofSlot: position)
    }

    @Test func aNativeCallsAContractAndItsCallerGoesOn() {
        var machine = machine([(0x2000, Self.asking(for: 0x3000)), (0x3000, Self.counter)])
        for round in 1...3 as ClosedRange<UInt64> {
            let result = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 5_000_000))
            #expect(result.status == .success)
            #expect(UInt256(bigEndian: result.output) == UInt256(42 + 1 + 7 as UInt64))
            #expect(slot(&machine, 0x0c99, 1) == UInt256(round))
            #expect(slot(&machine, 0x3000, 0) == UInt256(round))
        }
        #expect(machine.journal.logs.count == 3)
    }

    @Test func aTransactionReachesANativeDirectly() {
        var machine = machine([(0x3000, Self.counter)])
        let input = UInt256(0x3000).bigEndianBytes
        let result = machine.run(Message(sender: .zero, to: Caller.address, input: input, gas: 5_000_000))
        #expect(result.status == .success && UInt256(bigEndian: result.output) == 7)
        #expect(slot(&machine, 0x3000, 0) == 1)
    }

    @Test func whoIsCalledByANativeCannotMakeItWriteAgain() {
        var machine = machine([(0x2000, Self.asking(for: 0x3001)), (0x3001, Self.reentrant)])
        let result = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 5_000_000))
        #expect(UInt256(bigEndian: result.output) == UInt256(42 + 1 + 0 as UInt64))
        #expect(slot(&machine, 0x0c99, 1) == 1)
    }

    @Test func whatARevertedNativeDidIsGone() {
        var machine = machine([(0x2000, Self.asking(for: 0))])
        let result = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 5_000_000))
        // The output of one byte lies at the front of the word.
        #expect(UInt256(bigEndian: result.output) == 42 + 0 + UInt256(3) << 248)
        #expect(slot(&machine, 0x0c99, 1) == 0 && machine.journal.logs.isEmpty)
    }

    @Test func aStaticCallThatWritesHalts() {
        var machine = machine([(0x2000, Self.asking(for: 0x3000, by: "fa")), (0x3000, Self.counter)])
        let result = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 5_000_000))
        #expect(UInt256(bigEndian: result.output) == UInt256(42 as UInt64))
        #expect(result.gasLeft < 4_100_000, "all of the million passed is gone")
        #expect(slot(&machine, 0x0c99, 1) == 0 && slot(&machine, 0x3000, 0) == 0)
    }

    @Test func aNativeKnowsThatItIsDelegated() {
        var machine = machine([(0x2000, Self.asking(for: 0x3000, by: "f4")), (0x3000, Self.counter)])
        let result = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 5_000_000))
        #expect(UInt256(bigEndian: result.output) == 42 + 0 + UInt256(1) << 248)
    }
}
