import Foundations
import Testing

/// A generator with a fixed seed: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A word that is hard on division: limbs of zeros, ones, single bits, or random, and any width.
    mutating func word() -> UInt256 {
        func limb(_ generator: inout SeededGenerator) -> UInt64 {
            switch generator.next() % 6 {
            case 0: 0
            case 1: .max
            case 2: 1 << (generator.next() % 64)
            case 3: (1 << 63) | (generator.next() % 4)
            default: generator.next()
            }
        }
        let word = UInt256(limbs: limb(&self), limb(&self), limb(&self), limb(&self))
        return word >> ((next() % 5) * 64 / 2 * (next() % 3))
    }
}

/// Long division bit by bit: slow and plain.
private func slowDivide(_ high: UInt256, _ low: UInt256, _ divisor: UInt256) -> (UInt256, UInt256) {
    var remainder = UInt256.zero
    var quotient = UInt256.zero
    for index in (0..<512).reversed() {
        let bit = index >= 256 ? high.bit(UInt64(index - 256)) : low.bit(UInt64(index))
        let carry = remainder.bit(255)
        remainder = (remainder << 1) | (bit ? .one : .zero)
        quotient = quotient << 1
        if carry || remainder >= divisor {
            remainder = remainder &- divisor
            quotient = quotient | .one
        }
    }
    return (quotient, remainder)
}

@Test func divisionAgreesWithLongDivision() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20000 {
        let (a, b) = (generator.word(), generator.word())
        let (quotient, remainder) = a.dividedReportingRemainder(by: b)
        if b.isZero {
            #expect(quotient.isZero && remainder.isZero)
            continue
        }
        let expected = slowDivide(.zero, a, b)
        #expect(quotient == expected.0 && remainder == expected.1, "\(a) ÷ \(b)")
    }
}

@Test func quotientsOfCloseNumbersAreExact() {
    // Quotients of a few units, where an estimate one too large carries q·divisor past 2^256 (the official test
    // div_boost_bug found that).
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5000 {
        let divisor = UInt256.max / UInt256(generator.next() % 9 + 1) &- UInt256(generator.next() % 1000)
        for dividend in [
            UInt256.max, .max &- generator.word(), divisor &- .one, divisor, divisor &* 2, divisor &* 2 &- 1,
        ] {
            let (quotient, remainder) = dividend.dividedReportingRemainder(by: divisor)
            let expected = slowDivide(.zero, dividend, divisor)
            #expect(quotient == expected.0 && remainder == expected.1, "\(dividend) ÷ \(divisor)")
        }
    }
}

@Test func wideModuloAgreesWithLongDivision() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<20000 {
        let (a, b, m) = (generator.word(), generator.word(), generator.word())
        guard !m.isZero else {
            #expect(a.multipliedModulo(b, m).isZero && a.addingModulo(b, m).isZero)
            continue
        }
        let (low, high) = a.multipliedFullWidth(by: b)
        let expected = slowDivide(high, low, m)
        #expect(a.multipliedModulo(b, m) == expected.1, "\(a) · \(b) mod \(m)")
        let full = UInt256.divideFullWidth(high: high, low: low, by: m)
        #expect(full.quotient == expected.0 && full.remainder == expected.1, "\(a) · \(b) ÷ \(m)")
        let (sum, carry) = a.addingReportingOverflow(b)
        #expect(a.addingModulo(b, m) == slowDivide(carry ? .one : .zero, sum, m).1, "\(a) + \(b) mod \(m)")
    }
}

/// Dividends next to multiples of the divisor, where an estimated digit is most likely one too large.
@Test func divisionNextToMultiples() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20000 {
        let divisor = generator.word()
        guard !divisor.isZero else { continue }
        let factor = UInt256.max / divisor >> (generator.next() % 2 * generator.next() % 256)
        let multiple = factor &* divisor
        for dividend in [multiple, multiple &- .one, multiple &+ .one, multiple &+ (divisor &- .one), .max] {
            let (quotient, remainder) = dividend.dividedReportingRemainder(by: divisor)
            #expect(remainder < divisor, "\(dividend) ÷ \(divisor)")
            let (low, high) = quotient.multipliedFullWidth(by: divisor)
            let (sum, carry) = low.addingReportingOverflow(remainder)
            #expect(high.isZero && !carry && sum == dividend, "\(dividend) ÷ \(divisor)")
        }
    }
}

/// The product of the estimated digit and the divisor passes 2^256 here.
@Test func divisionWhoseEstimateOverflows() {
    let divisor = UInt256(limbs: 2, 1, 1, 1)
    let (quotient, remainder) = UInt256.max.dividedReportingRemainder(by: divisor)
    #expect(quotient == UInt256(UInt64.max - 1))
    #expect(remainder == UInt256.max &- quotient &* divisor)
}

/// q·d + r must divide back into q and r, for quotients of up to eight limbs and remainders next to 0 and d.
@Test func wideDivisionUndoesMultiplication() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<40000 {
        let (divisor, factor) = (generator.word(), generator.word())
        guard !divisor.isZero else {
            let result = UInt256.divideFullWidth(high: factor, low: factor, by: divisor)
            #expect(result.quotient.isZero && !result.overflow && result.remainder.isZero)
            continue
        }
        let choice = generator.next() % 4
        let remainder = choice == 0 ? .zero : choice == 1 ? divisor &- .one : generator.word() % divisor
        let (low, high) = factor.multipliedFullWidth(by: divisor)
        let (sum, carry) = low.addingReportingOverflow(remainder)
        let top = high &+ (carry ? .one : .zero)
        let result = UInt256.divideFullWidth(high: top, low: sum, by: divisor)
        #expect(
            result.quotient == factor && !result.overflow && result.remainder == remainder, "\(factor) · \(divisor)")
        // One more 2^256·d in the dividend: the same digits below, and the overflow told.
        let (more, past) = top.addingReportingOverflow(divisor)
        if !past {
            let result = UInt256.divideFullWidth(high: more, low: sum, by: divisor)
            #expect(result.quotient == factor && result.overflow && result.remainder == remainder)
        }
    }
}

/// Every word whose limbs come from a short list.
private func words(_ limbs: [UInt64]) -> [UInt256] {
    limbs.flatMap { a in limbs.flatMap { b in limbs.flatMap { c in limbs.map { UInt256(limbs: $0, c, b, a) } } } }
}

/// All dividends and divisors of extreme limbs: every equal-digit and correction path.
@Test func divisionOfExtremeLimbs() {
    let all = words([0, 1, .max >> 1, 1 << 63, .max])
    var wrong = 0
    for divisor in all where !divisor.isZero {
        for dividend in all {
            let (quotient, remainder) = dividend.dividedReportingRemainder(by: divisor)
            let (low, high) = quotient.multipliedFullWidth(by: divisor)
            let (sum, carry) = low.addingReportingOverflow(remainder)
            if !(remainder < divisor) || !high.isZero || carry || sum != dividend { wrong += 1 }
        }
    }
    #expect(wrong == 0)
}

@Test func wideDivisionOfExtremeLimbs() {
    let (all, lows) = (words([0, 1, 1 << 63, .max]), words([0, .max]))
    var wrong = 0
    for divisor in all where !divisor.isZero {
        for top in all where top < divisor {
            for bottom in lows {
                let (quotient, overflow, remainder) = UInt256.divideFullWidth(high: top, low: bottom, by: divisor)
                let (low, high) = quotient.multipliedFullWidth(by: divisor)
                let (sum, carry) = low.addingReportingOverflow(remainder)
                let isWhole = sum == bottom && high &+ (carry ? .one : .zero) == top
                if !isWhole || overflow || !(remainder < divisor) { wrong += 1 }
            }
        }
    }
    #expect(wrong == 0)
}
