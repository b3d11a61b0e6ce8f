public import Synchronization

/// What the database has done since it was opened. Times are in nanoseconds, summed up.
public final class StorageMetrics: Sendable {
    public let blockCount = Atomic<Int>(0)
    public let gasUsed = Atomic<Int>(0)
    public let syncCount = Atomic<Int>(0)
    public let syncNanoseconds = Atomic<Int>(0)
    public let commitNanoseconds = Atomic<Int>(0)
    public let prunedBlocks = Atomic<Int>(0)
    /// Records of the archive that the store had not followed when the database was opened.
    public let recoveredRecords = Atomic<Int>(0)

    func timed<Result>(
        _ sum: borrowing Atomic<Int>, _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        let start = ContinuousClock.now
        defer {
            let spent = (ContinuousClock.now - start).components
            sum.add(Int(spent.seconds) * 1_000_000_000 + Int(spent.attoseconds / 1_000_000_000), ordering: .relaxed)
        }
        return try body()
    }
}
