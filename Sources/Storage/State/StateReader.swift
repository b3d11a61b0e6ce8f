import Foundations
import Synchronization

/// The state's tables at one block: accounts, slots and trie nodes by their keys in the store.
protocol StateReader: Sendable {
    func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]?
}

/// A state without content.
struct EmptyReader: StateReader {
    func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { nil }
}

/// A key of the store in a dictionary: hashed in words, where an array of bytes hashes each by itself.
struct ByteKey: Hashable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

/// A state that differs from another in what an update changed.
final class LayeredReader: StateReader {
    private let base: any StateReader
    private let update: StateUpdate
    /// The changed values by key. Made when somebody reads: most updates are committed and never read through.
    private let changes = Mutex<[ByteKey: [UInt8]?]?>(nil)

    init(_ base: any StateReader, _ update: StateUpdate) {
        self.base = base
        self.update = update
    }

    func value(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        let changes = changes.withLock { changes in
            if let changes { return changes }
            let made = Dictionary(update.changes.map { (ByteKey($0.key), $0.new) }, uniquingKeysWith: { $1 })
            changes = made
            return made
        }
        if let changed = changes[ByteKey(key)] { return changed }
        return try base.value(key)
    }
}

/// The head's tables in front of the store: the newest values that were read or written, bounded in bytes.
///
/// Filled by the writer and by who reads ahead for it, so that no reader brings back what a commit has just replaced.
final class StateCache: Sendable {
    /// Two generations: what is used moves to the young one; when that is full it becomes the old one, whose place
    /// is free then.
    private final class Shard: Sendable {
        struct Content {
            var young: [ByteKey: [UInt8]?] = [:]
            var old: [ByteKey: [UInt8]?] = [:]
            var youngBytes = 0
        }

        let content = Mutex(Content())
    }

    private let shards = (0..<16).map { _ in Shard() }
    private let generationLimit: Int
    private let hitCount = Atomic<UInt64>(0)
    private let missCount = Atomic<UInt64>(0)

    /// Bytes that an entry takes beside key and value: two array headers and its place in the table.
    private static let entryOverhead = 128

    init(byteLimit: Int) {
        generationLimit = byteLimit / 32
    }

    var hits: UInt64 { hitCount.load(ordering: .relaxed) }
    var misses: UInt64 { missCount.load(ordering: .relaxed) }

    private func shard(_ key: [UInt8]) -> Shard {
        // Hashes and paths end in nibbles of the trie: the last byte spreads them.
        shards[Int((key[key.count - 1] ^ key[key.count / 2]) & 15)]
    }

    /// nil when it is not known, .some(nil) when the store has no such key.
    func value(_ key: [UInt8]) -> [UInt8]?? {
        let found: [UInt8]?? = shard(key).content.withLock { content in
            if let value = content.young[ByteKey(key)] { return value }
            guard let value = content.old.removeValue(forKey: ByteKey(key)) else { return nil }
            insert(key, value, &content)
            return value
        }
        if found == nil { missCount.add(1, ordering: .relaxed) } else { hitCount.add(1, ordering: .relaxed) }
        return found
    }

    func set(_ key: [UInt8], _ value: [UInt8]?) {
        shard(key).content.withLock { content in
            content.old[ByteKey(key)] = nil
            insert(key, value, &content)
        }
    }

    /// Keeps what somebody beside the writer read from the store, if nothing is known and `isCurrent`. That is asked under
    /// the lock: a commit that begins later sets its values later.
    func fill(_ key: [UInt8], _ value: [UInt8]?, if isCurrent: () -> Bool) {
        shard(key).content.withLock { content in
            guard content.young[ByteKey(key)] == nil, content.old[ByteKey(key)] == nil, isCurrent() else { return }
            insert(key, value, &content)
        }
    }

    private func insert(_ key: [UInt8], _ value: [UInt8]?, _ content: inout Shard.Content) {
        if let replaced = content.young.updateValue(value, forKey: ByteKey(key)) {
            content.youngBytes += (value?.count ?? 0) - (replaced?.count ?? 0)
        } else {
            content.youngBytes += key.count + (value?.count ?? 0) + StateCache.entryOverhead
        }
        if content.youngBytes > generationLimit {
            content.old = content.young
            content.young = [:]
            content.youngBytes = 0
        }
    }
}
