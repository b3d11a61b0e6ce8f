// Division by zero gives zero throughout, as the EVM defines it.

extension UInt256 {
    /// Quotient and remainder; both zero for a zero divisor.
    public func dividedReportingRemainder(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        if divisor.isZero { return (.zero, .zero) }
        if self < divisor { return (.zero, self) }
        return UInt256.divide(low: self, high: .zero, by: divisor)
    }

    /// (high·2^256 + low) ÷ divisor for `high < divisor`, bit by bit over the significant part.
    static func divide(low: UInt256, high: UInt256, by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        var remainder = high
        var quotient = UInt256.zero
        var index: UInt64 = high.isZero ? low.bitWidth : 256
        while index > 0 {
            index &-= 1
            let carry = remainder.bit(255)
            remainder = (remainder << 1) | (low.bit(index) ? UInt256.one : .zero)
            quotient = quotient << 1
            if carry || !(remainder < divisor) {
                remainder = remainder &- divisor
                quotient = quotient | .one
            }
        }
        return (quotient, remainder)
    }

    public static func / (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).quotient
    }

    public static func % (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).remainder
    }

    /// (self + other) mod modulus over the 257-bit sum; zero for a zero modulus.
    public func addingModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.isZero { return .zero }
        let (sum, overflow) = (self % modulus).addingReportingOverflow(other % modulus)
        return overflow || !(sum < modulus) ? sum &- modulus : sum
    }

    /// (self · other) mod modulus over the 512-bit product; zero for a zero modulus.
    public func multipliedModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.isZero { return .zero }
        let (low, high) = multipliedFullWidth(by: other)
        return UInt256.divide(low: low, high: high % modulus, by: modulus).remainder
    }
}
