import Cryptography
import Foundations
import Testing

/// Laws that the operations of EIP-2537 must keep; its vectors are run by the official state tests.
@Suite struct BLS12381Tests {
    private static let order = Hex.decode("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001")!
    private static let infinity1 = [UInt8](repeating: 0, count: 128)
    private static let infinity2 = [UInt8](repeating: 0, count: 256)

    private func call<Result>(
        _ operation: (UnsafeRawBufferPointer) -> Result?, _ input: [UInt8]...
    ) -> Result? {
        Array(input.joined()).withUnsafeBytes { operation($0) }
    }

    /// Points of the groups, from maps.
    private func point1(_ seed: UInt64) -> [UInt8] { call(BLS12381.map1, element(seed))! }
    private func point2(_ seed: UInt64) -> [UInt8] { call(BLS12381.map2, element(seed), element(seed &+ 1))! }

    private func element(_ seed: UInt64) -> [UInt8] {
        let word = Keccak256.hash(UInt256(seed).bigEndianBytes).bytes
        return [UInt8](repeating: 0, count: 17) + Array(word[1...]) + Array(word[0..<16])
    }

    private func scalar(_ value: UInt256) -> [UInt8] { value.bigEndianBytes }

    @Test func mappedPointsLieInTheGroups() {
        for seed: UInt64 in 0..<20 {
            #expect(call(BLS12381.multiplySum1, point1(seed), Self.order) == Self.infinity1)
            #expect(call(BLS12381.multiplySum2, point2(seed), Self.order) == Self.infinity2)
        }
    }

    @Test func sumsOfProductsAreWhatAdditionsSay() {
        let (p, q) = (point1(1), point1(2))
        let twice = call(BLS12381.add1, p, p)
        #expect(twice == call(BLS12381.multiplySum1, p, scalar(2)))
        // 2^256 − 1 ends in a carry beyond the last digit.
        let all = call(BLS12381.multiplySum1, p, scalar(.max))!
        #expect(call(BLS12381.add1, all, p) == call(BLS12381.multiplySum1, p, scalar(1 << 255), p, scalar(1 << 255)))
        let sum = call(BLS12381.multiplySum1, p, scalar(3), q, scalar(5))!
        let parts = (call(BLS12381.multiplySum1, p, scalar(3))!, call(BLS12381.multiplySum1, q, scalar(5))!)
        #expect(call(BLS12381.add1, parts.0, parts.1) == sum)

        let (r, s) = (point2(1), point2(2))
        let sum2 = call(BLS12381.multiplySum2, r, scalar(.max), s, scalar(7))!
        let parts2 = (call(BLS12381.multiplySum2, r, scalar(.max))!, call(BLS12381.multiplySum2, s, scalar(7))!)
        #expect(call(BLS12381.add2, parts2.0, parts2.1) == sum2)
        #expect(call(BLS12381.add2, r, Self.infinity2) == r)
    }

    @Test func thePairingIsLinear() {
        let (p, q) = (point1(3), point2(4))
        for factor: UInt256 in [2, 1 << 200, .max] {
            // e(a·P, Q)·e(P, (r·k − a)·Q) = 1.
            let rest = UInt256(bigEndian: Self.order) &- (factor % UInt256(bigEndian: Self.order))
            let left = call(BLS12381.multiplySum1, p, scalar(factor))!
            let right = call(BLS12381.multiplySum2, q, scalar(rest))!
            #expect(call(BLS12381.pairingProductIsOne, left, q, p, right) == true)
            #expect(call(BLS12381.pairingProductIsOne, left, q, p, q) == false)
        }
        #expect(call(BLS12381.pairingProductIsOne, p, Self.infinity2, Self.infinity1, q) == true)
        #expect(call(BLS12381.pairingProductIsOne, p, q) == false)
    }

    @Test func pointsOutsideTheGroupsAreRefusedButInAdditions() {
        // (0, 2), of order 3.
        let three = [UInt8](repeating: 0, count: 127) + [2]
        #expect(call(BLS12381.add1, three, three) != nil)
        let shifted = call(BLS12381.add1, three, point1(5))!
        for point in [three, shifted] {
            #expect(call(BLS12381.multiplySum1, point, scalar(1)) == nil)
            #expect(call(BLS12381.pairingProductIsOne, point, point2(1)) == nil)
        }
        // x = 1 + u on the twist; computed with py_ecc.
        let x = UInt256(1).bigEndianBytes
        let padding = [UInt8](repeating: 0, count: 32)
        let outside =
            padding + x + padding + x
            + Hex.decode(
                "0000000000000000000000000000000002066bca274eb64b2410222895b74acec54cf001baf6c7aeeff616820743dce8"
                    + "7eddb1700e7a2d717dc4cea5582195e1")!
            + Hex.decode(
                "000000000000000000000000000000001934ffa59d993a4bcbe529440126a8af9f7bff4bc127e15ab9f75688bf07e715"
                    + "7d06cb8933608b225495cba14be0d33d")!
        #expect(call(BLS12381.add2, outside, outside) != nil)
        #expect(call(BLS12381.multiplySum2, outside, scalar(1)) == nil)
        #expect(call(BLS12381.pairingProductIsOne, point1(1), outside) == nil)
    }

    @Test func malformedInputsAreRefused() {
        let p = point1(1)
        var flipped = p
        flipped[127] ^= 1
        #expect(call(BLS12381.add1, p, flipped) == nil)
        var padded = p
        padded[3] = 1
        #expect(call(BLS12381.add1, p, padded) == nil)
        #expect(call(BLS12381.add1, p) == nil)
        #expect(call(BLS12381.multiplySum1) == nil)
        #expect(call(BLS12381.pairingProductIsOne, p) == nil)
        let modulus = Hex.decode(
            "000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
                + "1eabfffeb153ffffb9feffffffffaaab")!
        #expect(call(BLS12381.map1, modulus) == nil)
    }
}

@Suite struct KZGTests {
    /// The value at z of the polynomial of 256 repeated hashes, with its proof; computed with c-kzg.
    private static let z = UInt256(
        bigEndian: Hex.decode("4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a")!)
    private static let y = UInt256(
        bigEndian: Hex.decode("5bdd101ccf85e20086637a9b16adca3f6645d9d4d72d0369e7d0deafab3b8177")!)
    private static let commitment = Hex.decode(
        "a1ce7b589cbad755a1b6c020246ec5288a48cd620165980579359bcc281dbb286e23bacccec75232314638ede6430044")!
    private static let proof = Hex.decode(
        "b7b731226253fbd0a0c3b51a10d2042fb37624ca8fd4e2858c57dc572b4029288fcbdf343aa156d225e2e8676ad305ed")!

    private func verify(
        _ commitment: [UInt8] = commitment, z: UInt256 = z, y: UInt256 = y, _ proof: [UInt8] = proof
    ) -> Bool? {
        commitment.withUnsafeBytes { commitment in
            proof.withUnsafeBytes { KZG.verify(commitment: commitment, z: z, y: y, proof: $0) }
        }
    }

    @Test func aProofHoldsForItsPointOnly() {
        #expect(verify() == true)
        #expect(verify(z: Self.z &+ 1) == false)
        #expect(verify(y: Self.y &+ 1) == false)
        #expect(verify(Self.proof, Self.commitment) == false)
    }

    @Test func constantsHaveTheProofAtInfinity() {
        let infinity = [0xc0] + [UInt8](repeating: 0, count: 47)
        #expect(verify(infinity, z: 7, y: 0, infinity) == true)
        #expect(verify(infinity, z: 7, y: 1, infinity) == false)
    }

    @Test func malformedInputsAreRefused() {
        #expect(verify(z: KZG.modulus) == nil)
        #expect(verify(y: .max) == nil)
        // Not compressed; x beyond the field; infinity with a bit too many; no point at x = 1.
        for first: [UInt8] in [[0x20], [0xbf], [0xe0], [0xc1]] {
            #expect(verify(first + [UInt8](repeating: 0xff, count: 47)) == nil)
        }
        #expect(verify([0xe0] + [UInt8](repeating: 0, count: 47)) == nil)
        #expect(verify([0x80] + [UInt8](repeating: 0, count: 46) + [1]) == nil)
        #expect(verify([]) == nil)
    }
}
