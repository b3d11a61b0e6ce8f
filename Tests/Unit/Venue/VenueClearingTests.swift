import Derivatives
import Foundations
import Testing

@Test func fillsMoveCashAndKeepTheSum() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "100000")
    let perpetual = fixture.btcPerpetual
    try fixture.trade(perpetual, buyer: alice, seller: bob, lots: 300, at: "100000")
    // 4.5 and 1.5 basis points of 30,000.
    #expect(fixture.venue.cash(of: alice) == amount("99986.5"))
    #expect(fixture.venue.cash(of: bob) == amount("99995.5"))
    #expect(fixture.venue.position(of: alice, in: perpetual).cost == amount("30000"))
    try fixture.trade(perpetual, buyer: bob, seller: alice, lots: 100, at: "101000")
    #expect(fixture.venue.position(of: alice, in: perpetual).lots == 200)
    #expect(fixture.venue.position(of: alice, in: perpetual).cost == amount("20000"))
    // 100 gained, 1.5 basis points of 10,100 paid.
    #expect(fixture.venue.cash(of: alice) == amount("100084.985"))
    // Through zero: what closes pays, what opens costs.
    try fixture.trade(perpetual, buyer: bob, seller: alice, lots: 500, at: "99000")
    #expect(fixture.venue.position(of: alice, in: perpetual).lots == -300)
    #expect(fixture.venue.position(of: alice, in: perpetual).cost == amount("-29700"))
    #expect(fixture.venue.openInterest(of: perpetual) == 300)
    #expect(fixture.venue.holders(of: perpetual) == [alice, bob])
    #expect(try fixture.conserved())
    let call = fixture.option(.europeanCall, 100_000)
    try fixture.trade(call, buyer: alice, seller: bob, lots: 50, at: "4000")
    #expect(try fixture.conserved())
    try fixture.trade(perpetual, buyer: alice, seller: bob, lots: 300, at: "99500")
    try fixture.trade(call, buyer: bob, seller: alice, lots: 50, at: "4100")
    #expect(try fixture.venue.assets(of: alice).isEmpty && fixture.venue.assets(of: bob).isEmpty)
    #expect(fixture.venue.holders(of: perpetual).isEmpty)
    #expect(try fixture.conserved())
}

@Test func fundingIsZeroSum() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "100000")
    let bob = try fixture.account(2, cash: "100000")
    let perpetual = fixture.btcPerpetual
    try fixture.trade(perpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    let before = (fixture.venue.cash(of: alice), fixture.venue.cash(of: bob))
    try fixture.venue.accrueFunding(of: perpetual, impactBid: amount("101000"), impactAsk: amount("101100"))
    fixture.advance(seconds: 3600)
    try fixture.reportAll()
    try fixture.venue.accrueFunding(of: perpetual, impactBid: nil, impactAsk: nil)
    // 0.95 % ÷ 8 of 100,000 an hour.
    #expect(fixture.venue.cumulativeFunding(of: perpetual) == amount("0.11875"))
    let margin = try fixture.venue.equity(of: alice)
    #expect(margin == before.0 - amount("118.75"))
    #expect(try fixture.conserved())
    try fixture.trade(perpetual, buyer: bob, seller: alice, lots: 1000, at: "100000")
    #expect(fixture.venue.cash(of: bob) == before.1 + amount("118.75") - amount("45"))
    #expect(try fixture.conserved())
}

@Test func feeTiersFollowTheVolumeOfThirtyDays() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "1000000")
    let bob = try fixture.account(2, cash: "1000000")
    try fixture.venue.setFeeTiers([
        FeeTier(volume: 0, maker: 0, taker: 50_000),
        FeeTier(volume: amount("100000"), maker: -10_000, taker: 40_000),
    ])
    #expect(throws: VenueError.self) {
        try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: -60_000, taker: 50_000)])
    }
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    #expect(fixture.venue.collectedFees() == amount("50"))
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    // 40 paid, 10 given back.
    #expect(fixture.venue.collectedFees() == amount("80"))
    #expect(try fixture.venue.volume(of: alice) == amount("200000"))
    fixture.advance(seconds: 29 * 86_400)
    #expect(try fixture.venue.volume(of: alice) == amount("200000"))
    fixture.advance(seconds: 86_400)
    #expect(try fixture.venue.volume(of: alice) == 0)
    #expect(try fixture.venue.feeTier(of: alice, fixture.btc).taker == 50_000)
    #expect(try fixture.conserved())
}

@Test func withdrawalsAreLimited() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "20000000")
    #expect(throws: VenueError.depositInThisBlock(available: 0)) {
        try fixture.venue.withdraw(amount("1"), from: alice)
    }
    let bob = try fixture.account(2, cash: "5")
    // Moved on, the deposit stays what it is.
    try fixture.venue.transfer(amount("100"), from: alice, to: bob)
    #expect(throws: VenueError.depositInThisBlock(available: 0)) {
        try fixture.venue.withdraw(amount("1"), from: bob)
    }
    fixture.advance(seconds: 10)
    try fixture.venue.withdraw(amount("1000000"), from: alice)
    fixture.refuse(.withdrawalLimit(value: amount("1000001"), limit: amount("1000000"))) { venue throws(VenueError) in
        try venue.withdraw(amount("1"), from: alice)
    }
    for _ in 0..<9 {
        fixture.advance(seconds: 3600)
        try fixture.venue.withdraw(amount("1000000"), from: alice)
    }
    #expect(fixture.venue.totalDeposits() == amount("10000005"))
    fixture.advance(seconds: 3600)
    fixture.refuse(.withdrawalLimit(value: amount("10000001"), limit: amount("10000000"))) { venue throws(VenueError) in
        try venue.withdraw(amount("1"), from: alice)
    }
    fixture.advance(seconds: 86_400)
    fixture.venue.noteBadDebt(bob, amount("1"))
    let block = fixture.venue.blockNumber
    fixture.refuse(.withdrawalsClosed(untilBlock: block + 50)) { venue throws(VenueError) in
        try venue.withdraw(amount("1"), from: alice)
    }
    for _ in 0..<50 { fixture.advance(seconds: 1) }
    try fixture.venue.withdraw(amount("1"), from: alice)
    #expect(try fixture.conserved())
}

@Test func withdrawalNeedsInitialMargin() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "25000")
    let bob = try fixture.account(2, cash: "25000")
    try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
    try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
    fixture.advance(seconds: 1)
    let before = fixture.venue.checkpoint
    #expect(throws: VenueError.insufficientMargin(available: amount("21999"), required: amount("22000"))) {
        try fixture.venue.withdraw(amount("3001"), from: alice)
    }
    fixture.venue.revert(to: before)
    #expect(fixture.venue.cash(of: alice) == amount("25000"))
    try fixture.venue.withdraw(amount("3000"), from: alice)
    #expect(try fixture.venue.margin(of: alice, .initial) == 0)
}

@Test func restrictedInstruments() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "50000")
    let bob = try fixture.account(2, cash: "50000")
    let perpetual = fixture.btcPerpetual
    try fixture.trade(perpetual, buyer: alice, seller: bob, lots: 10, at: "100000")
    func order(_ side: Side, _ lots: Int64) -> OrderEntry {
        OrderEntry(account: alice, instrument: perpetual, side: side, ticks: 1_000_000, lots: lots)
    }
    try fixture.venue.setStatus(of: perpetual, to: .reduceOnly)
    #expect(throws: VenueError.reduceOnly) { try fixture.venue.checkOrderEntry(order(.buy, 1)) }
    try fixture.venue.checkOrderEntry(order(.sell, 10))
    try fixture.venue.setStatus(of: perpetual, to: .halted)
    #expect(throws: VenueError.instrumentClosed(.halted)) { try fixture.venue.checkOrderEntry(order(.sell, 10)) }
    try fixture.venue.setStatus(of: perpetual, to: .active)
    try fixture.venue.checkOrderEntry(order(.buy, 1))
    try fixture.venue.set(.accountOpenInterestCap, to: amount("1000"))
    #expect(throws: VenueError.openInterestCap(value: amount("1100"), limit: amount("1000"))) {
        try fixture.venue.checkOrderEntry(order(.buy, 1))
    }
    #expect(throws: VenueError.instrumentClosed(.active)) {
        try fixture.venue.setStatus(of: perpetual, to: .settled)
    }
}

@Test func parametersKeepTheirBounds() throws {
    var fixture = try VenueFixture()
    for parameter in VenueParameter.allCases {
        let range = parameter.range
        #expect(fixture.venue.parameter(parameter) == range.initial)
        for value in [range.least - 1, range.most + 1] {
            #expect(
                throws: VenueError.parameterOutOfRange(value: value, least: range.least, most: range.most)
            ) { try fixture.venue.set(parameter, to: value) }
        }
        #expect(fixture.venue.parameter(parameter) == range.initial)
        try fixture.venue.set(parameter, underlying: fixture.btc, to: range.least)
        #expect(fixture.venue.parameter(parameter, underlying: fixture.btc) == range.least)
        #expect(fixture.venue.parameter(parameter, underlying: fixture.eth) == range.initial)
    }
}

@Test func keysTradeButDoNotWithdraw() throws {
    var fixture = try VenueFixture()
    let alice = try fixture.account(1, cash: "1")
    let (owner, key) = (Address(UInt256(1 as UInt64)), Address(UInt256(99 as UInt64)))
    #expect(try fixture.venue.mayAct(owner, for: alice, takingMoney: true))
    #expect(try !fixture.venue.mayAct(key, for: alice))
    try fixture.venue.setSessionKey(key, of: alice, until: fixture.venue.time + 10)
    #expect(try fixture.venue.mayAct(key, for: alice))
    #expect(try !fixture.venue.mayAct(key, for: alice, takingMoney: true))
    fixture.advance(seconds: 11)
    #expect(try !fixture.venue.mayAct(key, for: alice))
}
