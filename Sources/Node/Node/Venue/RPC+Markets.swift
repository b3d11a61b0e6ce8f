import Chain
import Derivatives
import Execution
import Foundations
import JSONText

// Markets, books and trades.

extension RPCService {
    static let marketMethods: [String: Method] = [
        "condor_markets": reading(block: 1) { reader, parameters, writer in
            let selection = try reader.selection(parameters.optional(0), .argument(0))
            let instruments = try reader.instruments(selection)
            try writer.array(instruments) { writer, instrument in try reader.write(market: instrument, to: &writer) }
        },
        "condor_book": reading(block: 2) { reader, parameters, writer in
            let instrument = try reader.instrument(parameters.required(0), .argument(0))
            let options = try BookOptions(parameters.optional(1))
            try reader.write(bookOf: instrument, options, to: &writer)
        },
        "condor_trades": { service, parameters, writer in try service.trades(parameters, &writer) },
    ]
}

/// What of a book is wanted.
private struct BookOptions {
    static let mostLevels = 1000
    /// Orders of all levels together.
    static let mostOrders = 5000
    var levels = 20
    var withOrders = false

    init(_ json: JSONValue?) throws(RPCError) {
        guard let json else { return }
        let options = try RPCOptions(json, argument: 1, known: ["levels", "orders"])
        if let count = try options.number("levels") {
            guard (1...UInt64(BookOptions.mostLevels)).contains(count) else {
                throw options.error("levels must be between 1 and \(BookOptions.mostLevels)")
            }
            levels = Int(count)
        }
        withOrders = try options.flag("orders") ?? false
    }
}

extension VenueReader {
    fileprivate mutating func write(market instrument: Instrument, to writer: inout JSONWriter) throws {
        let number = instrument.number
        let quote = try? venue.quote(of: number)
        let index = try? venue.indexPrice(underlying: instrument.underlying)
        let top = venue.topOfBook(of: number)
        func price(_ ticks: Int64) throws -> Int128? { ticks == 0 ? nil : try instrument.price(ticks: ticks) }
        try writer.object { writer in
            writer.instrument(instrument, self)
            writer.member("number", quantity: UInt64(number))
            writer.member("underlying", text: symbol(of: instrument.underlying))
            writer.member("kind", text: instrument.kind.name)
            writer.member("expiry", positive: instrument.id.expiry)
            writer.member("strike", amount: instrument.kind.isOption ? instrument.strike : nil)
            writer.member("status", text: "\(instrument.status)")
            writer.member("tick", amount: instrument.tick)
            writer.member("lot", amount: instrument.lot)
            writer.member("mark", amount: quote?.mark)
            writer.member("index", amount: index)
            writer.member("forward", amount: quote?.forward)
            writer.member("volatility", amount: quote?.volatility)
            writer.member("bestBid", amount: try price(top.bid))
            writer.member("bestAsk", amount: try price(top.ask))
            writer.member("lastPrice", amount: try price(top.last))
            writer.member("openInterest", amount: try instrument.size(lots: venue.openInterest(of: number)))
            writer.member("openOrders", quantity: UInt64(venue.openOrderCount(in: number)))
            writer.member(
                "settlementPrice",
                amount: try instrument.settlementPerLot.map { try $0.overWad(instrument.lot, .down) })
            writer.key("funding")
            guard instrument.kind == .perpetual else { return writer.null() }
            let running = try venue.runningFunding(of: number)
            let cumulative = venue.cumulativeFunding(of: number)
            writer.object { writer in
                writer.member("rate", amount: running.rate)
                writer.member("samples", quantity: running.samples)
                writer.member("cumulativePerLot", amount: cumulative)
            }
        }
    }

    fileprivate mutating func write(
        bookOf instrument: Instrument, _ options: BookOptions, to writer: inout JSONWriter
    ) throws {
        let number = instrument.number
        let top = venue.topOfBook(of: number)
        var ordersLeft = BookOptions.mostOrders
        try writer.object { writer in
            writer.block(record)
            writer.instrument(instrument, self)
            writer.member("sequence", quantity: venue.orderSequence(of: number))
            writer.member("lastPrice", amount: top.last == 0 ? nil : try instrument.price(ticks: top.last))
            writer.member("openOrders", quantity: UInt64(venue.openOrderCount(in: number)))
            for (name, side) in [("bids", Side.buy), ("asks", .sell)] {
                let levels = venue.depth(of: number, side, levels: options.levels)
                try writer.member(name, each: levels) { writer, level in
                    try writer.object { writer in
                        writer.member("price", amount: try instrument.price(ticks: level.ticks))
                        writer.member("size", amount: try instrument.size(lots: level.lots))
                        writer.member("orders", quantity: UInt64(level.orders))
                        guard options.withOrders else { return }
                        let queue = venue.orders(in: number, side, at: level.ticks, upTo: ordersLeft)
                        ordersLeft -= queue.count
                        try writer.member("queue", each: queue) { writer, order in
                            try writer.value(order, instrument, venue.accountID(order.account), self)
                        }
                    }
                }
            }
        }
    }
}

// MARK: - Trades

/// A fill and where the chain tells of it.
struct VenueTrade {
    let event: VenueEvent
    let receipt: Int
    let offset: Int

    var instrument: InstrumentNumber { InstrumentNumber(truncatingIfNeeded: event.words[0].limb0) }

    /// Those of a block, in its order.
    static func all(in record: BlockRecord) -> [VenueTrade] {
        var trades: [VenueTrade] = []
        record.forEachVenueEvent { event, receipt, offset in
            guard event.kind == .filled else { return }
            trades.append(VenueTrade(event: event, receipt: receipt, offset: offset))
        }
        return trades
    }
}

extension BlockRecord {
    /// What the venue told in this block, with the receipt and the place in it.
    func forEachVenueEvent(_ body: (VenueEvent, _ receipt: Int, _ offset: Int) throws -> Void) rethrows {
        for (index, receipt) in receipts.enumerated() {
            for (offset, log) in receipt.logs.enumerated() {
                // The venue's addresses are the only ones with so few bits that have logs.
                guard log.address.word.bitWidth <= 16, let event = VenueEvent(log) else { continue }
                try body(event, index, offset)
            }
        }
    }
}

extension VenueReader {
    mutating func write(_ trade: VenueTrade, in record: BlockRecord, to writer: inout JSONWriter) throws {
        let words = trade.event.words
        let instrument = try venue.instrument(trade.instrument)
        func account(_ word: UInt256) -> AccountNumber { AccountNumber(truncatingIfNeeded: word.limb0) }
        let (taker, maker) = (try accountID(account(words[1])), try accountID(account(words[2])))
        writer.object { writer in
            writer.block(record)
            writer.origin(of: trade.offset, inReceipt: trade.receipt, record)
            writer.instrument(instrument, self)
            writer.member("side", text: words[3].isZero ? "buy" : "sell")
            writer.member("price", amount: Int128(signedWord: words[4]))
            writer.member("size", amount: Int128(signedWord: words[5]))
            writer.member("taker", taker)
            writer.member("maker", maker)
            writer.member("takerFee", amount: Int128(signedWord: words[6]))
            writer.member("makerFee", amount: Int128(signedWord: words[7]))
        }
    }
}

extension JSONWriter {
    /// Where in its block a log is.
    mutating func origin(of offset: Int, inReceipt receipt: Int, _ record: BlockRecord) {
        let origin = record.origin(ofReceipt: receipt)
        member("transactionHash", hash: origin.hash)
        member("logIndex", quantity: UInt64(origin.firstLogIndex + offset))
    }
}

extension RPCService {
    private static let tradesLimit = 1000

    /// The last fills up to a block, newest first.
    private func trades(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        guard parameters.count <= 3 else { throw RPCError.invalidParameters("too many arguments, want at most 3") }
        let last = try block(parameters, 2)
        var reader = try VenueReader(chain, last)
        let selection = try reader.selection(parameters.optional(0), .argument(0))
        var (from, limit) = (UInt64(0), 100)
        if let json = parameters.optional(1) {
            let options = try RPCOptions(json, argument: 1, known: ["fromBlock", "limit"])
            from = try options.number("fromBlock") ?? 0
            if let wanted = try options.number("limit") {
                guard (1...UInt64(RPCService.tradesLimit)).contains(wanted) else {
                    throw options.error("limit must be between 1 and \(RPCService.tradesLimit)")
                }
                limit = Int(wanted)
            }
        }
        guard from <= last.number else {
            throw RPCError.invalidParameters("invalid argument 1: fromBlock \(from) lies behind block \(last.number)")
        }
        do {
            try writer.array { writer in
                for number in try trading(from...last.number).reversed() {
                    guard let record = try chain.block(number: number) else { continue }
                    for trade in VenueTrade.all(in: record).reversed() where limit > 0 {
                        guard selection.takes(try reader.venue.instrument(trade.instrument)) else { continue }
                        try reader.write(trade, in: record, to: &writer)
                        limit -= 1
                    }
                    if limit == 0 { return }
                }
            }
        } catch let error as VenueError { throw RPCError(error) }
        try reader.check()
    }

    /// The blocks of a range with fills, as far as the index of logs tells.
    private func trading(_ range: ClosedRange<UInt64>) throws(RPCError) -> [UInt64] {
        try chain.blocks(
            range,
            matching: LogFilter(
                addresses: [VenueEventKind.filled.emitter], topics: [[VenueEventKind.filled.topic]]))
    }
}
