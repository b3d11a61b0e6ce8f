/// Walks over a range of a store entry by entry, for who reads two ranges side by side. The reader must not change
/// meanwhile.
struct StoreCursor {
    typealias Entry = (key: [UInt8], value: [UInt8])

    private let reader: any StoreReader
    /// Where the next chunk begins; nil when there is none.
    private var start: [UInt8]?
    private let end: [UInt8]
    private var chunk: ArraySlice<Entry> = []

    private static let chunkCount = 128

    init(_ reader: any StoreReader, from start: [UInt8], before end: [UInt8]) throws(StorageError) {
        self.reader = reader
        self.start = start
        self.end = end
        try fill()
    }

    /// The entry at which the cursor stands; nil behind the last.
    var entry: Entry? { chunk.first }

    mutating func advance() throws(StorageError) {
        chunk = chunk.dropFirst()
        if chunk.isEmpty { try fill() }
    }

    private mutating func fill() throws(StorageError) {
        guard let from = start else { return }
        var entries: [Entry] = []
        try reader.scan(from: from, before: end) { key, value in
            entries.append((key, value))
            return entries.count < StoreCursor.chunkCount
        }
        // The next key in order is the last one with a zero behind it.
        start = entries.count == StoreCursor.chunkCount ? entries.last.map { $0.key + [0] } : nil
        chunk = entries[...]
    }
}
