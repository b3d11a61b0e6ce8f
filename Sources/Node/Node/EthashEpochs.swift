public import Cryptography
import Synchronization

/// Proof-of-work caches by epoch, made when first asked for; the last few are kept. Safe to share between threads.
public final class EthashEpochs: Sendable {
    private let kept = Mutex<[(epoch: UInt64, ethash: Ethash)]>([])

    public init() {}

    /// nil for a block number beyond what Ethash is defined for.
    public func ethash(number: UInt64) -> Ethash? {
        let epoch = number / Ethash.epochLength
        return kept.withLock { kept in
            if let known = kept.first(where: { $0.epoch == epoch }) { return known.ethash }
            guard let made = Ethash(epoch: epoch) else { return nil }
            // A chain's tip and its ommers touch two epochs at most.
            if kept.count == 3 { kept.removeFirst() }
            kept.append((epoch, made))
            return made
        }
    }
}
