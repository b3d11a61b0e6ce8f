import Foundation
import Foundations
import Networking
import Synchronization

/// A development node: a chain in memory behind JSON-RPC on HTTP and WebSocket.
public final class DevNode: Sendable {
    public let accounts: [DevAccount]
    public let chainID: UInt64
    private let service: RPCService
    private let server: Server
    private let blockTime: UInt64?
    private let sealing = DispatchQueue(label: "condor.sealing")
    private let isStopped = Atomic<Bool>(false)

    /// Makes the chain and binds the port (0 takes a free one); `start` begins to serve.
    public init(
        chain options: DevChainConfiguration, host: String, port: UInt16, threadCount: Int
    ) throws {
        let chain = try DevChain(options)
        accounts = chain.accounts
        chainID = options.chainID
        blockTime = options.blockTime
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
