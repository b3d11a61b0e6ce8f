public import Foundations

/// Names one order for ever: its book, its number among all orders of that book, and the place where it is kept while it is open.
///
/// Numbers ascend with the order of arrival. Places are used again; the number tells an order from the one whose place it took.
public struct OrderID: Equatable, Sendable {
    public let instrument: InstrumentNumber
    public let sequence: UInt64
    let place: UInt32

    init(instrument: InstrumentNumber, sequence: UInt64, place: UInt32) {
        self.instrument = instrument
        self.sequence = sequence
        self.place = place
    }

    /// From its form at ABI surfaces: instrument (bits 96…127), sequence (32…95), place (0…31).
    public init?(word: UInt256) {
        guard let bits = word.asUInt128 else { return nil }
        self.init(
            instrument: UInt32(truncatingIfNeeded: bits &>> 96), sequence: UInt64(truncatingIfNeeded: bits &>> 32),
            place: UInt32(truncatingIfNeeded: bits))
    }

    public var word: UInt256 {
        UInt256(limbs: sequence &<< 32 | UInt64(place), UInt64(instrument) &<< 32 | sequence &>> 32, 0, 0)
    }

    @inline(__always)
    var reference: OrderReference { OrderReference(instrument: instrument, place: place) }
}

/// Where an open order is kept. No place is 0, so that 0 names no order.
struct OrderReference: Equatable {
    let instrument: InstrumentNumber
    let place: UInt32

    @inline(__always)
    init(instrument: InstrumentNumber, place: UInt32) {
        self.instrument = instrument
        self.place = place
    }

    @inline(__always)
    init(_ packed: UInt64) { self.init(instrument: packed.highHalf, place: packed.lowHalf) }

    @inline(__always)
    var packed: UInt64 { UInt64(low: place, high: instrument) }

    static var none: OrderReference { OrderReference(instrument: 0, place: 0) }

    @inline(__always)
    var isNone: Bool { place == 0 }
}

public enum TimeInForce: UInt8, Sendable, CaseIterable {
    /// Rests until it is filled or cancelled (or until `expiry`, where the order names one: good till time).
    case goodTillCancelled
    /// What does not trade at once is dropped.
    case immediateOrCancel
    /// Trades whole at once, or is refused.
    case fillOrKill
    /// Only ever rests: refused where it would trade at once.
    case postOnly
    /// Only ever rests: where it would trade at once, its price moves to one tick from the other side's best.
    case postOnlySlide

    public var isPostOnly: Bool { self == .postOnly || self == .postOnlySlide }
    public var isImmediate: Bool { self == .immediateOrCancel || self == .fillOrKill }
}

/// What happens where an order would trade with one of the same account. The taker's choice counts.
public enum SelfTradePrevention: UInt8, Sendable, CaseIterable {
    case expireMaker, expireTaker, expireBoth
}

public enum TriggerKind: UInt8, Sendable, CaseIterable {
    /// Wakes when the price has moved against its side: a buy at or above, a sell at or below the trigger.
    case stop
    /// Wakes when the price has moved for its side: a buy at or below, a sell at or above the trigger.
    case takeProfit
}

public enum TriggerPrice: UInt8, Sendable, CaseIterable {
    case mark, index
}

/// The condition on which a dormant order is sent to the book, tested after each change of marks and never in the block in which
/// the order was placed.
public struct Trigger: Equatable, Sendable {
    public let kind: TriggerKind
    public let price: TriggerPrice
    /// In ticks of the instrument, for either price.
    public let ticks: Int64

    public init(kind: TriggerKind, price: TriggerPrice, ticks: Int64) {
        self.kind = kind
        self.price = price
        self.ticks = ticks
    }
}

/// What an account asks of the book.
public struct OrderRequest: Equatable, Sendable {
    public var instrument: InstrumentNumber
    public var side: Side
    /// The limit in ticks; nil for a market order, whose limit is the price band and which never rests.
    public var ticks: Int64?
    public var lots: Int64
    public var timeInForce: TimeInForce
    /// Good till this block time in seconds; 0: no end. Only for orders that may rest.
    public var expiry: UInt64
    public var isReduceOnly: Bool
    public var selfTrade: SelfTradePrevention
    /// The account's own name for the order, unique among its open ones; 0: none.
    public var clientID: UInt64
    /// A market maker's quote: counted, and on a breach pulled, by the account's protection.
    public var isQuote: Bool
    public var trigger: Trigger?

    public init(
        instrument: InstrumentNumber, side: Side, ticks: Int64?, lots: Int64,
        timeInForce: TimeInForce = .goodTillCancelled, expiry: UInt64 = 0, isReduceOnly: Bool = false,
        selfTrade: SelfTradePrevention = .expireMaker, clientID: UInt64 = 0, isQuote: Bool = false,
        trigger: Trigger? = nil
    ) {
        self.instrument = instrument
        self.side = side
        self.ticks = ticks
        self.lots = lots
        self.timeInForce = timeInForce
        self.expiry = expiry
        self.isReduceOnly = isReduceOnly
        self.selfTrade = selfTrade
        self.clientID = clientID
        self.isQuote = isQuote
        self.trigger = trigger
    }
}

/// Why an order, or what was left of it, went: every removal names one of these.
public enum RemovalReason: UInt8, Sendable, CaseIterable {
    case filled = 1
    /// Its account cancelled it.
    case cancelled
    /// Its account put another in its place.
    case replaced
    case expired
    /// The rest of an order that does not rest found nothing more to trade with.
    case unfilled
    /// Its other side would have been the same account.
    case selfTrade
    /// The account's position has nothing left on the other side that it could reduce.
    case reduceOnly
    /// At a match, its account could not carry the fill.
    case makerMargin
    /// What would have traded next was outside the price band.
    case priceBand
    /// Market-maker protection pulled it.
    case protection
    /// The waterfall cancelled it.
    case liquidation
    /// It was woken by its trigger and then refused.
    case triggerRefused
    /// The instrument no longer trades.
    case marketClosed
    /// It traded with as many orders as one act may touch.
    case workLimit
}

/// An open order, as a reader sees it.
public struct Order: Equatable, Sendable {
    public let id: OrderID
    public let account: AccountNumber
    public let side: Side
    /// 0 for a dormant market order.
    public let ticks: Int64
    public let lotsLeft: Int64
    public let lotsPlaced: Int64
    public let timeInForce: TimeInForce
    public let expiry: UInt64
    public let isReduceOnly: Bool
    public let selfTrade: SelfTradePrevention
    public let clientID: UInt64
    public let isQuote: Bool
    /// The condition that a dormant order waits for; nil for one in the book.
    public let trigger: Trigger?
}

/// What became of an order as it came.
public struct Placement: Equatable, Sendable {
    public let id: OrderID
    /// The limit under which it traded or rests: after a slide the new one, of a market order the band's edge.
    public let ticks: Int64
    public internal(set) var lotsFilled: Int64 = 0
    /// Σ ticks · lots of its fills.
    public internal(set) var cost: Int128 = 0
    /// What waits in the book, or for its trigger.
    public internal(set) var lotsOpen: Int64 = 0
    /// Why the rest, if there was one, does not wait; `filled` where there was none.
    public internal(set) var removal: RemovalReason?

    init(id: OrderID, ticks: Int64) {
        self.id = id
        self.ticks = ticks
    }
}
