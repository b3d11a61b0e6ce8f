import Foundations

// A chain of its own that begins with a block of another one.

extension ChainDatabase {
    /// A database in `top` and `own`, both empty, whose chain is that of another database up to a block, nil for its
    /// head. `store` and `disk` are those of the other database: they are read through, never written, and must not
    /// change. All that is readable there up to the block is readable here.
    public convenience init(
        forking store: any Store, disk: any Disk, at block: UInt64?, top: any Store, own: any Disk,
        options: Options = Options()
    ) throws(StorageError) {
        guard let layout = try store.get(ChainKey.layout) else { throw .otherChain("the data folder holds no chain") }
        guard layout == .bigEndian(ChainDatabase.layout) else {
            throw .otherChain("the data folder was written by another version of Condor")
        }
        func row(_ hash: Bytes32?) throws(StorageError) -> (hash: Bytes32, row: BlockRow) {
            guard let hash else { throw .unknownBlock }
            guard let bytes = try store.get(ChainKey.block(hash)), let row = BlockRow(bytes) else {
                throw .pruned(block: block ?? 0)
            }
            return (hash, row)
        }
        let head = try row(store.get(ChainKey.head).flatMap { Bytes32($0) })
        let number = block ?? head.row.number
        guard number <= head.row.number else { throw .unknownBlock }
        let oldest = try store.get(ChainKey.oldestState).flatMap { $0.count == 8 ? $0.bigEndian64(at: 0) : nil } ?? 0
        guard number >= oldest else { throw .pruned(block: number) }
        let start = try row(store.get(ChainKey.hash(number)).flatMap { Bytes32($0) })
        // Behind the block's record the archive goes on with a segment of its own.
        let archive = try BlockArchive(disk: disk, segmentLimit: .max)
        var end = start.row.position
        end.offset += UInt64(try archive.record(at: end).count + RecordFile.overhead)
        let next = BlockArchive.Position(segment: end.segment + 1, offset: 0)
        _ = try own.open(BlockArchive.name(next.segment))
        let past = try PastStore(store, number: number, hash: start.hash, end: end, next: next)
        var options = options
        // What lies before the block belongs to the other database.
        options.retention = .everything
        try self.init(
            store: OverlayStore(past, top: top),
            disk: ForkDisk(disk, last: BlockArchive.name(end.segment), size: end.offset, own: own), options: options)
    }
}
