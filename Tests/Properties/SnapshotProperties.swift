import Foundations
import Storage
import Synchronization
import Testing

/// Exports and imports of a state that stop at any moment and go on.
@Suite struct SnapshotProperties {
    private func chain(_ model: inout ChainModel) throws -> ChainDatabase {
        let database = try ChainDatabase(store: MemoryStore(), disk: MemoryDisk(), genesis: model.genesis)
        for _ in 0..<12 { try ChainModel.add(model.makeBlock(on: database.head.hash), to: database) }
        return database
    }

    private static let name = "state.snapshot"

    private func exported(_ database: ChainDatabase, block: UInt64) throws -> (disk: MemoryDisk, bytes: [UInt8]) {
        let disk = MemoryDisk()
        _ = try Snapshot.export(database, block: block, to: disk, name: SnapshotProperties.name)
        let file = try disk.open(SnapshotProperties.name)
        return (disk, try file.read(at: 0, count: Int(file.size)))
    }

    @Test func anExportGoesOnWhereItStopped() throws {
        var model = ChainModel(seed: 61)
        let database = try chain(&model)
        let (disk, bytes) = try exported(database, block: 9)
        var resumed = 0
        for cut in stride(from: 0, to: bytes.count, by: 37) {
            let again = MemoryDisk()
            try again.open(SnapshotProperties.name).append(Array(bytes[..<cut]))
            let content = try Snapshot.export(database, block: 9, to: again, name: SnapshotProperties.name)
            resumed += content.resumedAt > 0 ? 1 : 0
            let file = try again.open(SnapshotProperties.name)
            #expect(try file.read(at: 0, count: Int(file.size)) == bytes, "cut at byte \(cut)")
        }
        #expect(resumed > 10)
        // A whole one, and one of another block, stay as they are.
        #expect(throws: StorageError.self) {
            _ = try Snapshot.export(database, block: 9, to: disk, name: SnapshotProperties.name)
        }
        try disk.open(SnapshotProperties.name).truncate(to: UInt64(bytes.count - 20))
        #expect(throws: StorageError.self) {
            _ = try Snapshot.export(database, block: 8, to: disk, name: SnapshotProperties.name)
        }
    }

    @Test func anImportGoesOnWhereItStopped() throws {
        var model = ChainModel(seed: 62)
        let database = try chain(&model)
        let (disk, _) = try exported(database, block: 10)
        let other = try exported(database, block: 11).disk
        let whole = try Snapshot.verify(disk, name: SnapshotProperties.name)
        var resumed = 0
        for limit in 0... {
            let (store, blocks) = (MemoryStore(), MemoryDisk())
            let failing = FailingStore(store, writes: limit)
            do {
                _ = try Snapshot.load(
                    disk, name: SnapshotProperties.name, into: failing, blocks: blocks, batchBytes: 500)
                break
            } catch {
                #expect(error == .engine("no more writes"))
            }
            if limit > 0 {
                #expect(throws: StorageError.self) {
                    _ = try Snapshot.load(other, name: SnapshotProperties.name, into: store, blocks: blocks)
                }
            }
            var content = try Snapshot.load(disk, name: SnapshotProperties.name, into: store, blocks: blocks)
            resumed = max(resumed, content.resumedAt)
            content.resumedAt = 0
            #expect(content == whole)
            let loaded = try ChainDatabase(store: store, disk: blocks)
            let found = try loaded.verify()
            #expect(found.accounts == whole.accounts && found.slots == whole.slots)
            try model.check(loaded.head.hash, in: loaded)
        }
        #expect(resumed == whole.accounts)
    }
}

/// A store that takes so many writes and no more.
private final class FailingStore: Store {
    private let whole: MemoryStore
    private let left: Atomic<Int>

    init(_ whole: MemoryStore, writes: Int) {
        self.whole = whole
        left = Atomic(writes)
    }

    func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try whole.get(key) }

    func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try whole.scan(from: start, before: end, body)
    }

    func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) {
        guard left.subtract(1, ordering: .relaxed).oldValue > 0 else { throw .engine("no more writes") }
        try whole.write(batch, durably: durably)
    }

    func snapshot() -> any StoreReader { whole.snapshot() }
    var size: UInt64 { whole.size }
    func compact() throws(StorageError) {}
    func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {}
    func abandon() {}
}
