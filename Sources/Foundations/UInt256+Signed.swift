// The EVM's signed operations: words read as two's complement.

extension UInt256 {
    @inlinable public var isNegative: Bool { Int64(bitPattern: limb3) < 0 }

    /// |self| of the two's complement reading.
    @inlinable public var magnitude: UInt256 { isNegative ? negated : self }

    /// SDIV: rounds toward zero; zero for a zero divisor; −2^255 ÷ −1 wraps to −2^255.
    public func signedDivided(by divisor: UInt256) -> UInt256 {
        let quotient = magnitude / divisor.magnitude
        return isNegative != divisor.isNegative ? quotient.negated : quotient
    }

    /// SMOD: the sign follows the dividend; zero for a zero divisor.
    public func signedRemainder(dividingBy divisor: UInt256) -> UInt256 {
        let remainder = magnitude % divisor.magnitude
        return isNegative ? remainder.negated : remainder
    }

    /// SLT.
    @inlinable @inline(__always)
    public func signedIsLess(than other: UInt256) -> Bool {
        // Flipping the sign bits maps two's complement order onto unsigned order.
        var (left, right) = (self, other)
        left.limb3 ^= 1 &<< 63
        right.limb3 ^= 1 &<< 63
        return left < right
    }

    /// SAR: arithmetic shift; 256 bits or more give 0 or −1 by sign.
    @inlinable
    public func arithmeticShiftedRight(by count: UInt64) -> UInt256 {
        if !isNegative { return self >> count }
        return ~(~self >> count)
    }

    /// SIGNEXTEND: extends the sign of the byte at `index` (0 the least significant); 31 or more change nothing.
    @inlinable
    public func signExtended(fromByte index: UInt256) -> UInt256 {
        guard index < 31 else { return self }
        let shift = 248 &- index.limb0 &* 8
        return (self << shift).arithmeticShiftedRight(by: shift)
    }
}
