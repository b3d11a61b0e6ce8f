import Chain
import Execution
import Foundations
import State
public import Storage
import Synchronization

/// Adds blocks that others made to a database: each is checked and executed on its parent's state first.
///
/// The head is the tip with the most work, and from Paris on the block imported last, since the consensus layer, which
/// would choose, is not there.
public final class ChainImporter: Sendable {
    public let database: ChainDatabase
    private let rules: ChainRules
    private let seals: EthashEpochs?
    /// The newest blocks by hash, for headers, ommers and difficulties. Also the lock of who imports.
    private let recent = Mutex<[Bytes32: StoredBlock]>([:])

    private static let recentLimit = 64

    /// With `seals`, proofs of work before Paris are checked.
    public init(database: ChainDatabase, rules: ChainRules, seals: EthashEpochs? = nil) {
        self.database = database
        self.rules = rules
        self.seals = seals
    }

    /// Reads, checks, executes and keeps a block. It is durable when this returns.
    @discardableResult
    public func add(encoded: [UInt8]) throws(ImportError) -> StoredBlock {
        let block: Block
        do throws(RLPError) {
            block = try Block(decoding: encoded)
        } catch {
            throw .malformed(error)
        }
        return try recent.withLock { recent -> Result<StoredBlock, ImportError> in
            do throws(StorageError) {
                guard let parent = try known(block.header.parentHash, &recent) else {
                    return .failure(.unknownParent(block.header.parentHash))
                }
                return try add(block, encodedCount: encoded.count, on: parent, &recent)
            } catch {
                return .failure(.storage(error))
            }
        }.get()
    }

    private func add(
        _ block: Block, encodedCount: Int, on parent: StoredBlock, _ recent: inout [Bytes32: StoredBlock]
    ) throws(StorageError) -> Result<StoredBlock, ImportError> {
        var configuration = rules.configuration
        if let terminal = rules.terminal, parent.totalDifficulty >= terminal.totalDifficulty {
            configuration = terminal.configuration
        }
        let setting = BlockExecution.Setting(
            parent: parent.block.header, ancestors: try ancestors(from: parent, &recent), rules: configuration,
            seals: seals)
        let state = try database.stateForExecution(after: parent.hash)
        let result: BlockExecution.Result<StoredState>
        do throws(ImportError) {
            result = try BlockExecution.run(block, encodedCount: encodedCount, in: setting, on: state)
        } catch {
            return .failure(error)
        }
        let stored = StoredBlock(
            block: block, receipts: result.outcome.receipts, transactions: result.transactions,
            totalDifficulty: parent.totalDifficulty.addingReportingOverflow(block.header.difficulty).partialValue,
            diff: result.outcome.diff)
        let fork = configuration.fork(number: block.header.number, timestamp: block.header.timestamp)
        var makesHead = fork >= .paris
        if !makesHead, let head = try known(database.head.hash, &recent) {
            makesHead = stored.totalDifficulty > head.totalDifficulty
        }
        try database.append(stored, state: result.state, makesHead: makesHead)
        if recent.count >= ChainImporter.recentLimit {
            let floor = stored.block.header.number.subtractingReportingOverflow(16).partialValue
            recent = recent.filter { $0.value.block.header.number >= floor && floor < stored.block.header.number }
        }
        recent[stored.hash] = stored
        return .success(stored)
    }

    private func known(
        _ hash: Bytes32, _ recent: inout [Bytes32: StoredBlock]
    ) throws(StorageError) -> StoredBlock? {
        if let block = recent[hash] { return block }
        guard let block = try database.block(hash) else { return nil }
        recent[hash] = block
        return block
    }

    private func ancestors(
        from parent: StoredBlock, _ recent: inout [Bytes32: StoredBlock]
    ) throws(StorageError) -> [(hash: Bytes32, block: Block)] {
        var found = [(parent.hash, parent.block)]
        while UInt64(found.count) <= HeaderValidation.maxOmmerDepth, let last = found.last,
            let next = try known(last.1.header.parentHash, &recent)
        {
            found.append((next.hash, next.block))
        }
        return found
    }
}
