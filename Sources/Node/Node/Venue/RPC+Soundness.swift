import Derivatives
import Execution
import Foundations
import JSONText

// What keeps the venue sound: breakers, auctions, the record of solvency.

extension RPCService {
    static let soundnessMethods: [String: Method] = [
        "condor_breakers": reading(block: 1) { reader, parameters, writer in
            let selection = try reader.selection(parameters.optional(0), .argument(0))
            try writer.object { writer in
                writer.block(reader.record)
                try reader.write(withdrawalsTo: &writer)
                try writer.member("underlyings", each: reader.underlyings(selection)) { writer, underlying in
                    try reader.write(breakersOf: underlying, to: &writer)
                }
                try writer.member("instruments", each: reader.instruments(selection)) { writer, instrument in
                    try reader.write(limitsOf: instrument, to: &writer)
                }
            }
        },
        "condor_auctions": reading(block: 0) { reader, _, writer in
            // Each is valued in full.
            let queue = reader.venue.liquidationQueue(most: 1000)
            try writer.array(queue) { writer, account in try reader.write(liquidationOf: account, to: &writer) }
        },
        "condor_solvency": reading(block: 0) { reader, _, writer in
            try writer.object { writer in
                writer.block(reader.record)
                try reader.write(solvencyTo: &writer)
            }
        },
    ]
}

extension VenueReader {
    fileprivate mutating func write(withdrawalsTo writer: inout JSONWriter) throws {
        let open = venue.withdrawalsOpen()
        let isClosed = venue.blockNumber < open
        try writer.member("withdrawals") { writer in
            writer.member("closedUntilBlock", positive: isClosed ? open : 0)
            for period in WithdrawalPeriod.allCases {
                let (amount, limit) = try venue.withdrawn(in: period)
                writer.member("\(period)") { writer in
                    writer.member("withdrawn", amount: amount)
                    writer.member("limit", amount: limit)
                }
            }
        }
    }

    fileprivate mutating func write(breakersOf underlying: UInt32, to writer: inout JSONWriter) throws {
        let spot = venue.reading(of: Feed(.spot, underlying: underlying))
        let divergence = try? venue.divergence(underlying: underlying)
        let limit = venue.parameter(.divergenceLimit, underlying: underlying)
        writer.object { writer in
            writer.member("underlying", text: symbol(of: underlying))
            writer.member("index", amount: spot.value > 0 ? spot.value : nil)
            writer.member("validity", text: "\(spot.validity)")
            writer.member("confidence", amount: spot.confidence)
            writer.member("freshAt", positive: spot.freshAt)
            writer.member("heartbeat", quantity: UInt64(spot.heartbeat))
            writer.member("divergence", amount: divergence)
            writer.member("divergenceLimit", amount: limit)
            writer.member("isDivergent", flag: divergence.map { $0 > limit } ?? false)
        }
    }

    fileprivate mutating func write(limitsOf instrument: Instrument, to writer: inout JSONWriter) throws {
        let band = try? venue.priceBand(of: instrument.number)
        var refusal: String?
        do throws(VenueError) { try venue.requireFreshPrices(for: instrument) } catch { refusal = error.text }
        let mayLiquidate = venue.mayLiquidate(instrument)
        let (own, all) = (
            venue.parameter(.accountOpenInterestCap, underlying: instrument.underlying),
            venue.parameter(.venueOpenInterestCap, underlying: instrument.underlying)
        )
        try writer.object { writer in
            writer.instrument(instrument, self)
            writer.member("status", text: "\(instrument.status)")
            // Why what adds risk is refused for its prices; null where it is not.
            writer.member("prices", text: refusal)
            writer.member("mayLiquidate", flag: mayLiquidate)
            writer.key("band")
            if let band {
                try writer.object { writer in
                    writer.member("low", amount: try instrument.price(ticks: band.lowerBound))
                    writer.member("high", amount: try instrument.price(ticks: band.upperBound))
                }
            } else {
                writer.null()
            }
            writer.member("openInterest", amount: try instrument.size(lots: venue.openInterest(of: instrument.number)))
            writer.member("accountOpenInterestCap", amount: own)
            writer.member("venueOpenInterestCap", amount: all)
        }
    }

    /// Where an account in the waterfall stands, and what of it is for sale.
    fileprivate mutating func write(liquidationOf account: AccountNumber, to writer: inout JSONWriter) throws {
        let id = try accountID(account)
        let step = venue.liquidationStep(of: account)
        let maintenance = try margins(of: account).maintenance
        var auction: Auction?
        var waits: String?
        do throws(VenueError) {
            if try venue.liquidationIsPaused(account) { throw .liquidationPaused }
            if step == .auction || step == .insolvency { auction = try venue.auction(of: account) }
        } catch {
            waits = error.text
        }
        writer.object { writer in
            writer.member("account", id)
            writer.member("step", text: "\(step)")
            writer.member("equity", amount: maintenance?.equity)
            writer.member("maintenanceMargin", amount: maintenance?.margin)
            writer.member("waits", text: waits)
            writer.key("auction")
            guard let auction else { return writer.null() }
            writer.object { writer in
                writer.member("lastTrade", quantity: auction.lastTrade)
                writer.member("start", quantity: auction.start)
                writer.member("value", amount: auction.value)
                writer.member("price", amount: auction.price)
                writer.member("most", amount: auction.most)
                writer.member("least", amount: auction.least)
            }
        }
    }

    fileprivate mutating func write(solvencyTo writer: inout JSONWriter) throws {
        writer.member("accounts", quantity: UInt64(venue.accountCount()))
        writer.member("deposits", amount: venue.totalDeposits())
        writer.member("collectedFees", amount: venue.collectedFees())
        writer.member("insuranceFund", amount: venue.insuranceFund())
        let record = venue.solvencyRecord()
        writer.key("record")
        if record.block == 0 {
            writer.null()
        } else {
            writer.object { writer in
                writer.member("blockNumber", quantity: record.block)
                writer.member("timestamp", quantity: record.time)
                writer.member("equity", amount: record.equity)
                writer.member("cash", amount: record.cash)
                writer.member("insuranceFund", amount: record.insurance)
                writer.member("badDebt", amount: record.badDebt)
                writer.member("worstRatio", ratio: record.worstRatio)
                writer.member("inLiquidation", quantity: record.inLiquidation)
            }
        }
        try writer.member("underlyings", each: underlyings(.all)) { writer, underlying in
            let record = try venue.underlyingRecord(underlying)
            writer.object { writer in
                writer.member("underlying", text: symbol(of: underlying))
                writer.member("openInterest", amount: record.openInterest)
                writer.member("equity", amount: record.equity)
                writer.member("insurancePaidToday", amount: record.insurancePaidToday)
                writer.member("worstRatio", ratio: record.block == 0 ? .max : record.worstRatio)
                writer.member("holders", quantity: record.holders)
            }
        }
        let totals = venue.liquidationTotals()
        writer.member("totals") { writer in
            writer.member("insurancePaid", amount: totals.insurancePaid)
            writer.member("socialised", amount: totals.socialised)
            writer.member("closedInBook", amount: totals.closedInBook)
            writer.member("deleveraged", amount: totals.deleveraged)
            writer.member("auctioned", amount: totals.auctioned)
        }
    }
}

extension JSONWriter {
    /// Equity over requirement, 18 decimals; null where nobody has a requirement.
    fileprivate mutating func member(_ key: String, ratio: Int64) {
        member(key, amount: ratio == .max ? nil : Int128(ratio))
    }
}
