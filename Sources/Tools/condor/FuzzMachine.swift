import Chain
import EVM
import Execution
import Foundations
import State

/// How a transaction ended, in the terms that all implementations share. Raw values as `Scripts/fuzz-peer` sends them.
enum FuzzStatus: UInt8 {
    case success, revert, halt
    /// The transaction is not valid; nothing happened.
    case rejected
    /// The peer failed over it.
    case crashed
}

/// What came of a transaction.
struct FuzzResult {
    var status: FuzzStatus
    var gasUsed: UInt64 = 0
    var output: [UInt8] = []
    var logs: [Log] = []
    /// In the implementation's own words.
    var reason: String
}

/// What came of a transaction on Condor, with the state behind it.
struct FuzzExecution {
    var result: FuzzResult
    /// Against the world of the case.
    var diff: StateDiff
    /// What the transaction spent before refunds: with less, it runs out of gas, unless its code looks at its gas.
    var gasSpent: UInt64 = 0
}

/// Condor, twice: the fast interpreter and the reference one. One serves all cases of a block.
struct FuzzMachine {
    private typealias Processor = TransactionProcessor<FuzzWorld, NoNativeContracts, NoTracer>

    private var fast: Processor
    private var reference: Processor
    private var traced: TransactionProcessor<FuzzWorld, NoNativeContracts, FuzzGasTracer>
    private let order: FuzzOrder
    private let block: BlockContext
    private var world = FuzzWorld([])
    private var gasAvailable: UInt64

    init(_ block: BlockContext, order: FuzzOrder) {
        self.block = block
        self.order = order
        gasAvailable = block.gasLimit
        fast = Processor(
            view: world, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: .fast)
        reference = Processor(
            view: world, block: block, natives: NoNativeContracts(), tracer: NoTracer(), interpreter: .reference)
        traced = TransactionProcessor(
            view: world, block: block, natives: NoNativeContracts(), tracer: FuzzGasTracer())
    }

    /// Starts a case.
    mutating func begin(_ world: FuzzWorld) {
        self.world = world
        gasAvailable = block.gasLimit
        fast.journal = Journal(view: world)
        reference.journal = Journal(view: world)
    }

    /// What the transaction would do now; the state stays as it is.
    mutating func probe(_ item: FuzzTransaction) -> FuzzExecution {
        let journal = fast.journal
        defer { fast.journal = journal }
        return run(item, &fast)
    }

    /// Gas limits with which the transaction, run now, has nothing left behind one of its operations: one for each,
    /// below the limit that it has.
    mutating func boundaries(_ item: FuzzTransaction) -> [UInt64] {
        traced.journal = order == .independent ? Journal(view: world) : fast.journal
        traced.tracer = FuzzGasTracer()
        _ = run(item, &traced)
        let limit = item.transaction.gasLimit
        return traced.tracer.left.compactMap { $0 < limit ? limit - $0 : nil }
    }

    /// Runs a transaction on both interpreters; `disagreement` says how they differ, if they do.
    mutating func execute(_ item: FuzzTransaction) -> (execution: FuzzExecution, disagreement: FuzzDifference?) {
        if order == .independent {
            fast.journal = Journal(view: world)
            reference.journal = Journal(view: world)
        }
        let result = run(item, &fast)
        let other = run(item, &reference)
        if order == .sequence, result.result.status != .rejected {
            gasAvailable -= min(gasAvailable, result.result.gasUsed)
        }
        var difference = FuzzDifference.between(result.result, other.result)
        if difference == nil, result.diff != other.diff {
            difference = FuzzDifference(
                aspect: .state, condor: "\(result.diff.accounts)", peer: "\(other.diff.accounts)")
        }
        return (result, difference)
    }

    private func run<Trace: Tracer>(
        _ item: FuzzTransaction, _ processor: inout TransactionProcessor<FuzzWorld, NoNativeContracts, Trace>
    ) -> FuzzExecution {
        let isMessage = order == .independent && item.transaction.to != nil
        do throws(TransactionError) {
            let outcome = try processor.execute(
                item.transaction, sender: item.sender, gasAvailable: gasAvailable,
                mode: isMessage ? .simulation : .block)
            let status: FuzzStatus =
                switch outcome.status {
                case .success: .success
                case .revert: .revert
                case .halt: .halt
                }
            return FuzzExecution(
                result: FuzzResult(
                    status: status, gasUsed: outcome.gasUsed, output: outcome.output, logs: outcome.logs,
                    reason: "\(outcome.status)"),
                diff: processor.diff(), gasSpent: outcome.gasUsed + outcome.gasRefunded)
        } catch {
            return FuzzExecution(result: FuzzResult(status: .rejected, reason: "\(error.name)"), diff: processor.diff())
        }
    }
}

/// Notes how much less gas the whole transaction would need for each operation to be the last one paid for.
struct FuzzGasTracer: Tracer {
    static var isEnabled: Bool { true }
    private(set) var left: [UInt64] = []
    /// Of longer runs the beginning is enough.
    private static let stepLimit = 2000

    mutating func step(_ step: TraceStep) {
        guard left.count < FuzzGasTracer.stepLimit else { return }
        var gas = step.gas - step.gasCost
        // What a frame lacks, its caller lacks by a 63rd more, if the call passed on all that it may.
        for _ in 1..<min(step.depth, 60) { gas += (gas + 62) / 63 }
        left.append(gas)
    }

    mutating func fault(_ reason: HaltReason) {}
}
