import Foundations

/// A real number with 128 bits of mantissa: what functions and models compute in before the one rounding at their end.
///
/// ±mantissa·2^(exponent − 127) with the mantissa's top bit set; zero has mantissa 0. Every operation truncates: its
/// result is within 2^-126 relative of the exact one. Exponents of results stay below 2^28 in magnitude, since inputs have
/// at most 256 bits and no formula multiplies more than a few dozen numbers.
public struct Real: Equatable, Sendable {
    public var mantissa: UInt128
    public var exponent: Int32
    public var isNegative: Bool

    @inline(__always)
    init(mantissa: UInt128, exponent: Int32, isNegative: Bool = false) {
        self.mantissa = mantissa
        self.exponent = exponent
        self.isNegative = isNegative
    }

    @inline(__always)
    init(high: UInt64, low: UInt64, exponent: Int32) {
        self.init(mantissa: UInt128(words: high, low), exponent: exponent)
    }

    static var zero: Real { Real(mantissa: 0, exponent: -(1 << 28)) }
    static var one: Real { Real(mantissa: 1 << 127, exponent: 0) }
    static var half: Real { Real(mantissa: 1 << 127, exponent: -1) }

    public var isZero: Bool { mantissa == 0 }
    var magnitude: Real { Real(mantissa: mantissa, exponent: exponent) }

    /// The value times 2^places.
    @inline(__always)
    func scaled(by places: Int32) -> Real {
        Real(mantissa: mantissa, exponent: isZero ? exponent : exponent &+ places, isNegative: isNegative)
    }

    /// bits·2^-places, exact to 128 bits from the top one.
    init(bits: UInt256, places: Int32, isNegative: Bool = false) {
        if bits.isZero {
            self = .zero
            return
        }
        let shift = bits.leadingZeroBitCount
        let top = bits << shift
        self.init(
            mantissa: UInt128(words: top.limb3, top.limb2),
            exponent: 255 &- Int32(truncatingIfNeeded: shift) &- places, isNegative: isNegative)
    }

    init(_ integer: UInt64) {
        self.init(bits: UInt256(integer), places: 0)
    }

    /// An unsigned number of 18 decimals.
    init(unsignedWad wad: UInt256) {
        self = Real(bits: wad, places: 0) * .wadUnit
    }

    /// A number of 18 decimals in two's complement.
    init(signedWad wad: UInt256) {
        self = Real(bits: wad.magnitude, places: 0, isNegative: wad.isNegative) * .wadUnit
    }
}

extension UInt128 {
    @inline(__always)
    init(words high: UInt64, _ low: UInt64) {
        self = (UInt128(high) &<< 64) | UInt128(low)
    }

    var lowWord: UInt64 { @inline(__always) get { UInt64(truncatingIfNeeded: self) } }
    var highWord: UInt64 { @inline(__always) get { UInt64(truncatingIfNeeded: self &>> 64) } }

    /// The high half of the product, and the top word of its low half.
    @inline(__always)
    func multipliedHigh(_ other: UInt128) -> (high: UInt128, next: UInt64) {
        let low = UInt128(lowWord) &* UInt128(other.lowWord)
        let left = UInt128(highWord) &* UInt128(other.lowWord)
        let right = UInt128(lowWord) &* UInt128(other.highWord)
        let middle = UInt128(low.highWord) &+ UInt128(left.lowWord) &+ UInt128(right.lowWord)
        let top = UInt128(highWord) &* UInt128(other.highWord)
        let high = top &+ UInt128(left.highWord) &+ UInt128(right.highWord) &+ UInt128(middle.highWord)
        return (high, middle.lowWord)
    }

    /// ⌊self · other ÷ 2^128⌋: a product of fractions.
    @inline(__always)
    func timesFraction(_ other: UInt128) -> UInt128 { multipliedHigh(other).high }
}

// MARK: - Arithmetic

extension Real {
    static prefix func - (value: Real) -> Real {
        Real(mantissa: value.mantissa, exponent: value.exponent, isNegative: !value.isNegative)
    }

    @inline(__always)
    static func * (a: Real, b: Real) -> Real {
        let (high, next) = a.mantissa.multipliedHigh(b.mantissa)
        let exponent = a.exponent &+ b.exponent
        let negative = a.isNegative != b.isNegative
        if high &>> 127 != 0 { return Real(mantissa: high, exponent: exponent &+ 1, isNegative: negative) }
        if high == 0 { return .zero }
        return Real(mantissa: (high &<< 1) | UInt128(next &>> 63), exponent: exponent, isNegative: negative)
    }

    static func + (a: Real, b: Real) -> Real {
        if b.isZero { return a }
        if a.isZero { return b }
        let swap = a.exponent < b.exponent || (a.exponent == b.exponent && a.mantissa < b.mantissa)
        let (large, small) = swap ? (b, a) : (a, b)
        let shift = large.exponent &- small.exponent
        if shift > 127 { return large }
        let moved = small.mantissa &>> UInt128(truncatingIfNeeded: shift)
        if large.isNegative == small.isNegative {
            let (sum, carry) = large.mantissa.addingReportingOverflow(moved)
            if !carry { return Real(mantissa: sum, exponent: large.exponent, isNegative: large.isNegative) }
            return Real(
                mantissa: (sum &>> 1) | (1 << 127), exponent: large.exponent &+ 1, isNegative: large.isNegative)
        }
        let rest = large.mantissa &- moved
        if rest == 0 { return .zero }
        let zeros = Int32(truncatingIfNeeded: rest.leadingZeroBitCount)
        return Real(
            mantissa: rest &<< UInt128(truncatingIfNeeded: zeros), exponent: large.exponent &- zeros,
            isNegative: large.isNegative)
    }

    @inline(__always)
    static func - (a: Real, b: Real) -> Real { a + (-b) }

    /// a ÷ b; zero for b = 0.
    static func / (a: Real, b: Real) -> Real {
        if a.isZero || b.isZero { return .zero }
        let below = a.mantissa < b.mantissa
        let dividend = below ? a.mantissa : a.mantissa &>> 1
        // A quotient between 2^127 and 2^128.
        let lost = below ? 0 : a.mantissa.lowWord &<< 63
        let quotient =
            UInt256(limbs: 0, lost, dividend.lowWord, dividend.highWord)
            / UInt256(limbs: b.mantissa.lowWord, b.mantissa.highWord, 0, 0)
        return Real(
            mantissa: UInt128(words: quotient.limb1, quotient.limb0),
            exponent: a.exponent &- b.exponent &- (below ? 1 : 0), isNegative: a.isNegative != b.isNegative)
    }

    static func < (a: Real, b: Real) -> Bool {
        if a.isZero { return !b.isZero && !b.isNegative }
        if b.isZero { return a.isNegative }
        if a.isNegative != b.isNegative { return a.isNegative }
        let below = a.exponent < b.exponent || (a.exponent == b.exponent && a.mantissa < b.mantissa)
        let equal = a.exponent == b.exponent && a.mantissa == b.mantissa
        return !equal && below != a.isNegative
    }

    /// √ of the magnitude. Error: relative 2^-114.
    ///
    /// 1/√v by Newton from a table of 8 bits (17, 34, 62 bits), then s + (v − s²)·y/2 for s = v·y, whose error is half
    /// the square of that of s.
    var squareRoot: Real {
        if isZero { return .zero }
        // v in [1, 4) with 62 binary places, and even.
        let odd = exponent & 1
        let v = mantissa.highWord &>> (odd == 0 ? 1 : 0)
        var y = UInt64(ElementaryTables.inverseRoots[Int(truncatingIfNeeded: v &>> 56) &- 64]) &<< 47
        for _ in 0..<3 {
            // y ← y·(3 − v·y²)/2 with y in 63 places.
            let square = y.multipliedFullWidth(by: y).high
            let product = v.multipliedFullWidth(by: square).high
            y = y.multipliedFullWidth(by: (3 &<< 60) &- product).high &<< 3
        }
        let value = Real(mantissa: mantissa, exponent: odd)
        let inverse = Real(bits: UInt256(y), places: 63)
        let root = value * inverse
        let result = root + ((value - root * root) * inverse).scaled(by: -1)
        return result.scaled(by: (exponent &- odd) / 2)
    }
}

// MARK: - Rounding to 18 decimals

extension Real {
    /// The nearest number of 18 decimals in two's complement, halves away from zero; nil when it passes 2^255.
    var nearestWad: UInt256? {
        // mantissa·1e18 has 188 bits, of which `places` are binary places.
        let product = UInt256(mantissa) &* UInt256(wadOne)
        let places = 127 &- exponent
        if places >= 200 { return .zero }
        if places < -67 { return nil }
        let rounded =
            places > 0
            ? ((product >> UInt64(places &- 1)) &+ .one) >> 1 : product << UInt64(truncatingIfNeeded: -places)
        if rounded.isNegative { return nil }
        return isNegative ? rounded.negated : rounded
    }
}

/// One, with 18 decimals.
var wadOne: UInt64 { 1_000_000_000_000_000_000 }
