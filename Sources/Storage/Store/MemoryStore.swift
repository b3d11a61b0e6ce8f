import Synchronization

/// A store in memory: it lasts as long as the process, or, with a log, as long as the log's disk.
///
/// The log makes it a complete small engine, which simulations run on a disk that fails; a node on a real disk has
/// `RocksStore`. Each batch is one record, and what a crash left unfinished at the log's end is cut off.
public final class MemoryStore: Store {
    private let content: Mutex<SortedMap>
    private let log: RecordFile?

    public init() {
        content = Mutex(SortedMap())
        log = nil
    }

    /// Reads the log, or begins it.
    public init(disk: any Disk, log name: String) throws(StorageError) {
        let log = try RecordFile(disk: disk, name: name)
        var map = SortedMap()
        try log.recover { (_, record) throws(StorageError) in
            guard MemoryStore.apply(record, to: &map) else { throw .damaged("\(name): a batch in the log") }
        }
        content = Mutex(map)
        self.log = log
    }

    public func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { content.withLock { $0[key] } }

    public func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try snapshot().scan(from: start, before: end, body)
    }

    public func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) {
        if let log {
            _ = try log.append(MemoryStore.encode(batch))
            if durably { try log.sync() }
        }
        content.withLock { map in
            for (key, value) in batch.changes { map[key] = value }
        }
    }

    public func snapshot() -> any StoreReader { Snapshot(map: content.withLock { $0 }) }

    public var size: UInt64 { UInt64(content.withLock { $0.bytes }) }

    public func compact() throws(StorageError) {}

    public func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {}

    public func abandon() {}

    private struct Snapshot: StoreReader {
        let map: SortedMap

        func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { map[key] }

        func scan(
            from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
        ) throws(StorageError) {
            map.forEach(from: start) { key, value in SortedMap.precedes(key, end) && body(key, value) }
        }
    }

    // MARK: The log

    /// For each change the key's count, the value's count plus one (0 removes), key and value.
    private static func encode(_ batch: StoreBatch) -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, value) in batch.changes {
            bytes.append(bigEndian: UInt32(key.count))
            bytes.append(bigEndian: value.map { UInt32($0.count + 1) } ?? 0)
            bytes += key
            bytes += value ?? []
        }
        return bytes
    }

    private static func apply(_ record: [UInt8], to map: inout SortedMap) -> Bool {
        var position = 0
        while position < record.count {
            guard record.count - position >= 8 else { return false }
            let keyCount = Int(record.bigEndian32(at: position))
            let valueCount = Int(record.bigEndian32(at: position + 4))
            position += 8
            guard record.count - position >= keyCount + max(0, valueCount - 1) else { return false }
            let key = Array(record[position..<(position + keyCount)])
            position += keyCount
            map[key] = valueCount == 0 ? nil : Array(record[position..<(position + valueCount - 1)])
            position += max(0, valueCount - 1)
        }
        return true
    }
}
