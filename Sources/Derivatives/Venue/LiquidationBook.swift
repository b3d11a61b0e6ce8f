import Foundations

// Step 2: perpetuals through the book. What is left of the account after it, and what the book does not take, goes to auction.

/// How far step 2 came in a block.
enum BookStepOutcome {
    /// The book takes nothing more, or the step's time is over.
    case over
    /// Something was closed and something is left, or waits for its market, a pause or the next block's limit.
    case waits
    /// Everything that margin needed was closed.
    case closed
}

extension Venue {
    /// Closes perpetuals, largest notional first, as far as margin needs it.
    mutating func closeInBook(
        _ account: AccountNumber, _ state: inout Liquidation, _ work: inout Int
    ) throws(VenueError) -> BookStepOutcome {
        let policy = parameter(.bookPolicy)
        guard policy != 0, Int128(time - min(state.start, time)) < parameter(.bookSeconds) else { return .over }
        var (waits, pauses) = (false, false)
        for (instrument, notional) in try perpetuals(of: account) {
            let most = try lotsLeft(instrument)
            guard try isOpen(instrument), most > 0 else {
                waits = true
                continue
            }
            let isLarge =
                policy == 1 && notional > parameter(.bookPartialNotional, underlying: instrument.underlying)
            if isLarge, time < state.pausedUntil {
                waits = true
                continue
            }
            let needed = try lotsToClose(account, instrument)
            var lots = needed
            if isLarge, state.pausedUntil == 0 {
                let held = Int128(position(of: account, in: instrument.number).lots.magnitude)
                lots = min(lots, Int64(clamping: try held.timesWad(parameter(.bookPartialShare), .up)))
            }
            if lots == 0 { continue }
            let closed = try take(min(lots, most), instrument, account, &work)
            if closed == 0 { continue }
            if isLarge, state.pausedUntil == 0 { pauses = true }
            // What was needed was reckoned at the mark: the last tick of the buffer may have gone to those who bought.
            if closed == needed, try marginBreakdown(of: account, .maintenance).margin >= 0 { return .closed }
            waits = true
        }
        if pauses { state.pausedUntil = time + UInt64(parameter(.bookPauseSeconds)) }
        return waits ? .waits : .over
    }

    /// Whether the book of an instrument may be taken from at the prices there are.
    private mutating func isOpen(_ instrument: Instrument) throws(VenueError) -> Bool {
        guard instrument.status.rawValue <= InstrumentStatus.reduceOnly.rawValue, mayLiquidate(instrument) else {
            return false
        }
        return try !isDivergent(underlying: instrument.underlying)
    }

    /// Whether something that the account holds can be closed in its book now.
    mutating func hasOpenMarket(_ account: AccountNumber) throws(VenueError) -> Bool {
        for perpetual in try perpetuals(of: account) where try isOpen(perpetual.instrument) { return true }
        return false
    }

    /// The account's perpetuals, largest notional first.
    private mutating func perpetuals(
        of account: AccountNumber
    ) throws(VenueError) -> [(instrument: Instrument, notional: Int128)] {
        var found: [(instrument: Instrument, notional: Int128)] = []
        for number in try assets(of: account) where number < collateralBase {
            let instrument = try instrument(number)
            let lots = position(of: account, in: number).lots
            guard instrument.kind == .perpetual, instrument.settlementPerLot == nil, lots != 0 else { continue }
            let notional = try notionalPerLot(of: number).times(Int128(lots.magnitude))
            found.append((instrument, notional))
        }
        found.sort {
            $0.notional != $1.notional ? $0.notional > $1.notional : $0.instrument.number < $1.instrument.number
        }
        return found
    }

    /// Whether margin covers the requirement and the buffer above it.
    mutating func isBuffered(_ margin: MarginBreakdown) throws(VenueError) -> Bool {
        let requirement = try margin.equity.subtracting(margin.margin)
        return try margin.margin >= requirement.timesWad(parameter(.bookBuffer), .up)
    }

    /// The fewest lots of a perpetual that, closed at its mark, bring margin to its buffer; all where none do; 0 where closing it
    /// would not help, as it hedges the rest.
    private mutating func lotsToClose(
        _ account: AccountNumber, _ instrument: Instrument
    ) throws(VenueError) -> Int64 {
        guard let asset = try portfolio(of: account).asset(instrument.number), asset.lots != 0 else { return 0 }
        let held = Int64(clamping: asset.lots.magnitude)
        let now = try marginBreakdown(of: account, .maintenance)
        let whole = try maintenance(of: account, closing: held, asset)
        guard whole.margin > now.margin else { return 0 }
        guard try isBuffered(whole) else { return held }
        var (low, high) = (Int64(0), held)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try isBuffered(maintenance(of: account, closing: middle, asset)) { high = middle } else { low = middle }
        }
        return high
    }

    /// Maintenance margin with lots of an asset closed at its mark.
    private mutating func maintenance(
        of account: AccountNumber, closing lots: Int64, _ asset: Portfolio.Asset
    ) throws(VenueError) -> MarginBreakdown {
        let closed = asset.lots < 0 ? 0 - lots : lots
        var changed = asset
        changed.lots = asset.lots &- closed
        let value = caches.risk.rows[try row(of: asset.instrument)].value
        changed.owed = try asset.owed.subtracting(value.times(Int128(closed)))
        return try margin(of: account, with: changed, cash: 0, .maintenance)
    }

    /// Sells or buys what closes lots, down to the price where what is lost against the mark is `bookPenalty` times the maintenance
    /// rate.
    private mutating func take(
        _ lots: Int64, _ instrument: Instrument, _ account: AccountNumber, _ work: inout Int
    ) throws(VenueError) -> Int64 {
        let number = instrument.number
        let held = position(of: account, in: number).lots
        let side: Side = held > 0 ? .sell : .buy
        let row = caches.risk.rows[try row(of: number)]
        let rate = try maintenanceRate(account, instrument, lots: held, perLot: row.markPerLot)
        let reach = try row.mark.timesWad(rate.timesWad(parameter(.bookPenalty), .down), .down)
        let limit =
            side == .sell
            ? (row.mark - min(reach, row.mark) + instrument.tick - 1).divided(by: instrument.tick).quotient
            : try row.mark.adding(reach).divided(by: instrument.tick).quotient
        let ticks = Int64(clamping: limit)
        guard let best = side == .sell ? bestBid(of: number) : bestAsk(of: number),
            side == .sell ? best >= ticks : best <= ticks
        else { return 0 }
        let placement = try takeForLiquidation(
            account: account, instrument: number, side: side, lots: lots, limitTicks: ticks)
        work -= Int(limits().ordersPerAct) / 10
        let closed = placement.lotsFilled
        if closed == 0 { return 0 }
        try useInterest(instrument, lots: closed)
        let money = try instrument.tickValue.times(placement.cost)
        try addTotals(1, low: money)
        storage.emit(
            VenueEvent(
                .liquidationFilled,
                [
                    UInt256(UInt64(account)), UInt256(UInt64(number)),
                    try instrument.size(lots: side.signed(closed)).word, money.word,
                ]))
        return closed
    }

    /// Maintenance requirement over notional: of the tiers in standard mode, the contingency's in portfolio mode.
    private mutating func maintenanceRate(
        _ account: AccountNumber, _ instrument: Instrument, lots: Int64, perLot: Int128
    ) throws(VenueError) -> Int128 {
        if try marginMode(of: account) == .portfolio {
            return parameter(.perpetualMaintenance, underlying: instrument.underlying)
        }
        let notional = try perLot.times(Int128(lots.magnitude))
        if notional == 0 { return 0 }
        return try Leverage.maintenance(notional, leverageTiers(underlying: instrument.underlying)).overWad(
            notional, .up)
    }
}
