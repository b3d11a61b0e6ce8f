import Derivatives
import Foundations
import Testing

// The check vectors of derivatives.md, section 10, that belong to oracle, margin and funding.

@Test func indexOfThreeSources() throws {
    let sources = [("100", 25), ("101", 50), ("120", 25)].enumerated().map { index, source in
        FeedSource(
            publisher: index, value: amount(source.0), weight: Int128(source.1), confidence: wad, timestamp: 1)
    }
    #expect(try FeedSource.clampedMean(sources, clamp: amount("0.005")) == amount("101"))
    // One source that strays does not make the others uncertain.
    #expect(try FeedSource.medianDeviation(sources) < amount("0.02"))
}

@Test func tieredMaintenanceMargin() throws {
    let tiers = [
        LeverageTier(lower: 0, maximumLeverage: 40),
        LeverageTier(lower: amount("150000000"), maximumLeverage: 20),
    ]
    #expect(try Leverage.maintenance(amount("200000000"), tiers) == amount("3125000"))
    #expect(try Leverage.maintenance(amount("150000000"), tiers) == amount("1875000"))
    #expect(try Leverage.maintenance(0, tiers) == 0)
    func initial(_ notional: String, interest: String) throws -> Int128 {
        let rate = try Leverage.initialRate(
            Leverage.tier(of: amount(notional), tiers), openInterest: amount(interest), lower: amount("100"),
            upper: amount("200"))
        return try amount(notional).timesWad(rate, .up)
    }
    #expect(try initial("1000", interest: "100") == amount("25"))
    #expect(try initial("1000", interest: "150") == amount("512.5"))
    #expect(try initial("1000", interest: "200") == amount("1000"))
    #expect(try initial("150000000", interest: "0") == amount("7500000"))
}

@Test func premiumAndFundingRate() throws {
    let premium = try FundingRule.premium(
        impactBid: amount("10100"), impactAsk: amount("10110"), index: amount("10000"))
    #expect(premium == amount("0.01"))
    let eight = try FundingRule.eightHours(
        mean: premium, interest: amount("0.0001"), clamp: amount("0.0005"))
    #expect(eight == amount("0.0095"))
    #expect(try FundingRule.premium(impactBid: nil, impactAsk: nil, index: amount("10000")) == 0)
    #expect(
        try FundingRule.premium(impactBid: nil, impactAsk: amount("9900"), index: amount("10000")) == amount("-0.01"))
}

@Test func forwardInTheSettlementWindow() throws {
    let forward = try SettlementForward.blend(
        quoted: amount("1975"), accrued: amount("1950"), left: 1200, window: 1800)
    #expect(forward.price == amount("1966.666666666666666667"))
    // 2/3 · 1975 ÷ 1966.67 of it still moves.
    #expect(forward.moving == amount("0.669491525423728813"))
}

@Test func averageOfTheMarkFades() throws {
    var average = MarkAverage()
    #expect(try average.value() == 0)
    try average.add(amount("10"), seconds: 1, span: 150)
    #expect(try average.value() == amount("10"))
    try average.add(amount("20"), seconds: 150, span: 150)
    // (10·e^-1 + 20·150) ÷ (e^-1 + 150), whose parts are cut at 18 decimals.
    #expect(average.numerator == amount("3003.678794411714423210"))
    #expect(average.denominator == amount("150.367879441171442321"))
}

@Test func assignmentIsProRataWithRemaindersAscending() throws {
    let shorts: [(account: AccountNumber, lots: Int64)] = [(3, 10), (5, 10), (9, 10)]
    let shares = try Assignment.shares(of: 11, among: shorts)
    #expect(shares.map { $0.account } == [3, 5, 9])
    #expect(shares.map { $0.lots } == [4, 4, 3])
    let uneven = try Assignment.shares(of: 2, among: [(1, 1), (2, 100)])
    #expect(uneven.map { $0.lots } == [1, 1])
    let whole = try Assignment.shares(of: 30, among: shorts)
    #expect(whole.map { $0.lots } == [10, 10, 10])
}
