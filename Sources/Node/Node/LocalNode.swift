import Chain
import Foundation
import Foundations
import Networking
public import Storage
import Synchronization

/// A node: a chain behind JSON-RPC on HTTP and WebSocket.
public final class LocalNode: Sendable {
    public let accounts: [DevAccount]
    public let chainID: UInt64
    private let chain: LocalChain
    private let service: RPCService
    private let server: Server
    private let blockTime: UInt64?
    private let sealing = DispatchQueue(label: "condor.sealing")
    private let pruning = DispatchQueue(label: "condor.pruning", qos: .utility)
    private let isStopped = Atomic<Bool>(false)

    /// Makes or opens a development chain and binds the port (0 takes a free one); `start` begins to serve. Without a
    /// data folder the chain is kept in memory.
    public convenience init(
        development options: DevelopmentChain, dataFolder: String? = nil, storage: ChainDatabase.Options = .init(),
        host: String, port: UInt16, threadCount: Int
    ) throws {
        try self.init(
            LocalChain(options, folder: dataFolder, storage: storage), blockTime: options.blockTime, host: host,
            port: port, threadCount: threadCount)
    }

    /// Serves a chain that was imported: it does not grow, transactions wait. `gasLimit` is what blocks that clients have
    /// built tend to.
    public convenience init(
        serving directory: DataDirectory, gasLimit: UInt64, host: String, port: UInt16, threadCount: Int
    ) throws {
        try self.init(
            LocalChain(directory, gasLimit: gasLimit), blockTime: nil, host: host, port: port, threadCount: threadCount)
    }

    private init(_ chain: LocalChain, blockTime: UInt64?, host: String, port: UInt16, threadCount: Int) throws {
        self.chain = chain
        self.blockTime = blockTime
        accounts = chain.accounts
        chainID = chain.rules.chainID
        service = RPCService(chain: chain)
        server = try Server(host: host, port: port, application: service, threadCount: threadCount)
        service.server.withLock { $0 = server }
    }

    /// The number of the newest block.
    public var headNumber: UInt64 { chain.head.number }

    /// Why the database takes no more blocks, if it does not. The node asks its process to stop then.
    public var failure: StorageError? { chain.database.failure }

    public var port: UInt16 { server.port }

    /// The JSON-RPC methods that the node answers.
    public var methods: [String] { service.methodNames }

    /// The reply to the body of an HTTP request, without a connection.
    package func respond(to body: [UInt8]) -> [UInt8] { service.respond(to: body) }

    public func start() {
        server.start()
        if let blockTime { sealRepeatedly(every: Int(blockTime)) }
        if chain.database.options.retention != .everything { pruneRepeatedly() }
    }

    /// A bounded step at a time, so that a block never waits long for the database.
    private func pruneRepeatedly() {
        pruning.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            do {
                while try !isStopped.load(ordering: .relaxed) && chain.database.pruneStep() { usleep(1000) }
            } catch {
                return FileHandle.standardError.write(Data("cannot prune: \(error)\n".utf8))
            }
            if !isStopped.load(ordering: .relaxed) { pruneRepeatedly() }
        }
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
        // Blocks of a policy that syncs more seldom than every block.
        try? chain.database.sync()
    }
}
