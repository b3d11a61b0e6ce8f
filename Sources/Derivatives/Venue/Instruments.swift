import Foundations

// Underlyings and listings.

extension Venue {
    public mutating func instrumentCount() -> InstrumentNumber {
        InstrumentNumber(truncatingIfNeeded: storage.load(.listingCounts).limb0)
    }

    /// Underlyings are numbered 1, 2, 3, …
    public mutating func underlyingCount() -> UInt32 {
        UInt32(truncatingIfNeeded: storage.load(.listingCounts).limb1)
    }

    mutating func requireUnderlying(_ number: UInt32) throws(VenueError) {
        guard number != 0, number <= underlyingCount() else { throw .unknownUnderlying }
    }

    /// - Parameter symbol: up to eight characters of ASCII, the first in the highest byte.
    @discardableResult
    public mutating func addUnderlying(symbol: UInt64) throws(VenueError) -> UInt32 {
        var counts = storage.load(.listingCounts)
        guard counts.limb1 < 64 else { throw .limitReached(limit: 64) }
        counts.limb1 &+= 1
        storage.store(.listingCounts, counts)
        let number = UInt32(truncatingIfNeeded: counts.limb1)
        storage.store(.underlying(number), UInt256(symbol) | UInt256.one << 255)
        storage.emit(VenueEvent(.underlyingAdded, [UInt256(UInt64(number)), UInt256(symbol)]))
        return number
    }

    /// Lists an instrument.
    ///
    /// - Throws: `invalidListing` for an expiry that is past or not at 08:00 UTC, a tick or lot that is not positive, is 2^80 or more, or
    ///   whose product has more than 18 decimals; `alreadyListed`; `unknownUnderlying`.
    @discardableResult
    public mutating func list(_ id: InstrumentID, tick: Int128, lot: Int128) throws(VenueError) -> InstrumentNumber {
        try requireUnderlying(id.underlying)
        guard tick > 0, lot > 0, tick < Int128(1) << 80, lot < Int128(1) << 80 else { throw .invalidListing }
        let value = try tick.times(lot)
        guard value.divided(by: wad).remainder == 0, value >= wad else { throw .invalidListing }
        // A strike of 2^96 units of 1e-18 and more has no price.
        guard id.strike <= 7_922_816_251_426_433_759 else { throw .invalidListing }
        if id.kind != .perpetual {
            guard id.expiry > time, CalendarDay.isExpiry(id.expiry), id.expiry - time <= 315_360_000 else {
                throw .invalidListing
            }
        }
        guard storage.load(.instrumentNumber(id)).isZero else { throw .alreadyListed }
        var counts = storage.load(.listingCounts)
        guard counts.limb0 < 1 << 31 else { throw .limitReached(limit: 1 << 31) }
        counts.limb0 &+= 1
        storage.store(.listingCounts, counts)
        let number = InstrumentNumber(truncatingIfNeeded: counts.limb0)
        storage.store(.instrumentNumber(id), UInt256(UInt64(number)))
        storage.store(.instrumentID(number), id.word)
        storage.store(.instrumentUnits(number), UInt256(low: tick, high: lot))
        if id.kind != .perpetual { try enterExpiry(id, number) }
        caches.noteListing()
        storage.emit(VenueEvent(.instrumentListed, [UInt256(UInt64(number)), id.word, tick.word, lot.word]))
        return number
    }

    public mutating func instrument(_ number: InstrumentNumber) throws(VenueError) -> Instrument {
        if let known = caches.instruments.value(number) { return known }
        let word = storage.load(.instrumentID(number))
        guard number != 0, !word.isZero else { throw .unknownInstrument }
        let units = storage.load(.instrumentUnits(number))
        let state = storage.load(.instrumentState(number))
        guard let id = InstrumentID(word: word),
            let status = InstrumentStatus(rawValue: UInt8(truncatingIfNeeded: state.limb2))
        else { throw .corrupt }
        let instrument = Instrument(
            number: number, id: id, tick: units.lowHalf, lot: units.highHalf, status: status,
            settlementPerLot: state.limb2 & 0x100 != 0 ? state.lowHalf : nil)
        caches.instruments.keep(instrument)
        return instrument
    }

    public mutating func instrumentNumber(of id: InstrumentID) throws(VenueError) -> InstrumentNumber {
        let number = InstrumentNumber(truncatingIfNeeded: storage.load(.instrumentNumber(id)).limb0)
        if number == 0 { throw .unknownInstrument }
        return number
    }

    mutating func store(_ instrument: Instrument) {
        let flags = UInt64(instrument.status.rawValue) | (instrument.settlementPerLot == nil ? 0 : 0x100)
        storage.store(
            .instrumentState(instrument.number),
            UInt256(low: instrument.settlementPerLot ?? 0, high: Int128(flags)))
        caches.instruments.drop(instrument.number)
        caches.dropRow(instrument.number)
    }

    /// What a guardian may do to a listing: let it trade, only reduce, or not at all. Never moves funds.
    public mutating func setStatus(
        of number: InstrumentNumber, to status: InstrumentStatus
    ) throws(VenueError) {
        var instrument = try instrument(number)
        guard status.rawValue <= InstrumentStatus.halted.rawValue,
            instrument.status.rawValue <= InstrumentStatus.halted.rawValue
        else { throw .instrumentClosed(instrument.status) }
        instrument.status = status
        store(instrument)
        storage.emit(
            VenueEvent(.statusChanged, [UInt256(UInt64(number)), UInt256(UInt64(status.rawValue))]))
    }
}
