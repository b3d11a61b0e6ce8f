public import Foundations

/// Why a function has no value.
public enum FixedPointError: Error, Equatable, Sendable {
    /// The result passes 2^255 in units of 1e-18.
    case overflow
    /// The argument lies outside the function's domain: the logarithm of zero, 0^-1, a quantile of 0 or 1.
    case domain
}

/// Elementary functions on numbers with 18 decimals (WAD), signed ones in two's complement, correctly rounded.
///
/// A function is first computed with 128 bits of mantissa (`Real`) and a stated error. Where that error leaves open which
/// way to round, which happens for about one argument in 2^50 and for results of 2^110 units and more, 512 bits decide
/// (`Wide`). Arguments with an exact result are recognised before. This is Ziv's strategy; the errors are derived where
/// the functions of `Real` and `Wide` stand.
public enum FixedPoint {
    /// e^x.
    public static func exponential(_ x: UInt256, rounding: Rounding = .nearestEven) throws(FixedPointError) -> UInt256 {
        if x.isZero { return UInt256(wadOne) }
        // e^-43 is 0.2 units; e^135.31 passes the largest signed word.
        if let early = try beyond(x, low: 43, high: 136, rounding) { return early }
        // 1 + x + x²/2 + …, whose third term is below a hundredth of a unit: closer to a whole number than 128 bits tell.
        if x.magnitude < 100_000_000 {
            return try rounded(Bracket(whole: UInt256(wadOne) &+ x, place: .belowMiddle), rounding, false)
        }
        return try decided(.exp, x, rounding)
    }

    /// 2^x.
    public static func exponential2(_ x: UInt256, rounding: Rounding = .nearestEven) throws(FixedPointError) -> UInt256
    {
        if let early = try beyond(x, low: 62, high: 197, rounding) { return early }
        let (whole, rest) = x.magnitude.dividedReportingRemainder(by: UInt256(wadOne))
        if rest.isZero {
            // 2^-n·1e18 = 5^18·2^(18 − n).
            let n = UInt64(truncatingIfNeeded: whole.limb0)
            if !x.isNegative { return try rounded(.exact(UInt256(wadOne) << n), n < 196 ? rounding : nil, false) }
            let fives: UInt64 = 3_814_697_265_625
            if n <= 18 { return UInt256(fives) << (18 &- n) }
            return try rounded(place(UInt256(fives), places: n &- 18), rounding, false)
        }
        return try decided(.exp2, x, rounding)
    }

    /// ln x of an unsigned number.
    public static func naturalLogarithm(
        _ x: UInt256, rounding: Rounding = .nearestEven
    ) throws(FixedPointError) -> UInt256 {
        if x.isZero { throw .domain }
        if x == UInt256(wadOne) { return .zero }
        return try decided(.ln, x, rounding)
    }

    /// log₂ x of an unsigned number.
    public static func logarithm2(
        _ x: UInt256, rounding: Rounding = .nearestEven
    ) throws(FixedPointError) -> UInt256 {
        if x.isZero { throw .domain }
        // x/1e18 = 2^n exactly when x = 5^18·2^(18 + n).
        let zeros = UInt64(trailingZeroBits(x))
        if x >> zeros == UInt256(3_814_697_265_625 as UInt64) {
            let n = Int64(zeros) &- 18
            let wad = UInt256(n.magnitude) &* UInt256(wadOne)
            return n < 0 ? wad.negated : wad
        }
        return try decided(.log2, x, rounding)
    }

    /// √x of an unsigned number.
    public static func squareRoot(_ x: UInt256, rounding: Rounding = .nearestEven) -> UInt256 {
        // The root of x·1e18, up to 316 bits: the first 110 from Real, then Newton once, and at most a few steps of one.
        let (low, high) = x.multipliedFullWidth(by: UInt256(wadOne))
        if x.isZero { return .zero }
        let approximate = (Real(bits: x, places: 0) * Real(wadOne)).squareRoot
        var root =
            approximate.exponent > 127
            ? UInt256(approximate.mantissa) << UInt64(truncatingIfNeeded: approximate.exponent &- 127)
            : UInt256(approximate.mantissa) >> UInt64(truncatingIfNeeded: 127 &- approximate.exponent)
        if approximate.exponent > 100 {
            root = (root &+ UInt256.divideFullWidth(high: high, low: low, by: root).quotient) >> 1
        }
        func exceeds(_ candidate: UInt256) -> Bool {
            let square = candidate.multipliedFullWidth(by: candidate)
            return high < square.high || (high == square.high && low < square.low)
        }
        while exceeds(root) { root = root &- .one }
        while !exceeds(root &+ .one) { root = root &+ .one }
        // The rest against the root: √n > root + ½ exactly when n − root² > root.
        let rest = low &- root &* root
        let place: Bracket.Place = rest.isZero ? .exact : root < rest ? .aboveMiddle : .belowMiddle
        return Bracket(whole: root, place: place).rounded(rounding, isNegative: false) ?? root
    }

    /// x^y of an unsigned base and a signed exponent; 0^0 is 1. Correctly rounded, too, unless the exact value comes
    /// closer than 2^-100 units to a tie without being one, of which no example is known.
    public static func power(
        _ x: UInt256, _ y: UInt256, rounding: Rounding = .nearestEven
    ) throws(FixedPointError) -> UInt256 {
        if y.isZero || x == UInt256(wadOne) { return UInt256(wadOne) }
        if x.isZero {
            if y.isNegative { throw .domain }
            return .zero
        }
        let product = Unrounded.powerExponent(x, y)
        if !(product.magnitude < Real(200)) {
            if !product.isNegative { throw .overflow }
            return try rounded(Bracket(whole: .zero, place: .belowMiddle), rounding, false)
        }
        let value = Unrounded.power(exponent: product)
        // Below 0.44 units, and not zero.
        if value.exponent < -62 { return try rounded(Bracket(whole: .zero, place: .belowMiddle), rounding, false) }
        let errors = Unrounded.powerErrors
        if let bracket = Candidate(value, errorExponent: value.exponent &+ errors.fast)?.bracket {
            return try rounded(bracket, rounding, false)
        }
        let parts = Unrounded.widePower(x, y)
        guard parts.exponent < 197,
            let candidate = Candidate(parts.mantissa, exponent: parts.exponent, errorExponent: errors.wide)
        else { throw .overflow }
        return try rounded(candidate.nearestBracket, rounding, false)
    }

    /// ⌊a·b ÷ c⌉ of unsigned numbers, the product taken in 512 bits.
    public static func multiplyDivide(
        _ a: UInt256, _ b: UInt256, _ c: UInt256, rounding: Rounding
    ) throws(FixedPointError) -> UInt256 {
        if c.isZero { throw .domain }
        let (low, high) = a.multipliedFullWidth(by: b)
        let (quotient, overflow, remainder) = UInt256.divideFullWidth(high: high, low: low, by: c)
        if overflow { throw .overflow }
        let up: Bool
        switch rounding {
        case .towardZero, .down: up = false
        case .awayFromZero, .up: up = !remainder.isZero
        case .nearestEven:
            let rest = c &- remainder
            up = rest < remainder || (rest == remainder && quotient.limb0 & 1 == 1)
        }
        if up, quotient == .max { throw .overflow }
        return up ? quotient &+ .one : quotient
    }
}

// MARK: - Deciding

extension FixedPoint {
    /// Rounds by the fast path, and by the exact one where that does not decide.
    @inline(__always)
    static func decided(
        _ function: Unrounded, _ x: UInt256, _ rounding: Rounding
    ) throws(FixedPointError) -> UInt256 {
        let value = function.fast(x)
        let errorExponent = function.isRelative ? value.exponent &+ function.fastError : function.fastError
        if let bracket = Candidate(value, errorExponent: errorExponent)?.bracket {
            return try rounded(bracket, rounding, value.isNegative)
        }
        guard let candidate = function.candidate(x) else { throw .overflow }
        return try rounded(candidate.nearestBracket, rounding, value.isNegative)
    }

    /// nil as the rounding means that the result is known to be too large.
    static func rounded(
        _ bracket: Bracket, _ rounding: Rounding?, _ isNegative: Bool
    ) throws(FixedPointError) -> UInt256 {
        guard let rounding, let result = bracket.rounded(rounding, isNegative: isNegative) else { throw .overflow }
        return result
    }

    /// An exponential below −low is under a quarter of a unit; above high it has no value.
    private static func beyond(
        _ x: UInt256, low: UInt64, high: UInt64, _ rounding: Rounding
    ) throws(FixedPointError) -> UInt256? {
        let limit = UInt256(x.isNegative ? low : high) &* UInt256(wadOne)
        if x.magnitude < limit { return nil }
        if !x.isNegative { throw .overflow }
        return try rounded(Bracket(whole: .zero, place: .belowMiddle), rounding, false)
    }

    /// Where number·2^-places lies, for 0 < places.
    private static func place(_ number: UInt256, places: UInt64) -> Bracket {
        let whole = number >> places
        let rest = number &- (whole << places)
        let middle = UInt256.one << (places &- 1)
        let place: Bracket.Place =
            rest.isZero ? .exact : rest == middle ? .middle : rest < middle ? .belowMiddle : .aboveMiddle
        return Bracket(whole: whole, place: place)
    }

    private static func trailingZeroBits(_ x: UInt256) -> Int {
        if x.limb0 != 0 { return x.limb0.trailingZeroBitCount }
        if x.limb1 != 0 { return 64 &+ x.limb1.trailingZeroBitCount }
        if x.limb2 != 0 { return 128 &+ x.limb2.trailingZeroBitCount }
        return 192 &+ x.limb3.trailingZeroBitCount
    }
}

extension Wide {
    /// A number of 18 decimals in two's complement, below 2^16.
    static func signed(wad: UInt256) -> Wide {
        let magnitude = Wide(unsignedWad: wad.magnitude)
        return wad.isNegative ? -magnitude : magnitude
    }

    /// value·wad ÷ 1e18, for a result below 2^9. Error: that of value times wad's, and 2^-440 times it.
    static func product(_ value: Wide, wad: UInt256) -> Wide {
        let magnitude = wad.magnitude
        let width = Int32(truncatingIfNeeded: magnitude.bitWidth)
        let product = value.magnitude * Wide(bits: magnitude, places: width)
        // The result is below 2^9, so that the product is below 2^(69 − width): 15 bits stay back until the division.
        let result = product.shifted(by: width &- 15).divided(by: wadOne).shifted(by: 15)
        return value.isNegative != wad.isNegative ? -result : result
    }
}
