import Chain
import Commitment
import Cryptography
import EVM
import Execution
import Foundations
import State
import Storage

/// Makes a block by executing its transactions one by one; what the header says of them comes out at the end.
struct BlockBuilder<Trace: Tracer> {
    typealias Mode = TransactionProcessor<StoredState, VenueNatives, Trace>.Mode

    private(set) var header: Header
    private let state: StoredState
    private(set) var processor: BlockProcessor<StoredState, Trace>
    private var transactions: [Transaction] = []
    private var records: [TransactionRecord] = []
    private var logCount = 0

    /// Begins a block on `state` with what its header says already. `context` is the environment that code sees;
    /// `precompiles` are contracts that stand elsewhere than usual, see `Machine`.
    init(
        header: Header, state: StoredState, context: BlockContext, tracer: Trace,
        precompiles: Table<Address, Address> = Table()
    ) throws(BlockError) {
        self.header = header
        self.state = state
        processor = BlockProcessor(view: state, block: context, tracer: tracer)
        processor.overridePrecompiles(precompiles)
        try processor.begin(parentHash: header.parentHash, parentBeaconBlockRoot: header.parentBeaconBlockRoot)
    }

    var tracer: Trace {
        get { processor.tracer }
        set { processor.tracer = newValue }
    }

    mutating func account(at address: Address) -> Account { processor.account(at: address) }

    /// What of the block's gas is left.
    var gasLeft: UInt64 { header.gasLimit - min(header.gasLimit, processor.gasUsed) }

    /// Executes a transaction as the block's next one; one that is refused changes nothing.
    @discardableResult
    mutating func add(
        _ transaction: Transaction, hash: Bytes32, sender: Address, mode: Mode = .block
    ) throws(TransactionError) -> TransactionOutcome {
        let outcome = try processor.execute(transaction, sender: sender, mode: mode)
        if processor.block.fork < .byzantium {
            var current = state
            do throws(StateError) { try current.apply(processor.processor.diff()) } catch { throw .state(error) }
            processor.setPostState(current.root)
        }
        transactions.append(transaction)
        records.append(
            TransactionRecord(transaction, hash: hash, sender: sender, outcome: outcome, firstLogIndex: logCount))
        logCount += outcome.logs.count
        return outcome
    }

    mutating func finish(withdrawals: [Withdrawal] = []) throws(BlockError) -> BlockRecord {
        let outcome = try processor.finish(withdrawals: withdrawals)
        var next = state
        do throws(StateError) { try next.apply(outcome.diff) } catch { throw .state(error) }
        let fork = processor.block.fork
        for receipt in outcome.receipts { header.bloom.add(receipt.bloom) }
        header.stateRoot = next.root
        header.transactionsRoot = BlockRoots.transactions(transactions)
        header.receiptsRoot = BlockRoots.receipts(outcome.receipts)
        header.gasUsed = outcome.gasUsed
        if fork >= .shanghai { header.withdrawalsRoot = BlockRoots.withdrawals(withdrawals) }
        if fork >= .cancun { header.blobGasUsed = outcome.blobGasUsed }
        header.requestsHash = outcome.requestsHash
        header.blockAccessListHash = outcome.accessList?.hash
        let block = Block(
            header: header, transactions: transactions, withdrawals: fork >= .shanghai ? withdrawals : nil)
        return BlockRecord(
            block: block, state: next, transactions: records, receipts: outcome.receipts, requests: outcome.requests,
            diff: outcome.diff)
    }
}

extension Header {
    /// The header of a block on `parent` with what follows from the parent alone.
    init(after parent: Header, hash: Bytes32, timestamp: UInt64, gasLimit: UInt64, rules: ChainRules) {
        self.init()
        parentHash = hash
        ommersHash = Block.emptyOmmersHash
        number = parent.number + 1
        self.gasLimit = gasLimit
        self.timestamp = timestamp
        // Nobody proves work here: a block that a node makes is one behind the merge.
        let configuration = rules.configuration(of: self)
        let fork = configuration.fork(number: number, timestamp: timestamp)
        if fork >= .london { baseFeePerGas = BaseFee.next(after: parent) }
        if fork >= .cancun { parentBeaconBlockRoot = .zero }
        if fork >= .amsterdam { slotNumber = (parent.slotNumber ?? 0) + 1 }
        excessBlobGas = Header.excessBlobGas(after: parent, number: number, timestamp: timestamp, configuration)
    }

    /// nil before Cancun.
    static func excessBlobGas(
        after parent: Header, number: UInt64, timestamp: UInt64, _ configuration: ChainConfiguration
    ) -> UInt64? {
        guard let parameters = configuration.blobParameters(number: number, timestamp: timestamp) else { return nil }
        guard let parentExcess = parent.excessBlobGas else { return 0 }
        return BlobGas.excess(
            parentExcess: parentExcess, parentUsed: parent.blobGasUsed ?? 0,
            parentBaseFee: parent.baseFeePerGas ?? .zero, parameters: parameters,
            fork: configuration.fork(number: number, timestamp: timestamp))
    }

    /// The gas limit that comes nearest to `target` in one block. Source: Yellow Paper 4.3.4.
    static func gasLimit(after parent: UInt64, target: UInt64) -> UInt64 {
        let step = max(1, parent / 1024) - 1
        return target > parent ? min(target, parent + step) : max(target, parent - min(parent, step))
    }
}
