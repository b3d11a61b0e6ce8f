// Written by Scripts/generate-hashes; do not edit.

/// The compression function F of BLAKE2b. Source: RFC 7693, section 3.2; EIP-152.
public enum Blake2 {
    /// Mixes a block into the state.
    ///
    /// `state` is 8 words, `message` 16 words, `offset` the count of bytes so far, low word first.
    public static func compress(
        rounds: UInt32, state: inout InlineArray<8, UInt64>, message: InlineArray<16, UInt64>,
        offset: (low: UInt64, high: UInt64), isFinal: Bool
    ) {
        let m0 = message[0]
        let m1 = message[1]
        let m2 = message[2]
        let m3 = message[3]
        let m4 = message[4]
        let m5 = message[5]
        let m6 = message[6]
        let m7 = message[7]
        let m8 = message[8]
        let m9 = message[9]
        let m10 = message[10]
        let m11 = message[11]
        let m12 = message[12]
        let m13 = message[13]
        let m14 = message[14]
        let m15 = message[15]
        var v0 = state[0]
        var v1 = state[1]
        var v2 = state[2]
        var v3 = state[3]
        var v4 = state[4]
        var v5 = state[5]
        var v6 = state[6]
        var v7 = state[7]
        var v8: UInt64 = 0x6a09_e667_f3bc_c908
        var v9: UInt64 = 0xbb67_ae85_84ca_a73b
        var v10: UInt64 = 0x3c6e_f372_fe94_f82b
        var v11: UInt64 = 0xa54f_f53a_5f1d_36f1
        var v12: UInt64 = 0x510e_527f_ade6_82d1 ^ offset.low
        var v13: UInt64 = 0x9b05_688c_2b3e_6c1f ^ offset.high
        var v14: UInt64 = 0x1f83_d9ab_fb41_bd6b ^ (isFinal ? .max : 0)
        var v15: UInt64 = 0x5be0_cd19_137e_2179
        var round: UInt32 = 0
        var row: UInt32 = 0
        while round < rounds {
            switch row {
            case 0:
                mix(&v0, &v4, &v8, &v12, m0, m1)
                mix(&v1, &v5, &v9, &v13, m2, m3)
                mix(&v2, &v6, &v10, &v14, m4, m5)
                mix(&v3, &v7, &v11, &v15, m6, m7)
                mix(&v0, &v5, &v10, &v15, m8, m9)
                mix(&v1, &v6, &v11, &v12, m10, m11)
                mix(&v2, &v7, &v8, &v13, m12, m13)
                mix(&v3, &v4, &v9, &v14, m14, m15)
            case 1:
                mix(&v0, &v4, &v8, &v12, m14, m10)
                mix(&v1, &v5, &v9, &v13, m4, m8)
                mix(&v2, &v6, &v10, &v14, m9, m15)
                mix(&v3, &v7, &v11, &v15, m13, m6)
                mix(&v0, &v5, &v10, &v15, m1, m12)
                mix(&v1, &v6, &v11, &v12, m0, m2)
                mix(&v2, &v7, &v8, &v13, m11, m7)
                mix(&v3, &v4, &v9, &v14, m5, m3)
            case 2:
                mix(&v0, &v4, &v8, &v12, m11, m8)
                mix(&v1, &v5, &v9, &v13, m12, m0)
                mix(&v2, &v6, &v10, &v14, m5, m2)
                mix(&v3, &v7, &v11, &v15, m15, m13)
                mix(&v0, &v5, &v10, &v15, m10, m14)
                mix(&v1, &v6, &v11, &v12, m3, m6)
                mix(&v2, &v7, &v8, &v13, m7, m1)
                mix(&v3, &v4, &v9, &v14, m9, m4)
            case 3:
                mix(&v0, &v4, &v8, &v12, m7, m9)
                mix(&v1, &v5, &v9, &v13, m3, m1)
                mix(&v2, &v6, &v10, &v14, m13, m12)
                mix(&v3, &v7, &v11, &v15, m11, m14)
                mix(&v0, &v5, &v10, &v15, m2, m6)
                mix(&v1, &v6, &v11, &v12, m5, m10)
                mix(&v2, &v7, &v8, &v13, m4, m0)
                mix(&v3, &v4, &v9, &v14, m15, m8)
            case 4:
                mix(&v0, &v4, &v8, &v12, m9, m0)
                mix(&v1, &v5, &v9, &v13, m5, m7)
                mix(&v2, &v6, &v10, &v14, m2, m4)
                mix(&v3, &v7, &v11, &v15, m10, m15)
                mix(&v0, &v5, &v10, &v15, m14, m1)
                mix(&v1, &v6, &v11, &v12, m11, m12)
                mix(&v2, &v7, &v8, &v13, m6, m8)
                mix(&v3, &v4, &v9, &v14, m3, m13)
            case 5:
                mix(&v0, &v4, &v8, &v12, m2, m12)
                mix(&v1, &v5, &v9, &v13, m6, m10)
                mix(&v2, &v6, &v10, &v14, m0, m11)
                mix(&v3, &v7, &v11, &v15, m8, m3)
                mix(&v0, &v5, &v10, &v15, m4, m13)
                mix(&v1, &v6, &v11, &v12, m7, m5)
                mix(&v2, &v7, &v8, &v13, m15, m14)
                mix(&v3, &v4, &v9, &v14, m1, m9)
            case 6:
                mix(&v0, &v4, &v8, &v12, m12, m5)
                mix(&v1, &v5, &v9, &v13, m1, m15)
                mix(&v2, &v6, &v10, &v14, m14, m13)
                mix(&v3, &v7, &v11, &v15, m4, m10)
                mix(&v0, &v5, &v10, &v15, m0, m7)
                mix(&v1, &v6, &v11, &v12, m6, m3)
                mix(&v2, &v7, &v8, &v13, m9, m2)
                mix(&v3, &v4, &v9, &v14, m8, m11)
            case 7:
                mix(&v0, &v4, &v8, &v12, m13, m11)
                mix(&v1, &v5, &v9, &v13, m7, m14)
                mix(&v2, &v6, &v10, &v14, m12, m1)
                mix(&v3, &v7, &v11, &v15, m3, m9)
                mix(&v0, &v5, &v10, &v15, m5, m0)
                mix(&v1, &v6, &v11, &v12, m15, m4)
                mix(&v2, &v7, &v8, &v13, m8, m6)
                mix(&v3, &v4, &v9, &v14, m2, m10)
            case 8:
                mix(&v0, &v4, &v8, &v12, m6, m15)
                mix(&v1, &v5, &v9, &v13, m14, m9)
                mix(&v2, &v6, &v10, &v14, m11, m3)
                mix(&v3, &v7, &v11, &v15, m0, m8)
                mix(&v0, &v5, &v10, &v15, m12, m2)
                mix(&v1, &v6, &v11, &v12, m13, m7)
                mix(&v2, &v7, &v8, &v13, m1, m4)
                mix(&v3, &v4, &v9, &v14, m10, m5)
            default:
                mix(&v0, &v4, &v8, &v12, m10, m2)
                mix(&v1, &v5, &v9, &v13, m8, m4)
                mix(&v2, &v6, &v10, &v14, m7, m6)
                mix(&v3, &v7, &v11, &v15, m1, m5)
                mix(&v0, &v5, &v10, &v15, m15, m11)
                mix(&v1, &v6, &v11, &v12, m9, m14)
                mix(&v2, &v7, &v8, &v13, m3, m12)
                mix(&v3, &v4, &v9, &v14, m13, m0)
            }
            round += 1
            row = row == 9 ? 0 : row + 1
        }
        state[0] ^= v0 ^ v8
        state[1] ^= v1 ^ v9
        state[2] ^= v2 ^ v10
        state[3] ^= v3 ^ v11
        state[4] ^= v4 ^ v12
        state[5] ^= v5 ^ v13
        state[6] ^= v6 ^ v14
        state[7] ^= v7 ^ v15
    }

    @inline(__always)
    private static func mix(
        _ a: inout UInt64, _ b: inout UInt64, _ c: inout UInt64, _ d: inout UInt64, _ x: UInt64, _ y: UInt64
    ) {
        a = a &+ b &+ x
        d = rotate(d ^ a, 32)
        c = c &+ d
        b = rotate(b ^ c, 24)
        a = a &+ b &+ y
        d = rotate(d ^ a, 16)
        c = c &+ d
        b = rotate(b ^ c, 63)
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        (word &>> count) | (word &<< (64 &- count))
    }
}
