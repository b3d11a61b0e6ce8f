import Foundations

/// The tower of fields over which a pairing curve of embedding degree 12 is defined: u² = −1, v³ = ξ, w² = v.
protocol TowerParameters {
    /// Below a quarter of 2^(64·limbs).
    associatedtype Prime: FieldParameters
    /// ξ·x.
    static func timesNonResidue(_ x: QuadraticExtension<Self>) -> QuadraticExtension<Self>
    /// ξ^((p − 1)/6): the Frobenius map takes w to this times w.
    static var frobeniusRoot: QuadraticExtension<Self> { get }
}

/// a + b·u.
struct QuadraticExtension<Tower: TowerParameters>: CurveField {
    typealias Base = MontgomeryField<Tower.Prime>

    var a: Base
    var b: Base

    static var zero: Self { Self(a: .zero, b: .zero) }
    static var one: Self { Self(a: .one, b: .zero) }

    @inline(__always)
    static func + (x: Self, y: Self) -> Self { Self(a: x.a + y.a, b: x.b + y.b) }
    @inline(__always)
    static func - (x: Self, y: Self) -> Self { Self(a: x.a - y.a, b: x.b - y.b) }

    /// Karatsuba's three products, reduced twice only. Source: Aranha et al. (2011), lazy reduction.
    @inline(never)
    static func * (x: Self, y: Self) -> Self {
        typealias Word = Tower.Prime.Word
        let aa = Word.fullProduct(x.a.bits, y.a.bits)
        let bb = Word.fullProduct(x.b.bits, y.b.bits)
        // The sums fit unreduced: the prime is below a quarter of R.
        let xSum = x.a.bits.addingReportingOverflow(x.b.bits).partialValue
        let ySum = y.a.bits.addingReportingOverflow(y.b.bits).partialValue
        let cross = difference(difference(Word.fullProduct(xSum, ySum), aa).value, bb).value
        var (real, borrow) = difference(aa, bb)
        real.high = real.high.addingReportingOverflow(borrow ? Tower.Prime.modulus : .zero).partialValue
        return Self(a: reduced(real), b: reduced(cross))
    }

    private typealias Wide = (low: Tower.Prime.Word, high: Tower.Prime.Word)

    @inline(__always)
    private static func difference(_ x: Wide, _ y: Wide) -> (value: Wide, borrow: Bool) {
        let (low, lowBorrow) = x.low.subtractingReportingOverflow(y.low)
        let (high, first) = x.high.subtractingReportingOverflow(y.high)
        let (rest, second) = high.subtractingReportingOverflow(lowBorrow ? Tower.Prime.Word(1) : .zero)
        return ((low, rest), first != second)
    }

    @inline(__always)
    private static func reduced(_ x: Wide) -> Base {
        Base(
            montgomery: Tower.Prime.Word.montgomeryReduction(
                low: x.low, high: x.high, modulus: Tower.Prime.modulus,
                negativeInverse: Tower.Prime.negativeInverse))
    }

    static func * (x: Self, y: Base) -> Self { Self(a: x.a * y, b: x.b * y) }

    var squared: Self { square() }

    @inline(never)
    private func square() -> Self { Self(a: (a + b).product(a - b), b: a.product(b.doubled)) }

    var isZero: Bool { a.isZero && b.isZero }
    var conjugate: Self { Self(a: a, b: -b) }

    var inverse: Self {
        let norm = (a.squared + b.squared).inverse
        return Self(a: a * norm, b: -(b * norm))
    }

    /// ξ·self.
    @inline(__always)
    var timesNonResidue: Self { Tower.timesNonResidue(self) }
}

extension QuadraticExtension where Tower.Prime: RootParameters {
    /// The root whose square this is, if there is one. Source: Adj and Rodríguez-Henríquez (2012), the complex method.
    var squareRoot: Self? {
        guard let norm = (a.squared + b.squared).squareRoot else { return nil }
        let half = Base(small: 2).inverse
        if b.isZero {
            // a is a square, or −a is, whose root times u serves.
            if let root = a.squareRoot { return Self(a: root, b: .zero) }
            return (-a).squareRoot.map { Self(a: .zero, b: $0) }
        }
        guard let root = ((a + norm) * half).squareRoot ?? ((a - norm) * half).squareRoot else { return nil }
        let result = Self(a: root, b: b * half * root.inverse)
        return result.squared == self ? result : nil
    }
}

/// a + b·v + c·v².
struct SexticExtension<Tower: TowerParameters>: Equatable, BitwiseCopyable {
    typealias Coefficient = QuadraticExtension<Tower>

    var a: Coefficient
    var b: Coefficient
    var c: Coefficient

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

    static func * (x: Self, y: Coefficient) -> Self { Self(a: x.a * y, b: x.b * y, c: x.c * y) }

    /// self·(a + b·v): five products.
    func multiplied(by y: (a: Coefficient, b: Coefficient)) -> Self {
        let aa = a * y.a
        let bb = b * y.b
        let ab = (a + b) * (y.a + y.b) - aa - bb
        let cb = (b + c) * y.b - bb
        let ca = (a + c) * y.a - aa
        return Self(a: aa + cb.timesNonResidue, b: ab, c: ca + bb)
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

/// a + b·w.
struct DodecicExtension<Tower: TowerParameters>: Equatable, BitwiseCopyable {
    typealias Half = SexticExtension<Tower>
    typealias Coefficient = QuadraticExtension<Tower>

    var a: Half
    var b: Half

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

    /// self^(p⁶), the inverse of an element of norm one.
    var conjugate: Self { Self(a: a, b: .zero - b) }

    var inverse: Self {
        let norm = (a * a - (b * b).timesRoot).inverse
        return Self(a: a * norm, b: .zero - b * norm)
    }

    /// self^p.
    var frobenius: Self {
        let g1 = Tower.frobeniusRoot
        let g2 = g1.squared
        let g3 = g2 * g1
        let g4 = g2.squared
        return Self(
            a: Half(a: a.a.conjugate, b: a.b.conjugate * g2, c: a.c.conjugate * g4),
            b: Half(a: b.a.conjugate * g1, b: b.b.conjugate * g3, c: b.c.conjugate * (g4 * g1)))
    }
}

// MARK: - The cyclotomic subgroup: elements of order dividing p⁴ − p² + 1

extension DodecicExtension {
    /// The square of an element of the cyclotomic subgroup. Source: Granger and Scott (2010).
    var cyclotomicSquare: Self {
        let (t0, t1) = Self.quarticSquare(a.a, b.b)
        let (t2, t3) = Self.quarticSquare(b.a, a.c)
        let (t4, t5) = Self.quarticSquare(a.b, b.c)
        return Self(
            a: Half(a: Self.thrice(t0, minus: a.a), b: Self.thrice(t2, minus: a.b), c: Self.thrice(t4, minus: a.c)),
            b: Half(
                a: Self.thrice(t5.timesNonResidue, plus: b.a), b: Self.thrice(t1, plus: b.b),
                c: Self.thrice(t3, plus: b.c)))
    }

    /// (x + y·s)² for s² = ξ.
    private static func quarticSquare(_ x: Coefficient, _ y: Coefficient) -> (Coefficient, Coefficient) {
        let xx = x.squared
        let yy = y.squared
        return (xx + yy.timesNonResidue, (x + y).squared - xx - yy)
    }

    /// 3·t − 2·z.
    private static func thrice(_ t: Coefficient, minus z: Coefficient) -> Coefficient { (t - z).doubled + t }
    /// 3·t + 2·z.
    private static func thrice(_ t: Coefficient, plus z: Coefficient) -> Coefficient { (t + z).doubled + t }

    /// self^exponent in the cyclotomic subgroup.
    func cyclotomicPower(_ exponent: UInt64) -> Self {
        var result = self
        var mask = UInt64(1) << UInt64(63 - exponent.leadingZeroBitCount)
        while mask > 1 {
            mask >>= 1
            result = result.cyclotomicSquare
            if exponent & mask != 0 { result = result * self }
        }
        return result
    }

    /// self^((p⁶ − 1)·(p² + 1)), which lies in the cyclotomic subgroup: the easy part of a final exponentiation.
    var easyPart: Self {
        let first = conjugate * inverse
        return first.frobenius.frobenius * first
    }
}
