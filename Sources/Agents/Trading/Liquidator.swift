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

/// Bids in auctions, and sells what it got there.
public final class Liquidator: Agent {
    public let name: String
    private let terms: LiquidatorTerms
    private let wallet: Wallet

    public init(_ terms: LiquidatorTerms, wallet: Wallet) {
        name = terms.name
        self.terms = terms
        self.wallet = wallet
    }

    public func prepare(_ desk: Desk, _ market: Market) throws {
        try desk.fund(name, wallet, accounts: 0..<1, cash: terms.cash)
    }

    public func act(_ desk: Desk, _ market: Market) throws {
        let positions = try market.positions(of: AccountID(owner: wallet.address))
        for instrument in market.instruments where instrument.id.kind == .perpetual && instrument.trades {
            let held = positions[instrument.number] ?? 0
            guard held != 0, let mark = try market.mark(of: instrument) else { continue }
            desk.takeOrder(
                name, .order, from: wallet, index: 0, instrument, isBuy: held < 0,
                price: instrument.price(mark * (held < 0 ? 1.005 : 0.995), isBuy: held > 0), size: abs(held),
                onlyReduces: true)
        }
    }
}
