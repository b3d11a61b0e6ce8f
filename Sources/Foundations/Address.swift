/// A 20-byte account address.
public struct Address: Equatable, Comparable, Sendable, BitwiseCopyable {
    // The 160 bits, most significant part first, so that comparison is lexicographic order of the bytes.
    @usableFromInline let high: UInt32
    @usableFromInline let middle: UInt64
    @usableFromInline let low: UInt64

    /// The low 160 bits of a word, as the EVM reads addresses from its stack.
    @inlinable @inline(__always)
    public init(_ word: UInt256) {
        high = UInt32(truncatingIfNeeded: word.limb2)
        middle = word.limb1
        low = word.limb0
    }

    /// Reads exactly 20 bytes; nil for any other count.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 20 else { return nil }
        var high: UInt64 = 0
        var middle: UInt64 = 0
        var low: UInt64 = 0
        for byte in bytes {
            high = high << 8 | middle >> 56
            middle = middle << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.init(UInt256(limbs: low, middle, high, 0))
    }

    @inlinable public static var zero: Address { Address(.zero) }

    /// The address as a word, its upper 96 bits zero.
    @inlinable public var word: UInt256 {
        @inline(__always) get { UInt256(limbs: low, middle, UInt64(high), 0) }
    }

    @inlinable
    public static func < (left: Address, right: Address) -> Bool { left.word < right.word }

    public var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 20)
        bytes.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: high.byteSwapped, toByteOffset: 0, as: UInt32.self)
            bytes.storeBytes(of: middle.byteSwapped, toByteOffset: 4, as: UInt64.self)
            bytes.storeBytes(of: low.byteSwapped, toByteOffset: 12, as: UInt64.self)
        }
        return bytes
    }
}
