import Synchronization

/// A file of records, appended one after the other, each with its size and a checksum in front.
final class RecordFile: Sendable {
    let file: any DiskFile
    private let name: String

    /// Size and checksum.
    static let overhead = 8
    /// No record is larger: a size beyond it is damage.
    static let longest = 1 << 30

    init(disk: any Disk, name: String) throws(StorageError) {
        file = try disk.open(name)
        self.name = name
    }

    var size: UInt64 { file.size }

    /// Where the record begins.
    func append(_ record: [UInt8]) throws(StorageError) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(record.count + RecordFile.overhead)
        bytes.append(bigEndian: UInt32(record.count))
        bytes.append(bigEndian: Checksum.of(record))
        bytes += record
        let start = file.size
        try file.append(bytes)
        return start
    }

    func sync() throws(StorageError) { try file.sync() }

    /// The record that begins at `offset`; nil when there is none, or only part of one.
    func record(at offset: UInt64) throws(StorageError) -> [UInt8]? {
        let head = try file.read(at: offset, count: RecordFile.overhead)
        guard head.count == RecordFile.overhead else { return nil }
        let count = Int(head.bigEndian32(at: 0))
        // An empty record is what a hole in the file would look like.
        guard count > 0, count <= RecordFile.longest else { return nil }
        let record = try file.read(at: offset + UInt64(RecordFile.overhead), count: count)
        return record.count == count && Checksum.of(record) == head.bigEndian32(at: 4) ? record : nil
    }

    /// Gives every whole record from `start` on with its offset, and cuts off what follows the last.
    func recover(
        from start: UInt64 = 0, _ body: (UInt64, [UInt8]) throws(StorageError) -> Void
    ) throws(StorageError) {
        var offset = min(start, file.size)
        while let record = try record(at: offset) {
            try body(offset, record)
            offset += UInt64(record.count + RecordFile.overhead)
        }
        if offset < file.size {
            try file.truncate(to: offset)
            // So that nothing of the old tail comes back behind what is appended next.
            try file.sync()
        }
    }
}

/// CRC-32C (Castagnoli), as storage uses it: RFC 3720, appendix B.4.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var value = ~(0 as UInt32)
            for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 255)] ^ value >> 8 }
            return ~value
        }
    }
}
