import Chain
import Commitment
public import Foundations
import State
import Synchronization

/// A chain that lasts: the archive of its blocks, the state at its head, and what the state was before each retained
/// block.
///
/// The archive is the truth: a block is durable when its record is synced. The store follows it and is never synced by
/// itself; when the database is opened, what the store missed is done again from the archive. One writer at a time,
/// readers at any time.
public final class ChainDatabase: Sendable {
    /// How the database treats its disk and memory.
    public struct Options: Sendable {
        /// A new segment of the archive begins when one has so many bytes.
        public var segmentBytes: UInt64 = 32 << 20
        /// Bytes of accounts, slots and trie nodes kept in memory.
        public var cacheBytes = 256 << 20
        /// Blocks after which the archive is synced: 1 makes every block durable before anybody hears of it.
        public var syncEvery = 1
        /// How much of the past stays readable.
        public var retention = Retention.everything

        public init() {}
    }

    public enum Retention: Sendable, Equatable {
        case everything
        /// The states and the content of the last so many blocks.
        case blocks(UInt64)
        /// Those of blocks whose timestamps are at most so many seconds older than the head's.
        case seconds(UInt64)
    }

    /// A block by hash and number, with its state root.
    public struct Place: Sendable, Equatable {
        public let hash: Bytes32
        public let number: UInt64
        public let stateRoot: Bytes32
        public let timestamp: UInt64
    }

    struct Writer {
        var unsynced = 0
        /// Blocks that are written while a group is open are synced together at its end.
        var groupDepth = 0
        var failure: StorageError?
    }

    struct Points {
        var head: Place
        var finalized: UInt64?
        var oldestBlock: UInt64
    }

    let store: any Store
    let archive: BlockArchive
    let history: StateHistory
    public let options: Options
    let writer = Mutex(Writer())
    let points: Mutex<Points>
    public let metrics = StorageMetrics()
    /// How many states were pruned when their space was given back last.
    let compactedAt = Atomic<Int>(0)

    /// Told apart from other versions of this layout.
    static let layout: UInt64 = 1

    /// Opens the database and brings the store up to the archive. An empty one begins with `genesis`, whose diff holds
    /// the whole first state, and keeps `description`.
    public init(
        store: any Store, disk: any Disk, options: Options = Options(), genesis: StoredBlock? = nil,
        description: [UInt8] = []
    ) throws(StorageError) {
        self.store = store
        self.options = options
        archive = try BlockArchive(disk: disk, segmentLimit: options.segmentBytes)
        history = StateHistory(store: store, cacheBytes: options.cacheBytes)
        points = Mutex(
            Points(
                head: Place(hash: .zero, number: 0, stateRoot: Trie.emptyRoot, timestamp: 0), finalized: nil,
                oldestBlock: 0))
        if let layout = try store.get(ChainKey.layout) {
            guard layout == .bigEndian(ChainDatabase.layout) else {
                throw .otherChain("the data folder was written by another version of Condor")
            }
        } else {
            var batch = StoreBatch()
            batch.put(ChainKey.layout, .bigEndian(ChainDatabase.layout))
            batch.put(ChainKey.description, description)
            try store.write(batch, durably: true)
        }
        try recover()
        if head.hash == .zero {
            guard let genesis else { throw .otherChain("the data folder holds no chain") }
            var state = StoredState(reader: EmptyReader(), store: store, root: Trie.emptyRoot)
            do throws(StateError) { try state.apply(genesis.diff) } catch { throw .damaged("the first state") }
            guard state.root == genesis.block.header.stateRoot else { throw .damaged("the first state's root") }
            try append(genesis, state: state, makesHead: true)
        } else if let genesis, let first = try hash(of: 0), first != genesis.hash {
            throw .otherChain("the data folder holds another chain: its first block is \(first), not \(genesis.hash)")
        }
    }

    // Its reader would be the last to hold the store, and close it while the process ends.
    deinit { history.prefetch.finish() }

    /// What the database was begun with, in its owner's words: the rules of the chain.
    public static func description(of store: any Store) throws(StorageError) -> [UInt8]? {
        try store.get(ChainKey.description)
    }

    // MARK: Reading

    public var head: Place { points.withLock { $0.head } }
    public var finalizedNumber: UInt64? { points.withLock { $0.finalized } }

    /// The blocks whose states can be read.
    public var stateRange: ClosedRange<UInt64> { history.range }

    /// The first block whose content is there.
    public var oldestBlock: UInt64 { points.withLock { $0.oldestBlock } }

    /// State reads that were answered from memory, and those that went to the store.
    public var cacheHits: UInt64 { history.cache.hits }
    public var cacheMisses: UInt64 { history.cache.misses }

    /// The hash of the chain's block of a number.
    public func hash(of number: UInt64) throws(StorageError) -> Bytes32? {
        guard number <= head.number else { return nil }
        return try store.get(ChainKey.hash(number)).flatMap { Bytes32($0) }
    }

    func row(_ hash: Bytes32) throws(StorageError) -> BlockRow? {
        guard let bytes = try store.get(ChainKey.block(hash)) else { return nil }
        guard let row = BlockRow(bytes) else { throw .damaged("row of block \(hash)") }
        return row
    }

    /// Whether a block is part of the chain that ends in the head.
    public func isCanonical(_ hash: Bytes32) throws(StorageError) -> Bool {
        guard let row = try row(hash) else { return false }
        return try self.hash(of: row.number) == hash
    }

    /// Whether a block was imported, on the chain or beside it, and is still there.
    public func contains(_ hash: Bytes32) throws(StorageError) -> Bool { try row(hash) != nil }

    /// A block of the chain or beside it; nil when it is not there.
    public func block(_ hash: Bytes32) throws(StorageError) -> StoredBlock? {
        try record(hash)?.block
    }

    func record(_ hash: Bytes32) throws(StorageError) -> (block: StoredBlock, keys: [[UInt8]])? {
        guard let row = try row(hash) else { return nil }
        guard case .block(let stored, let keys, _)? = ArchiveRecord(try archive.record(at: row.position)),
            stored.hash == hash
        else { throw .damaged("block \(hash) in the archive") }
        return (stored, keys)
    }

    /// The chain's block of a number; nil beyond the head, and when it was pruned.
    public func block(number: UInt64) throws(StorageError) -> StoredBlock? {
        guard let hash = try hash(of: number) else { return nil }
        return try block(hash)
    }

    /// Where a transaction of the chain is.
    public func transaction(_ hash: Bytes32) throws(StorageError) -> (number: UInt64, index: Int)? {
        guard let bytes = try store.get(ChainKey.transaction(hash)), bytes.count == 12 else { return nil }
        return (bytes.bigEndian64(at: 0), Int(bytes.bigEndian32(at: 8)))
    }

    /// The state after a block, on the chain or beside it.
    public func state(after hash: Bytes32) throws(StorageError) -> StoredState {
        let head = self.head
        if hash == head.hash {
            return StoredState(reader: history.reader(at: head.number), store: store, root: head.stateRoot)
        }
        guard let row = try row(hash) else { throw .unknownBlock }
        var branch: [StoredBlock] = []
        var (next, number) = (hash, row.number)
        while try self.hash(of: number) != next {
            guard let block = try block(next) else { throw .unknownBlock }
            branch.append(block)
            next = block.block.header.parentHash
            guard number > 0 else { throw .unknownBlock }
            number -= 1
        }
        guard history.range.contains(number) else { throw .pruned(block: number) }
        // The root as the state's own root node states it.
        let reader = history.reader(at: number)
        var state = StoredState(
            reader: reader, store: store, root: try TrieWalk(reader: reader, owner: nil).root())
        for block in branch.reversed() {
            do throws(StateError) { try state.apply(block.diff) } catch { throw .damaged("state of a side chain") }
            state.setBlockHash(block.hash, number: block.block.header.number)
        }
        return state
    }

    /// As `state(after:)`, for the one who writes next: at the head reads are kept in memory.
    public func stateForExecution(after hash: Bytes32) throws(StorageError) -> StoredState {
        let head = self.head
        guard hash == head.hash else { return try state(after: hash) }
        return StoredState(reader: history.head, store: store, root: head.stateRoot)
    }

    // MARK: Writing

    /// Adds an executed block. `state` is its parent's state with the block's diff applied. The block is durable when
    /// this returns, as far as `syncEvery` and groups say so.
    public func append(_ stored: StoredBlock, state: StoredState, makesHead: Bool) throws(StorageError) {
        guard let update = state.update, update.root == stored.block.header.stateRoot else {
            throw .damaged("a block with another state root")
        }
        try writing { (writer) throws(StorageError) in
            let isNext = stored.block.header.parentHash == head.hash
            // What is refused must not be in the log.
            if makesHead, !isNext, head.hash != .zero { _ = try route(to: stored.block.header.parentHash) }
            let keys = update.orderedChanges.map(\.key)
            let record = ArchiveRecord.block(stored, changedKeys: keys, makesHead: makesHead)
            let position = try archive.append(record.encoded)
            try syncIfDue(&writer)
            var batch = StoreBatch()
            try addRow(stored, at: position, to: &batch)
            if makesHead, isNext || head.hash == .zero {
                try extend(stored, update, batch)
            } else {
                if !makesHead { batch.put(ChainKey.position, archive.end.encoded) }
                try store.write(batch, durably: false)
                if makesHead { try move(to: stored.hash) }
            }
        }
        metrics.blockCount.add(1, ordering: .relaxed)
        metrics.gasUsed.add(Int(clamping: stored.block.header.gasUsed), ordering: .relaxed)
    }

    /// Runs one change of the database; after a failure there are no more.
    func writing(_ body: (inout Writer) throws(StorageError) -> Void) throws(StorageError) {
        try writer.withLock { (writer) throws(StorageError) in
            if writer.failure != nil { throw .stopped }
            do throws(StorageError) {
                try body(&writer)
            } catch {
                switch error {
                // What was refused before anything was written.
                case .finalized, .pruned, .unknownBlock: break
                default:
                    writer.failure = error
                    store.abandon()
                }
                throw error
            }
        }
    }

    /// Why the database takes no more blocks.
    public var failure: StorageError? { writer.withLock { $0.failure } }

    func syncIfDue(_ writer: inout Writer) throws(StorageError) {
        writer.unsynced += 1
        if writer.groupDepth == 0, writer.unsynced >= options.syncEvery { try sync(&writer) }
    }

    private func sync(_ writer: inout Writer) throws(StorageError) {
        if writer.unsynced == 0 { return }
        try metrics.timed(metrics.syncNanoseconds) { () throws(StorageError) in try archive.sync() }
        metrics.syncCount.add(1, ordering: .relaxed)
        writer.unsynced = 0
    }

    /// Makes everything durable and reads nothing ahead any more: what must be before the process ends.
    public func close() throws(StorageError) {
        history.prefetch.finish()
        try sync()
    }

    /// Makes everything durable that was appended.
    public func sync() throws(StorageError) {
        try writing { (writer) throws(StorageError) in try sync(&writer) }
    }

    /// Blocks appended inside are made durable together, with one sync, before this returns.
    public func group<Result>(_ body: () throws -> Result) throws -> Result {
        writer.withLock { $0.groupDepth += 1 }
        defer { writer.withLock { $0.groupDepth -= 1 } }
        let result = try body()
        try sync()
        return result
    }

    func addRow(
        _ stored: StoredBlock, at position: BlockArchive.Position, to batch: inout StoreBatch
    ) throws(StorageError) {
        let header = stored.block.header
        batch.put(
            ChainKey.block(stored.hash),
            BlockRow(position: position, number: header.number, parent: header.parentHash).encoded)
        let key = ChainKey.segment(position.segment)
        let highest = try store.get(key).flatMap { $0.count == 8 ? $0.bigEndian64(at: 0) : nil } ?? 0
        if header.number >= highest { batch.put(key, .bigEndian(header.number)) }
    }

    /// Puts a block on the head. `batch` is written with it.
    func extend(
        _ stored: StoredBlock, _ update: StateUpdate, _ batch: StoreBatch, isLast: Bool = true
    ) throws(StorageError) {
        try metrics.timed(metrics.commitNanoseconds) { () throws(StorageError) in
            var batch = batch
            let header = stored.block.header
            let changes = update.orderedChanges
            history.commit(changes, block: header.number, to: &batch)
            for addition in update.codes { batch.put(StateKey.code(addition.hash), addition.code) }
            index(stored, to: &batch)
            batch.put(ChainKey.head, stored.hash.bytes)
            if isLast { batch.put(ChainKey.position, archive.end.encoded) }
            try history.write(batch, changes, head: header.number)
            points.withLock { $0.head = ChainDatabase.place(stored) }
        }
    }

    static func place(_ stored: StoredBlock) -> Place {
        Place(
            hash: stored.hash, number: stored.block.header.number, stateRoot: stored.block.header.stateRoot,
            timestamp: stored.block.header.timestamp)
    }
}
