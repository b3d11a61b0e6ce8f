import Foundations

// Filling the revaluation table.

extension Venue {
    /// Fills the rows of these instruments that marks have emptied.
    mutating func prepareRisk(_ numbers: [InstrumentNumber]) throws(VenueError) {
        for number in numbers { _ = try row(of: number) }
    }

    /// The place of the instrument's row, filled.
    @discardableResult
    mutating func row(of number: InstrumentNumber) throws(VenueError) -> Int {
        if let place = caches.risk.knownPlace(of: number), caches.risk.rows[place].isFilled { return place }
        try beginTable()
        if number >= collateralBase { return try fillCollateral(number) }
        let instrument = try instrument(number)
        let expiry = instrument.id.expiry
        let group = try group(
            underlying: instrument.underlying, expiry: instrument.settlementPerLot == nil ? expiry : 0)
        var row = RiskRow()
        row.kind = instrument.kind
        row.lot = instrument.lot
        row.tickValue = instrument.tickValue
        row.strike = instrument.strike
        row.group = group
        let place = caches.risk.place(of: number)
        if let settled = instrument.settlementPerLot {
            row.isSettled = true
            row.value = settled
            if instrument.kind == .perpetual { row.value = try settled.subtracting(cumulativeFunding(of: number)) }
            row.markPerLot = settled
            row.mark = try settled.overWad(instrument.lot, .down)
            try caches.risk.fill(place, row, gains: Array(repeating: 0, count: caches.risk.width))
            return place
        }
        row.index = caches.risk.groups[group].index
        let gains =
            switch instrument.kind {
            case .perpetual: try perpetualGains(&row, instrument)
            case .future: try futureGains(&row)
            default: try optionGains(&row, instrument)
            }
        row.markPerLot = try row.mark.timesWad(row.lot, .down)
        row.value = row.markPerLot
        if instrument.kind == .perpetual {
            row.value = try row.value.subtracting(cumulativeFunding(of: number))
        }
        try caches.risk.fill(place, row, gains: scaled(gains, lot: row.lot, group: group))
        return place
    }

    /// Gives the revaluation table its scenarios, where it has none yet.
    mutating func beginTable() throws(VenueError) {
        guard caches.risk.isEmpty else { return }
        let basis = (move: Int64(parameter(.basisShift)), base: 0 as Int64, slope: 0 as Int64)
        guard let set = ScenarioSet(try scenarios(), basis: basis) else { throw .corrupt }
        caches.risk.begin(set)
    }

    /// What the instruments of an expiry have in common; nil for what does not expire or is settled.
    mutating func group(of instrument: Instrument) throws(VenueError) -> RiskGroup? {
        guard instrument.kind != .perpetual, instrument.settlementPerLot == nil else { return nil }
        try beginTable()
        return caches.risk.groups[try group(underlying: instrument.underlying, expiry: instrument.id.expiry)]
    }

    private mutating func group(underlying: UInt32, expiry: UInt64) throws(VenueError) -> Int {
        let place: Int
        if let known = caches.risk.group(underlying: underlying, expiry: expiry) {
            if caches.risk.groups[known].index != 0 { return known }
            place = known
        } else {
            place = caches.risk.groups.count
            caches.risk.groups.append(RiskGroup(underlying: underlying, expiry: expiry))
        }
        if underlying == 0 { return place }
        var group = caches.risk.groups[place]
        if expiry != 0 {
            let market = try market(underlying: underlying, expiry: expiry)
            group.market = market
            group.slices = slices(underlying: underlying, now: marksTime(underlying: underlying))
            group.basisFactor = try parameter(.basisBase, underlying: underlying).adding(
                parameter(.basisSlope, underlying: underlying).timesWad(market.tau, .up))
            let spot = try indexPrice(underlying: underlying)
            let set = try movingScenarios(market.moving)
            do {
                group.grid = try ScenarioGrid(
                    GridExpiry(
                        spot: spot.word, forward: market.forward.word, tau: market.tau.word, rate: market.rate.word),
                    scenarios: set)
            } catch { throw .unpriced(error) }
        }
        group.index = try indexPrice(underlying: underlying)
        caches.risk.groups[place] = group
        return place
    }

    /// The scenarios with their moves cut to what of the forward still moves.
    private func movingScenarios(_ moving: Int128) throws(VenueError) -> ScenarioSet {
        var scenarios: [Scenario] = []
        for scenario in caches.risk.columns {
            let shift = try Int128(scenario.shift).timesWad(moving, .towardZero)
            guard
                let moved = Scenario(
                    shift: Int64(shift), volatility: scenario.volatility, damping: scenario.damping)
            else { throw .corrupt }
            scenarios.append(moved)
        }
        guard let basis = scenarios.popLast(), scenarios.popLast() != nil,
            let set = ScenarioSet(scenarios, basis: (move: basis.shift, base: 0, slope: 0))
        else { throw .corrupt }
        return set
    }

    /// Of one lot, with the columns' damping and the basis factor, each product rounded down.
    private func scaled(_ gains: [Int128], lot: Int128, group: Int) throws(VenueError) -> [Int128] {
        var result: [Int128] = []
        result.reserveCapacity(gains.count)
        let scenarioCount = caches.risk.scenarios.count
        for (index, gain) in gains.enumerated() {
            var amount = try gain.timesWad(lot, .down)
            if index >= scenarioCount {
                amount = try amount.timesWad(caches.risk.groups[group].basisFactor, .down)
            } else if caches.risk.columns[index].damping != Int64(wadOne) {
                amount = try amount.timesWad(Int128(caches.risk.columns[index].damping), .down)
            }
            result.append(amount)
        }
        return result
    }

    private func linearGains(_ price: Int128) throws(VenueError) -> [Int128] {
        var gains: [Int128] = []
        for column in caches.risk.columns { gains.append(try price.timesWad(Int128(column.shift), .down)) }
        return gains
    }

    // MARK: - By kind

    private mutating func perpetualGains(_ row: inout RiskRow, _ instrument: Instrument) throws(VenueError) -> [Int128]
    {
        let underlying = instrument.underlying
        row.mark = perpetualMark(of: instrument.number, index: row.index)
        row.forward = row.mark
        row.delta = wad
        let notional = try row.mark.timesWad(row.lot, .up)
        row.maintenanceCharge = try notional.timesWad(parameter(.perpetualMaintenance, underlying: underlying), .up)
        row.initialCharge = try row.maintenanceCharge.adding(
            notional.timesWad(parameter(.perpetualInitialExtra, underlying: underlying), .up))
        let confidence = state(of: Feed(.spot, underlying: underlying)).confidence
        try addConfidenceCharge(&row, notional, confidence, underlying)
        return try linearGains(row.mark)
    }

    /// The index before the first mark.
    mutating func perpetualMark(of number: InstrumentNumber, index: Int128) -> Int128 {
        let mark = storage.load(.mark(number)).lowHalf
        return mark > 0 ? mark : index
    }

    private mutating func futureGains(_ row: inout RiskRow) throws(VenueError) -> [Int128] {
        guard let market = caches.risk.groups[row.group].market else { throw .corrupt }
        row.mark = market.forward
        row.forward = market.forward
        row.delta = market.moving
        let notional = try row.mark.timesWad(row.lot, .up)
        try addConfidenceCharge(&row, notional, market.confidence, caches.risk.groups[row.group].underlying)
        guard let grid = caches.risk.groups[row.group].grid else { throw .corrupt }
        return grid.futureRow().columns
    }

    private mutating func addConfidenceCharge(
        _ row: inout RiskRow, _ notional: Int128, _ confidence: Int128, _ underlying: UInt32
    ) throws(VenueError) {
        guard confidence < parameter(.confidenceFloor, underlying: underlying) else { return }
        row.initialCharge = try row.initialCharge.adding(notional.timesWad(wad - confidence, .up))
    }

    private mutating func optionGains(_ row: inout RiskRow, _ instrument: Instrument) throws(VenueError) -> [Int128] {
        let group = caches.risk.groups[row.group]
        guard let market = group.market, let grid = group.grid else { throw .corrupt }
        row.forward = market.forward
        row.strikePlace = try strike(row, group)
        var confidence = market.confidence
        if instrument.id.expiry > marksTime(underlying: instrument.underlying) {
            for slice in group.slices where slice.expiry == instrument.id.expiry {
                confidence = min(confidence, slice.confidence)
            }
        }
        try addConfidenceCharge(&row, row.index.timesWad(row.lot, .up), confidence, instrument.underlying)
        let terms = try optionTerms(instrument, group, market)
        if let option = american(instrument, grid, terms) {
            row.isWithoutGreeks = true
            do {
                let known = try caches.americanRows.row(instrument.number, of: option, grid)
                row.mark = known.price
                return known.row.columns
            } catch { throw .unpriced(error) }
        }
        let value = try OptionMark(terms)
        (row.mark, row.delta, row.vega) = (value.price, value.delta, value.vega)
        do {
            return try grid.row(kind: terms.kind, strike: terms.strike, sigma: terms.sigma).columns
        } catch { throw .unpriced(error) }
    }

    /// The place of the instrument's row with delta and vega, which of American options cost more than they are mostly asked for.
    mutating func rowWithGreeks(of number: InstrumentNumber) throws(VenueError) -> Int {
        let place = try row(of: number)
        guard caches.risk.rows[place].isWithoutGreeks else { return place }
        let instrument = try instrument(number)
        let group = caches.risk.groups[caches.risk.rows[place].group]
        guard let market = group.market, let grid = group.grid,
            let option = american(instrument, grid, try optionTerms(instrument, group, market))
        else { throw .corrupt }
        do {
            let greeks = try caches.americanRows.greeks(number, of: option, price: caches.risk.rows[place].mark)
            (caches.risk.rows[place].delta, caches.risk.rows[place].vega) = greeks
        } catch { throw .unpriced(error) }
        caches.risk.rows[place].isWithoutGreeks = false
        return place
    }

    /// The option with its lattice; nil for a European one.
    mutating func american(_ instrument: Instrument, _ grid: ScenarioGrid, _ terms: OptionTerms) -> AmericanOption? {
        guard instrument.kind.isAmerican else { return nil }
        return AmericanOption(
            grid.expiry, kind: terms.kind, strike: terms.strike, sigma: terms.sigma,
            steps: Int(parameter(.latticeSteps, underlying: instrument.underlying)))
    }

    /// What an option's mark is reckoned from.
    mutating func optionTerms(
        _ instrument: Instrument, _ group: RiskGroup, _ market: ExpiryMarket
    ) throws(VenueError) -> OptionTerms {
        let (forward, strike) = (market.forward.word, instrument.strike.word)
        let now = marksTime(underlying: instrument.underlying)
        var sigma = UInt256.zero
        if instrument.id.expiry > now {
            let k = Real.logarithm(of: Real(bits: strike, places: 0), over: Real(bits: forward, places: 0))
            guard let variance = variance(group.slices, expiry: instrument.id.expiry, k: k, now: now),
                let root = variance.squareRoot.nearestWad
            else { throw .oracleInvalid }
            sigma = root
        }
        return OptionTerms(
            kind: instrument.kind.isCall ? .call : .put, forward: forward, strike: strike, tau: market.tau.word,
            sigma: sigma, rate: market.rate.word)
    }

    /// The place of the row's strike, with its charges.
    private mutating func strike(_ row: RiskRow, _ group: RiskGroup) throws(VenueError) -> Int {
        var strike = RiskStrike(group: row.group, strike: row.strike)
        let underlying = group.underlying
        strike.maintenance = try group.index.timesWad(parameter(.shortMaintenance, underlying: underlying), .up)
        strike.initial = try strike.maintenance.adding(
            group.index.timesWad(parameter(.shortInitialExtra, underlying: underlying), .up))
        let known = caches.risk.strikes.firstIndex { $0.group == row.group && $0.strike == row.strike }
        if let known {
            caches.risk.strikes[known] = strike
            return known
        }
        caches.risk.strikes.append(strike)
        return caches.risk.strikes.count - 1
    }

    private mutating func fillCollateral(_ number: InstrumentNumber) throws(VenueError) -> Int {
        let collateral = try collateral(number - collateralBase)
        let group = try group(underlying: collateral.underlying, expiry: 0)
        var row = RiskRow()
        row.isCollateral = true
        row.lot = collateralLot
        row.group = group
        row.mark = collateral.underlying == 0 ? wad : caches.risk.groups[group].index
        row.index = row.mark
        row.forward = row.mark
        row.delta = collateral.underlying == 0 ? 0 : wad
        row.markPerLot = try row.mark.timesWad(row.lot, .down)
        row.value = try row.markPerLot.timesWad(wad - collateral.haircut, .down)
        let gains = try linearGains(collateral.underlying == 0 ? 0 : row.mark)
        let place = caches.risk.place(of: number)
        try caches.risk.fill(place, row, gains: scaled(gains, lot: row.lot, group: group))
        return place
    }
}

/// A lot of collateral is 1e-9 tokens.
var collateralLot: Int128 { 1_000_000_000 }
