import Foundations

/// A curve y² = x³ + a·x + b that maps by an isogeny onto a curve with a = 0, where the simplified SWU map does not apply.
protocol IsogenousCurve {
    associatedtype Field: CurveField
    static var a: Field { get }
    static var b: Field { get }
    /// Z: not a square. RFC 9380, 6.6.2.
    static var nonSquare: Field { get }
    static func squareRoot(_ x: Field) -> Field?
    /// RFC 9380, 4.1.
    static func sign(_ x: Field) -> Bool
    /// The isogeny, as numerator and denominator: x, and what y is multiplied by.
    static func isogeny(_ x: Field) -> (xn: Field, xd: Field, yn: Field, yd: Field)
}

extension IsogenousCurve {
    /// The point of the target curve that a field element maps to, not yet in the group. Infinity when a denominator of
    /// the isogeny vanishes. RFC 9380, 6.6.2 and 6.6.3.
    static func map<Target: CurveParameters>(_ u: Field) -> CurvePoint<Target> where Target.Field == Field {
        let zu = nonSquare * u.squared
        let denominator = zu.squared + zu
        let x1 =
            denominator.isZero
            ? b * (nonSquare * a).inverse : -b * (denominator + .one) * (denominator * a).inverse
        var (x, y) = (x1, Field.zero)
        if let root = squareRoot((x1.squared + a) * x1 + b) {
            y = root
        } else {
            // One of both is a square, as Z is none.
            x = zu * x1
            y = squareRoot((x.squared + a) * x + b) ?? .zero
        }
        if sign(u) != sign(y) { y = -y }
        let image = isogeny(x)
        let inverse = (image.xd * image.yd).inverse
        if inverse.isZero { return .infinity }
        return CurvePoint(x: image.xn * image.yd * inverse, y: y * image.yn * image.xd * inverse, z: .one)
    }

    /// The value of a polynomial, coefficients from the lowest degree.
    static func evaluate<let count: Int>(_ coefficients: InlineArray<count, Field>, _ x: Field) -> Field {
        var result = coefficients[count - 1]
        var index = count - 1
        while index > 0 {
            index -= 1
            result = result * x + coefficients[index]
        }
        return result
    }
}

/// Over the 11-isogeny of RFC 9380, 8.8.1.
enum BLS12381Map1: IsogenousCurve {
    typealias Field = MontgomeryField<BLS12381Coordinates>

    static var nonSquare: Field { Field(small: 11) }
    static func squareRoot(_ x: Field) -> Field? { x.squareRoot }
    static func sign(_ x: Field) -> Bool { x.isOdd }
    static func isogeny(_ x: Field) -> (xn: Field, xd: Field, yn: Field, yd: Field) {
        (evaluate(xNumerator, x), evaluate(xDenominator, x), evaluate(yNumerator, x), evaluate(yDenominator, x))
    }
}

/// Over the 3-isogeny of RFC 9380, 8.8.2.
enum BLS12381Map2: IsogenousCurve {
    typealias Field = QuadraticExtension<BLS12381Tower>

    /// −(2 + u).
    static var nonSquare: Field { -Field(a: .init(small: 2), b: .one) }
    static func squareRoot(_ x: Field) -> Field? { x.squareRoot }
    static func sign(_ x: Field) -> Bool { x.a.isOdd || (x.a.isZero && x.b.isOdd) }
    static func isogeny(_ x: Field) -> (xn: Field, xd: Field, yn: Field, yd: Field) {
        (evaluate(xNumerator, x), evaluate(xDenominator, x), evaluate(yNumerator, x), evaluate(yDenominator, x))
    }
}
