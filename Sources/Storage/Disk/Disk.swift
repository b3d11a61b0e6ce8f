/// A folder of files: the door through which storage reaches a disk. `SimulatedDisk` is its seeded twin.
public protocol Disk: Sendable {
    /// Opens a file, empty if it was not there. A new file lasts from its first `sync` on.
    func open(_ name: String) throws(StorageError) -> any DiskFile
    /// The names of all files, sorted.
    func names() throws(StorageError) -> [String]
    func remove(_ name: String) throws(StorageError)
}

/// One file, written at its end only.
public protocol DiskFile: AnyObject, Sendable {
    var size: UInt64 { get }
    /// Fewer bytes than asked for only at the file's end.
    func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8]
    /// A failed append may leave some of the bytes behind.
    func append(_ bytes: [UInt8]) throws(StorageError)
    func truncate(to size: UInt64) throws(StorageError)
    /// Everything before it survives a power cut.
    func sync() throws(StorageError)
}

extension [UInt8] {
    mutating func append(bigEndian value: UInt32) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(bigEndian value: UInt64) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Four bytes that are there.
    func bigEndian32(at position: Int) -> UInt32 {
        self[position..<(position + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Eight bytes that are there.
    func bigEndian64(at position: Int) -> UInt64 {
        self[position..<(position + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
