// 512-bit dividends.

extension UInt256 {
    /// (high·2^256 + low) ÷ divisor: the quotient modulo 2^256, whether it passes 256 bits, and the remainder.
    /// All zero for a zero divisor.
    public static func divideFullWidth(
        high: UInt256, low: UInt256, by divisor: UInt256
    ) -> (quotient: UInt256, overflow: Bool, remainder: UInt256) {
        if divisor.limb3 == 0 { return divideFullWidth(high: high, low: low, byShort: divisor) }
        let shift = UInt64(divisor.limb3.leadingZeroBitCount)
        let d = divisor << shift
        let v = d.fourLimbReciprocal
        let n = low << shift
        let m = (high << shift) | UInt256(carryOut(low.limb3, shift))
        var r: UInt256
        var q4: UInt64 = 0
        if high < divisor {
            r = m
        } else {
            r = UInt256(limbs: m.limb1, m.limb2, m.limb3, carryOut(high.limb3, shift))
            q4 = divideFiveByFour(&r, m.limb0, d, v)
        }
        let q3 = divideFiveByFour(&r, n.limb3, d, v)
        let q2 = divideFiveByFour(&r, n.limb2, d, v)
        let q1 = divideFiveByFour(&r, n.limb1, d, v)
        let q0 = divideFiveByFour(&r, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, q3), q4 != 0, r >> shift)
    }

    /// The same for divisors of up to three limbs: the high half is divided first, and its remainder leads the low half.
    private static func divideFullWidth(
        high: UInt256, low: UInt256, byShort divisor: UInt256
    ) -> (quotient: UInt256, overflow: Bool, remainder: UInt256) {
        var rest = high
        var overflow = false
        if !(high < divisor) {
            if divisor.isZero { return (.zero, false, .zero) }
            rest = high % divisor
            overflow = true
        }
        // Now the quotient has four digits, and the dividend one limb set more than the divisor's length at most.
        if divisor.limb2 != 0 {
            let shift = UInt64(divisor.limb2.leadingZeroBitCount)
            let d = divisor << shift
            let v = d.threeLimbReciprocal
            let n = low << shift
            var r = (rest << shift) | UInt256(carryOut(low.limb3, shift))
            let q3 = divideFourByThree(&r, n.limb3, d, v)
            let q2 = divideFourByThree(&r, n.limb2, d, v)
            let q1 = divideFourByThree(&r, n.limb1, d, v)
            let q0 = divideFourByThree(&r, n.limb0, d, v)
            return (UInt256(limbs: q0, q1, q2, q3), overflow, r >> shift)
        }
        if divisor.limb1 != 0 {
            let shift = UInt64(divisor.limb1.leadingZeroBitCount)
            let d = UInt128(digits: divisor.limb1, divisor.limb0) &<< UInt128(shift)
            let v = reciprocal(d)
            let n = low << shift
            let r = (rest << shift) | UInt256(carryOut(low.limb3, shift))
            let (q3, a) = divideThreeByTwo(r.limb1, r.limb0, n.limb3, d, v)
            let (q2, b) = divideThreeByTwo(a.highDigit, a.lowDigit, n.limb2, d, v)
            let (q1, c) = divideThreeByTwo(b.highDigit, b.lowDigit, n.limb1, d, v)
            let (q0, e) = divideThreeByTwo(c.highDigit, c.lowDigit, n.limb0, d, v)
            return (UInt256(limbs: q0, q1, q2, q3), overflow, UInt256(e &>> UInt128(shift)))
        }
        let shift = UInt64(divisor.limb0.leadingZeroBitCount)
        let d = divisor.limb0 &<< shift
        let v = reciprocal(d)
        let n = low << shift
        let (q3, a) = divideTwoByOne((rest.limb0 &<< shift) | carryOut(low.limb3, shift), n.limb3, d, v)
        let (q2, b) = divideTwoByOne(a, n.limb2, d, v)
        let (q1, c) = divideTwoByOne(b, n.limb1, d, v)
        let (q0, e) = divideTwoByOne(c, n.limb0, d, v)
        return (UInt256(limbs: q0, q1, q2, q3), overflow, UInt256(e &>> shift))
    }
}
