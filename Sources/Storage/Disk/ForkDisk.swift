/// The first segments of another archive, read only, and behind them segments of its own.
struct ForkDisk: Disk {
    private let base: any Disk
    private let own: any Disk
    /// The last name that is read from the base, and where that file ends for us.
    private let last: String
    private let lastSize: UInt64

    init(_ base: any Disk, last: String, size: UInt64, own: any Disk) {
        self.base = base
        self.own = own
        self.last = last
        lastSize = size
    }

    func open(_ name: String) throws(StorageError) -> any DiskFile {
        guard name <= last else { return try own.open(name) }
        return ReadOnlyFile(try base.open(name), name: name, limit: name == last ? lastSize : .max)
    }

    func names() throws(StorageError) -> [String] { try base.names().filter { $0 <= last } + own.names() }

    func remove(_ name: String) throws(StorageError) {
        if name > last { try own.remove(name) }
    }

    private final class ReadOnlyFile: DiskFile {
        private let file: any DiskFile
        private let name: String
        let size: UInt64

        init(_ file: any DiskFile, name: String, limit: UInt64) {
            self.file = file
            self.name = name
            size = min(file.size, limit)
        }

        func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
            guard offset < size else { return [] }
            return try file.read(at: offset, count: Int(clamping: min(UInt64(count), size - offset)))
        }

        private var refusal: StorageError { .system(operation: "write", path: name, code: 30) }

        func append(_ bytes: [UInt8]) throws(StorageError) { throw refusal }

        func truncate(to size: UInt64) throws(StorageError) { throw refusal }

        func sync() throws(StorageError) {}
    }
}
