import Chain
import Foundations
import Testing

@Suite struct DelegationTests {
    private let target = Address([UInt8](1...20))!

    @Test func theTargetIsReadBack() {
        #expect(Hex.encodePrefixed(Delegation.code(to: target)) == "0xef01000102030405060708090a0b0c0d0e0f1011121314")
        #expect(Delegation.target(of: Delegation.code(to: target)) == target)
    }

    @Test func otherCodeDelegatesToNobody() {
        let code = Delegation.code(to: target)
        #expect(Delegation.target(of: []) == nil)
        #expect(Delegation.target(of: Array(code.dropLast())) == nil)
        #expect(Delegation.target(of: code + [0]) == nil)
        for index in 0..<3 {
            var other = code
            other[index] ^= 1
            #expect(Delegation.target(of: other) == nil)
        }
    }
}
