public import Foundations

/// Public key recovery over secp256k1 in plain Swift, for builds that cannot link a C library.
///
/// Not constant-time: it sees public data only. Source: SEC 1, section 4.1.6; SEC 2, section 2.4.1.
public enum PortableSecp256k1 {
    /// The public key, x then y, 64 bytes, or nil when the signature recovers to no key.
    public static func recoverPublicKey(hash: Bytes32, yParity: UInt8, r: UInt256, s: UInt256) -> [UInt8]? {
        let order = Secp256k1.order
        guard yParity <= 1, !r.isZero, !s.isZero, r < order, s < order else { return nil }
        guard let point = AffinePoint(x: FieldElement(r), isOdd: yParity == 1) else { return nil }
        // Q = r⁻¹·(s·R − z·G)
        let inverse = invert(r, modulo: order)
        let u1 = negate(hash.word % order, modulo: order).multipliedModulo(inverse, order)
        let u2 = s.multipliedModulo(inverse, order)
        guard let key = multiply(u1, .generator, plus: u2, point).affine else { return nil }
        return key.x.value.bigEndianBytes + key.y.value.bigEndianBytes
    }

    private static func negate(_ value: UInt256, modulo modulus: UInt256) -> UInt256 {
        value.isZero ? value : modulus &- value
    }

    /// value^(modulus − 2), the inverse for a prime modulus.
    private static func invert(_ value: UInt256, modulo modulus: UInt256) -> UInt256 {
        let exponent = modulus &- 2
        var result = UInt256.one
        var index = exponent.bitWidth
        while index > 0 {
            index -= 1
            result = result.multipliedModulo(result, modulus)
            if exponent.bit(index) { result = result.multipliedModulo(value, modulus) }
        }
        return result
    }

    /// a·P + b·Q, both at once: one doubling for each bit, and an addition of P, Q or P + Q.
    private static func multiply(
        _ a: UInt256, _ p: AffinePoint, plus b: UInt256, _ q: AffinePoint
    ) -> JacobianPoint {
        let sum = JacobianPoint(p).adding(q).affine
        var result = JacobianPoint.infinity
        var index = Swift.max(a.bitWidth, b.bitWidth)
        while index > 0 {
            index -= 1
            result = result.doubled
            switch (a.bit(index), b.bit(index)) {
            case (true, true): if let sum { result = result.adding(sum) }
            case (true, false): result = result.adding(p)
            case (false, true): result = result.adding(q)
            case (false, false): break
            }
        }
        return result
    }
}

/// A number modulo p = 2^256 − 2^32 − 977, always reduced.
private struct FieldElement: Equatable {
    let value: UInt256

    /// 2^256 − p.
    private static var fold: UInt256 { UInt256(0x1_0000_03d1 as UInt64) }
    static var modulus: UInt256 { .zero &- fold }
    static var zero: FieldElement { FieldElement(.zero) }
    static var one: FieldElement { FieldElement(.one) }

    /// Precondition: `value` is below p.
    init(_ value: UInt256) {
        self.value = value
    }

    var isZero: Bool { value.isZero }
    var isOdd: Bool { value.limb0 & 1 == 1 }

    static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        let (sum, carry) = a.value.addingReportingOverflow(b.value)
        return FieldElement(carry || sum >= modulus ? sum &- modulus : sum)
    }

    static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        let (difference, borrow) = a.value.subtractingReportingOverflow(b.value)
        return FieldElement(borrow ? difference &+ modulus : difference)
    }

    static prefix func - (a: FieldElement) -> FieldElement { zero - a }

    static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        let (low, high) = a.value.multipliedFullWidth(by: b.value)
        // high·2^256 ≡ high·fold; twice, as the first fold leaves up to 34 bits above 2^256.
        let (foldedLow, foldedHigh) = high.multipliedFullWidth(by: fold)
        let (sum, carry) = low.addingReportingOverflow(foldedLow)
        let above = foldedHigh &+ (carry ? .one : .zero)
        let (reduced, again) = sum.addingReportingOverflow(above &* fold)
        let result = again ? reduced &+ fold : reduced
        return FieldElement(result >= modulus ? result &- modulus : result)
    }

    var squared: FieldElement { self * self }
    var doubled: FieldElement { self + self }

    func power(_ exponent: UInt256) -> FieldElement {
        var result = FieldElement.one
        var index = exponent.bitWidth
        while index > 0 {
            index -= 1
            result = result.squared
            if exponent.bit(index) { result = result * self }
        }
        return result
    }

    var inverse: FieldElement { power(FieldElement.modulus &- 2) }

    /// p ≡ 3 (mod 4): the root, if there is one, is self^((p + 1) ÷ 4).
    var squareRoot: FieldElement? {
        let root = power((FieldElement.modulus >> 2) &+ .one)
        return root.squared == self ? root : nil
    }
}

/// A point of y² = x³ + 7, not the one at infinity.
private struct AffinePoint {
    let x: FieldElement
    let y: FieldElement

    init(x: FieldElement, y: FieldElement) {
        self.x = x
        self.y = y
    }

    /// The point with this x and parity of y; nil when x is on no point.
    init?(x: FieldElement, isOdd: Bool) {
        guard let root = (x.squared * x + FieldElement(7)).squareRoot else { return nil }
        self.init(x: x, y: root.isOdd == isOdd ? root : -root)
    }

    static var generator: AffinePoint {
        AffinePoint(
            x: FieldElement(
                UInt256(
                    limbs: 0x59f2_815b_16f8_1798, 0x029b_fcdb_2dce_28d9, 0x55a0_6295_ce87_0b07, 0x79be_667e_f9dc_bbac)),
            y: FieldElement(
                UInt256(
                    limbs: 0x9c47_d08f_fb10_d4b8, 0xfd17_b448_a685_5419, 0x5da4_fbfc_0e11_08a8, 0x483a_da77_26a3_c465)))
    }
}

/// A point as (x/z², y/z³), infinity when z is zero. Formulas: "dbl-2009-l", "madd-2007-bl" of the Explicit-Formulas
/// Database.
private struct JacobianPoint {
    let x: FieldElement
    let y: FieldElement
    let z: FieldElement

    static var infinity: JacobianPoint { JacobianPoint(x: .one, y: .one, z: .zero) }

    init(x: FieldElement, y: FieldElement, z: FieldElement) {
        self.x = x
        self.y = y
        self.z = z
    }

    init(_ point: AffinePoint) {
        self.init(x: point.x, y: point.y, z: .one)
    }

    var affine: AffinePoint? {
        if z.isZero { return nil }
        let inverse = z.inverse
        let square = inverse.squared
        return AffinePoint(x: x * square, y: y * square * inverse)
    }

    var doubled: JacobianPoint {
        if z.isZero { return self }
        let a = x.squared
        let b = y.squared
        let c = b.squared
        let d = ((x + b).squared - a - c).doubled
        let e = a.doubled + a
        let x3 = e.squared - d.doubled
        let y3 = e * (d - x3) - c.doubled.doubled.doubled
        return JacobianPoint(x: x3, y: y3, z: (y * z).doubled)
    }

    func adding(_ other: AffinePoint) -> JacobianPoint {
        if z.isZero { return JacobianPoint(other) }
        let zz = z.squared
        let h = other.x * zz - x
        let rr = (other.y * z * zz - y).doubled
        if h.isZero { return rr.isZero ? doubled : .infinity }
        let i = h.doubled.squared
        let j = h * i
        let v = x * i
        let x3 = rr.squared - j - v.doubled
        let y3 = rr * (v - x3) - (y * j).doubled
        return JacobianPoint(x: x3, y: y3, z: (z + h).squared - zz - h.squared)
    }
}
