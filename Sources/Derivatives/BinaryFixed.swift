import Foundations

/// A signed number with 128 binary places, in two's complement: what the functions compute in before the one rounding
/// to 18 decimals at their end. Range ±2^127.
struct BinaryFixed: Equatable {
    /// The number times 2^128.
    var bits: UInt256

    init(bits: UInt256) {
        self.bits = bits
    }

    init(_ integer: Int64) {
        let magnitude = UInt256(integer.magnitude) << 128
        bits = integer < 0 ? magnitude.negated : magnitude
    }

    static var zero: BinaryFixed { BinaryFixed(bits: .zero) }
    static var one: BinaryFixed { BinaryFixed(1) }
    /// ln 2, rounded down.
    static var ln2: BinaryFixed {
        BinaryFixed(bits: UInt256(limbs: 0xc9e3_b398_03f2_f6af, 0xb172_17f7_d1cf_79ab, 0, 0))
    }
    /// 1/√(2π), rounded down.
    static var inverseSqrtTwoPi: BinaryFixed {
        BinaryFixed(bits: UInt256(limbs: 0x3f2c_f140_2eae_38bf, 0x6621_14cf_50d9_4234, 0, 0))
    }

    var isNegative: Bool { bits.isNegative }
    var magnitude: BinaryFixed { BinaryFixed(bits: bits.magnitude) }

    static prefix func - (value: BinaryFixed) -> BinaryFixed { BinaryFixed(bits: value.bits.negated) }
    static func + (a: BinaryFixed, b: BinaryFixed) -> BinaryFixed { BinaryFixed(bits: a.bits &+ b.bits) }
    static func - (a: BinaryFixed, b: BinaryFixed) -> BinaryFixed { BinaryFixed(bits: a.bits &- b.bits) }
    static func < (a: BinaryFixed, b: BinaryFixed) -> Bool { a.bits.signedIsLess(than: b.bits) }

    static func * (a: BinaryFixed, b: BinaryFixed) -> BinaryFixed {
        let (low, high) = a.bits.magnitude.multipliedFullWidth(by: b.bits.magnitude)
        let product = (high << 128) | (low >> 128)
        return BinaryFixed(bits: a.isNegative != b.isNegative ? product.negated : product)
    }

    /// a ÷ b, toward zero; zero for b = 0.
    static func / (a: BinaryFixed, b: BinaryFixed) -> BinaryFixed {
        let magnitude = a.bits.magnitude
        let quotient = UInt256.divideFullWidth(
            high: magnitude >> 128, low: magnitude << 128, by: b.bits.magnitude
        ).quotient
        return BinaryFixed(bits: a.isNegative != b.isNegative ? quotient.negated : quotient)
    }

    func divided(by integer: UInt64) -> BinaryFixed {
        let quotient = bits.magnitude / UInt256(integer)
        return BinaryFixed(bits: isNegative ? quotient.negated : quotient)
    }

    var half: BinaryFixed { BinaryFixed(bits: bits.arithmeticShiftedRight(by: 1)) }
}

// MARK: - Decimal

extension BinaryFixed {
    /// Reads an unsigned number of 18 decimals below 2^127.
    init(unsignedDecimal wad: UInt256) {
        bits = UInt256.divideFullWidth(high: wad >> 128, low: wad << 128, by: Decimal.one).quotient
    }

    /// Reads a signed number of 18 decimals, |x| below 2^127.
    init(signedDecimal wad: UInt256) {
        let magnitude = BinaryFixed(unsignedDecimal: wad.magnitude)
        self = wad.isNegative ? -magnitude : magnitude
    }

    /// The nearest number of 18 decimals, halves away from zero; two's complement.
    var decimal: UInt256 {
        let (low, high) = bits.magnitude.multipliedFullWidth(by: Decimal.one)
        let (rounded, carry) = low.addingReportingOverflow(.one << 127)
        let result = ((high &+ (carry ? .one : .zero)) << 128) | (rounded >> 128)
        return isNegative ? result.negated : result
    }
}

/// Numbers with 18 decimals (WAD).
enum Decimal {
    static var one: UInt256 { UInt256(1_000_000_000_000_000_000 as UInt64) }
}
