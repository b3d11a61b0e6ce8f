import Derivatives
import Foundations
import Testing

// What somebody would try who wants others' money. Attacks on liquidations stand with those (VenueLiquidationTests), and a token that calls back
// in with the contracts (Tests/Acceptance/test_venue.py).

@Suite struct VenueAttacks {
    var fixture: VenueFixture
    let alice: AccountNumber
    let bob: AccountNumber
    let mallory: AccountNumber

    init() throws {
        fixture = try VenueFixture()
        try fixture.venue.set(.interestRate, to: 0)
        alice = try fixture.account(1, cash: "3000", .standard)
        bob = try fixture.account(2, cash: "1000000", .standard)
        mallory = try fixture.account(3, cash: "1000000", .standard)
    }

    private func order(_ side: Side, _ price: Int64, _ lots: Int64) -> OrderRequest {
        OrderRequest(instrument: fixture.btcPerpetual, side: side, ticks: price * 10, lots: lots)
    }

    // MARK: - Oracle jump

    /// The only publisher says that BTC lost 60 % within a block: nobody is liquidated at a price that the ladder refuses, nothing that
    /// adds risk is done at it, and the true price goes on from where it was.
    @Test mutating func aPriceThatJumpsLiquidatesNobody() throws {
        try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
        try fixture.block(btc: "100000")
        try fixture.block(btc: "40000")
        #expect(try fixture.venue.indexPrice(underlying: fixture.btc) == amount("100000"))
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        let (request, mallory) = (order(.buy, 99_000, 1000), mallory)
        fixture.refuse(.oracleInvalid) { venue throws(VenueError) in try venue.place(request, for: mallory) }
        try fixture.block(btc: "100100")
        #expect(try fixture.venue.place(request, for: mallory).lotsOpen == 1000)
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
    }

    /// One of three publishers lies by a tenth, whatever its weight: the index moves by no more than the clamp of 0.5 %.
    @Test mutating func oneLiarMovesTheIndexByTheClamp() throws {
        let publishers = (1...3).map { Address(UInt256(UInt64(0xb0 + $0))) }
        try fixture.venue.setPublishers(
            zip(publishers, [1_000_000_000, 1, 1] as [UInt64]).map { Publisher(address: $0, weight: $1) })
        fixture.advance(seconds: 12)
        for (publisher, price) in zip(publishers, ["110000", "100000", "100000"]) {
            try fixture.venue.submit(
                Report(
                    feed: Feed(.spot, underlying: fixture.btc), values: [amount(price)],
                    timestamp: fixture.venue.time), from: publisher)
        }
        try fixture.venue.updateMarks(underlying: fixture.btc)
        let index = try fixture.venue.indexPrice(underlying: fixture.btc)
        #expect(index > amount("100000") && index <= amount("100500"))
    }

    // MARK: - Flash deposit

    /// Money that came in this block leaves in none of the ways there are, and gives no credit that outlives it.
    @Test mutating func aFlashDepositStays() throws {
        fixture.advance(seconds: 12)
        try fixture.venue.deposit(amount("500000"), to: mallory)
        let (mallory, bob) = (mallory, bob)
        fixture.refuse(.depositInThisBlock(available: amount("1000000"))) { venue throws(VenueError) in
            try venue.withdraw(amount("1000001"), from: mallory)
        }
        fixture.refuse(.depositInThisBlock(available: amount("999999"))) { venue throws(VenueError) in
            try venue.withdraw(amount("1"), from: mallory)
            try venue.withdraw(amount("1000000"), from: mallory)
        }
        // Handed to another account it stays in the block all the same.
        try fixture.venue.transfer(amount("1500000"), from: mallory, to: bob)
        let held = fixture.venue.checkpoint
        do throws(VenueError) {
            try fixture.venue.withdraw(amount("2500000"), from: bob)
            Issue.record("what came in this block left it")
        } catch {
            if case .depositInThisBlock = error {} else { Issue.record("\(error)") }
        }
        fixture.venue.revert(to: held)
        fixture.advance(seconds: 12)
        try fixture.venue.withdraw(amount("500000"), from: bob)
        #expect(try fixture.conserved())
    }

    // MARK: - Wash trades

    /// An account that meets itself trades nothing; two of one owner pay fees for their volume, with the best rebate that a venue may give.
    @Test mutating func washingCostsFees() throws {
        try fixture.venue.setFeeTiers([
            FeeTier(volume: 0, maker: 20_000, taker: 50_000),
            FeeTier(volume: amount("1000000"), maker: -30_000, taker: 30_000),
        ])
        try fixture.venue.place(order(.sell, 100_000, 1000), for: mallory)
        let own = try fixture.venue.place(order(.buy, 100_000, 1000), for: mallory)
        #expect(own.lotsFilled == 0)
        #expect(try fixture.venue.volume(of: mallory) == 0)
        _ = try fixture.venue.cancelAll(of: mallory)
        var money = fixture.venue.cash(of: mallory) + fixture.venue.cash(of: bob)
        for _ in 0..<40 {
            try fixture.venue.place(order(.sell, 100_000, 1000), for: mallory)
            try fixture.venue.place(order(.buy, 100_000, 1000), for: bob)
            try fixture.venue.place(order(.buy, 100_000, 1000), for: mallory)
            try fixture.venue.place(order(.sell, 100_000, 1000), for: bob)
            let after = fixture.venue.cash(of: mallory) + fixture.venue.cash(of: bob)
            #expect(after <= money)
            money = after
        }
        #expect(try fixture.venue.volume(of: mallory) > amount("1000000"))
        #expect(money < amount("2000000") && money + fixture.venue.collectedFees() == amount("2000000"))
    }

    // MARK: - Cancel storm

    /// A thousand orders placed and cancelled leave the book, and what it costs others, as they were.
    @Test mutating func aCancelStormLeavesNothing() throws {
        var calm = fixture
        for _ in 0..<10 {
            var ids: [OrderID] = []
            for step in 0..<100 as Range<Int64> {
                ids.append(try fixture.venue.place(order(.buy, 99_000 - step, 1), for: mallory).id)
            }
            for id in ids { try fixture.venue.cancel(id, of: mallory) }
        }
        #expect(fixture.venue.openOrders(of: mallory).isEmpty)
        #expect(fixture.venue.depth(of: fixture.btcPerpetual, .buy, levels: 10).isEmpty)
        var fills: [Int64] = []
        for venue in [0, 1] {
            var stage = venue == 0 ? fixture : calm
            try stage.venue.place(order(.buy, 99_500, 700), for: bob)
            fills.append(try stage.venue.place(order(.sell, 99_000, 1000), for: mallory).lotsFilled)
            if venue == 0 { fixture = stage } else { calm = stage }
        }
        #expect(fills == [700, 700])
        #expect(fixture.venue.cash(of: bob) == calm.venue.cash(of: bob))
    }

    // MARK: - Expiry pinning

    /// Who moves the index by 5 % in the last minute moves the settlement by a thirtieth of that.
    @Test mutating func theLastMinutePinsNothing() throws {
        let expiry = VenueFixture.expiry
        fixture.advance(seconds: expiry - 1860 - fixture.venue.time)
        try fixture.reportAll()
        while fixture.venue.time < expiry {
            fixture.advance(seconds: 30)
            try fixture.reportAll(btc: fixture.venue.time > expiry - 60 ? "105000" : "100000")
        }
        fixture.advance(seconds: 30)
        for _ in 0..<20 { _ = fixture.venue.advanceSettlements(budget: 100) }
        let price = fixture.venue.settlementPrice(underlying: fixture.btc, expiry: expiry)
        #expect(price > amount("100000") && price <= amount("100167"))
    }
}
