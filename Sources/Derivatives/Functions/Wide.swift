public import Foundations

/// A number with 448 binary places, in two's complement of 512 bits: what the exact path of a function computes in, where
/// 128 bits cannot tell how to round. Range ±2^63.
public struct Wide: Equatable, Sendable {
    public var low: UInt256
    public var high: UInt256

    static var zero: Wide { Wide(low: .zero, high: .zero) }
    static var one: Wide { Wide(low: .zero, high: .one << 192) }

    init(low: UInt256, high: UInt256) {
        self.low = low
        self.high = high
    }

    /// bits·2^-places, for numbers below 2^63; bits beyond 448 places are cut.
    init(bits: UInt256, places: Int32) {
        self = Wide(low: bits, high: .zero).shifted(by: 448 &- places)
    }

    init(_ value: Real) {
        let magnitude = Wide(bits: UInt256(value.mantissa), places: 127 &- value.exponent)
        self = value.isNegative ? -magnitude : magnitude
    }

    /// An unsigned number of 18 decimals below 2^16, 2^-432 short at most.
    init(unsignedWad wad: UInt256) {
        // As an integer it has up to 76 bits, of which 63 have room: 16 stay back until the division.
        self = Wide(bits: wad, places: 16).divided(by: wadOne).shifted(by: 16)
    }

    var isNegative: Bool { high.isNegative }
    var magnitude: Wide { isNegative ? -self : self }

    /// The number to 128 bits.
    var real: Real {
        let value = magnitude
        if !value.high.isZero {
            let shift = value.high.leadingZeroBitCount
            let top = shift == 0 ? value.high : (value.high << shift) | (value.low >> (256 &- shift))
            return Real(bits: top, places: 192 &+ Int32(truncatingIfNeeded: shift), isNegative: isNegative)
        }
        return Real(bits: value.low, places: 448, isNegative: isNegative)
    }

    /// times 2^count, of a number that is not negative; what leaves 512 bits is lost.
    func shifted(by count: Int32) -> Wide {
        let n = UInt64(count.magnitude)
        if count == 0 { return self }
        if n >= 512 { return .zero }
        if count > 0 {
            if n >= 256 { return Wide(low: .zero, high: low << (n &- 256)) }
            return Wide(low: low << n, high: (high << n) | (low >> (256 &- n)))
        }
        if n >= 256 { return Wide(low: high >> (n &- 256), high: .zero) }
        return Wide(low: (low >> n) | (high << (256 &- n)), high: high >> n)
    }

    static prefix func - (value: Wide) -> Wide { .zero - value }

    static func + (a: Wide, b: Wide) -> Wide {
        let (low, carry) = a.low.addingReportingOverflow(b.low)
        return Wide(low: low, high: a.high &+ b.high &+ (carry ? .one : .zero))
    }

    static func - (a: Wide, b: Wide) -> Wide {
        let (low, borrow) = a.low.subtractingReportingOverflow(b.low)
        return Wide(low: low, high: a.high &- b.high &- (borrow ? .one : .zero))
    }

    /// Toward zero, up to one unit of 2^-448 short.
    static func * (a: Wide, b: Wide) -> Wide {
        let (x, y) = (a.magnitude, b.magnitude)
        // 1,024 bits, of which those from bit 448 count.
        let (_, p0) = x.low.multipliedFullWidth(by: y.low)
        let (q0, q1) = x.low.multipliedFullWidth(by: y.high)
        let (r0, r1) = x.high.multipliedFullWidth(by: y.low)
        let (s0, s1) = x.high.multipliedFullWidth(by: y.high)
        let (w, c0) = p0.addingReportingOverflow(q0)
        let (w1, c1) = w.addingReportingOverflow(r0)
        let (v, c2) = q1.addingReportingOverflow(r1)
        let (v1, c3) = v.addingReportingOverflow(s0)
        let (v2, c4) = v1.addingReportingOverflow(Wide.count(c0, c1, false))
        let top = s1 &+ Wide.count(c2, c3, c4)
        let product = Wide(low: (w1 >> 192) | (v2 << 64), high: (v2 >> 192) | (top << 64))
        return a.isNegative != b.isNegative ? -product : product
    }

    private static func count(_ a: Bool, _ b: Bool, _ c: Bool) -> UInt256 {
        let sum: UInt64 = (a ? 1 : 0) &+ (b ? 1 : 0) &+ (c ? 1 : 0)
        return UInt256(sum)
    }

    /// A number that is not negative ÷ a word that is not zero, rounded down.
    func divided(by word: UInt64) -> Wide {
        let (top, rest) = high.dividedReportingRemainder(by: UInt256(word))
        return Wide(low: UInt256.divideFullWidth(high: rest, low: low, by: UInt256(word)).quotient, high: top)
    }
}

// MARK: - Functions

extension Wide {
    /// e^x = mantissa·2^exponent with the mantissa in [1, 2], for |x| below 2^20. Error: relative 2^-415.
    ///
    /// r = x − k·ln 2, e^r = (e^(r/2^20))^(2^20) by 21 terms and 20 squarings, each of which doubles the error.
    var exponentialParts: (mantissa: Wide, exponent: Int32) {
        let quotient = magnitude.real * .log2e
        var k = Int32(0)
        if quotient.exponent >= 0 {
            k = Int32(truncatingIfNeeded: quotient.mantissa &>> UInt128(truncatingIfNeeded: 127 &- quotient.exponent))
        }
        let multiple = Wide(bits: UInt256(UInt64(k)), places: 0) * .ln2
        var r = magnitude - multiple
        if isNegative {
            r = -r
            k = -k
        }
        while r.isNegative {
            r = r + .ln2
            k &-= 1
        }
        let x = r.shifted(by: -20)
        var sum = Wide.one
        var index: UInt64 = 21
        while index > 0 {
            sum = Wide.one + (sum * x).divided(by: index)
            index &-= 1
        }
        for _ in 0..<20 { sum = sum * sum }
        return (sum, k)
    }

    /// e^x for x ≤ 43. Error: 2^-352.
    var exponential: Wide {
        let (mantissa, exponent) = exponentialParts
        return mantissa.shifted(by: exponent)
    }

    /// ln of a positive number of 18 decimals. Error: 2^-380.
    ///
    /// From y within 2^-110 of it, y + ln(1 + d) with d = x·e^-y − 1, whose fifth power is below 2^-540.
    static func logarithm(ofWad x: UInt256) -> Wide {
        let start = Wide(Real.logarithm(of: Real(bits: x, places: 0), over: Real(wadOne)))
        let (mantissa, exponent) = (-start).exponentialParts
        let width = Int32(truncatingIfNeeded: x.bitWidth)
        // x·mantissa·2^exponent ÷ 1e18 is 1: first times 2^(about 60), then the division.
        let product = (mantissa * Wide(bits: x, places: width)).shifted(by: exponent &+ width)
        let d = product.divided(by: wadOne) - .one
        let square = d * d
        return start + d - square.shiftedSigned(1) + (square * d).dividedSigned(by: 3)
            - (square * square).shiftedSigned(2)
    }

    private func shiftedSigned(_ count: Int32) -> Wide {
        isNegative ? -(-self).shifted(by: -count) : shifted(by: -count)
    }

    private func dividedSigned(by word: UInt64) -> Wide {
        isNegative ? -(-self).divided(by: word) : divided(by: word)
    }

    /// Φ(x) − ½ for 0 ≤ x ≤ 9. Error: 2^-340.
    ///
    /// φ(x)·(x + x³/3 + x⁵/15 + …), whose terms all have one sign.
    var normalCenter: Wide {
        let square = self * self
        var term = self
        var sum = self
        var odd: UInt64 = 3
        while term != .zero, odd < 4000 {
            term = (term * square).divided(by: odd)
            sum = sum + term
            odd &+= 2
        }
        return sum * normalDensity
    }

    /// φ(x) for 0 ≤ x ≤ 9. Error: 2^-440.
    var normalDensity: Wide { (-(self * self).shifted(by: -1)).exponential * .inverseSqrtTwoPi }
}
