/// An unsigned 256-bit integer: the EVM's word.
///
/// Four 64-bit limbs, least significant first. `&+ &- &*` wrap modulo 2^256; the reporting forms tell of overflow.
public struct UInt256: Equatable, Sendable, BitwiseCopyable {
    public var limb0: UInt64
    public var limb1: UInt64
    public var limb2: UInt64
    public var limb3: UInt64

    @inlinable @inline(__always)
    public init(limbs limb0: UInt64, _ limb1: UInt64, _ limb2: UInt64, _ limb3: UInt64) {
        self.limb0 = limb0
        self.limb1 = limb1
        self.limb2 = limb2
        self.limb3 = limb3
    }

    @inlinable @inline(__always)
    public init(_ value: UInt64) {
        self.init(limbs: value, 0, 0, 0)
    }

    @inlinable @inline(__always)
    public init(_ value: UInt128) {
        self.init(limbs: UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value &>> 64), 0, 0)
    }

    @inlinable public static var zero: UInt256 { UInt256(limbs: 0, 0, 0, 0) }
    @inlinable public static var one: UInt256 { UInt256(limbs: 1, 0, 0, 0) }
    @inlinable public static var max: UInt256 { UInt256(limbs: .max, .max, .max, .max) }

    @inlinable public var isZero: Bool {
        @inline(__always) get { (limb0 | limb1 | limb2 | limb3) == 0 }
    }

    /// The value as 64 bits, or nil when it does not fit.
    @inlinable public var asUInt64: UInt64? {
        @inline(__always) get { (limb1 | limb2 | limb3) == 0 ? limb0 : nil }
    }

    /// The value, or `UInt64.max` when it does not fit.
    @inlinable public var clampedToUInt64: UInt64 {
        @inline(__always) get { (limb1 | limb2 | limb3) == 0 ? limb0 : .max }
    }

    /// The value as 128 bits, or nil when it does not fit.
    @inlinable public var asUInt128: UInt128? {
        @inline(__always) get { (limb2 | limb3) == 0 ? (UInt128(limb1) &<< 64) | UInt128(limb0) : nil }
    }
}

extension UInt256: ExpressibleByIntegerLiteral {
    @inlinable public init(integerLiteral value: UInt64) {
        self.init(value)
    }
}

extension UInt256: Comparable {
    @inlinable @inline(__always)
    public static func < (left: UInt256, right: UInt256) -> Bool {
        // Words mostly agree in their upper limbs, so these branches are foreseen; two limbs compare by one borrow.
        if left.limb3 != right.limb3 { return left.limb3 < right.limb3 }
        if left.limb2 != right.limb2 { return left.limb2 < right.limb2 }
        return UInt128(digits: left.limb1, left.limb0) < UInt128(digits: right.limb1, right.limb0)
    }
}

// MARK: - Addition and subtraction

extension UInt256 {
    @inlinable @inline(__always)
    public func addingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        // `carry = first != second` compiles to one adc chain: at most one of the two overflows.
        let (r0, c0) = limb0.addingReportingOverflow(other.limb0)
        let (s1, a1) = limb1.addingReportingOverflow(other.limb1)
        let (r1, b1) = s1.addingReportingOverflow(c0 ? 1 : 0)
        let c1 = a1 != b1
        let (s2, a2) = limb2.addingReportingOverflow(other.limb2)
        let (r2, b2) = s2.addingReportingOverflow(c1 ? 1 : 0)
        let c2 = a2 != b2
        let (s3, a3) = limb3.addingReportingOverflow(other.limb3)
        let (r3, b3) = s3.addingReportingOverflow(c2 ? 1 : 0)
        return (UInt256(limbs: r0, r1, r2, r3), a3 != b3)
    }

    @inlinable @inline(__always)
    public func subtractingReportingOverflow(_ other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (r0, c0) = limb0.subtractingReportingOverflow(other.limb0)
        let (s1, a1) = limb1.subtractingReportingOverflow(other.limb1)
        let (r1, b1) = s1.subtractingReportingOverflow(c0 ? 1 : 0)
        let c1 = a1 != b1
        let (s2, a2) = limb2.subtractingReportingOverflow(other.limb2)
        let (r2, b2) = s2.subtractingReportingOverflow(c1 ? 1 : 0)
        let c2 = a2 != b2
        let (s3, a3) = limb3.subtractingReportingOverflow(other.limb3)
        let (r3, b3) = s3.subtractingReportingOverflow(c2 ? 1 : 0)
        return (UInt256(limbs: r0, r1, r2, r3), a3 != b3)
    }

    @inlinable @inline(__always)
    public static func &+ (left: UInt256, right: UInt256) -> UInt256 {
        left.addingReportingOverflow(right).partialValue
    }

    @inlinable @inline(__always)
    public static func &- (left: UInt256, right: UInt256) -> UInt256 {
        left.subtractingReportingOverflow(right).partialValue
    }

    /// Two's complement negation.
    @inlinable @inline(__always)
    public var negated: UInt256 { .zero &- self }

    /// Addition for sums that cannot overflow: an overflow is a bug and traps.
    @inlinable public static func + (left: UInt256, right: UInt256) -> UInt256 {
        let (value, overflow) = left.addingReportingOverflow(right)
        precondition(!overflow, "UInt256 addition overflows")
        return value
    }

    /// Subtraction for differences that cannot be negative: a borrow is a bug and traps.
    @inlinable public static func - (left: UInt256, right: UInt256) -> UInt256 {
        let (value, overflow) = left.subtractingReportingOverflow(right)
        precondition(!overflow, "UInt256 subtraction underflows")
        return value
    }

    @inlinable public static func += (left: inout UInt256, right: UInt256) { left = left + right }
    @inlinable public static func -= (left: inout UInt256, right: UInt256) { left = left - right }
}

// MARK: - Bits

extension UInt256 {
    @inlinable @inline(__always)
    public static func & (left: UInt256, right: UInt256) -> UInt256 {
        UInt256(
            limbs: left.limb0 & right.limb0, left.limb1 & right.limb1, left.limb2 & right.limb2,
            left.limb3 & right.limb3)
    }

    @inlinable @inline(__always)
    public static func | (left: UInt256, right: UInt256) -> UInt256 {
        UInt256(
            limbs: left.limb0 | right.limb0, left.limb1 | right.limb1, left.limb2 | right.limb2,
            left.limb3 | right.limb3)
    }

    @inlinable @inline(__always)
    public static func ^ (left: UInt256, right: UInt256) -> UInt256 {
        UInt256(
            limbs: left.limb0 ^ right.limb0, left.limb1 ^ right.limb1, left.limb2 ^ right.limb2,
            left.limb3 ^ right.limb3)
    }

    @inlinable @inline(__always)
    public static prefix func ~ (value: UInt256) -> UInt256 {
        UInt256(limbs: ~value.limb0, ~value.limb1, ~value.limb2, ~value.limb3)
    }

    // Limb after limb in place: whoever shifts in memory holds two limbs at a time, and the interpreter's handlers get by
    // with the registers that they need not save.

    /// Shifts left; 256 bits or more give zero.
    @inlinable @inline(__always)
    public mutating func shiftLeft(by count: UInt64) {
        let bits = count & 63
        if count >= 192 {
            self = UInt256(limbs: 0, 0, 0, count < 256 ? limb0 &<< bits : 0)
            return
        }
        // (x >> 1) >> (63 − bits) is x >> (64 − bits), and zero for bits = 0.
        let inverse = 63 &- bits
        if count < 64 {
            limb3 = (limb3 &<< bits) | ((limb2 &>> 1) &>> inverse)
            limb2 = (limb2 &<< bits) | ((limb1 &>> 1) &>> inverse)
            limb1 = (limb1 &<< bits) | ((limb0 &>> 1) &>> inverse)
            limb0 = limb0 &<< bits
            return
        }
        if count < 128 {
            limb3 = (limb2 &<< bits) | ((limb1 &>> 1) &>> inverse)
            limb2 = (limb1 &<< bits) | ((limb0 &>> 1) &>> inverse)
            limb1 = limb0 &<< bits
            limb0 = 0
            return
        }
        limb3 = (limb1 &<< bits) | ((limb0 &>> 1) &>> inverse)
        limb2 = limb0 &<< bits
        limb1 = 0
        limb0 = 0
    }

    /// Shifts right, with limbs of `sign` coming in from above.
    @inlinable @inline(__always)
    package mutating func shiftRight(by count: UInt64, from sign: UInt64) {
        let bits = count & 63
        let inverse = 63 &- bits
        if count >= 192 {
            self = UInt256(
                limbs: count < 256 ? (limb3 &>> bits) | ((sign &<< 1) &<< inverse) : sign, sign, sign, sign)
            return
        }
        if count < 64 {
            limb0 = (limb0 &>> bits) | ((limb1 &<< 1) &<< inverse)
            limb1 = (limb1 &>> bits) | ((limb2 &<< 1) &<< inverse)
            limb2 = (limb2 &>> bits) | ((limb3 &<< 1) &<< inverse)
            limb3 = (limb3 &>> bits) | ((sign &<< 1) &<< inverse)
            return
        }
        if count < 128 {
            limb0 = (limb1 &>> bits) | ((limb2 &<< 1) &<< inverse)
            limb1 = (limb2 &>> bits) | ((limb3 &<< 1) &<< inverse)
            limb2 = (limb3 &>> bits) | ((sign &<< 1) &<< inverse)
            limb3 = sign
            return
        }
        limb0 = (limb2 &>> bits) | ((limb3 &<< 1) &<< inverse)
        limb1 = (limb3 &>> bits) | ((sign &<< 1) &<< inverse)
        limb2 = sign
        limb3 = sign
    }

    /// Shifts right; 256 bits or more give zero.
    @inlinable @inline(__always)
    public mutating func shiftRight(by count: UInt64) { shiftRight(by: count, from: 0) }

    @inlinable @inline(__always)
    public static func << (value: UInt256, count: UInt64) -> UInt256 {
        var shifted = value
        shifted.shiftLeft(by: count)
        return shifted
    }

    @inlinable @inline(__always)
    public static func >> (value: UInt256, count: UInt64) -> UInt256 {
        var shifted = value
        shifted.shiftRight(by: count)
        return shifted
    }

    @inlinable public var leadingZeroBitCount: UInt64 {
        if limb3 != 0 { return UInt64(limb3.leadingZeroBitCount) }
        if limb2 != 0 { return 64 &+ UInt64(limb2.leadingZeroBitCount) }
        if limb1 != 0 { return 128 &+ UInt64(limb1.leadingZeroBitCount) }
        return 192 &+ UInt64(limb0.leadingZeroBitCount)
    }

    /// The number of significant bits; 0 for zero.
    @inlinable public var bitWidth: UInt64 { 256 &- leadingZeroBitCount }

    /// The number of significant bytes; 0 for zero.
    @inlinable public var byteWidth: UInt64 { (bitWidth &+ 7) / 8 }

    @inlinable public var trailingZeroBitCount: UInt64 {
        if limb0 != 0 { return UInt64(limb0.trailingZeroBitCount) }
        if limb1 != 0 { return 64 &+ UInt64(limb1.trailingZeroBitCount) }
        if limb2 != 0 { return 128 &+ UInt64(limb2.trailingZeroBitCount) }
        return limb3 == 0 ? 256 : 192 &+ UInt64(limb3.trailingZeroBitCount)
    }

    /// Whether bit `index` (0 the least significant) is set; false beyond 255.
    @inlinable public func bit(_ index: UInt64) -> Bool {
        (self >> index).limb0 & 1 == 1
    }
}

// MARK: - Multiplication

extension UInt256 {
    /// a·b + c + d, which always fits in 128 bits.
    @inlinable @inline(__always)
    package static func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> (low: UInt64, high: UInt64) {
        let product = UInt128(a) &* UInt128(b) &+ UInt128(c) &+ UInt128(d)
        return (UInt64(truncatingIfNeeded: product), UInt64(truncatingIfNeeded: product &>> 64))
    }

    @inlinable @inline(__always)
    public static func &* (left: UInt256, right: UInt256) -> UInt256 {
        let (r0, h0) = multiplyAdd(left.limb0, right.limb0, 0, 0)
        let (t1, h1) = multiplyAdd(left.limb1, right.limb0, h0, 0)
        let (t2, h2) = multiplyAdd(left.limb2, right.limb0, h1, 0)
        let t3 = left.limb3 &* right.limb0 &+ h2
        let (r1, g0) = multiplyAdd(left.limb0, right.limb1, t1, 0)
        let (u2, g1) = multiplyAdd(left.limb1, right.limb1, t2, g0)
        let u3 = left.limb2 &* right.limb1 &+ t3 &+ g1
        let (r2, f0) = multiplyAdd(left.limb0, right.limb2, u2, 0)
        let v3 = left.limb1 &* right.limb2 &+ u3 &+ f0
        return UInt256(limbs: r0, r1, r2, left.limb0 &* right.limb3 &+ v3)
    }

    /// The full 512-bit product.
    @inlinable
    public func multipliedFullWidth(by other: UInt256) -> (low: UInt256, high: UInt256) {
        let (r0, a0) = UInt256.multiplyAdd(limb0, other.limb0, 0, 0)
        let (a1, b1) = UInt256.multiplyAdd(limb1, other.limb0, a0, 0)
        let (a2, b2) = UInt256.multiplyAdd(limb2, other.limb0, b1, 0)
        let (a3, a4) = UInt256.multiplyAdd(limb3, other.limb0, b2, 0)
        let (r1, c0) = UInt256.multiplyAdd(limb0, other.limb1, a1, 0)
        let (d1, c1) = UInt256.multiplyAdd(limb1, other.limb1, a2, c0)
        let (d2, c2) = UInt256.multiplyAdd(limb2, other.limb1, a3, c1)
        let (d3, d4) = UInt256.multiplyAdd(limb3, other.limb1, a4, c2)
        let (r2, e0) = UInt256.multiplyAdd(limb0, other.limb2, d1, 0)
        let (f1, e1) = UInt256.multiplyAdd(limb1, other.limb2, d2, e0)
        let (f2, e2) = UInt256.multiplyAdd(limb2, other.limb2, d3, e1)
        let (f3, f4) = UInt256.multiplyAdd(limb3, other.limb2, d4, e2)
        let (r3, g0) = UInt256.multiplyAdd(limb0, other.limb3, f1, 0)
        let (r4, g1) = UInt256.multiplyAdd(limb1, other.limb3, f2, g0)
        let (r5, g2) = UInt256.multiplyAdd(limb2, other.limb3, f3, g1)
        let (r6, r7) = UInt256.multiplyAdd(limb3, other.limb3, f4, g2)
        return (UInt256(limbs: r0, r1, r2, r3), UInt256(limbs: r4, r5, r6, r7))
    }

    @inlinable
    public func multipliedReportingOverflow(by other: UInt256) -> (partialValue: UInt256, overflow: Bool) {
        let (low, high) = multipliedFullWidth(by: other)
        return (low, !high.isZero)
    }

    /// Multiplication for products that cannot overflow: an overflow is a bug and traps.
    @inlinable public static func * (left: UInt256, right: UInt256) -> UInt256 {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        precondition(!overflow, "UInt256 multiplication overflows")
        return value
    }

    /// Exponentiation by squaring, modulo 2^256 (the EVM's EXP).
    public func power(_ exponent: UInt256) -> UInt256 {
        let width = exponent.bitWidth
        if width == 0 { return .one }
        var result = self
        // The bits below the top one, from the highest.
        var rest = exponent << (257 &- width)
        for _ in 1..<width {
            result = result &* result
            if Int64(bitPattern: rest.limb3) < 0 { result = result &* self }
            rest = rest &+ rest
        }
        return result
    }
}

// MARK: - Bytes

extension UInt256 {
    /// Reads big-endian bytes, the first most significant; more than 32 bytes keep the last 32.
    @inlinable
    public init(bigEndian bytes: some Sequence<UInt8>) {
        let loaded = bytes.withContiguousStorageIfAvailable { buffer in
            buffer.count == 32 ? UInt256(loadingBigEndian: UnsafeRawPointer(buffer.baseAddress!)) : nil
        }
        if let loaded, let word = loaded {
            self = word
            return
        }
        var value = UInt256.zero
        for byte in bytes {
            value = (value << 8) | UInt256(UInt64(byte))
        }
        self = value
    }

    /// Byte `index` of the big-endian form, 0 the most significant. Precondition: `index < 32`.
    @inlinable
    public func bigEndianByte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (self >> UInt64(8 * (31 - index))).limb0)
    }

    /// The 32 big-endian bytes.
    public var bigEndianBytes: [UInt8] {
        // Zeros first: the initialiser for uninitialised arrays is not specialised, and asks the runtime for its type.
        var bytes = [UInt8](repeating: 0, count: 32)
        bytes.withUnsafeMutableBytes { storeBigEndian(to: $0.baseAddress!) }
        return bytes
    }

    /// The big-endian bytes without leading zeros; empty for zero.
    public var minimalBigEndianBytes: [UInt8] {
        [UInt8](bigEndianBytes.suffix(Int(byteWidth)))
    }

    /// Loads 32 big-endian bytes from memory of any alignment.
    @inlinable @inline(__always)
    public init(loadingBigEndian pointer: UnsafeRawPointer) {
        self.init(
            limbs: pointer.loadUnaligned(fromByteOffset: 24, as: UInt64.self).byteSwapped,
            pointer.loadUnaligned(fromByteOffset: 16, as: UInt64.self).byteSwapped,
            pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self).byteSwapped,
            pointer.loadUnaligned(fromByteOffset: 0, as: UInt64.self).byteSwapped)
    }

    /// Stores 32 big-endian bytes to memory of any alignment.
    @inlinable @inline(__always)
    public func storeBigEndian(to pointer: UnsafeMutableRawPointer) {
        pointer.storeBytes(of: limb3.byteSwapped, toByteOffset: 0, as: UInt64.self)
        pointer.storeBytes(of: limb2.byteSwapped, toByteOffset: 8, as: UInt64.self)
        pointer.storeBytes(of: limb1.byteSwapped, toByteOffset: 16, as: UInt64.self)
        pointer.storeBytes(of: limb0.byteSwapped, toByteOffset: 24, as: UInt64.self)
    }
}

extension [UInt8] {
    /// Appends the last `count` of a word's 32 big-endian bytes. Precondition: `count <= 32`.
    @inlinable
    public mutating func append(bigEndian word: UInt256, count: Int = 32) {
        let words: InlineArray<4, UInt64> = [
            word.limb3.byteSwapped, word.limb2.byteSwapped, word.limb1.byteSwapped, word.limb0.byteSwapped,
        ]
        Swift.withUnsafeBytes(of: words) { append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[(32 - count)...])) }
    }
}
