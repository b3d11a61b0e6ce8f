/// 32 bytes: a hash, a storage key, a root. Kept as a word, so that comparison is lexicographic order of the bytes.
public struct Bytes32: Equatable, Comparable, Sendable, BitwiseCopyable {
    /// The bytes read as a big-endian integer.
    public var word: UInt256

    @inlinable @inline(__always)
    public init(_ word: UInt256) {
        self.word = word
    }

    /// Reads exactly 32 bytes; nil for any other count.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        word = UInt256(bigEndian: bytes)
    }

    @inlinable public static var zero: Bytes32 { Bytes32(.zero) }

    @inlinable @inline(__always)
    public static func < (left: Bytes32, right: Bytes32) -> Bool { left.word < right.word }

    public var bytes: [UInt8] { word.bigEndianBytes }
}
