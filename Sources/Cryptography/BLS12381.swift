import Foundations

/// The curve y² = x³ + 4. https://eips.ethereum.org/EIPS/eip-2537
enum BLS12381Curve: CurveParameters {
    static var a: MontgomeryField<BLS12381Coordinates> { .zero }
    static var b: MontgomeryField<BLS12381Coordinates> { MontgomeryField(small: 4) }
}

/// The twist y² = x³ + 4·(1 + u), on which the second group lies.
enum BLS12381Twist: CurveParameters {
    static var a: QuadraticExtension<BLS12381Tower> { .zero }
    static var b: QuadraticExtension<BLS12381Tower> {
        QuadraticExtension(a: MontgomeryField(small: 4), b: MontgomeryField(small: 4))
    }
}

extension CurvePoint where Curve == BLS12381Curve {
    static var generator: CurvePoint {
        CurvePoint(x: Curve.generatorCoordinates.x, y: Curve.generatorCoordinates.y, z: .one)
    }

    /// Whether a point of the curve lies in the group of order r: (β·x, y) = −t²·(x, y). Source: Scott, "A note on group
    /// membership tests" (2021).
    var isInGroup: Bool {
        let t = BLS12381Tower.parameter
        let image = CurvePoint(x: x * Curve.cubeRoot, y: y, z: z)
        return image == -multiplied(bySparse: t).multiplied(bySparse: t)
    }

    /// A point of the group: (1 − t)·self. RFC 9380, 8.8.1.
    var clearedOfCofactor: CurvePoint {
        multiplied(bySparse: BLS12381Tower.parameter) + self
    }
}

extension CurvePoint where Curve == BLS12381Twist {
    static var generator: CurvePoint {
        CurvePoint(x: Curve.generatorCoordinates.x, y: Curve.generatorCoordinates.y, z: .one)
    }

    /// ψ: the Frobenius map, carried over to the twist.
    var frobenius: CurvePoint {
        CurvePoint(x: x.conjugate * Curve.frobeniusX, y: y.conjugate * Curve.frobeniusY, z: z.conjugate)
    }

    /// t·self; t is negative.
    private var timesParameter: CurvePoint {
        -multiplied(bySparse: BLS12381Tower.parameter)
    }

    /// Whether a point of the twist lies in the group of order r: ψ(Q) = t·Q. Source: Scott (2021).
    var isInGroup: Bool { frobenius == timesParameter }

    /// A point of the group: (t² − t − 1)·self + (t − 1)·ψ(self) + ψ²(2·self). RFC 9380, 8.8.2 and G.3; Budroni and
    /// Pintore (2017).
    var clearedOfCofactor: CurvePoint {
        let multiple = timesParameter
        let image = frobenius
        return (multiple + image).timesParameter - multiple - image - self + doubled.frobenius.frobenius
    }
}

/// The optimal ate pairing on BLS12-381. Sources: EIP-2537; Aranha et al. (2011).
enum BLS12381Tower: PairingParameters {
    typealias Prime = BLS12381Coordinates
    typealias Curve = BLS12381Curve
    typealias Twist = BLS12381Twist

    /// −t, for the curve's parameter t.
    static var parameter: UInt64 { 0xd201_0000_0001_0000 }

    /// The order r of both groups.
    static var order: UInt256 {
        UInt256(limbs: 0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48)
    }

    static var hasMultiplicativeTwist: Bool { true }

    /// (1 + u)·x.
    @inline(__always)
    static func timesNonResidue(_ x: QuadraticExtension<BLS12381Tower>) -> QuadraticExtension<BLS12381Tower> {
        QuadraticExtension(a: x.a - x.b, b: x.a + x.b)
    }

    /// 12·(1 + u)·x.
    static func timesTripleB(_ x: QuadraticExtension<BLS12381Tower>) -> QuadraticExtension<BLS12381Tower> {
        let four = timesNonResidue(x).doubled.doubled
        return four.doubled + four
    }

    /// t is negative.
    static func finishLoop(
        _ f: inout DodecicExtension<BLS12381Tower>, _ runners: inout [PairingRunner<BLS12381Tower>]
    ) {
        f = f.conjugate
    }

    /// Raises to (t − 1)²·(t + p)·(t² + p² − 1) + 3, three times (p⁴ − p² + 1)/r. Source: Hayashida, Hayasaka and
    /// Teruya (2020).
    static func hardPart(_ f: DodecicExtension<BLS12381Tower>) -> DodecicExtension<BLS12381Tower> {
        /// x^t.
        func power(_ x: DodecicExtension<BLS12381Tower>) -> DodecicExtension<BLS12381Tower> {
            x.cyclotomicPower(parameter).conjugate
        }
        let first = power(f) * f.conjugate
        let second = power(first) * first.conjugate
        let third = power(second) * second.frobenius
        let fourth = power(power(third)) * third.frobenius.frobenius * third.conjugate
        return fourth * f.cyclotomicSquare * f
    }
}
