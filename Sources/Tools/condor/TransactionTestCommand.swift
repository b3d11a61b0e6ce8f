import Chain
import EVM
import Execution
import Foundations
import JSONText
import Storage

extension Command {
    static let transactionTest = Command.fixtures(
        "txtest", "Run official TransactionTests: which bytes are a valid transaction in which fork.",
        notes: "A case is one fork: valid or not, and for valid ones hash, sender and intrinsic gas."
    ) { arguments, selection in
        try selection.runTests(arguments.positional) { label, test, report in
            guard let results = test["result"]?.object else { throw FixtureError(description: "no 'result'") }
            for result in results where selection.includes(fork: result.key) {
                guard let fork = Fork(name: result.key) else {
                    report.skip(label, fork: result.key, reason: "the fork is not known")
                    continue
                }
                let outcome = Result { () throws -> (Transaction, Address) in
                    guard let bytes = test["txbytes"]?.bytes else {
                        throw FixtureError(description: "'txbytes' is no hexadecimal string")
                    }
                    return try validate(bytes, fork: fork)
                }
                report.record(
                    label, fork: result.key, problems: compare(outcome, result.value, fork: fork),
                    details: [("result", describe(outcome))])
            }
        }
    }

    private static func compare(
        _ outcome: Result<(Transaction, Address), any Error>, _ expected: JSONValue, fork: Fork
    ) -> [String] {
        if let exception = expected["exception"]?.string {
            guard case .success(let (transaction, _)) = outcome else { return [] }
            return ["expected \(exception), actual a valid transaction \(transaction.hash)"]
        }
        switch outcome {
        case .failure(let error): return ["expected a valid transaction, actual \(error)"]
        case .success(let (transaction, sender)):
            let gas = IntrinsicGas(transaction, fork: fork).base
            var problems: [String] = []
            func check<Value: Equatable>(_ name: String, _ expected: Value?, _ actual: Value) {
                guard let expected, expected != actual else { return }
                problems.append("\(name): expected \(expected), actual \(actual)")
            }
            check("hash", expected["hash"]?.bytes32, transaction.hash)
            check("sender", expected["sender"]?.address, sender)
            check("intrinsic gas", expected["intrinsicGas"]?.quantity64, gas)
            return problems
        }
    }

    private static func describe(_ outcome: Result<(Transaction, Address), any Error>) -> String {
        switch outcome {
        case .success(let (transaction, sender)): "\(transaction.hash) from \(sender)"
        case .failure(let error): "\(error)"
        }
    }

    /// The transaction and its sender when it is valid by itself: with whatever state it would need.
    private static func validate(_ bytes: [UInt8], fork: Fork) throws -> (Transaction, Address) {
        let transaction = try Transaction(decoding: bytes)
        guard let sender = transaction.sender(fork: fork) else { throw TransactionError.invalidSignature }
        let state = MemoryState([GenesisAccount(address: sender, nonce: transaction.nonce, balance: .max)])
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: .max, baseFeePerGas: .zero, prevRandao: .zero,
            difficulty: .zero, blobBaseFee: .zero, chainID: 1, fork: fork, blobParameters: .standard(fork))
        let processor = TransactionProcessor(
            view: state, block: block, natives: NoNativeContracts(), tracer: NoTracer())
        do {
            try processor.check(transaction, sender: sender, gasAvailable: .max)
        } catch  where error == .insufficientFunds {
            // Nobody owns the largest value and the fee on top of it; the transaction by itself is well.
        }
        return (transaction, sender)
    }
}
