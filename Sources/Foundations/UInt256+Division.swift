// Division by zero gives zero throughout, as the EVM defines it.
//
// Schoolbook division with 64-bit digits: the divisor moves up until its top bit is set, the dividend with it, and each
// digit of the quotient comes from the divisor's top digits (Reciprocal.swift). One path for each divisor length.

extension UInt256 {
    /// Quotient and remainder; both zero for a zero divisor.
    public func dividedReportingRemainder(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        if divisor.limb3 | divisor.limb2 | divisor.limb1 == 0 { return divided(byWord: divisor.limb0) }
        if self < divisor { return (.zero, self) }
        if divisor.limb3 | divisor.limb2 == 0 { return divided(byTwoLimbs: divisor) }

        let length: UInt64 = divisor.limb3 == 0 ? 192 : 256
        let shift = divisor.leadingZeroBitCount &- (256 &- length)
        let d = divisor << shift
        let n = self << shift
        let top = carryOut(limb3, shift)
        if divisor.limb3 == 0 {
            let v = d.threeLimbReciprocal
            var r = UInt256(limbs: n.limb2, n.limb3, top, 0)
            let q1 = UInt256.divideFourByThree(&r, n.limb1, d, v)
            let q0 = UInt256.divideFourByThree(&r, n.limb0, d, v)
            return (UInt256(limbs: q0, q1, 0, 0), r >> shift)
        }
        var r = UInt256(limbs: n.limb1, n.limb2, n.limb3, top)
        let q0 = UInt256.divideFiveByFour(&r, n.limb0, d, d.fourLimbReciprocal)
        return (UInt256(q0), r >> shift)
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
            let left = self < modulus ? self : self &- modulus
            let right = other < modulus ? other : other &- modulus
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow || !(sum < modulus) ? sum &- modulus : sum
        }
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? UInt256.divideFullWidth(high: .one, low: sum, by: modulus).remainder : sum % modulus
    }

    /// (self · other) mod modulus over the 512-bit product; zero for a zero modulus.
    public func multipliedModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        let (low, high) = multipliedFullWidth(by: other)
        if high.isZero { return low % modulus }
        return UInt256.divideFullWidth(high: high, low: low, by: modulus).remainder
    }
}

// MARK: - One and two limbs

extension UInt256 {
    private func divided(byWord word: UInt64) -> (quotient: UInt256, remainder: UInt256) {
        if limb3 | limb2 | limb1 == 0 {
            if word == 0 { return (.zero, .zero) }
            let (quotient, remainder) = limb0.quotientAndRemainder(dividingBy: word)
            return (UInt256(quotient), UInt256(remainder))
        }
        if word == 0 { return (.zero, .zero) }
        let shift = UInt64(word.leadingZeroBitCount)
        let d = word &<< shift
        let v = reciprocal(d)
        let n = self << shift
        var r = carryOut(limb3, shift)
        var (q3, q2) = (0 as UInt64, 0 as UInt64)
        if limb3 | limb2 != 0 {
            (q3, r) = divideTwoByOne(r, n.limb3, d, v)
            (q2, r) = divideTwoByOne(r, n.limb2, d, v)
        } else {
            r = n.limb2
        }
        let (q1, r1) = divideTwoByOne(r, n.limb1, d, v)
        let (q0, r0) = divideTwoByOne(r1, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, q3), UInt256(r0 &>> shift))
    }

    /// Precondition: `divisor` has two limbs and is not above self.
    private func divided(byTwoLimbs divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(divisor.limb1.leadingZeroBitCount)
        let d = UInt128(digits: divisor.limb1, divisor.limb0) &<< UInt128(shift)
        let v = reciprocal(d)
        let n = self << shift
        var (q2, q1) = (0 as UInt64, 0 as UInt64)
        var r = UInt128(digits: n.limb2, n.limb1)
        if limb3 | limb2 != 0 {
            (q2, r) = divideThreeByTwo(carryOut(limb3, shift), n.limb3, n.limb2, d, v)
            (q1, r) = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb1, d, v)
        }
        let (q0, rest) = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, 0), UInt256(rest &>> UInt128(shift)))
    }
}

// MARK: - One digit of a long division

extension UInt256 {
    var threeLimbReciprocal: UInt64 { @inline(__always) get { reciprocal(UInt128(digits: limb2, limb1)) } }
    var fourLimbReciprocal: UInt64 { @inline(__always) get { reciprocal(UInt128(digits: limb3, limb2)) } }

    /// (r·2^64 + next) ÷ d for r < d, both of three limbs, d normalized: the digit; r becomes the remainder.
    @inline(__always)
    static func divideFourByThree(_ r: inout UInt256, _ next: UInt64, _ d: UInt256, _ v: UInt64) -> UInt64 {
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
    static func divideFiveByFour(_ r: inout UInt256, _ next: UInt64, _ d: UInt256, _ v: UInt64) -> UInt64 {
        if r.limb3 == d.limb3, r.limb2 == d.limb2 {
            let distance = d &- r
            r = d &+ UInt256(next) &- UInt256(limbs: 0, distance.limb0, distance.limb1, 0)
            return .max
        }
        var (q, high) = divideThreeByTwo(r.limb3, r.limb2, r.limb1, UInt128(digits: d.limb3, d.limb2), v)
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
