import Derivatives
import Foundations

/// A clearing house that only counts lots and does as it is told, for tests of the book alone. What it counts lies in its storage,
/// so that it is taken back with it.
struct BookHouse: ClearingHouse {
    var storage = VenueMemory()
    var time: UInt64 = 1_000
    var blockNumber: UInt64 = 1
    /// By instrument number; in ticks of 1 and lots of 0.01. Instruments 1 and 2 are perpetuals on underlying 1, 3 is one on
    /// underlying 2, 4 a call struck at 2,000 on underlying 1.
    var marks: [Int64] = [0, 1000, 1000, 1000, 5]
    /// How far from its mark an instrument trades.
    var reach: Int64 = 50
    /// Who cannot carry a fill as maker, and who cannot place orders.
    var unsound: [AccountNumber] = []
    var refused: [AccountNumber] = []
    /// Whose orders may rest but not take.
    var passive: [AccountNumber] = []
    var equities: [AccountNumber: Int128] = [:]

    mutating func instrument(_ number: InstrumentNumber) throws(VenueError) -> Instrument {
        let id =
            number == 4
            ? InstrumentID(underlying: 1, kind: .europeanCall, expiry: 28_800, strike: 200_000_000_000)
            : InstrumentID(underlying: number == 3 ? 2 : 1, kind: .perpetual, expiry: 0, strike: 0)
        guard (1...4).contains(number), let id else { throw .unknownInstrument }
        return Instrument(number: number, id: id, tick: wad, lot: wad / 100)
    }

    mutating func checkOrderEntry(_ order: OrderEntry) throws(VenueError) {
        if refused.contains(order.account) { throw .insufficientMargin(available: 0, required: 1) }
    }

    mutating func checkTaking(_ order: OrderEntry) throws(VenueError) {
        if passive.contains(order.account), !order.isReduceOnly { throw .divergence(value: 2, limit: 1) }
    }

    mutating func priceBand(of number: InstrumentNumber) throws(VenueError) -> ClosedRange<Int64> {
        max(1, marks[Int(number)] - reach)...marks[Int(number)] + reach
    }

    mutating func makerIsSound(_ fill: Fill) throws(VenueError) -> Bool { !unsound.contains(fill.maker) }

    mutating func apply(_ fill: Fill) throws(VenueError) {
        let lots = fill.takerSide.signed(fill.lots)
        addLots(fill.taker, fill.instrument, lots)
        addLots(fill.maker, fill.instrument, -lots)
        if fill.makerIsAggregated {
            try orderAggregateChanged(
                account: fill.maker, instrument: fill.instrument, side: fill.takerSide.opposite, ticks: fill.ticks,
                lots: -fill.lots)
        }
    }

    mutating func orderAggregateChanged(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64
    ) throws(VenueError) {
        var aggregate = aggregate(of: account, in: instrument)
        try aggregate.add(side: side, ticks: ticks, lots: lots)
        storage.store(
            slot(2, account, instrument),
            UInt256(
                limbs: UInt64(aggregate.buyLots), UInt64(aggregate.sellLots), UInt64(aggregate.buyCost),
                UInt64(aggregate.sellCost)))
    }

    mutating func aggregate(of account: AccountNumber, in instrument: InstrumentNumber) -> OrderAggregate {
        let word = storage.load(slot(2, account, instrument))
        var aggregate = OrderAggregate()
        (aggregate.buyLots, aggregate.sellLots) = (Int64(word.limb0), Int64(word.limb1))
        (aggregate.buyCost, aggregate.sellCost) = (Int64(word.limb2), Int64(word.limb3))
        return aggregate
    }

    mutating func position(of account: AccountNumber, in instrument: InstrumentNumber) -> Position {
        var position = Position()
        position.lots = Int64(bitPattern: storage.load(slot(1, account, instrument)).limb0)
        return position
    }

    mutating func equity(of account: AccountNumber) throws(VenueError) -> Int128 { equities[account] ?? 0 }

    mutating func markPrice(of number: InstrumentNumber) throws(VenueError) -> Int128 {
        guard marks[Int(number)] > 0 else { throw .oracleStale }
        return Int128(marks[Int(number)]) * wad
    }

    /// Half a tick above the mark of the underlying's first instrument.
    mutating func indexPrice(underlying: UInt32) throws(VenueError) -> Int128 {
        try markPrice(of: underlying == 2 ? 3 : 1) + wad / 2
    }

    /// An option's, say: delta the half of the size, vega three times it.
    mutating func deltaVega(of number: InstrumentNumber, lots: Int64) throws(VenueError) -> DeltaVega {
        var moved = DeltaVega()
        moved.delta = Int128(lots) * wad / 200
        moved.vega = Int128(lots) * wad * 3 / 100
        return moved
    }

    var checkpoint: VenueMemory.Checkpoint { storage.checkpoint }

    mutating func revert(to checkpoint: VenueMemory.Checkpoint) { storage.revert(to: checkpoint) }

    mutating func addLots(_ account: AccountNumber, _ instrument: InstrumentNumber, _ lots: Int64) {
        let before = position(of: account, in: instrument).lots
        storage.store(slot(1, account, instrument), UInt256(UInt64(bitPattern: before + lots)))
    }

    private func slot(_ table: UInt8, _ account: AccountNumber, _ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: table, high: UInt64(account), low: UInt64(instrument))
    }
}
