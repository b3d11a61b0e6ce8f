import Derivatives
import Foundations

/// A day and a month at a venue in which everything is written that it can write.
enum LayoutSession {
    static func run() throws -> VenueFixture {
        var fixture = try VenueFixture()
        try configure(&fixture)
        let alice = try fixture.account(1, cash: "3000000")
        let bob = try fixture.account(2, cash: "3000000")
        try money(&fixture, alice, bob)
        try trade(&fixture, alice, bob)
        try expire(&fixture, alice, bob)
        try orders(&fixture, alice, bob)
        return fixture
    }

    /// A long perpetual through the steps of the waterfall.
    static func liquidation() throws -> VenueFixture {
        var fixture = try VenueFixture()
        let alice = try fixture.account(1, cash: "3000", .standard)
        let bob = try fixture.account(2, cash: "1000000", .standard)
        let carol = try fixture.account(3, cash: "1000000", .standard)
        let perpetual = fixture.btcPerpetual
        try fixture.trade(perpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
        try fixture.venue.set(.liquidationInterest, to: wad)
        try fixture.venue.contribute(amount("10000"), from: bob)
        try fixture.block(btc: "100000") { venue in
            try venue.place(OrderRequest(instrument: perpetual, side: .buy, ticks: 979_900, lots: 100), for: carol)
        }
        // A little through the book, a little by auction, the rest with the fund's help.
        for _ in 0..<2 { try fixture.block(btc: "98000") }
        let auction = try fixture.venue.auction(of: alice)
        _ = try fixture.venue.bid(
            on: alice, by: carol, fraction: auction.least, limit: wad * 1000, lastTrade: auction.lastTrade)
        try fixture.block(btc: "95000")
        try fixture.block(seconds: 100, btc: "95000")
        let sale = try fixture.venue.auction(of: alice)
        _ = try fixture.venue.bid(on: alice, by: carol, fraction: wad, limit: 0, lastTrade: sale.lastTrade)
        return fixture
    }

    private static func configure(_ fixture: inout VenueFixture) throws {
        fixture.venue.set(.owner, to: Address(UInt256(7 as UInt64)))
        fixture.venue.set(.guardian, to: Address(UInt256(8 as UInt64)))
        fixture.venue.setCashToken(Address(UInt256(9 as UInt64)), decimals: 6)
        try fixture.venue.set(.priceBand, underlying: fixture.btc, to: amount("0.5"))
        try fixture.venue.setLeverageTiers([
            LeverageTier(lower: 0, maximumLeverage: 50), LeverageTier(lower: amount("1000"), maximumLeverage: 20),
        ])
        try fixture.venue.setFeeTiers([
            FeeTier(volume: 0, maker: -1000, taker: 45_000), FeeTier(volume: wad, maker: -2000, taker: 40_000),
        ])
        try fixture.venue.setScenarios(Scenario.standard)
        try fixture.venue.setBookParameters(BookParameters())
        try fixture.report(.quote, 0, [wad])
        try fixture.report(.perpetual, fixture.btc, [amount("100001")])
    }

    private static func money(_ fixture: inout VenueFixture, _ alice: AccountNumber, _ bob: AccountNumber) throws {
        let token = Collateral(
            token: Address(UInt256(5 as UInt64)), decimals: 18, underlying: fixture.btc, haircut: amount("0.05"))
        let kind = try fixture.venue.addCollateral(token)
        try fixture.venue.deposit(amount("0.5"), collateral: kind, to: alice)
        fixture.advance(seconds: 2)
        try fixture.venue.withdraw(amount("10"), from: bob)
        try fixture.venue.setSessionKey(Address(UInt256(6 as UInt64)), of: alice, until: fixture.venue.time + 1000)
    }

    private static func trade(_ fixture: inout VenueFixture, _ alice: AccountNumber, _ bob: AccountNumber) throws {
        let perpetual = fixture.btcPerpetual
        let protection = QuoteProtection(
            quantity: amount("100"), delta: amount("100"), vega: 0, window: 60, freeze: 5)
        try fixture.venue.setProtection(protection, of: alice, underlying: fixture.btc)
        try fixture.venue.place(
            OrderRequest(
                instrument: perpetual, side: .sell, ticks: 1_000_100, lots: 500, clientID: 77, isQuote: true),
            for: alice)
        try fixture.venue.place(OrderRequest(instrument: perpetual, side: .buy, ticks: nil, lots: 200), for: bob)
        try fixture.venue.place(OrderRequest(instrument: perpetual, side: .buy, ticks: 999_900, lots: 300), for: bob)
        try fixture.venue.updateMarks(underlying: fixture.btc)
        let option = fixture.option(.europeanCall, 100_000)
        try fixture.trade(option, buyer: alice, seller: bob, lots: 100, at: "4000")
        for _ in 0..<3 {
            try fixture.venue.accrueFunding(
                of: perpetual, impactBid: amount("100300"), impactAsk: amount("100400"))
            fixture.advance(seconds: 3600)
            try fixture.reportAll()
        }
        try fixture.trade(perpetual, buyer: bob, seller: alice, lots: 10, at: "100000")
        try fixture.venue.insureFees(fixture.venue.collectedFees())
        fixture.venue.noteBadDebt(bob, wad)
    }

    /// The whole window of an expiry with a report a minute, then its settlement.
    private static func expire(_ fixture: inout VenueFixture, _ alice: AccountNumber, _ bob: AccountNumber) throws {
        let expiry = VenueFixture.expiry
        fixture.advance(seconds: expiry - 1860 - fixture.venue.time)
        while fixture.venue.time < expiry - 1 {
            try fixture.reportAll(btc: "101000")
            fixture.advance(seconds: min(60, expiry - 1 - fixture.venue.time))
        }
        try fixture.reportAll(btc: "101000")
        fixture.advance(seconds: 5)
        // One after the other, so that the list is met half way.
        _ = fixture.venue.advanceSettlements(budget: 1)
        _ = fixture.venue.advanceSettlements(budget: 1000)
        try fixture.reportAll(btc: "101000")
    }

    /// Orders of every kind that stay in the book.
    private static func orders(_ fixture: inout VenueFixture, _ alice: AccountNumber, _ bob: AccountNumber) throws {
        let (perpetual, other) = (fixture.btcPerpetual, fixture.ethPerpetual)
        let later = fixture.venue.time + 500
        for step in 0..<3 as Range<Int64> {
            var request = OrderRequest(instrument: perpetual, side: .buy, ticks: 1_000_000 - step * 300, lots: 10)
            request.expiry = later
            request.clientID = UInt64(step) + 1
            try fixture.venue.place(request, for: alice)
        }
        for (side, kind, price, ticks) in [
            (Side.sell, TriggerKind.stop, TriggerPrice.mark, 900_000 as Int64),
            (.sell, .takeProfit, .mark, 1_100_000), (.sell, .stop, .index, 890_000),
            (.sell, .takeProfit, .index, 1_110_000),
        ] {
            let trigger = Trigger(kind: kind, price: price, ticks: ticks)
            try fixture.venue.place(
                OrderRequest(instrument: perpetual, side: side, ticks: nil, lots: 5, trigger: trigger), for: bob)
        }
        fixture.advance(seconds: 2)
        _ = try fixture.venue.removeExpiredOrders()
        _ = try fixture.venue.runTriggers()
        var parameters = fixture.venue.bookParameters()
        parameters.orderingRule = .batchAuction
        // Few triggers a block, so that the next block goes on where this one stopped.
        parameters.triggersPerBlock = 1
        try fixture.venue.setBookParameters(parameters)
        for instrument in [perpetual, other] {
            for ticks in [300_000, 390_000] as [Int64] {
                let request = OrderRequest(
                    instrument: instrument, side: .buy, ticks: instrument == perpetual ? ticks + 650_000 : ticks,
                    lots: 7)
                try fixture.venue.place(request, for: bob)
            }
        }
        for _ in 0..<3 {
            fixture.advance(seconds: 2)
            try fixture.reportAll(btc: "80000")
            _ = try fixture.venue.runTriggers()
        }
    }
}
