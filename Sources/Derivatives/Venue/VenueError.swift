import Foundations

/// Why an act at the venue is refused. Nothing of a refused act stays, once its caller has taken the storage back.
public enum VenueError: Error, Equatable, Sendable {
    /// A number passes what 128 bits hold, or a division by zero.
    case overflow
    /// A word of the storage that no version of the venue wrote, or a fault of the storage below.
    case corrupt

    // Who and what.
    case unknownAccount
    case unknownInstrument
    case unknownUnderlying
    case unknownCollateral
    case unknownPublisher
    case unauthorized
    /// A list is full: assets of an account, holders of an instrument, tiers, scenarios.
    case limitReached(limit: Int128)
    case alreadyListed
    /// Tick, lot, expiry or strike that cannot be listed.
    case invalidListing
    case parameterOutOfRange(value: Int128, least: Int128, most: Int128)

    // Oracle.
    case reportFromFuture(timestamp: UInt64, now: UInt64)
    case reportNotNewer(timestamp: UInt64, last: UInt64)
    /// Values of the wrong number or outside what the feed can have.
    case invalidReport
    case surface(SurfaceError)
    /// The price that an act needs is too old, or not one to trade on.
    case oracleStale
    case oracleInvalid

    // Trading.
    case zeroSize
    case zeroPrice
    /// The instrument takes no such act in its status.
    case instrumentClosed(InstrumentStatus)
    case reduceOnly
    case insufficientMargin(available: Int128, required: Int128)
    case openInterestCap(value: Int128, limit: Int128)
    case divergence(value: Int128, limit: Int128)
    case unpriced(PricingError)

    // Orders.
    case unknownOrder
    /// Options of an order that exclude each other, such as a market order that only rests.
    case contradictoryOrder
    case orderExpired(expiry: UInt64, now: UInt64)
    case orderTooSmall(notional: Int128, least: Int128)
    case openOrderCap(open: UInt32, limit: UInt32)
    /// An open order of the account has that name.
    case clientIDInUse(UInt64)
    case postOnlyWouldTrade(best: Int64)
    /// What could have been had at once is less than the order.
    case fillOrKill(available: Int64)
    /// Market-maker protection was breached: no quotes before then.
    case quotesFrozen(until: UInt64)
    /// The book has numbered as many orders as it can.
    case bookFull
    case bookParametersOutOfRange

    // Money.
    case insufficientCash(available: Int128)
    case withdrawalLimit(value: Int128, limit: Int128)
    case withdrawalsClosed(untilBlock: UInt64)
    /// What was deposited in this block stays in it.
    case depositInThisBlock(available: Int128)

    // Life of an expiry.
    case notExpired
    case expired
    case notExercisable
    /// No report of the last 60 s of the settlement window has come.
    case settlementPriceMissing
    case modeUnchangeable

    // Liquidation.
    /// The account's portfolio is in auction: until it is sound again its owner may only bring money.
    case inLiquidation
    /// Nothing of the account is for sale.
    case noAuction
    /// A bid for a portfolio as it was before another trade of its auction.
    case staleBid(lastTrade: UInt64)
    case bidTooSmall(fraction: Int128, least: Int128)
    case priceLimit(price: Int128, limit: Int128)
    /// A price is too old, mark and index lie apart, or the block's limit is reached: a later block goes on.
    case liquidationPaused
}
