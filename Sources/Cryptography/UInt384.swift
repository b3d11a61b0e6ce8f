import Foundations

/// An unsigned 384-bit integer, six limbs, least significant first: what BLS12-381's coordinates need of one.
struct UInt384: Equatable, Comparable, BitwiseCopyable {
    var limb0: UInt64
    var limb1: UInt64
    var limb2: UInt64
    var limb3: UInt64
    var limb4: UInt64
    var limb5: UInt64

    @inline(__always)
    init(limbs l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64, _ l4: UInt64, _ l5: UInt64) {
        (limb0, limb1, limb2, limb3, limb4, limb5) = (l0, l1, l2, l3, l4, l5)
    }

    static var zero: UInt384 { UInt384(0 as UInt64) }

    @inline(__always)
    init(_ value: UInt64) {
        self.init(limbs: value, 0, 0, 0, 0, 0)
    }

    @inline(__always)
    var isZero: Bool { (limb0 | limb1 | limb2 | limb3 | limb4 | limb5) == 0 }

    @inline(__always)
    static func < (left: UInt384, right: UInt384) -> Bool {
        left.subtractingReportingOverflow(right).overflow
    }

    @inline(__always)
    func addingReportingOverflow(_ other: UInt384) -> (partialValue: UInt384, overflow: Bool) {
        let (r0, c0) = UInt384.add(limb0, other.limb0, false)
        let (r1, c1) = UInt384.add(limb1, other.limb1, c0)
        let (r2, c2) = UInt384.add(limb2, other.limb2, c1)
        let (r3, c3) = UInt384.add(limb3, other.limb3, c2)
        let (r4, c4) = UInt384.add(limb4, other.limb4, c3)
        let (r5, c5) = UInt384.add(limb5, other.limb5, c4)
        return (UInt384(limbs: r0, r1, r2, r3, r4, r5), c5)
    }

    @inline(__always)
    func subtractingReportingOverflow(_ other: UInt384) -> (partialValue: UInt384, overflow: Bool) {
        let (r0, b0) = UInt384.subtract(limb0, other.limb0, false)
        let (r1, b1) = UInt384.subtract(limb1, other.limb1, b0)
        let (r2, b2) = UInt384.subtract(limb2, other.limb2, b1)
        let (r3, b3) = UInt384.subtract(limb3, other.limb3, b2)
        let (r4, b4) = UInt384.subtract(limb4, other.limb4, b3)
        let (r5, b5) = UInt384.subtract(limb5, other.limb5, b4)
        return (UInt384(limbs: r0, r1, r2, r3, r4, r5), b5)
    }

    // `first != second` compiles to one adc or sbb chain: at most one of the two overflows.
    @inline(__always)
    private static func add(_ a: UInt64, _ b: UInt64, _ carry: Bool) -> (UInt64, Bool) {
        let (sum, first) = a.addingReportingOverflow(b)
        let (result, second) = sum.addingReportingOverflow(carry ? 1 : 0)
        return (result, first != second)
    }

    @inline(__always)
    private static func subtract(_ a: UInt64, _ b: UInt64, _ borrow: Bool) -> (UInt64, Bool) {
        let (difference, first) = a.subtractingReportingOverflow(b)
        let (result, second) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
        return (result, first != second)
    }
}

extension UInt384 {
    /// Reads 48 big-endian bytes at `offset`. Precondition: they lie within `bytes`.
    init(bigEndian bytes: UnsafeRawBufferPointer, at offset: Int) {
        func limb(_ index: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
        }
        self.init(limbs: limb(5), limb(4), limb(3), limb(2), limb(1), limb(0))
    }

    /// Adds the 48 big-endian bytes to the end of `bytes`.
    func appendBigEndian(to bytes: inout [UInt8]) {
        for limb in [limb5, limb4, limb3, limb2, limb1, limb0] {
            withUnsafeBytes(of: limb.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
