import Chain
import Foundations
import JSONText
import Node
import Storage

extension Command {
    static let blockTest = Command.fixtures(
        "blocktest", "Run official BlockchainTests: import blocks, compare heads, states and reasons.",
        options: [
            .draft,
            Option(
                name: "data-dir", value: "DIR",
                help: "import into a database on disk in this new folder, not into memory"),
        ]
    ) { arguments, selection in
        let suite = BlockTestSuite(databases: try arguments.value("data-dir").map { try FixtureDatabases(folder: $0) })
        return try selection.runTests(arguments.positional) { label, test, report in
            let network = test["network"]?.string ?? ""
            guard let rules = FixtureNetwork(network, config: test["config"]) else {
                if selection.includes(fork: network) {
                    report.skip(label, fork: network, reason: "the network is not known")
                }
                return
            }
            guard selection.includes(fork: network, isDraft: rules.isDraft, label, &report) else { return }
            report.record(label, fork: network, problems: try suite.run(test, rules))
        }
    }
}

/// Runs blockchain tests.
private struct BlockTestSuite: Sendable {
    /// For tests that say `Ethash`; others leave seals out.
    private let seals = EthashEpochs()
    let databases: FixtureDatabases?

    private static func exception(_ block: JSONValue) -> String? {
        block.object?.first { $0.key.hasPrefix("expectException") }?.value.string
    }

    func run(_ test: JSONValue, _ rules: FixtureNetwork) throws -> [String] {
        guard let pre = test["pre"]?.object, let header = test["genesisBlockHeader"].flatMap(Header.init(fixture:)),
            let blocks = test["blocks"]?.array
        else { throw FixtureError(description: "a blockchain test has 'pre', 'genesisBlockHeader' and 'blocks'") }
        let state = MemoryState(try pre.map { try StateTestSetup.account($0.key, $0.value) })
        let first = Block(header: header, transactions: [], withdrawals: header.withdrawalsRoot.map { _ in [] })
        if let genesis = test["genesisRLP"]?.bytes, genesis != first.encoded {
            return ["genesis: differs from its RLP"]
        }
        if state.root != first.header.stateRoot { return ["genesis state root: \(state.root)"] }
        let usesWork = test["sealEngine"]?.string == "Ethash"
        var tree = BlockTree(
            genesis: first, state: state, configuration: rules.configuration, terminal: rules.terminal,
            seals: usesWork ? seals : nil)
        let importer = try databases?.importer(
            first, try pre.map { try StateTestSetup.account($0.key, $0.value) },
            rules: ChainRules(rules.configuration, terminal: rules.terminal), seals: usesWork ? seals : nil)
        var problems: [String] = []
        for (index, block) in blocks.enumerated() {
            let wanted = BlockTestSuite.exception(block)
            let isValid = wanted == nil && block["blockHeader"] != nil
            guard let bytes = block["rlp"]?.bytes else {
                if isValid { problems.append("block \(index): 'rlp' is no hexadecimal string") }
                continue
            }
            do {
                if let importer { try importer.add(encoded: bytes) }
                try tree.add(encoded: bytes)
                if !isValid {
                    problems.append("block \(index): expected \(wanted ?? "an invalid block"), was imported")
                }
            } catch {
                if isValid {
                    problems.append("block \(index): expected a valid block, actual \(error.name): \(error)")
                } else if let wanted, !FixtureReasons.matches(wanted, "\(error.name)", isDraft: rules.isDraft) {
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
        if let importer {
            let database = importer.database
            if database.head.hash != tree.head.hash || database.head.stateRoot != tree.head.state.root {
                problems.append("the database's head: \(database.head.hash), in memory \(tree.head.hash)")
            }
            do { _ = try database.verify() } catch { problems.append("the database: \(error)") }
        }
        return problems
    }
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
