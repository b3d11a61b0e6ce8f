/// The compression function F of BLAKE2b. Source: RFC 7693, section 3.2; EIP-152.
public enum Blake2 {
    /// Mixes a block into the state.
    ///
    /// `state` is 8 words, `message` 16 words, `offset` the count of bytes so far, low word first.
    public static func compress(
        rounds: UInt32, state: inout InlineArray<8, UInt64>, message: InlineArray<16, UInt64>,
        offset: (low: UInt64, high: UInt64), isFinal: Bool
    ) {
        var v = InlineArray<16, UInt64>(repeating: 0)
        for index in 0..<8 {
            v[index] = state[index]
            v[index + 8] = initial[index]
        }
        v[12] ^= offset.low
        v[13] ^= offset.high
        if isFinal { v[14] = ~v[14] }
        var round: UInt32 = 0
        while round < rounds {
            let row = 16 * Int(round % 10)
            mix(&v, 0, 4, 8, 12, message, row)
            mix(&v, 1, 5, 9, 13, message, row + 2)
            mix(&v, 2, 6, 10, 14, message, row + 4)
            mix(&v, 3, 7, 11, 15, message, row + 6)
            mix(&v, 0, 5, 10, 15, message, row + 8)
            mix(&v, 1, 6, 11, 12, message, row + 10)
            mix(&v, 2, 7, 8, 13, message, row + 12)
            mix(&v, 3, 4, 9, 14, message, row + 14)
            round += 1
        }
        for index in 0..<8 { state[index] ^= v[index] ^ v[index + 8] }
    }

    @inline(__always)
    private static func mix(
        _ v: inout InlineArray<16, UInt64>, _ a: Int, _ b: Int, _ c: Int, _ d: Int,
        _ message: InlineArray<16, UInt64>, _ permuted: Int
    ) {
        v[a] = v[a] &+ v[b] &+ message[Int(permutation[permuted])]
        v[d] = rotate(v[d] ^ v[a], 32)
        v[c] = v[c] &+ v[d]
        v[b] = rotate(v[b] ^ v[c], 24)
        v[a] = v[a] &+ v[b] &+ message[Int(permutation[permuted + 1])]
        v[d] = rotate(v[d] ^ v[a], 16)
        v[c] = v[c] &+ v[d]
        v[b] = rotate(v[b] ^ v[c], 63)
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        (word &>> count) | (word &<< (64 &- count))
    }

    private static let initial: InlineArray<8, UInt64> = [
        0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
    ]

    private static let permutation: InlineArray<160, UInt8> = [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ]
}
