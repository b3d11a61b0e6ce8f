/// RIPEMD-160. Source: Dobbertin, Bosselaers, Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD" (1996).
public enum RIPEMD160 {
    /// The 20-byte digest.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var state: InlineArray<5, UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
        MerkleDamgard.forEachBlock(of: bytes, lengthIsBigEndian: false) { compress(&state, $0) }
        var digest: [UInt8] = []
        digest.reserveCapacity(20)
        for index in 0..<5 {
            for shift in [0, 8, 16, 24] as [UInt32] { digest.append(UInt8(truncatingIfNeeded: state[index] &>> shift)) }
        }
        return digest
    }

    public static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }

    private static func compress(_ state: inout InlineArray<5, UInt32>, _ block: UnsafeRawPointer) {
        var words = InlineArray<16, UInt32>(repeating: 0)
        for index in 0..<16 {
            words[index] = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        }
        var left = Line(state)
        var right = Line(state)
        for step in 0..<80 {
            let round = step / 16
            left.step(
                mix(round, left), words[Int(leftWords[step])] &+ leftConstants[round], UInt32(leftShifts[step]))
            right.step(
                mix(4 - round, right), words[Int(rightWords[step])] &+ rightConstants[round],
                UInt32(rightShifts[step]))
        }
        let first = state[1] &+ left.c &+ right.d
        state[1] = state[2] &+ left.d &+ right.e
        state[2] = state[3] &+ left.e &+ right.a
        state[3] = state[4] &+ left.a &+ right.b
        state[4] = state[0] &+ left.b &+ right.c
        state[0] = first
    }

    private struct Line {
        var a, b, c, d, e: UInt32

        init(_ state: InlineArray<5, UInt32>) {
            (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        }

        @inline(__always)
        mutating func step(_ mixed: UInt32, _ word: UInt32, _ shift: UInt32) {
            let sum = rotate(a &+ mixed &+ word, shift) &+ e
            (a, e, d, c, b) = (e, d, rotate(c, 10), b, sum)
        }
    }

    @inline(__always)
    private static func mix(_ round: Int, _ line: Line) -> UInt32 {
        switch round {
        case 0: line.b ^ line.c ^ line.d
        case 1: (line.b & line.c) | (~line.b & line.d)
        case 2: (line.b | ~line.c) ^ line.d
        case 3: (line.b & line.d) | (line.c & ~line.d)
        default: line.b ^ (line.c | ~line.d)
        }
    }

    @inline(__always)
    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        (word &<< count) | (word &>> (32 &- count))
    }

    private static let leftConstants: InlineArray<5, UInt32> = [0, 0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xa953_fd4e]
    private static let rightConstants: InlineArray<5, UInt32> = [0x50a2_8be6, 0x5c4d_d124, 0x6d70_3ef3, 0x7a6d_76e9, 0]
    private static let leftWords: InlineArray<80, UInt8> = [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
        3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
        4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
    ]
    private static let rightWords: InlineArray<80, UInt8> = [
        5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
        15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
        12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
    ]
    private static let leftShifts: InlineArray<80, UInt8> = [
        11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
        11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
        9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
    ]
    private static let rightShifts: InlineArray<80, UInt8> = [
        8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
        9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
        8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
    ]
}
