/// What matching needs of the house that clears its trades: a storage, the clock, and answers about accounts and instruments.
///
/// The whole book stands in extensions of this protocol, so that it is one with the venue (`Venue` conforms) and yet matches under
/// any other clearing house: the tests' naive one, the benchmark's that clears nothing.
public protocol ClearingHouse {
    associatedtype Storage: VenueStorage
    var storage: Storage { get set }
    /// Block time in seconds, and number.
    var time: UInt64 { get }
    var blockNumber: UInt64 { get }

    mutating func instrument(_ number: InstrumentNumber) throws(VenueError) -> Instrument

    /// Whether an order may enter: status, fresh prices, caps, and initial margin with all open orders at their worst side.
    mutating func checkOrderEntry(_ order: OrderEntry) throws(VenueError)

    /// Whether an order that may enter may trade as it comes: breakers.
    mutating func checkTaking(_ order: OrderEntry) throws(VenueError)

    /// The prices in ticks at which an order may take.
    mutating func priceBand(of number: InstrumentNumber) throws(VenueError) -> ClosedRange<Int64>

    /// Whether the maker of a match would still be sound after it.
    mutating func makerIsSound(_ fill: Fill) throws(VenueError) -> Bool

    /// Moves a match: positions, cash, fees. Takes the maker's lots out of its open orders where `makerIsAggregated`.
    mutating func apply(_ fill: Fill) throws(VenueError)

    /// `lots` that could add to a position came (above 0) into an account's resting orders, or went (below 0) without a fill.
    mutating func orderAggregateChanged(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64
    ) throws(VenueError)

    mutating func position(of account: AccountNumber, in instrument: InstrumentNumber) -> Position
    mutating func equity(of account: AccountNumber) throws(VenueError) -> Int128
    mutating func markPrice(of number: InstrumentNumber) throws(VenueError) -> Int128
    mutating func indexPrice(underlying: UInt32) throws(VenueError) -> Int128
    mutating func deltaVega(of number: InstrumentNumber, lots: Int64) throws(VenueError) -> DeltaVega

    /// A point to which the storage, and what is cached of it, can be taken back.
    associatedtype Checkpoint
    var checkpoint: Checkpoint { get }
    mutating func revert(to checkpoint: Checkpoint)
}

extension Venue: ClearingHouse {}

extension Instrument {
    /// A listing for a clearing house of another kind than `Venue`.
    public init(number: InstrumentNumber, id: InstrumentID, tick: Int128, lot: Int128) {
        self.init(number: number, id: id, tick: tick, lot: lot, status: .active, settlementPerLot: nil)
    }
}
