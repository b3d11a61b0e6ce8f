public enum Side: UInt8, Sendable, CaseIterable {
    case buy, sell

    public var opposite: Side { self == .buy ? .sell : .buy }

    /// Lots as what they add to a position.
    @inlinable public func signed(_ lots: Int64) -> Int64 { self == .buy ? lots : 0 &- lots }
}

/// An order about to enter the book: what the clearing house needs to know about it.
public struct OrderEntry: Sendable {
    public var account: AccountNumber
    public var instrument: InstrumentNumber
    public var side: Side
    /// The limit; for a market order the band's edge.
    public var ticks: Int64
    public var lots: Int64
    /// Such an order is resized to the position when it matches, so that it can never add to it.
    public var isReduceOnly: Bool

    public init(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64,
        isReduceOnly: Bool = false
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.ticks = ticks
        self.lots = lots
        self.isReduceOnly = isReduceOnly
    }
}

/// A match of two orders.
public struct Fill: Equatable, Sendable {
    public var instrument: InstrumentNumber
    public var taker: AccountNumber
    public var maker: AccountNumber
    public var takerSide: Side
    public var ticks: Int64
    /// Above 0.
    public var lots: Int64
    /// Whether the maker's lots are in its open-order aggregate, as those of orders that only reduce are not.
    public var makerIsAggregated: Bool

    public init(
        instrument: InstrumentNumber, taker: AccountNumber, maker: AccountNumber, takerSide: Side, ticks: Int64,
        lots: Int64, makerIsAggregated: Bool = true
    ) {
        self.instrument = instrument
        self.taker = taker
        self.maker = maker
        self.takerSide = takerSide
        self.ticks = ticks
        self.lots = lots
        self.makerIsAggregated = makerIsAggregated
    }
}

/// What an account holds of an instrument.
public struct Position: Equatable, Sendable {
    public var lots: Int64 = 0
    /// What the lots cost at entry, signed like them; options paid it, for perpetuals and futures it is owed.
    public var cost: Int128 = 0

    public init() {}
}

/// An account's resting orders on an instrument that could add to its position.
public struct OrderAggregate: Equatable, Sendable {
    public var buyLots: Int64 = 0
    public var sellLots: Int64 = 0
    /// Σ ticks · lots.
    public var buyCost: Int64 = 0
    public var sellCost: Int64 = 0

    public init() {}

    public var isEmpty: Bool { buyLots == 0 && sellLots == 0 }
}

/// The best prices of a book and its last trade's, in ticks, 0 for none: what marks read of it.
public struct TopOfBook: Equatable, Sendable {
    public var bid: Int64 = 0
    public var ask: Int64 = 0
    public var last: Int64 = 0

    public init() {}
}

public enum MarginKind: UInt8, Sendable, CaseIterable {
    case initial, maintenance
}

/// What market-maker protection counts: change of the account's value with the index, and with volatility, 18 decimals.
public struct DeltaVega: Equatable, Sendable {
    public var delta: Int128 = 0
    public var vega: Int128 = 0

    public init() {}
}
