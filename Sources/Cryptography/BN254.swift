public import Foundations

// Constants are computed by Scripts/curve-constants from the prime that EIP-196 states.

/// The field of BN254's coordinates.
enum BN254Coordinates: FieldParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
    }
    static var negativeInverse: UInt64 { 0x87d2_0782_e486_6389 }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0xf32c_fc5b_538a_fa89, 0xb5e7_1911_d445_01fb, 0x47ab_1eff_0a41_7ff6, 0x06d8_9f71_cab8_351f)
    }
}

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
