public import Foundations

/// An American option as a venue marks it: on Leisen and Reimer's lattice, exercised against its underlying's price, whose yield is
/// what takes that to the forward: rate − ln(F/S)/τ, at most 10 either way.
///
/// Its Greeks are differences of the same lattice's values, to the nearest multiple of 1e-18, so that they explain how the
/// mark moves. They are those of Black's model where exercise before expiry never pays: by the forward, with which the spot moves in
/// proportion, and by time with both of them as they are. Differences because the lattice's own nodes lie a step or two behind
/// now: with 101 steps their delta errs six times as much. Spot moves by σ√τ/16 of itself, within 1e-6 and 1/16, volatility and
/// time by 1/32 of themselves: less would show the lattice's steps, more would blunt the Greek (measured, see docs/quant.md).
public struct AmericanOption: Equatable, Sendable {
    private let expiry: GridExpiry
    let terms: OptionTerms
    private let steps: Int

    public init(
        _ expiry: GridExpiry, kind: OptionKind, strike: UInt256, sigma: UInt256,
        steps: Int = ScenarioGrid.latticeSteps
    ) {
        self.expiry = expiry
        self.steps = steps
        terms = OptionTerms(
            kind: kind, spot: expiry.spot, strike: strike, tau: expiry.tau, sigma: sigma, rate: expiry.rate,
            yield: expiry.yield)
    }

    /// What it is worth now, in units.
    public func price() throws(PricingError) -> Int128 { try price(terms) }

    /// On moved terms. Where a lattice has no probabilities, which is where the volatility is too small to matter, the option is
    /// worth the best of what it pays now, at expiry, and in between without it.
    func price(_ terms: OptionTerms) throws(PricingError) -> Int128 {
        let price: UInt256
        do throws(PricingError) {
            price = try Lattice.value(terms, model: .leisenReimer, steps: steps, isAmerican: true).price
        } catch {
            guard error == .probability || error == .volatility || error == .time else { throw error }
            price = try American.certainPrice(terms)
        }
        return Int128(truncatingIfNeeded: UInt128(words: price.limb1, price.limb0))
    }

    /// ∂V/∂F and ∂²V/∂F² at its price.
    public func forwardGreeks(price: Int128) throws(PricingError) -> (delta: Int128, gamma: Int128) {
        let spread = (Real(unsignedWad: terms.sigma) * Real(unsignedWad: terms.tau).squareRoot).scaled(by: -4)
        let (least, most) = (Real.one / Real(1_000_000), Real.one / Real(16))
        let share = spread < least ? least : most < spread ? most : spread
        guard let move = (Real(unsignedWad: terms.spot) * share).nearestWad, !move.isZero, move < terms.spot else {
            return (0, 0)
        }
        var (lower, upper) = (terms, terms)
        lower.spot = terms.spot &- move
        upper.spot = terms.spot &+ move
        let (below, above) = (try self.price(lower), try self.price(upper))
        let forward = Real(unsignedWad: move) * Real(unsignedWad: expiry.forward) / Real(unsignedWad: terms.spot)
        return (
            try AmericanOption.quotient(above &- below, forward.scaled(by: 1)),
            try AmericanOption.quotient(above &- 2 &* price &+ below, forward * forward)
        )
    }

    /// ∂V/∂σ; 0 without volatility.
    public func vega() throws(PricingError) -> Int128 {
        let limit = UInt256(100) &* UInt256(wadOne)
        var (lower, upper) = (terms, terms)
        lower.sigma = terms.sigma &- terms.sigma >> 5
        upper.sigma = min(limit, terms.sigma &+ terms.sigma >> 5)
        if lower.sigma == upper.sigma { return 0 }
        return try AmericanOption.quotient(
            try price(upper) &- price(lower), Real(unsignedWad: upper.sigma &- lower.sigma))
    }

    /// −∂V/∂τ per year; 0 at expiry.
    public func theta() throws(PricingError) -> Int128 {
        let move = terms.tau >> 5
        if move.isZero { return 0 }
        func price(_ tau: UInt256) throws(PricingError) -> Int128 {
            var (then, moved) = (expiry, terms)
            then.tau = tau
            moved.tau = tau
            moved.yield = then.yield
            return try self.price(moved)
        }
        return try AmericanOption.quotient(
            try price(terms.tau &- move) &- price(terms.tau &+ move), Real(unsignedWad: move).scaled(by: 1))
    }

    private static func quotient(_ difference: Int128, _ move: Real) throws(PricingError) -> Int128 {
        guard let word = (Real(signedWad: difference.word) / move).nearestWad, let value = Int128(signedWord: word)
        else { throw .overflow }
        return value
    }
}

extension GridExpiry {
    /// What takes the spot to the forward.
    fileprivate var yield: UInt256 {
        if tau.isZero || spot == forward { return rate }
        let growth = Real.logarithm(of: Real(unsignedWad: forward), over: Real(unsignedWad: spot))
        let value = Real(signedWad: rate) - growth / Real(unsignedWad: tau)
        let limit = UInt256(10) &* UInt256(wadOne)
        guard let word = value.nearestWad, word.magnitude <= limit else {
            return value.isNegative ? limit.negated : limit
        }
        return word
    }
}
