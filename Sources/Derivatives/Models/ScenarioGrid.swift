public import Foundations

/// What the instruments of one expiry have in common.
public struct GridExpiry: Equatable, Sendable {
    /// The underlying's price now, against which American options are exercised.
    public var spot: UInt256
    public var forward: UInt256
    public var tau: UInt256
    public var rate: UInt256

    public init(spot: UInt256, forward: UInt256, tau: UInt256, rate: UInt256) {
        self.spot = spot
        self.forward = forward
        self.tau = tau
        self.rate = rate
    }

    /// An underlying that yields the rate of interest.
    public init(forward: UInt256, tau: UInt256, rate: UInt256) {
        self.init(spot: forward, forward: forward, tau: tau, rate: rate)
    }
}

/// What one unit of an instrument gains in each scenario, in units of 1e-18, rounded down. Depends on marks alone, so that
/// all accounts share it.
public struct RevaluationRow: Equatable, Sendable {
    /// The scenarios', then those of the basis moves down and up.
    let columns: [Int128]

    public var gains: ArraySlice<Int128> { columns.dropLast(2) }
    public var basisDown: Int128 { columns[columns.count - 2] }
    public var basisUp: Int128 { columns[columns.count - 1] }

    init(columns: [Int128]) {
        self.columns = columns
    }

    /// A perpetual, or collateral: the move of its price. It has no expiry, and so no basis.
    public init(linear price: UInt256, scenarios: ScenarioSet) throws(PricingError) {
        guard price.bitWidth <= 96 else { throw .price }
        columns =
            scenarios.scenarios.map { scenario in
                let product = price &* UInt256(scenario.shift.magnitude)
                let (whole, rest) = product.dividedReportingRemainder(by: UInt256(wadOne))
                let gain = Int128(UInt128(words: whole.limb1, whole.limb0))
                return scenario.shift >= 0 ? gain : -gain - (rest.isZero ? 0 : 1)
            } + [0, 0]
    }
}

/// Rows of the revaluation table of one expiry: everything that its instruments share is computed once.
///
/// European options are valued by Black's model of 1976 in 64-bit fixed point, whose distribution function errs by
/// 2^-43.2: a gain is within 1e-12 × (forward + strike) × max(1, move) and two units of the exact one. American ones are valued on a lattice, exactly as `Lattice` does.
public struct ScenarioGrid: Sendable {
    /// The scenarios, and the basis moves as two more.
    let columns: [Scenario]
    let expiry: GridExpiry
    private let forward: Real
    private let rootTime: Real
    private let discount: UInt128
    private let upFactor: Real
    private let downFactor: Real
    private let skewLimit: Real
    private let skewScale: Real
    /// For each column the moved forward in units, and ln(1 + shift) in 55 places.
    private let forwards: [(units: UInt128, logarithm: Int64)]
    private let base: UInt128

    public init(_ expiry: GridExpiry, scenarios: ScenarioSet) throws(PricingError) {
        // Checks time, rate and price, and gives the discount.
        let numbers = try OptionNumbers(
            OptionTerms(
                kind: .call, forward: expiry.forward, strike: expiry.forward, tau: expiry.tau, sigma: .zero,
                rate: expiry.rate))
        guard numbers.discount < Real(4) else { throw .rate }
        guard !expiry.spot.isZero, expiry.spot.bitWidth <= 96 else { throw .price }
        let columns = scenarios.columns
        self.columns = columns
        self.expiry = expiry
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
        let units = expiry.forward
        forwards = zip(columns, scenarios.logarithms).map { scenario, logarithm in
            let moved = scenario.moved(units)
            return (UInt128(words: moved.limb1, moved.limb0), logarithm)
        }
    }

    /// A future: the move of its forward, discounted.
    public func futureRow() -> RevaluationRow {
        RevaluationRow(
            columns: forwards.map {
                discounted(Int128(truncatingIfNeeded: $0.units) &- Int128(truncatingIfNeeded: base))
            })
    }

    /// A European option.
    public func row(kind: OptionKind, strike: UInt256, sigma: UInt256) throws(PricingError) -> RevaluationRow {
        try check(strike, sigma)
        let option = GridOption(
            isCall: kind == .call, strike: UInt128(words: strike.limb1, strike.limb0),
            moneyness: moneyness(of: strike))
        // One deviation for each shock.
        let deviations = shockedVolatilities(sigma, option.moneyness).map { GridDeviation($0 * rootTime) }
        let now = option.value(base, logarithm: 0, deviations[0])
        var gains: [Int128] = []
        gains.reserveCapacity(columns.count)
        for (index, scenario) in columns.enumerated() {
            let moved = forwards[index]
            let then = option.value(
                moved.units, logarithm: moved.logarithm, deviations[Int(scenario.volatility.rawValue)])
            gains.append(discounted(then &- now))
        }
        return RevaluationRow(columns: gains)
    }

    func check(_ strike: UInt256, _ sigma: UInt256) throws(PricingError) {
        guard !strike.isZero, strike.bitWidth <= 96 else { throw .price }
        guard sigma <= UInt256(100) &* UInt256(wadOne) else { throw .volatility }
    }

    /// ln(F/K).
    func moneyness(of strike: UInt256) -> Real { Real.logarithm(of: forward, over: Real(unsignedWad: strike)) }

    /// The volatility under each shock, by the shock's raw value.
    func shockedVolatilities(_ sigma: UInt256, _ moneyness: Real) -> [Real] {
        let volatility = Real(unsignedWad: sigma)
        return VolatilityShock.allCases.map { shocked(volatility, $0, moneyness) }
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

/// s = σ√τ of an option, made ready for fixed point.
private struct GridDeviation {
    /// s below 2^-42: the option is worth what it pays, but for 2^-43 of its forward.
    let isCertain: Bool
    /// s/2 in 58 places, at most 16, beyond which Φ is 0 or 1 for all prices of 96 bits.
    let half: Int64
    /// 1/s = inverse·2^(exponent − 61).
    let inverse: Int64
    let exponent: Int32

    init(_ deviation: Real) {
        isCertain = deviation.isZero || deviation.exponent < -42
        half = deviation.exponent >= 5 ? 16 &<< 58 : deviation.scaled(by: -1).fixed(places: 58)
        let quotient = Real.one / deviation
        inverse = Int64(truncatingIfNeeded: quotient.mantissa &>> 66)
        exponent = quotient.exponent
    }
}

private struct GridOption {
    let isCall: Bool
    let strike: UInt128
    let moneyness: Real
    /// The same in 55 places: prices of 96 bits are at most 67 apart in their logarithms.
    private let distance: Int64

    init(isCall: Bool, strike: UInt128, moneyness: Real) {
        self.isCall = isCall
        self.strike = strike
        self.moneyness = moneyness
        distance = moneyness.fixed(places: 55)
    }

    /// The undiscounted value in units.
    ///
    /// x/s may err by 2^-54/s, which for small s is much; but forward and strike err by it together, with opposite
    /// effects, of which only the square is left, times s.
    func value(_ forward: UInt128, logarithm: Int64, _ deviation: GridDeviation) -> Int128 {
        var above: (spot: UInt64, strike: UInt64)
        if deviation.isCertain {
            let share: UInt64 = forward > strike ? 1 &<< 62 : 0
            above = (share, share)
        } else {
            // x/s in 58 places; ±15 for what is farther.
            let places = Int128(truncatingIfNeeded: 58 &- deviation.exponent)
            let product = (Int128(distance &+ logarithm) &* Int128(deviation.inverse)) &>> places
            let far: Int128 = 15 &<< 58
            let middle = Int64(truncatingIfNeeded: min(max(product, -far), far))
            above = (
                GridNormal.distribution(middle &+ deviation.half), GridNormal.distribution(middle &- deviation.half)
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
