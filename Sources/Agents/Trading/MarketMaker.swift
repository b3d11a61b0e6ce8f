import Derivatives
import Foundations

/// How a maker quotes.
public struct MakerTerms: Sendable {
    public var name: String
    public var underlyings: [String]
    /// What it pays in, in quote money.
    public var cash: Double
    public var model: QuoteModel
    /// How far an index may move before perpetuals are quoted anew, relative, and how nervous it makes the maker: a stress of 1 is that
    /// many usual moves.
    public var patience: Double
    public var calm: Double
    /// A year's volatility that the maker finds usual.
    public var volatility: Double
    /// Options: of which underlyings, how many strikes around the forward of each expiry, none for 0; half of the spread in volatility, and a quote's size in
    /// units of the underlying's worth, in quote money.
    public var options: [String]
    public var strikes: Int
    public var volatilitySpread: Double
    public var optionNotional: Double

    public init(
        name: String, underlyings: [String], cash: Double, model: QuoteModel, patience: Double, calm: Double,
        volatility: Double, options: [String], strikes: Int, volatilitySpread: Double, optionNotional: Double
    ) {
        self.name = name
        self.underlyings = underlyings
        self.cash = cash
        self.model = model
        self.patience = patience
        self.calm = calm
        self.volatility = volatility
        self.options = options
        self.strikes = strikes
        self.volatilitySpread = volatilitySpread
        self.optionNotional = optionNotional
    }
}

/// Quotes perpetuals around the index and options around Black-76, both against its inventory, and replaces all quotes of an instrument
/// in one transaction.
public final class MarketMaker: Agent {
    public let name: String
    private let terms: MakerTerms
    private let wallet: Wallet
    private var gauges: [UInt32: StressGauge] = [:]
    /// What stood behind the quotes that are in the book: the price and the inventory.
    private var quoted: [UInt32: (price: Double, inventory: Int128)] = [:]
    /// Which expiry's options are next.
    private var turn = 0

    public init(_ terms: MakerTerms, wallet: Wallet) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        try desk.fund(name, wallet, accounts: 0..<1, cash: terms.cash)
        // Options and the perpetuals against them are one portfolio.
        guard terms.strikes > 0 else { return }
        desk.send(
            name, .fund, from: wallet, to: VenueABI.clearing, VenueABI.setMarginMode,
            [.number(0 as UInt32), .number(1 as UInt8)], gas: 3_000_000)
    }

    public func act(_ desk: Desk, _ market: Market) throws {
        let positions = try market.positions(of: AccountID(owner: wallet.address))
        var chains: [(underlying: UInt32, expiry: UInt64)] = []
        for symbol in terms.underlyings {
            guard let underlying = market.underlying(symbol), let index = try market.index(of: underlying) else {
                continue
            }
            gauges[underlying, default: StressGauge(volatility: terms.volatility)].take(index, at: market.time)
            if let perpetual = market.perpetual(of: underlying) {
                quote(perpetual, fair: index, positions[perpetual.number] ?? 0, stress(of: underlying), desk)
            }
            if terms.strikes > 0, terms.options.contains(symbol) {
                chains += market.expiries(of: underlying).map { (underlying, $0) }
            }
        }
        guard !chains.isEmpty else { return }
        // One expiry a round: options' quotes are wide enough to wait.
        let (underlying, expiry) = chains[turn % chains.count]
        turn += 1
        try quoteOptions(underlying, expiry, positions, desk, market)
    }

    private func stress(of underlying: UInt32) -> Double { (gauges[underlying]?.level ?? 0) / terms.calm }

    private func quote(
        _ instrument: ListedInstrument, fair: Double, _ inventory: Int128, _ stress: Double, _ desk: Desk
    ) {
        if let last = quoted[instrument.number], abs(fair / last.price - 1) < terms.patience,
            last.inventory == inventory
        {
            return
        }
        quoted[instrument.number] = (fair, inventory)
        let quotes = terms.model.quotes(
            fair: fair, inventory: Money.number(inventory) * fair, stress: stress)
        desk.batch(name, .quote, from: wallet, calls(instrument, quotes))
    }

    /// All quotes of the instrument go, and the new ones come.
    private func calls(_ instrument: ListedInstrument, _ quotes: [Quote]) -> [[UInt8]] {
        var calls = [cancellation(instrument)]
        for quote in quotes {
            let size = instrument.size(quote.size)
            guard size > 0 else { continue }
            calls.append(
                VenueABI.placeOrder.encode([
                    .address(wallet.address), .number(0 as UInt32), .word(instrument.id.word), .bool(quote.isBuy),
                    .amount(instrument.price(quote.price, isBuy: quote.isBuy)), .amount(size),
                    .number(OrderForce.postOnlySlide), .number(0 as UInt64), .number(0 as UInt64),
                    .number(2 as UInt64), .number(0 as UInt64), .number(0 as UInt64),
                ]))
        }
        return calls
    }

    private func cancellation(_ instrument: ListedInstrument) -> [UInt8] {
        VenueABI.cancelAll.encode([.address(wallet.address), .number(0 as UInt32), .word(instrument.id.word)])
    }

    // MARK: Options

    private func quoteOptions(
        _ underlying: UInt32, _ expiry: UInt64, _ positions: [UInt32: Int128], _ desk: Desk, _ market: Market
    ) throws {
        guard let forward = try market.forward(of: underlying, expiry: expiry) else { return }
        let chain = market.instruments.filter {
            $0.id.underlying == underlying && $0.id.expiry == expiry && $0.id.kind.isOption && $0.trades
        }
        let near = MarketMaker.nearest(chain, to: forward, strikes: terms.strikes)
        let marks = try market.marks(of: near)
        let years = Publisher.years(from: market.time, to: expiry)
        // What the forward has left behind goes: it would stand at prices that nobody looks after, and fill the cap of open orders.
        let kept = Set(near.map { $0.number })
        var calls: [[UInt8]] = []
        for option in chain where !kept.contains(option.number) {
            if quoted.removeValue(forKey: option.number) != nil { calls.append(cancellation(option)) }
        }
        for (option, mark) in zip(near, marks) {
            guard let mark, mark > 0 else { continue }
            let inventory = positions[option.number] ?? 0
            if let last = quoted[option.number], abs(mark / last.price - 1) < 0.05, last.inventory == inventory {
                continue
            }
            quoted[option.number] = (mark, inventory)
            calls += self.calls(
                option,
                optionQuotes(option, mark, forward, years, inventory: Money.number(inventory) * forward, underlying))
        }
        // Each batch may name so many orders.
        var start = 0
        while start < calls.count {
            desk.batch(name, .quote, from: wallet, Array(calls[start..<min(calls.count, start + 30)]))
            start += 30
        }
    }

    /// A bid below and an offer above the volatility of the mark, both lower the more is held.
    private func optionQuotes(
        _ option: ListedInstrument, _ mark: Double, _ forward: Double, _ years: Double, inventory: Double,
        _ underlying: UInt32
    ) -> [Quote] {
        let strike = Double(UInt64(clamping: option.id.strike)) / 1e8
        let share = min(max(inventory / terms.model.limit, -1), 1)
        let half = terms.volatilitySpread * (1 + stress(of: underlying))
        let middle = OptionModel.volatility(
            isCall: option.id.kind.isCall, forward: forward, strike: strike, years: years, rate: 0.04, price: mark)
        var quotes: [Quote] = []
        for isBuy in [true, false] where isBuy ? share < 1 : share > -1 {
            var price = mark * (isBuy ? 0.9 : 1.1)
            if let middle {
                let volatility = middle - 2 * half * share + (isBuy ? -half : half)
                price =
                    OptionModel.price(
                        isCall: option.id.kind.isCall, forward: forward, strike: strike, years: years, rate: 0.04,
                        volatility: max(0.01, volatility)) ?? price
            }
            guard price >= Money.number(option.tick) else { continue }
            quotes.append(Quote(isBuy: isBuy, price: price, size: terms.optionNotional / forward))
        }
        return quotes
    }

    /// The options at the strikes that lie nearest to a price.
    static func nearest(_ chain: [ListedInstrument], to price: Double, strikes: Int) -> [ListedInstrument] {
        let all = Set(chain.map { UInt64(clamping: $0.id.strike) })
        let center = price * 1e8
        let near = all.sorted { left, right in
            let (a, b) = (abs(Double(left) - center), abs(Double(right) - center))
            return a == b ? left < right : a < b
        }.prefix(strikes)
        return chain.filter { near.contains(UInt64(clamping: $0.id.strike)) }
    }

    public func leave(_ desk: Desk, _ market: Market) throws {
        desk.send(
            name, .withdrawQuotes, from: wallet, to: VenueABI.book, VenueABI.cancelAll,
            [.address(wallet.address), .number(0 as UInt32), .word(.zero)], gas: 16_000_000)
    }
}
