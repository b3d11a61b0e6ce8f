import Chain
import Foundation
import Foundations
import JSONText
import Node
import Storage

/// A node that makes full blocks as fast as it can, and an importer that executes each of them again, both on disk and
/// both keeping the last thousand states: what such a process holds in memory after ten minutes is what it holds after one.
enum ReplayBenchmark {
    private static let transactionsInBlock = 100
    private static let retained: UInt64 = 1000

    /// `replay FOLDER SECONDS`
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 2, let seconds = UInt64(arguments[1]), seconds > 0 else {
            Benchmark.fail("replay takes FOLDER SECONDS")
        }
        var storage = ChainDatabase.Options()
        storage.retention = .blocks(retained)
        storage.cacheBytes = 64 << 20
        var chain = DevelopmentChain()
        // Blocks are made when they are asked for.
        chain.blockTime = 86400
        chain.balance = 1_000_000_000
        let node = try LocalNode(
            development: chain, dataFolder: arguments[0] + "/made", storage: storage, host: "127.0.0.1", port: 0,
            threadCount: 1)
        node.start()
        let maker = Maker(node: node)
        let importer = try importer(arguments[0], node, storage)
        let contract = try maker.deploy()
        try importer.add(encoded: maker.block(1))
        var random = SplitMix(state: 1)
        var importing: UInt64 = 0
        var gas: UInt64 = 0
        var memory: [UInt64] = []
        let start = ContinuousClock.now
        var number: UInt64 = 1
        while ContinuousClock.now - start < .seconds(Int64(seconds)) {
            for index in 0..<transactionsInBlock {
                // One in two stores a word at a new place, the others pay somebody.
                try maker.send(
                    from: index % node.accounts.count, to: index % 2 == 0 ? contract : Address(UInt256(random.next())),
                    data: index % 2 == 0 ? random.next() : nil)
            }
            _ = try maker.call("evm_mine", [])
            number += 1
            let encoded = try maker.block(number)
            let begin = ContinuousClock.now
            let block = try importer.add(encoded: encoded)
            importing += UInt64((ContinuousClock.now - begin) / .nanoseconds(1))
            gas += block.block.header.gasUsed
            guard block.transactions.count == transactionsInBlock else { Benchmark.fail("replay: a block is not full") }
            if number % 16 == 0 { _ = try importer.database.pruneStep(blocks: 32) }
            // Ten samples over the time, whatever comes of it.
            if UInt64((ContinuousClock.now - start) / .milliseconds(1)) * 10 >= UInt64(memory.count + 1) * seconds
                * 1000
            {
                memory.append(ProcessMemory.resident)
            }
        }
        let elapsed = UInt64((ContinuousClock.now - start) / .nanoseconds(1))
        node.stop()
        Benchmark.report(
            "replay",
            [
                ("blocks", number), ("transactions", number * UInt64(transactionsInBlock)), ("gas", gas),
                ("nanoseconds", elapsed), ("importNanoseconds", importing), ("peakBytes", ProcessMemory.peak),
                ("residentAtFifth", memory.dropFirst().first ?? memory.first ?? 0),
                ("residentAtHalf", memory.dropFirst(4).first ?? memory.last ?? 0), ("residentAtEnd", memory.last ?? 0),
                ("oldestState", importer.database.stateRange.lowerBound),
            ])
    }

    /// An importer whose database begins with the node's first state.
    private static func importer(
        _ folder: String, _ node: LocalNode, _ storage: ChainDatabase.Options
    ) throws -> ChainImporter {
        let disk = try SystemDisk(folder: folder)
        _ = try node.exportSnapshot(block: 0, to: disk, name: "first.snapshot")
        _ = try DataDirectory.load(snapshot: "first.snapshot", on: disk, into: folder + "/replayed")
        let directory = try DataDirectory(folder + "/replayed", options: storage)
        return ChainImporter(database: directory.database, rules: directory.rules)
    }
}

/// Speaks JSON-RPC with a node in the same process.
private struct Maker {
    let node: LocalNode

    func call(_ method: String, _ parameters: [String]) throws -> JSONValue {
        let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":[\#(parameters.joined(separator: ","))]}"#
        let reply = try JSONDocument(parsing: node.respond(to: Array(body.utf8))).root
        guard let result = reply["result"] else {
            Benchmark.fail("replay: \(method): \(reply["error"]?["message"]?.string ?? "")")
        }
        return result
    }

    /// A contract that stores the number of the block at the place that its input names.
    func deploy() throws -> Address {
        let sender = node.accounts[0].address
        let code = "0x600680600b6000396000f3436000355500"
        let hash = try call("eth_sendTransaction", [#"{"from":"\#(sender)","data":"\#(code)","gas":"0x30d40"}"#])
        _ = try call("evm_mine", [])
        let receipt = try call("eth_getTransactionReceipt", [#""\#(hash.string ?? "")""#])
        guard let contract = receipt["contractAddress"]?.address else { Benchmark.fail("replay: no contract") }
        return contract
    }

    func send(from account: Int, to target: Address, data: UInt64?) throws {
        let sender = node.accounts[account].address
        let input = data.map { #","data":"0x\#(Hex.encode(UInt256($0).bigEndianBytes))""# } ?? #","value":"0x1""#
        _ = try call("eth_sendTransaction", [#"{"from":"\#(sender)","to":"\#(target)","gas":"0x186a0"\#(input)}"#])
    }

    func block(_ number: UInt64) throws -> [UInt8] {
        guard let bytes = try call("debug_getRawBlock", [#""\#(Hex.quantity(number))""#]).bytes else {
            Benchmark.fail("replay: no block \(number)")
        }
        return bytes
    }
}
