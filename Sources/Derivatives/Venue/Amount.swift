public import Foundations

// Money, prices and sizes are `Int128` of 18 decimals. What is not exact says how it is rounded, and nothing wraps.

/// One, with 18 decimals.
@inlinable public var wad: Int128 { 1_000_000_000_000_000_000 }

extension Int128 {
    @inlinable
    public func adding(_ other: Int128) throws(VenueError) -> Int128 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { throw .overflow }
        return sum
    }

    @inlinable
    public func subtracting(_ other: Int128) throws(VenueError) -> Int128 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        if overflow { throw .overflow }
        return difference
    }

    /// A product of whole numbers: no scale is taken out.
    @inlinable
    public func times(_ count: Int128) throws(VenueError) -> Int128 {
        let (product, overflow) = multipliedReportingOverflow(by: count)
        if overflow { throw .overflow }
        return product
    }

    /// self · factor ÷ divisor; the product has 256 bits.
    public func times(_ factor: Int128, over divisor: Int128, _ rounding: Rounding) throws(VenueError) -> Int128 {
        if divisor == 0 { throw .overflow }
        let isNegative = ((self < 0) != (factor < 0)) != (divisor < 0)
        let product = UInt256.product(magnitude, factor.magnitude)
        let (quotient, rest) = product.dividedReportingRemainder(by: UInt256(divisor.magnitude))
        var size = quotient
        if !rest.isZero {
            let isUp: Bool
            switch rounding {
            case .towardZero: isUp = false
            case .awayFromZero: isUp = true
            case .down: isUp = isNegative
            case .up: isUp = !isNegative
            case .nearestEven:
                let twice = rest &+ rest
                let whole = UInt256(divisor.magnitude)
                isUp = twice == whole ? size.limb0 & 1 == 1 : whole < twice
            }
            if isUp { size = size &+ .one }
        }
        guard size.bitWidth <= 127, let whole = size.asUInt128 else { throw .overflow }
        return isNegative ? 0 - Int128(whole) : Int128(whole)
    }

    /// self ÷ divisor toward zero, and what is left; 0 and self for a divisor of 0. Embedded targets have no division of 128 bits.
    public func divided(by divisor: Int128) -> (quotient: Int128, remainder: Int128) {
        if divisor == 0 { return (0, self) }
        let (whole, rest) = UInt256(magnitude).dividedReportingRemainder(by: UInt256(divisor.magnitude))
        let quotient = Int128(truncatingIfNeeded: UInt128(words: whole.limb1, whole.limb0))
        let remainder = Int128(truncatingIfNeeded: UInt128(words: rest.limb1, rest.limb0))
        return ((self < 0) != (divisor < 0) ? 0 &- quotient : quotient, self < 0 ? 0 &- remainder : remainder)
    }

    /// The product of two numbers of 18 decimals.
    @inlinable
    public func timesWad(_ factor: Int128, _ rounding: Rounding) throws(VenueError) -> Int128 {
        try times(factor, over: wad, rounding)
    }

    /// The quotient of two numbers of 18 decimals.
    @inlinable
    public func overWad(_ divisor: Int128, _ rounding: Rounding) throws(VenueError) -> Int128 {
        try times(wad, over: divisor, rounding)
    }

    /// As a word in two's complement.
    public var word: UInt256 {
        let low = UInt64(truncatingIfNeeded: self)
        let high = UInt64(truncatingIfNeeded: self &>> 64)
        let sign: UInt64 = self < 0 ? .max : 0
        return UInt256(limbs: low, high, sign, sign)
    }

    /// nil where the word in two's complement does not fit.
    public init?(signedWord word: UInt256) {
        self.init(low: word.limb0, high: word.limb1)
        guard self.word == word else { return nil }
    }

    @inlinable
    init(low: UInt64, high: UInt64) {
        self = Int128(truncatingIfNeeded: UInt128(high) &<< 64 | UInt128(low))
    }
}

extension UInt256 {
    /// The whole product.
    static func product(_ a: UInt128, _ b: UInt128) -> UInt256 {
        let (high, next) = a.multipliedHigh(b)
        return UInt256(limbs: a.lowWord &* b.lowWord, next, high.lowWord, high.highWord)
    }

    /// Two signed halves, as slots keep them.
    init(low: Int128, high: Int128) {
        self.init(
            limbs: UInt64(truncatingIfNeeded: low), UInt64(truncatingIfNeeded: low &>> 64),
            UInt64(truncatingIfNeeded: high), UInt64(truncatingIfNeeded: high &>> 64))
    }

    var lowHalf: Int128 { Int128(low: limb0, high: limb1) }
    var highHalf: Int128 { Int128(low: limb2, high: limb3) }
}
