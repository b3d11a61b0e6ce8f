import Derivatives
import Foundations
import JSONText

/// Laws that golden rows cannot hold: put-call parity on random options, and the order of neighbours across every edge of
/// the functions' tables.
enum PriceLaws {
    private static let wad = UInt256(1_000_000_000_000_000_000 as UInt64)

    /// How many options held, and the worst |call − put − (forward − strike)| in units.
    static func parity(count: UInt64, seed: UInt64) -> (passed: Int, failed: Int, worst: UInt256) {
        var random = SeededRandom(seed: seed, stream: 1)
        var (passed, failed) = (0, 0)
        var worst = UInt256.zero
        while passed + failed < count {
            let spot = number(&random, bits: 90)
            let strike =
                random.chance(800) ? spot &* UInt256(500 + random.next() % 1500) / 1000 : number(&random, bits: 90)
            var terms = OptionTerms(
                kind: .call, spot: spot, strike: strike &+ .one, tau: number(&random, bits: 62),
                sigma: number(&random, bits: 61), rate: number(&random, bits: 58), yield: number(&random, bits: 58))
            if random.chance(500) { terms.rate = terms.rate.negated }
            if random.chance(500) { terms.yield = terms.yield.negated }
            var still = terms
            still.sigma = .zero
            var (put, stillPut) = (terms, still)
            (put.kind, stillPut.kind) = (.put, .put)
            // Without volatility one of the two is worth nothing, and the other the forward less the strike.
            guard let call = try? BlackScholes.value(terms), let value = try? BlackScholes.value(put),
                let certain = try? BlackScholes.value(still), let other = try? BlackScholes.value(stillPut)
            else {
                // A Greek passes 2^255 units, as gamma may at a spot of some units.
                continue
            }
            let distance = (call.price &- value.price &- (certain.price &- other.price)).magnitude
            if worst < distance { worst = distance }
            if distance <= 2 { passed += 1 } else { failed += 1 }
        }
        return (passed, failed, worst)
    }

    private static func number(_ random: inout SeededRandom, bits: UInt64) -> UInt256 {
        UInt256(limbs: random.next(), random.next(), 0, 0) >> (128 - 1 - random.next() % bits)
    }

    // MARK: - Neighbours

    private typealias Function = (UInt256, Rounding) throws(FixedPointError) -> UInt256

    /// f(x − 1) ≤ f(x) ≤ f(x + 1) around every edge, in every rounding; falling functions the other way round.
    static func edges() -> (passed: Int, failed: Int, first: String) {
        var (passed, failed) = (0, 0)
        var first = ""
        func hold(_ name: String, _ edges: [UInt256], rising: Bool = true, _ function: Function) {
            for edge in edges {
                for rounding in Rounding.allCases {
                    let values = [edge &- .one, edge, edge &+ .one, edge &+ 2].map { try? function($0, rounding) }
                    var good = true
                    for (left, right) in zip(values, values.dropFirst()) {
                        guard let left, let right else { continue }
                        if rising ? right.signedIsLess(than: left) : left.signedIsLess(than: right) { good = false }
                    }
                    if good { passed += 1 } else { failed += 1 }
                    if !good, first.isEmpty { first = "\(name) at \(DecimalText.text(edge))" }
                }
            }
        }
        let exponents = exponentialEdges
        hold("exp", exponents + exponents.map(\.negated)) { x, r throws(FixedPointError) in
            try FixedPoint.exponential(x, rounding: r)
        }
        let binary = exponents.compactMap { times($0, wad, over: ln2) }
        hold("exp2", binary + binary.map(\.negated)) { x, r throws(FixedPointError) in
            try FixedPoint.exponential2(x, rounding: r)
        }
        hold("ln", logarithmEdges) { x, r throws(FixedPointError) in try FixedPoint.naturalLogarithm(x, rounding: r) }
        hold("log2", logarithmEdges) { x, r throws(FixedPointError) in try FixedPoint.logarithm2(x, rounding: r) }
        hold("sqrt", rootEdges) {
            x, r throws(FixedPointError) in FixedPoint.squareRoot(x, rounding: r)
        }
        let mills = millsEdges + exponents.filter { $0 < 60 &* wad }.map { FixedPoint.squareRoot($0 << 1) }
        let both = mills + mills.map(\.negated)
        hold("normalDistribution", both) { x, r throws(FixedPointError) in
            FixedPoint.normalDistribution(x, rounding: r)
        }
        hold("normalDensity", mills, rising: false) { x, r throws(FixedPointError) in
            FixedPoint.normalDensity(x, rounding: r)
        }
        let halves = both.compactMap { value -> UInt256? in
            times(value.magnitude, wad, over: FixedPoint.squareRoot(2 &* wad)).map {
                value.isNegative ? $0.negated : $0
            }
        }
        hold("erf", halves) { x, r throws(FixedPointError) in FixedPoint.errorFunction(x, rounding: r) }
        hold("erfc", halves, rising: false) { x, r throws(FixedPointError) in
            FixedPoint.complementaryErrorFunction(x, rounding: r)
        }
        let shares = both.map { FixedPoint.normalDistribution($0) }.filter { $0 > 2 && $0 < wad &- 3 }
        hold("normalQuantile", shares) { p, r throws(FixedPointError) in try FixedPoint.normalQuantile(p, rounding: r) }
        hold("pow, base", logarithmEdges) { x, r throws(FixedPointError) in
            try FixedPoint.power(x, 1_500_000_000_000_000_007, rounding: r)
        }
        hold("pow, exponent", exponents) { y, r throws(FixedPointError) in
            try FixedPoint.power(2_718_281_828_459_045_235, y, rounding: r)
        }
        return (passed, failed, first)
    }

    private static let ln2 = UInt256(693_147_180_559_945_309 as UInt64)

    private static func times(_ a: UInt256, _ b: UInt256, over c: UInt256) -> UInt256? {
        try? FixedPoint.multiplyDivide(a, b, c, rounding: .down)
    }

    /// k·ln 2 + j/4096: where the tables of the exponential change.
    private static var exponentialEdges: [UInt256] {
        var edges: [UInt256] = []
        for k in [0, 1, 17, 40, 60, 120] as [UInt64] {
            let start = (UInt256(k) &* ln2Extended) >> 60
            for j in 0..<2840 as Range<UInt64> {
                let edge = start &+ ((wad &* UInt256(j)) >> 12)
                if !edge.isZero { edges.append(edge) }
            }
        }
        return edges
    }

    /// ln 2·1e18·2^60, so that multiples stay within a unit.
    private static let ln2Extended = UInt256(limbs: 0xd6ac_fb96_c80e_9d85, 0x0099_e8db_0325_6ce5, 0, 0)

    /// (j + ½)/128·2^e and √2·2^e: where the table of the logarithm changes.
    private static var logarithmEdges: [UInt256] {
        var marks = [FixedPoint.squareRoot(2 &* wad)]
        for j in 90...182 as ClosedRange<UInt64> { marks.append((wad &* UInt256(2 * j + 1)) >> 8) }
        var edges: [UInt256] = []
        for mark in marks {
            for e in 0..<190 as Range<UInt64> { edges.append(mark << e) }
            for e in 1..<50 as Range<UInt64> where (mark >> e) > 1 { edges.append(mark >> e) }
        }
        return edges
    }

    /// i/256·2^e: where the table of the square root changes.
    private static var rootEdges: [UInt256] {
        var edges: [UInt256] = []
        for i in 64..<256 as Range<UInt64> {
            for e in 0..<190 as Range<UInt64> { edges.append(((wad &* UInt256(i)) >> 8) << e) }
        }
        return edges
    }

    /// Eighths up to 4 and sixteenths of octaves above: where the polynomials of Mills' ratio change.
    private static var millsEdges: [UInt256] {
        var edges: [UInt256] = []
        for i in 1...32 as ClosedRange<UInt64> { edges.append(wad &* UInt256(i) / 8) }
        for octave in [4, 8] as [UInt64] {
            for s in 0..<16 as Range<UInt64> { edges.append(wad &* UInt256(octave * (16 + s)) / 16) }
        }
        return edges
    }
}
