import Chain
import Foundation
import Foundations
import JSONText
import Networking
import Synchronization

// Logs: asked for at once, by filters that are polled, and by subscriptions that push.

/// Filters that clients poll.
struct FilterTable {
    enum Kind {
        case logs(LogFilter, from: UInt64?, to: UInt64?)
        case blocks
        case transactions
    }

    struct Filter {
        let kind: Kind
        /// The first block that the next poll reports.
        var nextBlock: UInt64
        /// The position of the first waiting transaction that it reports.
        var nextPending: UInt64
        var lastUse: Date

        /// The first block that the filter is about at all.
        var firstBlock: UInt64 {
            if case .logs(_, let from, _) = kind { return from ?? 0 }
            return 0
        }
    }

    /// What a poll reports.
    struct Poll {
        let kind: Kind
        let nextBlock: UInt64
        let pending: ArraySlice<Bytes32>
    }

    /// A filter that nobody polls for this long is dropped, in seconds.
    static let lifetime: TimeInterval = 300
    static let limit = 10_000
    private var filters: [UInt64: Filter] = [:]
    /// The newest waiting transactions; all filters share them.
    private var pending = RecentHashes(limit: 32_768)
    private var nextID: UInt64 = 1

    mutating func add(_ kind: Kind, nextBlock: UInt64) throws(RPCError) -> UInt64 {
        let now = Date()
        filters = filters.filter { now.timeIntervalSince($0.value.lastUse) < FilterTable.lifetime }
        guard filters.count < FilterTable.limit else { throw .server("too many filters") }
        defer { nextID += 1 }
        filters[nextID] = Filter(
            kind: kind, nextBlock: nextBlock, nextPending: pending.end, lastUse: now)
        return nextID
    }

    mutating func remove(_ id: UInt64) -> Bool { filters.removeValue(forKey: id) != nil }

    func filter(_ id: UInt64) -> Filter? { filters[id] }

    /// What a filter has to report; its next poll starts behind `head`.
    mutating func poll(_ id: UInt64, head: UInt64) -> Poll? {
        guard let filter = filters[id] else { return nil }
        filters[id]?.nextBlock = max(filter.nextBlock, head + 1)
        filters[id]?.nextPending = pending.end
        filters[id]?.lastUse = Date()
        return Poll(kind: filter.kind, nextBlock: filter.nextBlock, pending: pending.since(filter.nextPending))
    }

    mutating func note(pending hash: Bytes32) { pending.append(hash) }

    /// Blocks behind `head` are gone: those that come in their place are to be reported.
    mutating func goBack(to head: UInt64) {
        for (id, filter) in filters where filter.nextBlock > head + 1 {
            filters[id]?.nextBlock = max(head + 1, filter.firstBlock)
        }
    }
}

extension RPCService {
    static let filterMethods: [String: Method] = [
        "eth_getLogs": { service, parameters, writer in
            let json = try parameters.required(0)
            let filter = try LogFilter(json)
            if let hash = json["blockHash"], !hash.isNull {
                guard json["fromBlock"] == nil, json["toBlock"] == nil else {
                    throw RPCError.invalidParameters(
                        "invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"
                    )
                }
                guard let hash = hash.bytes32, let record = try service.chain.block(hash: hash) else {
                    throw RPCError.server("unknown block")
                }
                return try service.write([record.number], filter, &writer)
            }
            let range = try service.range(json)
            let head = service.chain.head.number
            let (from, to) = (range.from ?? head, range.to ?? head)
            if from > to { throw RPCError.invalidParameters("invalid block range params") }
            if from > head || to > head {
                throw RPCError.invalidParameters("block range extends beyond current head block")
            }
            try service.write(service.chain.blocks(from...to, matching: filter), filter, &writer)
        },
        "eth_newFilter": { service, parameters, writer in
            let json = try parameters.required(0)
            let filter = try LogFilter(json)
            let range = try service.range(json)
            let next = max(service.chain.head.number + 1, range.from ?? 0)
            writer.value(
                quantity: try service.filters.withLock { (table) throws(RPCError) in
                    try table.add(.logs(filter, from: range.from, to: range.to), nextBlock: next)
                })
        },
        "eth_newBlockFilter": { service, _, writer in
            let next = service.chain.head.number + 1
            writer.value(
                quantity: try service.filters.withLock { (table) throws(RPCError) in
                    try table.add(.blocks, nextBlock: next)
                })
        },
        "eth_newPendingTransactionFilter": { service, _, writer in
            let next = service.chain.head.number + 1
            writer.value(
                quantity: try service.filters.withLock { (table) throws(RPCError) in
                    try table.add(.transactions, nextBlock: next)
                })
        },
        "eth_uninstallFilter": { service, parameters, writer in
            let id = try parameters.number(0)
            writer.value(service.filters.withLock { $0.remove(id) })
        },
        "eth_getFilterChanges": { service, parameters, writer in
            let id = try parameters.number(0)
            let head = service.chain.head.number
            guard let poll = service.filters.withLock({ $0.poll(id, head: head) }) else {
                throw RPCError.server("filter not found")
            }
            let fresh = poll.nextBlock <= head ? poll.nextBlock...head : nil
            switch poll.kind {
            case .logs(let logs, _, let to):
                let numbers = try fresh.map { try service.chain.blocks($0, matching: logs) } ?? []
                try service.write(numbers.filter { $0 <= to ?? .max }, logs, &writer)
            case .blocks:
                let records = try fresh.map { try service.chain.blocks($0) } ?? []
                writer.array(records) { $0.value(hex: $1.hash.bytes) }
            case .transactions: writer.array(poll.pending) { $0.value(hex: $1.bytes) }
            }
        },
        "eth_getFilterLogs": { service, parameters, writer in
            let id = try parameters.number(0)
            guard case .logs(let logs, let from, let to)? = service.filters.withLock({ $0.filter(id) })?.kind else {
                throw RPCError.server("filter not found")
            }
            let head = service.chain.head.number
            let (first, last) = (from ?? head, min(to ?? head, head))
            let numbers = first <= last ? try service.chain.blocks(first...last, matching: logs) : []
            try service.write(numbers, logs, &writer)
        },
    ]

    /// The block numbers of a filter; nil stands for the head.
    private func range(_ json: JSONValue) throws(RPCError) -> (from: UInt64?, to: UInt64?) {
        (try boundary(json["fromBlock"]), try boundary(json["toBlock"]))
    }

    private func boundary(_ value: JSONValue?) throws(RPCError) -> UInt64? {
        guard let value, !value.isNull else { return nil }
        switch value.string {
        case "latest", "pending", "safe", "finalized": return nil
        case "earliest": return 0
        default:
            do throws(HexText.Reason) { return try HexText.quantity64(value) } catch {
                throw .invalidParameters("invalid argument 0: \(error.rawValue)")
            }
        }
    }

    /// The logs of the blocks with these numbers, read one after the other.
    private func write(_ numbers: [UInt64], _ filter: LogFilter, _ writer: inout JSONWriter) throws(RPCError) {
        var failure: RPCError?
        writer.array { writer in
            for number in numbers {
                do throws(RPCError) {
                    guard let record = try chain.block(number: number) else { continue }
                    for place in filter.places(in: record) {
                        writer.log(in: record, at: place.transaction, offset: place.log)
                    }
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
    }
}

// MARK: - Subscriptions

/// What WebSocket clients have asked to be told.
struct SubscriptionTable {
    enum Kind {
        case newHeads
        case logs(LogFilter)
        case newPendingTransactions
        case venue(VenueTopic, VenueSelection)

        /// Under which namespace it was asked for, and what tells of it comes.
        var namespace: String {
            if case .venue = self { return "condor" }
            return "eth"
        }
    }

    /// Subscriptions that one connection may have.
    static let limit = 1024

    private var subscriptions: [UInt64: (connection: WebSocketHandle, kind: Kind, sent: UInt64)] = [:]
    private var generator = SystemRandomNumberGenerator()

    mutating func add(_ kind: Kind, for connection: WebSocketHandle) throws(RPCError) -> UInt64 {
        guard subscriptions.values.count(where: { $0.connection == connection }) < SubscriptionTable.limit else {
            throw .server("too many subscriptions on this connection")
        }
        var id = generator.next()
        while subscriptions[id] != nil { id = generator.next() }
        subscriptions[id] = (connection, kind, 0)
        return id
    }

    mutating func remove(_ id: UInt64, of connection: WebSocketHandle, namespace: String) -> Bool {
        guard let known = subscriptions[id], known.connection == connection, known.kind.namespace == namespace else {
            return false
        }
        subscriptions[id] = nil
        return true
    }

    mutating func removeAll(of connection: WebSocketHandle) {
        subscriptions = subscriptions.filter { $0.value.connection != connection }
    }

    /// Counts what a subscriber is told: 1, 2, 3, …
    mutating func next(_ id: UInt64) -> UInt64 {
        subscriptions[id]?.sent += 1
        return subscriptions[id]?.sent ?? 0
    }

    var all: [(id: UInt64, connection: WebSocketHandle, kind: Kind)] {
        subscriptions.map { ($0.key, $0.value.connection, $0.value.kind) }
    }
}

extension RPCService {
    func subscribe(
        _ method: String, _ parameters: RPCParameters, _ connection: WebSocketHandle, _ writer: inout JSONWriter
    ) throws(RPCError) {
        let namespace = method.hasPrefix("condor") ? "condor" : "eth"
        if method.hasSuffix("_unsubscribe") {
            let id = try parameters.number(0)
            guard subscriptions.withLock({ $0.remove(id, of: connection, namespace: namespace) }) else {
                throw .server("subscription not found")
            }
            return writer.value(true)
        }
        if namespace == "condor" { return try subscribeVenue(parameters, connection, &writer) }
        let kind: SubscriptionTable.Kind
        switch try parameters.required(0).string {
        case "newHeads": kind = .newHeads
        case "newPendingTransactions": kind = .newPendingTransactions
        case "logs":
            if let json = parameters.optional(1) {
                kind = .logs(try LogFilter(json))
            } else {
                throw .invalidParameters("missing value for required argument 1: filter")
            }
        default: throw .invalidParameters("unknown subscription; accepted: newHeads, logs, newPendingTransactions")
        }
        let id = try subscriptions.withLock { (table) throws(RPCError) in try table.add(kind, for: connection) }
        writer.value(quantity: id)
    }

    /// Tells subscribers of a new block.
    func notify(_ record: BlockRecord) {
        for (id, connection, kind) in subscriptions.withLock({ $0.all }) {
            switch kind {
            case .newHeads:
                push(id, connection) { writer in
                    writer.object { $0.headerFields(record.header, hash: record.hash) }
                }
            case .logs(let filter):
                for place in filter.places(in: record) {
                    push(id, connection) { $0.log(in: record, at: place.transaction, offset: place.log) }
                }
            case .newPendingTransactions, .venue: break
            }
        }
        notifyVenue(record)
    }

    func notifyPending(_ hash: Bytes32) {
        filters.withLock { $0.note(pending: hash) }
        for (id, connection, kind) in subscriptions.withLock({ $0.all }) {
            if case .newPendingTransactions = kind { push(id, connection) { $0.value(hex: hash.bytes) } }
        }
    }

    func push(
        _ id: UInt64, _ connection: WebSocketHandle, namespace: String = "eth",
        _ result: (inout JSONWriter) throws -> Void
    ) rethrows {
        var writer = JSONWriter()
        try writer.object { writer in
            writer.key("jsonrpc")
            writer.value("2.0")
            writer.key("method")
            writer.value("\(namespace)_subscription")
            writer.key("params")
            try writer.object { writer in
                writer.key("subscription")
                writer.value(quantity: id)
                writer.key("result")
                try result(&writer)
            }
        }
        server.withLock { $0 }?.send(writer.bytes, to: connection)
    }
}
