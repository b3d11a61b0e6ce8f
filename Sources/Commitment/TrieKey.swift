public import Foundations

/// A key of a trie by half bytes.
///
/// The first 64 stand in a word, so that the keys of state tries, which are hashes, need no memory of their own.
struct TrieKey: Equatable, Sendable {
    /// The first 32 bytes; zeros where the key has fewer.
    private let head: UInt256
    /// The bytes beyond them.
    private let tail: [UInt8]
    /// How many half bytes the key has.
    let count: Int

    init(_ hash: Bytes32) {
        head = hash.word
        tail = []
        count = 64
    }

    init(_ bytes: [UInt8]) {
        let first = bytes.prefix(32)
        head = UInt256(bigEndian: first) << UInt64(256 - 8 * first.count)
        tail = Array(bytes.dropFirst(32))
        count = 2 * bytes.count
    }

    var bytes: [UInt8] { head.bigEndianBytes.prefix(count / 2) + tail }

    subscript(index: Int) -> Int {
        if index < 64 { return head.nibble(index) }
        let byte = Int(tail[(index - 64) / 2])
        return index.isMultiple(of: 2) ? byte >> 4 : byte & 15
    }

    /// How many half bytes from the first on two keys share.
    func commonCount(with other: TrieKey) -> Int {
        let limit = min(count, other.count)
        var common = head.commonNibbleCount(other.head)
        if common == 64 {
            while common < limit, self[common] == other[common] { common += 1 }
        }
        return min(common, limit)
    }

    /// Appends the half bytes from `start` to `end` in hex-prefix encoding, as an RLP string.
    func appendPath(from start: Int, to end: Int, isLeaf: Bool, to bytes: inout [UInt8]) {
        if end <= 64 { return TrieCoding.appendPath(head, from: start, to: end, isLeaf: isLeaf, to: &bytes) }
        let isOdd = !(end - start).isMultiple(of: 2)
        let flag: UInt8 = isLeaf ? 2 : 0
        if end - start > 1 { TrieCoding.appendHeader((end - start) / 2 + 1, base: 0x80, to: &bytes) }
        bytes.append(isOdd ? (flag + 1) << 4 | UInt8(self[start]) : flag << 4)
        for index in stride(from: isOdd ? start + 1 : start, to: end, by: 2) {
            bytes.append(UInt8(self[index] << 4 | self[index + 1]))
        }
    }
}

extension TrieKey: Comparable {
    /// The order of the bytes; the beginning of another key comes before it.
    static func < (left: TrieKey, right: TrieKey) -> Bool {
        if left.head != right.head { return left.head < right.head }
        if min(left.count, right.count) <= 64 { return left.count < right.count }
        return left.tail.lexicographicallyPrecedes(right.tail)
    }
}

extension UInt256 {
    /// Nibble `index` of a key, 0 the most significant.
    @inlinable
    package func nibble(_ index: Int) -> Int {
        let limb =
            switch index >> 4 {
            case 0: limb3
            case 1: limb2
            case 2: limb1
            default: limb0
            }
        return Int(truncatingIfNeeded: limb &>> UInt64(60 &- 4 &* (index & 15))) & 15
    }

    /// How many nibbles from the most significant on two keys share.
    @inlinable
    package func commonNibbleCount(_ other: UInt256) -> Int { Int((self ^ other).leadingZeroBitCount / 4) }
}
