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
        let oldest = history.range.lowerBound
        // What is pruned never changes: it is read before writers have to wait.
        var batch = StoreBatch()
        var next = oldest
        if oldest < target, target <= head.number {
            next = min(target, oldest + UInt64(blocks))
            // What block `number` replaced is needed by states before it only.
            for number in (oldest + 1)...next {
                guard let hash = try hash(of: number), let (_, keys) = try record(hash) else {
                    throw .damaged("block \(number) to be pruned")
                }
                for key in keys { batch.remove(StateKey.history(key, block: number)) }
            }
            batch.put(ChainKey.oldestState, .bigEndian(next))
        }
        try writing { (_) throws(StorageError) in
            // Somebody else pruned, or the head went back.
            guard history.range.lowerBound == oldest, next <= head.number else { return }
            guard next > oldest else {
                isMoreLeft = try pruneSegment(below: oldest)
                return
            }
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

    /// Gives back the space of pruned history when enough states were forgotten since the last time: a tenth of those
    /// that are kept. In the background, one table after the other; answers whether there was anything to do.
    public func compactIfDue() throws(StorageError) -> Bool {
        let pruned = metrics.prunedBlocks.load(ordering: .relaxed)
        let range = stateRange
        let last = compactedAt.load(ordering: .relaxed)
        guard pruned - last >= max(ChainDatabase.leastCompaction, Int((range.upperBound - range.lowerBound) / 10)),
            compactedAt.compareExchange(expected: last, desired: pruned, ordering: .relaxed).exchanged
        else { return false }
        for table in StoreTable.ofState {
            try store.compact(from: [table + StoreTable.history], before: [table + StoreTable.history + 1])
        }
        return true
    }

    /// States that must be forgotten before their space is worth the work.
    private static let leastCompaction = 1024

    /// Bytes of the archive and the store.
    public var size: (archive: UInt64, store: UInt64) { (archive.size, store.size) }
}
