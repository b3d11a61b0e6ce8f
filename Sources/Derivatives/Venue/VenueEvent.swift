public import Foundations

/// Something that happened at the venue: a log of one of its contracts.
///
/// `words` are the parameters in the order of the kind's comment; signed ones are in two's complement.
public struct VenueEvent: Equatable, Sendable {
    public let kind: VenueEventKind
    public let words: [UInt256]

    public init(_ kind: VenueEventKind, _ words: [UInt256]) {
        self.kind = kind
        self.words = words
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
