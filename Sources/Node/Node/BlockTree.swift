public import Chain
import Commitment
import EVM
import Execution
public import Foundations
import State
public import Storage

/// Blocks with the state behind each, grown by import: every block is checked and executed on its parent's state.
///
/// Branches are kept; the head is the tip with the most work, and from Paris on the block imported last, since the
/// consensus layer, which would choose, is not there. Everything stays in memory.
public struct BlockTree: Sendable {
    /// An imported block.
    public struct Entry: Sendable {
        let record: BlockRecord
        public let totalDifficulty: UInt256

        public var block: Block { record.block }
        public var hash: Bytes32 { record.hash }
        /// The state after the block.
        public var state: MemoryState { record.state }
    }

    /// Rules that begin when the parent's total difficulty reaches a value, as Paris did. EIP-3675.
    public struct Terminal: Equatable, Sendable {
        public let totalDifficulty: UInt256
        public let configuration: ChainConfiguration

        public init(totalDifficulty: UInt256, configuration: ChainConfiguration) {
            self.totalDifficulty = totalDifficulty
            self.configuration = configuration
        }
    }

    private let configuration: ChainConfiguration
    private let terminal: Terminal?
    private let seals: EthashEpochs?
    private var entries: [Bytes32: Entry] = [:]
    public private(set) var head: Entry

    /// With `seals`, proofs of work before Paris are checked.
    public init(
        genesis: Block, state: MemoryState, configuration: ChainConfiguration, terminal: Terminal? = nil,
        seals: EthashEpochs? = nil
    ) {
        self.seals = seals
        self.configuration = configuration
        self.terminal = terminal
        head = Entry(record: BlockRecord(block: genesis, state: state), totalDifficulty: genesis.header.difficulty)
        entries[head.hash] = head
    }

    public init(genesis: GenesisFile, seals: EthashEpochs? = nil) {
        self.init(
            genesis: genesis.block, state: genesis.state, configuration: genesis.rules.configuration,
            terminal: genesis.rules.terminal, seals: seals)
    }

    public subscript(hash: Bytes32) -> Entry? { entries[hash] }

    /// The blocks from genesis to the head.
    var canonical: [BlockRecord] {
        var records: [BlockRecord] = []
        var next: Entry? = head
        while let entry = next {
            records.append(entry.record)
            next = entries[entry.block.header.parentHash]
        }
        return records.reversed()
    }

    /// The rules of a block on `parent`.
    private func rules(after parent: Entry) -> ChainConfiguration {
        if let terminal, parent.totalDifficulty >= terminal.totalDifficulty { return terminal.configuration }
        return configuration
    }

    // MARK: Import

    /// Reads, checks and executes a block on the parent that it names.
    @discardableResult
    public mutating func add(encoded: [UInt8]) throws(ImportError) -> Entry {
        let block: Block
        do throws(RLPError) {
            var decoder = RLPDecoder(encoded)
            block = try Block(&decoder)
            try decoder.finish()
        } catch {
            throw .malformed(error)
        }
        guard let parent = entries[block.header.parentHash] else {
            throw .unknownParent(block.header.parentHash)
        }
        let rules = rules(after: parent)
        let fork = rules.fork(number: block.header.number, timestamp: block.header.timestamp)
        if fork >= .osaka, encoded.count > 8_388_608 { throw .tooLarge }
        do throws(HeaderError) {
            try HeaderValidation.check(block.header, parent: parent.block.header, configuration: rules)
            try HeaderValidation.checkOmmers(of: block, ancestors: ancestors(from: parent), configuration: rules)
            if fork < .paris { for header in [block.header] + block.ommers { try checkWork(header) } }
        } catch {
            throw .header(error)
        }
        let record = try execute(block, parent: parent, rules: rules, fork: fork)
        let entry = Entry(
            record: record,
            totalDifficulty: parent.totalDifficulty.addingReportingOverflow(block.header.difficulty).partialValue)
        entries[entry.hash] = entry
        if fork >= .paris || entry.totalDifficulty > head.totalDifficulty { head = entry }
        return entry
    }

    private func checkWork(_ header: Header) throws(HeaderError) {
        guard let seals else { return }
        guard let ethash = seals.ethash(number: header.number) else { throw .wrongSeal }
        try HeaderValidation.checkWork(header, ethash)
    }

    private func ancestors(from parent: Entry) -> [(hash: Bytes32, block: Block)] {
        var found: [(hash: Bytes32, block: Block)] = []
        var next: Entry? = parent
        while let entry = next, UInt64(found.count) <= HeaderValidation.maxOmmerDepth {
            found.append((entry.hash, entry.block))
            next = entries[entry.block.header.parentHash]
        }
        return found
    }

    /// What the block did, which came out as its header says.
    private func execute(
        _ block: Block, parent: Entry, rules: ChainConfiguration, fork: Fork
    ) throws(ImportError) -> BlockRecord {
        let header = block.header
        var processor = BlockProcessor(
            view: parent.state, block: BlockContext(header, configuration: rules), tracer: NoTracer())
        var records: [TransactionRecord] = []
        var logCount = 0
        let outcome: BlockOutcome
        do throws(BlockError) {
            if rules.daoForkBlock == header.number { processor.applyDAOFork() }
            try processor.begin(
                parentHash: header.parentHash, parentBeaconBlockRoot: header.parentBeaconBlockRoot)
            for (index, transaction) in block.transactions.enumerated() {
                do throws(TransactionError) {
                    guard let sender = transaction.sender(fork: fork) else { throw .invalidSignature }
                    let result = try processor.execute(transaction, sender: sender)
                    records.append(
                        TransactionRecord(
                            transaction, hash: transaction.hash, sender: sender, outcome: result,
                            firstLogIndex: logCount))
                    logCount += result.logs.count
                } catch {
                    throw .transaction(index: index, error)
                }
                if fork < .byzantium {
                    var state = parent.state
                    state.apply(processor.processor.diff())
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
        var state = parent.state
        state.apply(outcome.diff)
        do throws(HeaderError) { try BlockTree.check(outcome, root: state.root, block) } catch { throw .header(error) }
        return BlockRecord(
            block: block, state: state, transactions: records, receipts: outcome.receipts, requests: outcome.requests)
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

extension BlockContext {
    /// The environment of the transactions of the block with this header.
    init(_ header: Header, configuration: ChainConfiguration) {
        let fork = configuration.fork(number: header.number, timestamp: header.timestamp)
        let parameters = configuration.blobParameters(number: header.number, timestamp: header.timestamp)
        self.init(
            number: header.number, timestamp: header.timestamp, beneficiary: header.beneficiary,
            gasLimit: header.gasLimit, baseFeePerGas: header.baseFeePerGas ?? .zero,
            prevRandao: fork >= .paris ? header.mixHash : .zero, difficulty: header.difficulty,
            blobBaseFee: parameters.map {
                BlobGas.baseFee(excessBlobGas: header.excessBlobGas ?? 0, parameters: $0)
            } ?? .zero,
            slotNumber: header.slotNumber ?? 0, chainID: configuration.chainID, fork: fork, blobParameters: parameters,
            venueIsActive: configuration.venueIsActive(number: header.number))
        depositContract = configuration.depositContract
    }
}
