import Chain
import EVM
import Execution
import Foundations
import Storage

/// A block with all that was learnt by executing it, and the state behind it. Never changes.
final class BlockRecord: Sendable {
    let block: Block
    let hash: Bytes32
    /// The state after the block.
    let state: MemoryState
    let transactions: [TransactionRecord]
    let receipts: [Receipt]
    /// Requests by type, each with its type byte in front; nil before Prague. https://eips.ethereum.org/EIPS/eip-7685
    let requests: [[UInt8]]?
    /// The block's encoded size in bytes.
    let size: Int

    var header: Header { block.header }
    var number: UInt64 { block.header.number }

    init(
        block: Block, state: MemoryState, transactions: [TransactionRecord] = [], receipts: [Receipt] = [],
        requests: [[UInt8]]? = nil
    ) {
        self.block = block
        hash = block.header.hash
        var state = state
        state.setBlockHash(hash, number: block.header.number)
        self.state = state
        self.transactions = transactions
        self.receipts = receipts
        self.requests = requests
        size = block.encoded.count
    }
}

/// What a transaction did in its block.
struct TransactionRecord: Sendable {
    let hash: Bytes32
    let sender: Address
    let gasUsed: UInt64
    let effectiveGasPrice: UInt256
    /// Where a creation put its contract, or would have had it succeeded.
    let createdAddress: Address?
    /// Index of its first log among the block's logs.
    let firstLogIndex: Int

    init(_ transaction: Transaction, hash: Bytes32, sender: Address, outcome: TransactionOutcome, firstLogIndex: Int) {
        self.hash = hash
        self.sender = sender
        gasUsed = outcome.gasUsed
        effectiveGasPrice = outcome.effectiveGasPrice
        createdAddress =
            transaction.to == nil
            ? Machine<MemoryState, VenueNatives, NoTracer>.creationAddress(sender: sender, nonce: transaction.nonce)
            : nil
        self.firstLogIndex = firstLogIndex
    }
}
