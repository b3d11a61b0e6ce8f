import CKeccak
import COpenSSL
import Cryptography
import Foundation
import Foundations

/// Keccak-256 of messages of one size: ours one by one and in batches, the permutation in plain C as the compiler makes
/// it at -O3, and OpenSSL's SHA3-256, which does the same work.
enum KeccakBenchmark {
    /// `keccak SIZE MILLISECONDS`: picoseconds a message, the least of interleaved runs.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 2, let size = Int(arguments[0]), size >= 0, let milliseconds = UInt64(arguments[1])
        else { Benchmark.fail("keccak takes SIZE MILLISECONDS") }
        // Enough for all lanes to be busy, and little enough to stay in the second-level cache.
        let count = max(8, min(1024, 262_144 / max(1, size)))
        let messages = (0..<count).map { index in
            [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
                for position in 0..<size { buffer[position] = UInt8(truncatingIfNeeded: position * 31 + index * 7) }
                initialized = size
            }
        }
        var batch = KeccakBatch()
        for message in messages { batch.append(message) }
        let openSSL = try OpenSSLDigest("SHA3-256")
        var contenders: [(name: String, run: () -> UInt64)] = [
            ("single", { messages.reduce(0) { mixed($0, Keccak256.hash($1).word.limb0) } }),
            ("reference", { messages.reduce(0) { mixed($0, PlainKeccak.hash($1)) } }),
            ("openssl", { messages.reduce(0) { mixed($0, openSSL.hash($1)) } }),
        ]
        for kernel in KeccakBatch.Kernel.available {
            contenders.append(
                ("batch \(kernel)", { batch.hashes(kernel: kernel).reduce(0) { mixed($0, $1.word.limb0) } }))
        }
        contenders.append(("batch", { batch.hashes().reduce(0) { mixed($0, $1.word.limb0) } }))

        var least = [UInt64](repeating: .max, count: contenders.count)
        var results = [UInt64](repeating: 0, count: contenders.count)
        _ = measure(milliseconds: milliseconds) {
            let begin = processorTime()
            for (index, contender) in contenders.enumerated() {
                let start = processorTime()
                results[index] = contender.run()
                least[index] = min(least[index], processorTime() - start)
            }
            return processorTime() - begin
        }
        // All but SHA-3, whose padding differs, must have the same hashes.
        for (index, contender) in contenders.enumerated() where contender.name != "openssl" {
            guard results[index] == results[0] else { Benchmark.fail("keccak: \(contender.name) has other hashes") }
        }
        Benchmark.report(
            "keccak",
            [("size", UInt64(size)), ("messages", UInt64(count))]
                + zip(contenders, least).map { ($0.name, $1 * 1000 / UInt64(count)) },
            texts: [("result", String(results[0], radix: 16))])
    }
}

private func mixed(_ sum: UInt64, _ hash: UInt64) -> UInt64 { (sum ^ hash) &* 0x9E37_79B9_7F4A_7C15 }

/// Keccak-256 over the permutation in plain C.
private enum PlainKeccak {
    static func hash(_ message: [UInt8]) -> UInt64 {
        message.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 25) { state in
                state.initialize(repeating: 0)
                var position = 0
                while bytes.count - position >= 136 {
                    for lane in 0..<17 {
                        state[lane] ^= bytes.loadUnaligned(fromByteOffset: position + 8 * lane, as: UInt64.self)
                    }
                    condor_keccak_f1600_portable(state.baseAddress)
                    position += 136
                }
                var lane = 0
                while bytes.count - position >= 8 {
                    state[lane] ^= bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    lane += 1
                    position += 8
                }
                var tail: UInt64 = 1 << UInt64(8 * (bytes.count - position))
                for index in position..<bytes.count { tail |= UInt64(bytes[index]) << UInt64(8 * (index - position)) }
                state[lane] ^= tail
                state[16] ^= 1 << 63
                condor_keccak_f1600_portable(state.baseAddress)
                return state[3].byteSwapped
            }
        }
    }
}

/// A digest of OpenSSL, fetched once.
private final class OpenSSLDigest {
    private let digest: OpaquePointer
    private let context: OpaquePointer

    init(_ name: String) throws {
        guard let digest = EVP_MD_fetch(nil, name, nil), let context = EVP_MD_CTX_new() else {
            Benchmark.fail("OpenSSL has no \(name)")
        }
        (self.digest, self.context) = (digest, context)
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(digest)
    }

    func hash(_ message: [UInt8]) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 4) { words in
            EVP_DigestInit_ex2(context, digest, nil)
            EVP_DigestUpdate(context, message, message.count)
            EVP_DigestFinal_ex(
                context, UnsafeMutableRawPointer(words.baseAddress!).assumingMemoryBound(to: UInt8.self), nil)
            return words[3]
        }
    }
}
