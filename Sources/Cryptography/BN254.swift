public import Foundations

/// The curve y² = x³ + 3, also called alt_bn128. https://eips.ethereum.org/EIPS/eip-196
enum BN254Curve: CurveParameters {
    static var a: MontgomeryField<BN254Coordinates> { .zero }
    static var b: MontgomeryField<BN254Coordinates> { MontgomeryField(small: 3) }
}

/// Arithmetic in the first group of BN254. Points are x and y, both zero for infinity.
public enum BN254 {
    /// The sum of two points; nil when one is not on the curve.
    public static func add(
        _ left: (x: UInt256, y: UInt256), _ right: (x: UInt256, y: UInt256)
    ) -> (x: UInt256, y: UInt256)? {
        guard let left = point(left), let right = point(right) else { return nil }
        return plain(left + right)
    }

    /// A point times a scalar of any size; nil when the point is not on the curve.
    public static func multiply(
        _ factor: (x: UInt256, y: UInt256), by scalar: UInt256
    ) -> (x: UInt256, y: UInt256)? {
        guard let factor = point(factor) else { return nil }
        return plain(factor.multiplied(by: scalar))
    }

    private static func plain(_ point: CurvePoint<BN254Curve>) -> (x: UInt256, y: UInt256) {
        point.affine.map { ($0.x.value, $0.y.value) } ?? (.zero, .zero)
    }

    /// nil when the coordinates are not reduced or the point is not on the curve.
    static func point(_ point: (x: UInt256, y: UInt256)) -> CurvePoint<BN254Curve>? {
        if point.x.isZero, point.y.isZero { return .infinity }
        guard let x = MontgomeryField<BN254Coordinates>(point.x), let y = MontgomeryField<BN254Coordinates>(point.y)
        else { return nil }
        return CurvePoint(x: x, y: y)
    }
}
