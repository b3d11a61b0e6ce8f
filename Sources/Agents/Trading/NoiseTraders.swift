import Derivatives
public import Foundations

/// Who a crowd is.
public struct CrowdTerms: Sendable {
    public var name: String
    public var underlyings: [String]
    /// How many accounts, all of one owner.
    public var accounts: Int
    /// What each pays in, in quote money.
    public var cash: Double
    /// The leverage that members want, from the least to the most daring.
    public var leverage: ClosedRange<Double>
    /// The share of members that are long.
    public var longs: Double
    /// How likely a member acts in a round.
    public var activity: Double

    public init(
        name: String, underlyings: [String], accounts: Int, cash: Double, leverage: ClosedRange<Double>, longs: Double,
        activity: Double
    ) {
        self.name = name
        self.underlyings = underlyings
        self.accounts = accounts
        self.cash = cash
        self.leverage = leverage
        self.longs = longs
        self.activity = activity
    }
}

/// A crowd that trades perpetuals for no good reason: each member builds a position of its own leverage and then trades to and fro around
/// it. Who is liquidated does not come back.
public final class NoiseTraders: Agent {
    public let name: String
    private let terms: CrowdTerms
    private let wallet: Wallet
    private var random: SeededRandom
    private var members: [Member] = []

    private struct Member {
        let symbol: String
        /// Above 0 long. In quote money.
        let target: Double
        var isBuilt = false
        var isGone = false
    }

    public init(_ terms: CrowdTerms, wallet: Wallet, random: SeededRandom) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
        self.random = random
        for _ in 0..<terms.accounts {
            let symbol = terms.underlyings[self.random.below(terms.underlyings.count)]
            let leverage = self.random.uniform(terms.leverage)
            let isLong = self.random.chance(terms.longs)
            members.append(Member(symbol: symbol, target: terms.cash * leverage * (isLong ? 1 : -1)))
        }
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        try desk.fund(name, wallet, accounts: 0..<UInt32(members.count), cash: terms.cash)
    }

    public func act(_ desk: Desk, _ market: Market) throws {
        for index in members.indices {
            // Each member takes the same numbers out of the generator in every round.
            let (acts, part, whim) = (random.chance(terms.activity), random.uniform(), random.uniform())
            guard acts, !members[index].isGone else { continue }
            try act(index, part, whim, desk, market)
        }
    }

    private func act(_ index: Int, _ part: Double, _ whim: Double, _ desk: Desk, _ market: Market) throws {
        let member = members[index]
        guard let underlying = market.underlying(member.symbol), let price = try market.index(of: underlying),
            let perpetual = market.perpetual(of: underlying)
        else { return }
        let account = AccountID(owner: wallet.address, index: UInt32(index))
        guard !market.isInLiquidation(account) else { return }
        let held = Money.number(try market.positions(of: account)[perpetual.number] ?? 0) * price
        if member.isBuilt, abs(held) < 0.02 * abs(member.target) {
            members[index].isGone = true
            return
        }
        var change = (0.2 + 0.3 * part) * member.target
        if !member.isBuilt, abs(held) >= 0.9 * abs(member.target) {
            members[index].isBuilt = true
            takeProfit(index, perpetual, held: held, price, desk)
        }
        if members[index].isBuilt {
            // To and fro, a little, and back towards what it wants.
            change = (0.04 + 0.08 * part) * member.target * (whim < 0.5 ? 1 : -1)
            if abs(held + change) > 1.05 * abs(member.target) { change = -change }
        } else if abs(held + change) > abs(member.target) {
            change = member.target - held
        }
        let isBuy = change > 0
        let size = perpetual.size(abs(change) / price)
        guard size > 0 else { return }
        desk.takeOrder(
            name, .order, from: wallet, index: UInt32(index), perpetual, isBuy: isBuy,
            price: perpetual.price(price * (isBuy ? 1.004 : 0.996), isBuy: !isBuy), size: size)
    }

    /// A resting order that would close a tenth of the position at a price that is 6 % better.
    private func takeProfit(
        _ index: Int, _ perpetual: ListedInstrument, held: Double, _ price: Double, _ desk: Desk
    ) {
        let isBuy = held < 0
        let size = perpetual.size(0.1 * abs(held) / price)
        guard size > 0 else { return }
        desk.send(
            name, .order, from: wallet, to: VenueABI.book, VenueABI.placeOrder,
            [
                .address(wallet.address), .number(UInt32(index)), .word(perpetual.id.word), .bool(isBuy),
                .amount(perpetual.price(price * (isBuy ? 0.94 : 1.06), isBuy: isBuy)), .amount(size),
                .number(OrderForce.goodTillCancelled), .number(0 as UInt64), .number(0 as UInt64), .number(1 as UInt64),
                .number(0 as UInt64), .number(0 as UInt64),
            ], gas: 1_000_000)
    }
}
