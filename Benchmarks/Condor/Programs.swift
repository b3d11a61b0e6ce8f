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
    /// `programs FILE NAME MILLISECONDS [reference] [--evmc LIBRARY]…`: FILE as ../shared/fixtures/bench/programs.json.
    /// One line for Condor and one for each library.
    @Sendable static func run(_ words: [String]) throws {
        var arguments = words
        let libraries = EVMCLibrary.take(from: &arguments)
        guard arguments.count >= 3, let milliseconds = UInt64(arguments[2]) else {
            Benchmark.fail("programs takes FILE NAME MILLISECONDS [reference] [--evmc LIBRARY]…")
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: arguments[0]))
        let document = try JSONDocument(parsing: [UInt8](data))
        let programs = document.root["programs"]?.array ?? []
        guard let json = programs.first(where: { $0["name"]?.string == arguments[1] }), let program = Program(json)
        else {
            Benchmark.fail("no program '\(arguments[1])' in \(arguments[0])")
        }
        let interpreter: Interpreter = arguments.count > 3 ? .reference : .fast
        report(arguments[1], "Condor", milliseconds) { program.call(interpreter) }
        for library in libraries {
            library.set(code: program.code, storage: program.storage)
            report(arguments[1], library.engine, milliseconds) {
                library.call(input: program.input, gas: program.gasLimit)
            }
        }
    }

    private static func report(
        _ name: String, _ engine: String, _ milliseconds: UInt64, _ call: () -> EVMCLibrary.Call
    ) {
        var first: EVMCLibrary.Call?
        var last: EVMCLibrary.Call?
        let time = measure(milliseconds: milliseconds) {
            let result = call()
            first = first ?? result
            last = result
            return result.nanoseconds
        }
        Benchmark.report(
            name,
            [("gas", last?.gas ?? 0), ("nanoseconds", time), ("firstNanoseconds", first?.nanoseconds ?? 0)],
            texts: [("engine", engine), ("output", Hex.encodePrefixed(last?.output ?? []))])
    }
}

/// A contract at 0xcc…cc, and how 0x11…11 calls it.
struct Program {
    let code: [UInt8]
    let input: [UInt8]
    let gasLimit: UInt64
    let storage: [(slot: UInt256, value: UInt256)]
    private let state: MemoryState
    private let target = Address(UInt256(bigEndian: [UInt8](repeating: 0xcc, count: 20)))
    private let sender = Address(UInt256(bigEndian: [UInt8](repeating: 0x11, count: 20)))

    init(code: [UInt8], input: [UInt8] = [], gasLimit: UInt64, storage: [(slot: UInt256, value: UInt256)] = []) {
        self.code = code
        self.input = input
        self.gasLimit = gasLimit
        self.storage = storage
        state = MemoryState([GenesisAccount(address: target, code: code, storage: storage)])
    }

    init?(_ json: JSONValue) {
        guard let code = json["code"]?.bytes, let input = json["input"]?.bytes, let gas = json["gasLimit"]?.unsigned
        else { return nil }
        self.init(
            code: code, input: input, gasLimit: gas,
            storage: (json["storage"]?.object ?? []).compactMap { entry in
                guard let slot = UInt256(hex: entry.key), let value = entry.value.quantity256 else { return nil }
                return (slot, value)
            })
    }

    /// Calls it in a fresh world; all of it is timed.
    func call(_ interpreter: Interpreter, fork: Fork = .cancun) -> EVMCLibrary.Call {
        let start = processorTime()
        let result = run(interpreter, fork)
        let elapsed = processorTime() - start
        return EVMCLibrary.Call(gas: gasLimit - result.gasLeft, output: result.output, nanoseconds: elapsed)
    }

    private func run(_ interpreter: Interpreter, _ fork: Fork) -> MessageResult {
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: gasLimit, chainID: 1, fork: fork,
            blobParameters: .standard(fork))
        var machine = Machine(
            view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: interpreter)
        machine.begin(TransactionContext(origin: sender, gasPrice: .zero))
        for address in [sender, target, Address.zero] { _ = machine.journal.warm(machine.journal.load(address)) }
        return machine.run(Message(sender: sender, to: target, value: .zero, input: input, gas: gasLimit))
    }
}
