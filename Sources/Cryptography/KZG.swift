public import Foundations

/// Point evaluation proofs for the polynomials that blobs are committed to. Sources: EIP-4844; the consensus
/// specifications' polynomial-commitments.md.
public enum KZG {
    private typealias Point1 = CurvePoint<BLS12381Curve>
    private typealias Point2 = CurvePoint<BLS12381Twist>

    /// The number of elements that a scalar has, the order of BLS12-381's groups.
    public static var modulus: UInt256 { BLS12381Tower.order }

    /// Whether `proof` shows that the polynomial behind `commitment` has the value y at z, scalars below `modulus`.
    /// nil for a scalar out of range or bytes that are no compressed point of the first group, 48 of them each.
    public static func verify(
        commitment: UnsafeRawBufferPointer, z: UInt256, y: UInt256, proof: UnsafeRawBufferPointer
    ) -> Bool? {
        guard z < modulus, y < modulus, let commitment = decompress(commitment), let proof = decompress(proof) else {
            return nil
        }
        // e(C − y·G, H) = e(π, (τ − z)·H), with z moved to the first group, where products are cheaper:
        // e(C − y·G + z·π, −H)·e(π, τ·H) = 1.
        let left = commitment + Point1.sum([(.generator, modulus &- y), (proof, z)])
        return BLS12381Tower.productIsOne([(left, -Point2.generator), (proof, setup)])
    }

    /// τ·H of Ethereum's trusted setup: all that the check of a point needs of it.
    private static var setup: Point2 {
        Point2(x: BLS12381Twist.setupCoordinates.x, y: BLS12381Twist.setupCoordinates.y, z: .one)
    }

    /// A point of the group from x and three flags: compressed, infinity, the greater y. Source: the consensus
    /// specifications' BLS signatures, after ZCash.
    private static func decompress(_ bytes: UnsafeRawBufferPointer) -> Point1? {
        guard bytes.count == 48 else { return nil }
        let flags = bytes[0] >> 5
        var number = UInt384(bigEndian: bytes, at: 0)
        number.limb5 &= .max >> 3
        guard flags & 0b100 != 0 else { return nil }
        if flags & 0b010 != 0 { return flags == 0b110 && number.isZero ? .infinity : nil }
        guard let x = MontgomeryField<BLS12381Coordinates>(number), let root = Point1.square(at: x).squareRoot else {
            return nil
        }
        let isGreater = root.value > (-root).value
        let point = Point1(x: x, y: isGreater == (flags & 0b001 != 0) ? root : -root, z: .one)
        return point.isInGroup ? point : nil
    }
}
