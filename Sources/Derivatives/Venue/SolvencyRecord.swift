import Foundations

// Step 6 of a block: the summary record, in storage, so that solvency at any block has a proof (table 7 of `LiquidationLayout`).

/// What the venue's summary says of a block.
public struct SolvencyRecord: Equatable, Sendable {
    public var equity: Int128 = 0
    public var cash: Int128 = 0
    public var insurance: Int128 = 0
    /// What accounts owe beyond what they have.
    public var badDebt: Int128 = 0
    public var worstRatio: Int64 = .max
    /// Accounts in the waterfall.
    public var inLiquidation: UInt64 = 0
    public var block: UInt64 = 0
    public var time: UInt64 = 0

    init() {}
}

/// What it says of an underlying.
public struct UnderlyingRecord: Equatable, Sendable {
    /// In units of the underlying.
    public var openInterest: Int128 = 0
    /// Of all accounts that hold something of it.
    public var equity: Int128 = 0
    public var insurancePaidToday: Int128 = 0
    public var worstRatio: Int64 = .max
    public var holders: UInt64 = 0
    public var block: UInt64 = 0

    init() {}
}

/// What liquidations have moved since the venue's birth.
public struct LiquidationTotals: Equatable, Sendable {
    public var insurancePaid: Int128 = 0
    public var socialised: Int128 = 0
    public var closedInBook: Int128 = 0
    public var deleveraged: Int128 = 0
    public var auctioned: Int128 = 0

    init() {}
}

extension Venue {
    public mutating func solvencyRecord() -> SolvencyRecord {
        let (money, funds) = (storage.load(.summary(0, field: 0)), storage.load(.summary(0, field: 1)))
        let risk = storage.load(.summary(0, field: 2))
        var record = SolvencyRecord()
        (record.equity, record.cash) = (money.lowHalf, money.highHalf)
        (record.insurance, record.badDebt) = (funds.lowHalf, funds.highHalf)
        record.worstRatio = Int64(bitPattern: risk.limb0)
        (record.inLiquidation, record.block, record.time) = (risk.limb1, risk.limb2, risk.limb3)
        return record
    }

    public mutating func underlyingRecord(_ underlying: UInt32) throws(VenueError) -> UnderlyingRecord {
        try requireUnderlying(underlying)
        let interest = storage.load(.summary(underlying, field: 0))
        let risk = storage.load(.summary(underlying, field: 2))
        var record = UnderlyingRecord()
        (record.openInterest, record.equity) = (interest.lowHalf, interest.highHalf)
        record.insurancePaidToday = storage.load(.summary(underlying, field: 1)).lowHalf
        record.worstRatio = Int64(bitPattern: risk.limb0)
        (record.holders, record.block) = (risk.limb1, risk.limb2)
        return record
    }

    public mutating func liquidationTotals() -> LiquidationTotals {
        var totals = LiquidationTotals()
        let paid = storage.load(.liquidationTotals(0))
        let closed = storage.load(.liquidationTotals(1))
        (totals.insurancePaid, totals.socialised) = (paid.lowHalf, paid.highHalf)
        (totals.closedInBook, totals.deleveraged) = (closed.lowHalf, closed.highHalf)
        totals.auctioned = storage.load(.liquidationTotals(2)).lowHalf
        return totals
    }

    mutating func addTotals(_ field: UInt64, low: Int128 = 0, high: Int128 = 0) throws(VenueError) {
        let word = storage.load(.liquidationTotals(field))
        storage.store(
            .liquidationTotals(field),
            UInt256(low: try word.lowHalf.adding(low), high: try word.highHalf.adding(high)))
    }

    /// Writes the record of this block over that of the one before. Of a venue with more accounts than a sweep evaluates, sums are
    /// those of this block's part.
    mutating func writeSummary(_ sweep: Sweep) throws(VenueError) {
        var venue = SolvencyRecord()
        let underlyings = underlyings()
        var records = Array(repeating: UnderlyingRecord(), count: underlyings.count)
        for swept in sweep.accounts {
            venue.equity = try venue.equity.adding(swept.equity)
            venue.cash = try venue.cash.adding(swept.cash)
            if swept.equity < 0 { venue.badDebt = try venue.badDebt.subtracting(swept.equity) }
            venue.worstRatio = min(venue.worstRatio, swept.ratio)
            var left = swept.underlyings
            while left != 0 {
                let place = left.trailingZeroBitCount
                left &= left &- 1
                guard place < records.count else { break }
                records[place].equity = try records[place].equity.adding(swept.equity)
                records[place].worstRatio = min(records[place].worstRatio, swept.ratio)
                records[place].holders += 1
            }
        }
        storage.store(.summary(0, field: 0), UInt256(low: venue.equity, high: venue.cash))
        storage.store(.summary(0, field: 1), UInt256(low: insuranceFund(), high: venue.badDebt))
        storage.store(
            .summary(0, field: 2),
            UInt256(limbs: UInt64(bitPattern: venue.worstRatio), liquidationQueueCount(), blockNumber, time))
        for underlying in underlyings {
            let record = records[Int(underlying) - 1]
            storage.store(
                .summary(underlying, field: 0), UInt256(low: underlyingInterest(underlying), high: record.equity))
            let paid = insurancePaidToday(underlying)
            if storage.load(.summary(underlying, field: 1)).lowHalf != paid {
                storage.store(.summary(underlying, field: 1), UInt256(low: paid, high: 0))
            }
            storage.store(
                .summary(underlying, field: 2),
                UInt256(limbs: UInt64(bitPattern: record.worstRatio), record.holders, blockNumber, 0))
        }
    }
}
