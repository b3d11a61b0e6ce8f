import Foundations

/// What a scenario does to volatilities (derivatives.md, section 6).
public enum VolatilityShock: UInt8, Sendable, CaseIterable {
    case same
    /// σ·(1 + 0.5·m), at least 0.40; m = (30 d ÷ max(T, 1 d))^0.30 up to 30 d, ^0.13 beyond.
    case up
    /// σ·max(0, 1 − 0.3·m).
    case down
    /// σ·(1 + clamp(k·c/k*, ±c)), c = 0.25 − 0.1·√τ from 0, k* = max(0.01, 2.4·√τ), k = ln(K/F).
    case skewLinear
    /// The same with |k|.
    case skewAbsolute
}

/// One column of the grid.
public struct Scenario: Equatable, Sendable {
    /// Relative move of every price of the underlying, 18 decimals; above −1, at most 8.
    public let shift: Int64
    public let volatility: VolatilityShock
    /// What the P&L counts, 18 decimals, 0 to 1.
    public let damping: Int64

    /// nil outside these ranges.
    public init?(shift: Int64, volatility: VolatilityShock, damping: Int64) {
        let one: Int64 = 1_000_000_000_000_000_000
        guard shift > -one, shift <= 8 * one, damping >= 0, damping <= one else { return nil }
        self.shift = shift
        self.volatility = volatility
        self.damping = damping
    }

    /// A price in the scenario, cut to whole units.
    func moved(_ price: UInt256) -> UInt256 {
        price &* UInt256(UInt64(shift &+ Int64(wadOne))) / UInt256(wadOne)
    }

    /// The 33 of a venue that sets nothing else: a grid of seven moves by three volatilities, ±18 % with higher
    /// volatility, eight damped tails, two skews.
    public static var standard: [Scenario] {
        let basis: Int64 = 100_000_000_000_000
        let one = 10_000 * basis
        var list: [Scenario?] = []
        for shift in [-1350, -900, -450, 0, 450, 900, 1350] as [Int64] {
            for volatility in [VolatilityShock.up, .same, .down] {
                list.append(Scenario(shift: shift * basis, volatility: volatility, damping: one))
            }
        }
        for shift in [-1800, 1800] as [Int64] {
            list.append(Scenario(shift: shift * basis, volatility: .up, damping: one))
        }
        // Percent, and hundred-thousandths.
        for (shift, damping) in [
            (-66, 21000), (-33, 42000), (50, 27720), (100, 13860), (200, 6930), (300, 4620), (400, 3465), (500, 2772),
        ] as [(Int64, Int64)] {
            list.append(Scenario(shift: shift * 100 * basis, volatility: .up, damping: damping * basis / 10))
        }
        list.append(Scenario(shift: 0, volatility: .skewLinear, damping: one))
        list.append(Scenario(shift: 0, volatility: .skewAbsolute, damping: one))
        return list.compactMap { $0 }
    }
}

/// The columns of a grid: its scenarios, and the basis moves that compete with them for the worst case.
public struct ScenarioSet: Equatable, Sendable {
    public let scenarios: [Scenario]
    /// By how much forwards move against everything else, down and up, at unchanged volatility. 18 decimals, below 1.
    public let basisMove: Int64
    /// A loss from it counts base + slope·τ times. 18 decimals, at most 8 each.
    public let basisBase: Int64
    public let basisSlope: Int64

    /// What a row has gains for: every scenario, then the basis move down and up.
    let columns: [Scenario]
    /// ln(1 + shift) of each column in 55 binary places.
    let logarithms: [Int64]

    public static var maximumCount: Int { 64 }
    public static var standardBasis: (move: Int64, base: Int64, slope: Int64) {
        (45_000_000_000_000_000, 500_000_000_000_000_000, 2_000_000_000_000_000_000)
    }

    /// nil for no scenarios, for more than 64, and for numbers outside their ranges.
    public init?(
        _ scenarios: [Scenario], basis: (move: Int64, base: Int64, slope: Int64) = ScenarioSet.standardBasis
    ) {
        let one: Int64 = 1_000_000_000_000_000_000
        guard !scenarios.isEmpty, scenarios.count <= ScenarioSet.maximumCount, basis.move >= 0, basis.move < one,
            basis.base >= 0, basis.base <= 8 * one, basis.slope >= 0, basis.slope <= 8 * one
        else { return nil }
        self.init(checked: scenarios, basis: basis)
    }

    private init(checked scenarios: [Scenario], basis: (move: Int64, base: Int64, slope: Int64)) {
        self.scenarios = scenarios
        basisMove = basis.move
        basisBase = basis.base
        basisSlope = basis.slope
        let one: Int64 = 1_000_000_000_000_000_000
        columns =
            scenarios
            + [0 - basis.move, basis.move].compactMap { Scenario(shift: $0, volatility: .same, damping: one) }
        logarithms = columns.map { scenario in
            let factor = Real(bits: UInt256(UInt64(scenario.shift &+ one)), places: 0)
            return Real.logarithm(of: factor, over: Real(wadOne)).fixed(places: 55)
        }
    }

    /// The 33 of a venue that sets nothing else, and its basis.
    public static var standard: ScenarioSet { ScenarioSet(checked: Scenario.standard, basis: standardBasis) }
}
