public import Foundations

public enum InstrumentKind: UInt8, Sendable, CaseIterable {
    case perpetual, future, europeanCall, europeanPut, americanCall, americanPut

    public var isOption: Bool { rawValue >= 2 }
    public var isCall: Bool { self == .europeanCall || self == .americanCall }
    public var isAmerican: Bool { rawValue >= 4 }
}

/// What is traded, packed into one word at ABI surfaces (derivatives.md, section 1):
/// underlying (bits 168…199), kind (160…167), expiry in seconds (96…159), strike in 1e-8 USD (0…95).
public struct InstrumentID: Equatable, Sendable {
    public let underlying: UInt32
    public let kind: InstrumentKind
    /// Block time in seconds; 0 for a perpetual.
    public let expiry: UInt64
    /// In 1e-8 USD, below 2^96; 0 for what has none.
    public let strike: UInt128

    /// nil where expiry or strike do not fit the kind.
    public init?(underlying: UInt32, kind: InstrumentKind, expiry: UInt64, strike: UInt128) {
        guard (kind == .perpetual) == (expiry == 0), kind.isOption == (strike != 0), strike >> 96 == 0 else {
            return nil
        }
        self.underlying = underlying
        self.kind = kind
        self.expiry = expiry
        self.strike = strike
    }

    public init?(word: UInt256) {
        guard word.bitWidth <= 200, let kind = InstrumentKind(rawValue: UInt8(truncatingIfNeeded: (word >> 160).limb0))
        else { return nil }
        let strike = UInt128(truncatingIfNeeded: word.limb1 & 0xffff_ffff) << 64 | UInt128(word.limb0)
        self.init(
            underlying: UInt32(truncatingIfNeeded: (word >> 168).limb0), kind: kind, expiry: (word >> 96).limb0,
            strike: strike)
    }

    public var word: UInt256 {
        UInt256(UInt64(underlying)) << 168 | UInt256(UInt64(kind.rawValue)) << 160 | UInt256(expiry) << 96
            | UInt256(strike)
    }
}
