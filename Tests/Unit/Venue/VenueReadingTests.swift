import Derivatives
import Foundations
import Testing

/// An account with a bit of everything, in portfolio mode.
private func populated() throws -> (fixture: VenueFixture, account: AccountNumber) {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "400000")
    let bob = try fixture.account(2, cash: "9000000")
    let (call, put) = (fixture.option(.europeanCall, 110_000), fixture.option(.europeanPut, 90_000))
    try fixture.trade(call, buyer: bob, seller: alice, lots: 100, at: "2000")
    try fixture.trade(put, buyer: alice, seller: bob, lots: 150, at: "1500")
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 500, at: "100000")
    try fixture.trade(fixture.ethPerpetual, buyer: bob, seller: alice, lots: 1000, at: "4000")
    try fixture.venue.place(
        OrderRequest(instrument: fixture.btcPerpetual, side: .sell, ticks: 1_000_500, lots: 700), for: alice)
    return (fixture, alice)
}

@Test(arguments: MarginKind.allCases)
func scenariosMakeUpTheWorstCase(_ kind: MarginKind) throws {
    var (fixture, account) = try populated()
    let report = try fixture.venue.scenarioReport(of: account, kind)
    #expect(report.scenarios == Scenario.standard && report.rows.map(\.underlying) == [1, 2])
    for (place, total) in report.joint.enumerated() {
        #expect(total == report.rows.reduce(0) { $0 + $1.gains[place] })
    }
    #expect(report.jointBasis == report.rows.reduce(0) { $0 + $1.basis })
    let apart = report.rows.reduce(0) { $0 + $1.worst }
    let half = amount("0.5")
    let worst = try report.jointWorst.timesWad(half, .down) + apart.timesWad(half, .down)
    #expect(try fixture.venue.marginBreakdown(of: account, kind).worst == worst && worst < 0)
}

@Test func standardModeHasNoScenarios() throws {
    var fixture = try VenueFixture()
    let account = try fixture.account(1, cash: "10", .standard)
    #expect(try fixture.venue.scenarioReport(of: account, .initial).scenarios.isEmpty)
    // An account without assets stands in none of them.
    let other = try fixture.account(2, cash: "10")
    let report = try fixture.venue.scenarioReport(of: other, .initial)
    #expect(report.rows.isEmpty && report.jointWorst == 0)
}

@Test func standardMarginIsMadeOfItsParts() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "400000", .standard)
    let bob = try fixture.account(2, cash: "9000000")
    let (call, higher) = (fixture.option(.europeanCall, 110_000), fixture.option(.europeanCall, 120_000))
    try fixture.trade(call, buyer: bob, seller: alice, lots: 100, at: "1000")
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 500, at: "100000")
    func parts(_ kind: MarginKind) throws -> (ExpiryRequirement, LeverageRequirement) {
        let report = try #require(try fixture.venue.standardReport(of: alice, kind))
        let (expiry, leveraged) = (try #require(report.expiries.first), try #require(report.leveraged.first))
        #expect(report.expiries.count == 1 && report.leveraged.count == 1)
        #expect(expiry.underlying == fixture.btc && expiry.expiry == VenueFixture.expiry)
        #expect(leveraged.instrument == fixture.btcPerpetual)
        let worst = try fixture.venue.marginBreakdown(of: alice, kind).worst
        #expect(worst == -(expiry.part.requirement + leveraged.part.requirement))
        return (expiry.part, leveraged.part)
    }
    // One call short: it counts by itself, as its payoff has no end.
    let mark = try fixture.venue.markPrice(of: call)
    var (options, perpetual) = try parts(.maintenance)
    #expect(options.sum == mark + amount("9000") && options.sum < options.payoffLoss)
    #expect(options.requirement == options.sum && options.premium == 0 && options.reserve == 0)
    #expect(perpetual.notional == amount("50000") && perpetual.tier.maximumLeverage == 40)
    #expect(perpetual.rate == amount("0.0125") && perpetual.requirement == amount("625"))
    // With the strike above bought back it can lose 10,000 at most.
    try fixture.trade(higher, buyer: alice, seller: bob, lots: 100, at: "500")
    (options, _) = try parts(.initial)
    #expect(options.requirement == amount("10000") && options.payoffLoss == amount("10000"))
    #expect(options.sum == mark + amount("13000"))
    // Orders: a sell that brings its premium, a buy that pays its own, and the larger side of the perpetual.
    for (instrument, side, ticks, lots) in [
        (call, Side.sell, 3000, 200), (higher, .buy, 400, 100), (fixture.btcPerpetual, .buy, 999_000, 1500),
    ] as [(InstrumentNumber, Side, Int64, Int64)] {
        try fixture.venue.place(OrderRequest(instrument: instrument, side: side, ticks: ticks, lots: lots), for: alice)
    }
    (options, perpetual) = try parts(.initial)
    #expect(options.premium == amount("6000") && options.reserve == amount("400"))
    #expect(options.requirement == min(options.sum, options.payoffLoss) - amount("6000") + amount("400"))
    #expect(perpetual.notional == amount("200000") && perpetual.requirement == amount("5000"))
    #expect(try parts(.maintenance).0.premium == 0 && parts(.maintenance).1.notional == amount("50000"))
    #expect(try fixture.venue.standardReport(of: bob, .initial) == nil)
}

@Test func greeksAreThoseOfTheMarkedOption() throws {
    var (fixture, _) = try populated()
    let call = fixture.option(.europeanCall, 110_000)
    let (greeks, quote) = (try fixture.venue.greeks(of: call), try fixture.venue.quote(of: call))
    let volatility = try #require(quote.volatility)
    #expect(greeks.delta > 0 && greeks.delta < amount("0.5") && greeks.gamma > 0 && greeks.vega > 0)
    #expect(greeks.theta < 0 && quote.index == amount("100000") && quote.forward == amount("100300"))
    #expect(volatility > amount("0.3"))
    let terms = OptionTerms(
        kind: .call, forward: amount("100300").word, strike: amount("110000").word,
        tau: UInt256(VenueFixture.expiry - VenueFixture.start) &* UInt256(UInt64(wad)) / UInt256(31_536_000 as UInt64),
        sigma: volatility.word, rate: amount("0.04").word)
    #expect(try BlackScholes.value(terms).gamma == greeks.gamma.word)
    #expect(try BlackScholes.value(terms).price == quote.mark.word)
    for number in 1...fixture.venue.instrumentCount() {
        #expect(try fixture.venue.quote(of: number).mark == fixture.venue.markPrice(of: number))
    }
    let linear = try fixture.venue.greeks(of: fixture.btcPerpetual)
    #expect(linear.delta == wad && linear.gamma == 0)
    var sum = Greeks()
    try sum.add(greeks, size: amount("-2"))
    try sum.add(linear, size: amount("0.5"))
    #expect(try sum.delta == amount("0.5") + greeks.delta.timesWad(amount("-2"), .down))
}

/// Also before anything in the venue was valued: every scenario is there, and gains nothing.
@Test func scenariosOfWhoHoldsNothing() throws {
    var fixture = try VenueFixture()
    let account = try fixture.account(1, cash: "1000")
    var reading = Venue(
        storage: fixture.venue.storage, time: fixture.venue.time, blockNumber: fixture.venue.blockNumber)
    for kind in [MarginKind.initial, .maintenance] {
        let report = try reading.scenarioReport(of: account, kind)
        #expect(report.scenarios == (try fixture.venue.scenarios()) && !report.scenarios.isEmpty)
        #expect(report.joint == Array(repeating: 0, count: report.scenarios.count))
        #expect(report.rows.isEmpty && report.jointBasis == 0 && report.jointWorst == 0)
    }
}

/// What market makers limit is what readers are told: of a put that is best exercised now −1 by the spot, which is 100,000 where the
/// forward is 100,300.
@Test func americanOptionsHaveTheirOwnGreeks() throws {
    var fixture = try VenueFixture()
    let put = try VenueFixture.list(
        &fixture.venue, fixture.btc, .americanPut, VenueFixture.expiry, "160000", tick: "1", lot: "0.01")
    let greeks = try fixture.venue.greeks(of: put)
    #expect(try fixture.venue.markPrice(of: put) == amount("60000"))
    #expect(abs(greeks.delta + amount("0.997008973080757726")) <= 1)
    #expect(greeks.gamma == 0 && greeks.vega == 0 && greeks.theta == 0)
    let moved = try fixture.venue.deltaVega(of: put, lots: -200)
    #expect(moved.delta == -2 * greeks.delta && moved.vega == 0)
}

@Test func fundingOfTheRunningHourIsForetold() throws {
    var fixture = try VenueFixture()
    let perpetual = fixture.btcPerpetual
    #expect(try fixture.venue.runningFunding(of: perpetual).samples == 0)
    for _ in 0..<3 {
        try fixture.venue.accrueFunding(of: perpetual, impactBid: amount("101000"), impactAsk: amount("101100"))
    }
    let foretold = try fixture.venue.runningFunding(of: perpetual)
    #expect(foretold.samples == 3 && foretold.rate > 0)
    fixture.advance(seconds: 3600)
    _ = fixture.venue.storage.takeEvents()
    try fixture.venue.accrueFunding(of: perpetual, impactBid: nil, impactAsk: nil)
    let event = try #require(fixture.venue.storage.events.first { $0.kind == .fundingAccrued })
    #expect(event.words[1] == foretold.rate.word)
}

@Test func withdrawalsAreCountedByHourAndDay() throws {
    var fixture = try VenueFixture()
    let account = try fixture.account(1, cash: "50000000")
    fixture.advance(seconds: 2)
    try fixture.venue.withdraw(amount("600000"), from: account)
    let hour = try fixture.venue.withdrawn(in: .hour)
    #expect(hour.amount == amount("600000") && hour.limit == amount("1000000"))
    #expect(try fixture.venue.withdrawn(in: .day).limit == amount("10000000"))
    fixture.advance(seconds: 3600)
    #expect(try fixture.venue.withdrawn(in: .hour).amount == 0)
    #expect(fixture.venue.withdrawalsOpen() == 0)
    fixture.venue.noteBadDebt(account, wad)
    #expect(fixture.venue.withdrawalsOpen() == fixture.venue.blockNumber + 50)
}
