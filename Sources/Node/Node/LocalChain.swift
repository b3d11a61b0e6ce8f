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

    public init() {}
}

/// A chain in memory, every block of which stays readable, with its state. A development chain seals its own blocks; an
/// imported one stays as it is.
final class LocalChain: Sendable {
    let rules: ChainRules
    let accounts: [DevAccount]
    let isInstant: Bool
    /// Whether this node makes the chain's blocks.
    let isSealing: Bool
    /// What blocks made here move their gas limit to.
    private let gasLimit: UInt64
    private let state: Mutex<Content>

    private struct Content {
        private(set) var blocks: [BlockRecord] = []
        private(set) var numbers: [Bytes32: UInt64] = [:]
        /// Block number and index of every transaction.
        private(set) var places: [Bytes32: (number: UInt64, index: Int)] = [:]
        var pool = TransactionPool()
        /// Seconds that the chain's clock is ahead of the machine's.
        var clockOffset: Int64 = 0
        var nextTimestamp: UInt64?
        /// What `evm_revert` returns to: the height, the pool, the clock.
        var snapshots: [UInt64: (height: Int, pool: TransactionPool, clockOffset: Int64)] = [:]
        var nextSnapshot: UInt64 = 1

        init(_ blocks: [BlockRecord]) {
            for block in blocks { append(block) }
        }

        var head: BlockRecord { blocks[blocks.count - 1] }

        mutating func append(_ record: BlockRecord) {
            blocks.append(record)
            numbers[record.hash] = record.number
            for (index, transaction) in record.transactions.enumerated() {
                places[transaction.hash] = (record.number, index)
            }
        }

        /// Forgets the blocks behind a height.
        mutating func truncate(to height: Int) {
            for record in blocks.suffix(from: height) {
                numbers[record.hash] = nil
                for transaction in record.transactions { places[transaction.hash] = nil }
            }
            blocks.removeLast(blocks.count - height)
        }
    }

    init(_ options: DevelopmentChain) throws {
        guard let accounts = MnemonicAccounts.derive(options.mnemonic, count: options.accountCount) else {
            throw NodeError("the mnemonic gives no valid keys")
        }
        self.accounts = accounts
        rules = ChainRules(.development(chainID: options.chainID))
        isSealing = true
        gasLimit = options.gasLimit
        isInstant = options.blockTime == nil
        let balance = UInt256(options.balance) &* UInt256(1_000_000_000_000_000_000 as UInt64)
        let genesis = MemoryState(
            accounts.map { GenesisAccount(address: $0.address, balance: balance) } + SystemContractGenesis.accounts)
        var header = Header()
        header.ommersHash = Block.hash(ofOmmers: [])
        header.stateRoot = genesis.root
        header.transactionsRoot = Trie.emptyRoot
        header.receiptsRoot = Trie.emptyRoot
        header.gasLimit = gasLimit
        header.timestamp = UInt64(Date().timeIntervalSince1970)
        header.baseFeePerGas = BaseFee.initial
        header.withdrawalsRoot = Trie.emptyRoot
        header.blobGasUsed = 0
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = .zero
        header.requestsHash = SHA256.hash([])
        let record = BlockRecord(block: Block(header: header, transactions: [], withdrawals: []), state: genesis)
        state = Mutex(Content([record]))
    }

    /// The chain that a tree's head stands on.
    init(_ tree: BlockTree, rules: ChainRules, gasLimit: UInt64) {
        self.rules = rules
        self.gasLimit = gasLimit
        accounts = []
        isInstant = false
        isSealing = false
        state = Mutex(Content(tree.canonical))
    }

    // MARK: Reading

    var head: BlockRecord { state.withLock { $0.head } }

    func block(number: UInt64) -> BlockRecord? {
        state.withLock { number < UInt64($0.blocks.count) ? $0.blocks[Int(number)] : nil }
    }

    func block(hash: Bytes32) -> BlockRecord? {
        state.withLock { content in content.numbers[hash].map { content.blocks[Int($0)] } }
    }

    func blocks(_ range: ClosedRange<UInt64>) -> [BlockRecord] {
        state.withLock { content in
            let last = min(range.upperBound, UInt64(content.blocks.count) - 1)
            return range.lowerBound <= last ? Array(content.blocks[Int(range.lowerBound)...Int(last)]) : []
        }
    }

    func transaction(_ hash: Bytes32) -> (block: BlockRecord, index: Int)? {
        state.withLock { content in
            content.places[hash].map { (content.blocks[Int($0.number)], $0.index) }
        }
    }

    func pooled(_ hash: Bytes32) -> PooledTransaction? { state.withLock { $0.pool[hash] } }

    /// The nonce that `address` should use next, waiting transactions counted.
    func pendingNonce(_ address: Address) -> UInt64 {
        state.withLock { content in
            content.pool.nextNonce(of: address, from: LocalChain.nonce(address, content.head))
        }
    }

    func poolStatus() -> (pending: [PooledTransaction], queued: [PooledTransaction]) {
        state.withLock { content in
            let head = content.head
            return content.pool.status { LocalChain.nonce($0, head) }
        }
    }

    private static func nonce(_ address: Address, _ record: BlockRecord) -> UInt64 {
        // A memory state answers every read.
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
            if content.places[hash] != nil { throw PoolError.alreadyKnown }
            let head = content.head
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
        let processor = TransactionProcessor(
            view: head.state, block: relaxed, natives: NoNativeContracts(), tracer: NoTracer())
        try processor.check(current, sender: sender, gasAvailable: context.gasLimit)
    }

    // MARK: Sealing

    private func now(_ content: borrowing Content) -> UInt64 {
        UInt64(max(0, Int64(Date().timeIntervalSince1970) + content.clockOffset))
    }

    private func nextHeader(_ content: borrowing Content) -> Header {
        let head = content.head
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
        let parent = content.head
        var builder = try BlockBuilder(
            header: header, state: parent.state, context: context(for: header), tracer: NoTracer())
        var stuck: Set<Address> = []
        let candidates = content.pool.executable(baseFee: header.baseFeePerGas ?? .zero) {
            LocalChain.nonce($0, parent)
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
            content.append(record)
            content.pool.prune { LocalChain.nonce($0, record) }
            if let set = content.nextTimestamp {
                content.clockOffset = Int64(set) - Int64(Date().timeIntervalSince1970)
                content.nextTimestamp = nil
            }
            return record
        }
    }

    // MARK: Development

    /// Moves the clock ahead, at least `seconds` beyond the head: many blocks in one second push the head ahead of the
    /// clock. Answers how far the clock is ahead in all, in seconds.
    func increaseTime(by seconds: UInt64) -> Int64 {
        state.withLock { content in
            let step = Int64(clamping: min(seconds, 1 << 40))
            let headLead = Int64(content.head.header.timestamp) - Int64(Date().timeIntervalSince1970)
            content.clockOffset = max(content.clockOffset, headLead) + step
            return content.clockOffset
        }
    }

    /// Sets the next block's timestamp; false when it is not behind the head's.
    func setNextTimestamp(_ timestamp: UInt64) -> Bool {
        state.withLock { content in
            guard timestamp > content.head.header.timestamp, timestamp < 1 << 60 else { return false }
            content.nextTimestamp = timestamp
            return true
        }
    }

    func snapshot() -> UInt64 {
        state.withLock { content in
            let id = content.nextSnapshot
            content.nextSnapshot += 1
            content.snapshots[id] = (content.blocks.count, content.pool, content.clockOffset)
            return id
        }
    }

    /// Returns to a snapshot, which is then used up with all later ones. Answers the number of the block that is the
    /// head again; nil when there is no such snapshot.
    func revert(to id: UInt64) -> UInt64? {
        state.withLock { content in
            guard let snapshot = content.snapshots[id] else { return nil }
            content.truncate(to: snapshot.height)
            content.pool = snapshot.pool
            content.clockOffset = snapshot.clockOffset
            content.nextTimestamp = nil
            content.snapshots = content.snapshots.filter { $0.key < id }
            return content.head.number
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
