import Foundations
import Synchronization

/// The state's tables at the head, with what they held before each retained block.
///
/// A reader needs no lock: it reads the newest value first and the history after it. A commit between the two only adds
/// the row that leads back to what was read; going back and pruning, which take rows away, are noticed by their counts.
final class StateHistory: Sendable {
    let store: any Store
    let cache: StateCache
    let prefetch = TriePrefetch()
    /// Odd while a block is being committed, or blocks are being undone.
    private let commitCount = Atomic<UInt64>(0)
    private let undoCount = Atomic<UInt64>(0)
    private let oldest = Atomic<UInt64>(0)
    private let newest = Atomic<UInt64>(0)

    init(store: any Store, cacheBytes: Int) {
        self.store = store
        cache = StateCache(byteLimit: cacheBytes)
    }

    /// The blocks whose states can be read.
    var range: ClosedRange<UInt64> {
        let last = newest.load(ordering: .acquiring)
        return min(last, oldest.load(ordering: .acquiring))...last
    }

    func setOldest(_ number: UInt64) { oldest.store(number, ordering: .releasing) }
    func setNewest(_ number: UInt64) { newest.store(number, ordering: .releasing) }

    /// The tables as the next block finds them. For the writer: what it reads is kept in memory, and the trie's nodes above
    /// what was not there are read ahead.
    var head: any StateReader { Head(history: self) }

    func reader(at block: UInt64) -> any StateReader { Past(history: self, block: block) }

    // MARK: Writing

    /// The rows of a block's changes: the new values, and the old ones as history. Each in the order of keys, in which
    /// engines take them faster.
    func commit(_ changes: [StateUpdate.Change], block: UInt64, to batch: inout StoreBatch) {
        for change in changes { batch.set(change.key, change.new) }
        for change in changes {
            batch.put(
                StateKey.history(change.key, block: block),
                HistoryRow.encode(key: change.key, block: block, old: change.old, new: change.new))
        }
    }

    /// The rows that take a block back; answers the keys' values afterwards.
    func undo(_ keys: [[UInt8]], block: UInt64, to batch: inout StoreBatch) throws(StorageError) -> [StateUpdate.Change]
    {
        var changes: [StateUpdate.Change] = []
        for key in keys {
            let row = StateKey.history(key, block: block)
            guard let bytes = try store.get(row), let version = HistoryRow.decode(bytes) else {
                throw .damaged("history of block \(block)")
            }
            let now = try store.get(key)
            var old: [UInt8]?
            switch version {
            case .value(let value): old = value
            case .difference(let difference):
                var differences = HistoryRow.Differences()
                guard differences.add(difference), let before = differences.applied(to: now) else {
                    throw .damaged("history of block \(block)")
                }
                old = before
            }
            batch.set(key, old)
            batch.remove(row)
            changes.append(StateUpdate.Change(key: key, old: now, new: old))
        }
        return changes
    }

    /// Writes a batch that makes `head` the newest block, with its changes for who reads next.
    func write(_ batch: StoreBatch, _ changes: [StateUpdate.Change], head: UInt64) throws(StorageError) {
        commitCount.add(1, ordering: .sequentiallyConsistent)
        defer { commitCount.add(1, ordering: .sequentiallyConsistent) }
        prefetch.forget()
        try store.write(batch, durably: false)
        for change in changes { cache.set(change.key, change.new) }
        newest.store(head, ordering: .sequentiallyConsistent)
    }

    /// Keeps readers from trusting what they read while blocks are taken back.
    func whileUndoing<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        undoCount.add(1, ordering: .sequentiallyConsistent)
        defer { undoCount.add(1, ordering: .sequentiallyConsistent) }
        return try body()
    }

    // MARK: Reading

    private struct Head: StateReader {
        let history: StateHistory

        func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
            if let known = history.cache.value(key) { return known }
            // A value that is in memory was read or written not long ago, and the nodes above it with it.
            if key[0] == StoreTable.account || key[0] == StoreTable.slot {
                history.prefetch.want(key, from: Ahead(history: history))
            }
            let value = try history.store.get(key)
            history.cache.set(key, value)
            return value
        }
    }

    /// As `Head`, beside the writer: what a commit may have replaced meanwhile is not kept.
    private struct Ahead: StateReader {
        let history: StateHistory

        func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
            if let known = history.cache.value(key) { return known }
            let count = history.commitCount.load(ordering: .sequentiallyConsistent)
            let value = try history.store.get(key)
            history.cache.fill(key, value) {
                count.isMultiple(of: 2) && history.commitCount.load(ordering: .sequentiallyConsistent) == count
            }
            return value
        }
    }

    private struct Past: StateReader {
        let history: StateHistory
        let block: UInt64

        func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try history.value(key, at: block) }
    }

    private func value(_ key: [UInt8], at block: UInt64) throws(StorageError) -> [UInt8]? {
        while true {
            let count = undoCount.load(ordering: .sequentiallyConsistent)
            let value = try version(key, at: block)
            if block < oldest.load(ordering: .sequentiallyConsistent) { throw .pruned(block: block) }
            if count.isMultiple(of: 2), undoCount.load(ordering: .sequentiallyConsistent) == count { return value }
        }
    }

    private func version(_ key: [UInt8], at block: UInt64) throws(StorageError) -> [UInt8]? {
        let count = commitCount.load(ordering: .sequentiallyConsistent)
        let current: [UInt8]?
        if let known = cache.value(key) { current = known } else { current = try store.get(key) }
        if count.isMultiple(of: 2), newest.load(ordering: .sequentiallyConsistent) == block,
            commitCount.load(ordering: .sequentiallyConsistent) == count
        {
            return current
        }
        var differences = HistoryRow.Differences()
        var base = current
        var isDamaged = false
        let prefixCount = key.count
        try store.scanVersions(
            from: StateKey.history(key, block: block + 1), before: StateKey.history(key, block: .max)
        ) { row, bytes in
            guard row.count == prefixCount + 8 else { return false }
            switch HistoryRow.decode(bytes) {
            case nil: isDamaged = true
            case .difference(let difference):
                isDamaged = !differences.add(difference)
                return !isDamaged && !differences.isComplete
            case .value(let value): base = value
            }
            return false
        }
        if !differences.isEmpty, !isDamaged {
            base = differences.applied(to: base)
            isDamaged = base == nil
        }
        if isDamaged { throw .damaged("history behind block \(block)") }
        return base
    }
}
