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
