import Foundations

// What a block does by itself, before and after its transactions (derivatives.md, section 3). The same on every machine: it depends on
// the storage, the block's number and its time alone.

extension Venue {
    /// Before the transactions, and after the block's reports: marks, funding, expiries that fall due, orders whose time has passed.
    ///
    /// What cannot be done now – there is no index yet, a feed is stale – is left for a later block; what one underlying cannot do stops
    /// no other. Work is bounded: the rest of it follows in later blocks.
    public mutating func openBlock() {
        for underlying in underlyings() {
            attempt { venue throws(VenueError) in try venue.updateMarks(underlying: underlying) }
        }
        for underlying in underlyings() {
            attempt { venue throws(VenueError) in try venue.sampleFunding(underlying: underlying) }
        }
        let left = advanceSettlements(budget: Int(parameter(.settlementsPerBlock)))
        advanceRetirements(budget: left)
        attempt { venue throws(VenueError) in try venue.removeExpiredOrders() }
    }

    /// After the transactions: stops and other triggers, batch auctions; then every account's risk, the waterfall of those below
    /// maintenance, and the summary record.
    public mutating func closeBlock() {
        attempt { venue throws(VenueError) in try venue.runTriggers() }
        attempt { venue throws(VenueError) in try venue.runAuctions() }
        var sweep = sweepAccounts()
        let changes = caches.touched.count
        advanceLiquidations(sweep)
        refresh(&sweep, since: changes)
        attempt { venue throws(VenueError) in try venue.writeSummary(sweep) }
    }

    /// Does a piece of work whole, or not at all.
    mutating func attempt(_ work: (inout Venue) throws(VenueError) -> Void) {
        let before = checkpoint
        do throws(VenueError) { try work(&self) } catch { revert(to: before) }
    }

    /// All underlyings there are; at most 64.
    mutating func underlyings() -> [UInt32] {
        let count = underlyingCount()
        return count == 0 ? [] : Array(1...count)
    }

    /// The underlying's perpetual; nil where none is listed.
    public mutating func perpetual(of underlying: UInt32) -> InstrumentNumber? {
        guard let id = InstrumentID(underlying: underlying, kind: .perpetual, expiry: 0, strike: 0) else { return nil }
        let number = InstrumentNumber(truncatingIfNeeded: storage.load(.instrumentNumber(id)).limb0)
        return number == 0 ? nil : number
    }

    private mutating func sampleFunding(underlying: UInt32) throws(VenueError) {
        guard let perpetual = perpetual(of: underlying) else { return }
        let notional = parameter(.impactNotional, underlying: underlying)
        try accrueFunding(
            of: perpetual, impactBid: impactPrice(of: perpetual, .buy, notional: notional),
            impactAsk: impactPrice(of: perpetual, .sell, notional: notional))
    }

    /// Pays holders of perpetuals that were retired.
    private mutating func advanceRetirements(budget: Int) {
        var left = budget
        for underlying in underlyings() where left > 0 {
            guard let perpetual = perpetual(of: underlying) else { continue }
            attempt { venue throws(VenueError) in
                guard try venue.instrument(perpetual).status == .settling else { return }
                left = try venue.advanceRetirement(of: perpetual, budget: left)
            }
        }
    }
}
