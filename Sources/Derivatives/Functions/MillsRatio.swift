import Foundations

/// Mills' ratio of the normal distribution, R(x) = (1 − Φ(x)) ÷ φ(x): smooth, and with φ it gives tails of any depth
/// their full relative accuracy.
enum MillsRatio {
    /// R(x) for x ≥ 0; zero from 64 on, where φ is below 1e-889. Error: relative 2^-119.
    ///
    /// A polynomial of degree 19 for each segment (Scripts/generate-functions). R is completely monotone, so the
    /// coefficients alternate, and every step of Horner's scheme stays positive.
    static func value(at x: Real) -> Real {
        if x.exponent >= 6 { return .zero }
        if x.exponent >= 2 {
            // x = 2^exponent·(1 + segment/16 + v/16).
            let segment = Int(truncatingIfNeeded: (x.mantissa &>> 123) & 15)
            let v = x.mantissa &<< 5
            let octave = Int(truncatingIfNeeded: x.exponent) &- 2
            let sum =
                octave < 2
                ? polynomial(middle, (octave &* 16 &+ segment) &* 40, v)
                : polynomial(far, ((octave &- 2) &* 16 &+ segment) &* 40, v)
            return Real(bits: UInt256(sum), places: 127 &+ x.exponent)
        }
        // x·8 = segment + v.
        let shift = 124 &- x.exponent
        let segment = shift < 128 ? Int(truncatingIfNeeded: x.mantissa &>> UInt128(truncatingIfNeeded: shift)) : 0
        let left = x.exponent &+ 4
        let v =
            left >= 0
            ? x.mantissa &<< UInt128(truncatingIfNeeded: left)
            : left > -128 ? x.mantissa &>> UInt128(truncatingIfNeeded: -left) : 0
        return Real(bits: UInt256(polynomial(near, segment &* 40, v)), places: 127)
    }

    @inline(__always)
    private static func polynomial<let count: Int>(
        _ table: borrowing InlineArray<count, UInt64>, _ start: Int, _ v: UInt128
    ) -> UInt128 {
        var sum = UInt128(words: table[start &+ 39], table[start &+ 38])
        var index = start &+ 36
        while index >= start {
            sum = UInt128(words: table[index &+ 1], table[index]) &- sum.timesFraction(v)
            index &-= 2
        }
        return sum
    }
}

extension Real {
    /// The standard normal density. Error: relative 2^-121 + x²·2^-126.
    var normalDensity: Real { (-(self * self).scaled(by: -1)).exponential * .inverseSqrtTwoPi }

    /// 1 − Φ(x) for x ≥ 0. Error: relative 2^-118 + x²·2^-126.
    var normalTail: Real { normalDensity * MillsRatio.value(at: self) }

    /// Φ(x). Error: 2^-118 + x²·2^-126, of the result for x ≤ 0, absolute for x > 0.
    var normalDistribution: Real { isNegative ? magnitude.normalTail : .one - normalTail }
}
