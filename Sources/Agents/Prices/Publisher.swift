import Foundations

/// What a publisher agent reports, and of what.
public struct PublisherTerms: Sendable {
    public var name: String
    /// The underlyings' names, in the order of the source's prices, and what their options are valued with at first, per year.
    public var symbols: [String]
    public var volatilities: [Double]
    /// What forwards gain on spot, and the rate that options are discounted with, per year.
    public var carry = 0.05
    public var rate = 0.04
    /// How far the signers' prices lie from the source's: one deviation, relative.
    public var dispersion = 0.0001

    public init(name: String, symbols: [String], volatilities: [Double]) {
        self.name = name
        self.symbols = symbols
        self.volatilities = volatilities
    }
}

/// Publishes prices as signed reports: spot, forwards, volatility surfaces and the rate, for every signer that it has keys of. One wallet
/// carries the reports of all.
public final class Publisher: Agent {
    public let name: String
    private let terms: PublisherTerms
    private let wallet: Wallet
    private let signers: [ReportSigner]
    private var source: any PriceSource
    private var random: SeededRandom
    private var start: UInt64?
    private var lastStamp: UInt64 = 0
    private var firstPrices: [Double] = []
    /// What was reported last, by feed: when, and which number.
    private var told: [FeedName: (time: UInt64, value: Double)] = [:]

    private struct FeedName: Hashable {
        let kind: UInt8
        let underlying: UInt32
        let expiry: UInt64
    }

    public init(
        _ terms: PublisherTerms, wallet: Wallet, signers: [ReportSigner], source: any PriceSource, seed: UInt64
    ) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
        self.signers = signers
        self.source = source
        random = SeededRandom(seed: seed, stream: 1)
    }

    /// Reports have to be there before anybody can trade.
    public func prepare(_ desk: Desk, _ market: Market) throws { try act(desk, market) }

    public func act(_ desk: Desk, _ market: Market) throws {
        let start = self.start ?? market.time
        self.start = start
        // The next block is at least a second later, and reports may be two seconds ahead of it.
        let stamp = max(market.time, lastStamp) + 1
        guard stamp <= market.time + 2 else { return }
        let prices = source.prices(at: market.time - min(start, market.time))
        if firstPrices.isEmpty { firstPrices = prices }
        let isFirst = lastStamp == 0
        lastStamp = stamp
        if isFirst || isDue(3, 0, 0, terms.rate, at: stamp, step: 1, seconds: 14_400) {
            for (underlying, _) in known(market) { report(3, underlying, 0, [terms.rate], stamp, desk, market) }
        }
        for (underlying, place) in known(market) {
            let price = prices[place]
            report(0, underlying, 0, [price], stamp, desk, market)
            let expiries = market.expiries(of: underlying)
            for expiry in expiries {
                let forward = price * (1 + terms.carry * Publisher.years(from: stamp, to: expiry))
                if isDue(1, underlying, expiry, forward, at: stamp, step: 0.0005, seconds: 120) {
                    report(1, underlying, expiry, [forward], stamp, desk, market)
                }
            }
            reportSurfaces(underlying, place, expiries, fallen: 1 - price / firstPrices[place], stamp, desk, market)
        }
    }

    /// Volatility rises as prices fall. Far slices go first when it rises and near ones when it falls, so that no slice has for a moment
    /// more variance than the one behind it.
    private func reportSurfaces(
        _ underlying: UInt32, _ place: Int, _ expiries: [UInt64], fallen: Double, _ stamp: UInt64, _ desk: Desk,
        _ market: Market
    ) {
        let level = terms.volatilities[place] * (1 + 4 * min(max(fallen, 0), 0.8))
        let isRising = expiries.contains {
            level > told[FeedName(kind: 2, underlying: underlying, expiry: $0)]?.value ?? 0
        }
        for expiry in isRising ? expiries.reversed() : expiries
        where isDue(2, underlying, expiry, level, at: stamp, step: 0.02, seconds: 300) {
            let slice = Publisher.slice(volatility: level, years: Publisher.years(from: stamp, to: expiry))
            report(2, underlying, expiry, slice, stamp, desk, market, noise: false, remember: level)
        }
    }

    /// The five numbers (a, b, ρ, m, σ) of a slice with this volatility at the money, a slight smile and more on the lower side. All
    /// slices have one shape, times the time to expiry: no variance falls with time.
    static func slice(volatility: Double, years: Double) -> [Double] {
        let variance = volatility * volatility * years
        return [0.8 * variance, variance, -0.2, 0, 0.2]
    }

    static func years(from now: UInt64, to expiry: UInt64) -> Double { Double(expiry - min(now, expiry)) / 31_536_000 }

    private func known(_ market: Market) -> [(underlying: UInt32, place: Int)] {
        terms.symbols.enumerated().compactMap { place, symbol in market.underlying(symbol).map { ($0, place) } }
    }

    /// Whether a number moved by `step`, relative, or was told so many seconds ago.
    private func isDue(
        _ kind: UInt8, _ underlying: UInt32, _ expiry: UInt64, _ value: Double, at stamp: UInt64, step: Double,
        seconds: UInt64
    ) -> Bool {
        guard let last = told[FeedName(kind: kind, underlying: underlying, expiry: expiry)] else { return kind != 3 }
        return stamp >= last.time + seconds || abs(value - last.value) > step * abs(last.value)
    }

    private func report(
        _ kind: UInt8, _ underlying: UInt32, _ expiry: UInt64, _ values: [Double], _ stamp: UInt64, _ desk: Desk,
        _ market: Market, noise: Bool = true, remember: Double? = nil
    ) {
        told[FeedName(kind: kind, underlying: underlying, expiry: expiry)] = (stamp, remember ?? values[0])
        if kind == 3 { told[FeedName(kind: 3, underlying: 0, expiry: 0)] = (stamp, values[0]) }
        for signer in signers {
            // The first signer says what the source says.
            let shift = noise && kind != 3 && signers.count > 1 ? 1 + terms.dispersion * random.normal() : 1
            let report = FeedReport(
                kind: kind, underlying: underlying, expiry: expiry, values: values.map { Money.amount($0 * shift) },
                timestamp: stamp)
            desk.send(
                name, .report, from: wallet, to: VenueABI.oracle, VenueABI.report,
                signer.arguments(report, chainID: market.chainID), gas: 1_000_000)
        }
    }
}
