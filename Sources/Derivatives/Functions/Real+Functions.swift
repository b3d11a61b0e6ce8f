import Foundations

// Exponential and logarithm with an error relative to the result; bounds hold for exact arguments.

extension Real {
    /// e^x for x below 2^19; zero below −2^19. Error: relative 2^-122, and x's own.
    ///
    /// x = k·ln 2 + r with 0 ≤ r < ln 2, r = i/64 + j/4096 + t with t < 2^-12; e^(i/64) and e^(j/4096) come from tables,
    /// e^t − 1 from nine terms of its series, whose tenth is below 2^-141.
    var exponential: Real {
        if isZero { return .one }
        if exponent >= 19 { return isNegative ? .zero : Real(mantissa: 1 << 127, exponent: 1 << 20) }
        // |x| in 192 binary places.
        let bits = UInt256(mantissa)
        let places = 65 &+ exponent
        let x =
            places >= 0
            ? bits << UInt64(truncatingIfNeeded: places)
            : places > -256 ? bits >> UInt64(truncatingIfNeeded: -places) : .zero
        // ⌊|x| ÷ ln 2⌋, or one less: |x| in 44 places times 1/ln 2 in 63.
        let high = (x >> 148).limb0.multipliedFullWidth(by: 0xb8aa_3b29_5c17_f0bb).high
        var k = Int64(truncatingIfNeeded: high &>> 43)
        var r: UInt256
        if isNegative {
            k &+= 1
            r = ElementaryTables.ln2 &* UInt256(UInt64(truncatingIfNeeded: k)) &- x
            if r.isNegative {
                r = r &+ ElementaryTables.ln2
                k &+= 1
            }
            k = 0 &- k
        } else {
            r = x &- ElementaryTables.ln2 &* UInt256(UInt64(truncatingIfNeeded: k))
        }
        // r below 0.7032 = 45/64: |x| ÷ ln 2 is taken 2^-40 too small at most.
        let fraction = UInt128(words: r.limb2, r.limb1)
        let mantissa = Real.exponentialOfFraction(fraction)
        let top = mantissa &>> 127 != 0
        return Real(
            mantissa: top ? mantissa : mantissa &<< 1,
            exponent: Int32(truncatingIfNeeded: k) &+ (top ? 1 : 0))
    }

    /// e^r in 126 binary places for a fraction r below 45/64 of 128 places.
    @inline(__always)
    private static func exponentialOfFraction(_ r: UInt128) -> UInt128 {
        let i = Int(truncatingIfNeeded: r &>> 122)
        let j = Int(truncatingIfNeeded: (r &>> 116) & 63)
        let t = r &<< 12
        // The coefficients of t⁹ to t⁶ need 64 bits, since t⁶ is below 2^-72.
        let t64 = t.highWord
        func factorial(_ n: Int) -> UInt128 {
            UInt128(words: ElementaryTables.factorials[2 * n - 3], ElementaryTables.factorials[2 * n - 4])
        }
        var short = factorial(9).highWord
        short = factorial(8).highWord &+ (short.multipliedFullWidth(by: t64).high &>> 12)
        short = factorial(7).highWord &+ (short.multipliedFullWidth(by: t64).high &>> 12)
        short = factorial(6).highWord &+ (short.multipliedFullWidth(by: t64).high &>> 12)
        var sum = factorial(5) &+ (UInt128(words: short, 0).timesFraction(t) &>> 12)
        sum = factorial(4) &+ (sum.timesFraction(t) &>> 12)
        sum = factorial(3) &+ (sum.timesFraction(t) &>> 12)
        sum = factorial(2) &+ (sum.timesFraction(t) &>> 12)
        // e^t − 1 = t + t²·sum.
        let small = (t &>> 12) &+ ((t &>> 12).timesFraction(sum.timesFraction(t) &>> 12))
        let coarse = UInt128(words: ElementaryTables.coarse[2 * i + 1], ElementaryTables.coarse[2 * i])
        let fine = UInt128(words: ElementaryTables.fine[2 * j + 1], ElementaryTables.fine[2 * j])
        let product = coarse.timesFraction(fine)
        return product &+ product.timesFraction(small)
    }

    /// ln(a ÷ b) of positive numbers. Error: relative 2^-118, whatever the ratio.
    ///
    /// a/b = 2^e·(j/128)·(1 + z)/(1 − z): with the mantissas m and n, z = (128·m − j·n)/(128·m + j·n) is below 2^-8.4
    /// and its numerator exact, and ln((1 + z)/(1 − z)) = 2z·(1 + z²/3 + …), nine terms, the tenth below 2^-155.
    static func logarithm(of a: Real, over b: Real) -> Real {
        var e = a.exponent &- b.exponent
        let ratio = (a.mantissa.highWord &>> 1) / (b.mantissa.highWord &>> 32)
        // The ratio in 31 places, brought between 1/√2 and √2.
        var (left, right) = (UInt256(a.mantissa) << 7, UInt256(b.mantissa))
        var scaled = ratio
        if ratio > 0xb504_f333 {
            right = right &+ right
            scaled = ratio &>> 1
            e &+= 1
        } else if ratio < 0x5a82_7999 {
            left = left &+ left
            scaled = ratio &<< 1
            e &-= 1
        }
        let j = min(max((scaled &+ (1 &<< 23)) &>> 24, 90), 182)
        right = right &* UInt256(j)
        let negative = left < right
        let numerator = Real(bits: negative ? right &- left : left &- right, places: 0, isNegative: negative)
        let z = numerator / Real(bits: left &+ right, places: 0)
        let series = z.scaled(by: 1) * Real.oddSeries(z)
        if e == 0, j == 128 { return series }
        let index = Int(truncatingIfNeeded: j) &- 90
        let center = UInt128(words: ElementaryTables.logarithms[2 * index + 1], ElementaryTables.logarithms[2 * index])
        let table = Real(bits: UInt256(center), places: 128, isNegative: j < 128)
        let power = Real(bits: UInt256(UInt64(e.magnitude)), places: 0, isNegative: e < 0) * .ln2
        return power + (table + series)
    }

    /// 1 + z²/3 + z⁴/5 + … for |z| below 2^-8.
    @inline(__always)
    private static func oddSeries(_ z: Real) -> Real {
        if z.exponent < -64 { return .one }
        // z² in 128 + 16 binary places.
        let product = z.mantissa.timesFraction(z.mantissa)
        let places = -2 &* z.exponent &- 2
        let w = places >= 16 ? product &>> UInt128(truncatingIfNeeded: places &- 16) : product &<< 1
        var sum: UInt128 = 0
        var n = 7
        while n >= 0 {
            let inverse = UInt128(words: ElementaryTables.oddInverses[2 * n + 1], ElementaryTables.oddInverses[2 * n])
            sum = (inverse &+ sum).timesFraction(w) &>> 16
            n &-= 1
        }
        return Real(mantissa: (1 << 127) | (sum &>> 1), exponent: 0)
    }
}
