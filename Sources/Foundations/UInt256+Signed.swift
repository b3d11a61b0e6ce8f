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
    @inlinable @inline(__always)
    public mutating func arithmeticShiftRight(by count: UInt64) {
        shiftRight(by: count, from: UInt64(bitPattern: Int64(bitPattern: limb3) &>> 63))
    }

    @inlinable @inline(__always)
    public func arithmeticShiftedRight(by count: UInt64) -> UInt256 {
        var shifted = self
        shifted.arithmeticShiftRight(by: count)
        return shifted
    }

    /// SIGNEXTEND: extends the sign of the byte at `index` (0 the least significant); 31 or more change nothing.
    @inlinable @inline(__always)
    public func signExtended(fromByte index: UInt256) -> UInt256 {
        guard index.limb1 | index.limb2 | index.limb3 == 0, index.limb0 < 31 else { return self }
        // The limb that has the byte gets its sign, and those above it are all sign. Only logical shifts by what varies:
        // guests of 32 bits have no other of 64.
        let shift = 56 &- 8 &* (index.limb0 & 7)
        func sign(_ limb: UInt64) -> UInt64 { UInt64(bitPattern: Int64(bitPattern: limb) &>> 63) }
        func extended(_ limb: UInt64) -> UInt64 {
            let high = limb &<< shift
            return (high &>> shift) | ((sign(high) &<< 1) &<< (63 &- shift))
        }
        switch index.limb0 &>> 3 {
        case 0:
            let limb = extended(limb0)
            return UInt256(limbs: limb, sign(limb), sign(limb), sign(limb))
        case 1:
            let limb = extended(limb1)
            return UInt256(limbs: limb0, limb, sign(limb), sign(limb))
        case 2:
            let limb = extended(limb2)
            return UInt256(limbs: limb0, limb1, limb, sign(limb))
        default: return UInt256(limbs: limb0, limb1, limb2, extended(limb3))
        }
    }
}
