import Glibc
import Synchronization

/// A folder of the machine's file system.
public final class SystemDisk: Disk {
    private let folder: String
    private let isReadOnly: Bool

    /// Makes the folder if it is not there. Read only, nothing in it changes.
    public init(folder: String, isReadOnly: Bool = false) throws(StorageError) {
        self.folder = folder
        self.isReadOnly = isReadOnly
        if isReadOnly { return }
        var path = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            path += "/" + part
            if mkdir(path, 0o755) != 0, errno != EEXIST { throw .last("make folder", path) }
        }
    }

    public func open(_ name: String) throws(StorageError) -> any DiskFile {
        let path = "\(folder)/\(name)"
        let descriptor = Glibc.open(path, isReadOnly ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .last("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("read the size of", path) }
        return File(descriptor, path: path, folder: folder, size: UInt64(status.st_size))
    }

    public func names() throws(StorageError) -> [String] {
        guard let listing = opendir(folder) else { throw .last("list", folder) }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    public func remove(_ name: String) throws(StorageError) {
        guard !isReadOnly else { throw .system(operation: "remove", path: "\(folder)/\(name)", code: EROFS) }
        if unlink("\(folder)/\(name)") != 0 { throw .last("remove", "\(folder)/\(name)") }
    }

    private final class File: DiskFile {
        private let descriptor: Int32
        private let path: String
        private let folder: String
        private let end: Atomic<UInt64>
        private let isNamed = Atomic<Bool>(false)

        init(_ descriptor: Int32, path: String, folder: String, size: UInt64) {
            self.descriptor = descriptor
            self.path = path
            self.folder = folder
            end = Atomic(size)
        }

        deinit { close(descriptor) }

        var size: UInt64 { end.load(ordering: .acquiring) }

        func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
            var failure: StorageError?
            let wanted = Int(clamping: min(UInt64(count), size > offset ? size - offset : 0))
            let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                while filled < wanted {
                    let got = pread(descriptor, buffer.baseAddress! + filled, wanted - filled, off_t(offset) + filled)
                    if got < 0, errno == EINTR { continue }
                    if got < 0 { failure = .last("read", path) }
                    if got <= 0 { return }
                    filled += got
                }
            }
            if let failure { throw failure }
            return bytes
        }

        func append(_ bytes: [UInt8]) throws(StorageError) {
            var written = 0
            while written < bytes.count {
                let (start, offset) = (written, off_t(size) + written)
                let count = bytes.withUnsafeBytes {
                    pwrite(descriptor, $0.baseAddress! + start, bytes.count - start, offset)
                }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .last("write", path) }
                written += count
            }
            end.add(UInt64(written), ordering: .releasing)
        }

        func truncate(to size: UInt64) throws(StorageError) {
            if ftruncate(descriptor, off_t(size)) != 0 { throw .last("truncate", path) }
            end.store(size, ordering: .releasing)
        }

        func sync() throws(StorageError) {
            if fdatasync(descriptor) != 0 { throw .last("sync", path) }
            if isNamed.exchange(true, ordering: .relaxed) { return }
            // The first time, the folder too, which holds the file's name.
            let parent = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard parent >= 0 else { throw .last("open", folder) }
            defer { close(parent) }
            if fsync(parent) != 0 { throw .last("sync", folder) }
        }
    }
}
