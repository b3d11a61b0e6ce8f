import Foundations

// Elementary functions in 128-bit binary fixed point. Each states its error in units of 2^-128 ("ulp").

extension BinaryFixed {
    /// e^x for x below 87; zero below −89. Error: relative 2^-112, absolute 1 ulp.
    var exponential: BinaryFixed {
        if self < BinaryFixed(-89) { return .zero }
        let (mantissa, exponent) = exponentialParts
        return BinaryFixed(
            bits: exponent >= 0 ? mantissa.bits << UInt64(exponent) : mantissa.bits >> UInt64(-exponent))
    }

    /// e^x = mantissa·2^exponent with the mantissa in [0.7, 1.42), for |x| below 2^60. Error: relative 2^-112.
    ///
    /// x = k·ln 2 + r with |r| ≤ ln 2 ÷ 2; e^r = (e^(r/256))^256 by twelve Taylor terms and eight squarings, each of
    /// which doubles the error.
    var exponentialParts: (mantissa: BinaryFixed, exponent: Int64) {
        let quotient = (self / BinaryFixed.ln2).bits &+ (.one << 127)
        let k = Int64(bitPattern: quotient.arithmeticShiftedRight(by: 128).limb0)
        let r = self - BinaryFixed(k) * BinaryFixed.ln2
        let x = BinaryFixed(bits: r.bits.arithmeticShiftedRight(by: 8))
        var sum = BinaryFixed.one
        var index: UInt64 = 12
        while index > 0 {
            sum = BinaryFixed.one + (sum * x).divided(by: index)
            index -= 1
        }
        for _ in 0..<8 { sum = sum * sum }
        return (sum, k)
    }

    /// ln x of a positive integer count of 2^-128, as that count's logarithm in base e less 128·ln 2.
    /// Error: 2^-118 absolute.
    ///
    /// x = 2^e·m with m in [1/√2, √2); ln m = 2·artanh((m − 1)/(m + 1)), whose argument is below 0.172.
    var naturalLogarithm: BinaryFixed {
        var exponent = Int64(bits.bitWidth) - 129
        var m = BinaryFixed(bits: exponent >= 0 ? bits >> UInt64(exponent) : bits << UInt64(-exponent))
        // 1.41421356 in 64 binary places.
        if m.bits > UInt256(limbs: 0, 0x6a09_e667_f3bc_c908, 1, 0) {
            m = m.half
            exponent += 1
        }
        let z = (m - .one) / (m + .one)
        let square = z * z
        var power = z
        var sum = z
        var index: UInt64 = 3
        while !power.bits.isZero, index < 99 {
            power = power * square
            sum = sum + power.divided(by: index)
            index += 2
        }
        return sum + sum + BinaryFixed(exponent) * BinaryFixed.ln2
    }

    /// √x of a number that is not negative. Error: relative 2^-126.
    var squareRoot: BinaryFixed {
        if bits.isZero { return .zero }
        let shift = bits.leadingZeroBitCount & ~1
        let root = (bits << shift).integerSquareRoot
        let down = Int64(shift / 2) - 64
        return BinaryFixed(bits: down >= 0 ? root >> UInt64(down) : root << UInt64(-down))
    }

    /// The standard normal density. Error: 2^-110 absolute.
    var normalDensity: BinaryFixed {
        magnitude < BinaryFixed(13) ? (-(self * self).half).exponential * .inverseSqrtTwoPi : .zero
    }

    /// The standard normal distribution function. Error: 2^-98 absolute (3e-30).
    ///
    /// Up to 6 by Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/15 + …), whose terms all have one sign; beyond by Laplace's continued
    /// fraction for the tail, 1 − Φ(x) = φ(x)/(x + 1/(x + 2/(x + 3/…))); below −13 it is zero to 37 places.
    var normalDistribution: BinaryFixed {
        let x = magnitude
        if BinaryFixed(13) < x { return isNegative ? .zero : .one }
        let tail: BinaryFixed
        if x < BinaryFixed(6) {
            let square = x * x
            var term = x
            var sum = x
            var odd: UInt64 = 3
            while !term.bits.isZero, odd < 999 {
                term = (term * square).divided(by: odd)
                sum = sum + term
                odd += 2
            }
            tail = BinaryFixed.one.half - x.normalDensity * sum
        } else {
            var fraction = x
            var index: Int64 = 60
            while index > 0 {
                fraction = x + BinaryFixed(index) / fraction
                index -= 1
            }
            tail = x.normalDensity / fraction
        }
        return isNegative ? tail : .one - tail
    }
}

extension UInt256 {
    /// ⌊√self⌋ by Newton's iteration from above.
    var integerSquareRoot: UInt256 {
        if isZero { return .zero }
        var root = UInt256.one << ((bitWidth + 1) / 2)
        while true {
            let next = (root &+ self / root) >> 1
            if next >= root { return root }
            root = next
        }
    }
}
