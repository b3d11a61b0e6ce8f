import Agents
import Derivatives
import Foundations

/// What happened at the venue of the demo, counted from its logs.
struct DemoTally {
    struct MarketTally {
        let symbol: String
        let underlying: UInt32
        /// Of the index.
        var first = 0.0
        var last = 0.0
        var lowest = 0.0
        /// The deepest fall within 12 minutes, relative.
        var fall = 0.0
        /// The perpetual's.
        var mark = 0.0
        var fills = 0
        var volume = 0.0
        /// The indexes of the last 12 minutes with their times.
        private var window: [(time: UInt64, price: Double)] = []

        init(symbol: String, underlying: UInt32) {
            self.symbol = symbol
            self.underlying = underlying
        }

        mutating func take(index: Double, at time: UInt64) {
            if first == 0 { (first, lowest) = (index, index) }
            last = index
            lowest = min(lowest, index)
            window.append((time, index))
            window.removeAll { $0.time + 720 < time }
            let highest = window.reduce(index) { max($0, $1.price) }
            fall = max(fall, 1 - index / highest)
        }
    }

    private(set) var markets: [MarketTally]
    private(set) var transactions = 0
    private(set) var fills = 0
    /// In quote money: what was traded, and what was paid in fees and as funding (each payment once, by who paid).
    private(set) var volume = 0.0
    private(set) var fees: Int128 = 0
    private(set) var funding: Int128 = 0
    private(set) var fundingPayments = 0
    private(set) var breakers: [UInt64: Int] = [:]
    private(set) var liquidations = LiquidationTally()
    /// Every account that was opened, by number.
    private(set) var accounts: [UInt32: AccountID] = [:]
    /// The second at which the demo's market began.
    private let start: UInt64

    init(_ market: Market, start: UInt64) {
        self.start = start
        markets = market.symbols.enumerated().map { MarketTally(symbol: $1, underlying: UInt32($0 + 1)) }
    }

    /// How much of the venue's time has passed.
    func elapsed(at time: UInt64) -> UInt64 { time - start }

    mutating func take(_ news: [VenueLog], _ market: Market, transactions: Int) throws {
        self.transactions += transactions
        for log in news {
            switch log.kind {
            case .indexUpdated: change(log.number(0)) { $0.take(index: Money.number(log.amount(1)), at: market.time) }
            case .markUpdated:
                guard let instrument = market.instrument(log.number(0)) else { continue }
                change(instrument.id.underlying) { $0.mark = Money.number(log.amount(1)) }
            case .filled: take(fill: log, market)
            case .fundingPaid:
                fundingPayments += 1
                funding += max(0, log.amount(2))
            case .accountOpened: accounts[log.number(0)] = AccountID(owner: Address(log.words[1]), index: log.number(2))
            case .breaker: breakers[log.integer(0), default: 0] += 1
            default: try liquidations.take(log, market, at: market.time - start)
            }
        }
    }

    mutating func take(summary: [ABIValue]) { liquidations.take(summary: summary) }

    private mutating func take(fill log: VenueLog, _ market: Market) {
        let value = Money.number(log.amount(4)) * Money.number(log.amount(5))
        fills += 1
        volume += value
        fees += log.amount(6) + log.amount(7)
        guard let instrument = market.instrument(log.number(0)) else { return }
        change(instrument.id.underlying) {
            $0.fills += 1
            $0.volume += value
        }
    }

    private mutating func change(_ underlying: UInt32, _ work: (inout MarketTally) -> Void) {
        if let place = markets.firstIndex(where: { $0.underlying == underlying }) { work(&markets[place]) }
    }
}
