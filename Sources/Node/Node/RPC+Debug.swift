import Chain
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage

// What lies behind a block: its bytes, and its execution step by step.

extension RPCService {
    static let debugMethods: [String: Method] = [
        "debug_getRawBlock": { service, parameters, writer in
            writer.value(hex: try service.existing(parameters, .numberOrHash).block.encoded)
        },
        "debug_getRawHeader": { service, parameters, writer in
            writer.value(hex: try service.existing(parameters, .numberOrHash).header.encoded)
        },
        "debug_getRawReceipts": { service, parameters, writer in
            let record = try service.existing(parameters, .numberOrHash)
            writer.array(record.receipts) { $0.value(hex: $1.encoded) }
        },
        "debug_getRawTransaction": { service, parameters, writer in
            let hash = try parameters.hash(0)
            let found =
                try service.chain.transaction(hash).map { $0.block.block.transactions[$0.index] }
                ?? service.chain.pooled(hash)?.transaction
            writer.value(hex: found?.encoded ?? [])
        },
        "debug_traceBlockByNumber": { service, parameters, writer in
            guard let record = try service.find(parameters, 0) else {
                throw RPCError.server("block #\(try parameters.number(0)) not found")
            }
            try service.traceBlock(record, parameters, &writer)
        },
        "debug_traceBlockByHash": { service, parameters, writer in
            let hash = try parameters.hash(0)
            guard let record = try service.chain.block(hash: hash) else {
                throw RPCError.server("block \(Hex.encodePrefixed(hash.bytes)) not found")
            }
            try service.traceBlock(record, parameters, &writer)
        },
        "debug_traceTransaction": { service, parameters, writer in
            guard let (record, index) = try service.chain.transaction(parameters.hash(0)) else {
                throw RPCError.server("transaction not found")
            }
            let options = try TraceOptions(parameters.optional(1), argument: 1)
            try service.replay(record, options) { position, trace in
                if position == index { writer.raw(trace) }
                return position < index
            }
        },
        "debug_traceCall": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0))
            let options = try TraceOptions(parameters.optional(2), argument: 2)
            let record = try service.block(parameters, 1)
            var environment = try CallEnvironment(service.chain, record)
            if let json = parameters.optional(2) {
                if let block = json["blockOverrides"], !block.isNull {
                    try BlockOverrides(block, argument: 2)
                        .apply(to: &environment.context, service.chain.configuration(of: record))
                }
                if let state = json["stateOverrides"], !state.isNull {
                    environment.precompiles = try StateOverrides(state, argument: 2)
                        .apply(to: &environment.state, fork: environment.context.fork)
                }
            }
            let gas = request.gas ?? RPCService.callGasLimit
            func trace(_ tracer: some TransactionTracer) throws {
                let (outcome, tracer) = try service.run(request, in: environment, gas: gas, tracer: tracer)
                writer.raw(tracer.trace(of: outcome, gasLimit: gas))
            }
            switch options.kind {
            case .steps: try trace(StepTracer(options, sizeLimit: RPCService.traceSizeLimit))
            case .calls: try trace(CallTracer(options))
            }
        },
    ]

    /// Bytes of JSON after which the traces of a block go on without steps.
    private static let traceSizeLimit = 128 << 20

    private func existing(_ parameters: RPCParameters, _ naming: BlockNaming) throws(RPCError) -> BlockRecord {
        guard let record = try find(parameters, 0, naming) else {
            let value = parameters.optional(0)
            if let hash = value?.bytes32 { throw .server("block \(Hex.encodePrefixed(hash.bytes)) not found") }
            throw .server("block #\(value?.quantity64 ?? 0) not found")
        }
        return record
    }

    private func traceBlock(_ record: BlockRecord, _ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        let options = try TraceOptions(parameters.optional(1), argument: 1)
        var traces: [[UInt8]] = []
        try replay(record, options) { _, trace in
            traces.append(trace)
            return true
        }
        writer.array(traces.indices) { writer, index in
            writer.object { writer in
                writer.member("txHash", hash: record.transactions[index].hash)
                writer.key("result")
                writer.raw(traces[index])
            }
        }
    }

    /// Executes a block again and hands over the trace of each transaction, until `more` is false.
    private func replay(
        _ record: BlockRecord, _ options: TraceOptions, _ more: (Int, [UInt8]) -> Bool
    ) throws {
        switch options.kind {
        case .steps: try replay(record, { StepTracer(options, sizeLimit: $0) }, more)
        case .calls: try replay(record, { _ in CallTracer(options) }, more)
        }
    }

    private func replay<Trace: TransactionTracer>(
        _ record: BlockRecord, _ makeTracer: (_ sizeLimit: Int) -> Trace, _ more: (Int, [UInt8]) -> Bool
    ) throws {
        guard record.number > 0, let parent = try chain.block(hash: record.header.parentHash) else {
            throw RPCError.server("genesis is not traceable")
        }
        // The system's own calls at the beginning are seen by a tracer that nobody asks.
        var processor = BlockProcessor(view: try parent.state, block: chain.context(of: record), tracer: makeTracer(0))
        if chain.rules.configuration.daoForkBlock == record.number { processor.applyDAOFork() }
        try processor.begin(
            parentHash: record.header.parentHash, parentBeaconBlockRoot: record.header.parentBeaconBlockRoot)
        var sizeLeft = RPCService.traceSizeLimit
        for (index, transaction) in record.block.transactions.enumerated() {
            processor.tracer = makeTracer(sizeLeft)
            let outcome: TransactionOutcome
            do throws(TransactionError) {
                outcome = try processor.execute(transaction, sender: record.transactions[index].sender)
            } catch {
                throw RPCError(code: -32603, message: "transaction \(index) does not execute again: \(error)")
            }
            let trace = processor.tracer.trace(of: outcome, gasLimit: transaction.gasLimit)
            sizeLeft = max(0, sizeLeft - trace.count)
            if !more(index, trace) { return }
        }
    }
}

/// What a trace is to contain.
struct TraceOptions {
    enum Kind {
        case steps, calls
    }

    var kind = Kind.steps
    var hasStack = true
    var hasStorage = true
    var hasMemory = false
    var hasReturnData = false
    /// Bytes of JSON after which steps are left out; 0 for no limit but the node's.
    var limit = 0
    var isTopCallOnly = false
    var hasLogs = false

    init(_ json: JSONValue?, argument: Int) throws(RPCError) {
        guard let json else { return }
        let reader = FieldReader(json, type: "TraceConfig", argument: argument)
        guard json.kind == .object else { throw reader.notAnObject }
        switch json["tracer"]?.string {
        case nil, "": break
        case "callTracer": kind = .calls
        case let other?:
            throw .server(
                "tracer not found: '\(other.prefix(80))'; there are callTracer and, without a name, the steps")
        }
        hasStack = try !reader.flag("disableStack")
        hasStorage = try !reader.flag("disableStorage")
        hasMemory = try reader.flag("enableMemory")
        hasReturnData = try reader.flag("enableReturnData")
        if let number = json["limit"]?.unsigned { limit = Int(clamping: number) }
        if let config = json["tracerConfig"], !config.isNull {
            let reader = FieldReader(config, type: "callTracerConfig", argument: argument)
            isTopCallOnly = try reader.flag("onlyTopCall")
            hasLogs = try reader.flag("withLog")
        }
    }
}

/// A tracer that tells of one transaction as JSON.
protocol TransactionTracer: Tracer {
    func trace(of outcome: TransactionOutcome, gasLimit: UInt64) -> [UInt8]
}
