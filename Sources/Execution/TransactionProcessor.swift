public import Chain
import Cryptography
public import EVM
public import Foundations
public import State

/// How a transaction of a block ended, and what it cost.
public struct TransactionOutcome: Equatable, Sendable {
    public var status: ExecutionStatus
    /// After refunds: what the sender paid for.
    public var gasUsed: UInt64
    /// What was taken from the counter, already inside `gasUsed`.
    public var gasRefunded: UInt64
    /// The most that was needed on the way: before refunds, and not below what the data must pay.
    public var peakGas: UInt64
    /// What it takes of the block's gas: `gasUsed`, but from Amsterdam on before refunds and without state gas, which the
    /// block counts apart. https://eips.ethereum.org/EIPS/eip-7778, https://eips.ethereum.org/EIPS/eip-8037
    public var blockGas: UInt64
    public var blockStateGas: UInt64
    public var output: [UInt8]
    public var logs: [Log]
    public var createdAddress: Address?
    public var effectiveGasPrice: UInt256
}

/// Runs the transactions of one block over a state: checks, fees, authorisations, the machine, refunds.
public struct TransactionProcessor<View: StateView, Natives: NativeContracts, Trace: Tracer> {
    public let block: BlockContext
    private let statePrices: StatePrices?
    public private(set) var machine: Machine<View, Natives, Trace>

    /// How strictly a transaction is taken.
    public enum Mode: Equatable, Sendable {
        /// As part of a block: every check holds.
        case block
        /// A bare message: nonce, sender's code, fees and the block's gas do not matter, and nothing is paid for gas.
        case simulation
        /// As `eth_call` and `eth_simulateV1` ask: gas is bought, and the sender may be a contract. Unless the call is
        /// to be `validated`, the nonce does not matter, and fees of zero are taken whatever the base fee is.
        case call(validated: Bool)

        var checksNonce: Bool { self == .block || self == .call(validated: true) }
        var paysGas: Bool { self != .simulation }

        /// Whether a price of zero is below no base fee.
        func takes(zeroFee fee: UInt256, tip: UInt256 = .zero) -> Bool {
            self == .call(validated: false) && fee.isZero && tip.isZero
        }
    }

    public init(
        view: View, block: BlockContext, natives: Natives, tracer: Trace, interpreter: Interpreter = .fast
    ) {
        self.block = block
        statePrices = StatePrices(fork: block.fork, blockGasLimit: block.gasLimit)
        machine = Machine(view: view, block: block, natives: natives, tracer: tracer, interpreter: interpreter)
    }

    public var journal: Journal<View> {
        get { machine.journal }
        _modify { yield &machine.journal }
    }

    public var tracer: Trace {
        get { machine.tracer }
        _modify { yield &machine.tracer }
    }

    /// Precompiled contracts that stand elsewhere than the fork puts them; see `Machine`.
    public var precompileOverrides: Table<Address, Address> {
        get { machine.precompileOverrides }
        set { machine.precompileOverrides = newValue }
    }

    /// What changed against the view over all transactions so far.
    public func diff() -> StateDiff { machine.journal.diff() }

    /// Executes one transaction that `sender` signed. `gasAvailable` is what the block has left, and
    /// `stateGasAvailable` of state gas; nil where that is not counted.
    ///
    /// What it changes is there for the next one, unless it is not to be `kept`: then only what was read stays in memory.
    ///
    /// Throws when the transaction is not valid here; the state is then as before.
    public mutating func execute(
        _ transaction: Transaction, sender: Address, gasAvailable: UInt64, stateGasAvailable: UInt64? = nil,
        mode: Mode = .block, isKept: Bool = true
    ) throws(TransactionError) -> TransactionOutcome {
        let intrinsic = IntrinsicGas(transaction, fork: block.fork, statePrices: statePrices)
        let room = Room(gas: gasAvailable, stateGas: stateGasAvailable ?? gasAvailable)
        try checkForm(transaction, intrinsic, room, mode: mode)
        let price = try effectiveGasPrice(transaction, mode: mode)
        let senderAccount = machine.journal.load(sender)
        try checkSender(transaction, senderAccount, mode: mode)

        let gasFee = UInt256(transaction.gasLimit) &* price
        let blobGas = UInt256(BlobGas.perBlob &* UInt64(transaction.blobVersionedHashes.count))
        if mode.paysGas {
            // checkSender has found the balance sufficient for the most that this can be.
            let blobPrice = mode.takes(zeroFee: transaction.maxFeePerBlobGas) ? .zero : block.blobBaseFee
            let fee = gasFee &+ blobGas &* blobPrice
            machine.journal.setBalance(senderAccount, machine.journal.balance(senderAccount) &- fee)
        }
        if mode.paysGas || transaction.to == nil {
            machine.journal.setNonce(senderAccount, machine.journal.nonce(senderAccount) &+ 1)
        }
        machine.begin(
            TransactionContext(
                origin: sender, gasPrice: price, blobVersionedHashes: transaction.blobVersionedHashes))
        warmAccessList(transaction, senderAccount)
        // What is beyond the gas limit of a transaction can only be spent on growing the state.
        let available = transaction.gasLimit - intrinsic.base
        let gas =
            statePrices == nil
            ? available : Swift.min(available, TransactionGas.max - Swift.min(TransactionGas.max, intrinsic.regular))
        var stateGas = available - gas
        for authorization in transaction.authorizations { apply(authorization, &stateGas) }

        var result = machine.run(
            Message(
                sender: sender, to: transaction.to, value: transaction.value, input: transaction.data, gas: gas,
                stateGas: stateGas))
        if result.status.isSuccess { giveBackDestroyedState(&result) }

        let spent = transaction.gasLimit - result.gasLeft - result.stateGasLeft
        let refundLimit = spent / (block.fork >= .london ? 5 : 2)
        // After a failed message only what the authorisations gave back is on the counter.
        let refund = Swift.min(UInt64(clamping: machine.journal.refund), refundLimit)
        let gasUsed = Swift.max(spent - refund, intrinsic.floor)
        let executionGas = gas - result.gasLeft - result.stateGasSpilled
        if mode.paysGas {
            pay(senderAccount, price &* UInt256(transaction.gasLimit - gasUsed))
            // A price of zero that was let through below the base fee leaves nothing for the beneficiary.
            let tip = block.fork >= .london ? price &- Swift.min(price, block.baseFeePerGas) : price
            let beneficiary = machine.journal.load(block.beneficiary)
            pay(beneficiary, tip &* UInt256(gasUsed))
            machine.journal.noteAccess(beneficiary)
        }
        machine.logBurnsAtEnd()
        if let failure = machine.journal.failure {
            machine.journal.discardTransaction()
            throw .state(failure)
        }
        let logs =
            isKept
            ? machine.journal.finishTransaction(clearsEmptyAccounts: block.fork >= .spuriousDragon)
            : machine.journal.discardTransaction()
        return TransactionOutcome(
            status: result.status, gasUsed: gasUsed, gasRefunded: refund, peakGas: Swift.max(spent, intrinsic.floor),
            blockGas: statePrices == nil
                ? gasUsed : Swift.max(intrinsic.regular + executionGas, intrinsic.floor),
            blockStateGas: intrinsic.state + result.stateGasUsed, output: result.output, logs: logs,
            createdAddress: result.createdAddress, effectiveGasPrice: price)
    }

    /// Whether `execute` would take the transaction now, without running it.
    public consuming func check(
        _ transaction: Transaction, sender: Address, gasAvailable: UInt64
    ) throws(TransactionError) {
        let intrinsic = IntrinsicGas(transaction, fork: block.fork, statePrices: statePrices)
        try checkForm(transaction, intrinsic, Room(gas: gasAvailable, stateGas: gasAvailable), mode: .block)
        _ = try effectiveGasPrice(transaction, mode: .block)
        let account = machine.journal.load(sender)
        try checkSender(transaction, account, mode: .block)
    }

    /// Runs a message of the system's own: no fees, no checks. The caller finishes the transaction.
    mutating func runSystemMessage(_ message: Message) -> MessageResult {
        machine.begin(TransactionContext(origin: message.sender, gasPrice: .zero))
        return machine.run(message)
    }

    /// Gives wei that exists; a supply beyond 2^256 could come only from a fixture, and stays where it is.
    private mutating func pay(_ account: Int, _ amount: UInt256) {
        if !machine.journal.credit(account, amount) { machine.journal.touch(account) }
    }

    /// Sources: EIP-2929, EIP-2930, EIP-3651 (beneficiary).
    private mutating func warmAccessList(_ transaction: Transaction, _ sender: Int) {
        guard block.fork >= .berlin else { return }
        machine.journal.warm(sender)
        if let to = transaction.to { machine.journal.warm(machine.journal.load(to)) }
        if block.fork >= .shanghai { machine.journal.list(machine.journal.load(block.beneficiary)) }
        for entry in transaction.accessList {
            let account = machine.journal.load(entry.address)
            machine.journal.list(account)
            for key in entry.storageKeys { machine.journal.list(account, slot: key) }
        }
    }

    /// Delegates an account's code, or leaves out an authorisation that does not hold.
    /// https://eips.ethereum.org/EIPS/eip-7702
    private mutating func apply(_ authorization: Authorization, _ stateGas: inout UInt64) {
        guard authorization.chainID.isZero || authorization.chainID == UInt256(block.chainID),
            authorization.nonce < .max, let authority = authorization.authority()
        else { return }
        let account = machine.journal.load(authority)
        machine.journal.warm(account)
        guard !machine.journal.account(at: account).hasCode || isDelegated(account),
            machine.journal.nonce(account) == authorization.nonce
        else { return }
        // An account that is already there costs 12,500 less than the 25,000 paid in advance, or no state gas.
        if machine.journal.exists(account) {
            if let prices = statePrices {
                stateGas += UInt64(prices.account)
            } else {
                machine.journal.addRefund(12500)
            }
        }
        if authorization.address == .zero {
            machine.journal.setCode(account, [], hash: Account.emptyCodeHash)
        } else {
            let code = Delegation.code(to: authorization.address)
            machine.journal.setCode(account, code, hash: Keccak256.hash(code))
        }
        machine.journal.setNonce(account, authorization.nonce + 1)
    }

    /// Accounts that the transaction both made and destroyed leave no state behind: what they cost goes back.
    private mutating func giveBackDestroyedState(_ result: inout MessageResult) {
        guard let prices = statePrices else { return }
        for account in machine.journal.accountsToDestroy {
            let cost =
                prices.account + prices.slot * Int64(machine.journal.occupiedSlotCount(account))
                + prices.byte * Int64(machine.journal.code(account).count)
            let refund = Swift.min(UInt64(cost), result.stateGasUsed)
            result.stateGasUsed -= refund
            result.stateGasLeft += refund
        }
    }

    private mutating func isDelegated(_ account: Int) -> Bool {
        Delegation.target(of: machine.journal.code(account)) != nil
    }
}

/// The most gas of a transaction. https://eips.ethereum.org/EIPS/eip-7825
enum TransactionGas {
    static var max: UInt64 { 1 << 24 }
}

/// What a block has left for a transaction, of each kind of gas.
private struct Room {
    let gas: UInt64
    let stateGas: UInt64

    /// Whether that is as much as the transaction may use, whose gas limit covers its intrinsic gas.
    func holds(_ transaction: Transaction, _ intrinsic: IntrinsicGas, fork: Fork) -> Bool {
        guard fork >= .amsterdam else { return transaction.gasLimit <= gas }
        return Swift.min(TransactionGas.max, transaction.gasLimit - intrinsic.state) <= gas
            && transaction.gasLimit - intrinsic.regular <= stateGas
    }
}

// MARK: - Validity

extension TransactionProcessor {
    /// What can be said without looking at the sender.
    private func checkForm(
        _ transaction: Transaction, _ intrinsic: IntrinsicGas, _ room: Room, mode: Mode
    ) throws(TransactionError) {
        let fork = block.fork
        let activation: Fork =
            switch transaction.type {
            case .legacy: .frontier
            case .accessList: .berlin
            case .dynamicFee: .london
            case .blob: .cancun
            case .setCode: .prague
            }
        if mode == .block {
            if fork < activation { throw .typeNotYetActive(transaction.type.rawValue) }
            if let chainID = transaction.chainID, chainID != block.chainID { throw .wrongChainID }
            // https://eips.ethereum.org/EIPS/eip-7825; from Amsterdam on state gas may go beyond (EIP-8037).
            if fork >= .osaka, fork < .amsterdam, transaction.gasLimit > TransactionGas.max {
                throw .gasLimitExceedsMaximum
            }
            if fork >= .amsterdam, Swift.max(intrinsic.regular, intrinsic.floor) > TransactionGas.max {
                throw .intrinsicGasTooLow
            }
        }
        if transaction.gasLimit < intrinsic.base { throw .intrinsicGasTooLow }
        if transaction.gasLimit < intrinsic.floor { throw .intrinsicGasBelowFloor }
        if transaction.nonce == .max, mode.checksNonce { throw .nonceIsMax }
        if transaction.to == nil, transaction.data.count > InitCode.maxSize(fork) { throw .initCodeTooLarge }
        if mode.paysGas, !room.holds(transaction, intrinsic, fork: fork) { throw .gasAllowanceExceeded }
        if transaction.type == .blob { try checkBlobs(transaction, mode: mode) }
        if transaction.type == .setCode {
            if transaction.to == nil { throw .setCodeCreation }
            if transaction.authorizations.isEmpty { throw .noAuthorizations }
        }
    }

    /// Sources: EIP-4844, EIP-7594 (blobs per transaction).
    private func checkBlobs(_ transaction: Transaction, mode: Mode) throws(TransactionError) {
        let hashes = transaction.blobVersionedHashes
        if transaction.to == nil { throw .blobCreation }
        if hashes.isEmpty { throw .noBlobs }
        if hashes.contains(where: { $0.word.limb3 >> 56 != 1 }) { throw .blobHashVersion }
        if let parameters = block.blobParameters, UInt64(hashes.count) > parameters.max {
            // One reason before Osaka gave transactions a limit of their own.
            throw block.fork >= .osaka ? .tooMuchBlobGas : .tooManyBlobs
        }
        if block.fork >= .osaka, hashes.count > BlobGas.maxBlobsPerTransaction { throw .tooManyBlobs }
        if mode.paysGas, transaction.maxFeePerBlobGas < block.blobBaseFee,
            !mode.takes(zeroFee: transaction.maxFeePerBlobGas)
        {
            throw .maxFeePerBlobGasTooLow
        }
    }

    /// What the sender pays for a unit of gas. https://eips.ethereum.org/EIPS/eip-1559
    private func effectiveGasPrice(_ transaction: Transaction, mode: Mode) throws(TransactionError) -> UInt256 {
        if mode.takes(zeroFee: transaction.maxFeePerGas, tip: transaction.maxPriorityFeePerGas) { return .zero }
        let hasPriority = transaction.type.rawValue >= TransactionType.dynamicFee.rawValue
        if hasPriority, transaction.maxPriorityFeePerGas > transaction.maxFeePerGas { throw .priorityFeeAboveMaxFee }
        guard block.fork >= .london else { return transaction.maxFeePerGas }
        if transaction.maxFeePerGas < block.baseFeePerGas {
            if mode == .simulation { return transaction.maxFeePerGas }
            throw .maxFeeBelowBaseFee
        }
        if !hasPriority { return transaction.maxFeePerGas }
        return Swift.min(transaction.maxPriorityFeePerGas, transaction.maxFeePerGas &- block.baseFeePerGas)
            &+ block.baseFeePerGas
    }

    /// Nonce, code and balance of the sender. Sources: Yellow Paper; EIP-3607, EIP-7702 (senders with code).
    private mutating func checkSender(
        _ transaction: Transaction, _ account: Int, mode: Mode
    ) throws(TransactionError) {
        if let failure = machine.journal.failure { throw .state(failure) }
        guard mode.paysGas else {
            if machine.journal.balance(account) < transaction.value { throw .insufficientFunds }
            return
        }
        if mode.checksNonce {
            let nonce = machine.journal.nonce(account)
            if transaction.nonce < nonce { throw .nonceTooLow(state: nonce) }
            if transaction.nonce > nonce { throw .nonceTooHigh(state: nonce) }
        }
        let gas = UInt256(transaction.gasLimit).multipliedReportingOverflow(by: transaction.maxFeePerGas)
        if gas.overflow { throw .gasPriceProductOverflow }
        let blobs = UInt256(BlobGas.perBlob &* UInt64(transaction.blobVersionedHashes.count))
            .multipliedReportingOverflow(by: transaction.maxFeePerBlobGas)
        let fees = gas.partialValue.addingReportingOverflow(blobs.partialValue)
        let total = fees.partialValue.addingReportingOverflow(transaction.value)
        if blobs.overflow || fees.overflow || total.overflow || machine.journal.balance(account) < total.partialValue {
            throw .insufficientFunds
        }
        if mode == .block, machine.journal.account(at: account).hasCode {
            if !(block.fork >= .prague && isDelegated(account)) { throw .senderNotExternallyOwned }
        }
    }
}
