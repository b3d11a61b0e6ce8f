import CAllocator
import Chain
import Cryptography
import Foundation
import Foundations
import Glibc
import Node
import State
import Storage

/// What a development node holds in memory, and how fast it seals: bytes of an account and of a block, the resident set
/// over a long chain, the time of a thousand empty blocks. Each in a process of its own.
enum MemoryBenchmark {
    /// `memory accounts COUNT`, or `memory blocks COUNT [FOLDER]`, or `memory transfers COUNT [FOLDER]`; a node without a
    /// FOLDER keeps its chain in memory.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count >= 2, let count = UInt64(arguments[1]), count >= 10 else {
            Benchmark.fail("memory takes accounts COUNT, or blocks or transfers COUNT [FOLDER]; COUNT is at least 10")
        }
        let folder = arguments.count > 2 ? arguments[2] : nil
        switch arguments[0] {
        case "accounts": try measureAccounts(count)
        case "blocks":
            try measureChain(count, folder) { count, _ in request("hardhat_mine", "\"0x\(String(count, radix: 16))\"") }
        case "transfers": try measureChain(count, folder, transfers)
        default: Benchmark.fail("memory measures accounts, blocks or transfers, not '\(arguments[0])'")
        }
    }

    // MARK: Accounts

    private static func measureAccounts(_ count: UInt64) throws {
        let before = Usage()
        let database = try database(accounts: count)
        let after = Usage()
        let size = database.size
        Benchmark.report(
            "account",
            [
                ("count", count), ("heapBytes", (after.heap - before.heap) / count), ("storeBytes", size.store / count),
                ("archiveBytes", size.archive / count), ("residentBytes", (after.resident - before.resident) / count),
            ], texts: [("result", "\(database.head.stateRoot)")])
    }

    /// A chain of one block, in memory, with accounts that have a balance each.
    private static func database(accounts count: UInt64) throws -> ChainDatabase {
        let diff = StateDiff(
            genesis: (0..<count).map { index in
                GenesisAccount(
                    address: Address(Keccak256.hash(UInt256(index).bigEndianBytes).word),
                    balance: UInt256(index &* 1_000_000_007 &+ 1))
            })
        var state = MemoryState()
        state.apply(diff)
        var header = Header()
        header.stateRoot = state.root
        return try ChainDatabase(
            store: MemoryStore(), disk: MemoryDisk(),
            genesis: StoredBlock(
                block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
                diff: diff))
    }

    // MARK: Blocks

    /// Ten samples of memory over a chain that grows by `work`, which answers the requests that make so many blocks.
    private static func measureChain(
        _ count: UInt64, _ folder: String?, _ work: (_ count: UInt64, _ accounts: [DevAccount]) -> [UInt8]
    ) throws {
        let node = try LocalNode(
            development: DevelopmentChain(), dataFolder: folder, host: "127.0.0.1", port: 0, threadCount: 1)
        var samples: [Usage] = [Usage()]
        var slowest: UInt64 = 0
        let start = ContinuousClock.now
        let startOfProcessor = processorTime()
        let round = min(1000, count / 10)
        for made in stride(from: 0, to: count, by: Int(round)) {
            let begin = ContinuousClock.now
            let reply = node.respond(to: work(min(round, count - made), node.accounts))
            if String(decoding: reply.prefix(200), as: UTF8.self).contains("\"error\"") {
                Benchmark.fail("the node refuses: \(String(decoding: reply.prefix(200), as: UTF8.self))")
            }
            slowest = max(slowest, nanoseconds(since: begin))
            if (made + round) * 10 / count > made * 10 / count { samples.append(Usage()) }
        }
        let elapsed = nanoseconds(since: start)
        let processor = processorTime() - startOfProcessor
        let blocks = node.headNumber
        guard blocks == count else { Benchmark.fail("\(blocks) blocks instead of \(count)") }
        let (first, half, last) = (samples[0], samples[samples.count / 2], samples[samples.count - 1])
        Benchmark.report(
            folder == nil ? "memory" : "data folder",
            [
                ("blocks", blocks), ("nanosecondsPerBlock", elapsed / blocks),
                ("processorNanosecondsPerBlock", processor / blocks), ("slowestRound", slowest), ("round", round),
                ("heapBytesPerBlock", (last.heap - min(last.heap, first.heap)) / blocks),
                // The second half alone: buffers and caches that fill up once are no growth.
                ("residentBytesPerBlock", (last.resident - min(last.resident, half.resident)) * 2 / blocks),
                ("residentAtStart", first.resident), ("residentAtHalf", half.resident),
                ("residentAtEnd", last.resident), ("residentPeak", samples.map(\.resident).max() ?? 0),
            ],
            texts: [("residentMegabytes", samples.map { "\($0.resident >> 20)" }.joined(separator: " "))])
        node.stop()
    }

    private static func request(_ method: String, _ parameters: String) -> [UInt8] {
        Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":[\(parameters)]}".utf8)
    }

    /// A batch of transfers of one wei, each of which the node seals into a block of its own.
    private static func transfers(_ count: UInt64, _ accounts: [DevAccount]) -> [UInt8] {
        let transfers = (0..<count).map { index in
            let (from, to) = (accounts[Int(index) % accounts.count], accounts[Int(index + 1) % accounts.count])
            let fields = "{\"from\":\"\(from.address)\",\"to\":\"\(to.address)\",\"value\":\"0x1\",\"gas\":\"0x5208\"}"
            return String(decoding: request("eth_sendTransaction", fields), as: UTF8.self)
        }
        return Array("[\(transfers.joined(separator: ","))]".utf8)
    }

    private static func nanoseconds(since start: ContinuousClock.Instant) -> UInt64 {
        let spent = (ContinuousClock.now - start).components
        return UInt64(spent.seconds) * 1_000_000_000 + UInt64(spent.attoseconds / 1_000_000_000)
    }
}

/// What the process has in memory now, in bytes.
private struct Usage {
    /// What the allocator has given out.
    let heap: UInt64
    /// Pages that are there.
    let resident: UInt64

    init() {
        heap = UInt64(condor_heap_bytes())
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) } ?? 0
        resident = pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
