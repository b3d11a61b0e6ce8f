import Foundations

/// A curve y² = x³ + a·x + b over a field.
protocol CurveParameters {
    associatedtype Field: CurveField
    static var a: Field { get }
    static var b: Field { get }
}

/// A point as (x/z², y/z³), infinity when z is zero. Source: Explicit-Formulas Database, "dbl-2007-bl", "add-2007-bl",
/// "madd-2007-bl".
struct CurvePoint<Curve: CurveParameters>: BitwiseCopyable {
    typealias Field = Curve.Field

    let x: Field
    let y: Field
    let z: Field

    static var infinity: CurvePoint { CurvePoint(x: .one, y: .one, z: .zero) }

    init(x: Field, y: Field, z: Field) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// nil when the point is not on the curve.
    init?(x: Field, y: Field) {
        guard y.squared == CurvePoint.square(at: x) else { return nil }
        self.init(x: x, y: y, z: .one)
    }

    /// x³ + a·x + b, the square of y on the curve.
    static func square(at x: Field) -> Field {
        (x.squared + Curve.a) * x + Curve.b
    }

    var isInfinity: Bool { z.isZero }

    /// The plain coordinates; nil for infinity.
    var affine: (x: Field, y: Field)? {
        if isInfinity { return nil }
        if z == .one { return (x, y) }
        let inverse = z.inverse
        let square = inverse.squared
        return (x * square, y * square * inverse)
    }

    static prefix func - (point: CurvePoint) -> CurvePoint {
        CurvePoint(x: point.x, y: -point.y, z: point.z)
    }

    static func - (left: CurvePoint, right: CurvePoint) -> CurvePoint { left + -right }

    /// Whether both are the same point.
    static func == (left: CurvePoint, right: CurvePoint) -> Bool {
        if left.isInfinity || right.isInfinity { return left.isInfinity && right.isInfinity }
        let (leftSquare, rightSquare) = (left.z.squared, right.z.squared)
        return left.x * rightSquare == right.x * leftSquare
            && left.y * rightSquare * right.z == right.y * leftSquare * left.z
    }

    var doubled: CurvePoint {
        if isInfinity { return self }
        let xx = x.squared
        let yy = y.squared
        let yyyy = yy.squared
        let s = ((x + yy).squared - xx - yyyy).doubled
        var m = xx.doubled + xx
        if !Curve.a.isZero { m = m + Curve.a * z.squared.squared }
        let t = m.squared - s.doubled
        return CurvePoint(
            x: t, y: m * (s - t) - yyyy.doubled.doubled.doubled, z: (y * z).doubled)
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

    /// scalar·self, for any scalar of 256 bits.
    func multiplied(by scalar: UInt256) -> CurvePoint {
        CurvePoint.sum([(self, scalar)])
    }

    /// Doubles and adds bit by bit: the shortest way for a scalar with few bits set.
    func multiplied(bySparse scalar: UInt64) -> CurvePoint {
        var result = self
        var mask = UInt64(1) << UInt64(63 - scalar.leadingZeroBitCount)
        while mask > 1 {
            mask >>= 1
            result = result.doubled
            if scalar & mask != 0 { result = result + self }
        }
        return result
    }

    /// The sum of points times scalars, all doubled together. Source: Straus (1964), with non-adjacent forms of width 5.
    ///
    /// Up to 128 points, the most that EIP-2537 still makes cheaper, Pippenger's buckets would not take fewer additions.
    static func sum(_ terms: [(point: CurvePoint, scalar: UInt256)]) -> CurvePoint {
        var multiples: [CurvePoint] = []
        var digits: [InlineArray<257, Int8>] = []
        for term in terms where !term.point.isInfinity && !term.scalar.isZero {
            digits.append(term.scalar.nonAdjacentForm)
            let double = term.point.doubled
            multiples.append(term.point)
            for _ in 1..<8 { multiples.append(multiples[multiples.count - 1] + double) }
        }
        var result = CurvePoint.infinity
        for place in 0..<257 {
            result = result.doubled
            for index in digits.indices {
                let digit = Int(digits[index][256 - place])
                if digit > 0 {
                    result = result + multiples[8 * index + digit / 2]
                } else if digit < 0 {
                    result = result + -multiples[8 * index - digit / 2]
                }
            }
        }
        return result
    }
}

extension UInt256 {
    /// Digits 0, ±1, ±3 … ±15 by place, with at least four zeros between two others.
    fileprivate var nonAdjacentForm: InlineArray<257, Int8> {
        var result = InlineArray<257, Int8>(repeating: 0)
        var carry: UInt64 = 0
        var place = 0
        while place <= 256 {
            let window = (self >> UInt64(place)).limb0 & 31
            guard (window & 1) != carry else {
                place += 1
                continue
            }
            let digit = Int8(window + carry)
            carry = digit > 16 ? 1 : 0
            result[place] = digit > 16 ? digit - 32 : digit
            place += 5
        }
        return result
    }
}
