import Cryptography
import Foundations
import Testing

@Test func portableRecoveryEqualsTheLibrary() {
    var recovered = 0
    var word = UInt256.one
    for index in 0..<400 as Range<UInt64> {
        word = Keccak256.hash(word.bigEndianBytes).word
        let key = Bytes32(word % Secp256k1.order)
        let hash = Keccak256.hash(key.bytes)
        guard let signature = Secp256k1.sign(hash: hash, privateKey: key) else {
            Issue.record("no signature for \(key)")
            continue
        }
        #expect(
            Secp256k1.recoverAddress(hash: hash, yParity: signature.yParity, r: signature.r, s: signature.s)
                == Secp256k1.address(of: key))
        // The true signature, its mirror, and damaged ones.
        let candidates: [(UInt8, UInt256, UInt256)] = [
            (signature.yParity, signature.r, signature.s), (1 - signature.yParity, signature.r, signature.s),
            (signature.yParity, signature.r, Secp256k1.order - signature.s),
            (UInt8(index & 1), signature.r &+ UInt256(index), signature.s), (0, signature.s, signature.r),
        ]
        for (parity, r, s) in candidates {
            let expected = Secp256k1.recoverPublicKey(hash: hash, yParity: parity, r: r, s: s)
            #expect(PortableSecp256k1.recoverPublicKey(hash: hash, yParity: parity, r: r, s: s) == expected)
            if expected != nil { recovered += 1 }
        }
    }
    #expect(recovered > 1200)
}

@Test func recoveryAtTheEdgesEqualsTheLibrary() {
    let order = Secp256k1.order
    let values: [UInt256] = [.zero, .one, 2, 3, order - 2, order - 1, order, order + 1, .max]
    for hash in [Bytes32.zero, Bytes32(.max), Bytes32(order), Bytes32(.one)] {
        for r in values {
            for s in values {
                for parity in 0...2 as ClosedRange<UInt8> {
                    #expect(
                        PortableSecp256k1.recoverPublicKey(hash: hash, yParity: parity, r: r, s: s)
                            == Secp256k1.recoverPublicKey(hash: hash, yParity: parity, r: r, s: s))
                }
            }
        }
    }
}

@Test func aSignatureOfTheNegatedGeneratorRecoversToNothing() {
    // With R = G, s = z: s·R − z·G is infinity, which is no key.
    let r = UInt256(hex: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")!
    let z: UInt256 = 5
    #expect(PortableSecp256k1.recoverPublicKey(hash: Bytes32(z), yParity: 0, r: r, s: z) == nil)
    #expect(Secp256k1.recoverPublicKey(hash: Bytes32(z), yParity: 0, r: r, s: z) == nil)
}
