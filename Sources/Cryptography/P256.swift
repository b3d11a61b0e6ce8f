public import Foundations

// Constants are computed by Scripts/curve-constants from the primes that the standards state.

/// The field of P-256's coordinates, 2^256 − 2^224 + 2^192 + 2^96 − 1.
enum P256Coordinates: FieldParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0x0000_0000_0000_0000, 0xffff_ffff_0000_0001)
    }
    static var negativeInverse: UInt64 { 0x1 }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x0000_0000_0000_0003, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd)
    }
}

/// The curve secp256r1. Source: SEC 2, section 2.4.2; FIPS 186-4, D.1.2.3.
enum P256Curve: CurveParameters {
    static var a: MontgomeryField<P256Coordinates> { .zero - MontgomeryField(small: 3) }
    static var b: MontgomeryField<P256Coordinates> {
        MontgomeryField(
            UInt256(limbs: 0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7))
            ?? .zero
    }
}

/// ECDSA over P-256 (secp256r1), verification only. Source: FIPS 186-4; EIP-7951.
public enum P256 {
    static var order: UInt256 {
        UInt256(limbs: 0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000)
    }
    private static var generator: CurvePoint<P256Curve> {
        point(
            UInt256(limbs: 0xf4a1_3945_d898_c296, 0x7703_7d81_2deb_33a0, 0xf8bc_e6e5_63a4_40f2, 0x6b17_d1f2_e12c_4247),
            UInt256(limbs: 0xcbb6_4068_37bf_51f5, 0x2bce_3357_6b31_5ece, 0x8ee7_eb4a_7c0f_9e16, 0x4fe3_42e2_fe1a_7f9b))
            ?? .infinity
    }

    /// nil when the coordinates are not reduced or the point is not on the curve.
    private static func point(_ x: UInt256, _ y: UInt256) -> CurvePoint<P256Curve>? {
        guard let x = MontgomeryField<P256Coordinates>(x), let y = MontgomeryField<P256Coordinates>(y) else {
            return nil
        }
        return CurvePoint(x: x, y: y)
    }

    /// Whether (r, s) signs `hash` under the public key (x, y). False for values out of range and keys off the curve.
    public static func verify(hash: Bytes32, r: UInt256, s: UInt256, x: UInt256, y: UInt256) -> Bool {
        guard !r.isZero, !s.isZero, r < order, s < order, let key = point(x, y) else {
            return false
        }
        guard let inverse = MontgomeryField<P256Order>(s)?.inverse else { return false }
        let u1 = (MontgomeryField<P256Order>(hash.word % order) ?? .zero) * inverse
        let u2 = (MontgomeryField<P256Order>(r) ?? .zero) * inverse
        let point = CurvePoint.combine(u1.value, generator, u2.value, key)
        guard let affine = point.affine else { return false }
        return affine.x.value % order == r
    }
}

/// The field of P-256's scalars.
enum P256Order: FieldParameters {
    static var modulus: UInt256 { P256.order }
    static var negativeInverse: UInt64 { 0xccd1_c8aa_ee00_bc4f }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x8324_4c95_be79_eea2, 0x4699_799c_49bd_6fa6, 0x2845_b239_2b6b_ec59, 0x66e1_2d94_f3d9_5620)
    }
}
