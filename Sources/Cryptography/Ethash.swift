public import Foundations

/// The proof of work of blocks before Paris, verified with the small cache of an epoch.
/// https://ethereum.org/en/developers/docs/consensus-mechanisms/pow/mining/mining-algorithms/ethash/
public final class Ethash: Sendable {
    /// Blocks that share a cache.
    public static let epochLength: UInt64 = 30_000
    private static let roundsOfCache = 3
    private static let parents: UInt32 = 256
    private static let accesses: UInt32 = 64
    /// 32-bit words of a cache item (64 bytes), and of the mix.
    private static let itemWords = 16
    private static let mixWords = 32

    /// Cache items one behind the other.
    private let cache: [UInt32]
    /// Items of 128 bytes in the full data set.
    private let pages: UInt32

    /// The cache of an epoch: 16 MiB and more, about a second of work; nil beyond the epochs that 32 bits can address.
    public init?(epoch: UInt64) {
        guard epoch < 2048 else { return nil }
        let items = Ethash.largestPrime(upTo: (1 << 24) / 64 + (1 << 17) / 64 * epoch - 1)
        pages = UInt32(Ethash.largestPrime(upTo: (1 << 30) / 128 + (1 << 23) / 128 * epoch - 1))
        var seed = Bytes32.zero
        for _ in 0..<epoch { seed = Keccak256.hash(seed.bytes) }
        cache = Ethash.makeCache(seed: seed, items: Int(items))
    }

    /// What a header's nonce comes to: the mix that the header must state, and the number that must not exceed
    /// 2^256 ÷ difficulty. `sealHash` is the hash of the header without mix and nonce.
    public func result(sealHash: Bytes32, nonce: UInt64) -> (mix: Bytes32, result: UInt256) {
        var seed = [UInt32](repeating: 0, count: Ethash.itemWords)
        Ethash.keccak512(Ethash.words(sealHash.bytes) + Ethash.words(nonce), into: &seed, at: 0)
        var mix = seed + seed
        var page = [UInt32](repeating: 0, count: Ethash.mixWords)
        for round in 0..<Ethash.accesses {
            let index = Ethash.combine(round ^ seed[0], mix[Int(round) % Ethash.mixWords]) % pages
            dataItem(index &* 2, into: &page, at: 0)
            dataItem(index &* 2 &+ 1, into: &page, at: Ethash.itemWords)
            for word in mix.indices { mix[word] = Ethash.combine(mix[word], page[word]) }
        }
        var compressed: [UInt8] = []
        for word in stride(from: 0, to: Ethash.mixWords, by: 4) {
            let pair = Ethash.combine(mix[word], mix[word + 1])
            Ethash.append(Ethash.combine(Ethash.combine(pair, mix[word + 2]), mix[word + 3]), to: &compressed)
        }
        var message: [UInt8] = []
        for word in seed { Ethash.append(word, to: &message) }
        return (Bytes32(UInt256(bigEndian: compressed)), Keccak256.hash(message + compressed).word)
    }

    /// An item of the full data set, made from 256 items of the cache.
    private func dataItem(_ index: UInt32, into page: inout [UInt32], at offset: Int) {
        let count = UInt32(cache.count / Ethash.itemWords)
        var item = [UInt32](cache[Int(index % count) * Ethash.itemWords..<Int(index % count + 1) * Ethash.itemWords])
        item[0] ^= index
        Ethash.keccak512(item, into: &item, at: 0)
        for parent in 0..<Ethash.parents {
            let place = Ethash.combine(index ^ parent, item[Int(parent) % Ethash.itemWords]) % count
            let start = Int(place) * Ethash.itemWords
            for word in 0..<Ethash.itemWords { item[word] = Ethash.combine(item[word], cache[start + word]) }
        }
        Ethash.keccak512(item, into: &page, at: offset)
    }

    private static func makeCache(seed: Bytes32, items: Int) -> [UInt32] {
        var cache = [UInt32](repeating: 0, count: items * itemWords)
        keccak512(words(seed.bytes), into: &cache, at: 0)
        for item in 1..<items {
            keccak512([UInt32](cache[(item - 1) * itemWords..<item * itemWords]), into: &cache, at: item * itemWords)
        }
        var mixed = [UInt32](repeating: 0, count: itemWords)
        for _ in 0..<roundsOfCache {
            for item in 0..<items {
                let before = (item == 0 ? items - 1 : item - 1) * itemWords
                let other = Int(cache[item * itemWords] % UInt32(items)) * itemWords
                for word in 0..<itemWords { mixed[word] = cache[before + word] ^ cache[other + word] }
                keccak512(mixed, into: &cache, at: item * itemWords)
            }
        }
        return cache
    }

    // MARK: Words

    /// The FNV step that Ethash mixes with.
    private static func combine(_ a: UInt32, _ b: UInt32) -> UInt32 { (a &* 0x0100_0193) ^ b }

    /// Keccak-512 of at most 64 bytes, a multiple of 8, in little-endian words.
    private static func keccak512(_ input: [UInt32], into output: inout [UInt32], at offset: Int) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 25) { lanes in
            let state = lanes.baseAddress!
            state.initialize(repeating: 0, count: 25)
            let count = input.count / 2
            for lane in 0..<count { state[lane] = UInt64(input[2 * lane]) | UInt64(input[2 * lane + 1]) &<< 32 }
            state[count] ^= 1
            state[8] ^= 1 &<< 63
            Keccak256.permute(state)
            for lane in 0..<8 {
                output[offset + 2 * lane] = UInt32(truncatingIfNeeded: state[lane])
                output[offset + 2 * lane + 1] = UInt32(truncatingIfNeeded: state[lane] &>> 32)
            }
        }
    }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            (0..<4).reduce(0 as UInt32) { $0 | UInt32(bytes[start + $1]) &<< UInt32(8 * $1) }
        }
    }

    private static func words(_ nonce: UInt64) -> [UInt32] {
        [UInt32(truncatingIfNeeded: nonce), UInt32(truncatingIfNeeded: nonce &>> 32)]
    }

    private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word &>> shift)) }
    }

    /// Sizes are prime numbers of items, the next below a line that grows with the epochs.
    private static func largestPrime(upTo limit: UInt64) -> UInt64 {
        var candidate = limit
        while !isPrime(candidate) { candidate -= 2 }
        return candidate
    }

    private static func isPrime(_ number: UInt64) -> Bool {
        var divisor: UInt64 = 3
        while divisor * divisor <= number {
            if number.isMultiple(of: divisor) { return false }
            divisor += 2
        }
        return !number.isMultiple(of: 2)
    }
}
