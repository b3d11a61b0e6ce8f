import Chain
import EVM
import Foundation
import Foundations
import JSONText
import State
import Storage

/// A case with its right result, as a state test: one transaction makes a state test that every client's runner takes,
/// several stand in `transactions`, which `condor fuzz --replay` reads.
struct FuzzRegression {
    let name: String
    var testCase: FuzzCase
    var source = ""
    /// What was said when it was found.
    var condor = ""
    var other = ""
    var judgement = ""
    /// The specification's answers; empty when it could not be asked.
    var expected: [FuzzAnswer] = []

    init(name: String, testCase: FuzzCase) {
        self.name = name
        self.testCase = testCase
    }

    /// The root of a state that is given account by account.
    static func root(_ accounts: [FuzzAccount]) -> Bytes32 {
        var diff = StateDiff()
        diff.accounts = accounts.map {
            StateDiff.AccountChange(address: $0.address, account: $0.account, slots: $0.slots)
        }
        var state = MemoryState()
        state.apply(diff)
        return state.root
    }

    /// Writes the file into `Tests/Regressions`, or here outside of a repository, and answers its path.
    func write() throws -> String {
        let folder = FileManager.default.fileExists(atPath: "Tests") ? "Tests/Regressions" : "."
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/\(name).json"
        let data = Data(json.utf8)
        let object = try JSONSerialization.jsonObject(with: data)
        let pretty = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        try (pretty + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
        return path
    }

    private var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key(name)
            writer.object { writer in
                writer.key("_info")
                writer.object { writer in
                    for (key, value) in [
                        ("source", source), ("condor", condor), ("peer", other), ("judgement", judgement),
                    ] {
                        writer.key(key)
                        writer.value(value)
                    }
                }
                writer.key("config")
                writer.object { writer in
                    writer.key("chainid")
                    writer.value("0x01")
                }
                writer.key("env")
                writer.object(environment)
                writer.key("pre")
                writer.object { writer in
                    for account in testCase.accounts {
                        writer.key("\(account.address)")
                        writer.object { write(account, &$0) }
                    }
                }
                if testCase.transactions.count == 1 {
                    writer.key("transaction")
                    writer.object { write(testCase.transactions[0], &$0) }
                } else {
                    writer.key("transactions")
                    writer.array(testCase.transactions) { writer, item in writer.object { write(item, &$0) } }
                }
                writer.key("post")
                writer.object { writer in
                    writer.key(testCase.block.context.fork.fixtureName)
                    writer.array([0]) { writer, _ in writer.object(post) }
                }
            }
        }
        return writer.text
    }

    private func environment(_ writer: inout JSONWriter) {
        let block = testCase.block.context
        writer.key("currentCoinbase")
        writer.value("\(block.beneficiary)")
        writer.key("currentGasLimit")
        writer.value(quantity: block.gasLimit)
        writer.key("currentNumber")
        writer.value(quantity: block.number)
        writer.key("currentTimestamp")
        writer.value(quantity: block.timestamp)
        if block.fork >= .london {
            writer.key("currentBaseFee")
            writer.value(quantity: block.baseFeePerGas)
        }
        if block.fork >= .paris {
            writer.key("currentRandom")
            writer.value("\(block.prevRandao)")
            writer.key("currentDifficulty")
            writer.value("0x0")
        } else {
            writer.key("currentDifficulty")
            writer.value(quantity: block.difficulty)
        }
        if block.fork >= .cancun {
            writer.key("currentExcessBlobGas")
            writer.value(quantity: testCase.block.excessBlobGas)
        }
    }

    private func write(_ account: GenesisAccount, _ writer: inout JSONWriter) {
        writer.key("nonce")
        writer.value(quantity: account.nonce)
        writer.key("balance")
        writer.value(quantity: account.balance)
        writer.key("code")
        writer.value(hex: account.code)
        writer.key("storage")
        writer.object { writer in
            for (slot, value) in account.storage {
                writer.key(Hex.quantity(slot))
                writer.value(quantity: value)
            }
        }
    }

    private func write(_ item: FuzzTransaction, _ writer: inout JSONWriter) {
        let transaction = item.transaction
        writer.key("sender")
        writer.value("\(item.sender)")
        if let index = FuzzGenerator.senders.firstIndex(of: item.sender) {
            writer.key("secretKey")
            writer.value("\(FuzzGenerator.keys[index])")
        }
        writer.key("nonce")
        writer.value(quantity: transaction.nonce)
        writer.key("to")
        writer.value(transaction.to.map { "\($0)" } ?? "")
        writer.key("data")
        writer.array([transaction.data]) { $0.value(hex: $1) }
        writer.key("gasLimit")
        writer.array([transaction.gasLimit]) { $0.value(quantity: $1) }
        writer.key("value")
        writer.array([transaction.value]) { $0.value(quantity: $1) }
        if transaction.type.rawValue < TransactionType.dynamicFee.rawValue {
            writer.key("gasPrice")
            writer.value(quantity: transaction.maxFeePerGas)
        } else {
            writer.key("maxFeePerGas")
            writer.value(quantity: transaction.maxFeePerGas)
            writer.key("maxPriorityFeePerGas")
            writer.value(quantity: transaction.maxPriorityFeePerGas)
        }
        if transaction.type != .legacy {
            writer.key("accessLists")
            writer.array([transaction.accessList]) { writer, list in
                writer.array(list) { writer, entry in
                    writer.object { writer in
                        writer.key("address")
                        writer.value("\(entry.address)")
                        writer.key("storageKeys")
                        writer.array(entry.storageKeys) { $0.value(hex: $1.bigEndianBytes) }
                    }
                }
            }
        }
        if transaction.type == .blob {
            writer.key("maxFeePerBlobGas")
            writer.value(quantity: transaction.maxFeePerBlobGas)
            writer.key("blobVersionedHashes")
            writer.array(transaction.blobVersionedHashes) { $0.value("\($1)") }
        }
        if transaction.type == .setCode {
            writer.key("authorizationList")
            writer.array(transaction.authorizations) { writer, entry in
                writer.object { writer in
                    writer.key("chainId")
                    writer.value(quantity: entry.chainID)
                    writer.key("address")
                    writer.value("\(entry.address)")
                    writer.key("nonce")
                    writer.value(quantity: entry.nonce)
                    writer.key("v")
                    writer.value(quantity: entry.signature.yParity)
                    writer.key("r")
                    writer.value(quantity: entry.signature.r)
                    writer.key("s")
                    writer.value(quantity: entry.signature.s)
                }
            }
        }
    }

    private func post(_ writer: inout JSONWriter) {
        writer.key("indexes")
        writer.object { writer in
            for key in ["data", "gas", "value"] {
                writer.key(key)
                writer.value(0)
            }
        }
        writer.key("hash")
        writer.value("\(expected.last.map { FuzzRegression.root($0.accounts) } ?? .zero)")
        writer.key("logs")
        writer.value("\(Log.hash(of: expected.flatMap(\.result.logs)))")
        writer.key("results")
        writer.array(expected) { writer, answer in
            writer.object { writer in
                writer.key("status")
                writer.value("\(answer.result.status)")
                writer.key("gasUsed")
                writer.value(quantity: answer.result.gasUsed)
            }
        }
        if expected.count == 1, expected[0].result.status == .rejected {
            // The name that official fixtures use is Condor's to know.
            writer.key("expectException")
            let batch = FuzzBatch(testCase, order: .sequence)
            writer.value(batch.entries[0].executions.last?.result.reason ?? "")
        }
    }
}

/// Runs written cases again, on both interpreters.
enum FuzzReplay {
    static func run(_ path: String) throws -> Int32 {
        let tally = FixtureFiles.forEach(try FixtureFiles.find([path]), jobs: 1) { file in
            var report = FixtureReport()
            do {
                let document = try JSONDocument(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
                for test in document.root.object ?? [] {
                    report.record("\(file): \(test.key)", problems: try problems(test.value))
                }
            } catch {
                report.record(file, problems: ["cannot be read: \(error)"])
            }
            return report
        }
        print(tally.summary)
        return tally.failed == 0 ? 0 : 1
    }

    private static func problems(_ json: JSONValue) throws -> [String] {
        guard let post = json["post"]?.object?.first, let fork = Fork(name: post.key), let entry = post.value[0],
            let hash = entry["hash"]?.bytes32, let logsHash = entry["logs"]?.bytes32,
            let results = entry["results"]?.array, let pre = json["pre"]?.object
        else { throw FixtureError(description: "a regression has 'pre', and one fork's 'hash', 'logs', 'results'") }
        guard let transactions = json["transactions"]?.array ?? json["transaction"].map({ [$0] }) else {
            throw FixtureError(description: "a regression has 'transaction' or 'transactions'")
        }
        let accounts = try pre.map { try StateTestSetup.account($0.key, $0.value) }
        var testCase: FuzzCase?
        for transaction in transactions {
            let setup = try StateTestSetup(json, transaction: transaction)
            let block = FuzzBlock(context: try setup.block(fork))
            guard case .success(let (decoded, sender)) = setup.transaction((0, 0, 0)) else {
                throw FixtureError(description: "a transaction has no valid form")
            }
            if testCase == nil { testCase = FuzzCase(block: block, accounts: accounts, transactions: []) }
            testCase?.transactions.append(FuzzTransaction(sender: sender, transaction: decoded))
        }
        guard let testCase, let run = FuzzBatch(testCase, order: .sequence).entries.first,
            let last = run.executions.last
        else { throw FixtureError(description: "there is no transaction") }
        var problems = run.ownDifferences.map {
            "the interpreters disagree: fast \($0.difference.condor), reference \($0.difference.peer)"
        }
        for (execution, result) in zip(run.executions, results) {
            let outcome = "\(execution.result.status) with gas \(Hex.quantity(execution.result.gasUsed))"
            let expected = "\(result["status"]?.string ?? "") with gas \(result["gasUsed"]?.string ?? "")"
            if outcome != expected { problems.append("expected \(expected), actual \(outcome)") }
        }
        let root = FuzzRegression.root(run.world.applying(last.diff).accounts)
        if root != hash { problems.append("state root: expected \(hash), actual \(root)") }
        let logs = Log.hash(of: run.executions.flatMap(\.result.logs))
        if logs != logsHash { problems.append("logs hash: expected \(logsHash), actual \(logs)") }
        return problems
    }
}
