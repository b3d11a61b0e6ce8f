import Foundations

/// An unsigned integer of a fixed number of limbs that Montgomery's arithmetic can run on.
protocol MontgomeryWord: Comparable, BitwiseCopyable {
    static var limbCount: Int { get }
    static var zero: Self { get }
    init(_ value: UInt64)
    /// The limbs, least significant first, zeros beyond `limbCount`.
    var limbs: InlineArray<6, UInt64> { get }
    init(limbs: InlineArray<6, UInt64>)
    var isZero: Bool { get }
    var isOdd: Bool { get }
    func addingReportingOverflow(_ other: Self) -> (partialValue: Self, overflow: Bool)
    func subtractingReportingOverflow(_ other: Self) -> (partialValue: Self, overflow: Bool)
    /// a·b·2^(−64·limbCount) modulo an odd modulus, reduced; a and b are below the modulus.
    ///
    /// Source: Koç, Acar and Kaliski (1996), CIOS; for a modulus with its top bit free no carry leaves the top limb
    /// (gnark's observation). Written out limb by limb: loops over `InlineArray` measured 1.75 times slower.
    static func montgomeryProduct(_ a: Self, _ b: Self, modulus: Self, negativeInverse: UInt64) -> Self
    /// a·b, the low half first.
    static func fullProduct(_ a: Self, _ b: Self) -> (low: Self, high: Self)
    /// (low + high·R)/R modulo the modulus, reduced, for R = 2^(64·limbCount), a modulus below R/4 and a number below
    /// modulus·R.
    static func montgomeryReduction(low: Self, high: Self, modulus: Self, negativeInverse: UInt64) -> Self
}

extension MontgomeryWord {
    /// Bit `index`, 0 the least significant; false beyond the last.
    func bit(_ index: Int) -> Bool {
        index < 64 * Self.limbCount && limbs[index / 64] >> UInt64(index % 64) & 1 == 1
    }
}

extension UInt256: MontgomeryWord {
    static var limbCount: Int { 4 }
    var limbs: InlineArray<6, UInt64> { [limb0, limb1, limb2, limb3, 0, 0] }
    var isOdd: Bool { limb0 & 1 == 1 }

    init(limbs: InlineArray<6, UInt64>) {
        self.init(limbs: limbs[0], limbs[1], limbs[2], limbs[3])
    }

    @inline(__always)
    static func montgomeryProduct(
        _ a: UInt256, _ b: UInt256, modulus: UInt256, negativeInverse: UInt64
    ) -> UInt256 {
        // Constant after inlining: a field's modulus is a literal.
        let hasFreeBit = Int64(bitPattern: modulus.limb3) > 0
        var sum = UInt256.zero
        var above: UInt64 = 0

        @inline(__always)
        func add(_ limb: UInt64) {
            let (t0, c0) = multiplyAdd(a.limb0, limb, sum.limb0, 0)
            let (t1, c1) = multiplyAdd(a.limb1, limb, sum.limb1, c0)
            let (t2, c2) = multiplyAdd(a.limb2, limb, sum.limb2, c1)
            let (t3, c3) = multiplyAdd(a.limb3, limb, sum.limb3, c2)
            let m = t0 &* negativeInverse
            let (_, d0) = multiplyAdd(m, modulus.limb0, t0, 0)
            let (r0, d1) = multiplyAdd(m, modulus.limb1, t1, d0)
            let (r1, d2) = multiplyAdd(m, modulus.limb2, t2, d1)
            let (r2, d3) = multiplyAdd(m, modulus.limb3, t3, d2)
            if hasFreeBit {
                sum = UInt256(limbs: r0, r1, r2, c3 &+ d3)
            } else {
                let (t4, t5) = above.addingReportingOverflow(c3)
                let (r3, d4) = t4.addingReportingOverflow(d3)
                sum = UInt256(limbs: r0, r1, r2, r3)
                above = (t5 ? 1 : 0) &+ (d4 ? 1 : 0)
            }
        }

        add(b.limb0)
        add(b.limb1)
        add(b.limb2)
        add(b.limb3)
        let (reduced, borrow) = sum.subtractingReportingOverflow(modulus)
        return borrow && above == 0 ? sum : reduced
    }
}

extension UInt256 {
    @inline(__always)
    static func fullProduct(_ a: UInt256, _ b: UInt256) -> (low: UInt256, high: UInt256) {
        var sum = UInt256.zero

        @inline(__always)
        func add(_ limb: UInt64) -> UInt64 {
            let (t0, c0) = multiplyAdd(a.limb0, limb, sum.limb0, 0)
            let (t1, c1) = multiplyAdd(a.limb1, limb, sum.limb1, c0)
            let (t2, c2) = multiplyAdd(a.limb2, limb, sum.limb2, c1)
            let (t3, c3) = multiplyAdd(a.limb3, limb, sum.limb3, c2)
            sum = UInt256(limbs: t1, t2, t3, c3)
            return t0
        }

        return (UInt256(limbs: add(b.limb0), add(b.limb1), add(b.limb2), add(b.limb3)), sum)
    }

    @inline(__always)
    static func montgomeryReduction(
        low: UInt256, high: UInt256, modulus: UInt256, negativeInverse: UInt64
    ) -> UInt256 {
        var rest = low

        @inline(__always)
        func removeLimb() {
            let m = rest.limb0 &* negativeInverse
            let (_, d0) = multiplyAdd(m, modulus.limb0, rest.limb0, 0)
            let (r0, d1) = multiplyAdd(m, modulus.limb1, rest.limb1, d0)
            let (r1, d2) = multiplyAdd(m, modulus.limb2, rest.limb2, d1)
            let (r2, d3) = multiplyAdd(m, modulus.limb3, rest.limb3, d2)
            rest = UInt256(limbs: r0, r1, r2, d3)
        }

        removeLimb()
        removeLimb()
        removeLimb()
        removeLimb()
        let (sum, _) = rest.addingReportingOverflow(high)
        let (reduced, borrow) = sum.subtractingReportingOverflow(modulus)
        return borrow ? sum : reduced
    }
}

extension UInt384: MontgomeryWord {
    static var limbCount: Int { 6 }
    var limbs: InlineArray<6, UInt64> { [limb0, limb1, limb2, limb3, limb4, limb5] }
    var isOdd: Bool { limb0 & 1 == 1 }

    init(limbs: InlineArray<6, UInt64>) {
        self.init(limbs: limbs[0], limbs[1], limbs[2], limbs[3], limbs[4], limbs[5])
    }

    /// The modulus leaves its top bit free.
    @inline(__always)
    static func montgomeryProduct(
        _ a: UInt384, _ b: UInt384, modulus: UInt384, negativeInverse: UInt64
    ) -> UInt384 {
        var sum = UInt384.zero

        @inline(__always)
        func add(_ limb: UInt64) {
            let (t0, c0) = UInt256.multiplyAdd(a.limb0, limb, sum.limb0, 0)
            let (t1, c1) = UInt256.multiplyAdd(a.limb1, limb, sum.limb1, c0)
            let (t2, c2) = UInt256.multiplyAdd(a.limb2, limb, sum.limb2, c1)
            let (t3, c3) = UInt256.multiplyAdd(a.limb3, limb, sum.limb3, c2)
            let (t4, c4) = UInt256.multiplyAdd(a.limb4, limb, sum.limb4, c3)
            let (t5, c5) = UInt256.multiplyAdd(a.limb5, limb, sum.limb5, c4)
            let m = t0 &* negativeInverse
            let (_, d0) = UInt256.multiplyAdd(m, modulus.limb0, t0, 0)
            let (r0, d1) = UInt256.multiplyAdd(m, modulus.limb1, t1, d0)
            let (r1, d2) = UInt256.multiplyAdd(m, modulus.limb2, t2, d1)
            let (r2, d3) = UInt256.multiplyAdd(m, modulus.limb3, t3, d2)
            let (r3, d4) = UInt256.multiplyAdd(m, modulus.limb4, t4, d3)
            let (r4, d5) = UInt256.multiplyAdd(m, modulus.limb5, t5, d4)
            sum = UInt384(limbs: r0, r1, r2, r3, r4, c5 &+ d5)
        }

        add(b.limb0)
        add(b.limb1)
        add(b.limb2)
        add(b.limb3)
        add(b.limb4)
        add(b.limb5)
        let (reduced, borrow) = sum.subtractingReportingOverflow(modulus)
        return borrow ? sum : reduced
    }
}

extension UInt384 {
    @inline(__always)
    static func fullProduct(_ a: UInt384, _ b: UInt384) -> (low: UInt384, high: UInt384) {
        var sum = UInt384.zero

        @inline(__always)
        func add(_ limb: UInt64) -> UInt64 {
            let (t0, c0) = UInt256.multiplyAdd(a.limb0, limb, sum.limb0, 0)
            let (t1, c1) = UInt256.multiplyAdd(a.limb1, limb, sum.limb1, c0)
            let (t2, c2) = UInt256.multiplyAdd(a.limb2, limb, sum.limb2, c1)
            let (t3, c3) = UInt256.multiplyAdd(a.limb3, limb, sum.limb3, c2)
            let (t4, c4) = UInt256.multiplyAdd(a.limb4, limb, sum.limb4, c3)
            let (t5, c5) = UInt256.multiplyAdd(a.limb5, limb, sum.limb5, c4)
            sum = UInt384(limbs: t1, t2, t3, t4, t5, c5)
            return t0
        }

        let low = UInt384(
            limbs: add(b.limb0), add(b.limb1), add(b.limb2), add(b.limb3), add(b.limb4), add(b.limb5))
        return (low, sum)
    }

    @inline(__always)
    static func montgomeryReduction(
        low: UInt384, high: UInt384, modulus: UInt384, negativeInverse: UInt64
    ) -> UInt384 {
        var rest = low

        @inline(__always)
        func removeLimb() {
            let m = rest.limb0 &* negativeInverse
            let (_, d0) = UInt256.multiplyAdd(m, modulus.limb0, rest.limb0, 0)
            let (r0, d1) = UInt256.multiplyAdd(m, modulus.limb1, rest.limb1, d0)
            let (r1, d2) = UInt256.multiplyAdd(m, modulus.limb2, rest.limb2, d1)
            let (r2, d3) = UInt256.multiplyAdd(m, modulus.limb3, rest.limb3, d2)
            let (r3, d4) = UInt256.multiplyAdd(m, modulus.limb4, rest.limb4, d3)
            let (r4, d5) = UInt256.multiplyAdd(m, modulus.limb5, rest.limb5, d4)
            rest = UInt384(limbs: r0, r1, r2, r3, r4, d5)
        }

        removeLimb()
        removeLimb()
        removeLimb()
        removeLimb()
        removeLimb()
        removeLimb()
        let (sum, _) = rest.addingReportingOverflow(high)
        let (reduced, borrow) = sum.subtractingReportingOverflow(modulus)
        return borrow ? sum : reduced
    }
}
