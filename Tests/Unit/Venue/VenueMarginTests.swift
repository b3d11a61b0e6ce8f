import Derivatives
import Foundations
import Testing

@Test func portfolioMarginOfAPerpetual() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "22000")
    let bob = try fixture.account(2, cash: "100000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    // −18 % is worst: −66 % counts 21 %, −33 % counts 42 %. Contingency: 4 % and 3 %.
    #expect(try fixture.venue.margin(of: alice, .initial) == 0)
    #expect(try fixture.venue.margin(of: alice, .maintenance) == amount("4600"))
    // A short's worst move is +18 % too.
    #expect(try fixture.venue.margin(of: bob, .initial) == amount("78000"))
    #expect(try fixture.venue.equity(of: alice) == amount("22000"))
}

@Test func correlationCreditAcrossUnderlyings() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "1000000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    try fixture.trade(fixture.ethPerpetual, buyer: bob, seller: alice, lots: 2500, at: "4000")
    // Together every scenario is 0, apart each loses 18,000: half of 36,000, and 4 % of 200,000.
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("74000"))
    try fixture.venue.set(.correlationCredit, to: wad)
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("92000"))
    try fixture.venue.set(.correlationCredit, to: 0)
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("56000"))
}

@Test func contingenciesOfConfidenceAndQuoteToken() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "100000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    fixture.advance(seconds: 10)
    try fixture.report(.quote, 0, [amount("0.98")])
    // The factor is 1 + 4 · 0.01.
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("100000") - amount("18720") - amount("4000"))
    #expect(try fixture.venue.margin(of: alice, .maintenance) == amount("82600"))
    fixture.advance(seconds: 10)
    try fixture.report(.quote, 0, [wad])
    try fixture.report(.spot, fixture.btc, [amount("100000")], confidence: amount("0.5"))
    // Below 0.55: half the notional more.
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("28000"))
}

@Test func openOrdersCountAtTheirWorstSide() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "30000")
    func order(_ side: Side, _ lots: Int64, _ price: Int64) -> OrderEntry {
        OrderEntry(account: alice, instrument: fixture.btcPerpetual, side: side, ticks: price, lots: lots)
    }
    try fixture.venue.checkOrderEntry(order(.buy, 1000, 1_000_000))
    try fixture.venue.orderAggregateChanged(
        account: alice, instrument: fixture.btcPerpetual, side: .buy, ticks: 1_000_000, lots: 1000)
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("8000"))
    #expect(try fixture.venue.margin(of: alice, .maintenance) == amount("30000"))
    // The other side costs nothing more, up to as much.
    try fixture.venue.checkOrderEntry(order(.sell, 1000, 1_000_000))
    #expect(throws: VenueError.insufficientMargin(available: amount("30000"), required: amount("33000"))) {
        try fixture.venue.checkOrderEntry(order(.buy, 500, 1_000_000))
    }
    // What a buy pays above the mark is lost at once.
    #expect(throws: VenueError.insufficientMargin(available: amount("30000"), required: amount("30400"))) {
        try fixture.venue.checkOrderEntry(order(.buy, 200, 1_200_000))
    }
    try fixture.venue.orderAggregateChanged(
        account: alice, instrument: fixture.btcPerpetual, side: .buy, ticks: 1_000_000, lots: -1000)
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("30000"))
    #expect(try fixture.venue.assets(of: alice).isEmpty)
}

@Test func standardMarginOfShortOptions() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000", .standard)
    let bob = try fixture.account(2, cash: "1000000", .standard)
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    let call = fixture.option(.europeanCall, 110_000)
    let put = fixture.option(.europeanPut, 100_000)
    try fixture.trade(call, buyer: bob, seller: alice, lots: 100, at: "1000")
    let mark = try fixture.venue.markPrice(of: call)
    let cash = amount("101000")
    // 10 % out of the money: max(15 % − 10 %, 13 %) of spot.
    #expect(try fixture.venue.margin(of: alice, .initial) == cash - mark - amount("13000"))
    #expect(try fixture.venue.margin(of: alice, .maintenance) == cash - mark - amount("9000"))
    // The long has paid and counts nothing.
    #expect(try fixture.venue.margin(of: bob, .initial) == amount("999000"))
    // Bought back one strike higher, the spread can lose 10,000 at most.
    let higher = fixture.option(.europeanCall, 120_000)
    try fixture.trade(higher, buyer: alice, seller: bob, lots: 100, at: "500")
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("100500") - amount("10000"))
    try fixture.trade(put, buyer: bob, seller: alice, lots: 100, at: "5000")
    let putMark = try fixture.venue.markPrice(of: put)
    let shorts = mark + amount("9000") + putMark + amount("9000")
    // Shorts by themselves beat a put whose payoff is all of its strike.
    #expect(try fixture.venue.margin(of: alice, .maintenance) == amount("105500") - shorts)
}

@Test func standardMarginOfLeverage() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "10000", .standard)
    let bob = try fixture.account(2, cash: "10000", .standard)
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "99000")
    // 1,000 gained; 40×: 2,500 and 1,250.
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("8500"))
    #expect(try fixture.venue.margin(of: alice, .maintenance) == amount("9750"))
    #expect(try fixture.venue.margin(of: bob, .maintenance) == amount("7750"))
    #expect(try fixture.venue.accountsBelowMaintenance(from: 1, through: 100).isEmpty)
    fixture.advance(seconds: 10)
    try fixture.reportAll(btc: "109000")
    let found = try fixture.venue.accountsBelowMaintenance(from: 1, through: 100)
    #expect(found.map { $0.account } == [bob])
    #expect(found[0].margin.margin == amount("-1362.5"))
}

@Test func collateralCountsAfterItsHaircut() throws {
    var fixture = try VenueFixture()
    let token = try fixture.venue.addCollateral(
        Collateral(
            token: Address(UInt256(5 as UInt64)), decimals: 18, underlying: fixture.eth, haircut: amount("0.1")))
    let alice = try fixture.account(1, cash: "0")
    try fixture.venue.deposit(amount("2.5"), collateral: token, to: alice)
    // 9,000 after the haircut, less 18 % of 10,000.
    #expect(try fixture.venue.equity(of: alice) == amount("9000"))
    #expect(try fixture.venue.margin(of: alice, .initial) == amount("7200"))
    fixture.advance(seconds: 5)
    try fixture.venue.withdraw(amount("2.5"), collateral: token, from: alice)
    #expect(try fixture.venue.assets(of: alice).isEmpty)
    #expect(throws: VenueError.insufficientCash(available: 0)) {
        try fixture.venue.withdraw(amount("0.5"), collateral: token, from: alice)
    }
}

/// Calls of a block share the rows of American options: each gets what it would have computed, on the old marks and on new ones.
@Test func sharedRowsAreThoseOfTheMarks() throws {
    var fixture = try VenueFixture()
    let put = try VenueFixture.list(
        &fixture.venue, fixture.btc, .americanPut, VenueFixture.expiry, "110000", tick: "1", lot: "0.01")
    let buyer = try fixture.account(1, cash: "100000")
    let seller = try fixture.account(2, cash: "100000")
    try fixture.trade(put, buyer: buyer, seller: seller, lots: 20, at: "11000")
    let rows = AmericanRows()
    for price in ["100000", "100000", "95000", "104000", "100000"] {
        fixture.advance(seconds: 60)
        try fixture.reportAll(btc: price)
        for _ in 0..<2 {
            let (time, number) = (fixture.venue.time, fixture.venue.blockNumber)
            var sharing = Venue(
                storage: fixture.venue.storage, time: time, blockNumber: number, americanRows: rows)
            var alone = Venue(storage: fixture.venue.storage, time: time, blockNumber: number)
            for account in [buyer, seller] {
                let margin = try sharing.marginBreakdown(of: account, .initial)
                #expect(try margin == alone.marginBreakdown(of: account, .initial))
            }
            #expect(try sharing.deltaVega(of: put, lots: 20) == alone.deltaVega(of: put, lots: 20))
        }
    }
}
