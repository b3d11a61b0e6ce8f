public import Foundations

/// What the options of one expiry have in common.
public struct GridExpiry: Sendable {
    public var forward: UInt256
    public var tau: UInt256
    public var rate: UInt256

    public init(forward: UInt256, tau: UInt256, rate: UInt256) {
        self.forward = forward
        self.tau = tau
        self.rate = rate
    }
}

/// What one unit of an instrument gains in each scenario, in units of 1e-18, rounded down. Depends on marks alone, so that
/// all accounts share it.
public struct RevaluationRow: Equatable, Sendable {
    public let gains: [Int128]
}

/// Rows of the revaluation table of one expiry: everything that its options share is computed once.
///
/// Option values are Black's of 1976 in 64-bit fixed point, whose distribution function errs by 2^-43.2: a gain is within
/// 1e-12 × (forward + strike) × max(1, move) of the exact one. Where |ln(F/K)| passes 7, or σ√τ leaves 2^-15…7, `Real` computes it.
public struct ScenarioGrid: Sendable {
    private let scenarios: [Scenario]
    private let forward: Real
    private let rootTime: Real
    private let discount: UInt128
    private let upFactor: Real
    private let downFactor: Real
    private let skewLimit: Real
    private let skewScale: Real
    /// For each scenario the moved forward in units and as a number, and ln(1 + shift) in 58 places.
    private let forwards: [(units: UInt128, number: Real, logarithm: Int64)]
    private let base: UInt128

    public init(_ expiry: GridExpiry, scenarios: [Scenario]) throws(PricingError) {
        // Checks time, rate and price, and gives the discount.
        let numbers = try OptionNumbers(
            OptionTerms(
                kind: .call, forward: expiry.forward, strike: expiry.forward, tau: expiry.tau, sigma: .zero,
                rate: expiry.rate))
        guard numbers.discount < Real(4) else { throw .rate }
        self.scenarios = scenarios
        forward = numbers.spot
        rootTime = numbers.time.squareRoot
        discount = numbers.discount.units(places: 126)
        base = UInt128(words: expiry.forward.limb1, expiry.forward.limb0)
        let days = numbers.time * Real(365)
        let ratio = Real(30) / (days < .one ? .one : days)
        let power = Real(30) < days ? Real(13) : Real(30)
        let m = (Real.logarithm(of: ratio, over: .one) * power / Real(100)).exponential
        upFactor = Real.one + m.scaled(by: -1)
        let down = Real.one - m * Real(3) / Real(10)
        downFactor = down.isNegative ? .zero : down
        let limit = Real.half.scaled(by: -1) - rootTime / Real(10)
        skewLimit = limit.isNegative ? .zero : limit
        let scale = rootTime * Real(24) / Real(10)
        let least = Real.one / Real(100)
        skewScale = scale < least ? least : scale
        let origin = numbers.spot
        let units = base
        forwards = scenarios.map { scenario in
            // Truncated to whole units, like every price.
            let moved = UInt256(units) &* UInt256(UInt64(scenario.shift &+ Int64(wadOne))) / UInt256(wadOne)
            let factor = Real(bits: UInt256(UInt64(scenario.shift &+ Int64(wadOne))), places: 0)
            let logarithm = Real.logarithm(of: factor, over: Real(wadOne))
            return (
                UInt128(words: moved.limb1, moved.limb0),
                scenario.shift == 0 ? origin : Real(unsignedWad: moved),
                logarithm.fixed(places: 58)
            )
        }
    }

    /// A perpetual, a future, or collateral: the move of its price.
    public func linearRow(price: UInt256) throws(PricingError) -> RevaluationRow {
        guard price.bitWidth <= 96 else { throw .price }
        return RevaluationRow(
            gains: scenarios.map { scenario in
                let product = price &* UInt256(scenario.shift.magnitude)
                let (whole, rest) = product.dividedReportingRemainder(by: UInt256(wadOne))
                let gain = Int128(UInt128(words: whole.limb1, whole.limb0))
                return scenario.shift >= 0 ? gain : -gain - (rest.isZero ? 0 : 1)
            })
    }

    /// A European option.
    public func row(kind: OptionKind, strike: UInt256, sigma: UInt256) throws(PricingError) -> RevaluationRow {
        guard !strike.isZero, strike.bitWidth <= 96 else { throw .price }
        guard sigma <= UInt256(100) &* UInt256(wadOne) else { throw .volatility }
        let option = GridOption(
            isCall: kind == .call, strike: UInt128(words: strike.limb1, strike.limb0),
            strikeNumber: Real(unsignedWad: strike),
            moneyness: Real.logarithm(of: forward, over: Real(unsignedWad: strike)))
        let volatility = Real(unsignedWad: sigma)
        // One deviation for each shock.
        let deviations = VolatilityShock.allCases.map { shock in
            GridDeviation(shocked(volatility, shock, option.moneyness) * rootTime)
        }
        let now = option.value(base, forward, logarithm: 0, deviations[0])
        var gains: [Int128] = []
        gains.reserveCapacity(scenarios.count)
        for (index, scenario) in scenarios.enumerated() {
            let moved = forwards[index]
            let then = option.value(
                moved.units, moved.number, logarithm: moved.logarithm, deviations[Int(scenario.volatility.rawValue)])
            gains.append(discounted(then &- now))
        }
        return RevaluationRow(gains: gains)
    }

    private func shocked(_ sigma: Real, _ shock: VolatilityShock, _ moneyness: Real) -> Real {
        switch shock {
        case .same: return sigma
        case .up:
            let raised = sigma * upFactor
            let least = Real(4) / Real(10)
            return raised < least ? least : raised
        case .down: return sigma * downFactor
        case .skewLinear, .skewAbsolute:
            // k = ln(K/F) is the moneyness' negative.
            let k = shock == .skewLinear ? -moneyness : moneyness.magnitude
            let tilt = k * skewLimit / skewScale
            let held = skewLimit < tilt ? skewLimit : tilt < -skewLimit ? -skewLimit : tilt
            return sigma * (Real.one + held)
        }
    }

    /// Rounded down.
    private func discounted(_ gain: Int128) -> Int128 {
        let result = Int128(truncatingIfNeeded: (gain.magnitude &<< 2).timesFraction(discount))
        return gain < 0 ? -result - 1 : result
    }
}

/// σ√τ, its half, and its inverse, in fixed point where they fit.
private struct GridDeviation {
    let number: Real
    let isPlain: Bool
    /// 58 places, and 47.
    let half: Int64
    let inverse: Int64

    init(_ number: Real) {
        self.number = number
        isPlain = !number.isZero && number.exponent >= -15 && number < Real(7)
        half = isPlain ? number.scaled(by: -1).fixed(places: 58) : 0
        inverse = isPlain ? (Real.one / number).fixed(places: 47) : 0
    }
}

private struct GridOption {
    let isCall: Bool
    let strike: UInt128
    let strikeNumber: Real
    let moneyness: Real
    private let plainMoneyness: Int64?

    init(isCall: Bool, strike: UInt128, strikeNumber: Real, moneyness: Real) {
        self.isCall = isCall
        self.strike = strike
        self.strikeNumber = strikeNumber
        self.moneyness = moneyness
        plainMoneyness = moneyness.magnitude < Real(7) ? moneyness.fixed(places: 58) : nil
    }

    /// The undiscounted value in units.
    func value(_ forward: UInt128, _ forwardNumber: Real, logarithm: Int64, _ deviation: GridDeviation) -> Int128 {
        var above: (spot: UInt64, strike: UInt64)
        if let plainMoneyness, deviation.isPlain {
            // x/s in 58 places; ±9 for what is farther.
            let product = (Int128(plainMoneyness &+ logarithm) &* Int128(deviation.inverse)) &>> 47
            let far: Int128 = 9 &<< 58
            let middle = Int64(truncatingIfNeeded: min(max(product, -far), far))
            above = (
                GridNormal.distribution(middle &+ deviation.half), GridNormal.distribution(middle &- deviation.half)
            )
        } else if deviation.number.isZero {
            let share: UInt64 = forward > strike ? 1 &<< 62 : 0
            above = (share, share)
        } else {
            let middle = Real.logarithm(of: forwardNumber, over: strikeNumber) / deviation.number
            let half = deviation.number.scaled(by: -1)
            above = (
                UInt64((middle + half).normalDistribution.fixed(places: 62)),
                UInt64((middle - half).normalDistribution.fixed(places: 62))
            )
        }
        let call =
            Int128(truncatingIfNeeded: GridOption.share(forward, above.spot))
            &- Int128(truncatingIfNeeded: GridOption.share(strike, above.strike))
        return isCall
            ? call : call &- Int128(truncatingIfNeeded: forward) &+ Int128(truncatingIfNeeded: strike)
    }

    @inline(__always)
    private static func share(_ amount: UInt128, _ share: UInt64) -> UInt128 {
        (amount &<< 1).timesFraction(UInt128(share) &<< 65)
    }
}

/// Φ in 64-bit fixed point.
enum GridNormal {
    /// Φ(d) in 62 places for d in 58 places. Error: 2^-43.2.
    @inline(__always)
    static func distribution(_ d: Int64) -> UInt64 {
        let size = d.magnitude
        if size >= 8 &<< 58 { return d < 0 ? 0 : 1 &<< 62 }
        let index = Int(truncatingIfNeeded: size &>> 54) &* 6
        let v = size &<< 10
        var sum = Int64(bitPattern: table[index &+ 5])
        sum = Int64(bitPattern: table[index &+ 4]) &+ product(sum, v)
        sum = Int64(bitPattern: table[index &+ 3]) &+ product(sum, v)
        sum = Int64(bitPattern: table[index &+ 2]) &+ product(sum, v)
        sum = Int64(bitPattern: table[index &+ 1]) &+ product(sum, v)
        sum = Int64(bitPattern: table[index]) &+ product(sum, v)
        let upper = min(UInt64(truncatingIfNeeded: sum), 1 &<< 62)
        return d < 0 ? (1 &<< 62) &- upper : upper
    }

    /// a·v ÷ 2^64, rounded down.
    @inline(__always)
    private static func product(_ a: Int64, _ v: UInt64) -> Int64 {
        let high = UInt64(bitPattern: a).multipliedFullWidth(by: v).high
        return Int64(bitPattern: high) &- (a < 0 ? Int64(bitPattern: v) : 0)
    }
}

extension Real {
    /// ⌊|value|·2^places⌋ with the sign, for results below 2^63.
    func fixed(places: Int32) -> Int64 {
        let shift = 127 &- exponent &- places
        if shift > 127 || shift < 64 { return 0 }
        let size = Int64(truncatingIfNeeded: mantissa &>> UInt128(truncatingIfNeeded: shift))
        return isNegative ? 0 &- size : size
    }
}
