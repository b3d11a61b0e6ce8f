import Foundations

extension Venue {
    /// Pays what funding is due on `lots`, and returns what the account's cash changes by.
    mutating func settleFunding(
        _ account: AccountNumber, _ instrument: Instrument, _ lots: Int64
    ) throws(VenueError) -> Int128 {
        if instrument.kind != .perpetual { return 0 }
        let now = cumulativeFunding(of: instrument.number)
        let paid = storage.load(.positionFunding(account, instrument.number)).lowHalf
        if now == paid { return 0 }
        storage.store(.positionFunding(account, instrument.number), UInt256(low: now, high: 0))
        if lots == 0 { return 0 }
        let due = try now.subtracting(paid).times(Int128(lots))
        storage.emit(
            VenueEvent(
                .fundingPaid, [UInt256(UInt64(account)), UInt256(UInt64(instrument.number)), due.word]))
        return 0 - due
    }

    /// What a long lot has paid since the listing.
    public mutating func cumulativeFunding(of instrument: InstrumentNumber) -> Int128 {
        storage.load(.funding(instrument)).lowHalf
    }
}
