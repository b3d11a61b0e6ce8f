// Recursive Length Prefix. Source: Yellow Paper, appendix B.

/// Writes RLP into one buffer. Lists are written in place: the payload first, then its header is slid in front.
public struct RLPEncoder: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// The encoding of what `content` writes, as a list.
    public static func list(_ content: (inout RLPEncoder) -> Void) -> [UInt8] {
        var encoder = RLPEncoder()
        encoder.list(content)
        return encoder.bytes
    }

    public mutating func append(_ string: some Collection<UInt8>) {
        if string.count == 1, let byte = string.first, byte < 0x80 {
            bytes.append(byte)
        } else {
            appendHeader(count: string.count, base: 0x80)
            bytes.append(contentsOf: string)
        }
    }

    public mutating func append(_ value: UInt64) {
        if value == 0 {
            bytes.append(0x80)
        } else if value < 0x80 {
            bytes.append(UInt8(value))
        } else {
            let count = 8 - value.leadingZeroBitCount / 8
            bytes.append(0x80 + UInt8(count))
            appendBigEndian(value, count: count)
        }
    }

    public mutating func append(_ value: UInt256) {
        if let small = value.asUInt64 { return append(small) }
        let count = Int(value.byteWidth)
        bytes.append(0x80 + UInt8(count))
        bytes.append(bigEndian: value, count: count)
    }

    public mutating func append(_ hash: Bytes32) {
        bytes.append(0x80 + 32)
        bytes.append(bigEndian: hash.word)
    }

    public mutating func append(_ address: Address) {
        bytes.append(0x80 + 20)
        bytes.append(bigEndian: address.word, count: 20)
    }

    /// An address, or the empty string for none, as a transaction's recipient is written.
    public mutating func append(_ address: Address?) {
        if let address { append(address) } else { bytes.append(0x80) }
    }

    /// Bytes that are RLP already.
    public mutating func appendEncoded(_ encoded: some Collection<UInt8>) {
        bytes.append(contentsOf: encoded)
    }

    public mutating func list(_ content: (inout RLPEncoder) -> Void) {
        let start = bytes.count
        content(&self)
        let count = bytes.count - start
        var header = RLPEncoder()
        header.appendHeader(count: count, base: 0xc0)
        bytes.insert(contentsOf: header.bytes, at: start)
    }

    private mutating func appendHeader(count: Int, base: UInt8) {
        if count < 56 {
            bytes.append(base + UInt8(count))
        } else {
            let length = UInt64(count)
            let lengthBytes = 8 - length.leadingZeroBitCount / 8
            bytes.append(base + 55 + UInt8(lengthBytes))
            appendBigEndian(length, count: lengthBytes)
        }
    }

    private mutating func appendBigEndian(_ value: UInt64, count: Int) {
        var shift = UInt64(8 * count)
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value &>> shift))
        }
    }
}

/// Why bytes are not the RLP that was expected, and where.
public struct RLPError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case endOfInput
        case trailingBytes
        case expectedList
        case expectedString
        /// A single byte below 0x80 behind a header, or a length in more bytes than it needs.
        case notCanonical
        case leadingZero
        case wrongSize
        case tooLarge
        /// The list has fewer or more items than its type.
        case wrongItemCount
        case invalidValue
        /// Lists in lists beyond `RLPItem.depthLimit`.
        case tooDeep
    }

    public let reason: Reason
    /// The offset of the first byte that is wrong.
    public let position: Int

    public init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }
}

/// Reads RLP strictly: only canonical encodings pass. Works in place over a slice; allocates for nothing but results.
public struct RLPDecoder: Sendable {
    private let bytes: [UInt8]
    /// Offset of the next item, and where the enclosing list ends.
    public private(set) var position: Int
    private let end: Int

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    public var isAtEnd: Bool { position == end }

    /// Whether the next item is a list; false at the end.
    public var nextIsList: Bool { position < end && bytes[position] >= 0xc0 }

    public func finish() throws(RLPError) {
        if position != end { throw RLPError(.trailingBytes, at: position) }
    }

    /// The payload of the next item, and whether it is a list.
    private mutating func item() throws(RLPError) -> (payload: Range<Int>, isList: Bool) {
        guard position < end else { throw RLPError(.endOfInput, at: position) }
        let first = bytes[position]
        let isList = first >= 0xc0
        if first < 0x80 {
            position += 1
            return (position - 1..<position, false)
        }
        let short = Int(first) - (isList ? 0xc0 : 0x80)
        var start = position + 1
        var count = short
        if short > 55 {
            let lengthBytes = short - 55
            guard lengthBytes <= end - start else { throw RLPError(.endOfInput, at: position) }
            if bytes[start] == 0 { throw RLPError(.notCanonical, at: position) }
            var length: UInt64 = 0
            for index in start..<(start + lengthBytes) { length = (length << 8) | UInt64(bytes[index]) }
            if length < 56 { throw RLPError(.notCanonical, at: position) }
            start += lengthBytes
            guard length <= UInt64(end - start) else { throw RLPError(.endOfInput, at: position) }
            count = Int(length)
        }
        guard count <= end - start else { throw RLPError(.endOfInput, at: position) }
        if !isList, count == 1, short <= 55, bytes[start] < 0x80 { throw RLPError(.notCanonical, at: position) }
        position = start + count
        return (start..<start + count, isList)
    }

    /// A decoder over the items of the next item, which must be a list.
    public mutating func list() throws(RLPError) -> RLPDecoder {
        let start = position
        let item = try item()
        guard item.isList else { throw RLPError(.expectedList, at: start) }
        return RLPDecoder(bytes, item.payload)
    }

    /// The next byte as it stands, outside any item: the type in front of a typed transaction.
    public mutating func byte() throws(RLPError) -> UInt8 {
        guard position < end else { throw RLPError(.endOfInput, at: position) }
        position += 1
        return bytes[position - 1]
    }

    /// A decoder over the content of the next item, which must be a string: RLP inside RLP.
    public mutating func nested() throws(RLPError) -> RLPDecoder {
        RLPDecoder(bytes, try stringRange())
    }

    /// Passes over the next item and answers how many bytes it holds without its header.
    public mutating func skipString() throws(RLPError) -> Int { try stringRange().count }

    /// The bytes of the next item with its header, as they stand.
    public mutating func encodedItem() throws(RLPError) -> [UInt8] {
        let start = position
        _ = try item()
        return [UInt8](bytes[start..<position])
    }

    private mutating func stringRange() throws(RLPError) -> Range<Int> {
        let start = position
        let item = try item()
        guard !item.isList else { throw RLPError(.expectedString, at: start) }
        return item.payload
    }

    public mutating func string() throws(RLPError) -> [UInt8] {
        [UInt8](bytes[try stringRange()])
    }

    public mutating func string(count: Int) throws(RLPError) -> [UInt8] {
        let start = position
        let range = try stringRange()
        guard range.count == count else { throw RLPError(.wrongSize, at: start) }
        return [UInt8](bytes[range])
    }

    public mutating func word() throws(RLPError) -> UInt256 {
        let start = position
        let range = try stringRange()
        guard range.count <= 32 else { throw RLPError(.tooLarge, at: start) }
        if let first = bytes[range].first, first == 0 { throw RLPError(.leadingZero, at: start) }
        return UInt256(bigEndian: bytes[range])
    }

    public mutating func integer() throws(RLPError) -> UInt64 {
        let start = position
        guard let value = try word().asUInt64 else { throw RLPError(.tooLarge, at: start) }
        return value
    }

    public mutating func hash() throws(RLPError) -> Bytes32 {
        let start = position
        guard let hash = Bytes32(bytes[try stringRange()]) else { throw RLPError(.wrongSize, at: start) }
        return hash
    }

    public mutating func address() throws(RLPError) -> Address {
        let start = position
        guard let address = Address(bytes[try stringRange()]) else { throw RLPError(.wrongSize, at: start) }
        return address
    }

    /// An address, or nil for the empty string.
    public mutating func optionalAddress() throws(RLPError) -> Address? {
        let start = position
        let range = try stringRange()
        if range.isEmpty { return nil }
        guard let address = Address(bytes[range]) else { throw RLPError(.wrongSize, at: start) }
        return address
    }

    /// Every item of the next item, which must be a list, read by `element`.
    public mutating func array<Element>(
        _ element: (inout RLPDecoder) throws(RLPError) -> Element
    ) throws(RLPError) -> [Element] {
        var items = try list()
        var elements: [Element] = []
        while !items.isAtEnd { elements.append(try element(&items)) }
        return elements
    }
}
