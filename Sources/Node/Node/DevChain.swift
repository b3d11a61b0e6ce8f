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
public struct DevChainConfiguration: Sendable {
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

/// An in-memory chain that seals its own blocks. Every block stays readable, with its state.
final class DevChain: Sendable {
    let configuration: ChainConfiguration
    let accounts: [DevAccount]
    let isInstant: Bool
    private let gasLimit: UInt64
    private let state: Mutex<Content>

    private struct Content {
        var blocks: [BlockRecord]
        var numbers: [Bytes32: UInt64]
        /// Block number and index of every transaction.
        var places: [Bytes32: (number: UInt64, index: Int)] = [:]
        var pool = TransactionPool()
        /// Seconds that the chain's clock is ahead of the machine's.
        var clockOffset: Int64 = 0
        var nextTimestamp: UInt64?
        /// What `evm_revert` returns to: the height, the pool, the clock.
        var snapshots: [UInt64: (height: Int, pool: TransactionPool, clockOffset: Int64)] = [:]
        var nextSnapshot: UInt64 = 1

        var head: BlockRecord { blocks[blocks.count - 1] }
    }

    init(_ options: DevChainConfiguration) throws {
        guard let accounts = MnemonicAccounts.derive(options.mnemonic, count: options.accountCount) else {
            throw NodeError("the mnemonic gives no valid keys")
        }
        self.accounts = accounts
        configuration = .development(chainID: options.chainID)
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
        let record = BlockRecord(
            block: Block(header: header, transactions: [], withdrawals: []), state: genesis, transactions: [],
            receipts: [])
        state = Mutex(Content(blocks: [record], numbers: [record.hash: 0]))
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
            content.pool.nextNonce(of: address, from: DevChain.nonce(address, content.head))
        }
    }

    func poolStatus() -> (pending: [PooledTransaction], queued: [PooledTransaction]) {
        state.withLock { content in
            let head = content.head
            return content.pool.status { DevChain.nonce($0, head) }
        }
    }

    private static func nonce(_ address: Address, _ record: BlockRecord) -> UInt64 {
        // A memory state answers every read.
        (try? record.state.account(at: address))?.nonce ?? 0
    }

    /// The block that a call at `record` sees: that block's own environment.
    func context(of record: BlockRecord) -> BlockContext { BlockContext(record.header, configuration: configuration) }

    private func context(for header: Header) -> BlockContext { BlockContext(header, configuration: configuration) }

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
        let nonce = DevChain.nonce(sender, head)
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
        let parent = content.head.header
        var header = Header()
        header.parentHash = content.head.hash
        header.ommersHash = Block.hash(ofOmmers: [])
        header.number = parent.number + 1
        header.gasLimit = gasLimit
        header.timestamp = max(parent.timestamp + 1, content.nextTimestamp ?? now(content))
        header.baseFeePerGas = BaseFee.next(after: parent)
        header.mixHash = Keccak256.hash(content.head.hash.bytes)
        header.parentBeaconBlockRoot = .zero
        let fork = configuration.fork(number: header.number, timestamp: header.timestamp)
        if let parameters = configuration.blobParameters(number: header.number, timestamp: header.timestamp) {
            header.excessBlobGas = BlobGas.excess(
                parentExcess: parent.excessBlobGas ?? 0, parentUsed: parent.blobGasUsed ?? 0,
                parentBaseFee: parent.baseFeePerGas ?? .zero, parameters: parameters, fork: fork)
        }
        return header
    }

    /// Seals a block with what waits and fits.
    @discardableResult
    func seal() throws -> BlockRecord {
        try state.withLock { content in
            let parent = content.head
            var header = nextHeader(content)
            var processor = BlockProcessor(view: parent.state, block: context(for: header), tracer: NoTracer())
            try processor.begin(
                parentHash: header.parentHash, parentBeaconBlockRoot: header.parentBeaconBlockRoot)
            var included: [PooledTransaction] = []
            var records: [TransactionRecord] = []
            var logCount = 0
            var stuck: Set<Address> = []
            let candidates = content.pool.executable(baseFee: header.baseFeePerGas ?? .zero) {
                DevChain.nonce($0, parent)
            }
            for pooled in candidates where !stuck.contains(pooled.sender) {
                do throws(TransactionError) {
                    let outcome = try processor.execute(pooled.transaction, sender: pooled.sender)
                    records.append(
                        TransactionRecord(
                            hash: pooled.hash, sender: pooled.sender, gasUsed: outcome.gasUsed,
                            effectiveGasPrice: outcome.effectiveGasPrice, createdAddress: outcome.createdAddress,
                            firstLogIndex: logCount))
                    logCount += outcome.logs.count
                    included.append(pooled)
                } catch {
                    // Too large for what is left of this block: the sender's next ones must wait with it. Anything
                    // else can never be executed.
                    stuck.insert(pooled.sender)
                    if error != .gasAllowanceExceeded, error != .tooMuchBlobGas { content.pool.remove(pooled) }
                }
            }
            let outcome = try processor.finish()
            var next = parent.state
            next.apply(outcome.diff)
            let transactions = included.map(\.transaction)
            for receipt in outcome.receipts { header.bloom.add(receipt.bloom) }
            header.stateRoot = next.root
            header.transactionsRoot = BlockRoots.transactions(transactions)
            header.receiptsRoot = BlockRoots.receipts(outcome.receipts)
            header.withdrawalsRoot = BlockRoots.withdrawals([])
            header.gasUsed = outcome.gasUsed
            header.blobGasUsed = outcome.blobGasUsed
            header.requestsHash = outcome.requestsHash
            let record = BlockRecord(
                block: Block(header: header, transactions: transactions, withdrawals: []), state: next,
                transactions: records, receipts: outcome.receipts)
            content.blocks.append(record)
            content.numbers[record.hash] = record.number
            for (index, pooled) in included.enumerated() {
                content.places[pooled.hash] = (record.number, index)
                content.pool.remove(pooled)
            }
            content.pool.prune { DevChain.nonce($0, record) }
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
            for record in content.blocks.suffix(from: snapshot.height) {
                content.numbers[record.hash] = nil
                for transaction in record.transactions { content.places[transaction.hash] = nil }
            }
            content.blocks.removeLast(content.blocks.count - snapshot.height)
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
