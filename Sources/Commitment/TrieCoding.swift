public import Foundations

/// The RLP of trie nodes, written without steps between. Source: Yellow Paper, appendix D.
package enum TrieCoding {
    /// Appends nibbles of a key in hex-prefix encoding, as a string.
    package static func appendPath(_ key: UInt256, from start: Int, to end: Int, isLeaf: Bool, to bytes: inout [UInt8])
    {
        let count = end - start
        if count >= 2 { bytes.append(0x80 + UInt8(count / 2 + 1)) }
        let flag: UInt8 = isLeaf ? 2 : 0
        bytes.append(count.isMultiple(of: 2) ? flag << 4 : (flag + 1) << 4 | UInt8(key.nibble(start)))
        bytes.append(bigEndian: end == 0 ? .zero : key >> UInt64(256 - 4 * end), count: count / 2)
    }

    /// How many bytes a path of so many nibbles takes, with its header.
    package static func pathByteCount(_ count: Int) -> Int {
        count < 2 ? 1 : count / 2 + 1 + headerCount(count / 2 + 1)
    }

    package static func stringByteCount(_ string: [UInt8]) -> Int {
        string.count == 1 && string[0] < 0x80 ? 1 : string.count + headerCount(string.count)
    }

    package static func append(string: [UInt8], to bytes: inout [UInt8]) {
        if string.count == 1, string[0] < 0x80 { return bytes.append(string[0]) }
        appendHeader(string.count, base: 0x80, to: &bytes)
        bytes += string
    }

    private static func headerCount(_ count: Int) -> Int {
        count < 56 ? 1 : count < 0x100 ? 2 : count < 0x1_0000 ? 3 : count < 0x100_0000 ? 4 : 5
    }

    package static func appendHeader(_ count: Int, base: UInt8, to bytes: inout [UInt8]) {
        if count < 56 { return bytes.append(base + UInt8(count)) }
        let size = headerCount(count) - 1
        bytes.append(base + 55 + UInt8(size))
        for shift in stride(from: 8 * (size - 1), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
    }
}

/// What a parent writes for a node: its hash, or the node itself when it is shorter than 32 bytes.
@usableFromInline
package struct TrieName: Sendable {
    /// The hash, or the node's bytes as an integer.
    @usableFromInline let word: UInt256
    /// 0 for a hash, else how many bytes the node has.
    @usableFromInline let inlineCount: UInt8

    @inlinable
    package init(_ hash: Bytes32) {
        word = hash.word
        inlineCount = 0
    }

    /// Precondition: fewer than 32 bytes.
    @inlinable
    package init(inline encoded: ArraySlice<UInt8>) {
        word = UInt256(bigEndian: encoded)
        inlineCount = UInt8(encoded.count)
    }

    /// nil for a node that stands inside its parent.
    @inlinable
    package var hash: Bytes32? { inlineCount == 0 ? Bytes32(word) : nil }

    @inlinable
    package var byteCount: Int { inlineCount == 0 ? 33 : Int(inlineCount) }

    @inlinable
    package func append(to bytes: inout [UInt8]) {
        if inlineCount == 0 { bytes.append(0xa0) }
        bytes.append(bigEndian: word, count: inlineCount == 0 ? 32 : Int(inlineCount))
    }
}
