import Chain
import Commitment
import Cryptography
import EVM
import Execution
import Foundation
import Foundations
import State
import Storage
import Synchronization

/// What a development chain starts with.
public struct DevelopmentChain: Sendable {
    public var chainID: UInt64 = 31337
    public var mnemonic = MnemonicAccounts.usualPhrase
    public var accountCount = 10
    /// Each account's balance, in ether.
    public var balance: UInt64 = 10_000
    public var gasLimit: UInt64 = 30_000_000
    /// Seconds between blocks; nil mines a block for every transaction.
    public var blockTime: UInt64?
    /// A venue's configuration (`VenueFile`); nil for a venue in which nothing is set but its owner.
    public var venue: [UInt8]?
    /// When the chain begins, in seconds since 1970; nil for now.
    public var genesisTime: UInt64?

    public init() {}

    var balanceInWei: UInt256 { UInt256(balance) &* UInt256(1_000_000_000_000_000_000 as UInt64) }
}

/// A chain in a database, of which this node is the only writer: it seals its own blocks, or serves what was imported.
/// Every retained block is readable, with its state.
final class LocalChain: Sendable {
    let database: ChainDatabase
    let rules: ChainRules
    /// Zero where the database began with a snapshot.
    let genesisHash: Bytes32
    let accounts: [DevAccount]
    /// Whether blocks are made here, and at once for every transaction.
    let isSealing: Bool
    let isInstant: Bool
    private let gasLimit: UInt64
    private let current: Mutex<BlockRecord>
    private let state: SleepingMutex<Content>
    private let records = RecordCache(limit: 512)
    /// Where it tells what it does.
    let log: EventLog

    private struct Content {
        var pool = TransactionPool()
        /// Seconds that the chain's clock is ahead of the machine's.
        var clockOffset: Int64 = 0
        var nextTimestamp: UInt64?
        /// Whether a transaction that fits the next block could not stand in the last one.
        var hasDeferred = false
        /// What `evm_revert` returns to: the head, the pool, the clock.
        var snapshots: [UInt64: (head: Bytes32, pool: TransactionPool, clockOffset: Int64)] = [:]
        var nextSnapshot: UInt64 = 1
    }

    /// A development chain, in a folder that it goes on with, or in memory.
    init(
        _ options: DevelopmentChain, folder: String? = nil, storage: ChainDatabase.Options = .init(),
        log: EventLog = .none
    ) throws {
        self.log = log
        let accounts = try LocalChain.accounts(options)
        self.accounts = accounts
        rules = ChainRules(.development(chainID: options.chainID))
        gasLimit = options.gasLimit
        isSealing = true
        isInstant = options.blockTime == nil
        database = try DataDirectory.development(folder, options, accounts.map(\.address), options: storage)
        genesisHash = try database.hash(of: 0) ?? .zero
        let head = try LocalChain.head(of: database)
        current = Mutex(head)
        var content = Content()
        if let time = options.genesisTime, head.number == 0 {
            content.clockOffset = Int64(clamping: time) - Int64(Date().timeIntervalSince1970)
        }
        state = SleepingMutex(content)
    }

    /// A chain that was imported; no blocks are made.
    init(_ directory: DataDirectory, gasLimit: UInt64, log: EventLog = .none) throws {
        self.log = log
        accounts = []
        rules = directory.rules
        isSealing = false
        isInstant = false
        database = directory.database
        self.gasLimit = gasLimit
        genesisHash = try database.hash(of: 0) ?? .zero
        current = Mutex(try LocalChain.head(of: database))
        state = SleepingMutex(Content())
    }

    /// A chain that goes on from a block of another one, with blocks of this node's.
    init(forking directory: DataDirectory, _ options: DevelopmentChain, log: EventLog = .none) throws {
        self.log = log
        accounts = try LocalChain.accounts(options)
        rules = directory.rules
        isSealing = true
        isInstant = options.blockTime == nil
        database = directory.database
        gasLimit = options.gasLimit
        genesisHash = try database.hash(of: 0) ?? .zero
        let head = try LocalChain.head(of: database)
        current = Mutex(head)
        var content = Content()
        // Time goes on from the block, not from now: no fork of the rules is jumped over.
        content.clockOffset = min(0, Int64(clamping: head.header.timestamp) - Int64(Date().timeIntervalSince1970))
        state = SleepingMutex(content)
        guard rules.isMerged(number: head.number + 1, timestamp: head.header.timestamp + 1) else {
            throw NodeError("block \(head.number) lies before the merge: nodes make blocks without work only behind it")
        }
        try fund(options.balanceInWei)
    }

    /// Lifts accounts to a balance by the withdrawals of a block, which stays an ordinary block this way. Before
    /// Shanghai there are no withdrawals: accounts have there what they have.
    private func fund(_ balance: UInt256) throws {
        let gwei = UInt256(1_000_000_000 as UInt64)
        try state.withLock { content in
            let header = nextHeader(content)
            let view = try head.state
            var withdrawals: [Withdrawal] = []
            for account in accounts {
                let present = try view.account(at: account.address)?.balance ?? .zero
                guard present < balance else { continue }
                // A withdrawal is a whole number of Gwei: up, not down.
                guard let amount = ((balance &- present &+ (gwei &- 1)) / gwei).asUInt64 else { continue }
                withdrawals.append(
                    Withdrawal(
                        index: UInt64(withdrawals.count), validatorIndex: 0, address: account.address, amount: amount))
            }
            guard !withdrawals.isEmpty, context(for: header).fork >= .shanghai else { return }
            try append(build(header, withdrawals: withdrawals, &content))
        }
    }

    private static func accounts(_ options: DevelopmentChain) throws -> [DevAccount] {
        guard let accounts = MnemonicAccounts.derive(options.mnemonic, count: options.accountCount) else {
            throw NodeError("the mnemonic gives no valid keys")
        }
        return accounts
    }

    private static func head(of database: ChainDatabase) throws -> BlockRecord {
        guard let head = try database.block(database.head.hash) else { throw NodeError("the chain has no head") }
        return BlockRecord(head, in: database)
    }

    // MARK: Reading

    var head: BlockRecord { current.withLock { $0 } }

    func block(number: UInt64) throws(RPCError) -> BlockRecord? {
        do throws(StorageError) {
            guard let hash = try database.hash(of: number) else {
                // Beyond the head there is nothing yet; below the oldest block there was something.
                if number < database.oldestBlock { throw StorageError.pruned(block: number) }
                return nil
            }
            guard let record = try record(hash) else { throw StorageError.pruned(block: number) }
            return record
        } catch {
            throw RPCError(error)
        }
    }

    /// A block of the chain; nil for one that is beside it.
    func block(hash: Bytes32) throws(RPCError) -> BlockRecord? {
        do throws(StorageError) {
            return try database.isCanonical(hash) ? try record(hash) : nil
        } catch {
            throw RPCError(error)
        }
    }

    private func record(_ hash: Bytes32) throws(StorageError) -> BlockRecord? {
        let head = self.head
        if head.hash == hash { return head }
        if let known = records[hash] { return known }
        guard let stored = try database.block(hash) else { return nil }
        let record = BlockRecord(stored, in: database)
        records[hash] = record
        return record
    }

    /// The chain's blocks of a range that are there.
    func blocks(_ range: ClosedRange<UInt64>) throws(RPCError) -> [BlockRecord] {
        let last = min(range.upperBound, head.number)
        guard range.lowerBound <= last else { return [] }
        var records: [BlockRecord] = []
        for number in range.lowerBound...last {
            if let record = try block(number: number) { records.append(record) }
        }
        return records
    }

    /// The numbers of the blocks of a range that can hold logs which a filter wants.
    func blocks(_ range: ClosedRange<UInt64>, matching filter: LogFilter) throws(RPCError) -> [UInt64] {
        do throws(StorageError) {
            return try database.blocksWithLogs(addresses: filter.addresses, topics: filter.topics, in: range)
        } catch {
            throw RPCError(error)
        }
    }

    func transaction(_ hash: Bytes32) throws(RPCError) -> (block: BlockRecord, index: Int)? {
        guard let place = try receipt(hash), place.index < place.block.transactions.count else { return nil }
        return place
    }

    /// The place of a transaction's receipt, or of what the venue did by itself.
    func receipt(_ hash: Bytes32) throws(RPCError) -> (block: BlockRecord, index: Int)? {
        do throws(StorageError) {
            guard let place = try database.transaction(hash), let block = try database.hash(of: place.number),
                let record = try record(block), place.index < record.receipts.count,
                record.origin(ofReceipt: place.index).hash == hash
            else { return nil }
            return (record, place.index)
        } catch {
            throw RPCError(error)
        }
    }

    /// Whether the venue's order of transactions has left one for the next block.
    var hasDeferred: Bool { state.withLock { $0.hasDeferred } }

    func pooled(_ hash: Bytes32) -> PooledTransaction? { state.withLock { $0.pool[hash] } }

    /// The nonce that `address` should use next, waiting transactions counted.
    func pendingNonce(_ address: Address) -> UInt64 {
        let head = self.head
        return state.withLock { $0.pool.nextNonce(of: address, from: LocalChain.nonce(address, head)) }
    }

    func poolStatus() -> (pending: [PooledTransaction], queued: [PooledTransaction]) {
        let head = self.head
        return state.withLock { content in content.pool.status { LocalChain.nonce($0, head) } }
    }

    private static func nonce(_ address: Address, _ record: BlockRecord) -> UInt64 {
        // A state that cannot be read leaves its transactions where they are: execution says why.
        (try? record.state.account(at: address))?.nonce ?? 0
    }

    /// The block that a call at `record` sees: that block's own environment.
    func context(of record: BlockRecord) -> BlockContext { context(for: record.header) }

    func context(for header: Header) -> BlockContext {
        BlockContext(header, configuration: rules.configuration(of: header))
    }

    func configuration(of record: BlockRecord) -> ChainConfiguration { rules.configuration(of: record.header) }

    /// The environment of the block that would come now.
    func pendingContext() -> BlockContext {
        state.withLock { context(for: nextHeader($0)) }
    }

    // MARK: Adding

    /// Takes a transaction into the pool. What only the state can say is checked first.
    func add(_ transaction: Transaction, sender: Address) throws -> Bytes32 {
        let hash = transaction.hash
        try state.withLock { content in
            if try self.transaction(hash) != nil { throw PoolError.alreadyKnown }
            let head = self.head
            let header = nextHeader(content)
            try checkFuture(transaction, sender: sender, head: head, context: context(for: header))
            try content.pool.add(transaction, hash: hash, sender: sender)
        }
        return hash
    }

    /// The checks of execution, with the nonce and base fee of a later block allowed.
    private func checkFuture(
        _ transaction: Transaction, sender: Address, head: BlockRecord, context: BlockContext
    ) throws(TransactionError) {
        var current = transaction
        let nonce = LocalChain.nonce(sender, head)
        if transaction.nonce < nonce { throw .nonceTooLow(state: nonce) }
        current.nonce = nonce
        var relaxed = context
        relaxed.baseFeePerGas = .zero
        relaxed.blobBaseFee = .zero
        let view: StoredState
        do throws(StorageError) { view = try database.state(after: head.hash) } catch {
            throw .state(StateError(error))
        }
        let processor = TransactionProcessor(
            view: view, block: relaxed, natives: NoNativeContracts(), tracer: NoTracer())
        try processor.check(current, sender: sender, gasAvailable: context.gasLimit)
    }

    // MARK: Sealing

    private func now(_ content: borrowing Content) -> UInt64 {
        UInt64(max(0, Int64(Date().timeIntervalSince1970) + content.clockOffset))
    }

    private func nextHeader(_ content: borrowing Content) -> Header {
        let head = self.head
        var header = Header(
            after: head.header, hash: head.hash,
            timestamp: max(head.header.timestamp + 1, content.nextTimestamp ?? now(content)),
            gasLimit: Header.gasLimit(after: head.header.gasLimit, target: gasLimit), rules: rules)
        header.mixHash = Keccak256.hash(head.hash.bytes)
        return header
    }

    /// Makes a block with what waits and fits, without adding it to the chain. What can never be executed leaves the
    /// pool.
    private func build(_ header: Header, withdrawals: [Withdrawal], _ content: inout Content) throws -> BlockRecord {
        let parent = head
        var builder = try BlockBuilder(
            header: header, state: try state(after: parent), context: context(for: header), tracer: NoTracer())
        var stuck: Set<Address> = []
        var candidates = content.pool.executable(baseFee: header.baseFeePerGas ?? .zero) {
            LocalChain.nonce($0, parent)
        }
        content.hasDeferred = false
        if let sequence = builder.processor.venueSequence {
            let places = sequence.arrange(candidates.map { ($0.transaction, $0.sender) })
            content.hasDeferred = places.count < candidates.count
            candidates = places.map { candidates[$0] }
        }
        for pooled in candidates where !stuck.contains(pooled.sender) {
            do throws(TransactionError) {
                try builder.add(pooled.transaction, hash: pooled.hash, sender: pooled.sender)
            } catch {
                // Too large for what is left of this block: the sender's next ones must wait with it. Anything else
                // can never be executed.
                stuck.insert(pooled.sender)
                if error != .gasAllowanceExceeded, error != .tooMuchBlobGas { content.pool.remove(pooled) }
            }
        }
        return try builder.finish(withdrawals: withdrawals)
    }

    /// The head's state, which who seals may keep in memory.
    private func state(after parent: BlockRecord) throws(StorageError) -> StoredState {
        try isSealing ? database.stateForExecution(after: parent.hash) : database.state(after: parent.hash)
    }

    /// Makes a block on the head with what waits and fits, which is then not part of the chain.
    func preview(_ header: Header, withdrawals: [Withdrawal]) throws -> BlockRecord {
        try state.withLock { content in
            // The pool stays as it is, whatever this block thinks of its transactions.
            var copy = content
            return try build(header, withdrawals: withdrawals, &copy)
        }
    }

    /// The header of the block that would come after the head at a time.
    func header(at timestamp: UInt64) -> Header {
        let head = head
        return Header(
            after: head.header, hash: head.hash, timestamp: timestamp,
            gasLimit: Header.gasLimit(after: head.header.gasLimit, target: gasLimit), rules: rules)
    }

    /// Seals a block with what waits and fits.
    @discardableResult
    func seal() throws -> BlockRecord {
        try state.withLock { content in
            let record = try build(nextHeader(content), withdrawals: [], &content)
            try append(record)
            for transaction in record.transactions {
                if let pooled = content.pool[transaction.hash] { content.pool.remove(pooled) }
            }
            content.pool.prune { LocalChain.nonce($0, record) }
            if let set = content.nextTimestamp {
                content.clockOffset = Int64(set) - Int64(Date().timeIntervalSince1970)
                content.nextTimestamp = nil
            }
            return record
        }
    }

    /// Makes a block durable and the head.
    private func append(_ record: BlockRecord) throws {
        let stored = StoredBlock(
            block: record.block, receipts: record.receipts, transactions: record.transactions,
            totalDifficulty: head.totalDifficulty, diff: record.diff)
        try database.append(stored, state: try record.state, makesHead: true)
        let kept = BlockRecord(stored, in: database)
        records[record.hash] = kept
        current.withLock { $0 = kept }
        log.write(
            .information, "block sealed",
            [
                ("number", .number(kept.number)), ("hash", .text("\(kept.hash)")),
                ("transactions", .number(UInt64(kept.transactions.count))), ("gasUsed", .number(kept.header.gasUsed)),
            ])
    }

    // MARK: Development

    /// Moves the clock ahead, at least `seconds` beyond the head: many blocks in one second push the head ahead of the
    /// clock. Answers how far the clock is ahead in all, in seconds.
    func increaseTime(by seconds: UInt64) -> Int64 {
        let head = self.head
        return state.withLock { content in
            let step = Int64(clamping: min(seconds, 1 << 40))
            let headLead = Int64(head.header.timestamp) - Int64(Date().timeIntervalSince1970)
            content.clockOffset = max(content.clockOffset, headLead) + step
            return content.clockOffset
        }
    }

    /// Sets the next block's timestamp; false when it is not behind the head's.
    func setNextTimestamp(_ timestamp: UInt64) -> Bool {
        let head = self.head
        return state.withLock { content in
            guard timestamp > head.header.timestamp, timestamp < 1 << 60 else { return false }
            content.nextTimestamp = timestamp
            return true
        }
    }

    func snapshot() -> UInt64 {
        state.withLock { content in
            let id = content.nextSnapshot
            content.nextSnapshot += 1
            content.snapshots[id] = (head.hash, content.pool, content.clockOffset)
            return id
        }
    }

    /// Returns to a snapshot, which is then used up with all later ones. Answers the number of the block that is the
    /// head again; nil when there is no such snapshot.
    func revert(to id: UInt64) throws -> UInt64? {
        try state.withLock { content in
            guard let snapshot = content.snapshots[id] else { return nil }
            try database.setHead(snapshot.head)
            let record = try LocalChain.head(of: database)
            current.withLock { $0 = record }
            log.write(.information, "chain reverted", [("number", .number(record.number))])
            content.pool = snapshot.pool
            content.clockOffset = snapshot.clockOffset
            content.nextTimestamp = nil
            content.snapshots = content.snapshots.filter { $0.key < id }
            return record.number
        }
    }
}

/// The blocks that were asked for lately.
private final class RecordCache: Sendable {
    private let limit: Int
    private let content = Mutex<(young: [Bytes32: BlockRecord], old: [Bytes32: BlockRecord])>(([:], [:]))

    init(limit: Int) {
        self.limit = limit
    }

    subscript(hash: Bytes32) -> BlockRecord? {
        get { content.withLock { $0.young[hash] ?? $0.old[hash] } }
        set {
            content.withLock { content in
                if content.young.count >= limit / 2 { content = ([:], content.young) }
                content.young[hash] = newValue
            }
        }
    }
}

/// Why a node does not start.
public struct NodeError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
