import Foundations

/// How a result between two numbers of 18 decimals is rounded. Raw values are the ABI's.
public enum Rounding: UInt8, Sendable, CaseIterable {
    /// To the nearer; from the middle, to the even one.
    case nearestEven
    case towardZero
    case awayFromZero
    /// Toward −∞.
    case down
    /// Toward +∞.
    case up
}

/// Where the exact magnitude of a result lies: at `whole`, or between it and the next, in units of 1e-18.
struct Bracket: Equatable {
    enum Place { case exact, belowMiddle, middle, aboveMiddle }
    var whole: UInt256
    var place: Place

    static func exact(_ whole: UInt256) -> Bracket { Bracket(whole: whole, place: .exact) }

    /// The rounded number in two's complement; nil when it passes 2^255.
    func rounded(_ rounding: Rounding, isNegative: Bool) -> UInt256? {
        let up: Bool
        switch rounding {
        case .nearestEven: up = place == .aboveMiddle || (place == .middle && whole.limb0 & 1 == 1)
        case .towardZero: up = false
        case .awayFromZero: up = place != .exact
        case .down: up = place != .exact && isNegative
        case .up: up = place != .exact && !isNegative
        }
        let result = up ? whole &+ .one : whole
        if whole.isNegative || result.isNegative { return nil }
        return isNegative ? result.negated : result
    }
}

/// An approximate magnitude: a whole number of units of 1e-18 and a fraction in 2^-128, known to ±`error`·2^-128.
struct Candidate {
    var whole: UInt256
    var fraction: UInt128
    var error: UInt128

    /// nil when the number has more units than 128 bits can tell apart, or is not below 2^256.
    init?(_ value: Real, errorExponent: Int32) {
        // mantissa·1e18 has `places` binary places.
        let product = UInt256(value.mantissa) &* UInt256(wadOne)
        let places = 127 &- value.exponent
        guard places > 0 else { return nil }
        // The error in units of 2^-128 WAD units: 2^errorExponent·1e18·2^128.
        let width = errorExponent &+ 60 &+ 128
        guard width < 120 else { return nil }
        error = width < 0 ? 2 : ((1 as UInt128) &<< UInt128(truncatingIfNeeded: width)) &+ 2
        whole = product >> UInt64(truncatingIfNeeded: places)
        let rest: UInt256
        if places >= 128 {
            rest = product >> UInt64(truncatingIfNeeded: places &- 128)
        } else {
            rest = product << UInt64(truncatingIfNeeded: 128 &- places)
        }
        fraction = UInt128(words: rest.limb1, rest.limb0)
    }

    /// value·2^exponent with an error of 2^errorExponent in value; nil when it is not below 2^255.
    init?(_ value: Wide, exponent: Int32 = 0, errorExponent: Int32) {
        let product = value * Wide(bits: UInt256(wadOne), places: 0)
        let shifted = product.shifted(by: exponent &- 320)
        // 128 places are left, or fewer where the shift was upward; then the bits stand.
        guard exponent < 200, exponent > -400, product.shifted(by: exponent &- 448).high.isZero else { return nil }
        let width = errorExponent &+ 60 &+ 128 &+ exponent
        guard width < 120 else { return nil }
        error = width < 0 ? 2 : ((1 as UInt128) &<< UInt128(truncatingIfNeeded: width)) &+ 2
        whole = product.shifted(by: exponent &- 448).low
        fraction = UInt128(words: shifted.low.limb1, shifted.low.limb0)
    }

    /// Where the exact number lies, when the error leaves no doubt.
    var bracket: Bracket? {
        let middle: UInt128 = 1 << 127
        if fraction <= error || fraction >= UInt128.max &- error { return nil }
        if fraction >= middle ? fraction &- middle <= error : middle &- fraction <= error { return nil }
        return Bracket(whole: whole, place: fraction >= middle ? .aboveMiddle : .belowMiddle)
    }

    /// The place that the error cannot exclude, for a number that is known to lie on one or is closer to it than any
    /// input is believed to come.
    var nearestBracket: Bracket {
        if let bracket { return bracket }
        if fraction <= error { return .exact(whole) }
        if fraction >= UInt128.max &- error { return .exact(whole &+ .one) }
        return Bracket(whole: whole, place: .middle)
    }
}
