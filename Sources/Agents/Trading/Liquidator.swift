import Derivatives
import Foundations

/// How a liquidator bids.
public struct LiquidatorTerms: Sendable {
    public var name: String
    public var cash: Double
    /// The least discount at which it bids, and what it holds at most, in quote money.
    public var discount: Double
    public var limit: Double

    public init(name: String, cash: Double, discount: Double, limit: Double) {
        self.name = name
        self.cash = cash
        self.discount = discount
        self.limit = limit
    }
}

/// Bids in auctions as soon as the discount is worth it, and sells through the book what it got there.
public final class Liquidator: Agent {
    public let name: String
    private let terms: LiquidatorTerms
    private let wallet: Wallet
    /// What it sells of an instrument in one round at most, in quote money, and how far below the mark.
    private static let slice = 250_000.0
    private static let slippage = 0.005
    /// The steps of the waterfall in which a portfolio is for sale.
    private static let auctionSteps: [UInt64] = [3, 4]

    public init(_ terms: LiquidatorTerms, wallet: Wallet) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        try desk.fund(name, wallet, accounts: 0..<1, cash: terms.cash)
    }

    public func act(_ desk: Desk, _ market: Market) throws {
        let held = try market.positions(of: AccountID(owner: wallet.address))
        var room = try terms.limit - sell(held, desk, market)
        let queue = try market.client.read(
            VenueABI.liquidation, VenueABI.queue, [.number(0 as UInt64), .number(250 as UInt64)])
        for (place, step) in queue[2].list.enumerated() where Liquidator.auctionSteps.contains(step.integer) {
            let account = AccountID(
                owner: queue[0].list[place].address, index: UInt32(clamping: queue[1].list[place].integer))
            room -= try bid(on: account, room: room, desk, market)
        }
    }

    /// Offers what it holds of perpetuals; what all of it is worth.
    private func sell(_ held: [UInt32: Int128], _ desk: Desk, _ market: Market) throws -> Double {
        var worth = 0.0
        for instrument in market.instruments where instrument.id.kind == .perpetual && instrument.trades {
            let size = held[instrument.number] ?? 0
            guard size != 0, let mark = try market.mark(of: instrument) else { continue }
            worth += abs(Money.number(size)) * mark
            let (isBuy, slice) = (size < 0, instrument.size(Liquidator.slice / mark))
            let price = mark * (isBuy ? 1 + Liquidator.slippage : 1 - Liquidator.slippage)
            desk.takeOrder(
                name, .order, from: wallet, index: 0, instrument, isBuy: isBuy,
                price: instrument.price(price, isBuy: !isBuy), size: min(abs(size), max(slice, instrument.lot)),
                onlyReduces: true)
        }
        return worth
    }

    /// Bids for what is worth it and has room; the notional that it may get.
    private func bid(on account: AccountID, room: Double, _ desk: Desk, _ market: Market) throws -> Double {
        let target: [ABIValue] = [.address(account.owner), .number(account.index)]
        let answer = try market.client.batch([.read(VenueABI.liquidation, VenueABI.auction.encode(target))])[0]
        // What was for sale at the start of the block may have gone, or wait for its market.
        guard case .success(let result) = answer, account.owner != wallet.address else { return 0 }
        let auction = try VenueABI.auction.decode(result)
        let (value, price) = (Money.number(auction[3].amount), Money.number(auction[4].amount))
        let (most, least) = (Money.number(auction[5].amount), Money.number(auction[6].amount))
        guard value - price >= terms.discount * abs(value) else { return 0 }
        var notional = 0.0
        for (number, size) in try market.positions(of: account) {
            guard size != 0, let instrument = market.instrument(number) else { continue }
            let unit =
                instrument.id.kind.isOption
                ? try market.index(of: instrument.id.underlying) : try market.mark(of: instrument)
            notional += abs(Money.number(size)) * (unit ?? 0)
        }
        let fraction = notional > 0 ? min(most, room / notional) : most
        guard fraction >= least, fraction > 0 else { return 0 }
        // The price falls with time; what the portfolio is worth may rise a little until the bid is there.
        let limit = price * fraction + 0.01 * abs(value) * fraction + 1
        desk.send(
            name, .bid, from: wallet, to: VenueABI.liquidation, VenueABI.bid,
            [.address(wallet.address), .number(0 as UInt32)] + target + [
                .amount(min(Money.amount(fraction), auction[5].amount)), .amount(Money.amount(limit)),
                .number(auction[1].integer),
            ], gas: 8_000_000)
        return notional * fraction
    }
}

/// Pays into the insurance fund, once.
public final class Insurer: Agent {
    public let name: String
    private let cash: Double
    private let wallet: Wallet

    public init(name: String, cash: Double, wallet: Wallet) {
        self.name = name
        self.cash = cash
        self.wallet = wallet
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        let account = AccountID(owner: wallet.address)
        guard try market.number(of: account) == nil else { return }
        try desk.fund(name, wallet, accounts: 0..<1, cash: cash)
        desk.send(
            name, .fund, from: wallet, to: VenueABI.liquidation, VenueABI.contribute,
            [.number(account.index), .amount(Money.amount(cash.rounded()))], gas: 1_000_000)
    }

    public func act(_ desk: Desk, _ market: Market) throws {}
}
