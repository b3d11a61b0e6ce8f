import Foundations

/// A pairing-friendly curve of embedding degree 12 with its sextic twist.
protocol PairingParameters: TowerParameters {
    associatedtype Curve: CurveParameters where Curve.Field == MontgomeryField<Prime>
    associatedtype Twist: CurveParameters where Twist.Field == QuadraticExtension<Self>
    /// Whether the twist is y² = x³ + b·ξ (multiplicative) and not y² = x³ + b/ξ (divisive).
    static var hasMultiplicativeTwist: Bool { get }
    /// 3·b of the twist, times x.
    static func timesTripleB(_ x: Twist.Field) -> Twist.Field
    /// The count of Miller's loop in signed binary digits: masks of the digits +1 and −1.
    static var loop: (positive: UInt128, negative: UInt128) { get }
    /// What follows the loop: conjugation for a negative count, the lines through Frobenius images.
    static func finishLoop(_ f: inout DodecicExtension<Self>, _ runners: inout [PairingRunner<Self>])
    /// Raises an element of the cyclotomic subgroup to (p⁴ − p² + 1)/r times a constant that r does not divide.
    static func hardPart(_ f: DodecicExtension<Self>) -> DodecicExtension<Self>
}

/// A pair of points on its way through Miller's loop: P, Q and a multiple of Q in homogeneous coordinates (x/z, y/z).
/// Source: Costello, Lange and Naehrig (2010); Aranha et al. (2011).
struct PairingRunner<Parameters: PairingParameters> {
    typealias Field = Parameters.Twist.Field

    let p: (x: MontgomeryField<Parameters.Prime>, y: MontgomeryField<Parameters.Prime>)
    let q: (x: Field, y: Field)
    private var x: Field
    private var y: Field
    private var z: Field

    init(
        _ p: (x: MontgomeryField<Parameters.Prime>, y: MontgomeryField<Parameters.Prime>), _ q: (x: Field, y: Field)
    ) {
        self.p = p
        self.q = q
        (x, y, z) = (q.x, q.y, .one)
    }

    /// Doubles the running point and multiplies `f` by the tangent's value at P.
    mutating func double(_ f: inout DodecicExtension<Parameters>) {
        let a = x * y
        let b = y.squared
        let c = z.squared
        let e = Parameters.timesTripleB(c)
        let f3 = e.doubled + e
        let h = (y + z).squared - b - c
        let j = x.squared
        let line = (h: h, j: j.doubled + j, i: e - b)
        // All coordinates times four against the source's, so that nothing is halved.
        let ee = e.squared
        x = (a * (b - f3)).doubled
        y = (b + f3).squared - (ee.doubled + ee).doubled.doubled
        z = (b * h).doubled.doubled
        multiply(&f, atY: -line.h, atX: line.j, constant: line.i)
    }

    /// Adds a point of the twist and multiplies `f` by the line's value at P.
    mutating func add(_ point: (x: Field, y: Field), _ f: inout DodecicExtension<Parameters>) {
        let theta = y - point.y * z
        let lambda = x - point.x * z
        let c = theta.squared
        let d = lambda.squared
        let e = lambda * d
        let g = x * d
        let h = e + z * c - g.doubled
        x = lambda * h
        y = theta * (g - h) - e * y
        z = z * e
        multiply(&f, atY: lambda, atX: -theta, constant: theta * point.x - lambda * point.y)
    }

    /// Multiplies by a line, which has three coefficients only: at w⁰, w¹, w³ for a divisive twist and at w³, w², w⁰ for
    /// a multiplicative one.
    private func multiply(
        _ f: inout DodecicExtension<Parameters>, atY: Field, atX: Field, constant: Field
    ) {
        let (yTerm, xTerm) = (atY * p.y, atX * p.x)
        if Parameters.hasMultiplicativeTwist {
            let aa = f.a.multiplied(by: (constant, xTerm))
            let bb = (f.b * yTerm).timesRoot
            f.b = (f.a + f.b).multiplied(by: (constant, xTerm + yTerm)) - aa - bb
            f.a = aa + bb.timesRoot
        } else {
            let aa = f.a * yTerm
            let bb = f.b.multiplied(by: (xTerm, constant))
            f.b = (f.a + f.b).multiplied(by: (yTerm + xTerm, constant)) - aa - bb
            f.a = aa + bb.timesRoot
        }
    }
}

extension PairingParameters {
    /// Whether the product of the pairs' pairings is one. The points lie in the groups; pairs with infinity count as one.
    static func productIsOne(_ pairs: [(CurvePoint<Curve>, CurvePoint<Twist>)]) -> Bool {
        var runners: [PairingRunner<Self>] = []
        for (first, second) in pairs {
            guard let p = first.affine, let q = second.affine else { continue }
            runners.append(PairingRunner(p, q))
        }
        return hardPart(millerLoop(&runners).easyPart) == .one
    }

    private static func millerLoop(_ runners: inout [PairingRunner<Self>]) -> DodecicExtension<Self> {
        var f = DodecicExtension<Self>.one
        let (positive, negative) = loop
        var mask = UInt128(1) << UInt128(127 - positive.leadingZeroBitCount)
        while mask > 1 {
            mask >>= 1
            f = f.squared
            for index in runners.indices {
                runners[index].double(&f)
                if positive & mask != 0 {
                    runners[index].add(runners[index].q, &f)
                } else if negative & mask != 0 {
                    runners[index].add((runners[index].q.x, -runners[index].q.y), &f)
                }
            }
        }
        finishLoop(&f, &runners)
        return f
    }
}
