public import Foundations

/// An element a + b·u of the quadratic extension of BN254's field, u² = −1.
struct BN254Quadratic: CurveField {
    typealias Base = MontgomeryField<BN254Coordinates>

    var a: Base
    var b: Base

    static var zero: BN254Quadratic { BN254Quadratic(a: .zero, b: .zero) }
    static var one: BN254Quadratic { BN254Quadratic(a: .one, b: .zero) }
    /// 9 + u, whose sixth root the tower adjoins.
    static var nonResidue: BN254Quadratic { BN254Quadratic(a: Base(small: 9), b: .one) }

    static func + (x: Self, y: Self) -> Self { Self(a: x.a + y.a, b: x.b + y.b) }
    static func - (x: Self, y: Self) -> Self { Self(a: x.a - y.a, b: x.b - y.b) }

    static func * (x: Self, y: Self) -> Self {
        let aa = x.a * y.a
        let bb = x.b * y.b
        return Self(a: aa - bb, b: (x.a + x.b) * (y.a + y.b) - aa - bb)
    }

    static func * (x: Self, y: Base) -> Self { Self(a: x.a * y, b: x.b * y) }

    var squared: Self { Self(a: (a + b) * (a - b), b: (a * b).doubled) }
    var doubled: Self { self + self }
    var isZero: Bool { a.isZero && b.isZero }
    var conjugate: Self { Self(a: a, b: .zero - b) }

    var inverse: Self {
        let norm = (a.squared + b.squared).inverse
        return Self(a: a * norm, b: .zero - b * norm)
    }

    /// (9 + u)·self.
    var timesNonResidue: Self {
        let nine = doubled.doubled.doubled + self
        return Self(a: nine.a - b, b: nine.b + a)
    }

    func power(_ exponent: UInt256) -> Self {
        var result = Self.one
        var index = exponent.bitWidth
        while index > 0 {
            index -= 1
            result = result.squared
            if exponent.bit(index) { result = result * self }
        }
        return result
    }
}

/// The twist y² = x³ + 3/(9 + u), on which the second group lies.
enum BN254Twist: CurveParameters {
    static var a: BN254Quadratic { .zero }
    static var b: BN254Quadratic { BN254Quadratic.nonResidue.inverse * MontgomeryField(small: 3) }
}

/// An element of the sextic extension: a + b·v + c·v², v³ = 9 + u.
struct BN254Sextic: Equatable {
    var a: BN254Quadratic
    var b: BN254Quadratic
    var c: BN254Quadratic

    static var zero: Self { Self(a: .zero, b: .zero, c: .zero) }
    static var one: Self { Self(a: .one, b: .zero, c: .zero) }

    static func + (x: Self, y: Self) -> Self { Self(a: x.a + y.a, b: x.b + y.b, c: x.c + y.c) }
    static func - (x: Self, y: Self) -> Self { Self(a: x.a - y.a, b: x.b - y.b, c: x.c - y.c) }

    /// Karatsuba's way: six products.
    static func * (x: Self, y: Self) -> Self {
        let aa = x.a * y.a
        let bb = x.b * y.b
        let cc = x.c * y.c
        let ab = (x.a + x.b) * (y.a + y.b) - aa - bb
        let ac = (x.a + x.c) * (y.a + y.c) - aa - cc
        let bc = (x.b + x.c) * (y.b + y.c) - bb - cc
        return Self(a: aa + bc.timesNonResidue, b: ab + cc.timesNonResidue, c: ac + bb)
    }

    /// v·self.
    var timesRoot: Self { Self(a: c.timesNonResidue, b: a, c: b) }

    var inverse: Self {
        let t0 = a.squared - (b * c).timesNonResidue
        let t1 = c.squared.timesNonResidue - a * b
        let t2 = b.squared - a * c
        let norm = (a * t0 + (c * t1 + b * t2).timesNonResidue).inverse
        return Self(a: t0 * norm, b: t1 * norm, c: t2 * norm)
    }
}

/// An element of the twelfth extension: a + b·w, w² = v.
struct BN254Dodecic: Equatable {
    var a: BN254Sextic
    var b: BN254Sextic

    static var one: Self { Self(a: .one, b: .zero) }

    static func * (x: Self, y: Self) -> Self {
        let aa = x.a * y.a
        let bb = x.b * y.b
        return Self(a: aa + bb.timesRoot, b: (x.a + x.b) * (y.a + y.b) - aa - bb)
    }

    var squared: Self {
        let ab = a * b
        return Self(a: (a + b) * (a + b.timesRoot) - ab - ab.timesRoot, b: ab + ab)
    }

    /// self^(p⁶).
    var conjugate: Self { Self(a: a, b: .zero - b) }

    var inverse: Self {
        let norm = (a * a - (b * b).timesRoot).inverse
        return Self(a: a * norm, b: .zero - b * norm)
    }

    /// self^(p²): w turns into γ·w with γ = (9 + u)^((p² − 1)/6), a number of the base field.
    func raisedToSquaredPrime(_ gamma: BN254Quadratic.Base) -> Self {
        let g2 = gamma.squared
        let g3 = g2 * gamma
        let g4 = g2.squared
        return Self(
            a: BN254Sextic(a: a.a, b: a.b * g2, c: a.c * g4),
            b: BN254Sextic(a: b.a * gamma, b: b.b * g3, c: b.c * (g4 * gamma)))
    }
}

// MARK: - The pairing

/// The optimal ate pairing on BN254. Sources: EIP-197; Vercauteren (2010); Beuchat et al. (2010).
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

    private typealias Base = BN254Quadratic.Base

    /// The order of both groups.
    static var order: UInt256 {
        UInt256(limbs: 0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
    }

    /// Whether the product of the pairings is one. nil when a point is not on its curve or, in the second group, not of
    /// the group's order.
    public static func productIsOne(_ pairs: [Pair]) -> Bool? {
        // (9 + u)^((p − 1)/6): the Frobenius map in the tower and on the twist comes from its powers.
        let root = BN254Quadratic.nonResidue.power((BN254Coordinates.modulus - 1) / 6)
        var product = BN254Dodecic.one
        for pair in pairs {
            guard let g1 = BN254.point(pair.g1), let g2 = twistPoint(pair.g2) else { return nil }
            guard let p = g1.affine, let q = g2.affine else { continue }
            product = product * millerLoop(p, q, root)
        }
        return finalExponentiation(product, root) == .one
    }

    private static func twistPoint(
        _ point: (xa: UInt256, xb: UInt256, ya: UInt256, yb: UInt256)
    ) -> CurvePoint<BN254Twist>? {
        guard let xa = Base(point.xa), let xb = Base(point.xb), let ya = Base(point.ya), let yb = Base(point.yb) else {
            return nil
        }
        let (x, y) = (BN254Quadratic(a: xa, b: xb), BN254Quadratic(a: ya, b: yb))
        if x.isZero, y.isZero { return .infinity }
        // The twist has more points than the group.
        guard let result = CurvePoint<BN254Twist>(x: x, y: y), result.multiplied(by: order).isInfinity else {
            return nil
        }
        return result
    }

    /// A point of the twist that runs through the loop, and the lines that it meets.
    private struct Runner {
        var x: BN254Quadratic
        var y: BN254Quadratic
        let p: (x: Base, y: Base)

        /// Moves by a slope to the third point's mirror and answers the line, taken at p:
        /// y_p − λ·x_p·w + (λ·x − y)·w³.
        mutating func move(_ slope: BN254Quadratic, _ otherX: BN254Quadratic) -> BN254Dodecic {
            let line = BN254Dodecic(
                a: BN254Sextic(a: BN254Quadratic(a: p.y, b: .zero), b: .zero, c: .zero),
                b: BN254Sextic(a: .zero - slope * p.x, b: slope * x - y, c: .zero))
            let next = slope.squared - x - otherX
            y = slope * (x - next) - y
            x = next
            return line
        }

        mutating func double() -> BN254Dodecic {
            let square = x.squared
            return move((square.doubled + square) * y.doubled.inverse, x)
        }

        mutating func add(_ qx: BN254Quadratic, _ qy: BN254Quadratic) -> BN254Dodecic {
            move((qy - y) * (qx - x).inverse, qx)
        }
    }

    private static func millerLoop(
        _ p: (x: Base, y: Base), _ q: (x: BN254Quadratic, y: BN254Quadratic), _ root: BN254Quadratic
    ) -> BN254Dodecic {
        var runner = Runner(x: q.x, y: q.y, p: p)
        var f = BN254Dodecic.one
        // 6·t + 2 for the curve's parameter t = 4965661367192848881, without its top bit.
        let count: UInt128 = 29_793_968_203_157_093_288
        var mask = UInt128(1) << 63
        while mask > 0 {
            f = f.squared * runner.double()
            if count & mask != 0 { f = f * runner.add(q.x, q.y) }
            mask >>= 1
        }
        // The Frobenius map of the twist, twice.
        let (toX, toY) = (root.squared, root.squared * root)
        let (x1, y1) = (q.x.conjugate * toX, q.y.conjugate * toY)
        let (x2, y2) = (x1.conjugate * toX, y1.conjugate * toY)
        f = f * runner.add(x1, y1)
        return f * runner.add(x2, .zero - y2)
    }

    /// f^((p¹² − 1)/order): first the parts that are cheap, then (p⁴ − p² + 1)/order bit by bit.
    private static func finalExponentiation(_ f: BN254Dodecic, _ root: BN254Quadratic) -> BN254Dodecic {
        let first = f.conjugate * f.inverse
        let base = first.raisedToSquaredPrime((root * root.conjugate).a) * first
        let exponent: InlineArray<12, UInt64> = [
            0xe81b_b482_ccdf_42b1, 0x5abf_5cc4_f49c_36d4, 0xf115_4e7e_1da0_14fd, 0xdcc7_b44c_87cd_bacf,
            0xaaa4_41e3_954b_cf8a, 0x6b88_7d56_d509_5f23, 0x7958_1e16_f3fd_90c6, 0x3b1b_1355_d189_227d,
            0x4e52_9a58_6187_6f6b, 0x6c0e_b522_d5b1_2278, 0x331e_c151_8317_7faf, 0x01ba_aa71_0b07_59ad,
        ]
        var result = BN254Dodecic.one
        for limb in 0..<12 {
            for bit in 0..<64 {
                result = result.squared
                if exponent[11 - limb] >> UInt64(63 - bit) & 1 == 1 { result = result * base }
            }
        }
        return result
    }
}
