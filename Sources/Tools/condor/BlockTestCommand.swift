import Chain
import Foundation
import Foundations
import JSONText
import Node
import Storage

extension Command {
    static let blockTest = Command(
        name: "blocktest", summary: "Run official BlockchainTests: import blocks, compare heads, states and reasons.",
        positional: "PATH…",
        options: [
            Option(name: "network", value: "NAME", help: "only tests of this network, as the fixtures name it"),
            Option(name: "filter", value: "TEXT", help: "only tests whose file or name contains TEXT"),
            .draft,
            Option(name: "jobs", value: "N", help: "files read at the same time (default: all cores)"),
        ],
        notes: """
            PATH is a JSON file or a folder, searched with its subfolders. Failures are printed with what was expected
            and what came out; the last line counts.
            """
    ) { arguments in
        guard !arguments.positional.isEmpty else { throw UsageError(message: "needs at least one file or folder") }
        let files = try FixtureFiles.find(arguments.positional)
        let jobs = try arguments.integer(
            "jobs", default: UInt64(ProcessInfo.processInfo.activeProcessorCount), in: 1...256)
        let suite = BlockTestSuite(
            network: arguments.value("network"), filter: arguments.value("filter"), runsDrafts: arguments.flag("draft"))
        let tally = FixtureFiles.forEach(files, jobs: Int(jobs)) { suite.run($0) }
        print(tally.summary)
        return tally.failed == 0 ? 0 : 1
    }
}

/// Runs blockchain test files.
private struct BlockTestSuite: Sendable {
    let network: String?
    let filter: String?
    /// Whether forks that are drafts are run; a network that is asked for by name is.
    let runsDrafts: Bool
    /// For tests that say `Ethash`; others leave seals out.
    let seals = EthashEpochs()

    func run(_ file: String) -> FixtureReport {
        var report = FixtureReport()
        do {
            let document = try JSONDocument(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
            guard let tests = document.root.object else { throw FixtureError(description: "no JSON object") }
            for test in tests where filter.map({ test.key.contains($0) || file.contains($0) }) ?? true {
                let name = test.value["network"]?.string ?? ""
                if let network, network != name { continue }
                let label = "\(file): \(test.key) [\(name)]"
                guard let rules = FixtureNetwork(name, config: test.value["config"]) else {
                    report.skip("\(label): network is not known")
                    continue
                }
                if rules.isDraft, !runsDrafts, network == nil {
                    report.skip("\(label): \(FixtureReport.draftReason)")
                    continue
                }
                let problems = try run(test.value, rules)
                if problems.isEmpty {
                    report.passed += 1
                } else {
                    report.fail("FAIL \(label)\n  " + problems.joined(separator: "\n  "))
                }
            }
        } catch {
            report.fail("\(file): cannot be read: \(error)")
        }
        return report
    }

    private static func exception(_ block: JSONValue) -> String? {
        block.object?.first { $0.key.hasPrefix("expectException") }?.value.string
    }

    private func run(_ test: JSONValue, _ rules: FixtureNetwork) throws -> [String] {
        guard let pre = test["pre"]?.object, let header = test["genesisBlockHeader"].flatMap(Header.init(fixture:)),
            let blocks = test["blocks"]?.array
        else { throw FixtureError(description: "a blockchain test has 'pre', 'genesisBlockHeader' and 'blocks'") }
        let state = MemoryState(try pre.map { try StateTestSetup.account($0.key, $0.value) })
        let first = Block(header: header, transactions: [], withdrawals: header.withdrawalsRoot.map { _ in [] })
        if let genesis = test["genesisRLP"]?.bytes, genesis != first.encoded {
            return ["genesis: differs from its RLP"]
        }
        if state.root != first.header.stateRoot { return ["genesis state root: \(state.root)"] }
        var tree = BlockTree(
            genesis: first, state: state, configuration: rules.configuration, terminal: rules.terminal,
            seals: test["sealEngine"]?.string == "Ethash" ? seals : nil)
        var problems: [String] = []
        for (index, block) in blocks.enumerated() {
            let wanted = BlockTestSuite.exception(block)
            let isValid = wanted == nil && block["blockHeader"] != nil
            guard let bytes = block["rlp"]?.bytes else {
                if isValid { problems.append("block \(index): 'rlp' is no hexadecimal string") }
                continue
            }
            do {
                try tree.add(encoded: bytes)
                if !isValid {
                    problems.append("block \(index): expected \(wanted ?? "an invalid block"), was imported")
                }
            } catch {
                if isValid {
                    problems.append("block \(index): expected a valid block, actual \(error.name): \(error)")
                } else if let wanted, !matches(wanted, "\(error.name)", rules) {
                    problems.append("block \(index): expected \(wanted), actual \(error.name): \(error)")
                }
            }
        }
        if let last = test["lastblockhash"]?.bytes32, last != tree.head.hash {
            problems.append("head: expected \(last), actual \(tree.head.hash) (block \(tree.head.block.header.number))")
        } else if let post = test["postState"]?.object {
            let root = MemoryState(try post.map { try StateTestSetup.account($0.key, $0.value) }).root
            if root != tree.head.state.root {
                problems.append("state root: expected \(root), actual \(tree.head.state.root)")
            }
        }
        return problems
    }

    // MARK: Reasons

    private func matches(_ wanted: String, _ actual: String, _ rules: FixtureNetwork) -> Bool {
        let names = [wanted] + wanted.split(separator: "|").map(String.init)
        return names.contains { name in
            name == actual || BlockTestSuite.otherNames[name]?.contains(actual) ?? false
                || (rules.isDraft && BlockTestSuite.draftNames[name] == actual)
        }
    }

    /// Where the fixtures of draft forks do not yet tell reasons apart that those of released forks do.
    private static let draftNames = [
        "BlockException.GAS_USED_OVERFLOW": "TransactionException.GAS_ALLOWANCE_EXCEEDED",
        "BlockException.INCORRECT_BLOCK_FORMAT": "BlockException.INVALID_BLOCK_ACCESS_LIST",
        // The access list itself is not in the block, only its hash.
        "BlockException.INVALID_BAL_HASH": "BlockException.INVALID_BLOCK_ACCESS_LIST",
        "TransactionException.INTRINSIC_GAS_TOO_LOW": "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST",
    ]

    /// What the fixtures of the time before common exception names called reasons; names that stand for more than one
    /// fault; and, with all their alternatives as the key, expectations of blocks with several faults at once, of which
    /// clients may name any.
    private static let otherNames: [String: [String]] = [
        "BlockException.IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT": ["BlockException.INCORRECT_BLOCK_FORMAT"],
        "BlockException.IMPORT_IMPOSSIBLE_PARIS_WRONG_POW": ["BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"],
        "BlockException.INCORRECT_BLOCK_FORMAT": ["BlockException.RLP_STRUCTURES_ENCODING"],
        "BlockException.INVALID_DIFFICULTY": ["BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"],
        "BlockException.INVALID_GASLIMIT": ["BlockException.GAS_USED_OVERFLOW"],
        "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS|TransactionException.INSUFFICIENT_ACCOUNT_FUNDS": [
            "TransactionException.INTRINSIC_GAS_TOO_LOW"
        ],
        "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": [
            "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED"
        ],
        "TransactionException.TYPE_NOT_SUPPORTED": [
            "TransactionException.TYPE_1_TX_PRE_FORK", "TransactionException.TYPE_2_TX_PRE_FORK",
            "TransactionException.TYPE_3_TX_PRE_FORK", "TransactionException.TYPE_4_TX_PRE_FORK",
        ],
        "ExtraDataTooBig": ["BlockException.EXTRA_DATA_TOO_BIG"],
        "InvalidBlockNonce": ["BlockException.INVALID_POW"],
        "InvalidDifficulty": ["BlockException.INVALID_DIFFICULTY"],
        "InvalidGasLimit": ["BlockException.INVALID_GASLIMIT", "BlockException.GASLIMIT_TOO_BIG"],
        "InvalidLogBloom": ["BlockException.INVALID_LOG_BLOOM"],
        "InvalidNumber": ["BlockException.INVALID_BLOCK_NUMBER"],
        "InvalidReceiptsStateRoot": ["BlockException.INVALID_RECEIPTS_ROOT"],
        "InvalidStateRoot": ["BlockException.INVALID_STATE_ROOT"],
        "InvalidTimestamp": ["BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"],
        "InvalidTransactionsRoot": ["BlockException.INVALID_TRANSACTIONS_ROOT"],
        "InvalidUncleParentHash": ["BlockException.UNCLE_PARENT_INCORRECT", "BlockException.UNCLE_IS_ANCESTOR"],
        "InvalidUnclesHash": ["BlockException.INVALID_UNCLES_HASH"],
        "TooManyUncles": ["BlockException.TOO_MANY_UNCLES"],
        "TooMuchGasUsed": ["BlockException.GAS_USED_OVERFLOW", "TransactionException.GAS_ALLOWANCE_EXCEEDED"],
        "UncleInChain": ["BlockException.UNCLE_IN_CHAIN", "BlockException.UNCLE_IS_ANCESTOR"],
        "UncleIsBrother": ["BlockException.UNCLE_IS_BROTHER"],
        "UnknownParent": ["BlockException.UNKNOWN_PARENT", "BlockException.UNKNOWN_PARENT_ZERO"],
    ]
}

extension Header {
    /// A header as blockchain tests write it; nil when a field is missing or malformed.
    fileprivate init?(fixture json: JSONValue) {
        guard let parentHash = json["parentHash"]?.bytes32, let ommersHash = json["uncleHash"]?.bytes32,
            let beneficiary = json["coinbase"]?.address, let stateRoot = json["stateRoot"]?.bytes32,
            let transactionsRoot = json["transactionsTrie"]?.bytes32, let receiptsRoot = json["receiptTrie"]?.bytes32,
            let bloom = json["bloom"]?.bytes, bloom.count == 256, let difficulty = json["difficulty"]?.quantity256,
            let number = json["number"]?.quantity64, let gasLimit = json["gasLimit"]?.quantity64,
            let gasUsed = json["gasUsed"]?.quantity64, let timestamp = json["timestamp"]?.quantity64,
            let extraData = json["extraData"]?.bytes, let mixHash = json["mixHash"]?.bytes32,
            let nonce = json["nonce"]?.quantity64
        else { return nil }
        self.init()
        self.parentHash = parentHash
        self.ommersHash = ommersHash
        self.beneficiary = beneficiary
        self.stateRoot = stateRoot
        self.transactionsRoot = transactionsRoot
        self.receiptsRoot = receiptsRoot
        self.bloom.bytes = bloom
        self.difficulty = difficulty
        self.number = number
        self.gasLimit = gasLimit
        self.gasUsed = gasUsed
        self.timestamp = timestamp
        self.extraData = extraData
        self.mixHash = mixHash
        self.nonce = nonce
        baseFeePerGas = json["baseFeePerGas"]?.quantity256
        withdrawalsRoot = json["withdrawalsRoot"]?.bytes32
        blobGasUsed = json["blobGasUsed"]?.quantity64
        excessBlobGas = json["excessBlobGas"]?.quantity64
        parentBeaconBlockRoot = json["parentBeaconBlockRoot"]?.bytes32
        requestsHash = json["requestsHash"]?.bytes32
        blockAccessListHash = json["blockAccessListHash"]?.bytes32
        slotNumber = json["slotNumber"]?.quantity64
    }
}
