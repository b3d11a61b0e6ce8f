import Foundations

/// A chain's store as it was when a block of the chain was the head, read through the history of a store that has gone
/// on since. Nothing is written, and the store below must not change.
struct PastStore: StoreReader {
    private let store: any Store
    private let history: StateHistory
    private let number: UInt64
    /// Where the archive ended then.
    private let end: BlockArchive.Position
    /// Rows that say something else than they do now.
    private let replaced: [[UInt8]: [UInt8]?]

    /// `number` is a block whose state can be read, `hash` its hash, `end` the place behind its record.
    init(
        _ store: any Store, number: UInt64, hash: Bytes32, end: BlockArchive.Position, next: BlockArchive.Position
    ) throws(StorageError) {
        self.store = store
        self.number = number
        self.end = end
        history = StateHistory(store: store, cacheBytes: 0)
        // Every state is read through the history, the newest one too.
        history.setNewest(.max)
        var replaced: [[UInt8]: [UInt8]?] = [ChainKey.head: hash.bytes, ChainKey.position: next.encoded]
        if let bytes = try store.get(ChainKey.finalized), bytes.count == 8, bytes.bigEndian64(at: 0) > number {
            replaced[ChainKey.finalized] = .bigEndian(number)
        }
        self.replaced = replaced
    }

    func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        if StoreTable.ofState.contains(key[0]) { return try history.reader(at: number).value(key) }
        if let value = replaced[key] { return value }
        guard let value = try store.get(key), wasThere(key, value) else { return nil }
        return value
    }

    /// Whether a row that does not belong to the state is one of the past.
    private func wasThere(_ key: [UInt8], _ value: [UInt8]) -> Bool {
        switch key[0] {
        case StoreTable.blockByHash: BlockRow(value).map { $0.position < end } ?? false
        case StoreTable.hashByNumber: key.count == 9 && key.bigEndian64(at: 1) <= number
        case StoreTable.transaction: value.count == 12 && value.bigEndian64(at: 0) <= number
        case StoreTable.logs: key.count > 8 && key.bigEndian64(at: key.count - 8) <= number
        case StoreTable.meta, StoreTable.code: true
        // History ends in the number of the block that made it.
        default: key.count > 8 && key.bigEndian64(at: key.count - 8) <= number
        }
    }

    func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        if let table = start.first, StoreTable.ofState.contains(table) {
            return try scanState(from: start, before: end, body)
        }
        try store.scan(from: start, before: end) { key, value in
            if let old = replaced[key] { return old.map { body(key, $0) } ?? true }
            return wasThere(key, value) ? body(key, value) : true
        }
    }

    /// The keys that are there now and those that have a history, in order, with what they held.
    private func scanState(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        let reader = history.reader(at: number)
        var current = try StoreCursor(store, from: start, before: end)
        var past = try StoreCursor(store, from: PastStore.history(start), before: PastStore.history(end))
        while true {
            var old = past.entry.map { Array($0.key.dropLast(8)) }
            old?[0] -= StoreTable.history
            let now = current.entry?.key
            guard let key = [old, now].compactMap({ $0 }).min(by: SortedMap.precedes) else { return }
            if let value = try reader.value(key), !body(key, value) { return }
            if now == key { try current.advance() }
            if old == key {
                // All versions of the key.
                let prefix = PastStore.history(key)
                while let row = past.entry?.key, row.count == key.count + 8, row.starts(with: prefix) {
                    try past.advance()
                }
            }
        }
    }

    private static func history(_ key: [UInt8]) -> [UInt8] {
        var history = key
        history[0] += StoreTable.history
        return history
    }
}
