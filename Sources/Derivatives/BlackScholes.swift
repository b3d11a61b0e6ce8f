public import Foundations

/// Why a price cannot be computed: an input outside what the model takes.
public enum PricingError: Error, Equatable, Sendable {
    /// Spot or strike is zero or 2^96 and more (in units of 1e-18).
    case price
    /// Time over 100 years.
    case time
    /// Volatility over 100 (10,000 %).
    case volatility
    /// |rate| over 10, or |rate|·time over 40.
    case rate
}

/// What a European option is worth. All numbers have 18 decimals; `delta` is signed.
public struct OptionValue: Equatable, Sendable {
    public let price: UInt256
    public let delta: UInt256
}

/// The Black–Scholes model without dividends. Source: Black and Scholes (1973).
public enum BlackScholes {
    /// A European call.
    ///
    /// - Parameters: spot and strike in quote units, tau in years, sigma and rate per year; 18 decimals each, rate in
    ///   two's complement.
    /// - Returns: price and delta, within 1e-15 relative or 1e-18 × max(1, spot) of the exact values; delta so where
    ///   sigma·√tau is 1e-17 or more, or zero.
    public static func call(
        spot: UInt256, strike: UInt256, tau: UInt256, sigma: UInt256, rate: UInt256
    ) throws(PricingError) -> OptionValue {
        let terms = try Terms(spot: spot, strike: strike, tau: tau, sigma: sigma, rate: rate)
        let value = terms.spot(terms.n1) &- terms.strike(terms.discount * terms.n2)
        // Rounding may leave the difference of two nearly equal numbers a hair below zero.
        return OptionValue(
            price: value.isNegative ? .zero : Terms.rounded(value), delta: terms.n1.decimal)
    }

    /// A European put, by parity on the distribution's other side.
    public static func put(
        spot: UInt256, strike: UInt256, tau: UInt256, sigma: UInt256, rate: UInt256
    ) throws(PricingError) -> OptionValue {
        let terms = try Terms(spot: spot, strike: strike, tau: tau, sigma: sigma, rate: rate)
        let (m1, m2) = (BinaryFixed.one - terms.n1, BinaryFixed.one - terms.n2)
        let value = terms.strike(terms.discount * m2) &- terms.spot(m1)
        return OptionValue(
            price: value.isNegative ? .zero : Terms.rounded(value), delta: (-m1).decimal)
    }

    /// What call and put have in common.
    private struct Terms {
        let spotPrice: UInt256
        let strikePrice: UInt256
        let discount: BinaryFixed
        /// N(d1) and N(d2), or their limits.
        let n1: BinaryFixed
        let n2: BinaryFixed

        init(
            spot: UInt256, strike: UInt256, tau: UInt256, sigma: UInt256, rate: UInt256
        ) throws(PricingError) {
            let hundred = UInt256(100 as UInt64) * Decimal.one
            guard !spot.isZero, !strike.isZero, spot.bitWidth <= 96, strike.bitWidth <= 96 else { throw .price }
            guard tau <= hundred else { throw .time }
            guard sigma <= hundred else { throw .volatility }
            guard rate.magnitude <= UInt256(10 as UInt64) * Decimal.one else { throw .rate }
            let time = BinaryFixed(unsignedDecimal: tau)
            let growth = BinaryFixed(signedDecimal: rate) * time
            guard growth.magnitude < BinaryFixed(40) else { throw .rate }
            spotPrice = spot
            strikePrice = strike
            discount = (-growth).exponential
            let volatility = BinaryFixed(unsignedDecimal: sigma)
            let deviation = volatility * time.squareRoot
            // ln(S/K) + rτ: how far the forward is in the money.
            let moneyness =
                BinaryFixed(bits: spot << 128).naturalLogarithm - BinaryFixed(bits: strike << 128).naturalLogarithm
                + growth
            // Beyond 64 deviations, and at no deviation at all, the distribution is 0 or 1.
            let bound = BinaryFixed(bits: deviation.bits << 6)
            if deviation.bits.isZero || !(moneyness.magnitude < bound) {
                let certain =
                    moneyness.bits.isZero ? BinaryFixed.one.half : moneyness.isNegative ? .zero : .one
                n1 = certain
                n2 = certain
            } else {
                let middle = moneyness / deviation
                n1 = (middle + deviation.half).normalDistribution
                n2 = (middle - deviation.half).normalDistribution
            }
        }

        func spot(_ factor: BinaryFixed) -> UInt256 { Terms.scaled(spotPrice, factor) }
        func strike(_ factor: BinaryFixed) -> UInt256 { Terms.scaled(strikePrice, factor) }

        /// amount·factor with 64 more binary places, so that the difference of two such products is rounded once.
        private static func scaled(_ amount: UInt256, _ factor: BinaryFixed) -> UInt256 {
            let (low, high) = (amount << 64).multipliedFullWidth(by: factor.bits)
            return (high << 128) | (low >> 128)
        }

        static func rounded(_ value: UInt256) -> UInt256 { (value &+ (.one << 63)) >> 64 }
    }
}
