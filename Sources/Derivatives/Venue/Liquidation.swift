import Foundations

// The waterfall of derivatives.md, section 8. An account enters it with the sweep that finds it below maintenance, goes through its steps
// as far as each block lets it, and leaves it when it is sound. Each step stands in a file of its own.

extension Venue {
    /// Advances the accounts of the queue, worst ratio first, until the block's work is done; the others follow in the next.
    mutating func advanceLiquidations(_ sweep: Sweep) {
        var work = Int(truncatingIfNeeded: parameter(.liquidationWork))
        for due in dueLiquidations() {
            if work <= 0 { break }
            attempt { venue throws(VenueError) in try venue.advance(due.account, sweep, &work) }
        }
    }

    private mutating func advance(
        _ account: AccountNumber, _ sweep: Sweep, _ work: inout Int
    ) throws(VenueError) {
        work -= 1
        var state = liquidation(of: account)
        var margin = try marginBreakdown(of: account, .maintenance)
        // Step 2 goes on until margin has its buffer, so that the next tick does not bring the account back.
        if margin.margin >= 0, try isPastBook(state, margin) { return try leaveLiquidation(account, margin) }
        let isPaused = try !mayLiquidate(account)
        if state.step == .orders {
            // Where all of it waits for its market, so does the waterfall.
            if isPaused, try !hasOpenMarket(account) { return }
            if parameter(.cancelPolicy) != 0 { work -= try cancelAll(of: account, reason: .liquidation) }
            try enter(.book, account, &state, margin)
        }
        var outcome = BookStepOutcome.over
        if state.step == .book {
            if margin.equity >= 0 { outcome = try closeInBook(account, &state, &work) }
            margin = try marginBreakdown(of: account, .maintenance)
            if outcome == .over, margin.margin < 0, !isPaused { try beginAuction(account, &state, margin) }
        } else {
            // Where the market waits, the clock does.
            if isPaused { state.start = min(time, state.start &+ (time - min(state.seen, time))) }
            state.seen = time
            if !isPaused { try advanceAuction(account, &state, margin, sweep, &work) }
            margin = try marginBreakdown(of: account, .maintenance)
        }
        store(state, account)
        if margin.margin >= 0, outcome != .waits { try leaveLiquidation(account, margin) }
    }

    private mutating func isPastBook(_ state: Liquidation, _ margin: MarginBreakdown) throws(VenueError) -> Bool {
        state.step == .book ? try isBuffered(margin) : true
    }

    /// The auctions of steps 3 and 4, and what follows where they do not help.
    private mutating func advanceAuction(
        _ account: AccountNumber, _ state: inout Liquidation, _ margin: MarginBreakdown, _ sweep: Sweep,
        _ work: inout Int
    ) throws(VenueError) {
        switch state.step {
        case .auction where margin.equity < 0, .insolvency where margin.equity >= 0:
            try beginAuction(account, &state, margin)
        case .auction:
            if hasRunOut(state) { try enter(.deleveraging, account, &state, margin) }
        case .insolvency:
            let available = insuranceAvailable(state.underlying)
            if hasRunOut(state) || available.ever < 0 - margin.equity {
                try enter(.deleveraging, account, &state, margin)
            }
        default: break
        }
        if state.step == .deleveraging || state.step == .socialisation {
            try deleverage(account, &state, sweep, &work)
        }
    }

    /// Begins, or begins anew, the auction of the account's portfolio: of what is worth something step 3, of what is not step 4.
    mutating func beginAuction(
        _ account: AccountNumber, _ state: inout Liquidation, _ margin: MarginBreakdown
    ) throws(VenueError) {
        let isInsolvent = margin.equity < 0
        if parameter(.cancelPolicy) != 0 { try cancelAll(of: account, reason: .liquidation) }
        state.reserved = 0
        state.lastTrade = nextTrade()
        state.underlying = try mainUnderlying(of: account) ?? state.underlying
        try enter(isInsolvent ? .insolvency : .auction, account, &state, margin)
        if isInsolvent, 0 - margin.equity >= parameter(.badDebtLeast) { noteBadDebt(account, 0 - margin.equity) }
    }

    /// Whether an auction's time is over; at once where the venue holds none.
    private mutating func hasRunOut(_ state: Liquidation) -> Bool {
        let elapsed = Int128(time - min(state.start, time))
        if state.step == .insolvency {
            return parameter(.insolvencyPolicy) == 0 || elapsed >= parameter(.insolvencySeconds)
        }
        return parameter(.auctionPolicy) == 0
            || elapsed >= parameter(.auctionFastSeconds) + parameter(.auctionSlowSeconds)
    }

    // MARK: - What steps share

    /// Whether an account's step waits for the prices of what it holds: those before the auctions where all of its markets do.
    public mutating func liquidationIsPaused(_ account: AccountNumber) throws(VenueError) -> Bool {
        if try mayLiquidate(account) { return false }
        return liquidationStep(of: account).isFrozen ? true : try !hasOpenMarket(account)
    }

    /// Whether everything that the account holds may be liquidated at the prices there are: none too old, no underlying divergent.
    mutating func mayLiquidate(_ account: AccountNumber) throws(VenueError) -> Bool {
        for number in try assets(of: account) {
            let underlying: UInt32
            if number >= collateralBase {
                underlying = try collateral(number - collateralBase).underlying
                if underlying == 0 { continue }
                let feed = Feed(.spot, underlying: underlying)
                let state = state(of: feed)
                if state.freshAt == 0 || Int128(time) - Int128(state.freshAt) > 2 * heartbeat(of: feed) {
                    return false
                }
            } else {
                let instrument = try instrument(number)
                if instrument.settlementPerLot != nil { continue }
                guard mayLiquidate(instrument) else { return false }
                underlying = instrument.underlying
            }
            if try isDivergent(underlying: underlying) { return false }
        }
        return true
    }

    /// What a lot stands for in money: of options the underlying's.
    mutating func notionalPerLot(of number: InstrumentNumber) throws(VenueError) -> Int128 {
        let row = caches.risk.rows[try row(of: number)]
        return row.kind.isOption && !row.isSettled ? try row.index.timesWad(row.lot, .up) : row.markPerLot
    }

    /// On which the account has the greatest notional; nil where it holds nothing.
    private mutating func mainUnderlying(of account: AccountNumber) throws(VenueError) -> UInt32? {
        var notionals = Array(repeating: Int128(0), count: Int(underlyingCount()) + 1)
        for number in try assets(of: account) where number < collateralBase {
            let place = Int(try instrument(number).underlying)
            let lots = Int128(position(of: account, in: number).lots.magnitude)
            notionals[place] = try notionals[place].adding(notionalPerLot(of: number).times(lots))
        }
        var best = 0
        for place in notionals.indices where notionals[place] > notionals[best] { best = place }
        return best == 0 ? nil : UInt32(best)
    }

    // MARK: - The limit of open interest

    /// The open interest of all of an underlying's instruments, in its units.
    public mutating func underlyingInterest(_ underlying: UInt32) -> Int128 {
        storage.load(.underlyingInterest(underlying)).lowHalf
    }

    /// What liquidations may still move of an underlying in this block, and what they have.
    mutating func interestLeft(_ underlying: UInt32) throws(VenueError) -> (left: Int128, used: Int128) {
        let word = storage.load(.liquidatedInterest(underlying))
        var (base, used) = (underlyingInterest(underlying), Int128(0))
        if word.limb2 == blockNumber {
            used = word.lowHalf
            base = storage.load(.liquidatedInterest(underlying, field: 1)).lowHalf
        }
        let most = try base.timesWad(parameter(.liquidationInterest, underlying: underlying), .up)
        return (max(0, most - used), used)
    }

    /// The same in lots; the first lot of a block always passes, as nothing would ever end else.
    mutating func lotsLeft(_ instrument: Instrument) throws(VenueError) -> Int64 {
        let (left, used) = try interestLeft(instrument.underlying)
        let lots = Int64(clamping: left.divided(by: instrument.lot).quotient)
        return used == 0 ? max(1, lots) : lots
    }

    mutating func useInterest(_ instrument: Instrument, lots: Int64) throws(VenueError) {
        let underlying = instrument.underlying
        let slot = VenueSlot.liquidatedInterest(underlying)
        var word = storage.load(slot)
        if word.limb2 != blockNumber {
            storage.store(
                .liquidatedInterest(underlying, field: 1), UInt256(low: underlyingInterest(underlying), high: 0))
            word = .zero
        }
        var used = UInt256(low: try word.lowHalf.adding(instrument.lot.times(Int128(lots))), high: 0)
        used.limb2 = blockNumber
        storage.store(slot, used)
    }

    /// Moves lots of a position from one account to another, each paid `perLot`.
    mutating func move(
        _ lots: Int64, of instrument: Instrument, from account: AccountNumber, to other: AccountNumber, perLot: Int128
    ) throws(VenueError) {
        let cost = try perLot.times(Int128(lots))
        try addCash(account, change(account, instrument, lots: 0 - lots, cost: 0 - cost))
        try addCash(other, change(other, instrument, lots: lots, cost: cost))
        for (party, change) in [(account, 0 - lots), (other, lots)] {
            guard AccountOrders(storage.load(.accountOrders(party))).reduceOnly > 0 else { continue }
            var header = loadBook(instrument.number)
            try dropReduceOnly(of: party, in: instrument.number, change: change, &header)
            storeBook(instrument.number, header)
        }
    }
}
