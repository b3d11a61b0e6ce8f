import Chain
import Foundations

#if !hasFeature(Embedded)
    import Synchronization
#endif

/// Code that was decoded once, for all machines of the process: by its hash and the fork whose gas it carries.
///
/// What stands in it follows from code and fork alone, so that no result depends on it. It is bounded: entries live in two
/// generations, and when the young one is full the old one goes.
final class CodeCache: Sendable {
    /// A guest has one machine, whose own table serves.
    static let shared = CodeCache(capacity: 128 << 20)

    struct Key: FixedHashable {
        let hash: Bytes32
        let fork: Fork

        static func == (left: Key, right: Key) -> Bool { left.hash == right.hash && left.fork == right.fork }

        func fixedHash(seed: UInt64) -> UInt64 { hash.fixedHash(seed: seed &+ UInt64(fork.rawValue)) }
    }

    /// Code that ran in some machine: decoded, or nil when it has not been worth that yet.
    private struct Generations {
        var young = Table<Key, Code?>()
        var old = Table<Key, Code?>()
        var youngBytes = 0
    }

    /// Bytes of both generations together.
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    #if hasFeature(Embedded)
        func code(for key: Key) -> Code?? { nil }
        func keep(_ code: Code?, for key: Key) {}
    #else
        private let content = Mutex(Generations())

        /// Decoded code; nil inside for code that was seen and not decoded, nil for what was never seen.
        func code(for key: Key) -> Code?? {
            content.withLock { content in
                if let code = content.young[key] { return code }
                guard let code = content.old[key] else { return nil }
                insert(code, key, &content)
                return code
            }
        }

        /// Keeps decoded code, or that code was seen.
        func keep(_ code: Code?, for key: Key) {
            content.withLock { insert(code, key, &$0) }
        }

        private func insert(_ code: Code?, _ key: Key, _ content: inout Generations) {
            if let position = content.young.position(of: key) {
                if content.young.values[position] == nil, let code {
                    content.young.values[position] = code
                    content.youngBytes += code.decodedBytes
                }
            } else {
                content.young.insertNew(key, code)
                content.youngBytes += 128 + (code?.decodedBytes ?? 0)
            }
            if content.youngBytes > capacity / 2 {
                content.old = content.young
                content.young = Table()
                content.youngBytes = 0
            }
        }
    #endif
}
