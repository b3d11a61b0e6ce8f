import Derivatives
import Foundations
import Testing

/// What must hold of a venue after every block (issue 7): money, open interest, and nobody below maintenance outside the waterfall.
struct VenueChecker {
    /// The first thing that is wrong; nil where all is well.
    static func fault(in venue: inout Venue<VenueMemory>) throws -> String? {
        var money = venue.collectedFees() + venue.insuranceFund()
        var badDebt: Int128 = 0
        var equity: Int128 = 0
        for account in 1...max(1, venue.accountCount()) where account <= venue.accountCount() {
            money += venue.cash(of: account)
            for number in try venue.assets(of: account) where number < 0x8000_0000 {
                guard try !venue.instrument(number).kind.isOption else { continue }
                money -= try venue.owed(account, number)
            }
            guard let margin = try? venue.marginBreakdown(of: account, .maintenance) else { continue }
            equity += margin.equity
            badDebt += max(0, -margin.equity)
            if margin.margin < 0, venue.liquidationStep(of: account) == .none {
                return "account \(account) is below maintenance by \(margin.margin) and not in the waterfall"
            }
        }
        if money != venue.totalDeposits() { return "money: \(money) of \(venue.totalDeposits())" }
        if venue.insuranceFund() < 0 { return "the insurance fund owes" }
        if let fault = try interest(in: &venue) { return fault }
        let queue = venue.liquidationQueue(most: 1_000_000)
        for account in queue where venue.liquidationStep(of: account) == .none {
            return "account \(account) stands in the queue and in no step"
        }
        let record = venue.solvencyRecord()
        if record.block == venue.blockNumber {
            if record.badDebt != badDebt || record.equity != equity || record.insurance != venue.insuranceFund() {
                return "the summary says \(record), but equity is \(equity) and bad debt \(badDebt)"
            }
            if record.inLiquidation != UInt64(queue.count) { return "the summary counts another queue" }
        }
        return nil
    }

    private static func interest(in venue: inout Venue<VenueMemory>) throws -> String? {
        var sizes = Array(repeating: Int128(0), count: Int(venue.underlyingCount()) + 1)
        for number in 1...venue.instrumentCount() {
            var (long, short) = (Int64(0), Int64(0))
            for account in venue.holders(of: number) {
                let lots = venue.position(of: account, in: number).lots
                if lots > 0 { long += lots } else { short -= lots }
            }
            if long != short || long != venue.openInterest(of: number) { return "open interest of \(number)" }
            let instrument = try venue.instrument(number)
            sizes[Int(instrument.underlying)] += try instrument.size(lots: long)
        }
        for underlying in 1...venue.underlyingCount()
        where venue.underlyingInterest(underlying) != sizes[Int(underlying)] {
            return "open interest of underlying \(underlying)"
        }
        return nil
    }
}

extension VenueFixture {
    /// A block: time, reports, what opens it, acts, what closes it, and the check of what must hold.
    mutating func block(
        seconds: UInt64 = 12, btc price: String, eth: String = "4000",
        _ acts: (inout Venue<VenueMemory>) throws -> Void = { _ in }
    ) throws {
        _ = venue.storage.takeEvents()
        advance(seconds: seconds)
        try reportAll(btc: price, eth: eth)
        venue.openBlock()
        try acts(&venue)
        venue.closeBlock()
        #expect(try VenueChecker.fault(in: &venue) == nil)
    }

    mutating func events(_ kind: VenueEventKind) -> [VenueEvent] { venue.storage.events.filter { $0.kind == kind } }
}
