import Chain
import Foundations
import Glibc
import State
import Storage
import Synchronization
import Testing

/// A store in memory that counts what is read: keys one by one, and rows of scans over versions.
private final class CountingStore: Store {
    private struct Counts {
        var reads: [[UInt8]: Int] = [:]
        var versions = 0
    }

    private let store = MemoryStore()
    private let counts = Mutex(Counts())

    /// How often each key was read since `reset`.
    var reads: [[UInt8]: Int] { counts.withLock { $0.reads } }
    var versions: Int { counts.withLock { $0.versions } }

    func reset() { counts.withLock { $0 = Counts() } }

    func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        counts.withLock { $0.reads[key, default: 0] += 1 }
        return try store.get(key)
    }

    func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try store.scan(from: start, before: end, body)
    }

    func scanVersions(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try store.scanVersions(from: start, before: end) { key, value in
            counts.withLock { $0.versions += 1 }
            return body(key, value)
        }
    }

    func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) { try store.write(batch, durably: durably) }
    func snapshot() -> any StoreReader { store.snapshot() }
    var size: UInt64 { store.size }
    func compact() throws(StorageError) { try store.compact() }
    func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {
        try store.compact(from: start, before: end)
    }
    func abandon() { store.abandon() }
}

/// What reading costs, in rows and keys of the store.
@Suite struct ReadingProperties {
    private static let accounts: Range<UInt64> = 0..<40

    private static var genesis: StoredBlock {
        let diff = StateDiff(genesis: accounts.map { GenesisAccount(address: Address(UInt256($0)), balance: 7) })
        var state = MemoryState()
        state.apply(diff)
        var header = Header()
        header.stateRoot = state.root
        return StoredBlock(
            block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
            diff: diff)
    }

    /// Adds a block that changes one account, or nothing.
    private func add(to database: ChainDatabase, changing account: UInt64?) throws {
        let head = database.head
        var diff = StateDiff()
        if let account {
            diff.accounts.append(
                .init(address: Address(UInt256(account)), account: Account(nonce: head.number + 1, balance: 7)))
        }
        var state = try database.stateForExecution(after: head.hash)
        try state.apply(diff)
        var header = Header()
        header.parentHash = head.hash
        header.number = head.number + 1
        header.stateRoot = state.root
        try database.append(
            StoredBlock(
                block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
                diff: diff), state: state, makesHead: true)
    }

    /// A proof of the past reads few rows of each node's history, however regularly the node changed since.
    @Test(arguments: [1, 2, 3, 8, 16, 32, 48] as [UInt64])
    func aProofReadsFewVersions(period: UInt64) throws {
        let store = CountingStore()
        let database = try ChainDatabase(store: store, disk: MemoryDisk(), genesis: ReadingProperties.genesis)
        for number in 1...(400 * period) { try add(to: database, changing: number % period == 0 ? 3 : nil) }
        let past = try #require(try database.hash(of: 1))
        store.reset()
        let state = try database.state(after: past)
        let proof = try state.accountProof(Address(UInt256(3)))
        #expect(proof.count >= 2)
        #expect(store.versions <= 100 * proof.count, "\(store.versions) rows of \(400 * proof.count)")
    }

    /// While a block is executed the nodes above what it reads come into memory; its root reads none of them again.
    @Test func pathsAreReadAhead() throws {
        let store = CountingStore()
        let disk = MemoryDisk()
        let genesis = ReadingProperties.genesis
        _ = try ChainDatabase(store: store, disk: disk, genesis: genesis)
        // Opened again, so that nothing is in memory.
        let database = try ChainDatabase(store: store, disk: disk, genesis: genesis)
        // All accounts and, since every leaf is wanted, all of table 3: the nodes above accounts.
        var expected = ReadingProperties.accounts.count
        try store.scan(from: [3], before: [4]) { _, _ in
            expected += 1
            return true
        }
        store.reset()
        var state = try database.stateForExecution(after: database.head.hash)
        for index in ReadingProperties.accounts { #expect(try state.account(at: Address(UInt256(index))) != nil) }
        for _ in 0..<1000 where store.reads.count < expected { usleep(10_000) }
        #expect(store.reads.count >= expected)
        // Between the last read and its place in memory.
        usleep(10_000)
        let before = store.reads
        var diff = StateDiff()
        for index in ReadingProperties.accounts {
            diff.accounts.append(
                .init(address: Address(UInt256(index)), account: Account(nonce: 1, balance: index == 0 ? 1 : 8)))
        }
        var model = MemoryState()
        model.apply(genesis.diff)
        model.apply(diff)
        try state.apply(diff)
        #expect(state.root == model.root)
        #expect(store.reads == before)
    }
}
