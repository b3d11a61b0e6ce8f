import Derivatives
import Foundations
import JSONText

/// The elementary functions against golden values: correctly rounded in both modes.
enum GoldenFunctions {
    private typealias Unary = @Sendable (UInt256, Rounding) throws -> UInt256

    static var judges: [(name: String, judge: GoldenCheck.Judge)] {
        [
            unary("exp", { try FixedPoint.exponential($0, rounding: $1) }, exact: { $0.isZero }),
            unary("exp2", { try FixedPoint.exponential2($0, rounding: $1) }, exact: { ($0.magnitude % one).isZero }),
            unary("ln", { try FixedPoint.naturalLogarithm($0, rounding: $1) }, exact: { $0 == one }),
            unary("log2", { try FixedPoint.logarithm2($0, rounding: $1) }, exact: isPowerOfTwo),
            unary("sqrt", { FixedPoint.squareRoot($0, rounding: $1) }, exact: isSquare),
            unary("erf", { FixedPoint.errorFunction($0, rounding: $1) }, exact: { $0.isZero }),
            unary("erfc", { FixedPoint.complementaryErrorFunction($0, rounding: $1) }, exact: { $0.isZero }),
            unary("normpdf", { FixedPoint.normalDensity($0, rounding: $1) }, exact: { _ in false }),
            unary("normcdf", { FixedPoint.normalDistribution($0, rounding: $1) }, exact: { $0.isZero }),
            unary("norminv", { try FixedPoint.normalQuantile($0, rounding: $1) }, exact: { $0 == one >> 1 }),
            ("pow", power),
        ]
    }

    private static var one: UInt256 { UInt256(1_000_000_000_000_000_000 as UInt64) }

    /// The arguments of which the exact value is a number of few digits.
    @Sendable private static func isPowerOfTwo(_ x: UInt256) -> Bool {
        let (large, small) = x < one ? (one, x) : (x, one)
        let (ratio, rest) = large.dividedReportingRemainder(by: small)
        return rest.isZero && (ratio & (ratio &- 1)).isZero
    }

    @Sendable private static func isSquare(_ x: UInt256) -> Bool {
        let root = FixedPoint.squareRoot(x, rounding: .towardZero)
        return root.multipliedFullWidth(by: root) == x.multipliedFullWidth(by: one)
    }

    private static func unary(
        _ name: String, _ function: @escaping Unary, exact: @escaping @Sendable (UInt256) -> Bool
    ) -> (String, GoldenCheck.Judge) {
        let judge: GoldenCheck.Judge = { row throws(GoldenError) in
            guard let x = try row.wad("x") else { return nil }
            return try compare(row, "y", isExact: exact(x)) { try function(x, $0) }
        }
        return (name, judge)
    }

    @Sendable private static func power(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let x = try row.wad("x"), let y = try row.wad("y") else { return nil }
        // A power with all its last digits zero is rational, hence exact.
        let text = try row["z"].prefix { $0 != "e" }
        return try compare(row, "z", isExact: text.hasSuffix("000000000000")) {
            try FixedPoint.power(x, y, rounding: $0)
        }
    }

    private static func compare(
        _ row: GoldenRow, _ column: String, isExact: Bool, _ function: (Rounding) throws -> UInt256
    ) throws(GoldenError) -> GoldenOutcome {
        var outcome = GoldenOutcome()
        let expected = try row.number(column)
        for (mode, rounding) in [("nearest", Rounding.nearestEven), ("toward zero", .towardZero)] {
            let result = try? function(rounding)
            if expected.rounds(to: result, rounding, isExact: isExact) {
                guard let result else { continue }
                // The distance of a right result is below 1 unit, or half of one.
                let share = expected.distance(to: result) * (rounding == .nearestEven ? 2 : 1)
                outcome.add(mode, min(share, 1), limit: 1, result, try row[column])
            } else {
                outcome.fail("\(mode): \(result.map(DecimalText.text) ?? "refused")")
            }
        }
        return outcome
    }
}
