/// A part of a store as a store of its own: its keys have a prefix in front. Several small databases share one engine.
public final class PartStore: Store {
    private let whole: any Store
    private let prefix: [UInt8]

    public init(_ whole: any Store, prefix: [UInt8]) {
        self.whole = whole
        self.prefix = prefix
    }

    public func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try whole.get(prefix + key) }

    public func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try PartStore.scan(whole, prefix, from: start, before: end, body)
    }

    fileprivate static func scan(
        _ reader: any StoreReader, _ prefix: [UInt8], from start: [UInt8], before end: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try reader.scan(from: prefix + start, before: prefix + end) { key, value in
            body(Array(key.dropFirst(prefix.count)), value)
        }
    }

    public func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) {
        var prefixed = StoreBatch()
        for (key, value) in batch.changes { prefixed.set(prefix + key, value) }
        try whole.write(prefixed, durably: durably)
    }

    public func snapshot() -> any StoreReader { Snapshot(whole: whole.snapshot(), prefix: prefix) }

    public var size: UInt64 { whole.size }

    public func compact() throws(StorageError) { try whole.compact() }

    public func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {
        try whole.compact(from: prefix + start, before: prefix + end)
    }

    public func abandon() { whole.abandon() }

    private struct Snapshot: StoreReader {
        let whole: any StoreReader
        let prefix: [UInt8]

        func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try whole.get(prefix + key) }

        func scan(
            from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
        ) throws(StorageError) {
            try PartStore.scan(whole, prefix, from: start, before: end, body)
        }
    }
}
