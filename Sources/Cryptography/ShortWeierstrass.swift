import Foundations

/// What points need of their coordinates' field.
protocol CurveField: Equatable {
    static var zero: Self { get }
    static var one: Self { get }
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    var squared: Self { get }
    var doubled: Self { get }
    var isZero: Bool { get }
    /// Zero for zero.
    var inverse: Self { get }
}

extension MontgomeryField: CurveField {}

/// A curve y² = x³ + a·x + b over a field.
protocol CurveParameters {
    associatedtype Field: CurveField
    static var a: Field { get }
    static var b: Field { get }
}

/// A point as (x/z², y/z³), infinity when z is zero. Source: Explicit-Formulas Database, "dbl-2007-bl", "add-2007-bl".
struct CurvePoint<Curve: CurveParameters> {
    typealias Field = Curve.Field

    let x: Field
    let y: Field
    let z: Field

    static var infinity: CurvePoint { CurvePoint(x: .one, y: .one, z: .zero) }

    private init(x: Field, y: Field, z: Field) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// nil when the point is not on the curve.
    init?(x: Field, y: Field) {
        guard y.squared == (x.squared + Curve.a) * x + Curve.b else { return nil }
        self.init(x: x, y: y, z: .one)
    }

    var isInfinity: Bool { z.isZero }

    /// The plain coordinates; nil for infinity.
    var affine: (x: Field, y: Field)? {
        if isInfinity { return nil }
        let inverse = z.inverse
        let square = inverse.squared
        return (x * square, y * square * inverse)
    }

    var doubled: CurvePoint {
        if isInfinity { return self }
        let xx = x.squared
        let yy = y.squared
        let yyyy = yy.squared
        let zz = z.squared
        let s = ((x + yy).squared - xx - yyyy).doubled
        let m = xx.doubled + xx + Curve.a * zz.squared
        let t = m.squared - s.doubled
        return CurvePoint(
            x: t, y: m * (s - t) - yyyy.doubled.doubled.doubled, z: (y + z).squared - yy - zz)
    }

    static func + (left: CurvePoint, right: CurvePoint) -> CurvePoint {
        if left.isInfinity { return right }
        if right.isInfinity { return left }
        let z1z1 = left.z.squared
        let z2z2 = right.z.squared
        let u1 = left.x * z2z2
        let u2 = right.x * z1z1
        let s1 = left.y * right.z * z2z2
        let s2 = right.y * left.z * z1z1
        let h = u2 - u1
        let r = (s2 - s1).doubled
        if h.isZero { return r.isZero ? left.doubled : .infinity }
        let i = h.doubled.squared
        let j = h * i
        let v = u1 * i
        let x3 = r.squared - j - v.doubled
        return CurvePoint(
            x: x3, y: r * (v - x3) - (s1 * j).doubled, z: ((left.z + right.z).squared - z1z1 - z2z2) * h)
    }

    /// scalar·self by double and add.
    func multiplied(by scalar: UInt256) -> CurvePoint {
        var result = CurvePoint.infinity
        var index = scalar.bitWidth
        while index > 0 {
            index -= 1
            result = result.doubled
            if scalar.bit(index) { result = result + self }
        }
        return result
    }

    /// a·p + b·q with one doubling for each bit.
    static func combine(_ a: UInt256, _ p: CurvePoint, _ b: UInt256, _ q: CurvePoint) -> CurvePoint {
        let both = p + q
        var result = CurvePoint.infinity
        var index = Swift.max(a.bitWidth, b.bitWidth)
        while index > 0 {
            index -= 1
            result = result.doubled
            switch (a.bit(index), b.bit(index)) {
            case (true, true): result = result + both
            case (true, false): result = result + p
            case (false, true): result = result + q
            case (false, false): break
            }
        }
        return result
    }
}
