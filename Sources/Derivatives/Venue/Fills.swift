import Foundations

// Cash, and what a match moves.

extension Venue {
    public mutating func cash(of account: AccountNumber) -> Int128 { storage.load(.accountCash(account)).lowHalf }

    /// Without a check: for the venue's own settlements.
    mutating func addCash(_ account: AccountNumber, _ amount: Int128) throws(VenueError) {
        if amount == 0 { return }
        let word = storage.load(.accountCash(account))
        storage.store(
            .accountCash(account), UInt256(low: try word.lowHalf.adding(amount), high: word.highHalf))
        caches.addCash(account, amount)
    }

    /// Moves a match: positions, cash, fees, funding up to now, volumes. Checks no margin: `checkOrderEntry` did for the taker,
    /// `makerIsSound` for the maker.
    public mutating func apply(_ fill: Fill) throws(VenueError) {
        guard fill.lots > 0 else { throw .zeroSize }
        guard fill.ticks > 0 else { throw .zeroPrice }
        let instrument = try instrument(fill.instrument)
        let cost = try instrument.cost(ticks: fill.ticks, lots: fill.lots)
        let takerLots = fill.takerSide.signed(fill.lots)
        let takerCost = fill.takerSide == .buy ? cost : 0 - cost
        let fees = try fees(of: fill, instrument, cost: cost)
        if fill.makerIsAggregated {
            try orderAggregateChanged(
                account: fill.maker, instrument: fill.instrument, side: fill.takerSide.opposite, ticks: fill.ticks,
                lots: 0 - fill.lots)
        }
        let takerCash = try change(fill.taker, instrument, lots: takerLots, cost: takerCost)
        try addCash(fill.taker, takerCash.subtracting(fees.taker))
        let makerCash = try change(fill.maker, instrument, lots: 0 - takerLots, cost: 0 - takerCost)
        try addCash(fill.maker, makerCash.subtracting(fees.maker))
        try addFees(fees.taker.adding(fees.maker))
        try addVolume(fill.taker, cost)
        try addVolume(fill.maker, cost)
        let price = try instrument.price(ticks: fill.ticks)
        storage.emit(
            VenueEvent(
                .filled,
                [
                    UInt256(UInt64(fill.instrument)), UInt256(UInt64(fill.taker)), UInt256(UInt64(fill.maker)),
                    UInt256(UInt64(fill.takerSide.rawValue)), price.word, try instrument.size(lots: fill.lots).word,
                    fees.taker.word, fees.maker.word,
                ]))
    }

    // MARK: - Fees

    /// What each side pays, a maker less than nothing where its tier says so. Rounded up, for the venue.
    ///
    /// Of notional; of options the underlying's, at most `optionFeeCap` of the premium.
    private mutating func fees(
        of fill: Fill, _ instrument: Instrument, cost: Int128
    ) throws(VenueError) -> (taker: Int128, maker: Int128) {
        var notional = cost
        if instrument.kind.isOption {
            let size = try instrument.size(lots: fill.lots)
            notional = try indexPrice(underlying: instrument.underlying).timesWad(size, .up)
        }
        let taker = try feeTier(of: fill.taker, instrument.underlying).taker
        let maker = try feeTier(of: fill.maker, instrument.underlying).maker
        let unit: Int128 = 100_000_000
        var fees = (
            taker: try notional.times(Int128(taker), over: unit, .up),
            maker: try notional.times(Int128(maker), over: unit, .up)
        )
        if instrument.kind.isOption {
            let cap = try cost.timesWad(parameter(.optionFeeCap, underlying: instrument.underlying), .up)
            fees.taker = min(fees.taker, cap)
            fees.maker = max(min(fees.maker, cap), 0 - fees.taker)
        }
        return fees
    }

    public mutating func feeTier(of account: AccountNumber, _ underlying: UInt32) throws(VenueError) -> FeeTier {
        let tiers = try feeTiers(underlying: underlying)
        guard var tier = tiers.first else { throw .corrupt }
        if tiers.count > 1 {
            let volume = try volume(of: account)
            for next in tiers where next.volume <= volume { tier = next }
        }
        return tier
    }

    /// What the venue has taken in fees and not yet given elsewhere.
    public mutating func collectedFees() -> Int128 { storage.load(.clearingTotals).lowHalf }

    mutating func addFees(_ amount: Int128) throws(VenueError) {
        let word = storage.load(.clearingTotals)
        storage.store(.clearingTotals, UInt256(low: try word.lowHalf.adding(amount), high: word.highHalf))
    }

    // MARK: - Volumes

    /// Traded in this and the 29 days before, in quote money.
    public mutating func volume(of account: AccountNumber) throws(VenueError) -> Int128 {
        try rolledVolume(account).sum
    }

    private mutating func rolledVolume(_ account: AccountNumber) throws(VenueError) -> (sum: Int128, day: UInt64) {
        let word = storage.load(.accountVolume(account))
        var (sum, day) = (word.lowHalf, word.limb2)
        if sum == 0 || day >= today || today - day >= 30 { return (day < today && today - day >= 30 ? 0 : sum, today) }
        // What was 30 days ago falls out, day by day.
        while day < today {
            day += 1
            if day >= 30 { sum = try sum.subtracting(dayVolume(account, day - 30)) }
        }
        return (sum, today)
    }

    private mutating func dayVolume(_ account: AccountNumber, _ day: UInt64) -> Int128 {
        let word = storage.load(.dayVolume(account, day: day))
        return word.limb2 == day ? word.lowHalf : 0
    }

    private mutating func addVolume(_ account: AccountNumber, _ amount: Int128) throws(VenueError) {
        let (sum, day) = try rolledVolume(account)
        var total = UInt256(low: try sum.adding(amount), high: 0)
        total.limb2 = day
        storage.store(.accountVolume(account), total)
        var word = UInt256(low: try dayVolume(account, day).adding(amount), high: 0)
        word.limb2 = day
        storage.store(.dayVolume(account, day: day), word)
    }
}
