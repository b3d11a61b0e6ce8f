import Synchronization

/// The chain's log: an append-only sequence of records in segment files, which is the truth that the store is rebuilt
/// from after a crash. A record is durable when `sync` has returned.
final class BlockArchive: Sendable {
    /// Where a record begins.
    struct Position: Comparable, Sendable {
        var segment: UInt32
        var offset: UInt64

        static let start = Position(segment: 0, offset: 0)

        static func < (left: Position, right: Position) -> Bool {
            (left.segment, left.offset) < (right.segment, right.offset)
        }
    }

    private struct Content {
        /// Open segments by number; the last is the one that grows.
        var segments: [UInt32: RecordFile] = [:]
        var first: UInt32 = 0
        var last: UInt32 = 0
        /// Bytes of all segments but the last.
        var closedBytes: UInt64 = 0
        var hasFailed = false
    }

    private let disk: any Disk
    private let segmentLimit: UInt64
    private let content: Mutex<Content>

    private static let suffix = ".blocks"

    static func name(_ segment: UInt32) -> String {
        let digits = "\(segment)"
        return String(repeating: "0", count: 10 - digits.count) + digits + suffix
    }

    init(disk: any Disk, segmentLimit: UInt64) throws(StorageError) {
        self.disk = disk
        self.segmentLimit = segmentLimit
        var content = Content()
        let numbers = try disk.names().compactMap {
            $0.hasSuffix(BlockArchive.suffix) ? UInt32($0.dropLast(BlockArchive.suffix.count)) : nil
        }
        content.first = numbers.min() ?? 0
        content.last = numbers.max() ?? 0
        for number in content.first...content.last {
            let file = try RecordFile(disk: disk, name: BlockArchive.name(number))
            content.segments[number] = file
            if number != content.last { content.closedBytes += file.size }
        }
        self.content = Mutex(content)
    }

    /// Where the next record will begin, unless it begins a new segment.
    var end: Position {
        content.withLock { Position(segment: $0.last, offset: $0.segments[$0.last]?.size ?? 0) }
    }

    var firstSegment: UInt32 { content.withLock { $0.first } }

    var size: UInt64 { content.withLock { $0.closedBytes + ($0.segments[$0.last]?.size ?? 0) } }

    /// Appends a record and answers where it begins.
    func append(_ record: [UInt8]) throws(StorageError) -> Position {
        try content.withLock { (content) throws(StorageError) in
            guard !content.hasFailed, let current = content.segments[content.last] else { throw .stopped }
            do throws(StorageError) {
                var file = current
                if current.size >= segmentLimit {
                    // The old one first, so that only the last segment ever has a torn end.
                    try current.sync()
                    let next = try RecordFile(disk: disk, name: BlockArchive.name(content.last + 1))
                    try next.sync()
                    content.closedBytes += current.size
                    content.last += 1
                    content.segments[content.last] = next
                    file = next
                }
                return Position(segment: content.last, offset: try file.append(record))
            } catch {
                content.hasFailed = true
                throw error
            }
        }
    }

    /// After a failed sync nobody knows what is on the disk: nothing more is appended.
    func sync() throws(StorageError) {
        let file = try content.withLock { (content) throws(StorageError) in
            guard !content.hasFailed, let file = content.segments[content.last] else { throw .stopped }
            return file
        }
        do throws(StorageError) {
            try file.sync()
        } catch {
            content.withLock { $0.hasFailed = true }
            throw error
        }
    }

    func record(at position: Position) throws(StorageError) -> [UInt8] {
        guard let file = content.withLock({ $0.segments[position.segment] }) else {
            throw .damaged("segment \(position.segment) of the archive is missing")
        }
        guard let record = try file.record(at: position.offset) else {
            throw .damaged("record at byte \(position.offset) of \(BlockArchive.name(position.segment))")
        }
        return record
    }

    /// Gives the records from `start` on, and cuts off what is unfinished at the end.
    func recover(
        from start: Position, _ body: (Position, [UInt8]) throws(StorageError) -> Void
    ) throws(StorageError) {
        let (files, last) = content.withLock { content in
            (content.segments.filter { $0.key >= start.segment }.sorted { $0.key < $1.key }, content.last)
        }
        for (number, file) in files {
            let offset = number == start.segment ? start.offset : 0
            if number == last {
                try file.recover(from: offset) { (offset, record) throws(StorageError) in
                    try body(Position(segment: number, offset: offset), record)
                }
            } else {
                try forEachRecord(ofSegment: number, from: offset, body)
            }
        }
    }

    /// Every record of a segment that no longer grows.
    func forEachRecord(
        ofSegment number: UInt32, from start: UInt64 = 0, _ body: (Position, [UInt8]) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard let file = content.withLock({ $0.segments[number] }) else { return }
        var offset = start
        while offset < file.size {
            let position = Position(segment: number, offset: offset)
            let record = try self.record(at: position)
            try body(position, record)
            offset += UInt64(record.count + RecordFile.overhead)
        }
    }

    /// Removes the first segment, unless it is the one that grows.
    func removeFirstSegment() throws(StorageError) {
        try content.withLock { (content) throws(StorageError) in
            guard content.first < content.last else { return }
            content.closedBytes -= content.segments.removeValue(forKey: content.first)?.size ?? 0
            try disk.remove(BlockArchive.name(content.first))
            content.first += 1
        }
    }
}
