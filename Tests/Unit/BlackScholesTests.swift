import Derivatives
import Foundations
import Testing

private let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
private func decimal(_ text: String) -> UInt256 { DecimalText(text)!.exactWad! }

/// Inputs of a golden row that has no dividend and fits the contract's numbers.
private func inputs(_ row: [String: String]) -> [UInt256]? {
    guard let dividend = DecimalText(row["q"]!), dividend.digits.isZero else { return nil }
    let numbers = ["S", "K", "T", "sigma", "r"].compactMap { DecimalText(row[$0]!)?.exactWad }
    return numbers.count == 5 ? numbers : nil
}

/// Within 1e-15 relative, or 1e-18 × max(1, spot).
private func isClose(_ actual: UInt256, _ expected: UInt256, spot: UInt256) -> Bool {
    distance(actual, expected)
        <= max(expected.magnitude / UInt256(1_000_000_000_000_000 as UInt64), spot / wad, .one)
}

@Test(arguments: ["bs_european", "bs_limits"])
func pricesAgainstGoldenData(file: String) throws {
    var count = 0
    for row in try PricingFixtures.rows(file) {
        guard let x = inputs(row) else { continue }
        let call = try BlackScholes.call(spot: x[0], strike: x[1], tau: x[2], sigma: x[3], rate: x[4])
        let put = try BlackScholes.put(spot: x[0], strike: x[1], tau: x[2], sigma: x[3], rate: x[4])
        let (price, delta) = (DecimalText(row["call"]!)!.nearestWad!, DecimalText(row["delta_c"]!)!.nearestWad!)
        #expect(isClose(call.price, price, spot: x[0]), "\(row) \(call)")
        #expect(isClose(call.delta, delta, spot: wad), "\(row) \(call)")
        let (putPrice, putDelta) = (DecimalText(row["put"]!)!.nearestWad!, DecimalText(row["delta_p"]!)!.nearestWad!)
        #expect(isClose(put.price, putPrice, spot: x[0]), "\(row) \(put)")
        #expect(isClose(put.delta, putDelta, spot: wad), "\(row) \(put)")
        count += 1
    }
    #expect(count >= (file == "bs_limits" ? 11 : 600))
}

@Test func publishedPrice() throws {
    let value = try BlackScholes.call(
        spot: decimal("104210"), strike: decimal("114631"), tau: decimal("0.01917808"), sigma: decimal("0.55"),
        rate: decimal("0.04"))
    #expect(distance(value.price, decimal("428.4877")) < decimal("0.00005"))
}

@Test func priceDomains() throws {
    let good = [wad, wad, wad, wad, UInt256.zero]
    func error(_ index: Int, _ value: UInt256) -> PricingError? {
        var x = good
        x[index] = value
        do throws(PricingError) {
            _ = try BlackScholes.call(spot: x[0], strike: x[1], tau: x[2], sigma: x[3], rate: x[4])
            _ = try BlackScholes.put(spot: x[0], strike: x[1], tau: x[2], sigma: x[3], rate: x[4])
            return nil
        } catch {
            return error
        }
    }
    let hundred = decimal("100")
    for index in 0...1 {
        #expect(error(index, .zero) == .price)
        #expect(error(index, .one << 96) == .price)
        #expect(error(index, (.one << 96) - 1) == nil)
        #expect(error(index, .one) == nil)
    }
    #expect(error(2, hundred + 1) == .time && error(2, hundred) == nil)
    #expect(error(3, hundred + 1) == .volatility && error(3, hundred) == nil && error(3, .max) == .volatility)
    #expect(error(4, decimal("10") + 1) == .rate && error(4, decimal("-10") &- 1) == .rate)
    #expect(error(4, decimal("10")) == nil && error(4, decimal("-10")) == nil && error(4, .one << 255) == .rate)
}

/// Whatever the numbers, a call is worth between 0 and the spot, its delta is between 0 and 1, and parity holds.
@Test func pricesOfAnyInputs() throws {
    var state: UInt64 = 9
    func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state << 32)
    }
    func number(_ bits: UInt64) -> UInt256 { UInt256(limbs: random(), random(), 0, 0) >> (128 - random() % (bits + 1)) }
    var priced = 0
    for _ in 0..<20000 {
        let (spot, strike, tau, sigma) = (number(97), number(97), number(67), number(67))
        let rate = random() % 2 == 0 ? number(64) : number(64).negated
        guard let call = try? BlackScholes.call(spot: spot, strike: strike, tau: tau, sigma: sigma, rate: rate) else {
            continue
        }
        priced += 1
        #expect(call.price <= spot && call.delta <= wad, "\(spot) \(strike) \(tau) \(sigma) \(rate)")
        let put = try BlackScholes.put(spot: spot, strike: strike, tau: tau, sigma: sigma, rate: rate)
        #expect(distance(call.delta, put.delta &+ wad) <= 1)
        // C − P = S − K·e^(−rτ).
        let growth = UInt256.divideFullWidth(high: .zero, low: rate.magnitude &* tau, by: wad).quotient
        let discount = try FixedPoint.exponential(rate.isNegative ? growth : growth.negated)
        let scaled = strike &* discount
        let parity = spot &- scaled / wad
        let error = distance(call.price &- put.price, parity)
        #expect(
            error <= max(call.price, put.price, spot, strike) / UInt256(1_000_000_000_000 as UInt64) + (strike / wad)
                + scaled / wad / wad + 4)
    }
    #expect(priced > 8000)
}
