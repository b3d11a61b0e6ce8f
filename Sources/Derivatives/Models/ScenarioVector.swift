public import Foundations

/// An account's P&L in each scenario on one underlying: sums of size × gain, kept exact, so that a change of a position or
/// of a row is one multiply-add per scenario, and the order of changes does not matter.
///
/// Skews count −|P&L| per expiry, and basis moves the worse of two, so that each expiry has its own vector; perpetuals and
/// collateral share one.
public struct ScenarioVector: Sendable {
    private let scenarios: ScenarioSet
    /// One vector behind the other, the first of what does not expire; 36 decimals, in two's complement.
    private var sums: [UInt256]
    /// Vectors, and the columns of each: the scenarios, then the basis moves down and up.
    private let places: Int
    private let columns: Int

    public init(scenarios: ScenarioSet, expiries: Int) {
        self.scenarios = scenarios
        places = 1 + min(max(expiries, 0), 1024)
        columns = scenarios.scenarios.count + 2
        sums = Array(repeating: .zero, count: columns * places)
    }

    /// Adds size (18 decimals, signed) of an instrument; `expiry` nil for what does not expire.
    ///
    /// - Returns: false, with nothing changed, for a row of other scenarios, an unknown expiry, or a size of 2^96 units.
    public mutating func add(_ row: RevaluationRow, size: UInt256, expiry: Int?) -> Bool {
        guard row.columns.count == columns, size.magnitude.bitWidth <= 96 else { return false }
        if let expiry, expiry < 0 || expiry >= places - 1 { return false }
        let start = expiry.map { ($0 + 1) * columns } ?? 0
        let amount = UInt128(words: size.magnitude.limb1, size.magnitude.limb0)
        let isNegative = size.isNegative
        sums.withUnsafeMutableBufferPointer { sums in
            row.columns.withUnsafeBufferPointer { gains in
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
        scenarios.scenarios.indices.map { index in
            let scenario = scenarios.scenarios[index]
            let isSkew = scenario.volatility == .skewLinear || scenario.volatility == .skewAbsolute
            var total = sums[index]
            for place in 1..<max(places, 1) {
                let sum = sums[place * columns + index]
                total = isSkew ? total &- sum.magnitude : total &+ sum
            }
            return total.scaledDown(by: UInt256(scenario.damping.magnitude))
        }
    }

    /// Σ over expiries of (base + slope·τ) × the loss from the worse basis move; zero or less, rounded down.
    ///
    /// - Returns: nil unless there is a τ for each expiry, of 100 years at most.
    public func basisLoss(taus: [UInt256]) -> UInt256? {
        guard taus.count == places - 1 else { return nil }
        var total = UInt256.zero
        for (index, tau) in taus.enumerated() {
            guard tau <= UInt256(100) &* UInt256(wadOne) else { return nil }
            let start = (index + 2) * columns
            let (down, up) = (sums[start - 2], sums[start - 1])
            let worse = up.signedIsLess(than: down) ? up : down
            guard worse.isNegative else { continue }
            let slope = UInt256(scenarios.basisSlope.magnitude) &* tau
            let (whole, rest) = slope.dividedReportingRemainder(by: UInt256(wadOne))
            let factor = UInt256(scenarios.basisBase.magnitude) &+ whole &+ (rest.isZero ? .zero : .one)
            total = total &+ worse.scaledDown(by: factor)
        }
        return total
    }

    /// λ·min over scenarios of the sum + (1 − λ)·sum of the minima, for vectors of the same scenarios with the τ of their
    /// expiries; λ of 18 decimals from 0 to 1. The basis is one scenario more. Rounded down.
    ///
    /// - Returns: nil for other λ, and for vectors of other scenarios or expiries.
    public static func worst(of vectors: [(vector: ScenarioVector, taus: [UInt256])], credit: UInt256) -> UInt256? {
        guard let first = vectors.first?.vector else { return nil }
        var results: [[UInt256]] = []
        for (vector, taus) in vectors {
            guard vector.scenarios == first.scenarios, let basis = vector.basisLoss(taus: taus) else { return nil }
            results.append(vector.gains + [basis])
        }
        return worst(of: results, credit: credit)
    }

    /// The same of the numbers themselves, equally many for each underlying.
    static func worst(of results: [[UInt256]], credit: UInt256) -> UInt256? {
        guard let first = results.first, credit <= UInt256(wadOne) else { return nil }
        var joint = [UInt256](repeating: .zero, count: first.count)
        var apart = UInt256.zero
        for gains in results {
            for index in gains.indices { joint[index] = joint[index] &+ gains[index] }
            apart = apart &+ least(gains)
        }
        let mixed = least(joint).timesSigned(credit) &+ apart.timesSigned(UInt256(wadOne) &- credit)
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

    /// A number of 36 decimals times one of 18 below 2^90, as one of 18 decimals, rounded down.
    fileprivate func scaledDown(by factor: UInt256) -> UInt256 {
        let (low, high) = magnitude.multipliedFullWidth(by: factor)
        let (quotient, _, remainder) = UInt256.divideFullWidth(
            high: high, low: low, by: UInt256(wadOne) &* UInt256(wadOne))
        return isNegative ? (remainder.isZero ? quotient : quotient &+ .one).negated : quotient
    }
}
