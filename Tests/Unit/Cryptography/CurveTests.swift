import Cryptography
import Foundations
import Testing

@Suite struct BN254Tests {
    private static let order = UInt256(
        decimal: "21888242871839275222246405745257275088548364400416034343698204186575808495617")!

    private func times(_ scalar: UInt256) -> (x: UInt256, y: UInt256) { BN254.multiply((1, 2), by: scalar)! }

    @Test func scalarsAreAGroup() {
        var a = UInt256.one
        for _ in 0..<50 {
            a = Keccak256.hash(a.bigEndianBytes).word
            let b = Keccak256.hash(a.bigEndianBytes).word
            let sum = BN254.add(times(a), times(b))!
            let direct = times(a.addingModulo(b, Self.order))
            #expect(sum == direct)
            let product = BN254.multiply(times(a), by: b)!
            #expect(product == times(a.multipliedModulo(b, Self.order)))
        }
    }

    /// Computed in Python by the textbook's affine formulas.
    @Test func knownMultiple() {
        let point = times(
            UInt256(decimal: "57896044618658097711785492504343953926634992332820282019728792003956564819949")!)
        #expect("\(point.x)" == "11236280120065261916890623032707368816248068753615771160408182862412406974426")
        #expect("\(point.y)" == "17504599701953562287745938431632505738575181964871541875553933694822786243356")
    }

    @Test func infinityAndTheEndOfTheGroup() {
        #expect(times(Self.order) == (.zero, .zero))
        #expect(BN254.add(times(Self.order - 1), (1, 2))! == (.zero, .zero))
        #expect(BN254.add((.zero, .zero), (1, 2))! == (1, 2))
        #expect(BN254.add((1, 2), (1, 2))! == times(2))
        #expect(BN254.multiply((.zero, .zero), by: 7)! == (.zero, .zero))
    }

    @Test func pointsOffTheCurveAreRefused() {
        #expect(BN254.add((1, 3), (1, 2)) == nil)
        #expect(BN254.multiply((.max, 2), by: 1) == nil)
    }

    /// The second group's generator, from EIP-197.
    private static let generator2 = (
        xa: UInt256(decimal: "10857046999023057135944570762232829481370756359578518086990519993285655852781")!,
        xb: UInt256(decimal: "11559732032986387107991004021392285783925812861821192530917403151452391805634")!,
        ya: UInt256(decimal: "8495653923123431417604973247489272438418190587263600148770280649306958101930")!,
        yb: UInt256(decimal: "4082367875863433681332203403145435568316851327593401208105741076214120093531")!
    )

    @Test func thePairingIsLinear() {
        let q = Self.generator2
        var a = UInt256.one
        for _ in 0..<5 {
            a = Keccak256.hash(a.bigEndianBytes).word % Self.order
            let b = Keccak256.hash(a.bigEndianBytes).word % Self.order
            let rest = Self.order &- a.addingModulo(b, Self.order)
            // e(aP, Q)·e(bP, Q)·e(−(a + b)P, Q) = 1, and nothing else is.
            let factors = [times(a), times(b), times(rest)].map { BN254Pairing.Pair(g1: $0, g2: q) }
            #expect(BN254Pairing.productIsOne(factors) == true)
            #expect(BN254Pairing.productIsOne([factors[0], factors[1]]) == false)
        }
        #expect(BN254Pairing.productIsOne([]) == true)
        #expect(BN254Pairing.productIsOne([.init(g1: (1, 2), g2: (0, 0, 0, 0))]) == true)
        #expect(BN254Pairing.productIsOne([.init(g1: (1, 2), g2: (q.xb, q.xa, q.ya, q.yb))]) == nil)
    }
}
