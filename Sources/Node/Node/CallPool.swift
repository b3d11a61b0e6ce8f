import Chain
import EVM
import Execution
import Foundations
import Storage
import Synchronization

/// Machines that stand ready for calls on the states behind blocks: each has its buffers, and what calls before have read
/// and decoded. A state behind a block never changes, and a call leaves nothing of what it did, so that nobody can tell.
final class CallPool: Sendable {
    /// One machine over the state behind a block.
    final class Worker: @unchecked Sendable {
        // Sendable: whoever has taken a worker out of the pool is the only one that knows it.
        fileprivate let block: Bytes32
        let state: StoredState
        private var processor: TransactionProcessor<StoredState, VenueNatives, NoTracer>
        private var callsLeft = 1 << 20

        init(block: Bytes32, state: StoredState, context: BlockContext) {
            self.block = block
            self.state = state
            processor = TransactionProcessor(
                view: state, block: context, natives: VenueNatives(isActive: context.venueIsActive), tracer: NoTracer())
        }

        var context: BlockContext { processor.block }
        /// Whether it is worth keeping: a machine that has read much, or whose marks could begin again, is not.
        fileprivate var isReusable: Bool { callsLeft > 0 && processor.machine.footprint <= CallPool.footprintLimit }

        func call(_ transaction: Transaction, sender: Address) throws(TransactionError) -> TransactionOutcome {
            callsLeft -= 1
            return try processor.execute(
                transaction, sender: sender, gasAvailable: .max, mode: .call(validated: false), isKept: false)
        }
    }

    /// How many machines wait at most, and how many bytes each may hold.
    private static let limit = 8
    private static let footprintLimit = 4 << 20

    /// Those that wait, the one used last at the end.
    private let idle = Mutex<[Worker]>([])

    /// A machine that has served calls at this block, if one waits.
    func take(_ block: Bytes32) -> Worker? {
        idle.withLock { idle in
            idle.lastIndex { $0.block == block }.map { idle.remove(at: $0) }
        }
    }

    /// Gives back a machine whose last call was not refused.
    func giveBack(_ worker: Worker) {
        guard worker.isReusable else { return }
        // Let go of outside the lock: freeing a machine takes its time.
        _ = idle.withLock { idle in
            idle.append(worker)
            return idle.count > CallPool.limit ? idle.removeFirst() : nil
        }
    }
}
