import CLinux
import Chain
import Foundation
import Foundations
import Node
import Storage

extension Command {
    static let node = Command(
        name: "node", summary: "Start a node with JSON-RPC over HTTP and WebSocket on one port.",
        options: [
            Option(name: "dev", help: "a development chain with funded accounts"),
            Option(
                name: "venue", value: "FILE", help: "a development chain with the venue of a file, as venues/dev.json"),
            Option(name: "data-dir", value: "DIR", help: "the folder of the chain (default: all in memory)"),
            Option(
                name: "fork-from", value: "DIR[@N]",
                help: "a chain in memory that goes on from block N (default: the head) of a data folder"),
            Option(name: "genesis", value: "FILE", help: "a chain of others: its genesis file in geth's format"),
            Option(name: "import", value: "FILE", help: "that chain's blocks, as 'geth export' writes them"),
            Option(
                name: "no-work", help: "take imported blocks before Paris without proof of work, as test chains are"),
            Option(name: "host", value: "ADDRESS", help: "address to listen on (default 127.0.0.1)"),
            Option(name: "port", value: "N", help: "port to listen on, 0 for a free one (default 8545)"),
            Option(name: "block-time", value: "SECONDS", help: "a block every SECONDS (default: one per transaction)"),
            Option(name: "chain-id", value: "N", help: "chain id (default 31337)"),
            Option(
                name: "genesis-time", value: "SECONDS",
                help: "when a new development chain begins, since 1970; its clock goes on from there (default: now)"),
            Option(name: "accounts", value: "N", help: "how many funded accounts (default 10)"),
            Option(name: "balance", value: "ETHER", help: "ether in each account (default 10000)"),
            Option(name: "mnemonic", value: "WORDS", help: "the accounts' phrase (default 'test test … junk')"),
            Option(name: "gas-limit", value: "N", help: "gas limit that blocks tend to (default 30000000)"),
            Option(
                name: "with-agents",
                help: "--dev: the usual agents trade on its venue (default venues/dev.json), a block every 2 s"),
            Option(name: "threads", value: "N", help: "threads that serve requests (default: all cores)"),
            Option(name: "quiet", help: "print no accounts and keys, and no log unless --log-format asks for one"),
            Option(
                name: "log-format", value: "text|json|none",
                help: "events on standard error, one a line (default text, with --quiet none)"),
        ] + StorageOptions.options,
        notes: """
            On a development chain the venue's natives are active: Pricing is at 0x0000000000000000000000000000000000000c02.
            The first account owns the venue at ...0c10 to ...0c14, in which nothing is listed. --venue lists what its
            FILE says; condor venue check looks at such a file, and docs/venue.md tells what it may hold.
            An imported chain is served whole, with the state behind every block; it does not grow.
            --data-dir without --dev serves the chain that condor import has put there. With both, the development chain
            goes on where it stopped; its blocks are durable before a transaction's hash is returned.
            --fork-from reads the folder as it is when the node starts and never writes to it. The accounts get their
            balance by the withdrawals of the first new block; the chain keeps its rules, its id and its history.
            SIGINT (Ctrl-C) or SIGTERM stops the node.
            """
    ) { arguments in
        let folder = arguments.value("data-dir")
        let genesisFile = arguments.value("genesis")
        let forkedFrom = arguments.value("fork-from")
        let isDevelopment = arguments.flag("dev") || arguments.value("venue") != nil
        let choices = [genesisFile != nil, forkedFrom != nil, isDevelopment || folder != nil]
        guard choices.count(where: { $0 }) == 1 else {
            throw UsageError(
                message:
                    "choose one chain: --dev or --venue FILE for a development chain, --data-dir DIR for one that was imported, "
                    + "--fork-from DIR@BLOCK, or --genesis FILE with --import FILE")
        }
        for (name, reason) in [
            ("chain-id", "a fork keeps its chain's id"), ("genesis-time", "a fork's chain has begun"),
        ]
        where forkedFrom != nil && arguments.value(name) != nil {
            throw UsageError(message: "--\(name) needs --dev: \(reason)")
        }
        if arguments.flag("with-agents"), forkedFrom != nil || genesisFile != nil || !arguments.flag("dev") {
            throw UsageError(message: "--with-agents needs --dev: agents trade on a development chain")
        }
        let storage = try StorageOptions.read(arguments)
        let host = arguments.value("host") ?? "127.0.0.1"
        let port = UInt16(try arguments.integer("port", default: 8545, in: 0...65535))
        let cores = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        let threads = Int(try arguments.integer("threads", default: cores, in: 1...256))
        // Before any thread starts, so that all of them leave the signals to the wait below.
        condor_block_stop_signals()
        let log = EventLog(try logFormat(arguments))
        let node: LocalNode
        if let genesisFile {
            node = try importedNode(genesisFile, arguments, host: host, port: port, threads: threads, log)
            node.start()
        } else if let forkedFrom {
            let (source, block) = forkPoint(forkedFrom)
            let directory = try DataDirectory(forking: source, at: block, options: storage)
            let start = directory.database.head
            let chain = try developmentChain(arguments)
            node = try LocalNode(
                forking: directory, chain, host: host, port: port, threadCount: threads, log: log)
            node.start()
            printBanner(node, chain, isQuiet: arguments.flag("quiet"))
            print("Forked from block \(start.number), \(start.hash), of \(source)")
        } else if let folder, !isDevelopment {
            let directory = try DataDirectory(folder, options: storage)
            node = try LocalNode(
                serving: directory, gasLimit: try gasLimit(arguments), host: host, port: port, threadCount: threads,
                log: log)
            node.start()
            print("Chain id: \(directory.rules.chainID); head: block \(node.headNumber)")
        } else {
            let chain = try developmentChain(arguments)
            node = try VenueOptions.named(arguments.value("venue") ?? "") {
                try LocalNode(
                    development: chain, dataFolder: folder, storage: storage, host: host, port: port,
                    threadCount: threads, log: log)
            }
            node.start()
            printBanner(node, chain, isQuiet: arguments.flag("quiet"))
        }
        print("Listening on http://\(host):\(node.port) and ws://\(host):\(node.port)")
        fflush(nil)
        let agents =
            arguments.flag("with-agents")
            ? try BackgroundAgents(usualAgainst: "http://\(host):\(node.port)", isQuiet: arguments.flag("quiet")) : nil
        _ = condor_wait_for_stop_signal()
        print("Stopping.")
        agents?.stop()
        node.stop()
        if let failure = node.failure {
            printError("condor node: stopped because \(failure)")
            return 1
        }
        return 0
    }

    private static func logFormat(_ arguments: Arguments) throws -> EventLog.Format {
        guard let text = arguments.value("log-format") else { return arguments.flag("quiet") ? .none : .text }
        guard let format = EventLog.Format(rawValue: text) else {
            throw UsageError(message: "--log-format takes text, json or none, not '\(text)'")
        }
        return format
    }

    /// A folder and a block of its chain, nil for the head. A name that ends otherwise may contain the sign.
    private static func forkPoint(_ text: String) -> (folder: String, block: UInt64?) {
        guard let sign = text.lastIndex(of: "@"), let block = UInt64(text[text.index(after: sign)...]) else {
            return (text, nil)
        }
        return (String(text[..<sign]), block)
    }

    private static func developmentChain(_ arguments: Arguments) throws -> DevelopmentChain {
        if arguments.value("import") != nil { throw UsageError(message: "--import needs --genesis, not --dev") }
        var chain = DevelopmentChain()
        chain.chainID = try arguments.integer("chain-id", default: chain.chainID, in: 1...(1 << 53))
        chain.accountCount = Int(try arguments.integer("accounts", default: 10, in: 1...1000))
        chain.balance = try arguments.integer("balance", default: chain.balance, in: 0...1_000_000_000_000)
        // A round of all agents fits one block.
        if arguments.flag("with-agents") { chain.gasLimit = 500_000_000 }
        chain.gasLimit = try arguments.integer("gas-limit", default: chain.gasLimit, in: 5000...(1 << 50))
        if let phrase = arguments.value("mnemonic") { chain.mnemonic = phrase }
        if let path = arguments.value("venue") {
            chain.venue = [UInt8](try FileBytes.read(path))
        } else if arguments.flag("with-agents") {
            chain.venue = try VenueOptions.usual()
        }
        chain.genesisTime = try VenueOptions.genesisTime(arguments)
        if arguments.value("block-time") != nil {
            chain.blockTime = try arguments.integer("block-time", default: 12, in: 1...86400)
        } else if arguments.flag("with-agents") {
            chain.blockTime = 2
        }
        return chain
    }

    private static func importedNode(
        _ path: String, _ arguments: Arguments, host: String, port: UInt16, threads: Int, _ log: EventLog
    ) throws -> LocalNode {
        func read(_ path: String) throws -> [UInt8] {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw UsageError(message: "the file '\(path)' cannot be read")
            }
            return [UInt8](data)
        }
        for name in ["chain-id", "accounts", "balance", "mnemonic", "block-time", "genesis-time"]
        where arguments.value(name) != nil {
            throw UsageError(message: "--\(name) is for development chains: it needs --dev, not --genesis")
        }
        let genesis: GenesisFile
        do { genesis = try GenesisFile(parsing: read(path)) } catch let error as GenesisError {
            throw UsageError(message: "\(path): \(error)")
        }
        let blocks = try arguments.value("import").map(read) ?? []
        let directory = try ChainImport.inMemory(
            genesis: genesis, blocks: blocks, seals: arguments.flag("no-work") ? nil : EthashEpochs())
        let head = directory.database.head
        print("Chain id: \(genesis.rules.chainID); head: block \(head.number), \(head.hash)")
        return try LocalNode(
            serving: directory, gasLimit: try gasLimit(arguments), host: host, port: port, threadCount: threads,
            log: log)
    }

    private static func gasLimit(_ arguments: Arguments) throws -> UInt64 {
        try arguments.integer("gas-limit", default: 30_000_000, in: 5000...(1 << 50))
    }

    private static func printBanner(_ node: LocalNode, _ chain: DevelopmentChain, isQuiet: Bool) {
        if !isQuiet {
            print("Accounts (\(chain.balance) ETH each; these keys are public, for development only)\n")
            for (index, account) in node.accounts.enumerated() {
                print("(\(index)) \(account.address)  key \(account.privateKey)")
            }
            print("\nMnemonic: \(chain.mnemonic)")
        }
        let sealing = chain.blockTime.map { "a block every \($0) s" } ?? "a block for every transaction"
        if node.headNumber > 0 { print("Head: block \(node.headNumber)") }
        print("Chain id: \(node.chainID); gas limit \(chain.gasLimit); \(sealing)")
    }
}
