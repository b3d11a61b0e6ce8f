public import Foundations

extension BlackScholes {
    /// How many of Halley's steps the search takes, for every input. Seven bring the worst start within 1e-28 of the
    /// root; one is for the rounding of the seventh.
    static var impliedVolatilitySteps: Int { 8 }

    /// The volatility with which the option has this price; `terms.sigma` is not looked at.
    ///
    /// The price's time value is that of the option out of the money. With x = −|ln(F/K)|, s = σ√τ and b(s) that value
    /// ÷ √(F·K), discounted on both sides, b rises from 0 to e^(x/2) and its point of inflexion is at s = √(2|x|). Below
    /// it the search solves (−ln b)^(-½), which is close to linear in s for small s; above it −ln(e^(x/2) − b). Both are
    /// steep wherever b is flat, so that the steps need no bracket.
    ///
    /// - Throws: `belowIntrinsic`, `aboveBound` for prices at or outside the bounds of no arbitrage; `time` for τ = 0;
    ///   `volatility` where more than 100 would be needed.
    public static func impliedVolatility(
        _ terms: OptionTerms, price: UInt256
    ) throws(PricingError) -> UInt256 {
        var plain = terms
        plain.sigma = .zero
        let numbers = try OptionNumbers(plain)
        if numbers.time.isZero { throw .time }
        guard price.bitWidth <= 255 else { throw .aboveBound }
        // In units of 1e-18, so that integers stay exact where there are no rates.
        let forward = Real(bits: terms.spot, places: 0) * numbers.carry
        let strike = Real(bits: terms.strike, places: 0) * numbers.discount
        let isOut = numbers.moneyness.isNegative == (terms.kind == .call)
        let parity = terms.kind == .call ? forward - strike : strike - forward
        let target = Real(bits: price, places: 0)
        let timeValue = isOut || parity.isZero ? target : target - parity
        if timeValue.isZero || timeValue.isNegative { throw .belowIntrinsic }
        let bound = forward < strike ? forward : strike
        if !(timeValue < bound) { throw .aboveBound }
        let s = deviation(
            moneyness: numbers.moneyness.magnitude, share: timeValue / bound, rest: (bound - timeValue) / bound)
        guard let sigma = (s / numbers.time.squareRoot).nearestWad,
            sigma <= UInt256(100) &* UInt256(wadOne)
        else { throw .volatility }
        return sigma
    }

    /// s for |x|, b ÷ e^(x/2) = share, and 1 − share.
    private static func deviation(moneyness x: Real, share: Real, rest: Real) -> Real {
        let middle = x.scaled(by: 1).squareRoot
        let center = NormalizedBlack(moneyness: x, deviation: middle)
        let isLow = !x.isZero && share < center.share
        let level =
            isLow
            ? Real.logarithm(of: .one, over: share)
            : rest.exponent < -1 ? Real.logarithm(of: .one, over: rest) : -Real.logarithm(of: rest, over: .one)
        var s = middle
        var goal = level
        if isLow {
            goal = .one / level.squareRoot
            let start = x / level.scaled(by: 1).squareRoot
            if start < s { s = start }
        } else if x.isZero {
            // b = s ÷ √(2π) near 0.
            s = share / .inverseSqrtTwoPi
        }
        for _ in 0..<impliedVolatilitySteps {
            let black = NormalizedBlack(moneyness: x, deviation: s)
            let (distance, slope, bend) = isLow ? black.low(goal) : black.high(goal)
            // u ÷ (1 − u·h/2), the divisor held between ½ and 2.
            let u = distance / slope
            var divisor = Real.one - (u * bend).scaled(by: -1)
            if divisor < .half { divisor = .half }
            if Real(2) < divisor { divisor = Real(2) }
            let next = s - u / divisor
            // A step past zero goes to a tenth of the way.
            s = next.isNegative || next.isZero ? s.scaled(by: -3) : next
        }
        return s
    }
}

/// The value of the option out of the money as a share of its bound, for s = σ√τ > 0 and x = |ln(F/K)|.
private struct NormalizedBlack {
    let share: Real
    let rest: Real
    /// Slope of `share`, and its logarithmic derivative x²/s³ − s/4.
    let slope: Real
    let bend: Real

    init(moneyness x: Real, deviation s: Real) {
        if s.isZero {
            (share, rest, slope, bend) = (.zero, .one, .inverseSqrtTwoPi, .zero)
            return
        }
        let ratio = x / s
        let half = s.scaled(by: -1)
        // d1 of the call out of the money; φ(d1) is the slope as the forward is the bound.
        let d1 = half - ratio
        slope = d1.normalDensity
        bend = ratio * ratio / s - half.scaled(by: -1)
        let (r1, r2) = (MillsRatio.value(at: d1.magnitude), MillsRatio.value(at: half + ratio))
        if d1.isNegative {
            share = slope * (r1 - r2)
            rest = .one - share
        } else {
            rest = slope * (r1 + r2)
            share = .one - rest
        }
    }

    /// g = (−ln share)^(-½) less the goal, g′, and g″/g′.
    func low(_ goal: Real) -> (distance: Real, slope: Real, bend: Real) {
        let level = Real.logarithm(of: .one, over: share)
        let g = Real.one / level.squareRoot
        let p = slope / share
        let double = level.scaled(by: 1)
        // g′ = p·g/(2l); g″/g′ = p′/p + p·3/(2l) with p′/p = bend − p.
        return (g - goal, p * g / double, bend - p + p * Real(3) / double)
    }

    /// g = −ln rest less the goal, g′, and g″/g′.
    func high(_ goal: Real) -> (distance: Real, slope: Real, bend: Real) {
        let p = slope / rest
        return (Real.logarithm(of: .one, over: rest) - goal, p, bend + p)
    }
}
