import Chain
import EVM
import Execution
import Foundations
import State
import Storage

/// A block with all that was learnt by executing it, and the way to the state behind it. Never changes.
final class BlockRecord: Sendable {
    let block: Block
    let hash: Bytes32
    let transactions: [TransactionRecord]
    /// The transactions' receipts, then perhaps one of what the venue did by itself.
    let receipts: [Receipt]
    /// Requests by type, each with its type byte in front; nil before Prague, and for a block that was read again.
    /// https://eips.ethereum.org/EIPS/eip-7685
    let requests: [[UInt8]]?
    let totalDifficulty: UInt256
    /// What the block changed.
    let diff: StateDiff
    /// The block's encoded size in bytes.
    var size: Int { block.encoded.count }
    private let source: StateSource

    private enum StateSource {
        case made(StoredState)
        case stored(ChainDatabase)
    }

    /// Under which a receipt is found, and the index of its first log among the block's.
    func origin(ofReceipt index: Int) -> (hash: Bytes32, firstLogIndex: Int) {
        if index < transactions.count { return (transactions[index].hash, transactions[index].firstLogIndex) }
        return (header.venueReceiptHash, receipts[..<index].reduce(0) { $0 + $1.logs.count })
    }

    var header: Header { block.header }
    var number: UInt64 { block.header.number }

    /// A block that was just made, perhaps of no chain.
    init(
        block: Block, state: StoredState, transactions: [TransactionRecord], receipts: [Receipt],
        requests: [[UInt8]]?, diff: StateDiff, totalDifficulty: UInt256 = .zero
    ) {
        self.block = block
        hash = block.header.hash
        var state = state
        state.setBlockHash(hash, number: block.header.number)
        source = .made(state)
        self.transactions = transactions
        self.receipts = receipts
        self.requests = requests
        self.diff = diff
        self.totalDifficulty = totalDifficulty
    }

    /// A block of a database.
    init(_ stored: StoredBlock, in database: ChainDatabase) {
        block = stored.block
        hash = stored.hash
        source = .stored(database)
        transactions = stored.transactions
        receipts = stored.receipts
        requests = nil
        diff = stored.diff
        totalDifficulty = stored.totalDifficulty
    }

    /// The state after the block; an error when it was pruned.
    var state: StoredState {
        get throws(RPCError) {
            switch source {
            case .made(let state): return state
            case .stored(let database):
                do throws(StorageError) { return try database.state(after: hash) } catch { throw RPCError(error) }
            }
        }
    }
}

extension RPCError {
    init(_ error: StorageError) {
        switch error {
        // EIP-4444's code for what a node keeps no longer.
        case .pruned: self.init(code: 4444, message: "pruned history unavailable: \(error)")
        case .unknownBlock: self.init(code: -32000, message: "header not found")
        default: self.init(code: -32603, message: "internal error: \(error)")
        }
    }
}

extension TransactionRecord {
    init(_ transaction: Transaction, hash: Bytes32, sender: Address, outcome: TransactionOutcome, firstLogIndex: Int) {
        // Where a creation put its contract, or would have had it succeeded.
        let created =
            transaction.to == nil
            ? Machine<MemoryState, VenueNatives, NoTracer>.creationAddress(sender: sender, nonce: transaction.nonce)
            : nil
        self.init(
            hash: hash, sender: sender, gasUsed: outcome.gasUsed, effectiveGasPrice: outcome.effectiveGasPrice,
            createdAddress: created, firstLogIndex: firstLogIndex)
    }
}
