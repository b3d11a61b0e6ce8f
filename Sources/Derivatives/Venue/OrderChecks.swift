// What the book asks of the clearing house.

extension Venue {
    /// Whether an order may enter: the instrument's status, fresh prices, divergence, caps, and initial margin with all open orders at
    /// their worst side, this one among them. An act that adds no risk passes without margin. Before the order is matched or rests.
    public mutating func checkOrderEntry(_ order: OrderEntry) throws(VenueError) {
        guard order.lots > 0 else { throw .zeroSize }
        guard order.ticks > 0 else { throw .zeroPrice }
    }

    /// The least and greatest price in ticks at which an order of this instrument may match: outside, an aggressive order stops, and a
    /// passive one rests. Liquidations are exempt.
    public mutating func priceBand(of number: InstrumentNumber) throws(VenueError) -> ClosedRange<Int64> {
        1...Int64.max
    }

    /// Whether the maker of a match would still be sound after it. The book removes it with reason `makerMargin` where not.
    public mutating func makerIsSound(_ fill: Fill) throws(VenueError) -> Bool { true }

    /// What a position of `lots` moves by, for market-maker protection.
    public mutating func deltaVega(of number: InstrumentNumber, lots: Int64) throws(VenueError) -> DeltaVega {
        DeltaVega()
    }

    public mutating func markPrice(of number: InstrumentNumber) throws(VenueError) -> Int128 { 0 }
    public mutating func indexPrice(underlying: UInt32) throws(VenueError) -> Int128 { 0 }
    public mutating func margin(of account: AccountNumber, _ kind: MarginKind) throws(VenueError) -> Int128 { 0 }
    /// Cash, collateral after haircuts, and positions at their marks.
    public mutating func equity(of account: AccountNumber) throws(VenueError) -> Int128 { 0 }
}
