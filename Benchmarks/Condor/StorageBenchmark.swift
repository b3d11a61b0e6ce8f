import Chain
import Cryptography
import Foundation
import Foundations
import State
import Storage

/// A venue-like chain in a database on disk: many accounts that trade, each with some slots of its own, and markets whose
/// slots change in every block. Measures what the storage does, without a virtual machine.
enum StorageBenchmark {
    /// `storage FOLDER BLOCKS ACCOUNTS SLOTS [sync-every]`
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count >= 4, let blocks = UInt64(arguments[1]), let accounts = UInt64(arguments[2]),
            let slots = UInt64(arguments[3]), blocks > 1, accounts > 0
        else { Benchmark.fail("storage takes FOLDER BLOCKS ACCOUNTS SLOTS [sync-every]") }
        var options = ChainDatabase.Options()
        options.syncEvery = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
        var chain = try VenueChain(folder: arguments[0], options: options)
        let perBlock = (accounts: max(1, accounts / blocks), slots: max(1, slots / blocks))
        let start = ContinuousClock.now
        var quarter: [UInt64] = []
        var times: [UInt64] = []
        for block in 1...blocks {
            let begin = ContinuousClock.now
            try chain.add(newAccounts: perBlock.accounts, slots: perBlock.slots, of: accounts)
            times.append(nanoseconds(ContinuousClock.now - begin))
            if block % max(1, blocks / 4) == 0 { quarter.append(residentBytes()) }
        }
        let elapsed = nanoseconds(ContinuousClock.now - start)
        try chain.database.sync()
        try chain.database.compact()
        let size = chain.database.size
        times.sort()
        Benchmark.report(
            "import",
            [
                ("blocks", blocks), ("accounts", perBlock.accounts * blocks), ("slots", perBlock.slots * blocks),
                ("nanoseconds", elapsed), ("blockMedian", times[times.count / 2]),
                ("blockP99", times[times.count * 99 / 100]), ("archiveBytes", size.archive), ("storeBytes", size.store),
                ("peakResidentBytes", quarter.max() ?? 0), ("residentAtQuarter", quarter.first ?? 0),
                ("residentAtEnd", quarter.last ?? 0),
            ])
        try measureProofs(&chain)
        try measureRoot(&chain, accounts: min(1000, accounts))
    }

    private static func measureProofs(_ chain: inout VenueChain) throws {
        var times: [UInt64] = []
        for _ in 0..<100 {
            let number = chain.random() % (chain.database.head.number + 1)
            guard let hash = try chain.database.hash(of: number) else { continue }
            let address = chain.address(chain.random() % max(1, chain.accountCount))
            let start = ContinuousClock.now
            let state = try chain.database.state(after: hash)
            _ = try state.accountProof(address)
            for slot in 0..<3 as Range<UInt64> { _ = try state.storageProof(address, slot: UInt256(slot)) }
            times.append(nanoseconds(ContinuousClock.now - start))
        }
        times.sort()
        Benchmark.report("proofs", [("median", times[times.count / 2]), ("p99", times[times.count - 2])])
    }

    /// 10 slots of each of many accounts, changed in one block; the second time around the paths are in memory.
    private static func measureRoot(_ chain: inout VenueChain, accounts: UInt64) throws {
        var best = UInt64.max
        for round in 0..<5 as Range<UInt64> {
            var diff = StateDiff()
            for index in 0..<accounts {
                var change = StateDiff.AccountChange(
                    address: chain.address(index), account: Account(nonce: round + 2, balance: UInt256(index + round)))
                for slot in 0..<10 as Range<UInt64> {
                    change.slots.append((UInt256(slot), UInt256(round * 77 + slot + 1)))
                }
                diff.accounts.append(change)
            }
            diff.accounts.sort { $0.address < $1.address }
            var state = try chain.database.stateForExecution(after: chain.database.head.hash)
            let start = ContinuousClock.now
            try state.apply(diff)
            if round > 0 { best = min(best, nanoseconds(ContinuousClock.now - start)) }
        }
        Benchmark.report("root", [("slots", accounts * 10), ("accounts", accounts), ("nanoseconds", best)])
    }

    /// What the process holds in memory.
    private static func residentBytes() -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
        else { return 0 }
        return pages * 4096
    }
}

/// A chain whose blocks are made of differences.
private struct VenueChain {
    let database: ChainDatabase
    private var generator: UInt64 = 1
    private(set) var accountCount: UInt64 = 0

    init(folder: String, options: ChainDatabase.Options) throws {
        _ = try SystemDisk(folder: folder)
        var header = Header()
        let diff = StateDiff(genesis: [GenesisAccount(address: Address(UInt256(1 as UInt64)), balance: 1)])
        var state = MemoryState()
        state.apply(diff)
        header.stateRoot = state.root
        let genesis = StoredBlock(
            block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
            diff: diff)
        database = try ChainDatabase(
            store: RocksStore(folder: folder + "/store"), disk: SystemDisk(folder: folder + "/blocks"),
            options: options, genesis: genesis)
    }

    mutating func random() -> UInt64 {
        generator &+= 0x9E37_79B9_7F4A_7C15
        var z = generator
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Addresses as they come out of hashes.
    func address(_ index: UInt64) -> Address { Address(Keccak256.hash(UInt256(index).bigEndianBytes).word) }

    /// New accounts, and slots spread over accounts that are there.
    mutating func add(newAccounts: UInt64, slots: UInt64, of limit: UInt64) throws {
        var changes: [UInt64: StateDiff.AccountChange] = [:]
        for _ in 0..<newAccounts where accountCount < limit {
            changes[accountCount] = .init(address: address(accountCount), account: Account(nonce: 1, balance: 1000))
            accountCount += 1
        }
        let number = database.head.number + 1
        for _ in 0..<slots {
            let index = random() % accountCount
            var change =
                changes[index] ?? .init(address: address(index), account: Account(nonce: number, balance: 1000))
            let slot = UInt256(random() % 8)
            if !change.slots.contains(where: { $0.slot == slot }) { change.slots.append((slot, UInt256(random()))) }
            changes[index] = change
        }
        var diff = StateDiff()
        for (_, change) in changes {
            var change = change
            change.slots.sort { $0.slot < $1.slot }
            diff.accounts.append(change)
        }
        diff.accounts.sort { $0.address < $1.address }
        var state = try database.stateForExecution(after: database.head.hash)
        try state.apply(diff)
        var header = Header()
        header.parentHash = database.head.hash
        header.number = number
        header.timestamp = number
        header.stateRoot = state.root
        try database.append(
            StoredBlock(
                block: Block(header: header, transactions: []), receipts: [], transactions: [],
                totalDifficulty: .zero, diff: diff), state: state, makesHead: true)
    }
}
