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

    fileprivate mutating func write(solvencyTo writer: inout JSONWriter) throws {
        writer.member("accounts", quantity: UInt64(venue.accountCount()))
        writer.member("deposits", amount: venue.totalDeposits())
        writer.member("collectedFees", amount: venue.collectedFees())
        writer.member("insuranceFund", amount: venue.insuranceFund())
    }
}
