import Derivatives
import EVM
import Execution
import Foundations
import Testing

private let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
private func decimal(_ text: String) -> UInt256 { PricingFixtures.wad(text)! }

private func position(
    _ instrument: GridInstrument, _ place: Int, _ price: String = "0", _ size: String = "1", sigma: String = "0.8"
) -> GridPosition {
    GridPosition(
        instrument: instrument, place: place, price: decimal(price), sigma: decimal(sigma), size: decimal(size))
}

private func market(_ spot: String = "100", _ forward: String = "101", tau: String = "0.25") -> GridExpiry {
    GridExpiry(spot: decimal(spot), forward: decimal(forward), tau: decimal(tau), rate: decimal("0.05"))
}

private func gains(
    _ positions: [GridPosition], underlyings: Int = 2, credit: String = "0.5",
    scenarios: ScenarioSet = .standard
) throws(PricingError) -> PortfolioGains {
    try PortfolioGrid(
        underlyings: underlyings,
        expiries: [(0, market()), (1, market("50", "50", tau: "0.5")), (0, market(tau: "1"))],
        scenarios: scenarios
    ).gains(of: positions, credit: decimal(credit))
}

/// A hedge on one underlying is free of scenario losses; on two it counts by the correlation credit.
@Test func creditAcrossUnderlyings() throws {
    let hedged = try gains([position(.perpetual, 0, "100", "3"), position(.perpetual, 0, "100", "-3")])
    #expect(hedged.worst.isZero && hedged.gains.count == 2 && hedged.gains[0].count == 33)
    // Long 1 × 100 loses 18 at worst, short 2 × 50 as much the other way: 5 × 0.02772 × 100 = 13.86 and 18.
    let across = [position(.perpetual, 0, "100"), position(.perpetual, 1, "50", "-2")]
    #expect(try gains(across, credit: "1").worst.isZero)
    #expect(try gains(across, credit: "0").worst == decimal("-36"))
    #expect(try gains(across, credit: "0.5").worst == decimal("-18"))
}

/// A calendar spread of futures loses nothing in the scenarios, and in the basis (0.5 + 2τ) × 4.5 % of either leg.
@Test func basisCompetesWithTheScenarios() throws {
    let flat = try PortfolioGrid(
        underlyings: 1,
        expiries: [
            (0, GridExpiry(forward: wad &* 100, tau: wad >> 2, rate: .zero)),
            (0, GridExpiry(forward: wad &* 100, tau: wad, rate: .zero)),
        ], scenarios: .standard)
    let spread = try flat.gains(of: [position(.future, 0), position(.future, 1, "0", "-1")], credit: wad)
    #expect(spread.gains[0].allSatisfy { $0.magnitude < 10 })
    #expect(distance(spread.basis[0], decimal("-15.75")) < 10 && spread.worst == spread.basis[0])
    let single = try flat.gains(of: [position(.future, 0)], credit: wad)
    #expect(distance(single.basis[0], decimal("-4.5")) < 10 && distance(single.worst, decimal("-18")) < 10)
}

/// Skews count against either sign of position.
@Test func skewsAreLosses() throws {
    for size in ["1", "-1"] {
        let skewed = try gains([position(.europeanPut, 0, "70", size)]).gains[0]
        #expect(skewed[31].isNegative && skewed[32].isNegative)
    }
}

/// An American option is worth its lattice in every column, and in the money no less than its European twin.
@Test func americanRowsAreTheLattice() throws {
    let grid = try ScenarioGrid(
        GridExpiry(forward: wad &* 100, tau: wad >> 1, rate: decimal("0.05")), scenarios: .standard)
    let row = try grid.americanRow(kind: .put, strike: wad &* 110, sigma: wad >> 1)
    let scenarios = ScenarioSet.standard.scenarios
    func value(_ spot: UInt256) throws -> UInt256 {
        try Lattice.value(
            OptionTerms(
                kind: .put, spot: spot, strike: wad &* 110, tau: wad >> 1, sigma: wad >> 1, rate: decimal("0.05"),
                yield: decimal("0.05")), model: .leisenReimer, steps: 101, isAmerican: true
        ).price
    }
    let now = try value(wad &* 100)
    for (index, scenario) in scenarios.enumerated() where scenario.volatility == .same {
        let moved = wad &* 100 &* UInt256(UInt64(scenario.shift + 1_000_000_000_000_000_000)) / wad
        let expected = try value(moved) &- now
        let gain = row.gains[index]
        #expect(expected == (gain < 0 ? UInt256(UInt128(gain.magnitude)).negated : UInt256(UInt128(gain.magnitude))))
    }
    // Without time or volatility there is no lattice, and the option pays its best.
    let last = try ScenarioGrid(GridExpiry(forward: wad &* 100, tau: .zero, rate: .zero), scenarios: .standard)
    #expect(try last.americanRow(kind: .put, strike: wad &* 110, sigma: wad).gains[0] == 13_500_000_000_000_000_000)
    let still = try grid.americanRow(kind: .call, strike: wad &* 90, sigma: .zero)
    #expect(still.gains[10] == 0 && still.gains[13] < 4_500_000_000_000_000_001)
}

@Test func portfoliosBeyondTheCapsAreRefused() {
    func error(_ body: () throws(PricingError) -> PortfolioGains) -> PricingError? {
        do throws(PricingError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }
    #expect(error { () throws(PricingError) in try gains([]) } == nil)
    #expect(error { () throws(PricingError) in try gains([], credit: "1.1") } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([position(.perpetual, 2, "1")]) } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([position(.future, 3)]) } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([position(.future, -1)]) } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([], underlyings: 1) } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([], underlyings: 17) } == .portfolio)
    #expect(error { () throws(PricingError) in try gains([position(.europeanCall, 0)]) } == .price)
    let many = Array(repeating: position(.perpetual, 0, "1"), count: 513)
    #expect(error { () throws(PricingError) in try gains(many) } == .portfolio)
    #expect(ScenarioSet([]) == nil && ScenarioSet(Array(repeating: Scenario.still, count: 65)) == nil)
    #expect(ScenarioSet([.still], basis: (move: -1, base: 0, slope: 0)) == nil)
}

extension Scenario {
    fileprivate static var still: Scenario { Scenario(shift: 0, volatility: .same, damping: 0)! }
}

/// The native gives the library's numbers, and garbage its errors.
@Test func gridThroughTheABI() throws {
    func call(_ words: [UInt256], gas: UInt64 = 1_000_000) -> NativeOutcome {
        let input: [UInt8] = [0x79, 0xca, 0x82, 0x03] + words.flatMap { $0.bigEndianBytes }
        return input.withUnsafeBytes {
            VenueNatives.runPure(Address(0x0c02), input: $0, gasLimit: gas)
        }
    }
    let m = market()
    let words: [UInt256] = [
        1, wad, 160, 352, 704, 1, 0, m.spot, m.forward, m.tau, m.rate, 2, 0, 0, decimal("100"), 0, wad, 4, 0,
        decimal("90"), wad >> 1, wad.negated, 0,
    ]
    let expected = try PortfolioGrid(underlyings: 1, expiries: [(0, m)], scenarios: .standard).gains(
        of: [position(.perpetual, 0, "100"), position(.americanCall, 0, "90", "-1", sigma: "0.5")], credit: wad)
    guard case .success(let gas, let output) = call(words) else {
        Issue.record("refused")
        return
    }
    let result = [expected.worst, 64, 34] + expected.gains[0] + expected.basis
    #expect(output == result.flatMap { $0.bigEndianBytes })
    #expect(call(words, gas: gas) != .outOfGas && call(words, gas: gas - 1) == .outOfGas)
    let invalid: [UInt8] = [0xb4, 0xfa, 0x3f, 0xb3]
    func refusal(_ change: (inout [UInt256]) -> Void) -> [UInt8]? {
        var words = words
        change(&words)
        guard case .revert(let gas, let output) = call(words) else { return nil }
        #expect(gas >= 100)
        return output
    }
    #expect(refusal { $0[2] = .max } == invalid && refusal { $0[3] = 10_000 } == invalid)
    #expect(refusal { $0[5] = 65 } == invalid && refusal { $0[11] = .one << 200 } == invalid)
    #expect(refusal { $0[12] = 6 } == invalid && refusal { $0[0] = .one << 32 } == invalid)
    #expect(refusal { $0.removeLast() } == invalid)
    let domain: [UInt8] = [0xf2, 0xb4, 0x02, 0xbb]
    #expect(refusal { $0[0] = 17 } == domain && refusal { $0[1] = .max } == domain)
    #expect(refusal { $0[8] = .zero } == domain && refusal { $0[6] = 1 } == domain)
}
