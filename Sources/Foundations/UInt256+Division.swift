// Division by zero gives zero throughout, as the EVM defines it.
//
// Schoolbook division with 64-bit digits, where each digit's quotient comes from a reciprocal instead of a hardware
// division. Source: Möller and Granlund, "Improved division by invariant integers" (2011), algorithms 2 (reciprocal),
// 4 (two digits by one) and 5, 6 (three digits by two).

extension UInt256 {
    /// Quotient and remainder; both zero for a zero divisor.
    public func dividedReportingRemainder(by divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        if divisor.limb3 | divisor.limb2 | divisor.limb1 == 0 {
            if divisor.limb0 == 0 { return (.zero, .zero) }
            return divided(byWord: divisor.limb0)
        }
        if self < divisor { return (.zero, self) }
        if divisor.limb3 | divisor.limb2 == 0 { return dividedByTwoLimbs(divisor) }
        return divisor.limb3 == 0 ? dividedByThreeLimbs(divisor) : dividedByFourLimbs(divisor)
    }

    public static func / (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).quotient
    }

    public static func % (left: UInt256, right: UInt256) -> UInt256 {
        left.dividedReportingRemainder(by: right).remainder
    }

    /// (self + other) mod modulus over the 257-bit sum; zero for a zero modulus.
    public func addingModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.isZero { return .zero }
        let left = self < modulus ? self : self % modulus
        let right = other < modulus ? other : other % modulus
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow || !(sum < modulus) ? sum &- modulus : sum
    }

    /// (self · other) mod modulus over the 512-bit product; zero for a zero modulus.
    public func multipliedModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.isZero { return .zero }
        let (low, high) = multipliedFullWidth(by: other)
        if high.isZero { return low % modulus }
        return UInt256.divideFullWidth(high: high, low: low, by: modulus).remainder
    }

    /// (high·2^256 + low) ÷ divisor: the quotient modulo 2^256, whether it passes 256 bits, and the remainder.
    /// All zero for a zero divisor.
    public static func divideFullWidth(
        high: UInt256, low: UInt256, by divisor: UInt256
    ) -> (quotient: UInt256, overflow: Bool, remainder: UInt256) {
        if divisor.isZero { return (.zero, false, .zero) }
        let shift = divisor.leadingZeroBitCount
        let digits = Divisor(divisor)
        // The dividend, moved by as many bits as the divisor: twelve digits.
        let (n, m) = (high << shift, low << shift)
        let carried = shift == 0 ? UInt256.zero : low >> (256 &- shift)
        let middle = n | carried
        let top = shift == 0 ? UInt256.zero : high >> (256 &- shift)
        var u = InlineArray<12, UInt64>(repeating: 0)
        u[0] = m.limb0
        u[1] = m.limb1
        u[2] = m.limb2
        u[3] = m.limb3
        u[4] = middle.limb0
        u[5] = middle.limb1
        u[6] = middle.limb2
        u[7] = middle.limb3
        u[8] = top.limb0
        u[9] = top.limb1
        u[10] = top.limb2
        u[11] = top.limb3
        return digits.divide(&u, shift: shift)
    }
}

// MARK: - Digits

/// ⌊(2^128 − 1) ÷ d⌋ − 2^64 for a normalized d (top bit set).
@inline(__always)
func reciprocal(_ d: UInt64) -> UInt64 {
    // A start with 11 bits from a linear guess, then Newton steps that double them (Möller–Granlund, algorithm 3).
    let d0 = d & 1
    let d9 = d &>> 55
    let d40 = (d &>> 24) &+ 1
    let d63 = (d &>> 1) &+ d0
    let v0 = 0x7fd00 / d9
    let v1 = (v0 &<< 11) &- ((v0 &* v0 &* d40) &>> 40) &- 1
    let v2 = (v1 &<< 13) &+ ((v1 &* ((1 as UInt64 &<< 60) &- v1 &* d40)) &>> 47)
    let e = ((v2 &>> 1) & (0 &- d0)) &- v2 &* d63
    let v3 = (v2 &<< 31) &+ (v2.multipliedFullWidth(by: e).high &>> 1)
    let product = UInt128(v3) &* UInt128(d) &+ UInt128(d)
    return v3 &- UInt64(truncatingIfNeeded: product &>> 64) &- d
}

/// (high·2^64 + low) ÷ d for a normalized d, its reciprocal v, and high < d.
@inline(__always)
func divideTwoByOne(_ high: UInt64, _ low: UInt64, _ d: UInt64, _ v: UInt64) -> (quotient: UInt64, remainder: UInt64) {
    let product = UInt128(v) &* UInt128(high) &+ ((UInt128(high) &<< 64) | UInt128(low))
    let q0 = UInt64(truncatingIfNeeded: product)
    var q1 = UInt64(truncatingIfNeeded: product &>> 64) &+ 1
    var r = low &- q1 &* d
    if r > q0 {
        q1 &-= 1
        r = r &+ d
    }
    if r >= d {
        q1 &+= 1
        r = r &- d
    }
    return (q1, r)
}

/// The reciprocal of two digits d1·2^64 + d0, d1 normalized.
@inline(__always)
func reciprocal(_ d1: UInt64, _ d0: UInt64) -> UInt64 {
    var v = reciprocal(d1)
    var p = d1 &* v &+ d0
    if p < d0 {
        v &-= 1
        if p >= d1 {
            v &-= 1
            p = p &- d1
        }
        p = p &- d1
    }
    let (high, low) = v.multipliedFullWidth(by: d0)
    p = p &+ high
    if p < high {
        v &-= 1
        if p > d1 || (p == d1 && low >= d0) { v &-= 1 }
    }
    return v
}

/// (u2, u1, u0) ÷ (d1, d0) for a normalized divisor, its reciprocal v, and (u2, u1) < (d1, d0).
@inline(__always)
func divideThreeByTwo(
    _ u2: UInt64, _ u1: UInt64, _ u0: UInt64, _ d: UInt128, _ v: UInt64
) -> (quotient: UInt64, remainder: UInt128) {
    let (d1, d0) = (UInt64(truncatingIfNeeded: d &>> 64), UInt64(truncatingIfNeeded: d))
    let product = UInt128(v) &* UInt128(u2) &+ ((UInt128(u2) &<< 64) | UInt128(u1))
    let q0 = UInt64(truncatingIfNeeded: product)
    var q1 = UInt64(truncatingIfNeeded: product &>> 64)
    let r1 = u1 &- q1 &* d1
    let t = UInt128(d0) &* UInt128(q1)
    var r = ((UInt128(r1) &<< 64) | UInt128(u0)) &- t &- d
    q1 &+= 1
    if UInt64(truncatingIfNeeded: r &>> 64) >= q0 {
        q1 &-= 1
        r = r &+ d
    }
    if r >= d {
        q1 &+= 1
        r = r &- d
    }
    return (q1, r)
}

extension UInt256 {
    private func divided(byWord word: UInt64) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(word.leadingZeroBitCount)
        let d = word &<< shift
        let v = reciprocal(d)
        let n = self << shift
        let top = shift == 0 ? 0 : limb3 &>> (64 &- shift)
        let (q3, r3) = divideTwoByOne(top, n.limb3, d, v)
        let (q2, r2) = divideTwoByOne(r3, n.limb2, d, v)
        let (q1, r1) = divideTwoByOne(r2, n.limb1, d, v)
        let (q0, r0) = divideTwoByOne(r1, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, q3), UInt256(r0 &>> shift))
    }

    private func dividedByTwoLimbs(_ divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(divisor.limb1.leadingZeroBitCount)
        let normalized = divisor << shift
        let d = (UInt128(normalized.limb1) &<< 64) | UInt128(normalized.limb0)
        let v = reciprocal(normalized.limb1, normalized.limb0)
        let n = self << shift
        let top = shift == 0 ? 0 : limb3 &>> (64 &- shift)
        let (q2, a) = divideThreeByTwo(top, n.limb3, n.limb2, d, v)
        let (q1, b) = divideThreeByTwo(
            UInt64(truncatingIfNeeded: a &>> 64), UInt64(truncatingIfNeeded: a), n.limb1, d, v)
        let (q0, c) = divideThreeByTwo(
            UInt64(truncatingIfNeeded: b &>> 64), UInt64(truncatingIfNeeded: b), n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, 0), UInt256(c) >> shift)
    }

    private func dividedByThreeLimbs(_ divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(divisor.limb2.leadingZeroBitCount)
        let s = divisor << shift
        let v = reciprocal(s.limb2, s.limb1)
        let n = self << shift
        let top = shift == 0 ? 0 : limb3 &>> (64 &- shift)
        let (q1, r1) = UInt256.digit(top, n.limb3, UInt256(limbs: n.limb1, n.limb2, 0, 0), s, v)
        let (q0, r0) = UInt256.digit(r1.limb2, r1.limb1, UInt256(limbs: n.limb0, r1.limb0, 0, 0), s, v)
        return (UInt256(limbs: q0, q1, 0, 0), r0 >> shift)
    }

    /// One digit of a division by three limbs: (u3, u2, rest.limb1, rest.limb0) ÷ s.
    @inline(__always)
    private static func digit(
        _ u3: UInt64, _ u2: UInt64, _ rest: UInt256, _ s: UInt256, _ v: UInt64
    ) -> (quotient: UInt64, remainder: UInt256) {
        let dividend = UInt256(limbs: rest.limb0, rest.limb1, u2, u3)
        var q: UInt64
        if u3 == s.limb2, u2 == s.limb1 {
            q = .max
        } else {
            q = divideThreeByTwo(u3, u2, rest.limb1, (UInt128(s.limb2) &<< 64) | UInt128(s.limb1), v).quotient
        }
        let product = s &* UInt256(q)
        var (r, borrow) = dividend.subtractingReportingOverflow(product)
        // The estimate from two digits is at most one too large.
        if borrow {
            q &-= 1
            (r, borrow) = r.addingReportingOverflow(s)
        }
        return (q, r)
    }

    /// The quotient has one digit: it comes from the top two.
    private func dividedByFourLimbs(_ divisor: UInt256) -> (quotient: UInt256, remainder: UInt256) {
        let shift = UInt64(divisor.limb3.leadingZeroBitCount)
        let s = divisor << shift
        let n = self << shift
        let top = shift == 0 ? 0 : limb3 &>> (64 &- shift)
        let d = (UInt128(s.limb3) &<< 64) | UInt128(s.limb2)
        var q = divideThreeByTwo(top, n.limb3, n.limb2, d, reciprocal(s.limb3, s.limb2)).quotient
        // q·divisor may pass self by one divisor, never 2^256.
        var product = divisor &* UInt256(q)
        if product > self {
            q &-= 1
            product = product &- divisor
        }
        return (UInt256(q), self &- product)
    }
}

/// A divisor moved up until its top bit is set, with the reciprocal of its top two digits.
private struct Divisor {
    let d: UInt256
    let v: UInt64

    init(_ divisor: UInt256) {
        let shift = divisor.leadingZeroBitCount
        d = divisor << shift
        v = reciprocal(d.limb3, d.limb2)
    }

    /// Divides twelve digits `u`, already moved up by `shift` bits, by the divisor's four.
    func divide(
        _ u: inout InlineArray<12, UInt64>, shift: UInt64
    ) -> (quotient: UInt256, overflow: Bool, remainder: UInt256) {
        var q = InlineArray<8, UInt64>(repeating: 0)
        var r = UInt256(limbs: u[8], u[9], u[10], u[11])
        // The top four digits of a 512-bit dividend moved by `shift` are below 2^shift, so below d.
        var index = 7
        while index >= 0 {
            let (digit, rest) = step(r, u[index])
            q[index] = digit
            r = rest
            index -= 1
        }
        let overflow = q[4] | q[5] | q[6] | q[7] != 0
        return (UInt256(limbs: q[0], q[1], q[2], q[3]), overflow, r >> shift)
    }

    /// (r·2^64 + next) ÷ d for r < d: one digit and the remainder.
    @inline(__always)
    private func step(_ r: UInt256, _ next: UInt64) -> (UInt64, UInt256) {
        var q: UInt64
        if r.limb3 == d.limb3, r.limb2 == d.limb2 {
            q = .max
        } else {
            let top = (UInt128(d.limb3) &<< 64) | UInt128(d.limb2)
            q = divideThreeByTwo(r.limb3, r.limb2, r.limb1, top, v).quotient
        }
        // r·2^64 + next − q·d, over five digits.
        let (p0, c0) = UInt256.multiplyAdd(q, d.limb0, 0, 0)
        let (p1, c1) = UInt256.multiplyAdd(q, d.limb1, c0, 0)
        let (p2, c2) = UInt256.multiplyAdd(q, d.limb2, c1, 0)
        let (p3, p4) = UInt256.multiplyAdd(q, d.limb3, c2, 0)
        let low = UInt256(limbs: next, r.limb0, r.limb1, r.limb2)
        var (rest, borrow) = low.subtractingReportingOverflow(UInt256(limbs: p0, p1, p2, p3))
        var top = r.limb3 &- p4 &- (borrow ? 1 : 0)
        // The estimate from the top digits is too large by one or two at most.
        while top != 0 {
            q &-= 1
            (rest, borrow) = rest.addingReportingOverflow(d)
            top = top &+ (borrow ? 1 : 0)
        }
        return (q, rest)
    }
}
