public import Foundations

#if !hasFeature(Embedded)
    import CKeccak
#endif

/// Messages that are hashed together with Keccak-256, one behind the other in one buffer.
///
/// On the host several are hashed at once, in the elements of the processor's vectors (AVX2: four, AVX-512: eight), at
/// 2.6 to 4.7 times the throughput of one after the other. Messages need not be of one length. Guests hash in turn.
public struct KeccakBatch: Sendable {
    @usableFromInline var bytes: [UInt8] = []
    /// Where each message ends.
    @usableFromInline var ends: [Int] = []

    public init() {}

    /// Makes room for messages that are to come.
    public mutating func reserve(count: Int, bytes byteCount: Int) {
        ends.reserveCapacity(count)
        bytes.reserveCapacity(byteCount)
    }

    /// The number of messages.
    public var count: Int { ends.count }
    public var isEmpty: Bool { ends.isEmpty }

    public mutating func append(_ message: some Collection<UInt8>) {
        bytes.append(contentsOf: message)
        ends.append(bytes.count)
    }

    /// The 32 bytes of a word, as a slot is hashed for its place in the trie.
    public mutating func append(_ word: UInt256) {
        bytes.append(bigEndian: word)
        ends.append(bytes.count)
    }

    /// The 20 bytes of an address.
    public mutating func append(_ address: Address) {
        bytes.append(bigEndian: address.word, count: 20)
        ends.append(bytes.count)
    }

    /// A message that `write` appends to the bytes it is given, and does nothing else to them.
    @inlinable
    public mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(bytes.count)
    }

    /// A message.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// The hashes, in the order of the messages.
    public func hashes() -> [Bytes32] {
        #if hasFeature(Embedded)
            var start = 0
            return ends.map { end in
                defer { start = end }
                return Keccak256.hash(bytes.span.extracting(start..<end))
            }
        #else
            return hashes(kernel: .best)
        #endif
    }
}

extension Keccak256 {
    /// The hashes of many messages, several at once where the processor can (`KeccakBatch`).
    public static func hashes(of messages: [[UInt8]]) -> [Bytes32] {
        var batch = KeccakBatch()
        batch.reserve(count: messages.count, bytes: messages.reduce(0) { $0 + $1.count })
        for message in messages { batch.append(message) }
        return batch.hashes()
    }
}

#if !hasFeature(Embedded)
    extension KeccakBatch {
        /// What hashes a batch: for tests and benchmarks, which put them beside one another.
        package enum Kernel: UInt32, CaseIterable {
            case single, avx2, avx512

            package static var best: Kernel { Kernel(rawValue: condor_keccak_best_kernel().rawValue) ?? .single }

            /// Those that this processor has.
            package static var available: [Kernel] { allCases.filter { $0.rawValue <= best.rawValue } }
        }

        /// As `hashes()`. Precondition: the processor has the kernel.
        package func hashes(kernel: Kernel) -> [Bytes32] {
            precondition(kernel.rawValue <= Kernel.best.rawValue, "this processor lacks the kernel \(kernel)")
            return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4 * ends.count) { words in
                bytes.withUnsafeBufferPointer { bytes in
                    ends.withUnsafeBufferPointer { ends in
                        condor_keccak256_many(
                            bytes.baseAddress, ends.baseAddress, ends.count, words.baseAddress,
                            condor_keccak_kernel(kernel.rawValue))
                    }
                }
                return (0..<ends.count).map { index in
                    Bytes32(
                        UInt256(
                            limbs: words[4 * index + 3].byteSwapped, words[4 * index + 2].byteSwapped,
                            words[4 * index + 1].byteSwapped, words[4 * index].byteSwapped))
                }
            }
        }
    }
#endif
