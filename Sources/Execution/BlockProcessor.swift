public import Chain
import Cryptography
import Derivatives
public import EVM
public import Foundations
public import State

/// Why a block cannot be executed.
public enum BlockError: Error, Equatable, Sendable {
    case transaction(index: Int, TransactionError)
    /// A contract that the fork's requests come from has no code or failed. Sources: EIP-7002, EIP-7251.
    case systemContractFailed(Address)
    /// A deposit event is not laid out as EIP-6110 says.
    case invalidDepositEvent
    case state(StateError)
}

/// What a block did.
public struct BlockOutcome: Sendable {
    public var receipts: [Receipt]
    public var gasUsed: UInt64
    public var blobGasUsed: UInt64
    /// The requests by type, each with its type byte in front; nil before Prague. https://eips.ethereum.org/EIPS/eip-7685
    public var requests: [[UInt8]]?
    /// nil before Amsterdam. https://eips.ethereum.org/EIPS/eip-7928
    public var accessList: BlockAccessList?
    public var diff: StateDiff

    /// sha256 over the hashes of the requests that are not empty. https://eips.ethereum.org/EIPS/eip-7685
    public var requestsHash: Bytes32? {
        guard let requests else { return nil }
        var hashes: [UInt8] = []
        for request in requests where request.count > 1 { hashes += SHA256.hash(request).bytes }
        return SHA256.hash(hashes)
    }
}

/// Runs one block: what the system does first, the transactions, what the system does last.
///
/// Call `begin`, `execute` for each transaction, `finish`. A transaction that is refused changes nothing, so that a
/// block builder can leave it out and go on.
public struct BlockProcessor<View: StateView, Trace: Tracer> {
    public let block: BlockContext
    public internal(set) var processor: TransactionProcessor<View, VenueNatives, Trace>
    public private(set) var receipts: [Receipt] = []
    /// What the senders have paid for.
    private var gasPaid: UInt64 = 0
    private var executionGasUsed: UInt64 = 0
    private var stateGasUsed: UInt64 = 0
    public private(set) var blobGasUsed: UInt64 = 0
    /// What the beneficiary earns in wei, by the fork unless a tool sets it; nil pays nobody, as from Paris on.
    public var reward: UInt256?
    private var depositRequests: [UInt8] = []
    private var hasInvalidDeposit = false
    var pipeline = VenuePipeline()
    let americanRows = AmericanRows()

    public init(view: View, block: BlockContext, tracer: Trace) {
        self.block = block
        reward = BlockReward.standard(block.fork)
        processor = TransactionProcessor(
            view: view, block: block,
            natives: VenueNatives(isActive: block.venueIsActive, americanRows: americanRows), tracer: tracer)
        if block.fork >= .amsterdam { processor.journal.recordAccesses() }
    }

    /// What counts against the block's limit: of the two kinds of gas the one of which there is more.
    /// https://eips.ethereum.org/EIPS/eip-8037
    public var gasUsed: UInt64 { Swift.max(executionGasUsed, stateGasUsed) }

    public var tracer: Trace {
        get { processor.tracer }
        _modify { yield &processor.tracer }
    }

    /// An account as the transactions so far have left it.
    public mutating func account(at address: Address) -> Account {
        let position = processor.journal.load(address)
        return processor.journal.account(at: position)
    }

    /// Puts precompiled contracts elsewhere, as simulations may; see `Machine`.
    public mutating func overridePrecompiles(_ overrides: Table<Address, Address>) {
        processor.precompileOverrides = overrides
    }

    /// The system's work before the first transaction. Sources: EIP-4788 (beacon root), EIP-2935 (block hashes).
    /// A hash or root that is nil is not told; only a tool that knows no parent may leave them out where a fork asks
    /// for them.
    public mutating func begin(parentHash: Bytes32?, parentBeaconBlockRoot: Bytes32?) throws(BlockError) {
        if block.venueIsActive {
            activateNatives()
            prepareVenue()
        }
        if block.fork >= .cancun, let root = parentBeaconBlockRoot {
            _ = callSystem(SystemContracts.beaconRoots, input: root.bytes)
        }
        if block.fork >= .prague, let parentHash {
            _ = callSystem(SystemContracts.historyStorage, input: parentHash.bytes)
        }
        if let failure = processor.journal.failure { throw .state(failure) }
    }

    /// Executes the next transaction and adds its receipt.
    public mutating func execute(
        _ transaction: Transaction, sender: Address, mode: TransactionProcessor<View, VenueNatives, Trace>.Mode = .block
    ) throws(TransactionError) -> TransactionOutcome {
        let blobGas = BlobGas.perBlob * UInt64(transaction.blobVersionedHashes.count)
        if let parameters = block.blobParameters, blobGasUsed + blobGas > parameters.max * BlobGas.perBlob,
            blobGas <= parameters.max * BlobGas.perBlob
        {
            throw .tooMuchBlobGas
        }
        processor.journal.setAccessIndex(receipts.count + 1)
        let rank = block.venueIsActive ? try takePlace(transaction, sender, mode) : nil
        let outcome = try processor.execute(
            transaction, sender: sender, gasAvailable: left(of: executionGasUsed),
            stateGasAvailable: left(of: stateGasUsed), mode: mode)
        if let rank { pipeline.sequence.note(rank, sender: sender) }
        gasPaid += outcome.gasUsed
        executionGasUsed += outcome.blockGas
        stateGasUsed += outcome.blockStateGas
        blobGasUsed += blobGas
        addReceipt(type: transaction.type, succeeded: outcome.status.isSuccess, logs: outcome.logs)
        if block.fork >= .prague { collectDeposits(outcome.logs) }
        return outcome
    }

    /// Holds a transaction to its place in a block with a venue, whose work comes behind the reports. A call that is only simulated
    /// may stand anywhere.
    private mutating func takePlace(
        _ transaction: Transaction, _ sender: Address, _ mode: TransactionProcessor<View, VenueNatives, Trace>.Mode
    ) throws(TransactionError) -> VenueSequence.Rank? {
        let rank = mode.checksNonce ? try pipeline.sequence.rank(of: transaction, sender: sender) : nil
        if !pipeline.isOpen, transaction.to != VenueContract.oracle.address { openVenue() }
        return rank
    }

    private mutating func addReceipt(type: TransactionType, succeeded: Bool, logs: [Log]) {
        var bloom = Bloom()
        bloom.add(logs)
        receipts.append(
            Receipt(type: type, succeeded: succeeded, cumulativeGasUsed: gasPaid, bloom: bloom, logs: logs))
    }

    /// Before Amsterdam no transaction that was taken can use more than was left.
    private func left(of used: UInt64) -> UInt64 { block.gasLimit - Swift.min(block.gasLimit, used) }

    /// The state root after the last transaction goes into its receipt before Byzantium; the caller knows it.
    public mutating func setPostState(_ root: Bytes32) {
        receipts[receipts.count - 1].postState = root
    }

    /// The system's work after the last transaction: the venue's, rewards before Paris, withdrawals (EIP-4895), requests
    /// (EIP-7685). What the venue has logged is in one more receipt, the last.
    public mutating func finish(
        withdrawals: [Withdrawal] = [], ommers: [BlockReward.Ommer] = []
    ) throws(BlockError) -> BlockOutcome {
        processor.journal.setAccessIndex(receipts.count + 1)
        if block.venueIsActive { closeVenue() }
        if let reward { payReward(reward, ommers: ommers) }
        for withdrawal in withdrawals {
            let account = processor.journal.load(withdrawal.address)
            processor.journal.noteAccess(account)
            let wei = UInt256(withdrawal.amount) &* UInt256(1_000_000_000 as UInt64)
            if !processor.journal.credit(account, wei) { processor.journal.touch(account) }
        }
        _ = processor.journal.finishTransaction(clearsEmptyAccounts: block.fork >= .spuriousDragon)
        var requests: [[UInt8]]?
        if block.fork >= .prague {
            if hasInvalidDeposit { throw .invalidDepositEvent }
            requests = [
                [0] + depositRequests,
                [1] + (try systemOutput(SystemContracts.withdrawalRequests)),
                [2] + (try systemOutput(SystemContracts.consolidationRequests)),
            ]
        }
        if let failure = processor.journal.failure { throw .state(failure) }
        if !pipeline.logs.isEmpty { addReceipt(type: .legacy, succeeded: true, logs: pipeline.logs) }
        return outcome(requests: requests)
    }

    /// What the block has done up to now: where it ended, or got to before `finish` failed.
    public func outcome(requests: [[UInt8]]? = nil) -> BlockOutcome {
        BlockOutcome(
            receipts: receipts, gasUsed: gasUsed, blobGasUsed: blobGasUsed, requests: requests,
            accessList: processor.journal.blockAccessList(), diff: processor.diff())
    }

    // MARK: System calls

    private mutating func systemOutput(_ address: Address) throws(BlockError) -> [UInt8] {
        let account = processor.journal.load(address)
        guard processor.journal.account(at: account).hasCode else { throw .systemContractFailed(address) }
        let result = callSystem(address, input: [])
        guard result.status.isSuccess else { throw .systemContractFailed(address) }
        return result.output
    }

    /// A call by the system: 30,000,000 gas that nobody pays for; a contract that is not there does nothing.
    private mutating func callSystem(_ address: Address, input: [UInt8]) -> MessageResult {
        processor.journal.noteAccess(processor.journal.load(address))
        let result = processor.runSystemMessage(
            Message(sender: SystemContracts.caller, to: address, input: input, gas: 30_000_000))
        _ = processor.journal.finishTransaction(clearsEmptyAccounts: true)
        return result
    }

    /// Natives are contracts: they have code (that no EVM runs) and a nonce, so that callers which look for code find
    /// it and their storage is never cleared as that of an empty account.
    private mutating func activateNatives() {
        for address in VenueNatives.addresses {
            let account = processor.journal.load(address)
            guard !processor.journal.account(at: account).hasCode else { continue }
            processor.journal.setNonce(account, 1)
            processor.journal.setCode(account, [0xfe], hash: Keccak256.hash([0xfe]))
        }
        _ = processor.journal.finishTransaction(clearsEmptyAccounts: true)
    }

    // MARK: Rewards

    /// Source: Yellow Paper 11.3.
    private mutating func payReward(_ reward: UInt256, ommers: [BlockReward.Ommer]) {
        for ommer in ommers {
            // An ommer earns less with every block of distance; a distance beyond 8 is refused before execution.
            pay(ommer.beneficiary, reward * UInt256(8 - Swift.min(8, ommer.distance)) / 8)
        }
        pay(block.beneficiary, reward + reward / 32 * UInt256(UInt64(ommers.count)))
    }

    private mutating func pay(_ address: Address, _ amount: UInt256) {
        let account = processor.journal.load(address)
        if !processor.journal.credit(account, amount) { processor.journal.touch(account) }
    }

    // MARK: Deposits

    /// Takes the deposit requests out of the deposit contract's events. https://eips.ethereum.org/EIPS/eip-6110
    private mutating func collectDeposits(_ logs: [Log]) {
        for log in logs
        where log.address == block.depositContract && log.topics.first == SystemContracts.depositEvent {
            if let request = DepositEvent.request(from: log.data) {
                depositRequests += request
            } else {
                hasInvalidDeposit = true
            }
        }
    }
}

/// The ABI layout of the deposit contract's event, which EIP-6110 fixes byte by byte.
enum DepositEvent {
    /// Public key, withdrawal credentials, amount, signature and index, one behind the other; nil for another layout.
    static func request(from data: [UInt8]) -> [UInt8]? {
        guard data.count == 576 else { return nil }
        let fields: [(head: Int, offset: Int, size: Int)] = [
            (0, 160, 48), (32, 256, 32), (64, 320, 8), (96, 384, 96), (128, 512, 8),
        ]
        var request: [UInt8] = []
        for field in fields {
            guard word(data, field.head) == UInt256(UInt64(field.offset)),
                word(data, field.offset) == UInt256(UInt64(field.size))
            else { return nil }
            request += data[(field.offset + 32)..<(field.offset + 32 + field.size)]
        }
        return request
    }

    private static func word(_ data: [UInt8], _ offset: Int) -> UInt256 {
        UInt256(bigEndian: data[offset..<(offset + 32)])
    }
}
