import Chain
import Foundations

/// A transaction that waits for a block.
struct PooledTransaction: Sendable {
    let transaction: Transaction
    let hash: Bytes32
    let sender: Address
    /// Order of arrival, to break ties.
    let order: UInt64

    /// What a block's beneficiary gets for each gas at a base fee; nil when the transaction does not pay it.
    func tip(baseFee: UInt256) -> UInt256? {
        guard transaction.maxFeePerGas >= baseFee else { return nil }
        return min(transaction.maxPriorityFeePerGas, transaction.maxFeePerGas - baseFee)
    }
}

/// Why the pool does not take a transaction. Messages are the ones that clients know from geth.
enum PoolError: Error, Equatable {
    case alreadyKnown
    case replacementUnderpriced
    case senderLimit(Int)
    case poolFull(Int)

    var message: String {
        switch self {
        case .alreadyKnown: "already known"
        case .replacementUnderpriced: "replacement transaction underpriced"
        case .senderLimit(let limit): "txpool is full: at most \(limit) transactions of one sender wait"
        case .poolFull(let limit): "txpool is full: at most \(limit) transactions wait"
        }
    }
}

/// Waiting transactions by sender and nonce.
struct TransactionPool: Sendable {
    /// How much more, in percent, both fees of a replacement must offer.
    static let replacementBump: UInt64 = 10
    static let senderLimit = 1024
    static let limit = 16384

    private var bySender: [Address: [UInt64: PooledTransaction]] = [:]
    private var byHash: [Bytes32: PooledTransaction] = [:]
    private var arrivals: UInt64 = 0

    subscript(hash: Bytes32) -> PooledTransaction? { byHash[hash] }

    var count: Int { byHash.count }

    /// Every waiting transaction, by sender and then nonce.
    var all: [PooledTransaction] {
        bySender.keys.sorted().flatMap { sender in
            bySender[sender, default: [:]].values.sorted { $0.transaction.nonce < $1.transaction.nonce }
        }
    }

    mutating func add(_ transaction: Transaction, hash: Bytes32, sender: Address) throws(PoolError) {
        if byHash[hash] != nil { throw .alreadyKnown }
        let waiting = bySender[sender, default: [:]]
        if let old = waiting[transaction.nonce] {
            guard TransactionPool.outbids(transaction, old.transaction) else { throw .replacementUnderpriced }
            byHash[old.hash] = nil
        } else {
            if waiting.count >= TransactionPool.senderLimit { throw .senderLimit(TransactionPool.senderLimit) }
            if byHash.count >= TransactionPool.limit { throw .poolFull(TransactionPool.limit) }
        }
        arrivals += 1
        let pooled = PooledTransaction(transaction: transaction, hash: hash, sender: sender, order: arrivals)
        bySender[sender, default: [:]][transaction.nonce] = pooled
        byHash[hash] = pooled
    }

    private static func outbids(_ new: Transaction, _ old: Transaction) -> Bool {
        func isRaised(_ new: UInt256, _ old: UInt256) -> Bool {
            let least = old.multipliedReportingOverflow(by: UInt256(100 + replacementBump))
            let offered = new.multipliedReportingOverflow(by: 100)
            return !least.overflow && (offered.overflow || offered.partialValue >= least.partialValue)
        }
        return isRaised(new.maxFeePerGas, old.maxFeePerGas)
            && isRaised(new.maxPriorityFeePerGas, old.maxPriorityFeePerGas)
            && (new.type != .blob || isRaised(new.maxFeePerBlobGas, old.maxFeePerBlobGas))
    }

    mutating func remove(_ pooled: PooledTransaction) {
        byHash[pooled.hash] = nil
        bySender[pooled.sender]?[pooled.transaction.nonce] = nil
        if bySender[pooled.sender]?.isEmpty == true { bySender[pooled.sender] = nil }
    }

    /// Drops what can no longer be executed: nonces that the state has passed.
    mutating func prune(nonceOf: (Address) -> UInt64) {
        for (sender, waiting) in bySender {
            let nonce = nonceOf(sender)
            for pooled in waiting.values where pooled.transaction.nonce < nonce { remove(pooled) }
        }
    }

    /// The nonce behind the unbroken run of `sender`'s transactions from `nonce`.
    func nextNonce(of sender: Address, from nonce: UInt64) -> UInt64 {
        var next = nonce
        while bySender[sender]?[next] != nil { next += 1 }
        return next
    }

    /// Transactions that could be executed now: for each sender the unbroken run from its nonce, merged so that the
    /// best tip comes first and ties go by arrival.
    func executable(baseFee: UInt256, nonceOf: (Address) -> UInt64) -> [PooledTransaction] {
        var heads: [(tip: UInt256, pooled: PooledTransaction)] = []
        func push(_ sender: Address, _ nonce: UInt64) {
            guard let pooled = bySender[sender]?[nonce], let tip = pooled.tip(baseFee: baseFee) else { return }
            let place =
                heads.firstIndex { $0.tip < tip || ($0.tip == tip && $0.pooled.order > pooled.order) } ?? heads.endIndex
            heads.insert((tip, pooled), at: place)
        }
        for sender in bySender.keys.sorted() { push(sender, nonceOf(sender)) }
        var result: [PooledTransaction] = []
        while !heads.isEmpty {
            let next = heads.removeFirst().pooled
            result.append(next)
            push(next.sender, next.transaction.nonce + 1)
        }
        return result
    }

    /// Waiting transactions that are executable now, and the others.
    func status(nonceOf: (Address) -> UInt64) -> (pending: [PooledTransaction], queued: [PooledTransaction]) {
        var (pending, queued): ([PooledTransaction], [PooledTransaction]) = ([], [])
        for pooled in all {
            let end = nextNonce(of: pooled.sender, from: nonceOf(pooled.sender))
            if pooled.transaction.nonce < end { pending.append(pooled) } else { queued.append(pooled) }
        }
        return (pending, queued)
    }
}
