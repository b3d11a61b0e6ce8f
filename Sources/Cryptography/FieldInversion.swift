import Foundations

/// Inversion modulo a prime by the binary GCD, 31 halvings of two leading-and-trailing approximations at a time.
/// Source: Pornin, "Optimized Binary GCD for Modular Inversion" (2020), algorithm 2.
enum FieldInversion {
    private typealias Limbs = InlineArray<6, UInt64>

    /// The factors of one pass: (a, b) becomes (a·f0 + b·g0, a·f1 + b·g1)/2^31.
    private struct Step {
        var f0: Int64 = 1
        var g0: Int64 = 0
        var f1: Int64 = 0
        var g1: Int64 = 1
    }

    /// value⁻¹·2^(−33·passes) modulo an odd prime, for a value below it; zero for zero.
    ///
    /// `passes` is at least (2·bits − 1)/31. Each pass divides the pair (a, b) by 2^31, and the factors (u, v), by
    /// Montgomery's reduction, by 2^64: the caller multiplies the difference away.
    static func raw<Word: MontgomeryWord>(
        _ value: Word, modulus: Word, inverse negativeInverse: UInt64, passes: Int
    ) -> Word {
        let count = Word.limbCount
        let prime = modulus.limbs
        var (a, b) = (value.limbs, prime)
        var (u, v) = (Word(1).limbs, Word.zero.limbs)
        for _ in 0..<passes {
            var step = leadingStep(a, b, count)
            let nextA = combine(a, b, step.f0, step.g0, count)
            let nextB = combine(a, b, step.f1, step.g1, count)
            (a, b) = (nextA.limbs, nextB.limbs)
            if nextA.isNegated { (step.f0, step.g0) = (-step.f0, -step.g0) }
            if nextB.isNegated { (step.f1, step.g1) = (-step.f1, -step.g1) }
            let nextU = reduce(u, v, step.f0, step.g0, prime, negativeInverse, count)
            v = reduce(u, v, step.f1, step.g1, prime, negativeInverse, count)
            u = nextU
        }
        return Word(limbs: v)
    }

    /// 31 steps of the binary GCD on 33 leading and 31 trailing bits of both numbers.
    @inline(__always)
    private static func leadingStep(_ a: Limbs, _ b: Limbs, _ count: Int) -> Step {
        var (x, y) = approximate(a, b, count)
        var step = Step()
        for _ in 0..<31 {
            if x & 1 == 1 {
                if x < y {
                    swap(&x, &y)
                    swap(&step.f0, &step.f1)
                    swap(&step.g0, &step.g1)
                }
                x &-= y
                step.f0 &-= step.f1
                step.g0 &-= step.g1
            }
            x &>>= 1
            step.f1 &<<= 1
            step.g1 &<<= 1
        }
        return step
    }

    /// Both numbers' low 31 bits, and above them the 33 bits from the longer one's top.
    @inline(__always)
    private static func approximate(_ a: Limbs, _ b: Limbs, _ count: Int) -> (UInt64, UInt64) {
        var top = count - 1
        while top > 0, (a[unchecked: top] | b[unchecked: top]) == 0 { top -= 1 }
        if top == 0 { return (a[unchecked: 0], b[unchecked: 0]) }
        let shift = UInt64((a[unchecked: top] | b[unchecked: top]).leadingZeroBitCount)
        let low: UInt64 = (1 << 31) - 1

        @inline(__always)
        func leading(_ limbs: Limbs) -> UInt64 {
            let high = limbs[unchecked: top] &<< shift
            let rest = (limbs[unchecked: top &- 1] &>> 1) &>> (63 &- shift)
            return ((high | rest) & ~low) | (limbs[unchecked: 0] & low)
        }
        return (leading(a), leading(b))
    }

    /// |a·f + b·g|/2^31, an exact quotient, and whether the sign was turned.
    @inline(__always)
    private static func combine(
        _ a: Limbs, _ b: Limbs, _ f: Int64, _ g: Int64, _ count: Int
    ) -> (limbs: Limbs, isNegated: Bool) {
        var (result, top) = linear(a, b, f, g, count)
        for index in 0..<count {
            let above = index &+ 1 < count ? result[unchecked: index &+ 1] : UInt64(bitPattern: top)
            result[unchecked: index] = (result[unchecked: index] &>> 31) | (above &<< 33)
        }
        guard top < 0 else { return (result, false) }
        negate(&result, count)
        return (result, true)
    }

    /// (a·f + b·g)·2^(−64) modulo the prime, reduced, for reduced a and b.
    @inline(__always)
    private static func reduce(
        _ a: Limbs, _ b: Limbs, _ f: Int64, _ g: Int64, _ prime: Limbs, _ negativeInverse: UInt64, _ count: Int
    ) -> Limbs {
        var (sum, top) = linear(a, b, f, g, count)
        let quotient = sum[unchecked: 0] &* negativeInverse
        var carry: UInt64 = 0
        for index in 0..<count {
            let (low, high) = UInt256.multiplyAdd(quotient, prime[unchecked: index], sum[unchecked: index], carry)
            if index > 0 { sum[unchecked: index &- 1] = low }
            carry = high
        }
        // |a·f + b·g| < 2^31·prime, so the quotient lies in (−prime, 2·prime).
        let (last, overflow) = UInt64(bitPattern: top).addingReportingOverflow(carry)
        sum[unchecked: count &- 1] = last
        top = (top < 0 ? -1 : 0) &+ (overflow ? 1 : 0)
        if top < 0 {
            add(&sum, prime, count)
        } else if !isLess(sum, prime, count) {
            negate(&sum, count)
            add(&sum, prime, count)
            negate(&sum, count)
        }
        return sum
    }

    /// a·f + b·g as `count` limbs and a signed one above.
    @inline(__always)
    private static func linear(_ a: Limbs, _ b: Limbs, _ f: Int64, _ g: Int64, _ count: Int) -> (Limbs, Int64) {
        var result = Limbs(repeating: 0)
        var carry: Int128 = 0
        for index in 0..<count {
            carry &+= Int128(a[unchecked: index]) &* Int128(f) &+ Int128(b[unchecked: index]) &* Int128(g)
            result[unchecked: index] = UInt64(truncatingIfNeeded: carry)
            carry &>>= 64
        }
        return (result, Int64(truncatingIfNeeded: carry))
    }

    private static func negate(_ limbs: inout Limbs, _ count: Int) {
        var carry = true
        for index in 0..<count {
            (limbs[unchecked: index], carry) = (~limbs[unchecked: index]).addingReportingOverflow(carry ? 1 : 0)
        }
    }

    private static func add(_ limbs: inout Limbs, _ other: Limbs, _ count: Int) {
        var carry: UInt64 = 0
        for index in 0..<count {
            let (sum, first) = limbs[unchecked: index].addingReportingOverflow(other[unchecked: index])
            let (result, second) = sum.addingReportingOverflow(carry)
            limbs[unchecked: index] = result
            carry = first != second ? 1 : 0
        }
    }

    private static func isLess(_ a: Limbs, _ b: Limbs, _ count: Int) -> Bool {
        var index = count
        while index > 0 {
            index -= 1
            if a[unchecked: index] != b[unchecked: index] { return a[unchecked: index] < b[unchecked: index] }
        }
        return false
    }
}
