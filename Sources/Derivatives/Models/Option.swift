public import Foundations

/// Why an option cannot be valued: an input outside what the models take.
public enum PricingError: Error, Equatable, Sendable {
    /// Spot or strike is zero or 2^96 and more (in units of 1e-18).
    case price
    /// Time over 100 years.
    case time
    /// Volatility over 100 (10,000 %).
    case volatility
    /// |rate| or |yield| over 10, or times time 40 and more.
    case rate
    /// A result passes 2^255 units.
    case overflow
    /// The price to be explained is below what the option is worth without volatility.
    case belowIntrinsic
    /// The price to be explained is what the option is worth with infinite volatility, or more.
    case aboveBound
    /// A lattice of no steps, of more than it may have, or an even number where the model wants an odd one.
    case steps
    /// The lattice's probabilities leave (0, 1): the step is too long for the drift.
    case probability
    /// Positions, expiries or underlyings beyond their caps or on each other's unknown, a size of 2^96 units, or a
    /// correlation credit above 1.
    case portfolio
}

public enum OptionKind: UInt8, Sendable, CaseIterable {
    case call, put
}

/// What an option's value depends on. All numbers have 18 decimals, rate and yield in two's complement.
public struct OptionTerms: Equatable, Sendable {
    public var kind: OptionKind
    /// Spot and strike in quote units.
    public var spot: UInt256
    public var strike: UInt256
    /// Time to expiry in years.
    public var tau: UInt256
    /// Volatility, rate of interest and yield of the underlying, continuously compounded, per year.
    public var sigma: UInt256
    public var rate: UInt256
    public var yield: UInt256

    public init(
        kind: OptionKind, spot: UInt256, strike: UInt256, tau: UInt256, sigma: UInt256, rate: UInt256, yield: UInt256
    ) {
        self.kind = kind
        self.spot = spot
        self.strike = strike
        self.tau = tau
        self.sigma = sigma
        self.rate = rate
        self.yield = yield
    }

    /// The terms of an option on a forward: Black's model of 1976 is the other one with the rate as yield.
    public init(
        kind: OptionKind, forward: UInt256, strike: UInt256, tau: UInt256, sigma: UInt256, rate: UInt256
    ) {
        self.init(kind: kind, spot: forward, strike: strike, tau: tau, sigma: sigma, rate: rate, yield: rate)
    }
}

/// An option's terms as real numbers, checked, with the discounted forward and strike.
struct OptionNumbers {
    let spot: Real
    let strike: Real
    let time: Real
    let sigma: Real
    let rate: Real
    let yield: Real
    /// e^(−yield·τ) and e^(−rate·τ).
    let carry: Real
    let discount: Real
    /// ln(spot/strike) + (rate − yield)·τ: how far the forward is in the money.
    let moneyness: Real

    var forwardValue: Real { spot * carry }
    var strikeValue: Real { strike * discount }

    init(_ terms: OptionTerms) throws(PricingError) {
        let hundred = UInt256(100) &* UInt256(wadOne)
        let ten = UInt256(10) &* UInt256(wadOne)
        guard !terms.spot.isZero, !terms.strike.isZero, terms.spot.bitWidth <= 96, terms.strike.bitWidth <= 96 else {
            throw .price
        }
        guard terms.tau <= hundred else { throw .time }
        guard terms.sigma <= hundred else { throw .volatility }
        guard terms.rate.magnitude <= ten, terms.yield.magnitude <= ten else { throw .rate }
        spot = Real(unsignedWad: terms.spot)
        strike = Real(unsignedWad: terms.strike)
        time = Real(unsignedWad: terms.tau)
        sigma = Real(unsignedWad: terms.sigma)
        rate = Real(signedWad: terms.rate)
        yield = Real(signedWad: terms.yield)
        let (growth, leak) = (rate * time, yield * time)
        guard growth.magnitude < Real(40), leak.magnitude < Real(40) else { throw .rate }
        discount = (-growth).exponential
        carry = terms.rate == terms.yield ? discount : (-leak).exponential
        let ratio = Real.logarithm(of: Real(bits: terms.spot, places: 0), over: Real(bits: terms.strike, places: 0))
        moneyness = terms.rate == terms.yield ? ratio : ratio + (rate - yield) * time
    }
}
