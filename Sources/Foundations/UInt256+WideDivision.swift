// 512-bit dividends.

extension UInt256 {
    /// (self · other) mod modulus over the 512-bit product; zero for a zero modulus.
    public func multipliedModulo(_ other: UInt256, _ modulus: UInt256) -> UInt256 {
        if modulus.limb3 | modulus.limb2 == 0 && modulus.limb1 != 0 {
            return UInt256.product(self, other, moduloTwoLimbs: modulus)
        }
        let (low, high) = multipliedFullWidth(by: other)
        if high.isZero { return low % modulus }
        if modulus.limb3 != 0 { return UInt256.remainder(high, low, byFourLimbs: modulus) }
        if modulus.limb2 != 0 { return UInt256.remainder(high, low, byThreeLimbs: modulus) }
        return UInt256.remainder(high, low, byWord: modulus.limb0)
    }

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

// MARK: - Remainders alone

// One path for each divisor length. Digits that must be zero are left out, so that factors below the modulus, as they mostly
// are, take the short way.

extension UInt256 {
    @inline(__always)
    private static func remainder(_ high: UInt256, _ low: UInt256, byFourLimbs divisor: UInt256)
        -> UInt256
    {
        let shift = UInt64(truncatingIfNeeded: divisor.limb3.leadingZeroBitCount)
        let d = divisor.shiftedUp(shift)
        let v = d.fourLimbReciprocal
        let n = low.shiftedUp(shift)
        let m = high.shiftedUp(shift) | UInt256(carryOut(low.limb3, shift))
        let top = carryOut(high.limb3, shift)
        var r = m
        if top == 0 {
            _ = r.reduceOnce(d)
        } else {
            r = UInt256(limbs: m.limb1, m.limb2, m.limb3, top)
            _ = divideFiveByFour(&r, m.limb0, d, v)
        }
        _ = divideFiveByFour(&r, n.limb3, d, v)
        _ = divideFiveByFour(&r, n.limb2, d, v)
        _ = divideFiveByFour(&r, n.limb1, d, v)
        _ = divideFiveByFour(&r, n.limb0, d, v)
        return r.shiftedDown(shift)
    }

    @inline(__always)
    private static func remainder(_ high: UInt256, _ low: UInt256, byThreeLimbs divisor: UInt256)
        -> UInt256
    {
        let shift = UInt64(truncatingIfNeeded: divisor.limb2.leadingZeroBitCount)
        let d = divisor.shiftedUp(shift)
        let v = d.threeLimbReciprocal
        let n = low.shiftedUp(shift)
        let m = high.shiftedUp(shift) | UInt256(carryOut(low.limb3, shift))
        let top = carryOut(high.limb3, shift)
        var r = UInt256(limbs: n.limb3, m.limb0, m.limb1, 0)
        if top | m.limb3 | m.limb2 != 0 || m.limb1 >= d.limb2 {
            if top == 0 {
                r = UInt256(limbs: m.limb1, m.limb2, m.limb3, 0)
                _ = r.reduceOnce(d)
            } else {
                r = UInt256(limbs: m.limb2, m.limb3, top, 0)
                _ = divideFourByThree(&r, m.limb1, d, v)
            }
            _ = divideFourByThree(&r, m.limb0, d, v)
            _ = divideFourByThree(&r, n.limb3, d, v)
        }
        _ = divideFourByThree(&r, n.limb2, d, v)
        _ = divideFourByThree(&r, n.limb1, d, v)
        _ = divideFourByThree(&r, n.limb0, d, v)
        return r.shiftedDown(shift)
    }

    /// Both factors are reduced before they are multiplied: as many digits, but a quarter of the product, and neither waits
    /// for the other.
    @inline(__always)
    private static func product(_ left: UInt256, _ right: UInt256, moduloTwoLimbs modulus: UInt256) -> UInt256 {
        let shift = UInt64(truncatingIfNeeded: modulus.limb1.leadingZeroBitCount)
        let d = UInt128(digits: modulus.limb1, modulus.limb0) &<< UInt128(shift)
        let v = reciprocal(d)
        let x = shiftedRemainder(left, shift, d, v) &>> UInt128(shift)
        let y = shiftedRemainder(right, shift, d, v)
        let product = UInt256(x) &* UInt256(y)
        // x·y < 2^128 · modulus.
        var r = UInt128(digits: product.limb3, product.limb2)
        r = divideThreeByTwo(r.highDigit, r.lowDigit, product.limb1, d, v).remainder
        r = divideThreeByTwo(r.highDigit, r.lowDigit, product.limb0, d, v).remainder
        return UInt256(r &>> UInt128(shift))
    }

    /// (value << shift) modulo a divisor of two limbs whose highest bit is set.
    @inline(__always)
    private static func shiftedRemainder(_ value: UInt256, _ shift: UInt64, _ d: UInt128, _ v: UInt64) -> UInt128 {
        let n = value.shiftedUp(shift)
        let top = carryOut(value.limb3, shift)
        var r = UInt128(digits: n.limb1, n.limb0)
        if top | n.limb3 | n.limb2 == 0 {
            _ = r.reduceOnce(d)
            return r
        }
        r = UInt128(digits: n.limb3, n.limb2)
        if top == 0 { _ = r.reduceOnce(d) } else { r = divideThreeByTwo(top, n.limb3, n.limb2, d, v).remainder }
        r = divideThreeByTwo(r.highDigit, r.lowDigit, n.limb1, d, v).remainder
        return divideThreeByTwo(r.highDigit, r.lowDigit, n.limb0, d, v).remainder
    }

    @inline(__always)
    private static func remainder(_ high: UInt256, _ low: UInt256, byWord word: UInt64) -> UInt256 {
        if word == 0 { return .zero }
        let shift = UInt64(truncatingIfNeeded: word.leadingZeroBitCount)
        let d = word &<< shift
        let v = reciprocal(d)
        let n = low.shiftedUp(shift)
        let m = high.shiftedUp(shift) | UInt256(carryOut(low.limb3, shift))
        var r = carryOut(high.limb3, shift)
        if high.limb3 | high.limb2 | high.limb1 != 0 {
            r = divideTwoByOne(r, m.limb3, d, v).remainder
            r = divideTwoByOne(r, m.limb2, d, v).remainder
        } else {
            r = 0
        }
        r = divideTwoByOne(r, m.limb1, d, v).remainder
        r = divideTwoByOne(r, m.limb0, d, v).remainder
        r = divideTwoByOne(r, n.limb3, d, v).remainder
        r = divideTwoByOne(r, n.limb2, d, v).remainder
        r = divideTwoByOne(r, n.limb1, d, v).remainder
        r = divideTwoByOne(r, n.limb0, d, v).remainder
        return UInt256(r &>> shift)
    }
}
