import Foundations

// Funding of perpetuals: the premium is sampled every block, each hour pays the mean of its samples, and accounts settle when touched.

public enum FundingRule {
    /// (max(0, impactBid − index) − max(0, index − impactAsk)) ÷ index, to the nearest; an empty side of the book adds nothing.
    public static func premium(
        impactBid: Int128?, impactAsk: Int128?, index: Int128
    ) throws(VenueError) -> Int128 {
        let above = try max(0, (impactBid ?? index).subtracting(index))
        let below = try max(0, index.subtracting(impactAsk ?? index))
        return try (above - below).overWad(index, .nearestEven)
    }

    /// P̄ + clamp(interest − P̄, ±clamp): what eight hours pay.
    public static func eightHours(mean: Int128, interest: Int128, clamp: Int128) throws(VenueError) -> Int128 {
        try mean.adding(min(max(interest.subtracting(mean), 0 - clamp), clamp))
    }
}

extension VenueSlot {
    /// Samples of the running hour. low: their sum; limb2: their number; limb3: the hour.
    static func premiums(_ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 11, field: 1, low: UInt64(instrument))
    }
}

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

    /// Step 2 of a block: closes the hour that has ended, if one has, and samples the premium.
    ///
    /// - Parameters: average prices at which the impact notional could be sold and bought, nil where the book is too thin.
    public mutating func accrueFunding(
        of number: InstrumentNumber, impactBid: Int128?, impactAsk: Int128?
    ) throws(VenueError) {
        let instrument = try instrument(number)
        guard instrument.kind == .perpetual, instrument.status.rawValue <= InstrumentStatus.halted.rawValue else {
            return
        }
        let word = storage.load(.premiums(number))
        var (sum, count) = (word.lowHalf, word.limb2)
        let hour = time / 3600
        if count > 0, word.limb3 < hour {
            try payFunding(instrument, mean: sum.divided(by: Int128(count)).quotient)
            (sum, count) = (0, 0)
        }
        // A premium over a price that nobody has seen lately is none.
        if validity(of: Feed(.spot, underlying: instrument.underlying)) == .valid {
            let index = try indexPrice(underlying: instrument.underlying)
            sum = try sum.adding(
                FundingRule.premium(impactBid: impactBid, impactAsk: impactAsk, index: index))
            count += 1
        }
        var stored = UInt256(low: sum, high: 0)
        stored.limb2 = count
        stored.limb3 = hour
        if stored != word { storage.store(.premiums(number), stored) }
    }

    /// What an hour with this mean premium pays.
    private mutating func hourlyRate(mean: Int128, underlying: UInt32) throws(VenueError) -> Int128 {
        let eight = try FundingRule.eightHours(
            mean: mean, interest: parameter(.interestRate, underlying: underlying),
            clamp: parameter(.fundingClamp, underlying: underlying))
        let cap = parameter(.fundingCap, underlying: underlying)
        let share = try eight.times(1, over: parameter(.fundingDivisor, underlying: underlying), .nearestEven)
        return min(max(share, 0 - cap), cap)
    }

    /// The rate that the samples taken so far give the running hour, and how many there are.
    public mutating func runningFunding(
        of number: InstrumentNumber
    ) throws(VenueError) -> (rate: Int128, samples: UInt64) {
        let word = storage.load(.premiums(number))
        let count = word.limb2
        let mean = count == 0 ? 0 : word.lowHalf.divided(by: Int128(count)).quotient
        return (try hourlyRate(mean: mean, underlying: instrument(number).underlying), count)
    }

    /// One hour at the rate of its mean premium, on the index, per lot; what longs pay shorts get, to the last unit.
    private mutating func payFunding(_ instrument: Instrument, mean: Int128) throws(VenueError) {
        let underlying = instrument.underlying
        let rate = try hourlyRate(mean: mean, underlying: underlying)
        let perUnit = try indexPrice(underlying: underlying).timesWad(rate, .nearestEven)
        let sum = try cumulativeFunding(of: instrument.number).adding(
            perUnit.timesWad(instrument.lot, .nearestEven))
        storage.store(.funding(instrument.number), UInt256(low: sum, high: 0))
        caches.dropRow(instrument.number)
        storage.emit(
            VenueEvent(
                .fundingAccrued, [UInt256(UInt64(instrument.number)), rate.word, sum.word]))
    }
}
