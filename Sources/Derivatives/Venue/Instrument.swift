import Foundations

/// Where a listing stands in its life.
public enum InstrumentStatus: UInt8, Sendable, CaseIterable {
    case active
    /// Only acts that lower a position.
    case reduceOnly
    /// No fills; cancels still work.
    case halted
    /// Past its expiry, without a price yet, or with holders that wait for their cash.
    case settling
    case settled
}

/// A listing.
public struct Instrument: Equatable, Sendable {
    public let number: InstrumentNumber
    public let id: InstrumentID
    /// What one tick of price and one lot of size are, 18 decimals.
    public let tick: Int128
    public let lot: Int128
    /// The money that one lot costs at one tick, exact.
    public let tickValue: Int128
    public var status: InstrumentStatus
    /// What one lot is settled at, once `status` is `settling` and a price is known; nil before.
    public var settlementPerLot: Int128?

    init(
        number: InstrumentNumber, id: InstrumentID, tick: Int128, lot: Int128, status: InstrumentStatus,
        settlementPerLot: Int128?
    ) {
        self.number = number
        self.id = id
        self.tick = tick
        self.lot = lot
        tickValue = (tick &* lot).divided(by: wad).quotient
        self.status = status
        self.settlementPerLot = settlementPerLot
    }

    public var underlying: UInt32 { id.underlying }
    public var kind: InstrumentKind { id.kind }

    /// 18 decimals; 0 for what has none.
    public var strike: Int128 { Int128(truncatingIfNeeded: id.strike) &* 10_000_000_000 }

    public func price(ticks: Int64) throws(VenueError) -> Int128 { try tick.times(Int128(ticks)) }
    public func size(lots: Int64) throws(VenueError) -> Int128 { try lot.times(Int128(lots)) }

    /// What `lots` cost at a price, exact.
    public func cost(ticks: Int64, lots: Int64) throws(VenueError) -> Int128 {
        try tickValue.times(Int128(ticks)).times(Int128(lots))
    }
}
