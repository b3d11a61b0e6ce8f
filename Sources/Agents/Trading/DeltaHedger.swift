import Derivatives
public import Foundations

/// How a hedger trades options.
public struct HedgerTerms: Sendable {
    public var name: String
    public var underlyings: [String]
    public var cash: Double
    /// Whether it buys options or sells them.
    public var buys: Bool
    /// What one trade is worth by its underlying, in quote money, how likely one is in a round, and how much is enough.
    public var notional: Double
    public var appetite: Double
    public var limit: Double
    /// The delta that it leaves open, in quote money.
    public var band: Double

    public init(
        name: String, underlyings: [String], cash: Double, buys: Bool, notional: Double, appetite: Double,
        limit: Double, band: Double
    ) {
        self.name = name
        self.underlyings = underlyings
        self.cash = cash
        self.buys = buys
        self.notional = notional
        self.appetite = appetite
        self.limit = limit
        self.band = band
    }
}

/// Takes options from the book and holds their delta near zero with the perpetual.
public final class DeltaHedger: Agent {
    public let name: String
    private let terms: HedgerTerms
    private let wallet: Wallet
    private var random: SeededRandom

    public init(_ terms: HedgerTerms, wallet: Wallet, random: SeededRandom) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
        self.random = random
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        try desk.fund(name, wallet, accounts: 0..<1, cash: terms.cash)
        desk.send(
            name, .fund, from: wallet, to: VenueABI.clearing, VenueABI.setMarginMode,
            [.number(0 as UInt32), .number(1 as UInt8)], gas: 3_000_000)
    }

    public func act(_ desk: Desk, _ market: Market) throws {
        let account = AccountID(owner: wallet.address)
        let positions = try market.positions(of: account)
        let deltas = try market.deltas(of: account)
        for symbol in terms.underlyings {
            guard let underlying = market.underlying(symbol), let index = try market.index(of: underlying),
                let perpetual = market.perpetual(of: underlying)
            else { continue }
            let held = market.instruments.filter {
                $0.id.underlying == underlying && $0.id.kind.isOption && positions[$0.number, default: 0] != 0
            }
            // Every underlying takes the same numbers out of the generator, whatever it holds.
            let trades = random.chance(terms.appetite)
            let choice = random.next()
            if trades { try trade(underlying, index, held, positions, choice, desk, market) }
            let open = deltas[symbol] ?? 0
            guard abs(open) * index > terms.band else { continue }
            let size = perpetual.size(abs(open))
            guard size > 0 else { continue }
            let isBuy = open < 0
            desk.takeOrder(
                name, .hedge, from: wallet, index: 0, perpetual, isBuy: isBuy,
                price: perpetual.price(index * (isBuy ? 1.01 : 0.99), isBuy: !isBuy), size: size)
        }
    }

    private func trade(
        _ underlying: UInt32, _ index: Double, _ held: [ListedInstrument], _ positions: [UInt32: Int128],
        _ choice: UInt64, _ desk: Desk, _ market: Market
    ) throws {
        // Who has little initial margin left adds nothing.
        let state = try market.client.read(
            VenueABI.clearing, VenueABI.account, [.address(wallet.address), .number(0 as UInt32)])
        guard Money.number(state[3].amount) > 0.15 * Money.number(state[2].amount) else { return }
        let sum = held.reduce(0.0) { $0 + abs(Money.number(positions[$1.number] ?? 0)) * index }
        guard sum < terms.limit else { return }
        let chain = market.instruments.filter {
            $0.id.underlying == underlying && $0.id.kind.isOption && $0.trades && $0.id.expiry > market.time + 3600
        }
        let near = MarketMaker.nearest(chain, to: index, strikes: 3)
        guard !near.isEmpty else { return }
        let option = near[Int(choice % UInt64(near.count))]
        let top = try market.client.read(VenueABI.book, VenueABI.top, [.word(option.id.word)])
        let price = top[terms.buys ? 1 : 0].amount
        let size = option.size(terms.notional / index)
        guard price > 0, size > 0, let mark = try market.marks(of: [option])[0] else { return }
        // Not at any price.
        guard abs(Money.number(price) / mark - 1) < 0.3 else { return }
        desk.takeOrder(
            name, .order, from: wallet, index: 0, option, isBuy: terms.buys, price: price, size: size)
    }
}
