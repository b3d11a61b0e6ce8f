public import Chain
import Dispatch
import Foundation
public import Foundations
import Synchronization

/// The senders of a block's transactions, recovered on other cores while the first ones execute.
///
/// Transactions are taken in chunks, in order, by workers and, whenever its next one is not there yet, by the executing
/// thread too: on two cores both recover until execution catches up.
public final class SenderRecovery: Sendable {
    private let transactions: [Transaction]
    private let fork: Fork
    private let progress: Mutex<Progress>
    private let finished = DispatchSemaphore(value: 0)

    private struct Progress {
        var nextChunk = 0
        /// By chunk; nil until it is done.
        var senders: [[Address?]?]
    }

    /// A millisecond of work, so that locks and wake-ups do not show.
    private static let chunkSize = 16

    public init(_ transactions: [Transaction], fork: Fork) {
        self.transactions = transactions
        self.fork = fork
        let chunks = (transactions.count + SenderRecovery.chunkSize - 1) / SenderRecovery.chunkSize
        progress = Mutex(Progress(senders: Array(repeating: nil, count: chunks)))
        guard chunks > 1 else { return }
        for _ in 0..<min(chunks, ProcessInfo.processInfo.activeProcessorCount) - 1 {
            DispatchQueue.global(qos: .userInitiated).async { [self] in while recoverNextChunk() { finished.signal() } }
        }
    }

    /// Who signed the transaction at `index`; nil for a signature that is none in the fork.
    public func sender(at index: Int) -> Address? {
        let (chunk, place) = index.quotientAndRemainder(dividingBy: SenderRecovery.chunkSize)
        while true {
            if let senders = progress.withLock({ $0.senders[chunk] }) { return senders[place] }
            // Every chunk is taken: a worker is about to finish this one. A signal of an earlier chunk only loops once more.
            if !recoverNextChunk() { finished.wait() }
        }
    }

    /// False when none is left to take.
    private func recoverNextChunk() -> Bool {
        let taken = progress.withLock { progress -> Int? in
            guard progress.nextChunk < progress.senders.count else { return nil }
            progress.nextChunk += 1
            return progress.nextChunk - 1
        }
        guard let taken else { return false }
        let start = taken * SenderRecovery.chunkSize
        let end = min(start + SenderRecovery.chunkSize, transactions.count)
        let senders = transactions[start..<end].map { $0.sender(fork: fork) }
        progress.withLock { $0.senders[taken] = senders }
        return true
    }

    /// The senders of all transactions.
    public static func senders(of transactions: [Transaction], fork: Fork) -> [Address?] {
        let recovery = SenderRecovery(transactions, fork: fork)
        return transactions.indices.map { recovery.sender(at: $0) }
    }
}
