import Derivatives
import Execution
import Foundations
import JSONText
import Networking
import State
import Synchronization

/// What of the venue a WebSocket client can be told, block by block.
enum VenueTopic: String, CaseIterable, Sendable {
    /// Levels of books that changed.
    case book
    case trades
    /// New marks, each time that they are moved.
    case marks
    /// What the waterfall did.
    case liquidations
}

extension RPCService {
    /// `condor_subscribe(topic, instruments)`.
    func subscribeVenue(
        _ parameters: RPCParameters, _ connection: WebSocketHandle, _ writer: inout JSONWriter
    ) throws(RPCError) {
        let topic: VenueTopic? = try parameters.required(0).string.flatMap { VenueTopic(rawValue: $0) }
        guard let topic else {
            let known = VenueTopic.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParameters("unknown subscription; accepted: \(known)")
        }
        var reader = try VenueReader(chain, chain.head)
        let selection = try reader.selection(parameters.optional(1), .argument(1))
        try reader.check()
        let id = try subscriptions.withLock { (table) throws(RPCError) in
            try table.add(.venue(topic, selection), for: connection)
        }
        writer.value(quantity: id)
    }

    /// Tells subscribers what a new block did at the venue: one message for each subscription that it concerns.
    func notifyVenue(_ record: BlockRecord) {
        var wanted: [(id: UInt64, connection: WebSocketHandle, topic: VenueTopic, selection: VenueSelection)] = []
        for (id, connection, kind) in subscriptions.withLock({ $0.all }) {
            if case .venue(let topic, let selection) = kind { wanted.append((id, connection, topic, selection)) }
        }
        guard !wanted.isEmpty, var news = try? VenueNews(chain, record) else { return }
        for (id, connection, topic, selection) in wanted {
            // A state that cannot be read has nothing to tell; the node's own block says what is wrong.
            guard let items = try? news.items(topic, selection), !items.isEmpty else { continue }
            let sequence = subscriptions.withLock { $0.next(id) }
            push(id, connection, namespace: "condor") { writer in
                writer.object { writer in
                    writer.block(record)
                    writer.member("sequence", quantity: sequence)
                    writer.key(topic.rawValue)
                    writer.array(items) { $0.raw($1) }
                }
            }
        }
    }
}

/// What a block did at the venue, found when it is first asked for and once for all who ask.
private struct VenueNews {
    private var reader: VenueReader
    private let record: BlockRecord
    /// What is told, and which instrument it is about, if it is about one.
    typealias Item = (instrument: Instrument?, json: [UInt8])

    private var found: [VenueTopic: [Item]] = [:]

    init(_ chain: LocalChain, _ record: BlockRecord) throws(RPCError) {
        reader = try VenueReader(chain, record)
        self.record = record
    }

    mutating func items(_ topic: VenueTopic, _ selection: VenueSelection) throws -> [[UInt8]] {
        if found[topic] == nil { found[topic] = try all(topic) }
        return (found[topic] ?? []).filter { $0.instrument.map(selection.takes) ?? true }.map(\.json)
    }

    private mutating func all(_ topic: VenueTopic) throws -> [Item] {
        switch topic {
        case .book: try books()
        case .trades: try trades()
        case .marks: try marks()
        case .liquidations: try liquidations()
        }
    }

    /// The words that the block changed in a contract's storage.
    private func changes(of contract: VenueContract) -> [(slot: UInt256, value: UInt256)] {
        record.diff.accounts.first { $0.address == contract.address }?.slots ?? []
    }

    private mutating func books() throws -> [Item] {
        var levels: [InstrumentNumber: [BookLevelChange]] = [:]
        for (slot, word) in changes(of: .book) {
            if let change = BookLevelChange(slot: VenueSlot(.book, word: slot), word: word) {
                levels[change.instrument, default: []].append(change)
            }
        }
        var books: [Item] = []
        for (number, changes) in levels.sorted(by: { $0.key < $1.key }) {
            let instrument = try reader.venue.instrument(number)
            var writer = JSONWriter()
            try writer.object { writer in
                writer.instrument(instrument, reader)
                for (name, side) in [("bids", Side.buy), ("asks", .sell)] {
                    // Best first, as in a book.
                    let sorted = changes.filter { $0.side == side }.map(\.level).sorted {
                        side == .buy ? $0.ticks > $1.ticks : $0.ticks < $1.ticks
                    }
                    try writer.member(name, each: sorted) { writer, level in
                        try writer.object { writer in
                            writer.member("price", amount: try instrument.price(ticks: level.ticks))
                            writer.member("size", amount: try instrument.size(lots: level.lots))
                            writer.member("orders", quantity: UInt64(level.orders))
                        }
                    }
                }
            }
            books.append((instrument, writer.bytes))
        }
        return books
    }

    private mutating func trades() throws -> [Item] {
        try VenueTrade.all(in: record).map { trade in
            var writer = JSONWriter()
            try reader.write(trade, in: record, to: &writer)
            return (try reader.venue.instrument(trade.instrument), writer.bytes)
        }
    }

    private mutating func marks() throws -> [Item] {
        var marks: [Item] = []
        for (slot, _) in changes(of: .oracle) {
            guard let underlying = VenueSlot(.oracle, word: slot).markedUnderlying else { continue }
            for instrument in try reader.instruments(VenueSelection(underlyings: [underlying], instruments: [])) {
                guard let quote = try? reader.venue.quote(of: instrument.number) else { continue }
                var writer = JSONWriter()
                writer.object { writer in
                    writer.instrument(instrument, reader)
                    writer.member("mark", amount: quote.mark)
                    writer.member("index", amount: quote.index)
                }
                marks.append((instrument, writer.bytes))
            }
        }
        return marks
    }

    /// Events that name no instrument concern whoever asks.
    private mutating func liquidations() throws -> [Item] {
        var items: [Item] = []
        var events: [(event: VenueEvent, receipt: Int, offset: Int)] = []
        record.forEachVenueEvent { event, receipt, offset in
            if event.isOfWaterfall { events.append((event, receipt, offset)) }
        }
        for (event, receipt, offset) in events {
            var writer = JSONWriter()
            var instrument: Instrument?
            try writer.object { writer in
                writer.member("event", text: "\(event.kind.name)")
                writer.origin(of: offset, inReceipt: receipt, record)
                instrument = try reader.write(parametersOf: event, to: &writer)
            }
            items.append((instrument, writer.bytes))
        }
        return items
    }
}

extension VenueEvent {
    /// Whether a liquidation has done it.
    fileprivate var isOfWaterfall: Bool {
        switch kind {
        case .liquidationStep, .liquidationFilled, .auctionBid, .insurancePaid, .deleveraged, .socialised, .badDebt:
            true
        case .orderRemoved: words[2].limb0 == UInt64(RemovalReason.liquidation.rawValue)
        default: false
        }
    }
}

extension VenueReader {
    /// The parameters by their names, accounts and instruments as they are known outside; answers the instrument, if one is named.
    fileprivate mutating func write(
        parametersOf event: VenueEvent, to writer: inout JSONWriter
    ) throws -> Instrument? {
        var named: Instrument?
        for (parameter, word) in zip(event.kind.parameters, event.words) {
            let name = "\(parameter.name)"
            let number = UInt32(truncatingIfNeeded: word.limb0)
            switch name {
            case "account", "bidder", "counterparty", "payer": writer.member(name, try accountID(number))
            case "number":
                let instrument = try venue.instrument(number)
                writer.instrument(instrument, self)
                named = instrument
            case "order":
                writer.member(name, quantity: word)
                guard let id = OrderID(word: word) else { continue }
                let instrument = try venue.instrument(id.instrument)
                writer.instrument(instrument, self)
                named = instrument
            case "underlying": writer.member(name, text: symbol(of: number))
            case "step":
                writer.member(name, text: LiquidationStep(rawValue: UInt8(truncatingIfNeeded: number)).map { "\($0)" })
            case "reason":
                writer.member(name, text: RemovalReason(rawValue: UInt8(truncatingIfNeeded: number)).map { "\($0)" })
            case "lots":
                let size = try named.map { try $0.size(lots: Int64(bitPattern: word.limb0)) }
                writer.member("size", amount: size)
            default:
                if parameter.isSigned {
                    writer.member(name, amount: Int128(signedWord: word))
                } else {
                    writer.member(name, quantity: word)
                }
            }
        }
        return named
    }
}
