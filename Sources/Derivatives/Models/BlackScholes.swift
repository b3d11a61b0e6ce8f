public import Foundations

/// What a European option is worth and how that moves, per unit of each input. All numbers have 18 decimals; signed ones
/// are in two's complement.
public struct OptionGreeks: Equatable, Sendable {
    public let price: UInt256
    /// ∂V/∂S, signed.
    public let delta: UInt256
    /// ∂²V/∂S².
    public let gamma: UInt256
    /// ∂V/∂σ.
    public let vega: UInt256
    /// −∂V/∂τ per year, signed.
    public let theta: UInt256
    /// ∂V/∂r, signed.
    public let rho: UInt256
    /// ∂²V/∂S∂σ, signed.
    public let vanna: UInt256
    /// ∂²V/∂σ², signed.
    public let volga: UInt256
}

/// The Black–Scholes–Merton model, and with the rate as yield Black's of 1976. Sources: Black and Scholes (1973), Merton
/// (1973), Black (1976).
public enum BlackScholes {
    /// Price and Greeks in one evaluation.
    ///
    /// Every number is the exact value's nearest multiple of 1e-18, or the other neighbour where the exact value lies
    /// within 2^-60 of the middle, relative to the larger of spot and strike for price, theta and rho. Where
    /// sigma·√tau is zero, price and delta are the limits, half the carry at the kink; gamma, vanna and volga are zero.
    public static func value(_ terms: OptionTerms) throws(PricingError) -> OptionGreeks {
        let value = try EuropeanValue(terms)
        guard let price = value.price.nearestWad, let delta = value.delta.nearestWad,
            let gamma = value.gamma.nearestWad, let vega = value.vega.nearestWad,
            let theta = value.theta.nearestWad, let rho = value.rho.nearestWad,
            let vanna = value.vanna.nearestWad, let volga = value.volga.nearestWad
        else { throw .overflow }
        return OptionGreeks(
            price: price, delta: delta, gamma: gamma, vega: vega, theta: theta, rho: rho, vanna: vanna, volga: volga)
    }
}

/// Price and Greeks before their rounding: relative errors of about 2^-105 also in wings whose price is 1e-300.
package struct EuropeanValue {
    package private(set) var price = Real.zero
    package private(set) var delta = Real.zero
    package private(set) var gamma = Real.zero
    package private(set) var vega = Real.zero
    package private(set) var theta = Real.zero
    package private(set) var rho = Real.zero
    package private(set) var vanna = Real.zero
    package private(set) var volga = Real.zero

    package init(_ terms: OptionTerms) throws(PricingError) {
        let numbers = try OptionNumbers(terms)
        let root = numbers.time.squareRoot
        let deviation = numbers.sigma * root
        if deviation.isZero {
            self.init(limitOf: numbers, kind: terms.kind, root: root)
        } else {
            self.init(numbers, kind: terms.kind, root: root, deviation: deviation)
        }
    }

    private init(_ numbers: OptionNumbers, kind: OptionKind, root: Real, deviation: Real) {
        // 1/(σ·S·τ), from which all other quotients come by products.
        let sigmaSpot = numbers.sigma * numbers.spot
        let inverse = Real.one / (sigmaSpot * numbers.time)
        let timeInverse = inverse * sigmaSpot
        let sigmaInverse = inverse * numbers.spot * numbers.time
        let middle = numbers.moneyness * sigmaInverse * timeInverse * root
        let half = deviation.scaled(by: -1)
        let d1 = middle + half
        let d2 = middle - half
        let tails = Tails(numbers, d1: d1, d2: d2)
        let density = numbers.carry * d1.normalDensity
        vega = tails.mass * root
        let slope = density * sigmaInverse
        vanna = -(slope * d2)
        gamma = inverse * root * density
        volga = vega * d1 * d2 * sigmaInverse
        let decay = -(tails.mass * numbers.sigma * timeInverse * root).scaled(by: -1)
        finish(numbers, kind, tails, decay)
    }

    /// Without time or volatility the option is its discounted payoff on the forward.
    private init(limitOf numbers: OptionNumbers, kind: OptionKind, root: Real) {
        let x = numbers.moneyness
        var tails = Tails(certain: numbers, share: x.isZero ? .half : x.isNegative ? .zero : .one)
        if x.isZero {
            // At the kink the price still moves with volatility: S·e^(−yτ)·φ(0)·√τ.
            tails.mass = numbers.forwardValue * .inverseSqrtTwoPi
            vega = tails.mass * root
        }
        finish(numbers, kind, tails, .zero)
    }

    private mutating func finish(_ numbers: OptionNumbers, _ kind: OptionKind, _ tails: Tails, _ decay: Real) {
        let isCall = kind == .call
        let spotPart = isCall ? tails.spotAbove : -tails.spotBelow
        let strikePart = isCall ? tails.strikeAbove : -tails.strikeBelow
        // The side that is out of the money comes from the tails, the other by parity.
        let parity = numbers.forwardValue - numbers.strikeValue
        let isOut = numbers.moneyness.isNegative == isCall
        price = isOut ? tails.outOfTheMoney : tails.outOfTheMoney + (isCall ? parity : -parity)
        if price.isNegative { price = .zero }
        delta = spotPart / numbers.spot
        theta = decay + numbers.yield * spotPart - numbers.rate * strikePart
        rho = numbers.time * strikePart
    }
}

/// The parts of an option's value, discounted: what the forward and the strike are worth above and below the strike.
struct Tails {
    /// S·e^(−yτ)·φ(d1) = K·e^(−rτ)·φ(d2).
    var mass: Real
    let spotAbove: Real
    let spotBelow: Real
    let strikeAbove: Real
    let strikeBelow: Real
    /// The value of the option that is out of the money on the forward.
    let outOfTheMoney: Real

    /// Each tail is φ times Mills' ratio, and the larger side is what it leaves, so that every part but the larger ones
    /// has its full relative accuracy.
    init(_ numbers: OptionNumbers, d1: Real, d2: Real) {
        let (forward, strike) = (numbers.forwardValue, numbers.strikeValue)
        mass = forward * d1.normalDensity
        let ratio1 = MillsRatio.value(at: d1.magnitude)
        let ratio2 = MillsRatio.value(at: d2.magnitude)
        let (small1, small2) = (mass * ratio1, mass * ratio2)
        spotAbove = d1.isNegative ? small1 : forward - small1
        spotBelow = d1.isNegative ? forward - small1 : small1
        strikeAbove = d2.isNegative ? small2 : strike - small2
        strikeBelow = d2.isNegative ? strike - small2 : small2
        let isCall = numbers.moneyness.isNegative
        if d1.isNegative == d2.isNegative {
            // Both d lie on one side: the difference of two tails.
            outOfTheMoney = mass * (isCall ? ratio1 - ratio2 : ratio2 - ratio1)
        } else {
            outOfTheMoney = (isCall ? forward : strike) - (small1 + small2)
        }
    }

    init(certain numbers: OptionNumbers, share: Real) {
        let (forward, strike) = (numbers.forwardValue, numbers.strikeValue)
        mass = .zero
        spotAbove = forward * share
        spotBelow = forward * (.one - share)
        strikeAbove = strike * share
        strikeBelow = strike * (.one - share)
        outOfTheMoney = .zero
    }
}
