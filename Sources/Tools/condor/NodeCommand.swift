import CLinux
import Foundation
import Foundations
import Node

extension Command {
    static let node = Command(
        name: "node", summary: "Start a node with JSON-RPC over HTTP and WebSocket on one port.",
        options: [
            Option(name: "dev", help: "a development chain in memory with funded accounts"),
            Option(name: "host", value: "ADDRESS", help: "address to listen on (default 127.0.0.1)"),
            Option(name: "port", value: "N", help: "port to listen on, 0 for a free one (default 8545)"),
            Option(name: "block-time", value: "SECONDS", help: "a block every SECONDS (default: one per transaction)"),
            Option(name: "chain-id", value: "N", help: "chain id (default 31337)"),
            Option(name: "accounts", value: "N", help: "how many funded accounts (default 10)"),
            Option(name: "balance", value: "ETHER", help: "ether in each account (default 10000)"),
            Option(name: "mnemonic", value: "WORDS", help: "the accounts' phrase (default 'test test … junk')"),
            Option(name: "gas-limit", value: "N", help: "gas limit of a block (default 30000000)"),
            Option(name: "threads", value: "N", help: "threads that serve requests (default: all cores)"),
            Option(name: "quiet", help: "print no accounts and keys"),
        ],
        notes: """
            The venue's natives are active: Pricing is at 0x0000000000000000000000000000000000000c02.
            SIGINT (Ctrl-C) or SIGTERM stops the node.
            """
    ) { arguments in
        guard arguments.flag("dev") else {
            throw UsageError(message: "choose a chain: --dev starts a development chain in memory")
        }
        var chain = DevChainConfiguration()
        chain.chainID = try arguments.integer("chain-id", default: chain.chainID, in: 1...(1 << 53))
        chain.accountCount = Int(try arguments.integer("accounts", default: 10, in: 1...1000))
        chain.balance = try arguments.integer("balance", default: chain.balance, in: 0...1_000_000_000_000)
        chain.gasLimit = try arguments.integer("gas-limit", default: chain.gasLimit, in: 5000...(1 << 50))
        if let phrase = arguments.value("mnemonic") { chain.mnemonic = phrase }
        if arguments.value("block-time") != nil {
            chain.blockTime = try arguments.integer("block-time", default: 12, in: 1...86400)
        }
        let host = arguments.value("host") ?? "127.0.0.1"
        let cores = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        // Before any thread starts, so that all of them leave the signals to the wait below.
        condor_block_stop_signals()
        let node = try DevNode(
            chain: chain, host: host, port: UInt16(try arguments.integer("port", default: 8545, in: 0...65535)),
            threadCount: Int(try arguments.integer("threads", default: cores, in: 1...256)))
        node.start()
        printBanner(node, chain, host: host, isQuiet: arguments.flag("quiet"))
        _ = condor_wait_for_stop_signal()
        print("Stopping.")
        node.stop()
        return 0
    }

    private static func printBanner(_ node: DevNode, _ chain: DevChainConfiguration, host: String, isQuiet: Bool) {
        if !isQuiet {
            print("Accounts (\(chain.balance) ETH each; these keys are public, for development only)\n")
            for (index, account) in node.accounts.enumerated() {
                print("(\(index)) \(account.address)  key \(account.privateKey)")
            }
            print("\nMnemonic: \(chain.mnemonic)")
        }
        let sealing = chain.blockTime.map { "a block every \($0) s" } ?? "a block for every transaction"
        print("Chain id: \(chain.chainID); gas limit \(chain.gasLimit); \(sealing)")
        print("Listening on http://\(host):\(node.port) and ws://\(host):\(node.port)")
        fflush(nil)
    }
}
