import Chain
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage
import Synchronization

// Running calls on the state behind a block.

/// What a call runs on: a state and a block's environment, either perhaps overridden.
struct CallEnvironment {
    var state: StoredState
    var context: BlockContext
    var precompiles = Table<Address, Address>()

    init(_ chain: LocalChain, _ record: BlockRecord) throws(RPCError) {
        state = try record.state
        context = chain.context(of: record)
    }

    /// With the overrides that two parameters hold, where they are given.
    init(
        _ chain: LocalChain, _ record: BlockRecord, _ parameters: RPCParameters, stateOverrides: Int,
        blockOverrides: Int
    ) throws {
        try self.init(chain, record)
        if let json = parameters.optional(blockOverrides) {
            try BlockOverrides(json, argument: blockOverrides).apply(to: &context, chain.configuration(of: record))
        }
        if let json = parameters.optional(stateOverrides) {
            precompiles = try StateOverrides(json, argument: stateOverrides).apply(to: &state, fork: context.fork)
        }
    }
}

extension RPCService {
    static let callMethods: [String: Method] = [
        "eth_call": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0))
            let record = try service.block(parameters, 1)
            let gas = request.gas ?? RPCService.callGasLimit
            let outcome: TransactionOutcome
            if request.statesNoFees, parameters.optional(2) == nil, parameters.optional(3) == nil {
                outcome = try service.run(request, behind: record, gas: gas)
            } else {
                let environment = try CallEnvironment(
                    service.chain, record, parameters, stateOverrides: 2, blockOverrides: 3)
                outcome = try service.run(request, in: environment, gas: gas)
            }
            writer.value(hex: try RPCService.output(outcome))
        },
        "eth_estimateGas": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0))
            let environment = try CallEnvironment(
                service.chain, service.block(parameters, 1), parameters, stateOverrides: 2, blockOverrides: 3)
            writer.value(quantity: try service.estimateGas(request, at: environment))
        },
        "eth_createAccessList": { service, parameters, writer in
            try service.createAccessList(parameters, &writer)
        },
        "eth_simulateV1": { service, parameters, writer in
            let options = try Simulation.Options(parameters.required(0))
            var simulation = Simulation(service.chain, base: try service.block(parameters, 1), options)
            let results = try simulation.run()
            writer.array(results) { $0.value($1, fullTransactions: options.returnsFullTransactions) }
        },
    ]

    /// The most gas that a call may use, and all calls of a simulation together; as with geth.
    static let callGasLimit: UInt64 = 50_000_000

    /// Runs a call that states no fees in the environment of a block as it is.
    private func run(
        _ request: CallRequest, behind record: BlockRecord, gas: UInt64
    ) throws(RPCError) -> TransactionOutcome {
        try request.check(chainID: chain.rules.chainID)
        let sender = request.from ?? .zero
        let transaction = request.transaction(
            gas: min(gas, RPCService.callGasLimit), nonce: request.nonce ?? 0, chainID: chain.rules.chainID)
        let worker: CallPool.Worker
        if let idle = calls.take(record.hash) {
            worker = idle
        } else {
            var environment = try CallEnvironment(chain, record)
            environment.context.baseFeePerGas = .zero
            worker = CallPool.Worker(block: record.hash, state: environment.state, context: environment.context)
        }
        do throws(TransactionError) {
            let outcome = try worker.call(transaction, sender: sender)
            calls.giveBack(worker)
            return outcome
        } catch {
            let account = (try? worker.state.account(at: sender)) ?? Account()
            throw Refusal(
                error: error, transaction: transaction, sender: sender, account: account, block: worker.context
            )
            .asCallError
        }
    }

    /// Runs a call. Its error says why it was refused; how it ended is in the outcome.
    func run(
        _ request: CallRequest, in environment: CallEnvironment, gas: UInt64
    ) throws(RPCError) -> TransactionOutcome {
        try run(request, in: environment, gas: gas, tracer: NoTracer()).outcome
    }

    func run<Trace: Tracer>(
        _ request: CallRequest, in environment: CallEnvironment, gas: UInt64, tracer: Trace
    ) throws(RPCError) -> (outcome: TransactionOutcome, tracer: Trace) {
        try request.check(chainID: chain.rules.chainID)
        let sender = request.from ?? .zero
        var context = environment.context
        let transaction = request.transaction(
            gas: min(gas, RPCService.callGasLimit), nonce: request.nonce ?? 0, chainID: chain.rules.chainID)
        // A call that offers no fees pays none and sees none, as with geth.
        if transaction.maxFeePerGas.isZero, transaction.maxPriorityFeePerGas.isZero { context.baseFeePerGas = .zero }
        if transaction.type == .blob, transaction.maxFeePerBlobGas.isZero { context.blobBaseFee = .zero }
        var processor = TransactionProcessor(
            view: environment.state, block: context, natives: VenueNatives(isActive: context.venueIsActive),
            tracer: tracer)
        processor.precompileOverrides = environment.precompiles
        do throws(TransactionError) {
            let outcome = try processor.execute(
                transaction, sender: sender, gasAvailable: .max, mode: .call(validated: false))
            return (outcome, processor.tracer)
        } catch {
            // A memory state answers every read.
            let account = (try? environment.state.account(at: sender)) ?? Account()
            throw Refusal(error: error, transaction: transaction, sender: sender, account: account, block: context)
                .asCallError
        }
    }

    static func output(_ outcome: TransactionOutcome) throws(RPCError) -> [UInt8] {
        switch outcome.status {
        case .success: return outcome.output
        case .revert: throw .reverted(outcome.output)
        case .halt(let reason): throw .server("\(reason.name)")
        }
    }

    // MARK: Gas

    /// The least gas with which a call succeeds, found by halving.
    func estimateGas(_ request: CallRequest, at environment: CallEnvironment) throws(RPCError) -> UInt64 {
        // The largest transaction that a block of the fork takes.
        let osakaCap: UInt64 = environment.context.fork >= .osaka ? 1 << 24 : .max
        let cap = min(RPCService.callGasLimit, environment.context.gasLimit, osakaCap)
        var high = min(request.gas ?? cap, cap)
        if let affordable = try affordableGas(request, environment) { high = min(high, affordable) }
        let first = try run(request, in: environment, gas: high)
        guard first.status.isSuccess else {
            if case .halt(.outOfGas) = first.status {
                throw .server("gas required exceeds allowance (\(high))")
            }
            _ = try RPCService.output(first)
            return 0
        }
        // Refunds come after the work: the work needs at least what was paid for.
        var low = max(20_999, first.gasUsed - 1)
        if let sure = try? run(request, in: environment, gas: first.gasUsed), sure.status.isSuccess {
            return first.gasUsed
        }
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if let outcome = try? run(request, in: environment, gas: middle), outcome.status.isSuccess {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    /// The gas that the sender can pay for at the fees that the request states; nil when it states none.
    private func affordableGas(
        _ request: CallRequest, _ environment: CallEnvironment
    ) throws(RPCError) -> UInt64? {
        let fee = request.gasPrice ?? request.maxFeePerGas ?? .zero
        if fee.isZero { return nil }
        let balance = ((try? environment.state.account(at: request.from ?? .zero)) ?? Account()).balance
        if !request.value.isZero, request.value >= balance { throw .server("insufficient funds for transfer") }
        let blobGas = UInt256(BlobGas.perBlob &* UInt64(request.blobVersionedHashes?.count ?? 0))
        let blobs = blobGas.multipliedReportingOverflow(by: request.maxFeePerBlobGas ?? .zero)
        let available = balance &- request.value
        if blobs.overflow || !blobs.partialValue.isZero && blobs.partialValue >= available {
            throw .server("insufficient funds for gas * price + value")
        }
        return ((available &- blobs.partialValue) / fee).clampedToUInt64
    }

    // MARK: Access lists

    private func createAccessList(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        var request = try CallRequest(parameters.required(0))
        let record = try block(parameters, 1)
        let environment = try CallEnvironment(chain, record, parameters, stateOverrides: 2, blockOverrides: .max)
        let context = environment.context
        let sender = request.from ?? .zero
        let account = try environment.state.account(at: sender) ?? Account()
        if request.nonce == nil { request.nonce = account.nonce }
        if request.gasPrice == nil, context.fork >= .london {
            let tip = request.maxPriorityFeePerGas ?? RPCService.suggestedTip
            request.maxPriorityFeePerGas = tip
            request.maxFeePerGas = request.maxFeePerGas ?? (tip &+ context.baseFeePerGas &+ context.baseFeePerGas)
        }
        let target =
            request.to
            ?? Machine<MemoryState, VenueNatives, NoTracer>.creationAddress(
                sender: sender, nonce: request.nonce ?? 0)
        var excluded = Set([sender, target] + Precompiles.addresses(fork: context.fork))
        for authorization in request.authorizations ?? [] {
            if let authority = authorization.authority() { excluded.insert(authority) }
        }
        // The list changes what the call costs, and so perhaps what it touches: again, until nothing is new.
        var tracer = AccessTracer(excluding: excluded, request.accessList ?? [])
        for _ in 0..<32 {
            request.accessList = tracer.list
            let result = try run(
                request, in: environment, gas: request.gas ?? RPCService.callGasLimit,
                tracer: AccessTracer(excluding: excluded, tracer.list))
            guard result.tracer.list == tracer.list else {
                tracer = result.tracer
                continue
            }
            return writer.object { writer in
                writer.key("accessList")
                writer.value(tracer.list)
                if let reason = result.outcome.status.failureReason {
                    writer.key("error")
                    writer.value(reason)
                }
                writer.member("gasUsed", quantity: result.outcome.gasUsed)
            }
        }
        throw RPCError.server("the access list does not settle: the call touches something else each time")
    }
}

extension ExecutionStatus {
    /// Why execution did not succeed; nil when it did.
    var failureReason: String? {
        switch self {
        case .success: nil
        case .revert: "execution reverted"
        case .halt(let reason): "\(reason.name)"
        }
    }
}
