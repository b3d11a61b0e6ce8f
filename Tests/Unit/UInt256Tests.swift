import Foundations
import Testing

@Test func additionWraps() {
    #expect(UInt256.max &+ .one == .zero)
    #expect("\(UInt256.max)" == "115792089237316195423570985008687907853269984665640564039457584007913129639935")
}
