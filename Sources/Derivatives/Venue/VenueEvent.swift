public import Foundations

/// Something that happened at the venue: a log of one of its contracts.
///
/// `words` are the parameters in the order of the kind's comment; signed ones are in two's complement. They lie in the event itself:
/// an order makes two or three, and an array for each took a tenth of its time.
public struct VenueEvent: Equatable, Sendable {
    public let kind: VenueEventKind
    /// How many words there are, at most eight.
    public let count: Int
    private var room = InlineArray<8, UInt256>(repeating: .zero)

    @inline(__always)
    public init(_ kind: VenueEventKind, _ words: [UInt256]) {
        self.kind = kind
        count = words.count
        for index in words.indices { room[index] = words[index] }
    }

    /// Word `index`, below `count`.
    public subscript(index: Int) -> UInt256 { room[index] }

    public var words: [UInt256] { (0..<count).map { room[$0] } }

    public static func == (left: VenueEvent, right: VenueEvent) -> Bool {
        left.kind == right.kind && left.words == right.words
    }
}

/// What can happen. Parameters in their order behind each; prices, sizes and money have 18 decimals.
public enum VenueEventKind: UInt8, Sendable, CaseIterable {
    // Instruments.
    /// underlying, symbol
    case underlyingAdded
    /// instrument, id, tick, lot
    case instrumentListed
    /// instrument, status
    case statusChanged
    /// parameter, underlying, value
    case parameterSet
    /// account, owner, index
    case accountOpened
    /// owner, key, expiry
    case sessionKeySet

    // Oracle.
    /// publisher, feed, timestamp
    case reported
    /// underlying, index, validity
    case indexUpdated
    /// instrument, mark
    case markUpdated
    /// cause, subject, value, limit
    case breaker

    // Book. An order is its `OrderID` in one word; prices are ticks and sizes lots.
    /// order, account, side, ticks (0: dormant market order), lots, client id, flags (`OrderFlags`)
    case orderPlaced
    /// order, ticks of its trigger
    case triggerSet
    /// order, account
    case orderTriggered
    /// taker's order, maker's order, ticks, lots
    case orderMatched
    /// order, account, lots left
    case orderResized
    /// order, account, reason (`RemovalReason`), lots that did not trade
    case orderRemoved
    /// account, underlying, cause (0 quantity, 1 delta, 2 vega), value, limit (both in 1e-9), frozen until
    case quotesPulled
    /// instrument, ticks, lots, imbalance
    case auctionCleared

    // Clearing.
    /// account, collateral (0: cash), amount
    case deposited
    /// account, collateral, amount
    case withdrawn
    /// account, account, amount
    case transferred
    /// instrument, taker, maker, side, price, size, takerFee, makerFee
    case filled
    /// account, instrument, size, cost
    case positionChanged
    /// instrument, rate, cumulative
    case fundingAccrued
    /// account, instrument, amount (what the account pays)
    case fundingPaid
    /// underlying, expiry, price
    case expirySettled
    /// account, instrument, size, payoff
    case positionSettled
    /// account, instrument, size, payoff
    case exercised
    /// account, instrument, size, payoff
    case assigned
    /// account, amount
    case badDebt

    // Liquidation.
    /// account, step (`LiquidationStep`; 0: out of the waterfall), margin, equity
    case liquidationStep
    /// account, instrument, size, cost
    case liquidationFilled
    /// account, bidder, trade, fraction, price (what the bidder pays), value
    case auctionBid
    /// account, underlying, amount
    case insurancePaid
    /// account, counterparty, instrument, size (what the account gives away), price of one lot
    case deleveraged
    /// account, payer, amount
    case socialised
}
