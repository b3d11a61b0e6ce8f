import Derivatives
import Foundations

/// `condor price bench`: nanoseconds of everything that the library computes, over changing arguments.
enum PriceBenchmark {
    static func run(milliseconds: UInt64) throws -> [(name: String, nanoseconds: Double)] {
        let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
        // Results are added up, so that no call can be left out.
        var sum = UInt256.zero
        func time(_ name: String, _ call: (UInt256) throws -> UInt256) rethrows -> (String, Double) {
            var count: UInt64 = 0
            let start = ContinuousClock.now
            repeat {
                for _ in 0..<10 {
                    sum = sum &+ (try call(UInt256(count % 1_000_000 * 777_777_777_777)))
                    count += 1
                }
            } while ContinuousClock.now - start < .milliseconds(milliseconds)
            return (name, (ContinuousClock.now - start) / .nanoseconds(1) / Double(count))
        }
        func terms(_ x: UInt256, _ kind: OptionKind = .put) -> OptionTerms {
            OptionTerms(
                kind: kind, spot: wad &+ x, strike: wad, tau: wad >> 1, sigma: wad >> 2, rate: wad >> 4,
                yield: wad >> 5)
        }
        let scenarios = Scenario.standard
        var rows = [
            try time("exp") { try FixedPoint.exponential(wad &+ $0) },
            try time("exp, exact path") { try FixedPoint.exponential(wad &* 60 &+ $0) },
            try time("ln") { try FixedPoint.naturalLogarithm(wad &+ $0) },
            time("sqrt") { FixedPoint.squareRoot(wad &+ $0) },
            try time("pow") { try FixedPoint.power(wad &+ $0, wad &+ $0) },
            time("normal distribution") { FixedPoint.normalDistribution(wad &+ $0) },
            try time("normal quantile") { try FixedPoint.normalQuantile(1 &+ $0) },
            try time("price and Greeks") { try BlackScholes.value(terms($0)).price },
            try time("implied volatility") { try BlackScholes.impliedVolatility(terms($0, .call), price: wad >> 3) },
        ]
        for steps in [101, 501] {
            rows.append(
                try time("Leisen-Reimer \(steps), American") {
                    try Lattice.value(terms($0), model: .leisenReimer, steps: steps, isAmerican: true).price
                })
        }
        rows.append(try time("American, integral equation") { try American.value(terms($0)).price })
        rows.append(
            try time("grid, 128 options × 33") { x in
                var total: UInt256 = .zero
                for expiry in 0..<4 as Range<UInt64> {
                    let grid = try ScenarioGrid(
                        GridExpiry(forward: wad &* 100 &+ x, tau: wad / UInt256(expiry + 3), rate: .zero),
                        scenarios: scenarios)
                    for strike in 0..<32 as Range<UInt64> {
                        let kind: OptionKind = strike % 2 == 0 ? .call : .put
                        let row = try grid.row(kind: kind, strike: wad &* UInt256(70 + 2 * strike), sigma: wad >> 1)
                        total = total &+ UInt256(row.gains[0].magnitude)
                    }
                }
                return total
            })
        let grid = try ScenarioGrid(GridExpiry(forward: wad &* 100, tau: wad, rate: .zero), scenarios: scenarios)
        let table = try (0..<128 as Range<UInt64>).map {
            try grid.row(kind: .call, strike: wad &* UInt256(50 + $0), sigma: wad >> 1)
        }
        rows.append(
            time("margin vector, 128 positions") { x in
                var vector = ScenarioVector(scenarios: scenarios, expiries: 4)
                for (index, row) in table.enumerated() { _ = vector.add(row, size: wad &+ x, expiry: index % 4) }
                return ScenarioVector.worst(of: [vector], credit: wad >> 1) ?? .zero
            })
        return sum.isZero ? [] : rows
    }
}
