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
}
