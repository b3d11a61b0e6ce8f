public import Foundations

// The error function and the normal distribution, correctly rounded like the rest.

extension FixedPoint {
    /// erf x.
    public static func errorFunction(_ x: UInt256, rounding: Rounding = .nearestEven) -> UInt256 {
        if x.isZero { return .zero }
        let negative = x.isNegative
        // 1 − erf 8 is 1.1e-29.
        if beyond(x, 8) { return saturated(whole: wadOne, isNegative: negative, rounding) }
        return small(.erf, x, rounding)
    }

    /// 1 − erf x.
    public static func complementaryErrorFunction(_ x: UInt256, rounding: Rounding = .nearestEven) -> UInt256 {
        if x.isZero { return UInt256(wadOne) }
        if beyond(x, 8) { return tail(isHigh: x.isNegative, whole: 2 &* wadOne, rounding) }
        return small(.erfc, x, rounding)
    }

    /// The standard normal density.
    public static func normalDensity(_ x: UInt256, rounding: Rounding = .nearestEven) -> UInt256 {
        if beyond(x, 10) { return tail(isHigh: false, whole: wadOne, rounding) }
        return small(.normalDensity, x, rounding)
    }

    /// The standard normal distribution function.
    public static func normalDistribution(_ x: UInt256, rounding: Rounding = .nearestEven) -> UInt256 {
        if x.isZero { return UInt256(wadOne / 2) }
        // Φ(−11) is 1.9e-28.
        if beyond(x, 11) { return tail(isHigh: !x.isNegative, whole: wadOne, rounding) }
        return small(.normalDistribution, x, rounding)
    }

    /// The x of which Φ(x) = p, for 0 < p < 1.
    public static func normalQuantile(
        _ p: UInt256, rounding: Rounding = .nearestEven
    ) throws(FixedPointError) -> UInt256 {
        if p.isZero || p >= UInt256(wadOne) { throw .domain }
        if p == UInt256(wadOne / 2) { return .zero }
        return small(.normalQuantile, p, rounding)
    }

    private static func beyond(_ x: UInt256, _ limit: UInt64) -> Bool {
        UInt256(limit) &* UInt256(wadOne) <= x.magnitude
    }

    /// A value closer to 0 or to `whole` than any rounding can tell, but not there.
    private static func tail(isHigh: Bool, whole: UInt64, _ rounding: Rounding) -> UInt256 {
        isHigh
            ? saturated(whole: whole, isNegative: false, rounding)
            : Bracket(whole: .zero, place: .belowMiddle).rounded(rounding, isNegative: false) ?? .zero
    }

    private static func saturated(whole: UInt64, isNegative: Bool, _ rounding: Rounding) -> UInt256 {
        Bracket(whole: UInt256(whole &- 1), place: .aboveMiddle).rounded(rounding, isNegative: isNegative) ?? .zero
    }

    /// For results below 10, whose errors are absolute.
    @inline(__always)
    private static func small(_ function: Unrounded, _ x: UInt256, _ rounding: Rounding) -> UInt256 {
        let value = function.fast(x)
        let bracket =
            Candidate(value, errorExponent: function.fastError)?.bracket ?? function.candidate(x)?.nearestBracket
            ?? .exact(.zero)
        return bracket.rounded(rounding, isNegative: value.isNegative) ?? .zero
    }
}

extension Real {
    /// The x ≥ 0 of which 1 − Φ(x) = self, for 1e-18 ≤ self ≤ ½. Error: 2^-110.
    ///
    /// Starts within 4.5e-4 (Abramowitz and Stegun, 26.2.23); Halley's steps cube that error three times.
    var normalTailQuantile: Real {
        let t = Real.logarithm(of: self, over: .one).magnitude.scaled(by: 1).squareRoot
        let numerator = (Real.quantileA2 * t + .quantileA1) * t + .quantileA0
        let denominator = ((Real.quantileB3 * t + .quantileB2) * t + .quantileB1) * t + .one
        var x = t - numerator / denominator
        if x.isNegative { x = .zero }
        for _ in 0..<3 {
            // (1 − Φ(x) − p) ÷ φ(x) = e; x + e ÷ (1 − x·e/2).
            let e = MillsRatio.value(at: x) - self / x.normalDensity
            x = x + e / (.one - (x * e).scaled(by: -1))
            if x.isNegative { x = .zero }
        }
        return x
    }
}
