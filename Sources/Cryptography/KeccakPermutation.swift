// Written by Scripts/generate-hashes; do not edit.

/// The Keccak-f[1600] permutation. Source: FIPS 202, section 3.
enum KeccakPermutation {
    static let roundConstants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808b, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800a, 0x8000_0000_8000_000a, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]

    @inline(__always)
    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        (word &<< count) | (word &>> (64 &- count))
    }

    /// Permutes 25 lanes in place.
    static func apply(_ lanes: UnsafeMutablePointer<UInt64>) {
        var a0 = lanes[0]
        var a1 = lanes[1]
        var a2 = lanes[2]
        var a3 = lanes[3]
        var a4 = lanes[4]
        var a5 = lanes[5]
        var a6 = lanes[6]
        var a7 = lanes[7]
        var a8 = lanes[8]
        var a9 = lanes[9]
        var a10 = lanes[10]
        var a11 = lanes[11]
        var a12 = lanes[12]
        var a13 = lanes[13]
        var a14 = lanes[14]
        var a15 = lanes[15]
        var a16 = lanes[16]
        var a17 = lanes[17]
        var a18 = lanes[18]
        var a19 = lanes[19]
        var a20 = lanes[20]
        var a21 = lanes[21]
        var a22 = lanes[22]
        var a23 = lanes[23]
        var a24 = lanes[24]
        var e0: UInt64 = 0
        var e1: UInt64 = 0
        var e2: UInt64 = 0
        var e3: UInt64 = 0
        var e4: UInt64 = 0
        var e5: UInt64 = 0
        var e6: UInt64 = 0
        var e7: UInt64 = 0
        var e8: UInt64 = 0
        var e9: UInt64 = 0
        var e10: UInt64 = 0
        var e11: UInt64 = 0
        var e12: UInt64 = 0
        var e13: UInt64 = 0
        var e14: UInt64 = 0
        var e15: UInt64 = 0
        var e16: UInt64 = 0
        var e17: UInt64 = 0
        var e18: UInt64 = 0
        var e19: UInt64 = 0
        var e20: UInt64 = 0
        var e21: UInt64 = 0
        var e22: UInt64 = 0
        var e23: UInt64 = 0
        var e24: UInt64 = 0
        var round = 0
        while round < 24 {
            do {
                let c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
                let c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
                let c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
                let c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
                let c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
                let d0 = c4 ^ rotate(c1, 1)
                let d1 = c0 ^ rotate(c2, 1)
                let d2 = c1 ^ rotate(c3, 1)
                let d3 = c2 ^ rotate(c4, 1)
                let d4 = c3 ^ rotate(c0, 1)
                let t00 = a0 ^ d0
                let t10 = rotate(a6 ^ d1, 44)
                let t20 = rotate(a12 ^ d2, 43)
                let t30 = rotate(a18 ^ d3, 21)
                let t40 = rotate(a24 ^ d4, 14)
                e0 = t00 ^ (~t10 & t20) ^ roundConstants[round]
                e1 = t10 ^ (~t20 & t30)
                e2 = t20 ^ (~t30 & t40)
                e3 = t30 ^ (~t40 & t00)
                e4 = t40 ^ (~t00 & t10)
                let t01 = rotate(a3 ^ d3, 28)
                let t11 = rotate(a9 ^ d4, 20)
                let t21 = rotate(a10 ^ d0, 3)
                let t31 = rotate(a16 ^ d1, 45)
                let t41 = rotate(a22 ^ d2, 61)
                e5 = t01 ^ (~t11 & t21)
                e6 = t11 ^ (~t21 & t31)
                e7 = t21 ^ (~t31 & t41)
                e8 = t31 ^ (~t41 & t01)
                e9 = t41 ^ (~t01 & t11)
                let t02 = rotate(a1 ^ d1, 1)
                let t12 = rotate(a7 ^ d2, 6)
                let t22 = rotate(a13 ^ d3, 25)
                let t32 = rotate(a19 ^ d4, 8)
                let t42 = rotate(a20 ^ d0, 18)
                e10 = t02 ^ (~t12 & t22)
                e11 = t12 ^ (~t22 & t32)
                e12 = t22 ^ (~t32 & t42)
                e13 = t32 ^ (~t42 & t02)
                e14 = t42 ^ (~t02 & t12)
                let t03 = rotate(a4 ^ d4, 27)
                let t13 = rotate(a5 ^ d0, 36)
                let t23 = rotate(a11 ^ d1, 10)
                let t33 = rotate(a17 ^ d2, 15)
                let t43 = rotate(a23 ^ d3, 56)
                e15 = t03 ^ (~t13 & t23)
                e16 = t13 ^ (~t23 & t33)
                e17 = t23 ^ (~t33 & t43)
                e18 = t33 ^ (~t43 & t03)
                e19 = t43 ^ (~t03 & t13)
                let t04 = rotate(a2 ^ d2, 62)
                let t14 = rotate(a8 ^ d3, 55)
                let t24 = rotate(a14 ^ d4, 39)
                let t34 = rotate(a15 ^ d0, 41)
                let t44 = rotate(a21 ^ d1, 2)
                e20 = t04 ^ (~t14 & t24)
                e21 = t14 ^ (~t24 & t34)
                e22 = t24 ^ (~t34 & t44)
                e23 = t34 ^ (~t44 & t04)
                e24 = t44 ^ (~t04 & t14)
            }
            do {
                let c0 = e0 ^ e5 ^ e10 ^ e15 ^ e20
                let c1 = e1 ^ e6 ^ e11 ^ e16 ^ e21
                let c2 = e2 ^ e7 ^ e12 ^ e17 ^ e22
                let c3 = e3 ^ e8 ^ e13 ^ e18 ^ e23
                let c4 = e4 ^ e9 ^ e14 ^ e19 ^ e24
                let d0 = c4 ^ rotate(c1, 1)
                let d1 = c0 ^ rotate(c2, 1)
                let d2 = c1 ^ rotate(c3, 1)
                let d3 = c2 ^ rotate(c4, 1)
                let d4 = c3 ^ rotate(c0, 1)
                let t00 = e0 ^ d0
                let t10 = rotate(e6 ^ d1, 44)
                let t20 = rotate(e12 ^ d2, 43)
                let t30 = rotate(e18 ^ d3, 21)
                let t40 = rotate(e24 ^ d4, 14)
                a0 = t00 ^ (~t10 & t20) ^ roundConstants[round + 1]
                a1 = t10 ^ (~t20 & t30)
                a2 = t20 ^ (~t30 & t40)
                a3 = t30 ^ (~t40 & t00)
                a4 = t40 ^ (~t00 & t10)
                let t01 = rotate(e3 ^ d3, 28)
                let t11 = rotate(e9 ^ d4, 20)
                let t21 = rotate(e10 ^ d0, 3)
                let t31 = rotate(e16 ^ d1, 45)
                let t41 = rotate(e22 ^ d2, 61)
                a5 = t01 ^ (~t11 & t21)
                a6 = t11 ^ (~t21 & t31)
                a7 = t21 ^ (~t31 & t41)
                a8 = t31 ^ (~t41 & t01)
                a9 = t41 ^ (~t01 & t11)
                let t02 = rotate(e1 ^ d1, 1)
                let t12 = rotate(e7 ^ d2, 6)
                let t22 = rotate(e13 ^ d3, 25)
                let t32 = rotate(e19 ^ d4, 8)
                let t42 = rotate(e20 ^ d0, 18)
                a10 = t02 ^ (~t12 & t22)
                a11 = t12 ^ (~t22 & t32)
                a12 = t22 ^ (~t32 & t42)
                a13 = t32 ^ (~t42 & t02)
                a14 = t42 ^ (~t02 & t12)
                let t03 = rotate(e4 ^ d4, 27)
                let t13 = rotate(e5 ^ d0, 36)
                let t23 = rotate(e11 ^ d1, 10)
                let t33 = rotate(e17 ^ d2, 15)
                let t43 = rotate(e23 ^ d3, 56)
                a15 = t03 ^ (~t13 & t23)
                a16 = t13 ^ (~t23 & t33)
                a17 = t23 ^ (~t33 & t43)
                a18 = t33 ^ (~t43 & t03)
                a19 = t43 ^ (~t03 & t13)
                let t04 = rotate(e2 ^ d2, 62)
                let t14 = rotate(e8 ^ d3, 55)
                let t24 = rotate(e14 ^ d4, 39)
                let t34 = rotate(e15 ^ d0, 41)
                let t44 = rotate(e21 ^ d1, 2)
                a20 = t04 ^ (~t14 & t24)
                a21 = t14 ^ (~t24 & t34)
                a22 = t24 ^ (~t34 & t44)
                a23 = t34 ^ (~t44 & t04)
                a24 = t44 ^ (~t04 & t14)
            }
            round &+= 2
        }
        lanes[0] = a0
        lanes[1] = a1
        lanes[2] = a2
        lanes[3] = a3
        lanes[4] = a4
        lanes[5] = a5
        lanes[6] = a6
        lanes[7] = a7
        lanes[8] = a8
        lanes[9] = a9
        lanes[10] = a10
        lanes[11] = a11
        lanes[12] = a12
        lanes[13] = a13
        lanes[14] = a14
        lanes[15] = a15
        lanes[16] = a16
        lanes[17] = a17
        lanes[18] = a18
        lanes[19] = a19
        lanes[20] = a20
        lanes[21] = a21
        lanes[22] = a22
        lanes[23] = a23
        lanes[24] = a24
    }
}
