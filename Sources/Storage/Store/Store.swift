/// What can be read of a key-value store at one moment. Keys are ordered by their bytes.
public protocol StoreReader: Sendable {
    func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]?

    /// Entries from `start` on, in order, until `end` (left out) or until `body` answers false. What is seen is the
    /// store as it was when the scan began.
    func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError)

    /// The same for a range in which keys differ in their last eight bytes only, as versions of one key do.
    func scanVersions(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError)
}

extension StoreReader {
    public func scanVersions(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try scan(from: start, before: end, body)
    }
}

/// An ordered key-value store. Nothing above this interface knows the engine.
public protocol Store: AnyObject, StoreReader {
    /// All of a batch or nothing. Batches survive the end of the process in the order in which they were written; a
    /// power cut may take the last ones, unless a later `write` was durable.
    func write(_ batch: StoreBatch, durably: Bool) throws(StorageError)

    /// The store as it is now, whatever is written later.
    func snapshot() -> any StoreReader

    /// Bytes that the store takes on its medium.
    var size: UInt64 { get }

    /// Gives back the space of what was deleted.
    func compact() throws(StorageError)

    /// The same for a range of keys, while others read and write.
    func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError)

    /// Something could not be written: nothing more is, not even when the store is let go.
    func abandon()
}

/// Changes to be written at once.
public struct StoreBatch: Sendable {
    /// Keys with their new values; nil removes. The last entry for a key holds.
    public private(set) var changes: [(key: [UInt8], value: [UInt8]?)] = []

    public init() {}

    public mutating func put(_ key: [UInt8], _ value: [UInt8]) { changes.append((key, value)) }
    public mutating func remove(_ key: [UInt8]) { changes.append((key, nil)) }
    public mutating func set(_ key: [UInt8], _ value: [UInt8]?) { changes.append((key, value)) }
}

/// Why stored data cannot be read or written. After a failed write the database takes no more of them.
public enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operating system refused; `code` is its errno.
    case system(operation: String, path: String, code: Int32)
    /// The store's engine refused, in its own words.
    case engine(String)
    /// What was read cannot have been written: the data is damaged.
    case damaged(String)
    /// The block's state or content was pruned.
    case pruned(block: UInt64)
    case unknownBlock
    /// The change would undo a finalized block.
    case finalized(block: UInt64)
    /// An earlier write failed: the node must be started again.
    case stopped
    /// The folder holds another chain.
    case otherChain(String)

    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "cannot \(operation) \(path): \(StorageError.text(code)) (errno \(code))"
        case .engine(let message): "the store failed: \(message)"
        case .damaged(let what): "damaged data: \(what)"
        case .pruned(let block): "state at block #\(block) is pruned"
        case .unknownBlock: "unknown block"
        case .finalized(let block): "block #\(block) is finalized and cannot be undone"
        case .stopped: "the database has stopped after a failed write; start the node again"
        case .otherChain(let what): what
        }
    }
}
