import Chain
import Commitment
import Cryptography
import EVM
import Execution
import Foundations
import State
import Storage

/// A state that a block can be executed on: it takes in what the block changed and knows its root then.
protocol ExecutableState: StateView {
    var root: Bytes32 { get }
    mutating func apply(_ diff: StateDiff) throws(StateError)
}

extension MemoryState: ExecutableState {}
extension StoredState: ExecutableState {}

/// Checks and runs blocks that others made: a function of the block, its ancestors and the state before it.
enum BlockExecution {
    /// A block that came out as its header says.
    struct Result<State: ExecutableState> {
        let state: State
        let outcome: BlockOutcome
        let transactions: [TransactionRecord]
    }

    /// What the block is checked against beside its parent's state.
    struct Setting {
        let parent: Header
        /// The parent and the blocks before it, newest first, with their hashes; seven suffice.
        let ancestors: [(hash: Bytes32, block: Block)]
        let rules: ChainConfiguration
        /// With these, proofs of work before Paris are checked.
        let seals: EthashEpochs?
    }

    /// Every check that a block must pass, with its execution on its parent's state.
    static func run<State: ExecutableState>(
        _ block: Block, encodedCount: Int, in setting: Setting, on parentState: State
    ) throws(ImportError) -> Result<State> {
        let header = block.header
        let fork = setting.rules.fork(number: header.number, timestamp: header.timestamp)
        if fork >= .osaka, encodedCount > 8_388_608 { throw .tooLarge }
        do throws(HeaderError) {
            try HeaderValidation.check(header, parent: setting.parent, configuration: setting.rules)
            try HeaderValidation.checkOmmers(
                of: block, ancestors: setting.ancestors, configuration: setting.rules)
            if fork < .paris { for header in [header] + block.ommers { try checkWork(header, setting.seals) } }
        } catch {
            throw .header(error)
        }
        return try execute(block, on: parentState, rules: setting.rules, fork: fork)
    }

    private static func checkWork(_ header: Header, _ seals: EthashEpochs?) throws(HeaderError) {
        guard let seals else { return }
        guard let ethash = seals.ethash(number: header.number) else { throw .wrongSeal }
        try HeaderValidation.checkWork(header, ethash)
    }

    private static func execute<State: ExecutableState>(
        _ block: Block, on parentState: State, rules: ChainConfiguration, fork: Fork
    ) throws(ImportError) -> Result<State> {
        let header = block.header
        var processor = BlockProcessor(
            view: parentState, block: BlockContext(header, configuration: rules), tracer: NoTracer())
        var records: [TransactionRecord] = []
        var logCount = 0
        let senders = SenderRecovery(block.transactions, fork: fork)
        let outcome: BlockOutcome
        do throws(BlockError) {
            if rules.daoForkBlock == header.number { processor.applyDAOFork() }
            try processor.begin(
                parentHash: header.parentHash, parentBeaconBlockRoot: header.parentBeaconBlockRoot)
            for (index, transaction) in block.transactions.enumerated() {
                do throws(TransactionError) {
                    guard let sender = senders.sender(at: index) else { throw .invalidSignature }
                    let outcome = try processor.execute(transaction, sender: sender)
                    records.append(
                        TransactionRecord(
                            transaction, hash: transaction.hash, sender: sender, outcome: outcome,
                            firstLogIndex: logCount))
                    logCount += outcome.logs.count
                } catch {
                    throw .transaction(index: index, error)
                }
                if fork < .byzantium {
                    var state = parentState
                    do throws(StateError) { try state.apply(processor.processor.diff()) } catch { throw .state(error) }
                    processor.setPostState(state.root)
                }
            }
            let ommers = block.ommers.map { ommer in
                BlockReward.Ommer(beneficiary: ommer.beneficiary, distance: header.number &- ommer.number)
            }
            outcome = try processor.finish(withdrawals: block.withdrawals ?? [], ommers: ommers)
        } catch {
            throw .execution(error)
        }
        var state = parentState
        do throws(StateError) { try state.apply(outcome.diff) } catch { throw .execution(.state(error)) }
        do throws(HeaderError) { try check(outcome, root: state.root, block) } catch { throw .header(error) }
        return Result(state: state, outcome: outcome, transactions: records)
    }

    private static func check(_ outcome: BlockOutcome, root: Bytes32, _ block: Block) throws(HeaderError) {
        let header = block.header
        if outcome.gasUsed != header.gasUsed { throw .wrongGasUsed }
        if BlockRoots.transactions(block.transactions) != header.transactionsRoot { throw .wrongTransactionsRoot }
        if root != header.stateRoot { throw .wrongStateRoot }
        if BlockRoots.receipts(outcome.receipts) != header.receiptsRoot { throw .wrongReceiptsRoot }
        var bloom = Bloom()
        for receipt in outcome.receipts { bloom.add(receipt.bloom) }
        if bloom != header.bloom { throw .wrongBloom }
        if block.withdrawals.map(BlockRoots.withdrawals) != header.withdrawalsRoot { throw .wrongWithdrawalsRoot }
        if let blobGasUsed = header.blobGasUsed, outcome.blobGasUsed != blobGasUsed { throw .wrongBlobGasUsed }
        if outcome.requestsHash != header.requestsHash { throw .wrongRequests }
        if let list = outcome.accessList {
            if UInt64(list.itemCount) > header.gasLimit / BlockAccessList.itemCost { throw .accessListTooLong }
            if list.hash != header.blockAccessListHash { throw .wrongAccessList }
        }
    }
}
