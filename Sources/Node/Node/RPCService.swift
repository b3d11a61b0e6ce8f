import Chain
import Foundations
import JSONText
import Networking
import Synchronization

/// JSON-RPC 2.0 over HTTP and WebSocket: parses requests, finds the method, writes replies.
final class RPCService: ServerApplication, Sendable {
    /// Answers one call: writes its result, or throws an `RPCError`.
    typealias Method = @Sendable (RPCService, RPCParameters, inout JSONWriter) throws -> Void

    let chain: DevChain
    let filters = Mutex(FilterTable())
    let subscriptions = Mutex(SubscriptionTable())
    private let methods: [String: Method]
    /// How messages reach WebSocket clients; set once when the server exists.
    let server = Mutex<Server?>(nil)

    /// The most calls in one batch, and the bytes of results after which its other calls are refused; as with geth.
    static let batchLimit = 1000
    static let batchResponseLimit = 25_000_000

    init(chain: DevChain) {
        self.chain = chain
        methods = RPCService.chainMethods.merging(RPCService.stateMethods) { $1 }
            .merging(RPCService.transactionMethods) { $1 }.merging(RPCService.filterMethods) { $1 }
            .merging(RPCService.developmentMethods) { $1 }
    }

    /// The methods that are served, sorted.
    var methodNames: [String] { (Array(methods.keys) + ["eth_subscribe", "eth_unsubscribe"]).sorted() }

    func page(_ path: String) -> (contentType: String, body: [UInt8])? {
        guard path == "/" else { return nil }
        return (
            "text/plain; charset=utf-8",
            Array(
                "Condor node, chain \(chain.configuration.chainID). POST JSON-RPC here, or connect by WebSocket.\n".utf8
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
        var writer = JSONWriter()
        do {
            let parameters = try RPCParameters(request["params"])
            if name == "eth_subscribe" || name == "eth_unsubscribe" {
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
        guard let id else { return nil }
        var envelope = JSONWriter()
        envelope.object { envelope in
            envelope.key("jsonrpc")
            envelope.value("2.0")
            envelope.key("id")
            envelope.value(id)
            envelope.key("result")
            envelope.raw(writer.bytes)
        }
        return envelope.bytes
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

    /// The block that a parameter names: a number, a tag, a hash, or EIP-1898's object. nil when there is none.
    func find(_ value: JSONValue?) throws(RPCError) -> BlockRecord? {
        guard let value else { return chain.head }
        if value.kind == .object {
            if let hash = value["blockHash"], !hash.isNull {
                guard let hash = hash.bytes32 else { throw .invalidParameters("invalid blockHash") }
                return chain.block(hash: hash)
            }
            guard let number = value["blockNumber"] else {
                throw .invalidParameters("a block object needs blockHash or blockNumber")
            }
            return try find(number)
        }
        guard let text = value.string else {
            throw .invalidParameters(
                "invalid block: a quantity, a hash, or one of latest, pending, safe, finalized, earliest")
        }
        switch text {
        case "latest", "pending", "safe", "finalized": return chain.head
        case "earliest": return chain.block(number: 0)
        default:
            if text.count == 66, let hash = value.bytes32 { return chain.block(hash: hash) }
            guard let number = value.quantity64 else {
                throw .invalidParameters(
                    "invalid block '\(text.prefix(80))': a quantity, a hash, or one of latest, pending, safe, finalized, earliest"
                )
            }
            return chain.block(number: number)
        }
    }

    /// The block whose state a call reads; an error when it is not there.
    func block(_ value: JSONValue?) throws(RPCError) -> BlockRecord {
        guard let record = try find(value) else { throw RPCError(code: -32000, message: "header not found") }
        return record
    }
}
