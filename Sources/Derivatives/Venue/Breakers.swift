import Foundations

/// What stopped an act, in the `breaker` event.
public enum BreakerCause: UInt8, Sendable, CaseIterable {
    /// subject: underlying, value: the raw point, limit: its average
    case indexInvalid
    /// subject: underlying, value: |mark − index| ÷ index
    case divergence
    /// subject: instrument
    case accountOpenInterest
    case venueOpenInterest
    /// subject: account
    case withdrawalHour
    case withdrawalDay
    case withdrawalsClosed
}

extension Venue {
    /// - Throws: `instrumentClosed`, `expired`.
    mutating func requireTradable(_ instrument: Instrument) throws(VenueError) {
        guard instrument.status.rawValue <= InstrumentStatus.reduceOnly.rawValue else {
            throw .instrumentClosed(instrument.status)
        }
        if instrument.kind != .perpetual, time >= instrument.id.expiry { throw .expired }
    }

    /// The least and greatest price in ticks at which an order of this instrument may match: an aggressive order stops there, and a
    /// passive one may rest outside. Liquidations are exempt. At least one tick either side of the mark.
    public mutating func priceBand(of number: InstrumentNumber) throws(VenueError) -> ClosedRange<Int64> {
        let instrument = try instrument(number)
        let place = try row(of: number)
        if let known = caches.risk.rows[place].band { return known }
        let (mark, index) = (caches.risk.rows[place].mark, caches.risk.rows[place].index)
        let band = parameter(.priceBand, underlying: instrument.underlying)
        // An option's premium may move by more than itself: its band is reckoned on the underlying.
        let reach = try (instrument.kind.isOption ? index : mark).timesWad(band, .down)
        let most = Int128(Int64.max)
        let low = max(1, min(most, (mark - reach + instrument.tick - 1).divided(by: instrument.tick).quotient))
        let high = max(
            low, min(most, try mark.adding(max(reach, instrument.tick)).divided(by: instrument.tick).quotient))
        caches.risk.rows[place].band = Int64(low)...Int64(high)
        return Int64(low)...Int64(high)
    }

    /// How far the perpetual's mark is from the index, relative to it; 0 without a perpetual.
    public mutating func divergence(underlying: UInt32) throws(VenueError) -> Int128 {
        guard let perpetual = perpetual(of: underlying) else { return 0 }
        let mark = storage.load(.mark(perpetual)).lowHalf
        let index = try indexPrice(underlying: underlying)
        return mark == 0 ? 0 : try Int128((mark - index).magnitude).overWad(index, .up)
    }

    /// The divergence and its limit, where it is above that: what adds risk, settlement and liquidation of the underlying wait.
    private mutating func excessiveDivergence(
        _ underlying: UInt32
    ) throws(VenueError) -> (value: Int128, limit: Int128)? {
        let value = try divergence(underlying: underlying)
        let limit = parameter(.divergenceLimit, underlying: underlying)
        return value > limit ? (value, limit) : nil
    }

    /// Whether mark and index lie so far apart that the underlying waits.
    public mutating func isDivergent(underlying: UInt32) throws(VenueError) -> Bool {
        try excessiveDivergence(underlying) != nil
    }

    mutating func requireNoDivergence(_ underlying: UInt32) throws(VenueError) {
        if let (value, limit) = try excessiveDivergence(underlying) { throw .divergence(value: value, limit: limit) }
    }

    /// Tells with every new mark that the underlying waits: acts that are refused for it leave no event behind.
    mutating func noteDivergence(_ underlying: UInt32) throws(VenueError) {
        guard let (value, limit) = try excessiveDivergence(underlying) else { return }
        emitBreaker(.divergence, subject: underlying, value: value, limit: limit)
    }

    /// Caps on what an account and the venue may hold of an instrument, by notional: of options the underlying's.
    mutating func requireOpenInterest(
        _ instrument: Instrument, _ asset: Portfolio.Asset, adding lots: Int64
    ) throws(VenueError) {
        let row = caches.risk.rows[try row(of: instrument.number)]
        let perLot = instrument.kind.isOption ? try row.index.timesWad(row.lot, .up) : row.markPerLot
        let long = Int128(asset.lots) + Int128(asset.orders.buyLots)
        let short = Int128(asset.lots) - Int128(asset.orders.sellLots)
        let own = try perLot.times(Int128(max(long.magnitude, short.magnitude)))
        let ownCap = parameter(.accountOpenInterestCap, underlying: instrument.underlying)
        if own > ownCap {
            emitBreaker(.accountOpenInterest, subject: instrument.number, value: own, limit: ownCap)
            throw .openInterestCap(value: own, limit: ownCap)
        }
        let all = try perLot.times(Int128(openInterest(of: instrument.number)) + Int128(lots))
        let cap = parameter(.venueOpenInterestCap, underlying: instrument.underlying)
        if all > cap {
            emitBreaker(.venueOpenInterest, subject: instrument.number, value: all, limit: cap)
            throw .openInterestCap(value: all, limit: cap)
        }
    }

    /// A refused act's event goes with its storage, and its error says the same; where the act is only skipped, it stays.
    mutating func emitBreaker(_ cause: BreakerCause, subject: UInt32, value: Int128, limit: Int128) {
        storage.emit(
            VenueEvent(
                .breaker,
                [UInt256(UInt64(cause.rawValue)), UInt256(UInt64(subject)), value.word, limit.word]))
    }
}
