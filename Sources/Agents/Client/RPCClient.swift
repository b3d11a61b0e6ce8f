public import Foundations
public import JSONText

/// Carries one JSON text to a node and brings the answer back. Agents know nothing else of a node: whether it runs in this process
/// or behind a socket is the transport's business.
public protocol RPCTransport: AnyObject {
    func exchange(_ request: [UInt8]) throws -> [UInt8]
}

/// Why a call got no result.
public struct RPCFailure: Error, Equatable, CustomStringConvertible {
    /// The code of JSON-RPC; 0 where the node was not reached or its answer is none.
    public let code: Int
    public let message: String
    /// What a reverted call returned.
    public var data: [UInt8] = []

    public init(code: Int = 0, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { code == 0 ? message : "\(message) (\(code))" }
}

/// One call: a method and its parameters as the text of a JSON array.
public struct RPCCall: Sendable {
    public let method: String
    public let parameters: [UInt8]

    public init(_ method: String, _ parameters: (inout JSONWriter) -> Void = { _ in }) {
        self.method = method
        var writer = JSONWriter()
        writer.array(parameters)
        self.parameters = writer.bytes
    }

    /// `eth_call` on the newest block.
    public static func read(_ contract: Address, _ data: [UInt8]) -> RPCCall {
        RPCCall("eth_call") { writer in
            writer.object { writer in
                writer.key("to")
                writer.value(contract)
                writer.key("data")
                writer.value(hex: data)
            }
            writer.value("latest")
        }
    }
}

/// JSON-RPC 2.0 over a transport.
public final class RPCClient {
    private let transport: any RPCTransport
    private var nextID: UInt64 = 1
    /// How many calls go in one batch, far below what nodes bound.
    private static let batchSize = 100

    public init(_ transport: any RPCTransport) { self.transport = transport }

    /// The result of one call.
    public func call(_ call: RPCCall) throws -> JSONValue {
        let id = nextID
        nextID += 1
        var writer = JSONWriter(reserving: 256 + call.parameters.count)
        RPCClient.write(call, id: id, &writer)
        let root = try answer(to: writer.bytes)
        return try RPCClient.result(of: root)
    }

    public func call(_ method: String, _ parameters: (inout JSONWriter) -> Void = { _ in }) throws -> JSONValue {
        try call(RPCCall(method, parameters))
    }

    /// The results of many calls in their order. Only a node that cannot be reached is an error of all of them.
    public func batch(_ calls: [RPCCall]) throws -> [Result<JSONValue, RPCFailure>] {
        var results: [Result<JSONValue, RPCFailure>] = []
        var start = 0
        while start < calls.count {
            let end = min(calls.count, start + RPCClient.batchSize)
            results += try exchange(calls[start..<end])
            start = end
        }
        return results
    }

    private func exchange(_ calls: ArraySlice<RPCCall>) throws -> [Result<JSONValue, RPCFailure>] {
        let first = nextID
        nextID += UInt64(calls.count)
        var writer = JSONWriter(reserving: 256)
        writer.array { writer in
            for (index, call) in calls.enumerated() { RPCClient.write(call, id: first + UInt64(index), &writer) }
        }
        let root = try answer(to: writer.bytes)
        guard let replies = root.array else {
            // A batch that is refused as a whole is answered by one error.
            _ = try RPCClient.result(of: root)
            throw RPCFailure(message: "the node answers a batch with no array")
        }
        // Answers may come in any order.
        var results: [Result<JSONValue, RPCFailure>] = Array(
            repeating: .failure(RPCFailure(message: "the node left a call unanswered")), count: calls.count)
        for reply in replies {
            guard let id = reply["id"]?.unsigned, id >= first, id - first < UInt64(calls.count) else { continue }
            do {
                results[Int(id - first)] = .success(try RPCClient.result(of: reply))
            } catch {
                results[Int(id - first)] = .failure(error)
            }
        }
        return results
    }

    private func answer(to request: [UInt8]) throws -> JSONValue {
        let bytes = try transport.exchange(request)
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes).root
        } catch {
            throw RPCFailure(message: "the node's answer is no JSON: \(error)")
        }
    }

    private static func write(_ call: RPCCall, id: UInt64, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("jsonrpc")
            writer.value("2.0")
            writer.key("id")
            writer.value(id)
            writer.key("method")
            writer.value(call.method)
            writer.key("params")
            writer.raw(call.parameters)
        }
    }

    private static func result(of reply: JSONValue) throws(RPCFailure) -> JSONValue {
        if let error = reply["error"] {
            var failure = RPCFailure(
                code: Int(error["code"]?.integer ?? -1),
                message: error["message"]?.string ?? "an error without a message")
            failure.data = error["data"]?.bytes ?? []
            throw failure
        }
        guard let result = reply["result"] else {
            throw RPCFailure(message: "the node's answer has neither result nor error")
        }
        return result
    }
}

extension RPCClient {
    /// A contract's view on the newest block.
    public func read(_ contract: Address, _ function: ContractFunction, _ values: [ABIValue]) throws -> [ABIValue] {
        try function.decode(call(.read(contract, function.encode(values))))
    }
}
