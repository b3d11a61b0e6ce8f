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
    private let log: EventLog

    /// Makes or opens a development chain and binds the port (0 takes a free one); `start` begins to serve. Without a
    /// data folder the chain is kept in memory.
    public convenience init(
        development options: DevelopmentChain, dataFolder: String? = nil, storage: ChainDatabase.Options = .init(),
        host: String, port: UInt16, threadCount: Int, log: EventLog = .none
    ) throws {
        try self.init(
            LocalChain(options, folder: dataFolder, storage: storage, log: log), blockTime: options.blockTime,
            host: host, port: port, threadCount: threadCount)
    }

    /// A chain of this node's own that begins with a block of another one (`DataDirectory(forking:at:)`), whose rules it
    /// keeps. Of `options` the accounts, the gas limit and the time between blocks are used.
    public convenience init(
        forking directory: DataDirectory, _ options: DevelopmentChain, host: String, port: UInt16, threadCount: Int,
        log: EventLog = .none
    ) throws {
        try self.init(
            LocalChain(forking: directory, options, log: log), blockTime: options.blockTime, host: host, port: port,
            threadCount: threadCount)
    }

    /// Serves a chain that was imported: it does not grow, transactions wait. `gasLimit` is what blocks that clients have
    /// built tend to.
    public convenience init(
        serving directory: DataDirectory, gasLimit: UInt64, host: String, port: UInt16, threadCount: Int,
        log: EventLog = .none
    ) throws {
        try self.init(
            LocalChain(directory, gasLimit: gasLimit, log: log), blockTime: nil, host: host, port: port,
            threadCount: threadCount)
    }

    private init(_ chain: LocalChain, blockTime: UInt64?, host: String, port: UInt16, threadCount: Int) throws {
        self.chain = chain
        log = chain.log
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

    /// Writes the state at a retained block to a file while the node goes on.
    public func exportSnapshot(
        block: UInt64, to disk: any Disk, name: String
    ) throws(StorageError) -> Snapshot.Content {
        try Snapshot.export(chain.database, block: block, to: disk, name: name)
    }

    public func start() {
        server.start()
        let database = chain.database
        log.write(
            .information, "node started",
            [
                ("chain", .number(chainID)), ("port", .number(UInt64(port))), ("head", .number(headNumber)),
                ("recovered", .number(UInt64(database.metrics.recoveredRecords.load(ordering: .relaxed)))),
            ])
        if let blockTime { sealRepeatedly(every: Int(blockTime)) }
        if database.options.retention != .everything { pruneRepeatedly() }
    }

    /// A few states at a time with pauses between, so that a block never waits long for the database or the disk.
    private func pruneRepeatedly() {
        pruning.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self else { return }
            let database = chain.database
            do {
                var count = 0
                var start = ContinuousClock.now
                while try !isStopped.load(ordering: .relaxed) && database.pruneStep(blocks: 4) {
                    count += 1
                    usleep(UInt32(clamping: RPCService.nanoseconds(since: start) / 1000 * 2))
                    start = .now
                }
                if count > 0 {
                    log.write(
                        .information, "pruned",
                        [
                            ("oldestState", .number(database.stateRange.lowerBound)),
                            ("oldestBlock", .number(database.oldestBlock)),
                        ])
                }
                if try database.compactIfDue() {
                    log.write(.information, "compacted", [("storeBytes", .number(database.size.store))])
                }
            } catch {
                return log.write(.error, "cannot prune", [("reason", .text("\(error)"))])
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
                log.write(.error, "cannot seal a block", [("reason", .text("\(error)"))])
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
        try? chain.database.close()
        if let failure { log.write(.error, "database stopped", [("reason", .text("\(failure)"))]) }
        log.write(.information, "node stopped", [("head", .number(headNumber))])
        log.stop()
    }
}
