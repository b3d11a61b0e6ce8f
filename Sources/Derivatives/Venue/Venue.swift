/// A venue for options and perpetuals over one storage: oracle, instruments, book, clearing and liquidation.
///
/// The state is in `storage` alone; everything else here is a cache that the same words would fill again. Amounts of money, prices and
/// sizes are `Int128` of 18 decimals inside and never wrap: what does not fit is `VenueError.overflow`. Prices on the book are
/// integer ticks and sizes integer lots. A mutating act that throws may have written: its caller takes the storage back to the
/// checkpoint before it, as the EVM does with a reverted call.
public struct Venue<Storage: VenueStorage> {
    public var storage: Storage
    /// Block time in seconds, and number.
    public var time: UInt64
    public var blockNumber: UInt64

    var caches: VenueCaches

    /// `americanRows` may be shared with other venues, one after the other.
    public init(storage: Storage, time: UInt64, blockNumber: UInt64, americanRows: AmericanRows = AmericanRows()) {
        self.storage = storage
        self.time = time
        self.blockNumber = blockNumber
        caches = VenueCaches(americanRows: americanRows)
    }

    // MARK: - Taking back

    public struct Checkpoint {
        let storage: Storage.Checkpoint
        let caches: VenueCaches.Mark
    }

    public var checkpoint: Checkpoint { Checkpoint(storage: storage.checkpoint, caches: caches.mark) }

    /// Takes storage and caches back. Whoever reverts the storage below by itself calls `dropCaches`.
    public mutating func revert(to checkpoint: Checkpoint) {
        storage.revert(to: checkpoint.storage)
        caches.revert(to: checkpoint.caches)
    }

    /// Forgets everything that was read and computed before.
    public mutating func dropCaches() { caches = VenueCaches() }

    /// Begins a block. Checkpoints of the one before are void.
    public mutating func beginBlock(number: UInt64, time: UInt64) {
        blockNumber = number
        self.time = time
        caches.endBlock()
    }
}
