// What the book asks of the clearing house.

extension Venue {
    /// Whether an order may enter: the instrument's status, fresh prices, caps, and initial margin with all open orders at their
    /// worst side, this one among them. Before it is matched or rests: a fill at its limit is then paid for, and any other is
    /// better.
    ///
    /// What only lowers a position needs no fresh price, and passes in instruments that only reduce; what leaves the margin no lower
    /// than it was adds no risk and passes whatever the margin is.
    public mutating func checkOrderEntry(_ order: OrderEntry) throws(VenueError) {
        guard order.lots > 0 else { throw .zeroSize }
        guard order.ticks > 0 else { throw .zeroPrice }
        let instrument = try instrument(order.instrument)
        try requireTradable(instrument)
        try requireUnfrozen(order.account)
        if order.isReduceOnly { return }
        let (asset, reduces) = try holding(with: order)
        if !reduces {
            if instrument.status == .reduceOnly { throw .reduceOnly }
            try requireFreshPrices(for: instrument)
            try requireOpenInterest(instrument, asset, adding: order.lots)
        }
        let after = try initialMargin(of: order.account, with: asset, cash: 0)
        if after.margin < 0 { try require(after, notBelow: marginBreakdown(of: order.account, .initial)) }
    }

    /// Whether an order that may enter may also trade as it comes: what adds risk waits while mark and index lie too far apart. It
    /// may rest, as nothing but new quotes brings the mark back to the index.
    ///
    /// - Throws: `divergence`.
    public mutating func checkTaking(_ order: OrderEntry) throws(VenueError) {
        if order.isReduceOnly { return }
        if try holding(with: order).reduces { return }
        try requireNoDivergence(instrument(order.instrument).underlying)
    }

    /// What an account holds of an instrument with one more open order, and whether that order only lowers the position.
    private mutating func holding(
        with order: OrderEntry
    ) throws(VenueError) -> (asset: Portfolio.Asset, reduces: Bool) {
        var asset =
            try portfolio(of: order.account).asset(order.instrument)
            ?? Portfolio.Asset(instrument: order.instrument)
        try asset.orders.add(side: order.side, ticks: order.ticks, lots: order.lots)
        let sameSide = order.side == .buy ? asset.orders.buyLots : asset.orders.sellLots
        let reduces =
            (order.side == .sell ? asset.lots > 0 : asset.lots < 0) && sameSide.magnitude <= asset.lots.magnitude
        return (asset, reduces)
    }

    /// - Throws: `insufficientMargin` for a margin below 0 that is also lower than before.
    func require(_ after: MarginBreakdown, notBelow before: MarginBreakdown) throws(VenueError) {
        if after.margin >= 0 || after.margin >= before.margin { return }
        throw .insufficientMargin(available: after.equity, required: try after.equity.subtracting(after.margin))
    }

    /// - Throws: `insufficientMargin` where the account's initial margin is below 0.
    mutating func requireInitialMargin(_ account: AccountNumber) throws(VenueError) {
        let margin = try marginBreakdown(of: account, .initial)
        if margin.margin < 0 {
            throw .insufficientMargin(
                available: margin.equity, required: try margin.equity.subtracting(margin.margin))
        }
    }

    /// Whether the maker of a match would still be sound after it, or no worse than without its order. The book removes the order
    /// with reason `makerMargin` where not.
    public mutating func makerIsSound(_ fill: Fill) throws(VenueError) -> Bool {
        let instrument = try instrument(fill.instrument)
        var asset =
            try portfolio(of: fill.maker).asset(fill.instrument)
            ?? Portfolio.Asset(instrument: fill.instrument)
        let side = fill.takerSide.opposite
        if fill.makerIsAggregated { try asset.orders.add(side: side, ticks: fill.ticks, lots: 0 - fill.lots) }
        let withoutOrder = asset
        let (lots, overflow) = asset.lots.addingReportingOverflow(side.signed(fill.lots))
        if overflow { return false }
        asset.lots = lots
        let cost = try instrument.cost(ticks: fill.ticks, lots: fill.lots)
        let signed = side == .buy ? cost : 0 - cost
        var cash: Int128 = 0
        if instrument.kind.isOption {
            cash = 0 - signed
        } else {
            // Funding up to now is owed by the old lots; the new ones begin here.
            let funding = try cumulativeFunding(of: fill.instrument).times(Int128(side.signed(fill.lots)))
            asset.owed = try asset.owed.adding(signed).subtracting(funding)
        }
        let margin = try initialMargin(of: fill.maker, with: asset, cash: cash).margin
        if margin >= 0 { return true }
        // Not beside the margin of before, in which the order counts as if it were filled: nobody would ever fail.
        return try margin >= initialMargin(of: fill.maker, with: withoutOrder, cash: 0).margin
    }

    /// What a position of `lots` moves by, for market-maker protection.
    public mutating func deltaVega(of number: InstrumentNumber, lots: Int64) throws(VenueError) -> DeltaVega {
        let row = caches.risk.rows[try rowWithGreeks(of: number)]
        let size = try row.lot.times(Int128(lots))
        var result = DeltaVega()
        result.delta = try row.delta.timesWad(size, .down)
        result.vega = try row.vega.timesWad(size, .down)
        return result
    }

    public mutating func markPrice(of number: InstrumentNumber) throws(VenueError) -> Int128 {
        caches.risk.rows[try row(of: number)].mark
    }
}
