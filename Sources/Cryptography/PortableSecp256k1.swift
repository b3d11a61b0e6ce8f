public import Foundations

/// The curve y² = x³ + 7. Source: SEC 2, section 2.4.1.
enum Secp256k1Curve: CurveParameters {
    static var a: MontgomeryField<Secp256k1Coordinates> { .zero }
    static var b: MontgomeryField<Secp256k1Coordinates> { MontgomeryField(small: 7) }
}

/// Public key recovery over secp256k1 in plain Swift, for builds that cannot link a C library.
///
/// Not constant-time: it sees public data only. Source: SEC 1, section 4.1.6.
public enum PortableSecp256k1 {
    private typealias Point = CurvePoint<Secp256k1Curve>
    private typealias Scalar = MontgomeryField<Secp256k1Order>

    /// The public key, x then y, 64 bytes, or nil when the signature recovers to no key.
    public static func recoverPublicKey(hash: Bytes32, yParity: UInt8, r: UInt256, s: UInt256) -> [UInt8]? {
        guard yParity <= 1, !r.isZero, !s.isZero, let scalarR = Scalar(r), let scalarS = Scalar(s),
            let x = Point.Field(r), let root = Point.square(at: x).squareRoot
        else { return nil }
        let point = Point(x: x, y: root.isOdd == (yParity == 1) ? root : -root, z: .one)
        // Q = r⁻¹·(s·R − z·G)
        let inverse = scalarR.inverse
        let u1 = -Scalar(reducing: hash.word) * inverse
        let u2 = scalarS * inverse
        guard let key = Point.sum([(.generator, u1.value), (point, u2.value)]).affine else { return nil }
        return key.x.value.bigEndianBytes + key.y.value.bigEndianBytes
    }
}

extension CurvePoint where Curve == Secp256k1Curve {
    fileprivate static var generator: CurvePoint {
        CurvePoint(x: Curve.generatorCoordinates.x, y: Curve.generatorCoordinates.y, z: .one)
    }
}
