import Chain
import EVM
import Foundation
import Foundations
import State
import Storage
import Testing

/// A world with one contract, and a call to it.
func call(
    _ code: String, input: [UInt8] = [], gas: UInt64 = 1_000_000, value: UInt256 = .zero, fork: Fork = .latest,
    interpreter: Interpreter = .fast
) -> (result: MessageResult, diff: StateDiff) {
    let sender = Address(0x1000)
    let target = Address(0x2000)
    let state = MemoryState([
        GenesisAccount(address: sender, balance: 1_000_000),
        GenesisAccount(address: target, balance: 5, code: Hex.decode(code)!),
    ])
    let block = BlockContext(
        number: 1, timestamp: 1000, beneficiary: .zero, gasLimit: gas, chainID: 1, fork: fork,
        blobParameters: .standard(fork))
    var machine = Machine(
        view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: interpreter)
    machine.begin(TransactionContext(origin: sender, gasPrice: 1))
    let result = machine.run(Message(sender: sender, to: target, value: value, input: input, gas: gas))
    _ = machine.journal.finishTransaction(clearsEmptyAccounts: true)
    return (result, machine.journal.diff())
}

@Suite struct MachineTests {
    @Test(arguments: [Interpreter.fast, .reference])
    func addsAndReturns(_ interpreter: Interpreter) {
        let (result, _) = call("600160020160005260206000f3", interpreter: interpreter)
        #expect(result.status == .success)
        #expect(UInt256(bigEndian: result.output) == 3)
        #expect(result.gasLeft == 1_000_000 - 24)
    }

    @Test(arguments: [
        ("01", HaltReason.stackUnderflow), ("5b6001600056", .stackOverflow), ("fe", .invalidOpcode),
        ("600456", .invalidJump), ("6001565b", .invalidJump), ("60015f5f3e", .returnDataOutOfBounds),
        ("63ffffffff5163ffffffff51", .outOfGas), ("0c", .invalidOpcode),
    ])
    func haltsForItsReason(_ code: String, _ reason: HaltReason) {
        // The jump of the second case lands on 0 for ever and pushes one word a round.
        let gas: UInt64 = 10_000_000
        for interpreter in [Interpreter.fast, .reference] {
            let (result, _) = call(code, gas: gas, interpreter: interpreter)
            #expect(result.status == .halt(reason), "\(code)")
            #expect(result.gasLeft == 0 && result.output.isEmpty)
        }
    }

    @Test func aRevertTakesStorageBackAndKeepsGas() {
        // sstore(0, 1); mstore(0, 7); revert(31, 1)
        let (result, diff) = call("60015f5560075f526001601ffd")
        #expect(result.status == .revert && result.output == [7])
        #expect(result.gasLeft > 900_000)
        #expect(diff.accounts.allSatisfy { $0.slots.isEmpty })
    }

    /// A contract that calls itself with all its gas until the depth limit, on a thread with a stack of 512 KiB.
    @Test(arguments: [Interpreter.fast, .reference])
    func aThousandFramesNeedNoHostStack(_ interpreter: Interpreter) async {
        // slot 0 counts: sload(0) + 1 → slot 0; call(gas, self, 0, 0, 0, 0, 0)
        let code = "5f546001015f555f5f5f5f5f305af100"
        let depth = await withCheckedContinuation { continuation in
            let thread = Thread {
                // Before EIP-150 all gas could be passed on, and 1,024 was what stopped a recursion.
                let (result, diff) = call(
                    code.replacingOccurrences(of: "5f", with: "6000"), gas: 1_000_000_000, fork: .homestead,
                    interpreter: interpreter)
                let slots = diff.accounts.first { $0.address == Address(0x2000) }?.slots ?? []
                continuation.resume(returning: result.status.isSuccess ? slots.first?.value : nil)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        // The outermost frame and 1,024 below it; `gas` asks for more than is left once the call is paid, so that
        // Homestead halts the last frames: what matters is that the host survives and the count is deterministic.
        let (result, diff) = call(
            code.replacingOccurrences(of: "5f", with: "6000"), gas: 1_000_000_000, fork: .homestead,
            interpreter: interpreter == .fast ? .reference : .fast)
        let slots = diff.accounts.first { $0.address == Address(0x2000) }?.slots ?? []
        #expect(depth == (result.status.isSuccess ? slots.first?.value : nil))
    }

    @Test(arguments: [Interpreter.fast, .reference])
    func callsReachTheDepthLimit(_ interpreter: Interpreter) async {
        // Passes gas − 50,000 down each time, so that the limit of 1,024 is what ends the recursion.
        let code = "6000546001016000556000600060006000600030" + "61c3505a03" + "f100"
        let reached = await withCheckedContinuation { continuation in
            let thread = Thread {
                let (result, diff) = call(code, gas: 1_000_000_000, fork: .homestead, interpreter: interpreter)
                let slots = diff.accounts.first { $0.address == Address(0x2000) }?.slots ?? []
                continuation.resume(returning: (result.status, slots.first?.value))
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        #expect(reached.0 == .success)
        #expect(reached.1 == 1025)
    }

    @Test func theTracerSeesEveryStep() {
        struct Recorder: Tracer {
            static var isEnabled: Bool { true }
            var steps: [TraceStep] = []
            mutating func step(_ step: TraceStep) { steps.append(step) }
            mutating func fault(_ reason: HaltReason) {}
        }
        let state = MemoryState([GenesisAccount(address: Address(0x2000), code: Hex.decode("6001600201")!)])
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: 100, chainID: 1, fork: .osaka)
        var machine = Machine(view: state, block: block, natives: NoNativeContracts(), tracer: Recorder())
        machine.begin(TransactionContext(origin: .zero, gasPrice: .zero))
        _ = machine.run(Message(sender: .zero, to: Address(0x2000), gas: 100))
        #expect(machine.tracer.steps.map(\.opcode) == [0x60, 0x60, 0x01, 0x00])
        #expect(machine.tracer.steps.map(\.gas) == [100, 97, 94, 91])
        #expect(machine.tracer.steps.map(\.gasCost) == [3, 3, 3, 0])
        #expect(machine.tracer.steps[2].stack == [1, 2] && machine.tracer.steps[2].depth == 1)
    }
}
