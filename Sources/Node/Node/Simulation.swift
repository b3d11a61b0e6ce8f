import Chain
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage

/// `eth_simulateV1`: blocks of calls on top of a block of the chain, each with its overrides. Source: execution-apis,
/// and geth where that leaves things open.
struct Simulation {
    /// One block that is asked for.
    struct BlockRequest {
        var block = BlockOverrides()
        var state = StateOverrides()
        var calls: [CallRequest] = []
    }

    struct Options {
        var blocks: [BlockRequest] = []
        var tracesTransfers = false
        var validates = false
        var returnsFullTransactions = false

        init(_ json: JSONValue) throws(RPCError) {
            let reader = FieldReader(json, type: "simOpts", argument: 0)
            guard json.kind == .object else { throw reader.notAnObject }
            tracesTransfers = try reader.flag("traceTransfers")
            validates = try reader.flag("validation")
            returnsFullTransactions = try reader.flag("returnFullTransactions")
            guard let blocks = try reader.array("blockStateCalls"), !blocks.isEmpty else {
                throw .invalidParameters("empty input")
            }
            if blocks.count > Simulation.blockLimit { throw Simulation.tooMany("too many blocks") }
            var callCount = 0
            for block in blocks {
                let request = try Simulation.request(block)
                if request.calls.count > Simulation.callsPerBlockLimit {
                    throw Simulation.tooMany(
                        "too many calls in block: \(request.calls.count) > \(Simulation.callsPerBlockLimit)")
                }
                callCount += request.calls.count
                if callCount > Simulation.callLimit {
                    throw Simulation.tooMany("too many calls: \(callCount) > \(Simulation.callLimit)")
                }
                self.blocks.append(request)
            }
        }
    }

    /// A block that was simulated, and what its calls did.
    struct BlockResult {
        let record: BlockRecord
        let calls: [CallResult]
    }

    struct CallResult {
        let outcome: TransactionOutcome
        /// The call had less gas than it asked for, because the whole simulation may not have more.
        let isCapped: Bool
        let logs: [(log: Log, index: Int)]
    }

    // As with geth.
    static let blockLimit = 256
    static let callsPerBlockLimit = 5000
    static let callLimit = 10_000
    /// Seconds between blocks that do not say when they are.
    private static let timestampStep: UInt64 = 12

    private static func tooMany(_ message: String) -> RPCError { RPCError(code: -38026, message: message) }

    private static func request(_ json: JSONValue) throws(RPCError) -> BlockRequest {
        let reader = FieldReader(json, type: "simBlock", argument: 0)
        guard json.kind == .object else { throw reader.notAnObject }
        var request = BlockRequest()
        if let block = json["blockOverrides"], !block.isNull { request.block = try BlockOverrides(block, argument: 0) }
        if let state = json["stateOverrides"], !state.isNull { request.state = try StateOverrides(state, argument: 0) }
        request.calls = try (reader.array("calls") ?? []).map { (call) throws(RPCError) in try CallRequest(call) }
        return request
    }

    private let chain: LocalChain
    private let base: BlockRecord
    private let options: Options
    /// What all calls together may still use.
    private var gasBudget = RPCService.callGasLimit

    init(_ chain: LocalChain, base: BlockRecord, _ options: Options) {
        self.chain = chain
        self.base = base
        self.options = options
    }

    mutating func run() throws -> [BlockResult] {
        var results: [BlockResult] = []
        var parent = base
        for request in try completed() {
            let result = try run(request, on: parent)
            results.append(result)
            parent = result.record
        }
        return results
    }

    // MARK: Blocks

    /// The requested blocks with numbers and times, and empty blocks in the gaps between their numbers.
    private func completed() throws(RPCError) -> [BlockRequest] {
        var blocks: [BlockRequest] = []
        var number = base.number
        var time = base.header.timestamp
        for var request in options.blocks {
            let next = request.block.number ?? number + 1
            if next <= number {
                throw RPCError(code: -38020, message: "block numbers must be in order: \(next) <= \(number)")
            }
            if next - base.number > UInt64(Simulation.blockLimit) { throw Simulation.tooMany("too many blocks") }
            for gap in number + 1..<next {
                time = Simulation.later(time)
                var empty = BlockRequest()
                empty.block.number = gap
                empty.block.time = time
                blocks.append(empty)
            }
            let nextTime = request.block.time ?? Simulation.later(time)
            if nextTime <= time {
                throw RPCError(code: -38021, message: "block timestamps must be in order: \(nextTime) <= \(time)")
            }
            request.block.number = next
            request.block.time = nextTime
            (number, time) = (next, nextTime)
            blocks.append(request)
        }
        return blocks
    }

    private static func later(_ time: UInt64) -> UInt64 { time.addingReportingOverflow(timestampStep).partialValue }

    private func header(_ request: BlockRequest, on parent: BlockRecord) -> Header {
        let overrides = request.block
        var header = Header()
        header.number = overrides.number ?? parent.number + 1
        header.timestamp = overrides.time ?? Simulation.later(parent.header.timestamp)
        header.parentHash = parent.hash
        header.ommersHash = Block.emptyOmmersHash
        header.beneficiary = overrides.feeRecipient ?? parent.header.beneficiary
        header.gasLimit = overrides.gasLimit ?? parent.header.gasLimit
        header.mixHash = overrides.prevRandao ?? .zero
        let rules = chain.rules
        let isMerged = rules.isMerged(number: header.number, timestamp: header.timestamp)
        // Behind the merge nothing has a difficulty, whatever is asked for.
        header.difficulty = isMerged ? .zero : overrides.difficulty ?? parent.header.difficulty
        let configuration = rules.configuration(of: header)
        let fork = configuration.fork(number: header.number, timestamp: header.timestamp)
        if fork >= .london {
            // A base fee of zero keeps calls without fees possible.
            header.baseFeePerGas =
                overrides.baseFeePerGas ?? (options.validates ? BaseFee.next(after: parent.header) : .zero)
        }
        if fork >= .cancun { header.parentBeaconBlockRoot = overrides.beaconRoot ?? .zero }
        if fork >= .amsterdam { header.slotNumber = (parent.header.slotNumber ?? 0) + 1 }
        header.excessBlobGas = Header.excessBlobGas(
            after: parent.header, number: header.number, timestamp: header.timestamp, configuration)
        return header
    }

    private mutating func run(_ request: BlockRequest, on parent: BlockRecord) throws -> BlockResult {
        let header = header(request, on: parent)
        var context = chain.context(for: header)
        if let fee = request.block.blobBaseFee { context.blobBaseFee = fee }
        var state = try parent.state
        let precompiles = try request.state.apply(to: &state, fork: context.fork)
        var builder = try BlockBuilder(
            header: header, state: state, context: context,
            tracer: LogTracer(tracesTransfers: options.tracesTransfers), precompiles: precompiles)
        var calls: [CallResult] = []
        for call in request.calls { calls.append(try run(call, &builder, context)) }
        let withdrawals = context.fork >= .shanghai ? request.block.withdrawals ?? [] : []
        return BlockResult(record: try builder.finish(withdrawals: withdrawals), calls: calls)
    }

    // MARK: Calls

    private mutating func run(
        _ call: CallRequest, _ builder: inout BlockBuilder<LogTracer>, _ context: BlockContext
    ) throws(RPCError) -> CallResult {
        let sender = call.from ?? .zero
        let account = builder.account(at: sender)
        let gasLeft = builder.gasLeft
        let gas = call.gas ?? gasLeft
        if gas > gasLeft {
            throw RPCError(
                code: -38015, message: "block gas limit reached: remaining: \(gasLeft), required: \(gas)")
        }
        try call.check(chainID: chain.rules.chainID)
        let transaction = call.transaction(
            gas: min(gas, gasBudget), nonce: call.nonce ?? account.nonce, chainID: chain.rules.chainID)
        builder.tracer.beginTransaction()
        do throws(TransactionError) {
            let outcome = try builder.add(
                transaction, hash: transaction.hash, sender: sender, mode: .call(validated: options.validates))
            gasBudget -= min(gasBudget, outcome.gasUsed)
            return CallResult(
                outcome: outcome, isCapped: transaction.gasLimit < gas, logs: builder.tracer.transactionLogs)
        } catch {
            throw Refusal(error: error, transaction: transaction, sender: sender, account: account, block: context)
                .asSimulationError
        }
    }
}

/// Collects the logs of calls with their numbers in the block, and on demand logs for ether that moves.
struct LogTracer: Tracer {
    static var isEnabled: Bool { false }
    static var watchesFrames: Bool { true }

    private let tracesTransfers: Bool
    /// Logs of the frames that are open, outermost first; the outermost stays when it ends.
    private var frames: [[(log: Log, index: Int)]] = []
    private var depth = 0
    /// Logs of frames that failed have had their numbers too.
    private var count = 0

    init(tracesTransfers: Bool) { self.tracesTransfers = tracesTransfers }

    mutating func beginTransaction() {
        frames = []
        depth = 0
    }

    var transactionLogs: [(log: Log, index: Int)] { frames.first ?? [] }

    mutating func enter(_ frame: TraceFrame) {
        depth += 1
        frames.append([])
        guard tracesTransfers, !frame.value.isZero, frame.kind != .delegateCall, frame.kind != .callCode else { return }
        log(
            Log(
                address: LogTracer.transferAddress,
                topics: [LogTracer.transferTopic, Bytes32(frame.from.word), Bytes32(frame.to.word)],
                data: frame.value.bigEndianBytes))
    }

    mutating func leave(_ status: ExecutionStatus, gasLeft: UInt64, output: [UInt8]) {
        depth -= 1
        if depth == 0 {
            if !status.isSuccess { frames[0] = [] }
        } else {
            let logs = frames.removeLast()
            if status.isSuccess { frames[frames.count - 1] += logs }
        }
    }

    mutating func log(_ log: Log) {
        if frames.isEmpty { frames.append([]) }
        frames[frames.count - 1].append((log, count))
        count += 1
    }

    /// Ether's address among tokens. https://eips.ethereum.org/EIPS/eip-7528
    private static let transferAddress = Address(
        UInt256(limbs: 0xeeee_eeee_eeee_eeee, 0xeeee_eeee_eeee_eeee, 0xeeee_eeee, 0))
    /// keccak256("Transfer(address,address,uint256)")
    private static let transferTopic = Bytes32(
        UInt256(limbs: 0x28f5_5a4d_f523_b3ef, 0x952b_a7f1_63c4_a116, 0x69c2_b068_fc37_8daa, 0xddf2_52ad_1be2_c89b))
}

extension JSONWriter {
    mutating func value(_ result: Simulation.BlockResult, fullTransactions: Bool) {
        value(result.record, fullTransactions: fullTransactions) { writer in
            writer.key("calls")
            writer.array(result.calls.indices) { writer, index in
                writer.value(result.calls[index], in: result.record, at: index)
            }
        }
    }

    private mutating func value(_ call: Simulation.CallResult, in record: BlockRecord, at index: Int) {
        let status = call.outcome.status
        object { writer in
            // What a call that failed answered stands in its error.
            writer.member("returnData", hex: status.isSuccess ? call.outcome.output : [])
            writer.key("logs")
            writer.array(call.logs) { $0.value($1.log, index: $1.index, in: record, at: index) }
            writer.member("gasUsed", quantity: call.outcome.gasUsed)
            writer.member("maxUsedGas", quantity: call.outcome.peakGas)
            writer.member("status", quantity: status.isSuccess ? 1 : 0 as UInt64)
            guard var reason = status.failureReason else { return }
            let error = RPCError.reverted(call.outcome.output)
            writer.key("error")
            writer.object { writer in
                if status == .revert {
                    reason = error.message
                } else if call.isCapped {
                    reason += " (gas limit was capped by the RPC server's global gas cap)"
                }
                writer.key("message")
                writer.value(reason)
                writer.key("code")
                writer.value(status == .revert ? error.code : -32015)
                if status == .revert { writer.member("data", hex: call.outcome.output) }
            }
        }
    }
}
