import Synchronization

/// Files that last as long as the process.
public final class MemoryDisk: Disk {
    private let files = Mutex<[String: File]>([:])

    public init() {}

    public func open(_ name: String) throws(StorageError) -> any DiskFile {
        files.withLock { files in
            if let file = files[name] { return file }
            let file = File()
            files[name] = file
            return file
        }
    }

    public func names() throws(StorageError) -> [String] { files.withLock { $0.keys.sorted() } }

    public func remove(_ name: String) throws(StorageError) { files.withLock { $0[name] = nil } }

    private final class File: DiskFile {
        private let content = Mutex<[UInt8]>([])

        var size: UInt64 { UInt64(content.withLock { $0.count }) }

        func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
            content.withLock { content in
                guard offset < UInt64(content.count) else { return [] }
                return Array(content[Int(offset)..<min(content.count, Int(offset) + count)])
            }
        }

        func append(_ bytes: [UInt8]) throws(StorageError) { content.withLock { $0 += bytes } }

        func truncate(to size: UInt64) throws(StorageError) {
            content.withLock { $0.removeLast($0.count - min($0.count, Int(size))) }
        }

        func sync() throws(StorageError) {}
    }
}
