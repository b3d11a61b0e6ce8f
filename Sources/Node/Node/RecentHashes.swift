public import Foundations

/// The newest of a sequence of hashes, for readers who each go on where they stopped. Readers who come back too late
/// miss the oldest ones.
public struct RecentHashes {
    // Between `limit` and twice as many, so that forgetting costs a constant time for each hash.
    private var hashes: [Bytes32] = []
    private var forgotten: UInt64 = 0
    private let limit: Int

    /// Remembers at least the last `limit` hashes.
    public init(limit: Int) { self.limit = limit }

    /// The position of the hash that comes next.
    public var end: UInt64 { forgotten + UInt64(hashes.count) }

    public mutating func append(_ hash: Bytes32) {
        hashes.append(hash)
        guard hashes.count >= 2 * limit else { return }
        hashes.removeFirst(limit)
        forgotten += UInt64(limit)
    }

    /// What is remembered from a position on, which was once `end`.
    public func since(_ position: UInt64) -> ArraySlice<Bytes32> {
        hashes[(position > forgotten ? Int(position - forgotten) : 0)...]
    }
}
