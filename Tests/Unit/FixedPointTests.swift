import Derivatives
import Foundations
import Testing

// `condor price check` holds the functions to the golden files; here stand laws, edges and domains.

private let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
private func decimal(_ text: String) -> UInt256 { PricingFixtures.wad(text)! }

/// Signed order of two's complement words.
private func isOrdered(_ a: UInt256, _ b: UInt256) -> Bool { !b.signedIsLess(than: a) }

private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state << 32)
    }
}

/// Whether f(x) ≤ f(x + 1 unit) (or ≥) holds around the argument, in every rounding.
private func checkMonotonic(
    _ x: UInt256, rising: Bool = true, _ function: (UInt256, Rounding) throws -> UInt256
) rethrows {
    for rounding in Rounding.allCases {
        let (a, b, c) = (
            try function(x &- 1, rounding), try function(x, rounding), try function(x &+ 1, rounding)
        )
        #expect(rising ? isOrdered(a, b) && isOrdered(b, c) : isOrdered(b, a) && isOrdered(c, b), "\(x) \(rounding)")
    }
}

/// The logarithm's table has its edges at j/128 + ½/128 and powers of two; the exponential's at multiples of 1/64 and
/// 1/4096 from multiples of ln 2; Mills' ratio's at eighths and at sixteenths of octaves.
@Test func functionsAreMonotonicAtTableEdges() throws {
    for j in 1...512 as ClosedRange<UInt64> {
        let edge = wad &* UInt256(j) / 256
        try checkMonotonic(edge) { try FixedPoint.naturalLogarithm($0, rounding: $1) }
        try checkMonotonic(edge) { try FixedPoint.logarithm2($0, rounding: $1) }
        checkMonotonic(edge) { FixedPoint.squareRoot($0, rounding: $1) }
        let step = wad &* UInt256(j) / 4096
        for center in ["0", "0.693147180559945309", "-0.693147180559945309", "20.794415416798359283"] {
            try checkMonotonic(decimal(center) &+ step) { try FixedPoint.exponential($0, rounding: $1) }
        }
        try checkMonotonic(edge) { try FixedPoint.exponential2($0, rounding: $1) }
        try checkMonotonic(edge.negated) { try FixedPoint.exponential2($0, rounding: $1) }
    }
    for j in 0...96 as ClosedRange<UInt64> {
        for x in [wad &* UInt256(j) / 8, (wad &* UInt256(j) / 8).negated] {
            checkMonotonic(x) { FixedPoint.normalDistribution($0, rounding: $1) }
            checkMonotonic(x) { FixedPoint.errorFunction($0, rounding: $1) }
            checkMonotonic(x, rising: false) { FixedPoint.complementaryErrorFunction($0, rounding: $1) }
        }
    }
}

/// The five roundings of one argument enclose it, and differ by one unit where it is not exact.
@Test func roundingsEncloseTheValue() throws {
    var random = Generator(state: 3)
    for _ in 0..<2000 {
        let x = UInt256(random.next() >> (random.next() % 60)) &- (wad &* 9)
        let results = Rounding.allCases.map { rounding in
            [
                try? FixedPoint.exponential(x, rounding: rounding), FixedPoint.errorFunction(x, rounding: rounding),
                FixedPoint.normalDistribution(x, rounding: rounding),
            ]
        }
        let (nearest, zero, away, down, up) = (results[0], results[1], results[2], results[3], results[4])
        for index in 0..<3 {
            #expect(up[index]! &- down[index]! == 1)
            #expect(nearest[index] == up[index] || nearest[index] == down[index])
            let isNegative = down[index]!.isNegative
            #expect(zero[index] == (isNegative ? up : down)[index] && away[index] == (isNegative ? down : up)[index])
        }
    }
}

@Test func exactResults() throws {
    for rounding in Rounding.allCases {
        #expect(try FixedPoint.exponential(.zero, rounding: rounding) == wad)
        #expect(try FixedPoint.exponential2(decimal("-18"), rounding: rounding) == 3_814_697_265_625)
        #expect(try FixedPoint.exponential2(decimal("195"), rounding: rounding) == wad << 195)
        #expect(try FixedPoint.naturalLogarithm(wad, rounding: rounding) == .zero)
        #expect(try FixedPoint.logarithm2(wad << 195, rounding: rounding) == decimal("195"))
        #expect(try FixedPoint.logarithm2(3_814_697_265_625, rounding: rounding) == decimal("-18"))
        #expect(
            try FixedPoint.power(decimal("10"), decimal("58"), rounding: rounding) == UInt256(
                decimal: "1" + String(repeating: "0", count: 76))!)
        #expect(try FixedPoint.power(decimal("0.25"), decimal("-0.5"), rounding: rounding) == decimal("2"))
        #expect(
            try FixedPoint.power(decimal("1.1"), decimal("18"), rounding: rounding) == decimal("5.559917313492231481"))
        #expect(try FixedPoint.normalQuantile(wad >> 1, rounding: rounding) == .zero)
        #expect(FixedPoint.normalDistribution(.zero, rounding: rounding) == wad >> 1)
        #expect(FixedPoint.squareRoot(decimal("1.44"), rounding: rounding) == decimal("1.2"))
    }
    // 2^-19 lies in the middle of two units.
    #expect(try FixedPoint.exponential2(decimal("-19")) == 1_907_348_632_812)
    #expect(try FixedPoint.exponential2(decimal("-19"), rounding: .up) == 1_907_348_632_813)
}

@Test func squareRootsOfExtremes() {
    for x in [UInt256.zero, 1, 2, 3, wad, .max, .max >> 1, .max >> 60, .max >> 61] {
        let root = FixedPoint.squareRoot(x, rounding: .towardZero)
        let (low, high) = x.multipliedFullWidth(by: wad)
        let (squareLow, squareHigh) = root.multipliedFullWidth(by: root)
        let (nextLow, nextHigh) = (root + 1).multipliedFullWidth(by: root + 1)
        #expect(squareHigh < high || squareHigh == high && squareLow <= low)
        #expect(high < nextHigh || high == nextHigh && low < nextLow)
    }
}

@Test func fixedPointDomains() throws {
    let last = UInt256(decimal: "135305999368893231589")!
    #expect(throws: FixedPointError.overflow) { try FixedPoint.exponential(last + 1) }
    #expect(throws: FixedPointError.overflow) { try FixedPoint.exponential(.max >> 1) }
    #expect(try FixedPoint.exponential(last).bitWidth == 255)
    #expect(try FixedPoint.exponential(UInt256.one << 255) == .zero)
    #expect(throws: FixedPointError.overflow) { try FixedPoint.exponential2(decimal("196")) }
    #expect(throws: FixedPointError.domain) { try FixedPoint.naturalLogarithm(.zero) }
    #expect(throws: FixedPointError.domain) { try FixedPoint.logarithm2(.zero) }
    #expect(throws: FixedPointError.domain) { try FixedPoint.power(.zero, wad.negated) }
    #expect(try FixedPoint.power(.zero, .zero) == wad)
    #expect(throws: FixedPointError.overflow) { try FixedPoint.power(.max, .max >> 1) }
    #expect(try FixedPoint.power(.max, .one << 255) == .zero)
    #expect(throws: FixedPointError.domain) { try FixedPoint.normalQuantile(.zero) }
    #expect(throws: FixedPointError.domain) { try FixedPoint.normalQuantile(wad) }
    #expect(FixedPoint.normalDistribution(.one << 255) == .zero)
    #expect(FixedPoint.normalDistribution(.max >> 1) == wad)
    #expect(FixedPoint.normalDistribution(.max >> 1, rounding: .towardZero) == wad - 1)
    #expect(FixedPoint.errorFunction(.one << 255, rounding: .towardZero) == (wad - 1).negated)
    #expect(FixedPoint.complementaryErrorFunction(.one << 255) == wad + wad)
}

@Test func multiplyDivideRounds() throws {
    func results(_ a: UInt256, _ b: UInt256, _ c: UInt256) -> [UInt256?] {
        Rounding.allCases.map { try? FixedPoint.multiplyDivide(a, b, c, rounding: $0) }
    }
    #expect(results(7, 3, 2) == [10, 10, 11, 10, 11])
    #expect(results(3, 3, 2) == [4, 4, 5, 4, 5])
    #expect(results(7, 2, 3) == [5, 4, 5, 4, 5])
    #expect(results(6, 2, 3) == [4, 4, 4, 4, 4])
    #expect(results(.max, .max, .max) == [.max, .max, .max, .max, .max])
    #expect(results(.max, 2, 2) == [.max, .max, .max, .max, .max])
    #expect(results(.max, 3, 2) == [nil, nil, nil, nil, nil])
    #expect(results(1, 1, 0) == [nil, nil, nil, nil, nil])
}

/// No argument traps.
@Test func functionsOfAnyWord() {
    var random = Generator(state: 11)
    for _ in 0..<20_000 {
        var words = (0..<3).map { _ in
            UInt256(limbs: random.next(), random.next(), random.next(), random.next()) >> (random.next() % 257)
        }
        if random.next() % 2 == 0 { words[0] = words[0].negated }
        if random.next() % 2 == 0 { words[1] = words[1].negated }
        let rounding = Rounding.allCases[Int(random.next() % 5)]
        _ = try? FixedPoint.exponential(words[0], rounding: rounding)
        _ = try? FixedPoint.exponential2(words[0], rounding: rounding)
        _ = try? FixedPoint.naturalLogarithm(words[0], rounding: rounding)
        _ = try? FixedPoint.logarithm2(words[0], rounding: rounding)
        _ = FixedPoint.squareRoot(words[0], rounding: rounding)
        _ = try? FixedPoint.power(words[0], words[1], rounding: rounding)
        _ = FixedPoint.errorFunction(words[0], rounding: rounding)
        _ = FixedPoint.complementaryErrorFunction(words[0], rounding: rounding)
        _ = FixedPoint.normalDensity(words[0], rounding: rounding)
        _ = FixedPoint.normalDistribution(words[0], rounding: rounding)
        _ = try? FixedPoint.normalQuantile(words[0] % wad, rounding: rounding)
        _ = try? FixedPoint.multiplyDivide(words[0], words[1], words[2], rounding: rounding)
    }
}

/// Powers of e so close to a whole number of units, and powers so close to zero, that 128 bits take them for it.
@Test func resultsNextToWholeUnits() throws {
    for m in [1, 2, 42, 99_999_999, 100_000_000, 100_000_001] as [UInt256] {
        for (x, whole) in [(m, wad &+ m), (m.negated, wad &- m)] {
            for rounding in [Rounding.nearestEven, .towardZero, .down] {
                #expect(try FixedPoint.exponential(x, rounding: rounding) == whole)
            }
            for rounding in [Rounding.awayFromZero, .up] {
                #expect(try FixedPoint.exponential(x, rounding: rounding) == whole &+ 1)
            }
        }
    }
    for (rounding, expected) in [
        (Rounding.nearestEven, 0), (.towardZero, 0), (.down, 0), (.up, 1), (.awayFromZero, 1),
    ] as [(Rounding, UInt256)] {
        #expect(try FixedPoint.power(wad >> 1, wad &* 250, rounding: rounding) == expected)
        #expect(try FixedPoint.power(wad >> 1, wad &* 62, rounding: rounding) == expected)
    }
}
