public import Foundations

#if !hasFeature(Embedded)
    import CKeccak
#endif

/// Keccak-256 as Ethereum uses it: rate 136 bytes, padding 0x01…0x80, before NIST changed the padding for SHA-3.
public enum Keccak256 {
    private static let rate = 136

    public static func hash(_ bytes: [UInt8]) -> Bytes32 {
        bytes.withUnsafeBytes { hash($0) }
    }

    public static func hash(_ bytes: Span<UInt8>) -> Bytes32 {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The hash of a word's 32 bytes, by which a state trie names a slot.
    public static func hash(_ word: UInt256) -> Bytes32 { hash(word, from: 0) }

    /// The hash of an address's 20 bytes, by which the state trie names an account.
    public static func hash(_ address: Address) -> Bytes32 { hash(address.word, from: 12) }

    private static func hash(_ word: UInt256, from start: Int) -> Bytes32 {
        let words: InlineArray<4, UInt64> = [
            word.limb3.byteSwapped, word.limb2.byteSwapped, word.limb1.byteSwapped, word.limb0.byteSwapped,
        ]
        return withUnsafeBytes(of: words) { hash(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// The hash of any memory; the bytes are absorbed in place.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Bytes32 {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 25) { lanes in
            let state = lanes.baseAddress!
            state.initialize(repeating: 0, count: 25)
            var remaining = bytes.count
            if var source = bytes.baseAddress {
                while remaining >= rate {
                    for lane in 0..<17 { state[lane] ^= littleEndian(source + 8 * lane) }
                    permute(state)
                    source += rate
                    remaining -= rate
                }
                var lane = 0
                while remaining >= 8 {
                    state[lane] ^= littleEndian(source)
                    lane += 1
                    source += 8
                    remaining -= 8
                }
                var tail: UInt64 = 0
                for index in 0..<remaining {
                    tail |= UInt64(source.load(fromByteOffset: index, as: UInt8.self)) &<< UInt64(8 * index)
                }
                state[lane] ^= tail | (1 &<< UInt64(8 * remaining))
            } else {
                state[0] ^= 1
            }
            state[16] ^= 1 &<< 63
            permute(state)
            return Bytes32(
                UInt256(
                    limbs: state[3].byteSwapped, state[2].byteSwapped, state[1].byteSwapped, state[0].byteSwapped))
        }
    }

    /// Keccak-f[1600] on 25 lanes. On the host this is C that takes the processor's newer instructions; guest builds take
    /// the same in Swift, and Scripts/check-guest holds both equal.
    @inline(__always)
    static func permute(_ lanes: UnsafeMutablePointer<UInt64>) {
        #if hasFeature(Embedded)
            KeccakPermutation.apply(lanes)
        #else
            condor_keccak_f1600(lanes)
        #endif
    }

    @inline(__always)
    private static func littleEndian(_ pointer: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }
}
