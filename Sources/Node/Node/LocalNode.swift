import Foundation
import Foundations
import Networking
import Synchronization

/// A node: a chain in memory behind JSON-RPC on HTTP and WebSocket.
public final class LocalNode: Sendable {
    public let accounts: [DevAccount]
    public let chainID: UInt64
    private let service: RPCService
    private let server: Server
    private let blockTime: UInt64?
    private let sealing = DispatchQueue(label: "condor.sealing")
    private let isStopped = Atomic<Bool>(false)

    /// Makes a development chain and binds the port (0 takes a free one); `start` begins to serve.
    public convenience init(
        development options: DevelopmentChain, host: String, port: UInt16, threadCount: Int
    ) throws {
        try self.init(
            LocalChain(options), blockTime: options.blockTime, host: host, port: port, threadCount: threadCount)
    }

    /// Serves the chain that an import made: it does not grow, transactions wait. `gasLimit` is what blocks that clients
    /// have built tend to.
    public convenience init(
        imported tree: BlockTree, rules: ChainRules, gasLimit: UInt64, host: String, port: UInt16, threadCount: Int
    ) throws {
        try self.init(
            LocalChain(tree, rules: rules, gasLimit: gasLimit), blockTime: nil, host: host, port: port,
            threadCount: threadCount)
    }

    private init(_ chain: LocalChain, blockTime: UInt64?, host: String, port: UInt16, threadCount: Int) throws {
        accounts = chain.accounts
        chainID = chain.rules.chainID
        self.blockTime = blockTime
        service = RPCService(chain: chain)
        server = try Server(host: host, port: port, application: service, threadCount: threadCount)
        service.server.withLock { $0 = server }
    }

    public var port: UInt16 { server.port }

    /// The JSON-RPC methods that the node answers.
    public var methods: [String] { service.methodNames }

    /// The reply to the body of an HTTP request, without a connection.
    package func respond(to body: [UInt8]) -> [UInt8] { service.respond(to: body) }

    public func start() {
        server.start()
        if let blockTime { sealRepeatedly(every: Int(blockTime)) }
    }

    private func sealRepeatedly(every seconds: Int) {
        sealing.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            guard let self, !isStopped.load(ordering: .relaxed) else { return }
            do {
                try service.seal()
            } catch {
                FileHandle.standardError.write(Data("cannot seal a block: \(error)\n".utf8))
            }
            sealRepeatedly(every: seconds)
        }
    }

    /// Ends all connections and threads.
    public func stop() {
        isStopped.store(true, ordering: .relaxed)
        service.server.withLock { $0 = nil }
        server.stop()
    }
}
