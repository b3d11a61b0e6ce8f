import Chain
import Foundations
import JSONText
import Networking
import Synchronization

/// JSON-RPC 2.0 over HTTP and WebSocket: parses requests, finds the method, writes replies.
final class RPCService: ServerApplication, Sendable {
    /// Answers one call: writes its result, or throws an `RPCError`.
    typealias Method = @Sendable (RPCService, RPCParameters, inout JSONWriter) throws -> Void

    let chain: LocalChain
    let filters = Mutex(FilterTable())
    let subscriptions = Mutex(SubscriptionTable())
    let calls = CallPool()
    private let methods: [String: Method]
    /// How messages reach WebSocket clients; set once when the server exists.
    let server = Mutex<Server?>(nil)
    let proofCount = Atomic<Int>(0)
    let proofNanoseconds = Atomic<Int>(0)

    /// The most calls in one batch, and the bytes of results after which its other calls are refused; as with geth.
    static let batchLimit = 1000
    static let batchResponseLimit = 25_000_000

    init(chain: LocalChain) {
        self.chain = chain
        var tables = [
            RPCService.chainMethods, RPCService.stateMethods, RPCService.callMethods, RPCService.transactionMethods,
            RPCService.poolMethods, RPCService.filterMethods, RPCService.debugMethods, RPCService.buildingMethods,
            RPCService.venueMethods,
        ]
        // A chain that comes from elsewhere does not get blocks of this node's.
        if chain.isSealing { tables.append(RPCService.developmentMethods) }
        methods = tables.reduce(into: [:]) { methods, table in methods.merge(table) { $1 } }
    }

    /// The methods that are served, sorted.
    var methodNames: [String] { (Array(methods.keys) + RPCService.subscriptionMethods).sorted() }

    /// Those that need a connection which stays.
    private static let subscriptionMethods = [
        "eth_subscribe", "eth_unsubscribe", "condor_subscribe", "condor_unsubscribe",
    ]

    func page(_ path: String) -> (contentType: String, body: [UInt8])? {
        if path == "/metrics" { return ("text/plain; version=0.0.4; charset=utf-8", metrics()) }
        guard path == "/" else { return nil }
        return (
            "text/plain; charset=utf-8",
            Array(
                "Condor node, chain \(chain.rules.chainID). POST JSON-RPC here, or connect by WebSocket.\n".utf8
            )
        )
    }

    func respond(to body: [UInt8]) -> [UInt8] { respond(to: body, from: nil) ?? [] }

    func respond(to message: [UInt8], from connection: WebSocketHandle) -> [UInt8]? {
        respond(to: message, from: .some(connection))
    }

    func closed(_ connection: WebSocketHandle) {
        subscriptions.withLock { $0.removeAll(of: connection) }
    }

    /// nil when nothing is to be answered: notifications only.
    private func respond(to body: [UInt8], from connection: WebSocketHandle?) -> [UInt8]? {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: body)
        } catch {
            return reply(nil, RPCError(code: -32700, message: "parse error: \(error.message)"))
        }
        let root = document.root
        guard let batch = root.array else { return call(root, from: connection) }
        if batch.isEmpty { return reply(nil, RPCError(code: -32600, message: "empty batch")) }
        if batch.count > RPCService.batchLimit {
            return reply(
                nil, RPCError(code: -32600, message: "batch too large: at most \(RPCService.batchLimit) calls"))
        }
        var replies: [UInt8] = []
        for request in batch {
            let answer: [UInt8]?
            if replies.count <= RPCService.batchResponseLimit {
                answer = call(request, from: connection)
            } else {
                answer = request["id"].map { reply($0, RPCError(code: -32003, message: "response too large")) }
            }
            guard let answer else { continue }
            replies.append(UInt8(ascii: replies.isEmpty ? "[" : ","))
            replies += answer
        }
        return replies.isEmpty ? nil : replies + [UInt8(ascii: "]")]
    }

    private func call(_ request: JSONValue, from connection: WebSocketHandle?) -> [UInt8]? {
        guard request.kind == .object, let name = request["method"]?.string else {
            return reply(request["id"], RPCError(code: -32600, message: "invalid request: an object with a method"))
        }
        let id = request["id"]
        if let id, id.kind != .string, id.kind != .number, id.kind != .null {
            return reply(nil, RPCError(code: -32600, message: "invalid request: id must be a string, number or null"))
        }
        // The result is written where it belongs; an error begins anew.
        var writer = JSONWriter(reserving: 256)
        writer.openObject()
        writer.key("jsonrpc")
        writer.value("2.0")
        writer.key("id")
        if let id { writer.value(id) } else { writer.null() }
        writer.key("result")
        do {
            let parameters = try RPCParameters(request["params"])
            if RPCService.subscriptionMethods.contains(name) {
                guard let connection else {
                    throw RPCError(code: -32000, message: "notifications not supported: connect by WebSocket")
                }
                try subscribe(name, parameters, connection, &writer)
            } else {
                guard let method = methods[name] else { throw RPCError.methodNotFound(name) }
                try method(self, parameters, &writer)
            }
        } catch let error as RPCError {
            return id == nil ? nil : reply(id, error)
        } catch {
            return id == nil ? nil : reply(id, RPCError(code: -32603, message: "internal error: \(error)"))
        }
        if id == nil { return nil }
        writer.closeObject()
        return writer.bytes
    }

    private func reply(_ id: JSONValue?, _ error: RPCError) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("jsonrpc")
            writer.value("2.0")
            writer.key("id")
            if let id { writer.value(id) } else { writer.null() }
            writer.key("error")
            writer.object { writer in
                writer.key("code")
                writer.value(error.code)
                writer.key("message")
                writer.value(error.message)
                if let data = error.data {
                    writer.key("data")
                    writer.value(hex: data)
                }
            }
        }
        return writer.bytes
    }

    // MARK: Blocks by name

    /// How a method names blocks.
    enum BlockNaming {
        case number
        /// A number, a hash, or EIP-1898's object.
        case numberOrHash
    }

    /// The block that a parameter names; the head where the parameter may be left out and is. nil when there is none.
    func find(
        _ parameters: RPCParameters, _ index: Int, _ naming: BlockNaming = .number
    ) throws(RPCError) -> BlockRecord? {
        try find(parameters.required(index), .argument(index), naming)
    }

    private func find(
        _ value: JSONValue, _ place: RPCParameters.Place, _ naming: BlockNaming
    ) throws(RPCError) -> BlockRecord? {
        if naming == .numberOrHash {
            if value.kind == .object { return try find(object: value, place) }
            if value.utf8?.count == 66 { return try chain.block(hash: RPCParameters.hash(value, place)) }
        }
        switch value.string {
        // Nothing here can be undone by a consensus layer: the head is final.
        case "latest", "pending", "safe", "finalized": return chain.head
        case "earliest": return try chain.block(number: 0)
        default:
            let number: UInt64
            do throws(HexText.Reason) { number = try HexText.quantity64(value) } catch {
                throw place.error(error == .notText ? "json: cannot unmarshal into Go value" : error.rawValue)
            }
            if number > UInt64(Int64.max) { throw place.error("block number larger than int64") }
            return try chain.block(number: number)
        }
    }

    /// https://eips.ethereum.org/EIPS/eip-1898
    private func find(object: JSONValue, _ place: RPCParameters.Place) throws(RPCError) -> BlockRecord? {
        let hash = object["blockHash"].flatMap { $0.isNull ? nil : $0 }
        let number = object["blockNumber"].flatMap { $0.isNull ? nil : $0 }
        if let hash, number == nil { return try chain.block(hash: RPCParameters.hash(hash, place)) }
        if hash != nil {
            throw place.error("cannot specify both BlockHash and BlockNumber, choose one or the other")
        }
        guard let number else { throw place.error("invalid arguments; neither block number or hash specified") }
        return try find(number, place, .number)
    }

    /// The block whose state a call reads, by default the head; an error when it is not there.
    func block(_ parameters: RPCParameters, _ index: Int) throws(RPCError) -> BlockRecord {
        guard let value = parameters.optional(index) else { return chain.head }
        guard let record = try find(value, .argument(index), .numberOrHash) else {
            let isHash = value.utf8?.count == 66 || value["blockHash"] != nil
            throw .server(isHash ? "header for hash not found" : "header not found")
        }
        return record
    }
}
