public import Foundations

/// The twist y² = x³ + 3/(9 + u), on which the second group lies.
enum BN254Twist: CurveParameters {
    static var a: QuadraticExtension<BN254Tower> { .zero }
}

extension CurvePoint where Curve == BN254Twist {
    /// ψ: the Frobenius map, carried over to the twist.
    var frobenius: CurvePoint {
        let square = BN254Tower.frobeniusRoot.squared
        return CurvePoint(
            x: x.conjugate * square, y: y.conjugate * (square * BN254Tower.frobeniusRoot), z: z.conjugate)
    }

    /// Whether a point of the twist, which has more points than the group, lies in the group.
    /// Source: Scott, "A note on group membership tests" (2021): (t + 1)·Q + ψ(t·Q) + ψ²(t·Q) = ψ³(2t·Q).
    var isInGroup: Bool {
        let multiple = multiplied(bySparse: BN254Tower.parameter)
        let image = multiple.frobenius
        return multiple + self + image + image.frobenius == image.frobenius.frobenius.doubled
    }
}

/// The optimal ate pairing on BN254. Sources: EIP-197; Vercauteren (2010); Beuchat et al. (2010).
enum BN254Tower: PairingParameters {
    typealias Prime = BN254Coordinates
    typealias Curve = BN254Curve
    typealias Twist = BN254Twist

    /// The curve's parameter t.
    static var parameter: UInt64 { 4_965_661_367_192_848_881 }

    static var hasMultiplicativeTwist: Bool { false }

    /// (9 + u)·x.
    @inline(__always)
    static func timesNonResidue(_ x: QuadraticExtension<BN254Tower>) -> QuadraticExtension<BN254Tower> {
        let nine = x.doubled.doubled.doubled + x
        return QuadraticExtension(a: nine.a - x.b, b: nine.b + x.a)
    }

    static func timesTripleB(_ x: QuadraticExtension<BN254Tower>) -> QuadraticExtension<BN254Tower> {
        let product = Twist.b * x
        return product.doubled + product
    }

    /// The lines through ψ(Q) and −ψ²(Q).
    static func finishLoop(
        _ f: inout DodecicExtension<BN254Tower>, _ runners: inout [PairingRunner<BN254Tower>]
    ) {
        for index in runners.indices {
            let q = runners[index].q
            let first = CurvePoint<BN254Twist>(x: q.x, y: q.y, z: .one).frobenius
            let second = first.frobenius
            runners[index].add((first.x, first.y), &f)
            runners[index].add((second.x, -second.y), &f)
        }
    }

    /// Source: Fuentes-Castañeda, Knapp and Rodríguez-Henríquez (2011); the constant is 2t·(6t² + 3t + 1).
    static func hardPart(_ f: DodecicExtension<BN254Tower>) -> DodecicExtension<BN254Tower> {
        let two = f.cyclotomicPower(parameter).cyclotomicSquare  // 2t
        let six = two.cyclotomicSquare * two  // 6t
        let sixSquared = six.cyclotomicPower(parameter)  // 6t²
        let twelveCubed = sixSquared.cyclotomicSquare.cyclotomicPower(parameter)  // 12t³
        let second = twelveCubed * sixSquared * six
        let first = second * two.conjugate
        let zeroth = second * sixSquared * f
        let third = first * f.conjugate
        return zeroth * (first * (second * third.frobenius).frobenius).frobenius
    }
}

/// The pairing check of the EVM's contract.
public enum BN254Pairing {
    /// Coordinates in the first group, and in the second group as a + b·u.
    public struct Pair {
        public let g1: (x: UInt256, y: UInt256)
        public let g2: (xa: UInt256, xb: UInt256, ya: UInt256, yb: UInt256)

        public init(
            g1: (x: UInt256, y: UInt256), g2: (xa: UInt256, xb: UInt256, ya: UInt256, yb: UInt256)
        ) {
            self.g1 = g1
            self.g2 = g2
        }
    }

    /// Whether the product of the pairings is one. nil when a point is not on its curve or, in the second group, not of
    /// the group's order.
    public static func productIsOne(_ pairs: [Pair]) -> Bool? {
        var points: [(CurvePoint<BN254Curve>, CurvePoint<BN254Twist>)] = []
        for pair in pairs {
            guard let g1 = BN254.point(pair.g1), let g2 = twistPoint(pair.g2) else { return nil }
            points.append((g1, g2))
        }
        return BN254Tower.productIsOne(points)
    }

    private static func twistPoint(
        _ point: (xa: UInt256, xb: UInt256, ya: UInt256, yb: UInt256)
    ) -> CurvePoint<BN254Twist>? {
        typealias Base = MontgomeryField<BN254Coordinates>
        guard let xa = Base(point.xa), let xb = Base(point.xb), let ya = Base(point.ya), let yb = Base(point.yb) else {
            return nil
        }
        let (x, y) = (QuadraticExtension<BN254Tower>(a: xa, b: xb), QuadraticExtension<BN254Tower>(a: ya, b: yb))
        if x.isZero, y.isZero { return .infinity }
        guard let result = CurvePoint<BN254Twist>(x: x, y: y), result.isInGroup else { return nil }
        return result
    }
}
