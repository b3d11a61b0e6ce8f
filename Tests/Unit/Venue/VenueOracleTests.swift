import Derivatives
import Foundations
import Testing

@Test func reportsAreHeldToTheirTimes() throws {
    var fixture = try VenueFixture()
    let now = fixture.venue.time
    let feed = Feed(.spot, underlying: fixture.btc)
    func submit(_ timestamp: UInt64, _ value: String = "100000", from publisher: UInt64 = 0xa1) throws {
        try fixture.venue.submit(
            Report(feed: feed, values: [amount(value)], timestamp: timestamp),
            from: Address(UInt256(publisher)))
    }
    #expect(throws: VenueError.reportFromFuture(timestamp: now + 3, now: now)) { try submit(now + 3) }
    #expect(throws: VenueError.reportNotNewer(timestamp: now, last: now)) { try submit(now) }
    #expect(throws: VenueError.unknownPublisher) { try submit(now + 1, from: 0xbad) }
    try submit(now + 2)
    #expect(throws: VenueError.invalidReport) {
        try fixture.venue.submit(
            Report(feed: feed, values: [1, 2], timestamp: now + 2), from: fixture.publisher)
    }
}

@Test func ladderOfValidity() throws {
    var fixture = try VenueFixture()
    let feed = Feed(.spot, underlying: fixture.btc)
    #expect(fixture.venue.validity(of: feed) == .valid)
    fixture.advance(seconds: 60)
    #expect(fixture.venue.validity(of: feed) == .valid)
    fixture.advance(seconds: 1)
    #expect(fixture.venue.validity(of: feed) == .stale)
    try fixture.report(.spot, fixture.btc, [0])
    #expect(fixture.venue.validity(of: feed) == .invalid)
    #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("100000"))
    fixture.advance(seconds: 1)
    try fixture.report(.spot, fixture.btc, [amount("160000")])
    #expect(fixture.venue.validity(of: feed) == .tooVolatile)
    #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("100000"))
    // The average follows, cut to half its way, until it believes the new price.
    for _ in 0..<30 {
        fixture.advance(seconds: 20)
        try fixture.report(.spot, fixture.btc, [amount("160000")])
    }
    #expect(fixture.venue.validity(of: feed) == .valid)
    #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("160000"))
}

@Test func quorumAndUncertainty() throws {
    var fixture = try VenueFixture()
    let others = (2...3).map { Address(UInt256($0 as UInt64)) }
    try fixture.venue.setPublishers(
        ([fixture.publisher] + others).map { Publisher(address: $0, weight: 100_000_000) })
    try fixture.venue.set(.quorum, to: 2)
    fixture.advance(seconds: 200)
    let feed = Feed(.spot, underlying: fixture.btc)
    func submit(_ publisher: Address, _ value: String) throws {
        try fixture.venue.submit(
            Report(feed: feed, values: [amount(value)], timestamp: fixture.venue.time), from: publisher)
    }
    try submit(others[0], "101000")
    // The first publisher's report is 200 s old, so that one is left, which is no quorum.
    #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("100000"))
    #expect(fixture.venue.validity(of: feed) == .stale)
    try submit(others[1], "101000")
    #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("101000"))
    #expect(fixture.venue.validity(of: feed) == .valid)
    fixture.advance(seconds: 1)
    try submit(others[1], "107000")
    // Two sources 6 % apart: each lies 3 % from their middle.
    #expect(fixture.venue.validity(of: feed) == .tooUncertain)
}

@Test func stalePricesStopWhatAddsRisk() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "50000")
    let bob = try fixture.account(2, cash: "50000")
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 100, at: "100000")
    fixture.advance(seconds: 61)
    func order(_ side: Side, _ lots: Int64) -> OrderEntry {
        OrderEntry(account: alice, instrument: fixture.btcPerpetual, side: side, ticks: 1_000_000, lots: lots)
    }
    #expect(throws: VenueError.oracleStale) { try fixture.venue.checkOrderEntry(order(.buy, 1)) }
    #expect(throws: VenueError.oracleStale) { try fixture.venue.checkOrderEntry(order(.sell, 101)) }
    try fixture.venue.checkOrderEntry(order(.sell, 100))
    #expect(throws: VenueError.oracleStale) { try fixture.venue.withdraw(amount("1"), from: alice) }
    try fixture.venue.deposit(amount("1"), to: alice)
    let perpetual = try fixture.venue.instrument(fixture.btcPerpetual)
    let mayNow = fixture.venue.mayLiquidate(perpetual)
    fixture.advance(seconds: 60)
    let mayLater = fixture.venue.mayLiquidate(perpetual)
    #expect(mayNow && !mayLater)
}

@Test func aReportedSurfaceWithArbitrageIsRefused() throws {
    var fixture = try VenueFixture()
    let expiry = VenueFixture.expiry
    func slice(_ a: String, _ b: String) -> [Int128] { [a, b, "-0.2", "0", "0.3"].map { amount($0) } }
    fixture.advance(seconds: 10)
    #expect(throws: VenueError.surface(.parameters)) {
        try fixture.report(.surface, fixture.btc, slice("0.01", "3"), expiry: expiry)
    }
    // A week later there cannot be less variance in all.
    #expect(throws: VenueError.surface(.calendar)) {
        try fixture.report(.surface, fixture.btc, slice("0.001", "0.01"), expiry: expiry + 604_800)
    }
    fixture.advance(seconds: 1)
    try fixture.report(.surface, fixture.btc, slice("0.02", "0.06"), expiry: expiry + 604_800)
    #expect(fixture.venue.surfaceExpiries(underlying: fixture.btc) == [expiry, expiry + 604_800])
}

@Test func perpetualMarkIsAMedian() throws {
    var fixture = try VenueFixture()
    #expect(try fixture.venue.markPrice(of: fixture.btcPerpetual) == amount("100000"))
    var top = TopOfBook()
    (top.bid, top.ask, top.last) = (1_001_000, 1_003_000, 1_002_500)
    fixture.venue.setTopOfBook(of: fixture.btcPerpetual, to: top)
    fixture.advance(seconds: 10)
    try fixture.reportAll()
    // The average of mid − index is 200 and the book's median its last trade; between two lies their middle.
    #expect(try fixture.venue.markPrice(of: fixture.btcPerpetual) == amount("100225"))
    fixture.advance(seconds: 10)
    try fixture.report(.perpetual, fixture.btc, [amount("100100")])
    try fixture.reportAll()
    #expect(try fixture.venue.markPrice(of: fixture.btcPerpetual) == amount("100200"))
}

/// With one side of the book gone a quarter of the average is left after 150 · ln 4 s, none in the end.
@Test func withoutABookTheMarkReturnsToTheIndex() throws {
    var fixture = try VenueFixture()
    var top = TopOfBook()
    (top.bid, top.ask) = (1_200_000, 1_200_000)
    fixture.venue.setTopOfBook(of: fixture.btcPerpetual, to: top)
    for _ in 0..<200 {
        fixture.advance(seconds: 10)
        try fixture.reportAll()
    }
    #expect(try abs(fixture.venue.markPrice(of: fixture.btcPerpetual) - amount("120000")) < 1_000_000)
    top.ask = 0
    fixture.venue.setTopOfBook(of: fixture.btcPerpetual, to: top)
    var distances: [Double] = []
    for _ in 0..<200 {
        fixture.advance(seconds: 10)
        try fixture.reportAll()
        let distance = try fixture.venue.markPrice(of: fixture.btcPerpetual) - amount("100000")
        distances.append(Double(distance) / 1e18)
    }
    #expect(distances == distances.sorted(by: >))
    // After 210 s.
    #expect(abs(distances[20] / 20_000 - 0.25) < 0.01)
    #expect(distances[199] < 0.1)
    #expect(try !fixture.venue.isDivergent(underlying: fixture.btc))
}

@Test func divergenceStopsWhatAddsRisk() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "50000")
    var top = TopOfBook()
    (top.bid, top.ask, top.last) = (1_200_000, 1_210_000, 1_205_000)
    fixture.venue.setTopOfBook(of: fixture.btcPerpetual, to: top)
    fixture.advance(seconds: 10)
    try fixture.reportAll()
    #expect(try fixture.venue.isDivergent(underlying: fixture.btc))
    // Told with each new mark: cause, underlying, value, limit.
    let told = fixture.events(.breaker).last?.words
    #expect(told == [UInt256(1), UInt256(UInt64(fixture.btc)), amount("0.205").word, amount("0.1").word])
    let order = OrderEntry(
        account: alice, instrument: fixture.btcPerpetual, side: .buy, ticks: 1_000_000, lots: 1)
    #expect(throws: VenueError.divergence(value: amount("0.205"), limit: amount("0.1"))) {
        try fixture.venue.checkTaking(order)
    }
    // It may rest, and what lowers a position may trade.
    try fixture.venue.checkOrderEntry(order)
    let bob = try fixture.account(2, cash: "50000")
    try fixture.trade(fixture.btcPerpetual, buyer: bob, seller: alice, lots: 1, at: "120500")
    try fixture.venue.checkTaking(order)
}
