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

    private func run(_ item: FuzzTransaction, _ processor: inout Processor) -> FuzzExecution {
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
