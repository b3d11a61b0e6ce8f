// Division by zero gives zero throughout, as the EVM defines it.
//
// Schoolbook division with 64-bit digits: the divisor moves up until its top bit is set, the dividend with it, and each
// digit of the quotient comes from the divisor's top digits (Reciprocal.swift). One path for each divisor length.

extension UInt256 {
    /// Quotient and remainder; both zero for a zero divisor.
    public func dividedReportingRemainder(by divisor: UInt256) -> (
        quotient: UInt256, remainder: UInt256
    ) {
        if divisor.limb3 | divisor.limb2 | divisor.limb1 == 0 {
            return divided(carry: 0, byWord: divisor.limb0)
        }
        if self < divisor { return (.zero, self) }
        return divided(carry: 0, byLong: divisor)
    }

    public static func / (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).quotient
    }

    public static func % (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).remainder
    }

    /// (self + other) mod modulus over the 257-bit sum; zero for a zero modulus.
    public func addingModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.limb3 != 0, limb3 <= modulus.limb3, other.limb3 <= modulus.limb3 {
            // Both are below 2·modulus.
            var (left, right) = (self, other)
            _ = left.reduceOnce(modulus)
            _ = right.reduceOnce(modulus)
            let (sum, overflow) = left.addingReportingOverflow(right)
            let (less, borrow) = sum.subtractingReportingOverflow(modulus)
            return overflow || !borrow ? less : sum
        }
        let (sum, overflow) = addingReportingOverflow(other)
        let carry: UInt64 = overflow ? 1 : 0
        if modulus.limb3 | modulus.limb2 | modulus.limb1 == 0 {
            return sum.divided(carry: carry, byWord: modulus.limb0).remainder
        }
        return sum.divided(carry: carry, byLong: modulus).remainder
    }

    /// Takes the divisor away when that does not go below zero; answers how often, 0 or 1.
    @inline(__always)
    mutating func reduceOnce(_ divisor: UInt256) -> UInt64 {
        let (less, borrow) = subtractingReportingOverflow(divisor)
        if !borrow { self = less }
        return borrow ? 0 : 1
    }
}

// MARK: - By the divisor's length

// `carry` is bit 256 of the dividend, for sums; the quotient is modulo 2^256. With it the first partial remainder, its top
// bits, may pass the divisor, by less than the divisor again. Without bits above the dividend's four limbs the first digit is 0
// or 1, and one subtraction finds it.

extension UInt256 {
    @inline(__always)
    private func divided(carry: UInt64, byWord word: UInt64) -> (
        quotient: UInt256, remainder: UInt256
    ) {
        if limb3 | limb2 | limb1 | carry == 0 {
            if word == 0 { return (.zero, .zero) }
            let (quotient, remainder) = limb0.quotientAndRemainder(dividingBy: word)
            return (UInt256(quotient), UInt256(remainder))
        }
        if word == 0 { return (.zero, .zero) }
        let shift = UInt64(truncatingIfNeeded: word.leadingZeroBitCount)
        let d = word &<< shift
        let v = reciprocal(d)
        let n = shiftedUp(shift)
        var r = carryOut(limb3, shift) | (carry &<< shift)
        if r >= d { r = r &- d }
        var (q3, q2) = (0 as UInt64, 0 as UInt64)
        if limb3 | limb2 | r != 0 {
            (q3, r) = divideTwoByOne(r, n.limb3, d, v)
            (q2, r) = divideTwoByOne(r, n.limb2, d, v)
        } else {
            r = n.limb2
        }
        let (q1, r1) = divideTwoByOne(r, n.limb1, d, v)
        let (q0, r0) = divideTwoByOne(r1, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, q3), UInt256(r0 &>> shift))
    }

    /// Precondition: `divisor` has more than one limb.
    @inline(__always)
    private func divided(carry: UInt64, byLong divisor: UInt256) -> (
        quotient: UInt256, remainder: UInt256
    ) {
        if divisor.limb3 != 0 { return divided(carry: carry, byFourLimbs: divisor) }
        if divisor.limb2 != 0 { return divided(carry: carry, byThreeLimbs: divisor) }
        return divided(carry: carry, byTwoLimbs: divisor)
    }

    @inline(__always)
    private func divided(
        carry: UInt64, byTwoLimbs divisor: UInt256
    ) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(truncatingIfNeeded: divisor.limb1.leadingZeroBitCount)
        let d = UInt128(digits: divisor.limb1, divisor.limb0) &<< UInt128(shift)
        let v = reciprocal(d)
        let n = shiftedUp(shift)
        let top = carryOut(limb3, shift) | (carry &<< shift)
        var (q2, q1) = (0 as UInt64, 0 as UInt64)
        var r: UInt128
        if top | n.limb3 == 0, n.limb2 < d.highDigit {
            r = UInt128(digits: n.limb2, n.limb1)
        } else {
            if top == 0 {
                r = UInt128(digits: n.limb3, n.limb2)
                q2 = r.reduceOnce(d)
            } else {
                r = UInt128(digits: top, n.limb3)
                if carry != 0, r >= d { r = r &- d }
                (q2, r) = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb2, d, v)
            }
            (q1, r) = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb1, d, v)
        }
        let (q0, rest) = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, 0), UInt256(rest &>> UInt128(shift)))
    }

    @inline(__always)
    private func divided(
        carry: UInt64, byThreeLimbs divisor: UInt256
    ) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(truncatingIfNeeded: divisor.limb2.leadingZeroBitCount)
        let d = divisor.shiftedUp(shift)
        let v = d.threeLimbReciprocal
        let n = shiftedUp(shift)
        let top = carryOut(limb3, shift) | (carry &<< shift)
        var r = UInt256(limbs: n.limb1, n.limb2, n.limb3, 0)
        var q1: UInt64 = 0
        if top == 0 {
            q1 = r.reduceOnce(d)
        } else {
            r = UInt256(limbs: n.limb2, n.limb3, top, 0)
            if carry != 0, !(r < d) { r = r &- d }
            q1 = UInt256.divideFourByThree(&r, n.limb1, d, v)
        }
        let q0 = UInt256.divideFourByThree(&r, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, 0, 0), r.shiftedDown(shift))
    }

    @inline(__always)
    private func divided(
        carry: UInt64, byFourLimbs divisor: UInt256
    ) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(truncatingIfNeeded: divisor.limb3.leadingZeroBitCount)
        let d = divisor.shiftedUp(shift)
        var n = shiftedUp(shift)
        let top = carryOut(limb3, shift) | (carry &<< shift)
        if top == 0 {
            let q0 = n.reduceOnce(d)
            return (UInt256(q0), n.shiftedDown(shift))
        }
        var r = UInt256(limbs: n.limb1, n.limb2, n.limb3, top)
        if carry != 0, !(r < d) { r = r &- d }
        let q0 = UInt256.divideFiveByFour(&r, n.limb0, d, d.fourLimbReciprocal)
        return (UInt256(q0), r.shiftedDown(shift))
    }

    /// A shift left by less than 64 bits.
    @inline(__always)
    func shiftedUp(_ bits: UInt64) -> UInt256 {
        UInt256(
            limbs: limb0 &<< bits, (limb1 &<< bits) | carryOut(limb0, bits),
            (limb2 &<< bits) | carryOut(limb1, bits),
            (limb3 &<< bits) | carryOut(limb2, bits))
    }

    /// A shift right by less than 64 bits.
    @inline(__always)
    func shiftedDown(_ bits: UInt64) -> UInt256 {
        let inverse = 63 &- bits
        return UInt256(
            limbs: (limb0 &>> bits) | ((limb1 &<< 1) &<< inverse),
            (limb1 &>> bits) | ((limb2 &<< 1) &<< inverse),
            (limb2 &>> bits) | ((limb3 &<< 1) &<< inverse), limb3 &>> bits)
    }
}

// MARK: - One digit of a long division

extension UInt256 {
    var threeLimbReciprocal: UInt64 {
        @inline(__always) get { reciprocal(UInt128(digits: limb2, limb1)) }
    }
    var fourLimbReciprocal: UInt64 {
        @inline(__always) get { reciprocal(UInt128(digits: limb3, limb2)) }
    }

    /// (r·2^64 + next) ÷ d for r < d, both of three limbs, d normalized: the digit; r becomes the remainder.
    @inline(__always)
    static func divideFourByThree(_ r: inout UInt256, _ next: UInt64, _ d: UInt256, _ v: UInt64)
        -> UInt64
    {
        if r.limb2 == d.limb2, r.limb1 == d.limb1 {
            // The digit is 2^64 − 1, so the remainder r·2^64 + next − (2^64 − 1)·d = d + next − (d − r)·2^64.
            r = d &+ UInt256(next) &- UInt256(limbs: 0, d.limb0 &- r.limb0, 0, 0)
            return .max
        }
        let top = UInt128(digits: d.limb2, d.limb1)
        var (q, high) = divideThreeByTwo(r.limb2, r.limb1, r.limb0, top, v)
        let (p0, p1) = multiplyAdd(q, d.limb0, 0, 0)
        var (low, borrow) = next.subtractingReportingOverflow(p0)
        (high, borrow) = high.subtractingReportingOverflow(UInt128(p1) &+ (borrow ? 1 : 0))
        if borrow {
            // The estimate from two digits is at most one too large.
            q &-= 1
            (low, borrow) = low.addingReportingOverflow(d.limb0)
            high = high &+ top &+ (borrow ? 1 : 0)
        }
        r = UInt256(limbs: low, high.lowDigit, high.highDigit, 0)
        return q
    }

    /// (r·2^64 + next) ÷ d for r < d, d normalized: the digit; r becomes the remainder.
    @inline(__always)
    static func divideFiveByFour(_ r: inout UInt256, _ next: UInt64, _ d: UInt256, _ v: UInt64)
        -> UInt64
    {
        if r.limb3 == d.limb3, r.limb2 == d.limb2 {
            let distance = d &- r
            r = d &+ UInt256(next) &- UInt256(limbs: 0, distance.limb0, distance.limb1, 0)
            return .max
        }
        var (q, high) = divideThreeByTwo(
            r.limb3, r.limb2, r.limb1, UInt128(digits: d.limb3, d.limb2), v)
        let (p0, c0) = multiplyAdd(q, d.limb0, 0, 0)
        let (p1, p2) = multiplyAdd(q, d.limb1, c0, 0)
        let (low0, b0) = next.subtractingReportingOverflow(p0)
        let (t, b1) = r.limb0.subtractingReportingOverflow(p1)
        let (low1, b2) = t.subtractingReportingOverflow(b0 ? 1 : 0)
        let borrow: Bool
        (high, borrow) = high.subtractingReportingOverflow(UInt128(p2) &+ (b1 != b2 ? 1 : 0))
        r = UInt256(limbs: low0, low1, high.lowDigit, high.highDigit)
        if borrow {
            q &-= 1
            r = r &+ d
        }
        return q
    }
}
