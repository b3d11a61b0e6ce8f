import Derivatives
import Foundations
import Testing

/// Runs a function over the rows whose input is an exact WAD; returns how many rows there were and how many results are
/// not the nearest WAD. Every result must be within one unit or 2^-110 relative.
private func check(
    _ file: String, _ function: (UInt256) throws(FixedPointError) -> UInt256
) throws -> (rows: Int, notNearest: Int) {
    var (count, notNearest) = (0, 0)
    for row in try PricingFixtures.rows(file) {
        guard let input = DecimalText(row["x"]!)?.exactWad, let expected = DecimalText(row["y"]!)?.nearestWad else {
            continue
        }
        // Beyond the largest signed word there is an error to give, not a number.
        if file == "exp", expected.isNegative { continue }
        let actual = try function(input)
        let error = distance(actual, expected)
        count += 1
        if !error.isZero { notNearest += 1 }
        #expect(error <= max(1, expected.magnitude >> 110), "\(file)(\(row["x"]!)) = \(actual), not \(expected)")
    }
    return (count, notNearest)
}

@Test func exponentialAgainstGoldenData() throws {
    let (rows, notNearest) = try check("exp") { x throws(FixedPointError) in try FixedPoint.exponential(x) }
    #expect(rows > 400)
    // Values beyond 2^110 have digits that nothing computes.
    #expect(notNearest < rows / 3)
}

@Test func logarithmAgainstGoldenData() throws {
    let (rows, notNearest) = try check("ln") { x throws(FixedPointError) in try FixedPoint.naturalLogarithm(x) }
    #expect(rows > 600 && notNearest == 0)
}

@Test func normalDistributionAgainstGoldenData() throws {
    let (rows, notNearest) = try check("normcdf") { x throws(FixedPointError) in FixedPoint.normalDistribution(x) }
    #expect(rows > 700 && notNearest == 0)
}

@Test func squareRootAgainstGoldenData() throws {
    let (rows, _) = try check("sqrt") { x throws(FixedPointError) in FixedPoint.squareRoot(x) }
    #expect(rows > 600)
    let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
    for x in [UInt256.zero, 1, 2, 3, wad, .max, .max >> 1, .max >> 60, .max >> 61] {
        let root = FixedPoint.squareRoot(x)
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
    #expect(try FixedPoint.exponential(.zero) == UInt256(1_000_000_000_000_000_000 as UInt64))
    #expect(try FixedPoint.exponential(UInt256.one << 255) == .zero)
    #expect(throws: FixedPointError.domain) { try FixedPoint.naturalLogarithm(.zero) }
    #expect(FixedPoint.normalDistribution(.one << 255) == .zero)
    #expect(FixedPoint.normalDistribution(.max >> 1) == UInt256(1_000_000_000_000_000_000 as UInt64))
}
