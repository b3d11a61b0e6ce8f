public import Foundations

/// An account's P&L in each scenario on one underlying: sums of size × gain, kept exact, so that a change of a position or
/// of a row is one multiply-add per scenario, and the order of changes does not matter.
///
/// Skews count −|P&L| per expiry, so that each expiry has its own vector; perpetuals, futures and collateral share one.
public struct ScenarioVector: Sendable {
    private let scenarios: [Scenario]
    /// One vector behind the other, the first of what does not expire; 36 decimals, in two's complement.
    private var sums: [UInt256]
    private let places: Int

    public init(scenarios: [Scenario], expiries: Int) {
        self.scenarios = scenarios
        places = 1 + min(max(expiries, 0), 1024)
        sums = Array(repeating: .zero, count: scenarios.count * places)
    }

    /// Adds size (18 decimals, signed) of an instrument; `expiry` nil for what does not expire.
    ///
    /// - Returns: false, with nothing changed, for a row of other scenarios, an unknown expiry, or a size of 2^96 units.
    public mutating func add(_ row: RevaluationRow, size: UInt256, expiry: Int?) -> Bool {
        guard row.gains.count == scenarios.count, size.magnitude.bitWidth <= 96 else { return false }
        if let expiry, expiry < 0 || expiry >= places - 1 { return false }
        let start = expiry.map { ($0 + 1) * scenarios.count } ?? 0
        let amount = UInt128(words: size.magnitude.limb1, size.magnitude.limb0)
        let isNegative = size.isNegative
        sums.withUnsafeMutableBufferPointer { sums in
            row.gains.withUnsafeBufferPointer { gains in
                for index in gains.indices {
                    let gain = gains[index]
                    let product = gain.magnitude.multiplied(by: amount)
                    let sum = sums[start &+ index]
                    sums[start &+ index] = isNegative == (gain < 0) ? sum &+ product : sum &- product
                }
            }
        }
        return true
    }

    /// damping × (Σ over what does not expire + Σ over expiries), 18 decimals, rounded down.
    public var gains: [UInt256] {
        scenarios.indices.map { index in
            let scenario = scenarios[index]
            let isSkew = scenario.volatility == .skewLinear || scenario.volatility == .skewAbsolute
            var total = sums[index]
            for place in 0..<places - 1 {
                let sum = sums[(place + 1) * scenarios.count + index]
                total = isSkew ? total &- sum.magnitude : total &+ sum
            }
            let damped = UInt256.divideFullWidth(
                high: .zero, low: total.magnitude &* UInt256(scenario.damping.magnitude),
                by: UInt256(wadOne) &* UInt256(wadOne))
            return total.isNegative
                ? (damped.remainder.isZero ? damped.quotient : damped.quotient &+ .one).negated : damped.quotient
        }
    }

    /// λ·min over scenarios of the sum + (1 − λ)·sum of the minima, for vectors of the same scenarios; λ of 18 decimals
    /// from 0 to 1. Rounded down. nil for other λ, and for vectors of other scenarios.
    public static func worst(of vectors: [ScenarioVector], credit: UInt256) -> UInt256? {
        guard let first = vectors.first, credit <= UInt256(wadOne) else { return nil }
        var joint = [UInt256](repeating: .zero, count: first.scenarios.count)
        var apart = UInt256.zero
        for vector in vectors {
            guard vector.scenarios == first.scenarios else { return nil }
            let gains = vector.gains
            for index in gains.indices { joint[index] = joint[index] &+ gains[index] }
            apart = apart &+ least(gains)
        }
        let together = least(joint)
        let mixed = together.timesSigned(credit) &+ apart.timesSigned(UInt256(wadOne) &- credit)
        let (quotient, remainder) = mixed.magnitude.dividedReportingRemainder(by: UInt256(wadOne))
        return mixed.isNegative ? (remainder.isZero ? quotient : quotient &+ .one).negated : quotient
    }

    private static func least(_ values: [UInt256]) -> UInt256 {
        var least = values.first ?? .zero
        for value in values where value.signedIsLess(than: least) { least = value }
        return least
    }
}

extension UInt128 {
    @inline(__always)
    fileprivate func multiplied(by other: UInt128) -> UInt256 {
        let (high, next) = multipliedHigh(other)
        return UInt256(limbs: lowWord &* other.lowWord, next, high.lowWord, high.highWord)
    }
}

extension UInt256 {
    fileprivate func timesSigned(_ factor: UInt256) -> UInt256 {
        let product = magnitude &* factor
        return isNegative ? product.negated : product
    }
}
