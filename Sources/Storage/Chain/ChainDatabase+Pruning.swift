import Chain
import Foundations
import Synchronization

// Forgetting what retention no longer covers, in steps that a block's production can wait for.

extension ChainDatabase {
    /// The oldest block that retention keeps.
    private func retainedFrom() throws(StorageError) -> UInt64 {
        let head = self.head
        switch options.retention {
        case .everything: return 0
        case .blocks(let count): return head.number > count ? head.number - count : 0
        case .seconds(let age):
            // Timestamps ascend: the first block that is young enough, by halving.
            var (low, high) = (history.range.lowerBound, head.number)
            while low < high {
                let middle = low + (high - low) / 2
                guard let block = try block(number: middle) else { return low }
                if block.block.header.timestamp.addingReportingOverflow(age).partialValue >= head.timestamp {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return low
        }
    }

    /// Forgets the oldest state or the oldest segment when retention no longer covers it, at most `blocks` states at a
    /// time. Answers whether there is more to do.
    public func pruneStep(blocks: Int = 16) throws(StorageError) -> Bool {
        var isMoreLeft = false
        let target = try retainedFrom()
        try writing { (_) throws(StorageError) in
            let oldest = history.range.lowerBound
            guard oldest < target, target <= head.number else {
                isMoreLeft = try pruneSegment(below: oldest)
                return
            }
            let next = min(target, oldest + UInt64(blocks))
            var batch = StoreBatch()
            // What block `number` replaced is needed by states before it only.
            for number in (oldest + 1)...next {
                guard let hash = try hash(of: number), let (_, keys) = try record(hash) else {
                    throw .damaged("block \(number) to be pruned")
                }
                for key in keys { batch.remove(StateKey.history(key, block: number)) }
            }
            batch.put(ChainKey.oldestState, .bigEndian(next))
            // Readers of the old states are refused before the rows go.
            history.setOldest(next)
            try store.write(batch, durably: false)
            metrics.prunedBlocks.add(Int(next - oldest), ordering: .relaxed)
            isMoreLeft = true
        }
        return isMoreLeft
    }

    /// Removes the archive's first segment with its rows when all its blocks are older than the oldest state.
    private func pruneSegment(below oldest: UInt64) throws(StorageError) -> Bool {
        let number = archive.firstSegment
        guard number < archive.end.segment, let bytes = try store.get(ChainKey.segment(number)), bytes.count == 8,
            bytes.bigEndian64(at: 0) < oldest
        else { return false }
        var batch = StoreBatch()
        var firstKept = oldestBlock
        try archive.forEachRecord(ofSegment: number) { (_, record) throws(StorageError) in
            guard case .block(let stored, _, _)? = ArchiveRecord(record) else { return }
            let block = stored.block.header.number
            if try hash(of: block) == stored.hash {
                removeIndex(stored, to: &batch)
                // BLOCKHASH reaches 256 blocks back.
                if block + 256 >= oldest { batch.put(ChainKey.hash(block), stored.hash.bytes) }
                firstKept = max(firstKept, block + 1)
            }
            batch.remove(ChainKey.block(stored.hash))
        }
        batch.put(ChainKey.oldestBlock, .bigEndian(firstKept))
        points.withLock { $0.oldestBlock = firstKept }
        try store.write(batch, durably: true)
        try archive.removeFirstSegment()
        batch = StoreBatch()
        batch.remove(ChainKey.segment(number))
        try store.write(batch, durably: false)
        return true
    }

    /// Gives back to the disk what was pruned.
    public func compact() throws(StorageError) { try store.compact() }

    /// Bytes of the archive and the store.
    public var size: (archive: UInt64, store: UInt64) { (archive.size, store.size) }
}
