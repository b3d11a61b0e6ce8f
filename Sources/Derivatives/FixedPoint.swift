public import Foundations

/// Why a function has no value.
public enum FixedPointError: Error, Equatable, Sendable {
    /// The result passes 2^255 in units of 1e-18.
    case overflow
    /// The logarithm of zero or of a negative number.
    case domain
}

/// Elementary functions on numbers with 18 decimals (WAD), signed ones in two's complement.
///
/// Each result is within 2^-110 relative, or one unit of 1e-18, of the exact value, whichever is more; the square root is
/// exact, rounded down.
public enum FixedPoint {
    /// e^x; zero below −42.
    public static func exponential(_ x: UInt256) throws(FixedPointError) -> UInt256 {
        // e^-42 is 5.7e-19, and e^135.31 passes the largest signed word.
        if x.isNegative, x.magnitude > UInt256(42 as UInt64) * Decimal.one { return .zero }
        if !x.isNegative, x >= UInt256(limbs: 0x55bf_798b_4a1b_f1e6, 7, 0, 0) { throw .overflow }
        let (mantissa, exponent) = BinaryFixed(signedDecimal: x).exponentialParts
        // mantissa·1e18 in 128 binary places, of which the exponent takes some; one stays for rounding.
        let scaled = mantissa.bits &* Decimal.one
        if exponent >= 128 { return scaled << UInt64(exponent - 128) }
        return ((scaled >> UInt64(127 - exponent)) &+ .one) >> 1
    }

    /// ln x of an unsigned number.
    public static func naturalLogarithm(_ x: UInt256) throws(FixedPointError) -> UInt256 {
        if x.isZero { throw .domain }
        return (BinaryFixed(bits: x).naturalLogarithm - BinaryFixed(bits: Decimal.one).naturalLogarithm).decimal
    }

    /// ⌊√x⌋ of an unsigned number.
    public static func squareRoot(_ x: UInt256) -> UInt256 {
        // √(x·1e18) over up to 316 bits, by Newton's iteration from above.
        let (low, high) = x.multipliedFullWidth(by: Decimal.one)
        if high.isZero { return low.integerSquareRoot }
        var root = (x.integerSquareRoot &+ .one) &* UInt256(1_000_000_000 as UInt64)
        while true {
            let next = (root &+ UInt256.divideFullWidth(high: high, low: low, by: root).quotient) >> 1
            if next >= root { return root }
            root = next
        }
    }

    /// The standard normal distribution function of a signed number.
    public static func normalDistribution(_ x: UInt256) -> UInt256 {
        let far = UInt256(13 as UInt64) * Decimal.one
        if x.magnitude > far { return x.isNegative ? .zero : Decimal.one }
        return BinaryFixed(signedDecimal: x).normalDistribution.decimal
    }
}
