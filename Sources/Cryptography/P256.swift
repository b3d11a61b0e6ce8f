public import Foundations

/// The curve secp256r1. Source: SEC 2, section 2.4.2; FIPS 186-4, D.1.2.3.
enum P256Curve: CurveParameters {
    static var a: MontgomeryField<P256Coordinates> { -MontgomeryField(small: 3) }
}

/// ECDSA over P-256 (secp256r1), verification only. Source: FIPS 186-4; EIP-7951.
public enum P256 {
    private typealias Scalar = MontgomeryField<P256Order>

    /// nil when the coordinates are not reduced or the point is not on the curve.
    private static func point(_ x: UInt256, _ y: UInt256) -> CurvePoint<P256Curve>? {
        guard let x = MontgomeryField<P256Coordinates>(x), let y = MontgomeryField<P256Coordinates>(y) else {
            return nil
        }
        return CurvePoint(x: x, y: y)
    }

    /// Whether (r, s) signs `hash` under the public key (x, y). False for values out of range and keys off the curve.
    public static func verify(hash: Bytes32, r: UInt256, s: UInt256, x: UInt256, y: UInt256) -> Bool {
        guard !r.isZero, !s.isZero, let scalarR = Scalar(r), let scalarS = Scalar(s), let key = point(x, y) else {
            return false
        }
        let inverse = scalarS.inverse
        let u1 = Scalar(reducing: hash.word) * inverse
        let u2 = scalarR * inverse
        guard let point = CurvePoint.sum([(.generator, u1.value), (key, u2.value)]).affine else { return false }
        return Scalar(reducing: point.x.value) == scalarR
    }
}

extension CurvePoint where Curve == P256Curve {
    static var generator: CurvePoint {
        CurvePoint(x: Curve.generatorCoordinates.x, y: Curve.generatorCoordinates.y, z: .one)
    }
}
