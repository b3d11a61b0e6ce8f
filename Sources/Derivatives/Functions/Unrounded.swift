public import Foundations

/// The functions of one argument before their rounding: the value of the fast path, that of the exact path, and how far
/// each may be from the truth. `FixedPoint` rounds by these numbers, and `Scripts/check-bounds` holds them in ball
/// arithmetic.
public enum Unrounded: UInt8, Sendable, CaseIterable {
    case exp, exp2, ln, log2, erf, erfc, normalDensity, normalDistribution, normalQuantile

    /// Whether the fast path's error is a share of the result.
    public var isRelative: Bool {
        switch self {
        case .exp, .exp2, .ln, .log2: true
        default: false
        }
    }

    /// The fast path errs by less than 2^this. Derivations: `Real`'s functions state their own errors for exact
    /// arguments; to them the argument's conversion adds 2^-126 of it, times x for the exponentials (|x| < 2^8, so
    /// 2^-117), times x² < 2^7 for the density, and the three Halley steps of the quantile leave 2^-110.
    public var fastError: Int32 {
        switch self {
        case .exp, .exp2: -110
        case .ln: -115
        case .log2: -114
        case .erf, .erfc, .normalDensity, .normalDistribution: -112
        case .normalQuantile: -108
        }
    }

    /// The exact path errs by less than 2^this: of the mantissa for the exponentials, absolutely for the others.
    public var wideError: Int32 {
        switch self {
        case .exp, .exp2: -400
        case .ln: -370
        case .log2: -210
        case .erf, .erfc, .normalDensity, .normalDistribution: -300
        case .normalQuantile: -205
        }
    }

    /// With 128 bits of mantissa. Preconditions: the function's domain, and an argument whose result is no trivial one.
    @inline(__always)
    public func fast(_ x: UInt256) -> Real {
        switch self {
        case .exp: return Real(signedWad: x).exponential
        case .exp2: return (Real(signedWad: x) * .ln2).exponential
        case .ln: return Real.logarithm(of: Real(bits: x, places: 0), over: Real(wadOne))
        case .log2: return Unrounded.ln.fast(x) * .log2e
        case .erf:
            let value = Real.one - (Real(unsignedWad: x.magnitude) * .sqrt2).normalTail.scaled(by: 1)
            return x.isNegative ? -value : value
        case .erfc:
            let tail = (Real(unsignedWad: x.magnitude) * .sqrt2).normalTail.scaled(by: 1)
            return x.isNegative ? Real(2) - tail : tail
        case .normalDensity: return Real(unsignedWad: x.magnitude).normalDensity
        case .normalDistribution: return Real(signedWad: x).normalDistribution
        case .normalQuantile:
            let isNegative = x < UInt256(wadOne / 2)
            let value = Real(unsignedWad: isNegative ? x : UInt256(wadOne) &- x).normalTailQuantile
            return isNegative ? -value : value
        }
    }

    /// With 448 binary places, times 2^exponent; the magnitude for ln, log2 and erf and the quantile.
    public func wide(_ x: UInt256) -> (mantissa: Wide, exponent: Int32) {
        switch self {
        case .exp: return Wide.signed(wad: x).exponentialParts
        case .exp2: return (Wide.signed(wad: x) * .ln2).exponentialParts
        case .ln: return (Wide.logarithm(ofWad: x).magnitude, 0)
        case .log2:
            // ln x ÷ ln 2: from the 128 bits of the fast path, one correction by what they leave.
            let start = Wide(fast(x))
            let rest = Wide.logarithm(ofWad: x) - start * .ln2
            return ((start + rest * Wide(.log2e)).magnitude, 0)
        case .erf: return ((Wide(unsignedWad: x.magnitude) * .sqrt2).normalCenter.shifted(by: 1), 0)
        case .erfc:
            let center = (Wide(unsignedWad: x.magnitude) * .sqrt2).normalCenter.shifted(by: 1)
            return (x.isNegative ? .one + center : .one - center, 0)
        case .normalDensity: return (Wide(unsignedWad: x.magnitude).normalDensity, 0)
        case .normalDistribution:
            let center = Wide(unsignedWad: x.magnitude).normalCenter
            let half = Wide.one.shifted(by: -1)
            return (x.isNegative ? half - center : half + center, 0)
        case .normalQuantile:
            // Newton once from 2^-108: the slope needs no more than the 128 bits of Real.
            let tail = x < UInt256(wadOne / 2) ? x : UInt256(wadOne) &- x
            let root = fast(x).magnitude
            let start = Wide(root)
            let missing = (Wide.one.shifted(by: -1) - start.normalCenter) - Wide(unsignedWad: tail)
            return ((start + Wide(missing.real / root.normalDensity)).magnitude, 0)
        }
    }

    /// The exact path's number for rounding.
    func candidate(_ x: UInt256) -> Candidate? {
        let (mantissa, exponent) = wide(x)
        return Candidate(mantissa.magnitude, exponent: exponent, errorExponent: wideError)
    }
}

/// x^y = exp(y·ln x), the function of two arguments.
extension Unrounded {
    /// The error of y·ln x, 2^-114 of up to 200, is the fast result's relative error; the exact one's is of the mantissa.
    public static var powerErrors: (fast: Int32, wide: Int32) { (-104, -290) }

    /// y·ln x.
    public static func powerExponent(_ x: UInt256, _ y: UInt256) -> Real {
        Unrounded.ln.fast(x) * Real(signedWad: y)
    }

    public static func power(exponent: Real) -> Real { exponent.exponential }

    /// The same with 448 binary places, for |y·ln x| below 200.
    public static func widePower(_ x: UInt256, _ y: UInt256) -> (mantissa: Wide, exponent: Int32) {
        Wide.product(Wide.logarithm(ofWad: x), wad: y).exponentialParts
    }
}
