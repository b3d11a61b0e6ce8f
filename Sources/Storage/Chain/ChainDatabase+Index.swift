import Chain
public import Foundations

// The indices by number, transaction and log, which follow the chain.

extension ChainDatabase {
    func index(_ stored: StoredBlock, to batch: inout StoreBatch) {
        let number = stored.block.header.number
        batch.put(ChainKey.hash(number), stored.hash.bytes)
        ChainDatabase.indexHashes(of: stored, to: &batch)
        for key in ChainDatabase.logKeys(stored) { batch.put(key, []) }
    }

    static func indexHashes(of stored: StoredBlock, to batch: inout StoreBatch) {
        for (index, hash) in stored.indexedHashes.enumerated() {
            var place: [UInt8] = .bigEndian(stored.block.header.number)
            place.append(bigEndian: UInt32(index))
            batch.put(ChainKey.transaction(hash), place)
        }
    }

    func removeIndex(_ stored: StoredBlock, to batch: inout StoreBatch) {
        batch.remove(ChainKey.hash(stored.block.header.number))
        for hash in stored.indexedHashes { batch.remove(ChainKey.transaction(hash)) }
        for key in ChainDatabase.logKeys(stored) { batch.remove(key) }
    }

    static func logKeys(_ stored: StoredBlock) -> Set<[UInt8]> {
        let number = stored.block.header.number
        var keys: Set<[UInt8]> = []
        for receipt in stored.receipts {
            for log in receipt.logs {
                keys.insert(ChainKey.log(place: 0, value: log.address.bytes, block: number))
                for (index, topic) in log.topics.enumerated() {
                    keys.insert(ChainKey.log(place: index + 1, value: topic.bytes, block: number))
                }
            }
        }
        return keys
    }

    /// The blocks of a range that can hold a log with one of `addresses` and, at each position of `topics`, one of its
    /// values; empty lists take anything. Ascending. Costs what the index holds for the values, not the range, and only for
    /// those at one position where they have few blocks: then not every block that is answered has logs at the others.
    public func blocksWithLogs(
        addresses: [Address], topics: [[Bytes32]], in range: ClosedRange<UInt64>
    ) throws(StorageError) -> [UInt64] {
        let first = max(range.lowerBound, oldestBlock)
        let last = min(range.upperBound, head.number)
        guard first <= last else { return [] }
        var wanted: [(place: Int, values: [[UInt8]])] = []
        if !addresses.isEmpty { wanted.append((0, addresses.map(\.bytes))) }
        for (index, values) in topics.enumerated() where !values.isEmpty {
            wanted.append((index + 1, values.map(\.bytes)))
        }
        guard !wanted.isEmpty else { return Array(first...last) }
        // The last topics are those that differ most.
        for (place, values) in wanted.reversed() {
            let found = try blocks(place, values, in: first...last, limit: ChainDatabase.fewBlocks)
            if found.count < ChainDatabase.fewBlocks { return ChainDatabase.common(found, found) }
        }
        var candidates: [UInt64]?
        for (place, values) in wanted {
            let found = try blocks(place, values, in: first...last, limit: .max)
            candidates = ChainDatabase.common(candidates ?? found, found)
            if candidates?.isEmpty == true { return [] }
        }
        return candidates ?? []
    }

    /// So many blocks are looked at rather than another part of the index.
    private static let fewBlocks = 64

    /// The blocks with one of the values at a place, ascending; some may come twice. Not all where `limit` is reached.
    private func blocks(
        _ place: Int, _ values: [[UInt8]], in range: ClosedRange<UInt64>, limit: Int
    ) throws(StorageError) -> [UInt64] {
        var found: [UInt64] = []
        for value in values where found.count < limit {
            let start = ChainKey.log(place: place, value: value, block: range.lowerBound)
            let (prefix, count) = (Array(start.dropLast(8)), start.count)
            let end = ChainKey.log(place: place, value: value, block: range.upperBound) + [0]
            try store.scan(from: start, before: end) { key, _ in
                guard key.count == count, key.starts(with: prefix) else { return false }
                found.append(key.bigEndian64(at: count - 8))
                return found.count < limit
            }
        }
        // Each value's blocks come in order.
        if values.count > 1 { found.sort() }
        return found
    }

    /// What two ascending lists share, each number once.
    private static func common(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
        var shared: [UInt64] = []
        var (index, other) = (0, 0)
        while index < left.count, other < right.count {
            if left[index] == right[other], shared.last != left[index] { shared.append(left[index]) }
            if left[index] <= right[other] { index += 1 } else { other += 1 }
        }
        return shared
    }
}
