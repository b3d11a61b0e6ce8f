import Chain
import Cryptography
import EVM
import Execution
import Foundation
import Foundations
import JSONText
import State
import Storage

/// EVM programs: code, input and storage, each call in a fresh world; code is analysed and decoded by the first one.
enum Programs {
    /// `programs FILE NAME MILLISECONDS [reference]`: FILE as ../shared/fixtures/bench/programs.json.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count >= 3, let milliseconds = UInt64(arguments[2]) else {
            Benchmark.fail("programs takes FILE NAME MILLISECONDS [reference]")
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: arguments[0]))
        let document = try JSONDocument(parsing: [UInt8](data))
        let programs = document.root["programs"]?.array ?? []
        guard let json = programs.first(where: { $0["name"]?.string == arguments[1] }), let program = Program(json)
        else {
            Benchmark.fail("no program '\(arguments[1])' in \(arguments[0])")
        }
        let interpreter: Interpreter = arguments.count > 3 ? .reference : .fast
        var gas: UInt64 = 0
        var output: [UInt8] = []
        var first: UInt64 = 0
        let time = measure(milliseconds: milliseconds) {
            let start = processorTime()
            let result = program.call(interpreter)
            let elapsed = processorTime() - start
            if first == 0 { first = elapsed }
            gas = program.gasLimit - result.gasLeft
            output = result.output
            return elapsed
        }
        Benchmark.report(
            arguments[1], [("gas", gas), ("nanoseconds", time), ("firstNanoseconds", first)],
            texts: [("output", Hex.encodePrefixed(output))])
    }
}

private struct Program {
    let gasLimit: UInt64
    private let input: [UInt8]
    private let state: MemoryState
    private let target: Address
    private let sender: Address

    init?(_ json: JSONValue) {
        guard let code = json["code"]?.bytes, let input = json["input"]?.bytes, let gas = json["gasLimit"]?.unsigned,
            let target = Address(hex: String(repeating: "cc", count: 20)),
            let sender = Address(hex: String(repeating: "11", count: 20))
        else { return nil }
        gasLimit = gas
        self.input = input
        self.target = target
        self.sender = sender
        let storage = (json["storage"]?.object ?? []).compactMap { entry -> (slot: UInt256, value: UInt256)? in
            guard let slot = UInt256(hex: entry.key), let value = entry.value.quantity256 else { return nil }
            return (slot, value)
        }
        state = MemoryState([GenesisAccount(address: target, code: code, storage: storage)])
    }

    func call(_ interpreter: Interpreter) -> MessageResult {
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: gasLimit, chainID: 1, fork: .cancun,
            blobParameters: .standard(.cancun))
        var machine = Machine(
            view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: interpreter)
        machine.begin(TransactionContext(origin: sender, gasPrice: .zero))
        for address in [sender, target, Address.zero] { _ = machine.journal.warm(machine.journal.load(address)) }
        return machine.run(Message(sender: sender, to: target, value: .zero, input: input, gas: gasLimit))
    }
}
