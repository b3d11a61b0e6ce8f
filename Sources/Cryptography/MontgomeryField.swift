import Foundations

/// What makes a prime field of at most 256 bits.
protocol FieldParameters {
    /// An odd prime of more than 192 bits.
    static var modulus: UInt256 { get }
    /// −modulus⁻¹ mod 2^64.
    static var negativeInverse: UInt64 { get }
    /// 2^512 mod modulus.
    static var radixSquared: UInt256 { get }
}

/// A number modulo a prime, kept times 2^256 so that products need no division. Source: Montgomery (1985); Koç, Acar and
/// Kaliski (1996), CIOS.
struct MontgomeryField<Parameters: FieldParameters>: Equatable {
    /// value·2^256 mod modulus, always reduced.
    private let bits: UInt256

    private init(bits: UInt256) {
        self.bits = bits
    }

    /// nil for a value that is not below the modulus.
    init?(_ value: UInt256) {
        guard value < Parameters.modulus else { return nil }
        self = MontgomeryField(bits: value) * MontgomeryField(bits: Parameters.radixSquared)
    }

    init(small value: UInt64) {
        self = MontgomeryField(bits: UInt256(value)) * MontgomeryField(bits: Parameters.radixSquared)
    }

    static var zero: MontgomeryField { MontgomeryField(bits: .zero) }
    static var one: MontgomeryField { MontgomeryField(small: 1) }

    /// The number itself.
    var value: UInt256 { (self * MontgomeryField(bits: .one)).bits }

    var isZero: Bool { bits.isZero }

    @inline(__always)
    static func + (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        let (sum, carry) = a.bits.addingReportingOverflow(b.bits)
        return MontgomeryField(bits: carry || sum >= Parameters.modulus ? sum &- Parameters.modulus : sum)
    }

    @inline(__always)
    static func - (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        let (difference, borrow) = a.bits.subtractingReportingOverflow(b.bits)
        return MontgomeryField(bits: borrow ? difference &+ Parameters.modulus : difference)
    }

    static func * (a: MontgomeryField, b: MontgomeryField) -> MontgomeryField {
        var t = Accumulator()
        t.add(a.bits, times: b.bits.limb0)
        t.add(a.bits, times: b.bits.limb1)
        t.add(a.bits, times: b.bits.limb2)
        t.add(a.bits, times: b.bits.limb3)
        return MontgomeryField(
            bits: t.above != 0 || t.low >= Parameters.modulus ? t.low &- Parameters.modulus : t.low)
    }

    /// The running sum of a product: after each limb one limb is reduced away.
    private struct Accumulator {
        var low = UInt256.zero
        var above: UInt64 = 0

        @inline(__always)
        mutating func add(_ a: UInt256, times limb: UInt64) {
            let (t0, c0) = UInt256.multiplyAdd(a.limb0, limb, low.limb0, 0)
            let (t1, c1) = UInt256.multiplyAdd(a.limb1, limb, low.limb1, c0)
            let (t2, c2) = UInt256.multiplyAdd(a.limb2, limb, low.limb2, c1)
            let (t3, c3) = UInt256.multiplyAdd(a.limb3, limb, low.limb3, c2)
            let (t4, t5) = above.addingReportingOverflow(c3)
            let modulus = Parameters.modulus
            let m = t0 &* Parameters.negativeInverse
            let (_, d0) = UInt256.multiplyAdd(m, modulus.limb0, t0, 0)
            let (r0, d1) = UInt256.multiplyAdd(m, modulus.limb1, t1, d0)
            let (r1, d2) = UInt256.multiplyAdd(m, modulus.limb2, t2, d1)
            let (r2, d3) = UInt256.multiplyAdd(m, modulus.limb3, t3, d2)
            let (r3, d4) = t4.addingReportingOverflow(d3)
            low = UInt256(limbs: r0, r1, r2, r3)
            above = (t5 ? 1 : 0) &+ (d4 ? 1 : 0)
        }
    }

    var squared: MontgomeryField { self * self }
    var doubled: MontgomeryField { self + self }

    func power(_ exponent: UInt256) -> MontgomeryField {
        var result = MontgomeryField.one
        var index = exponent.bitWidth
        while index > 0 {
            index -= 1
            result = result.squared
            if exponent.bit(index) { result = result * self }
        }
        return result
    }

    /// Zero for zero.
    var inverse: MontgomeryField { power(Parameters.modulus &- 2) }
}
