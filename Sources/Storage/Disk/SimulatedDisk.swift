import Synchronization

/// A disk that fails as disks do, all of it decided by a seed: the twin of `SystemDisk` in simulations.
///
/// What was not synced may be lost when the power goes: each sector on its own, so that later writes can be there
/// without earlier ones, and a record in part. Writes and syncs can be made to fail, and the disk has an end.
public final class SimulatedDisk: Disk {
    /// What goes wrong, and when.
    public struct Faults: Sendable {
        /// The operation (append or sync, counted from 0) that fails with EIO, after part of it was done.
        public var failingOperation: Int?
        /// Bytes that all files together can hold.
        public var capacity: Int?

        public init() {}
    }

    private struct FileContent {
        /// What is there for who reads now.
        var bytes: [UInt8] = []
        /// What is surely there after a power cut: the content at the last sync.
        var synced: [UInt8] = []
        /// Whether the name survives a power cut.
        var isNamed = false
    }

    private struct Content {
        var files: [String: FileContent] = [:]
        var random: UInt64
        var faults = Faults()
        var operations = 0
        /// Counts power cuts: files that were opened before are gone.
        var generation = 0
    }

    /// The unit in which unsynced writes reach the disk or do not.
    private static let sectorSize = 64

    private let content: Mutex<Content>

    public init(seed: UInt64) {
        content = Mutex(Content(random: seed))
    }

    public func setFaults(_ faults: Faults) {
        content.withLock { content in
            content.faults = faults
            content.operations = 0
        }
    }

    /// Appends and syncs since the faults were set.
    public var operationCount: Int { content.withLock { $0.operations } }

    /// Bytes that all files hold.
    public var usedBytes: Int { content.withLock { $0.files.values.reduce(0) { $0 + $1.bytes.count } } }

    /// Power goes and comes back: open files are closed, and of what was not synced some sectors are there. Nothing fails
    /// from then on.
    public func cutPower() {
        content.withLock { content in
            content.faults = Faults()
            content.generation += 1
            for name in content.files.keys.sorted() {
                guard var file = content.files[name] else { continue }
                if !file.isNamed, SimulatedDisk.random(&content.random) % 2 == 0 {
                    content.files[name] = nil
                    continue
                }
                file.bytes = SimulatedDisk.survivors(file, &content.random)
                file.synced = file.bytes
                file.isNamed = true
                content.files[name] = file
            }
        }
    }

    private static func survivors(_ file: FileContent, _ random: inout UInt64) -> [UInt8] {
        // The size that the file system remembers: anything between the two.
        let shorter = min(file.bytes.count, file.synced.count)
        let longer = max(file.bytes.count, file.synced.count)
        let count = shorter + Int(self.random(&random) % UInt64(longer - shorter + 1))
        var bytes = [UInt8](repeating: 0, count: count)
        // A disk that keeps everything, one that loses everything, or a coin for each sector.
        let style = self.random(&random) % 3
        for start in stride(from: 0, to: count, by: sectorSize) {
            let isNew = style == 0 || (style == 1 && self.random(&random) % 2 == 0)
            for index in start..<min(count, start + sectorSize) {
                let (new, old) = (index < file.bytes.count, index < file.synced.count)
                if new, isNew || (old && file.bytes[index] == file.synced[index]) {
                    bytes[index] = file.bytes[index]
                } else if old {
                    bytes[index] = file.synced[index]
                }
            }
        }
        return bytes
    }

    /// SplitMix64.
    private static func random(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    // MARK: Disk

    public func open(_ name: String) throws(StorageError) -> any DiskFile {
        content.withLock { content in
            if content.files[name] == nil { content.files[name] = FileContent() }
            return File(disk: self, name: name, generation: content.generation)
        }
    }

    public func names() throws(StorageError) -> [String] { content.withLock { $0.files.keys.sorted() } }

    public func remove(_ name: String) throws(StorageError) { content.withLock { $0.files[name] = nil } }

    /// EIO and ENOSPC of Linux.
    private static let inputOutputError: Int32 = 5
    private static let noSpaceLeft: Int32 = 28

    /// Runs an operation on a file that is still open; `fails` says that it is the one to fail.
    private func operate<Result>(
        _ file: File, isWrite: Bool,
        _ body: (inout FileContent, _ fails: Bool, _ space: Int, _ random: inout UInt64) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try content.withLock { (content) throws(StorageError) in
            guard file.generation == content.generation, var state = content.files[file.name] else {
                throw .system(operation: "use", path: file.name, code: SimulatedDisk.inputOutputError)
            }
            defer { content.files[file.name] = state }
            let fails = isWrite && content.operations == content.faults.failingOperation
            if isWrite { content.operations += 1 }
            let used = content.files.values.reduce(0) { $0 + $1.bytes.count }
            return try body(&state, fails, (content.faults.capacity ?? .max) - used, &content.random)
        }
    }

    private final class File: DiskFile {
        private let disk: SimulatedDisk
        let name: String
        let generation: Int

        init(disk: SimulatedDisk, name: String, generation: Int) {
            self.disk = disk
            self.name = name
            self.generation = generation
        }

        var size: UInt64 { disk.content.withLock { UInt64($0.files[name]?.bytes.count ?? 0) } }

        func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
            try disk.operate(self, isWrite: false) { (file, _, _, _) throws(StorageError) in
                guard offset < UInt64(file.bytes.count) else { return [] }
                return Array(file.bytes[Int(offset)..<min(file.bytes.count, Int(offset) + count)])
            }
        }

        func append(_ bytes: [UInt8]) throws(StorageError) {
            try disk.operate(self, isWrite: true) { (file, fails, space, random) throws(StorageError) in
                if fails || bytes.count > space {
                    let part = fails ? Int(SimulatedDisk.random(&random) % UInt64(bytes.count + 1)) : max(0, space)
                    file.bytes += bytes.prefix(part)
                    throw .system(
                        operation: "write", path: name,
                        code: fails ? SimulatedDisk.inputOutputError : SimulatedDisk.noSpaceLeft)
                }
                file.bytes += bytes
            }
        }

        func truncate(to size: UInt64) throws(StorageError) {
            try disk.operate(self, isWrite: false) { (file, _, _, _) throws(StorageError) in
                file.bytes.removeLast(file.bytes.count - min(file.bytes.count, Int(size)))
            }
        }

        func sync() throws(StorageError) {
            try disk.operate(self, isWrite: true) { (file, fails, _, _) throws(StorageError) in
                // A kernel forgets what it could not write: it may never reach the disk.
                if fails {
                    throw .system(operation: "sync", path: name, code: SimulatedDisk.inputOutputError)
                }
                file.synced = file.bytes
                file.isNamed = true
            }
        }
    }
}
