import Derivatives
import Foundations

/// One side's price and size that a maker wants in the book.
public struct Quote: Equatable, Sendable {
    public let isBuy: Bool
    public let price: Double
    public let size: Double
}

/// Where a maker quotes, given what it thinks a thing is worth and what it holds.
public struct QuoteModel: Equatable, Sendable {
    /// Half of the innermost spread and the distance of the next levels, relative to the price.
    public var halfSpread: Double
    public var step: Double
    public var levels: Int
    /// What each level is worth, in quote money, and how much more the next one outside has, relative.
    public var notional: Double
    public var growth: Double
    /// How far a full inventory shifts the middle, relative to the price.
    public var skew: Double
    /// The inventory, in quote money, at which the side that would add to it is empty.
    public var limit: Double

    public init(
        halfSpread: Double, step: Double, levels: Int, notional: Double, growth: Double, skew: Double, limit: Double
    ) {
        self.halfSpread = halfSpread
        self.step = step
        self.levels = levels
        self.notional = notional
        self.growth = growth
        self.skew = skew
        self.limit = limit
    }

    /// The quotes around `fair`, bids first, innermost first. `inventory` is held in quote money, long above 0. With `stress`, 0 in calm
    /// markets, spreads widen and sizes shrink by 1 + stress.
    public func quotes(fair: Double, inventory: Double, stress: Double) -> [Quote] {
        guard fair > 0, limit > 0 else { return [] }
        let share = min(max(inventory / limit, -1), 1)
        let middle = fair * (1 - skew * share)
        let nervous = 1 + max(0, stress)
        var quotes: [Quote] = []
        for isBuy in [true, false] {
            // The side that adds to the inventory fades as it grows.
            let room = min(1, 1 - (isBuy ? share : -share))
            guard room > 0.01 else { continue }
            var size = notional * room / nervous / fair
            for level in 0..<levels {
                let distance = fair * (halfSpread + step * Double(level)) * nervous
                let price = isBuy ? middle - distance : middle + distance
                if price > 0 { quotes.append(Quote(isBuy: isBuy, price: price, size: size)) }
                size *= growth
            }
        }
        return quotes
    }
}

/// How nervous a market is: 0 while it moves as usual, the number of usual moves otherwise, fading.
public struct StressGauge: Sendable {
    /// What moves by a second's root in calm times, relative.
    private let usual: Double
    private var last: (price: Double, time: UInt64)?
    public private(set) var level = 0.0

    /// `volatility` is per year.
    public init(volatility: Double) { usual = volatility / (31_536_000.0).squareRoot() }

    /// Takes in a price; half of what was is forgotten in about 20 s.
    public mutating func take(_ price: Double, at time: UInt64) {
        if let last {
            guard time > last.time else { return }
            let seconds = Double(time - last.time)
            let move = abs(price / last.price - 1) / (usual * seconds.squareRoot())
            // What three deviations explain is no stress.
            let keep = 1 / (1 + seconds / 30)
            level = level * keep + max(0, move - 3) * (1 - keep)
        }
        last = (price, time)
    }
}

/// Black-76 as agents use it: numbers in, numbers out, by the venue's own integer arithmetic, so that all machines agree.
public enum OptionModel {
    /// The option's volatility from its price; nil where no volatility explains it.
    public static func volatility(
        isCall: Bool, forward: Double, strike: Double, years: Double, rate: Double, price: Double
    ) -> Double? {
        guard let terms = terms(isCall, forward, strike, years, rate, 0) else { return nil }
        return (try? BlackScholes.impliedVolatility(terms, price: word(price))).map { Money.number($0.signedAmount) }
    }

    /// What an option is worth at a volatility; nil for terms beyond what the model takes.
    public static func price(
        isCall: Bool, forward: Double, strike: Double, years: Double, rate: Double, volatility: Double
    ) -> Double? {
        guard volatility > 0, let terms = terms(isCall, forward, strike, years, rate, volatility) else { return nil }
        return (try? BlackScholes.value(terms)).map { Money.number($0.price.signedAmount) }
    }

    private static func terms(
        _ isCall: Bool, _ forward: Double, _ strike: Double, _ years: Double, _ rate: Double, _ volatility: Double
    ) -> OptionTerms? {
        guard forward > 0, forward < 1e9, strike > 0, strike < 1e9, years > 0 else { return nil }
        return OptionTerms(
            kind: isCall ? .call : .put, forward: word(forward), strike: word(strike), tau: word(years),
            sigma: word(volatility), rate: word(rate))
    }

    private static func word(_ value: Double) -> UInt256 { Money.amount(value).word }
}
