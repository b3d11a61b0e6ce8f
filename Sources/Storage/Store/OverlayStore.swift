/// A store that begins with what another one holds: that one is read through and never written.
public final class OverlayStore: Store {
    private let base: any StoreReader
    /// What was written here: values behind a one, and a zero for what was removed.
    private let top: any Store

    /// `base` must not change.
    public init(_ base: any StoreReader, top: any Store) {
        self.base = base
        self.top = top
    }

    public func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try OverlayStore.get(key, base, top)
    }

    fileprivate static func get(
        _ key: [UInt8], _ base: any StoreReader, _ top: any StoreReader
    ) throws(StorageError) -> [UInt8]? {
        guard let written = try top.get(key) else { return try base.get(key) }
        return value(written)
    }

    private static func value(_ written: [UInt8]) -> [UInt8]? { written[0] == 0 ? nil : Array(written.dropFirst()) }

    public func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try snapshot().scan(from: start, before: end, body)
    }

    fileprivate static func scan(
        _ base: any StoreReader, _ top: any StoreReader, from start: [UInt8], before end: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        var below = try StoreCursor(base, from: start, before: end)
        var above = try StoreCursor(top, from: start, before: end)
        while true {
            guard let written = above.entry else { break }
            if let old = below.entry, SortedMap.precedes(old.key, written.key) {
                guard body(old.key, old.value) else { return }
                try below.advance()
                continue
            }
            if below.entry?.key == written.key { try below.advance() }
            if let value = value(written.value), !body(written.key, value) { return }
            try above.advance()
        }
        while let old = below.entry {
            guard body(old.key, old.value) else { return }
            try below.advance()
        }
    }

    public func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) {
        var marked = StoreBatch()
        for (key, value) in batch.changes { marked.put(key, value.map { [1] + $0 } ?? [0]) }
        try top.write(marked, durably: durably)
    }

    public func snapshot() -> any StoreReader { Snapshot(base: base, top: top.snapshot()) }

    /// Of what was written here alone.
    public var size: UInt64 { top.size }

    public func compact() throws(StorageError) { try top.compact() }

    public func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {
        try top.compact(from: start, before: end)
    }

    public func abandon() { top.abandon() }

    private struct Snapshot: StoreReader {
        let base: any StoreReader
        let top: any StoreReader

        func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try OverlayStore.get(key, base, top) }

        func scan(
            from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
        ) throws(StorageError) {
            try OverlayStore.scan(base, top, from: start, before: end, body)
        }
    }
}
