import Dispatch
import Foundations
import Synchronization

/// Reads the trie nodes above accounts and slots on another core while the block that reads those is still being executed:
/// when its root is due, they are in memory.
final class TriePrefetch: Sendable {
    private struct Work {
        var keys: [[UInt8]] = []
        var isRunning = false
        var isFinished = false
    }

    private let work = Mutex(Work())
    private let queue = DispatchQueue(label: "condor.prefetch", qos: .userInitiated)

    /// More than waits when the walker keeps up; whoever reads more than it can follow gains nothing by a longer list.
    private static let most = 16_384

    /// `key` is an account's or a slot's in the store.
    func want(_ key: [UInt8], from reader: any StateReader) {
        let begins = work.withLock { work in
            if work.isFinished || work.keys.count >= TriePrefetch.most { return false }
            work.keys.append(key)
            defer { work.isRunning = true }
            return !work.isRunning
        }
        if begins { queue.async { self.run(reader) } }
    }

    /// A block's root is known: what is left of its keys is of no use any more.
    func forget() { work.withLock { $0.keys = [] } }

    /// Leaves the rest alone and comes back when nothing is being read any more: the store may go then, and the process end.
    func finish() {
        work.withLock { work in
            work.keys = []
            work.isFinished = true
        }
        queue.sync {}
    }

    /// Walks to one key after the other, the last one first: what the block reads now is due soonest.
    private func run(_ reader: any StateReader) {
        while let key = next() {
            guard let hash = Bytes32(Array(key.suffix(32))) else { continue }
            let owner = key[0] == StoreTable.slot ? Bytes32(Array(key[1..<33])) : nil
            // Whoever needs the node reads it again and finds the error.
            _ = try? TrieWalk(reader: reader, owner: owner).proof(hash)
        }
    }

    private func next() -> [UInt8]? {
        work.withLock { work in
            let key = work.keys.popLast()
            work.isRunning = key != nil
            return key
        }
    }
}
