import Derivatives
import Foundations
import Testing

private let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
private func decimal(_ text: String) -> UInt256 { PricingFixtures.wad(text)! }

private func slice(
    _ a: String, _ b: String, _ rho: String, _ m: String, _ sigma: String
) -> VolatilitySlice {
    VolatilitySlice(a: decimal(a), b: decimal(b), rho: decimal(rho), m: decimal(m), sigma: decimal(sigma))
}

private func surface(_ slices: (String, VolatilitySlice)...) throws(SurfaceError) -> VolatilitySurface {
    try VolatilitySurface(expiries: slices.map { (decimal($0.0), $0.1) })
}

@Test func surfacesInterpolateTotalVariance() throws {
    let early = slice("0.04", "0.1", "-0.3", "0", "0.2")
    let surface = try surface(("0.5", early), ("1", slice("0.09", "0.12", "-0.3", "0", "0.2")))
    // At the money w = a + b·σ.
    let (first, last) = ("0.06", "0.114")
    func variance(_ tau: String) throws -> UInt256 {
        let sigma = try #require(surface.volatility(forward: wad, strike: wad, tau: decimal(tau)))
        let square = try FixedPoint.multiplyDivide(sigma, sigma, wad, rounding: .nearestEven)
        return try FixedPoint.multiplyDivide(square, decimal(tau), wad, rounding: .nearestEven)
    }
    for (tau, expected) in [("0.5", first), ("1", last), ("0.75", "0.087"), ("0.25", "0.03"), ("2", "0.228")] {
        #expect(distance(try variance(tau), decimal(expected)) < 8)
    }
    #expect(surface.volatility(forward: .zero, strike: wad, tau: wad) == nil)
    #expect(surface.volatility(forward: wad, strike: .max, tau: wad) == nil)
}

@Test func surfacesWithArbitrageAreRefused() {
    func error(_ slices: (String, VolatilitySlice)...) -> SurfaceError? {
        do throws(SurfaceError) {
            _ = try VolatilitySurface(expiries: slices.map { (decimal($0.0), $0.1) })
            return nil
        } catch {
            return error
        }
    }
    let good = slice("0.04", "0.1", "-0.3", "0", "0.2")
    #expect(error(("1", good)) == nil)
    #expect(error() == .expiries && error(("1", good), ("1", good)) == .expiries)
    #expect(error(("1", slice("0.04", "-0.1", "0", "0", "0.2"))) == .parameters)
    #expect(error(("1", slice("0.04", "0.1", "1", "0", "0.2"))) == .parameters)
    #expect(error(("1", slice("0.04", "0.1", "0", "0", "0"))) == .parameters)
    #expect(error(("1", slice("0.04", "1.9", "0.3", "0", "0.2"))) == .parameters)
    #expect(error(("1", slice("-0.5", "0.1", "0", "0", "0.2"))) == .parameters)
    // Axel Vogt's example, from Gatheral and Jacquier (2014).
    #expect(error(("1", slice("-0.041", "0.1331", "0.306", "0.3586", "0.4153"))) == .butterfly)
    #expect(error(("0.5", slice("0.05", "0.1", "-0.3", "0", "0.2")), ("1", good)) == .calendar)
}

/// The multipliers of derivatives.md, section 10, seen through the value of a very deep put… and the grid against the
/// exact model at unchanged volatility.
@Test func gridIsTheModel() throws {
    let set = ScenarioSet.standard
    let scenarios = set.scenarios
    #expect(scenarios.count == 33)
    var state: UInt64 = 7
    func random(_ count: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % count
    }
    for _ in 0..<300 {
        // Every third option has extreme terms.
        let isExtreme = random(3) == 0
        let forward = isExtreme ? UInt256(1 + random(1 << 30)) << random(60) : wad &* UInt256(1 + random(100_000))
        let strike =
            isExtreme && random(2) == 0
            ? UInt256(1 + random(1 << 30)) << random(60) : forward &* UInt256(200 + random(2000)) / 1000 &+ 1
        let tau = UInt256(1 + random(1000)) &* wad / 365 / UInt256(1 + random(50))
        let percent = UInt256(1 + random(300)) &* wad / 100
        let sigma = isExtreme ? (random(2) == 0 ? percent >> random(59) : percent &* 33) : percent
        let rate = wad / 20
        let kind: OptionKind = random(2) == 0 ? .call : .put
        let grid = try ScenarioGrid(GridExpiry(forward: forward, tau: tau, rate: rate), scenarios: set)
        let row = try grid.row(kind: kind, strike: strike, sigma: sigma)
        func price(_ forward: UInt256) throws -> UInt256 {
            try BlackScholes.value(
                OptionTerms(kind: kind, forward: forward, strike: strike, tau: tau, sigma: sigma, rate: rate)
            ).price
        }
        let now = try price(forward)
        for (index, scenario) in scenarios.enumerated() where scenario.volatility == .same {
            let moved = forward &* UInt256(UInt64(scenario.shift + 1_000_000_000_000_000_000)) / wad
            let exact = try price(moved) &- now
            let gain = UInt256(UInt128(row.gains[index].magnitude))
            let bound = (forward &+ strike) / UInt256(1_000_000_000_000 as UInt64) &+ 2
            #expect(distance(exact, row.gains[index] < 0 ? gain.negated : gain) <= bound)
        }
    }
}

/// 1 − 0.3·m and 1 + 0.5·m for 30 days are 0.7 and 1.5: an option at 0.8 is worth in the scenario what one at 0.56 or
/// 1.2 is worth now.
@Test func shocksAreTheSpecifications() throws {
    let set = ScenarioSet.standard
    let scenarios = set.scenarios
    let tau = decimal("30") / 365
    let grid = try ScenarioGrid(GridExpiry(forward: wad, tau: tau, rate: .zero), scenarios: set)
    let row = try grid.row(kind: .call, strike: wad, sigma: decimal("0.8"))
    func price(_ sigma: String) throws -> UInt256 {
        try BlackScholes.value(
            OptionTerms(kind: .call, forward: wad, strike: wad, tau: tau, sigma: decimal(sigma), rate: .zero)
        ).price
    }
    let up = try #require(scenarios.firstIndex { $0.shift == 0 && $0.volatility == .up })
    let down = try #require(scenarios.firstIndex { $0.shift == 0 && $0.volatility == .down })
    let now = try price("0.8")
    #expect(distance(try price("1.2") &- now, UInt256(UInt128(row.gains[up].magnitude))) < 1_000_000)
    #expect(distance(now &- (try price("0.56")), UInt256(UInt128(row.gains[down].magnitude))) < 1_000_000)
}

/// Whatever the order of changes, the vector is the sum; taking everything back gives zero.
@Test func vectorsAreSums() throws {
    let scenarios = ScenarioSet.standard
    let grid = try ScenarioGrid(GridExpiry(forward: wad &* 100, tau: wad, rate: .zero), scenarios: scenarios)
    let rows = try (0..<20).map {
        try grid.row(kind: .call, strike: wad &* UInt256(UInt64(80 + 2 * $0)), sigma: wad >> 1)
    }
    let linear = try RevaluationRow(linear: wad &* 100, scenarios: scenarios)
    var (forth, back) = (
        ScenarioVector(scenarios: scenarios, expiries: 2), ScenarioVector(scenarios: scenarios, expiries: 2)
    )
    let sizes = (0..<20).map { $0 % 2 == 0 ? wad &* UInt256(UInt64($0)) : (wad &* 7).negated }
    var added = true
    for index in 0..<20 { added = forth.add(rows[index], size: sizes[index], expiry: index % 2) && added }
    added = forth.add(linear, size: wad, expiry: nil) && back.add(linear, size: wad, expiry: nil) && added
    for index in (0..<20).reversed() {
        added = back.add(rows[index], size: sizes[index], expiry: index % 2) && added
    }
    #expect(forth.gains == back.gains)
    for index in 0..<20 {
        added = forth.add(rows[index], size: sizes[index].negated, expiry: index % 2) && added
    }
    #expect(added)
    // One perpetual at 100: −13.5 % costs 13.5.
    #expect(forth.gains[0] == decimal("-13.5"))
    let worst = try #require(ScenarioVector.worst(of: [(forth, [wad, wad])], credit: wad >> 1))
    #expect(worst == decimal("-18"))
    for (size, expiry) in [(wad, 2), (wad, -1), (.max >> 1, nil)] as [(UInt256, Int?)] {
        let isTaken = forth.add(linear, size: size, expiry: expiry)
        #expect(!isTaken)
    }
    #expect(
        ScenarioVector.worst(of: [], credit: .zero) == nil
            && ScenarioVector.worst(of: [(forth, [wad, wad])], credit: .max) == nil
            && ScenarioVector.worst(of: [(forth, [wad])], credit: wad) == nil)
}

@Test func americanValues() throws {
    // Andersen, Lake and Offengenden (2016), table 2: r = q = 5 %, σ = 25 %, one year, K = S = 100: premium 0.106952702747.
    let terms = OptionTerms(
        kind: .put, spot: decimal("100"), strike: decimal("100"), tau: wad, sigma: decimal("0.25"),
        rate: decimal("0.05"), yield: decimal("0.05"))
    let value = try American.value(terms)
    #expect(distance(value.price &- value.european, decimal("0.106952702747")) < decimal("0.00000001"))
    // Symmetry: the call with spot and strike, rate and yield exchanged.
    var call = terms
    call.kind = .call
    #expect(distance(try American.value(call).price, value.price) < decimal("0.000000000001"))
    var free = terms
    free.rate = .zero
    #expect(try American.value(free).price == BlackScholes.value(free).price)
    free.rate = wad.negated
    #expect(throws: PricingError.rate) { try American.value(free) }
    free = terms
    free.tau = .zero
    #expect(throws: PricingError.time) { try American.value(free) }
}

/// No numbers trap.
@Test func americanOfAnyWords() {
    var state: UInt64 = 5
    func number(_ bits: UInt64) -> UInt256 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let high = (state >> 32) | (state << 32)
        return UInt256(limbs: state, high, 0, 0) >> (128 - high % (bits + 1))
    }
    for round in 0..<60 {
        _ = try? American.value(
            OptionTerms(
                kind: round % 2 == 0 ? .call : .put, spot: number(96), strike: number(96), tau: number(66),
                sigma: number(66), rate: number(62), yield: number(62)))
    }
    for round in 0..<3000 {
        let expiry = GridExpiry(
            forward: number(97), tau: number(67), rate: round % 2 == 0 ? number(63) : number(63).negated)
        guard let grid = try? ScenarioGrid(expiry, scenarios: ScenarioSet.standard) else { continue }
        _ = try? grid.row(kind: round % 3 == 0 ? .call : .put, strike: number(97), sigma: number(67))
        _ = try? RevaluationRow(linear: number(97), scenarios: .standard)
    }
}
