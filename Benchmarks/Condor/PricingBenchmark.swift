import Derivatives
import EVM
import Execution
import Foundations

/// `pricing MILLISECONDS`: everything that the pricing library computes, every function of its natives with what it
/// charges, and the interpreter's arithmetic opcodes with what they charge. Arguments change from call to call.
enum PricingBenchmark {
    private static let wad = UInt256(1_000_000_000_000_000_000 as UInt64)

    @Sendable static func run(_ arguments: [String]) throws {
        guard let milliseconds = arguments.first.flatMap({ UInt64($0) }), milliseconds > 0 else {
            Benchmark.fail("pricing takes MILLISECONDS")
        }
        var bench = PricingBench(milliseconds: milliseconds)
        try functions(&bench)
        try models(&bench)
        try grid(&bench)
        natives(&bench)
        opcodes(&bench)
        if bench.sum.isZero { Benchmark.fail("nothing was computed") }
    }

    private static func functions(_ bench: inout PricingBench) throws {
        try bench.time("exp") { try FixedPoint.exponential(wad &+ $0) }
        try bench.time("exp, exact path") { try FixedPoint.exponential(wad &* 60 &+ $0) }
        try bench.time("exp2") { try FixedPoint.exponential2(wad &+ $0) }
        try bench.time("ln") { try FixedPoint.naturalLogarithm(wad &+ $0) }
        try bench.time("log2") { try FixedPoint.logarithm2(wad &+ $0) }
        bench.time("sqrt") { FixedPoint.squareRoot(wad &+ $0) }
        try bench.time("pow") { try FixedPoint.power(wad &+ $0, wad &+ $0) }
        bench.time("erf") { FixedPoint.errorFunction(wad &+ $0) }
        bench.time("erfc") { FixedPoint.complementaryErrorFunction(wad &+ $0) }
        bench.time("normal density") { FixedPoint.normalDensity(wad &+ $0) }
        bench.time("normal distribution") { FixedPoint.normalDistribution(wad &+ $0) }
        try bench.time("normal quantile") { try FixedPoint.normalQuantile($0 &+ 1) }
        try bench.time("mulDiv") {
            try FixedPoint.multiplyDivide(.max &- $0, .max &- $0, .max, rounding: .nearestEven)
        }
    }

    private static func terms(_ x: UInt256, _ kind: OptionKind = .put) -> OptionTerms {
        OptionTerms(
            kind: kind, spot: wad &+ x, strike: wad, tau: wad >> 1, sigma: wad >> 2, rate: wad >> 4, yield: wad >> 5)
    }

    private static func models(_ bench: inout PricingBench) throws {
        try bench.time("price and Greeks") { try BlackScholes.value(terms($0)).price }
        try bench.time("implied volatility") {
            try BlackScholes.impliedVolatility(terms($0 >> 3, .call), price: wad >> 3)
        }
        for (name, model, steps) in [
            ("Leisen-Reimer 101, American", LatticeModel.leisenReimer, 101),
            ("Leisen-Reimer 501, American", .leisenReimer, 501),
            ("Cox-Ross-Rubinstein 101, American", .coxRossRubinstein, 101),
            ("Jarrow-Rudd 101, American", .jarrowRudd, 101),
        ] {
            try bench.time(name) { try Lattice.value(terms($0), model: model, steps: steps, isAmerican: true).price }
        }
        try bench.time("American, integral equation") { try American.value(terms($0)).price }
    }

    private static func grid(_ bench: inout PricingBench) throws {
        let scenarios = ScenarioSet.standard
        let positions = (0..<128).map { index in
            GridPosition(
                instrument: index % 2 == 0 ? .europeanCall : .europeanPut, place: index % 4,
                price: wad &* UInt256(UInt64(70 + index / 2)), sigma: wad >> 1, size: wad)
        }
        try bench.time("grid, 128 options × 33") { x in
            let markets = (0..<4).map { index in
                (
                    underlying: 0,
                    market: GridExpiry(forward: wad &* 100 &+ x, tau: wad / UInt256(UInt64(index + 3)), rate: .zero)
                )
            }
            let grid = try PortfolioGrid(underlyings: 1, expiries: markets, scenarios: scenarios)
            return try grid.gains(of: positions, credit: wad >> 1).worst
        }
        let single = try PortfolioGrid(
            underlyings: 1, expiries: [(0, GridExpiry(forward: wad &* 100, tau: wad, rate: .zero))],
            scenarios: scenarios)
        let table = try positions.map { position in
            var position = position
            position.place = 0
            return try single.row(of: position)
        }
        let taus = [UInt256](repeating: wad, count: 4)
        bench.time("margin, 128 positions, table filled") { x in
            var vector = ScenarioVector(scenarios: scenarios, expiries: 4)
            for (index, row) in table.enumerated() { _ = vector.add(row, size: wad &+ x, expiry: index % 4) }
            return ScenarioVector.worst(of: [(vector, taus)], credit: wad >> 1) ?? .zero
        }
        var vector = ScenarioVector(scenarios: scenarios, expiries: 4)
        bench.time("one position changed in a vector") { x in
            _ = vector.add(table[0], size: wad &+ x, expiry: 1)
            return 1
        }
    }
}

/// Times calls by this thread's processor time: the least per call over several batches.
struct PricingBench {
    private let milliseconds: UInt64
    /// Of all results, so that no call can be left out.
    private(set) var sum = UInt256.zero
    private var count: UInt64 = 0

    init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    mutating func time(
        _ name: String, group: String = "library", gas: UInt64 = 0, _ call: (UInt256) throws -> UInt256
    ) rethrows {
        let picoseconds = try least { argument in try call(argument) }
        report(name, group: group, gas: gas, picoseconds: picoseconds)
    }

    func report(_ name: String, group: String, gas: UInt64, picoseconds: UInt64) {
        Benchmark.report(name, [("picoseconds", picoseconds), ("gas", gas)], texts: [("group", group)])
    }

    /// Picoseconds of a call.
    mutating func least(_ call: (UInt256) throws -> UInt256) rethrows -> UInt64 {
        var best = UInt64.max
        var batch: UInt64 = 1
        let begin = processorTime()
        repeat {
            let start = processorTime()
            for _ in 0..<batch {
                sum = sum &+ (try call(UInt256(count % 1_000_000 * 777_777_777_777)))
                count += 1
            }
            let elapsed = processorTime() - start
            best = min(best, elapsed * 1000 / batch)
            // Batches of 100 µs and more drown the clock.
            if elapsed < 100_000 { batch *= 2 }
        } while processorTime() - begin < milliseconds * 1_000_000
        return best
    }
}
