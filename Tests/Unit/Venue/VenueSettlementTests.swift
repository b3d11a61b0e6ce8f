import Derivatives
import Foundations
import Testing

/// Reports every minute until a time.
private func run(_ fixture: inout VenueFixture, until end: UInt64, price: String) throws {
    while fixture.venue.time < end {
        fixture.advance(seconds: min(60, end - fixture.venue.time))
        try fixture.reportAll(btc: price)
    }
}

@Test func expirySettlesAtTheAverageOfItsWindow() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "200000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    let call = fixture.option(.europeanCall, 100_000)
    let put = fixture.option(.europeanPut, 110_000)
    try fixture.trade(call, buyer: alice, seller: bob, lots: 100, at: "4000")
    try fixture.trade(put, buyer: bob, seller: alice, lots: 100, at: "11000")
    try fixture.trade(fixture.future, buyer: alice, seller: bob, lots: 1000, at: "100000")
    let expiry = VenueFixture.expiry
    fixture.advance(seconds: expiry - 1860 - fixture.venue.time)
    try fixture.reportAll(btc: "100000")
    try run(&fixture, until: expiry - 900, price: "101000")
    // Halfway, half of the forward is fixed.
    let forward = try fixture.venue.forwardPrice(underlying: fixture.btc, expiry: expiry)
    #expect(forward == amount("101150"))
    for account in [alice, bob] {
        let margin = try fixture.venue.marginBreakdown(of: account, .initial)
        #expect(try fixture.venue.marginFromScratch(of: account, .initial) == margin)
        #expect(margin.worst < 0)
    }
    try run(&fixture, until: expiry - 60, price: "103000")
    #expect(fixture.venue.advanceSettlements(budget: 100) == 100)
    fixture.advance(seconds: 60)
    // A report from the last minute is missing.
    _ = fixture.venue.advanceSettlements(budget: 100)
    #expect(try fixture.venue.instrument(call).status == .settling)
    #expect(fixture.venue.settlementPrice(underlying: fixture.btc, expiry: expiry) == 0)
    // With all of the window behind, nothing moves any more.
    try fixture.venue.updateMarks(underlying: fixture.btc)
    #expect(try fixture.venue.marginBreakdown(of: alice, .initial).worst > amount("-1"))
    // It comes late, with its own time.
    fixture.advance(seconds: 30)
    try fixture.venue.submit(
        Report(feed: Feed(.spot, underlying: fixture.btc), values: [amount("103000")], timestamp: expiry - 1),
        from: fixture.publisher)
    while fixture.venue.advanceSettlements(budget: 3) == 0 {}
    // 101,000 until 15 minutes before the end, then 103,000 from the first report after that.
    let price = (amount("101000") * 960 + amount("103000") * 840) / 1800
    #expect(fixture.venue.settlementPrice(underlying: fixture.btc, expiry: expiry) == price)
    #expect(try fixture.venue.instrument(call).status == .settled)
    let gain = (price - amount("100000")) - (amount("110000") - price) + (price - amount("100000"))
    let end = fixture.venue.cash(of: alice)
    #expect((end - amount("107000") - gain).magnitude < 1_000_000)
    #expect(end + fixture.venue.cash(of: bob) == amount("300000"))
    #expect(try fixture.venue.assets(of: alice).isEmpty && fixture.venue.pendingExpiries().isEmpty)
    #expect(try fixture.conserved())
}

@Test func americanOptionsAreExercisedAndAssigned() throws {
    var fixture = try VenueFixture()
    let put = try VenueFixture.list(
        &fixture.venue, fixture.btc, .americanPut, VenueFixture.expiry, "110000", tick: "1", lot: "0.01")
    let european = fixture.option(.europeanPut, 110_000)
    #expect(try fixture.venue.markPrice(of: put) > fixture.venue.markPrice(of: european))
    let holder = try fixture.account(1, cash: "100000")
    let shorts = try (2...4).map { try fixture.account($0, cash: "100000") }
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    for (seller, lots) in zip(shorts, [30, 30, 40] as [Int64]) {
        try fixture.trade(put, buyer: holder, seller: seller, lots: lots, at: "10500")
    }
    #expect(throws: VenueError.notExercisable) { try fixture.venue.exercise(101, of: put, by: holder) }
    #expect(throws: VenueError.notExercisable) { try fixture.venue.exercise(1, of: european, by: holder) }
    try fixture.venue.exercise(51, of: put, by: holder)
    #expect(shorts.map { fixture.venue.position(of: $0, in: put).lots } == [-14, -15, -20])
    // 51 · 0.01 · 10,000.
    #expect(fixture.venue.cash(of: holder) == amount("100000") - amount("10500") + amount("5100"))
    #expect(fixture.venue.openInterest(of: put) == 49)
    #expect(try fixture.conserved())
    fixture.advance(seconds: 100)
    #expect(throws: VenueError.oracleStale) { try fixture.venue.exercise(1, of: put, by: holder) }
}

@Test func aRetiredPerpetualPaysItsHolders() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "100000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "99000")
    try fixture.venue.accrueFunding(of: fixture.btcPerpetual, impactBid: nil, impactAsk: nil)
    fixture.advance(seconds: 3600)
    try fixture.reportAll(btc: "101000")
    try fixture.venue.accrueFunding(of: fixture.btcPerpetual, impactBid: nil, impactAsk: nil)
    try fixture.venue.retire(fixture.btcPerpetual)
    let equity = try fixture.venue.equity(of: alice)
    #expect(try fixture.venue.advanceRetirement(of: fixture.btcPerpetual, budget: 10) == 7)
    #expect(fixture.venue.cash(of: alice) == equity)
    #expect(try fixture.venue.instrument(fixture.btcPerpetual).status == .settled)
    #expect(try fixture.conserved())
}
