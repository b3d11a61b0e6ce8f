import Derivatives
import EVM
import Foundations

// Liquidation at 0x0c14: bids in auctions, the queue of the waterfall, the summary record.

extension VenueCall {
    mutating func liquidation(
        _ function: VenueFunctions.Liquidation, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .bid:
            let bidder = try actingNumber(of: arguments.account())
            let account = try number(of: arguments.account(2))
            let (fraction, limit) = (try arguments.amount(4), try arguments.amount(5))
            let trade = arguments.integer(6)
            let fill = try venue { venue throws(VenueError) in
                try venue.bid(on: account, by: bidder, fraction: fraction, limit: limit, lastTrade: trade)
            }
            return [.amount(fill.fraction), .amount(fill.price), .integer(fill.trade)]
        case .contribute:
            let account = try actingNumber(of: AccountID(owner: caller, index: arguments.index(0)), takingMoney: true)
            let amount = try arguments.amount(1)
            try venue { venue throws(VenueError) in try venue.contribute(amount, from: account) }
            return []
        case .auction:
            let account = try number(of: arguments.account())
            let auction = try venue { venue throws(VenueError) in try venue.auction(of: account) }
            return [
                .integer(UInt64(auction.step.rawValue)), .integer(auction.lastTrade), .integer(auction.start),
                .amount(auction.value), .amount(auction.price), .amount(auction.most), .amount(auction.least),
            ]
        case .step:
            let account = try number(of: arguments.account())
            return [.integer(UInt64(venue.liquidationStep(of: account).rawValue))]
        case .queueLength: return [.integer(venue.liquidationQueueCount())]
        case .queue: return try queue(from: arguments.integer(0), most: arguments.integer(1))
        case .solvency:
            let record = venue.solvencyRecord()
            return [
                .amount(record.equity), .amount(record.cash), .amount(record.insurance), .amount(record.badDebt),
                .amount(Int128(record.worstRatio)), .integer(record.inLiquidation), .integer(record.block),
                .integer(record.time),
            ]
        case .underlyingSolvency:
            let underlying = arguments.index(0)
            let record = try venue { venue throws(VenueError) in try venue.underlyingRecord(underlying) }
            return [
                .amount(record.openInterest), .amount(record.equity), .amount(record.insurancePaidToday),
                .amount(Int128(record.worstRatio)), .integer(record.holders), .integer(record.block),
            ]
        case .totals:
            let totals = venue.liquidationTotals()
            return [
                totals.insurancePaid, totals.socialised, totals.closedInBook, totals.deleveraged, totals.auctioned,
            ].map { .amount($0) }
        }
    }

    /// At most 250 at a time.
    private mutating func queue(from first: UInt64, most: UInt64) throws(VenueRefusal) -> [ABIValue] {
        var columns: (owners: [ABIValue], indexes: [ABIValue], steps: [ABIValue]) = ([], [], [])
        for account in venue.liquidationQueue(from: first, most: Int(min(most, 250))) {
            let id = try venue { venue throws(VenueError) in try venue.accountID(account) }
            columns.owners.append(.address(id.owner))
            columns.indexes.append(.integer(UInt64(id.index)))
            columns.steps.append(.integer(UInt64(venue.liquidationStep(of: account).rawValue)))
        }
        return [.list(columns.owners), .list(columns.indexes), .list(columns.steps)]
    }
}
