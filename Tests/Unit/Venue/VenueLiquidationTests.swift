import Derivatives
import Foundations
import Testing

// The waterfall step by step (derivatives.md, section 8), on a long perpetual of standard mode: 40×, maintenance 1.25 %.

@Suite struct VenueLiquidation {
    var fixture: VenueFixture
    let alice: AccountNumber
    let bob: AccountNumber
    let carol: AccountNumber

    /// Alice is long 1 BTC at 100,000 with 3,000, Bob short with much, Carol has much and nothing else.
    init() throws {
        fixture = try VenueFixture()
        try fixture.venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
        alice = try fixture.account(1, cash: "3000", .standard)
        bob = try fixture.account(2, cash: "1000000", .standard)
        carol = try fixture.account(3, cash: "1000000", .standard)
        try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
        try fixture.venue.set(.liquidationInterest, to: wad)
        // No funding while nobody quotes.
        try fixture.venue.set(.interestRate, to: 0)
        try fixture.block(btc: "100000")
    }

    private func request(_ side: Side, _ price: Int64, _ lots: Int64) -> OrderRequest {
        OrderRequest(instrument: fixture.btcPerpetual, side: side, ticks: price * 10, lots: lots)
    }

    private mutating func lots(_ account: AccountNumber) -> Int64 {
        fixture.venue.position(of: account, in: fixture.btcPerpetual).lots
    }

    // MARK: - Rules

    @Test(arguments: [(450, "0.825"), (3600, "0.65625"), (22_500, "0.35"), (0, "0.95"), (900, "0.7"), (44_100, "0")])
    func auctionPricesFallOnSchedule(seconds: UInt64, factor: String) throws {
        let result = try AuctionRule.priceFactor(
            elapsed: seconds, first: amount("0.05"), second: amount("0.3"), fast: 900, slow: 43_200)
        #expect(result == amount(factor))
    }

    @Test func theLargestFractionBringsTheBufferedMarginToZero() throws {
        let (margin, value, reserved) = (amount("-225"), amount("1000"), amount("100"))
        for factor in ["0.95", "0.7", "0"].map({ amount($0) }) {
            let fraction = try AuctionRule.largestFraction(
                margin: margin, markToMarket: value, reserved: reserved, factor: factor, buffer: amount("0.15"))
            let buffered = margin + (margin - value) * 15 / 100
            // (1 − f)(BM − R) + R + f·d·(MtM − R)
            let after =
                try (buffered - reserved).timesWad(wad - fraction, .down) + reserved
                + (value - reserved).timesWad(factor, .down).timesWad(fraction, .down)
            #expect(after.magnitude < 10_000)
        }
        let all = try AuctionRule.largestFraction(
            margin: margin, markToMarket: 0, reserved: 0, factor: wad, buffer: amount("0.15"))
        #expect(all == wad)
    }

    @Test func deleveragingPoliciesShareAsTheySay() throws {
        let parties = [
            Counterparty(
                account: 1, lots: 100, profit: amount("1000"), leverage: amount("2"), equity: amount("1000000")),
            Counterparty(
                account: 2, lots: 300, profit: amount("600"), leverage: amount("10"), equity: amount("1000000")),
            Counterparty(
                account: 3, lots: 50, profit: amount("-100"), leverage: amount("1"), equity: amount("1000000")),
        ]
        func shares(_ policy: DeleveragingPolicy, _ lots: Int64) throws -> [[Int64]] {
            try DeleveragingRule.shares(of: lots, among: parties, policy).map { [Int64($0.account), $0.lots] }
        }
        #expect(try shares(.queue, 350) == [[2, 300], [1, 50]])
        #expect(try shares(.proRata, 325) == [[2, 300], [1, 20], [3, 5]])
        #expect(try shares(.minimal, 120) == [[1, 100], [2, 20]])
        #expect(try shares(.queue, 1000) == [[2, 300], [1, 100], [3, 50]])
        #expect(DeleveragingRule.fewestLots(for: amount("701"), among: parties, most: 450) == 71)
        // At 2 a lot 350 lots make 700 up, as 70 at 10 do.
        #expect(DeleveragingRule.fewestLots(for: amount("1100"), among: parties, most: 450) == 450)
    }

    // MARK: - Steps 1 and 2

    @Test mutating func ordersGoAndTheBookClosesWhatMarginNeeds() throws {
        let (sell, bid, ask) = (
            request(.sell, 101_000, 10), request(.buy, 97_990, 2000), request(.sell, 98_010, 10)
        )
        let (alice, carol) = (alice, carol)
        try fixture.block(btc: "100000") { venue in
            try venue.place(sell, for: alice)
            try venue.place(bid, for: carol)
            try venue.place(ask, for: carol)
        }
        try fixture.block(btc: "98000")
        #expect(fixture.venue.openOrders(of: alice).isEmpty)
        // 1.1 · 1.25 % of 742 lots of 98 is less than 1,000, of 743 it is not.
        #expect(lots(alice) == 742)
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        #expect(fixture.events(.liquidationFilled).count == 1)
        #expect(
            fixture.events(.orderRemoved).contains { $0.words[2].limb0 == UInt64(RemovalReason.liquidation.rawValue) })
    }

    @Test mutating func theBookIsNotTakenBelowThePenalty() throws {
        // 98,000 · (1 − 1.5 · 1.25 %) = 96,162.5
        let carol = carol
        let bids = [request(.buy, 96_163, 10), request(.buy, 96_162, 500)]
        try fixture.block(btc: "100000") { venue in
            for bid in bids { try venue.place(bid, for: carol) }
        }
        try fixture.block(btc: "98000")
        #expect(lots(alice) == 990)
        #expect(fixture.venue.liquidationStep(of: alice) == .book)
        try fixture.block(btc: "98000")
        #expect(lots(alice) == 990)
        #expect(fixture.venue.liquidationStep(of: alice) == .auction)
    }

    @Test mutating func largePositionsGoInTwoParts() throws {
        try fixture.venue.deposit(amount("3000"), to: alice)
        try fixture.trade(fixture.btcPerpetual, buyer: alice, seller: bob, lots: 1000, at: "100000")
        let (bid, carol) = (request(.buy, 97_499, 4000), carol)
        try fixture.block(btc: "100000") { venue in try venue.place(bid, for: carol) }
        try fixture.block(btc: "97500")
        #expect(lots(alice) == 1600)
        try fixture.block(seconds: 20, btc: "97500")
        #expect(lots(alice) == 1600)
        #expect(fixture.venue.liquidationStep(of: alice) == .book)
        try fixture.block(seconds: 10, btc: "97500")
        #expect(lots(alice) < 750)
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
    }

    @Test mutating func aBlockMovesATenthOfOpenInterest() throws {
        try fixture.venue.set(.liquidationInterest, to: amount("0.1"))
        let (bid, carol) = (request(.buy, 97_990, 2000), carol)
        try fixture.block(btc: "100000") { venue in try venue.place(bid, for: carol) }
        // What the first two parts lost against the mark, the third makes up.
        for left in [900, 800, 740] as [Int64] {
            try fixture.block(btc: "98000")
            #expect(lots(alice) == left)
        }
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
    }

    // MARK: - Step 3

    /// Without books Alice's portfolio is in auction after two blocks.
    private mutating func openAuction(at price: String = "98000") throws {
        try fixture.venue.set(.bookPolicy, to: 0)
        try fixture.block(btc: price)
    }

    @Test mutating func anAuctionSellsAFractionOfEverything() throws {
        try openAuction()
        #expect(fixture.venue.liquidationStep(of: alice) == .auction)
        let (alice, carol) = (alice, carol)
        fixture.refuse(.inLiquidation) { [request = request(.sell, 98_000, 10)] venue throws(VenueError) in
            try venue.place(request, for: alice)
        }
        let auction = try fixture.venue.auction(of: alice)
        // BM = −225 − 0.15 · 1,225; f = BM ÷ (BM − 950)
        #expect((auction.most - amount("0.300827966881324748")).magnitude < 10)
        #expect(auction.price == amount("950") && auction.value == amount("1000"))
        func bid(
            _ fraction: Int128, _ limit: String, _ trade: UInt64
        ) -> (inout Venue<VenueMemory>) throws(VenueError) -> Void {
            { venue throws(VenueError) in
                _ = try venue.bid(on: alice, by: carol, fraction: fraction, limit: amount(limit), lastTrade: trade)
            }
        }
        fixture.refuse(.staleBid(lastTrade: auction.lastTrade), bid(wad, "1000", auction.lastTrade - 1))
        fixture.refuse(.bidTooSmall(fraction: 1, least: auction.least), bid(1, "1000", auction.lastTrade))
        fixture.refuse(
            .priceLimit(price: amount("285.95"), limit: amount("285")), bid(wad, "285", auction.lastTrade))
        let fill = try fixture.venue.bid(
            on: alice, by: carol, fraction: wad, limit: amount("286"), lastTrade: auction.lastTrade)
        // The nearest to 300.8 lots, for 95 % of 301.
        #expect(fill.fraction == amount("0.301") && fill.price == amount("285.95"))
        #expect(lots(alice) == 699 && lots(carol) == 301)
        #expect(try fixture.venue.equity(of: alice) == amount("984.95"))
        #expect(try fixture.venue.equity(of: carol) == amount("1000015.05"))
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        try fixture.block(btc: "98000")
    }

    @Test mutating func smallBidsReserveWhatTheyPaid() throws {
        try openAuction()
        for _ in 0..<12 where fixture.venue.liquidationStep(of: alice) == .auction {
            let auction = try fixture.venue.auction(of: alice)
            let before = try fixture.venue.margin(of: alice, .maintenance)
            _ = try fixture.venue.bid(
                on: alice, by: carol, fraction: auction.least, limit: wad * 1000, lastTrade: auction.lastTrade)
            #expect(try fixture.venue.margin(of: alice, .maintenance) > before)
            try fixture.block(btc: "98000")
        }
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        // Bids stop where margin is met, before the buffer is.
        #expect((700...900).contains(lots(alice)))
    }

    @Test mutating func aDepositEndsAnAuction() throws {
        try openAuction()
        try fixture.venue.deposit(amount("500"), to: alice)
        try fixture.block(btc: "98000")
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        let (request, alice) = (request(.sell, 98_000, 10), alice)
        try fixture.block(btc: "98000") { venue in try venue.place(request, for: alice) }
    }

    @Test mutating func whereTheMarketWaitsTheClockDoes() throws {
        try openAuction()
        // Nothing is reported for longer than twice the heartbeat.
        for _ in 0..<10 {
            fixture.advance(seconds: 60)
            fixture.venue.openBlock()
            fixture.venue.closeBlock()
        }
        fixture.refuse(.liquidationPaused) { [alice] venue throws(VenueError) in _ = try venue.auction(of: alice) }
        try fixture.block(seconds: 60, btc: "98000")
        let auction = try fixture.venue.auction(of: alice)
        // Two heartbeats passed with prices, the rest did not count.
        #expect(fixture.venue.time - auction.start <= 180)
        #expect(auction.price >= amount("900"))
    }

    @Test mutating func aSoundAccountIsBoughtByNobodyAndDeleveragedAtTheMark() throws {
        try fixture.venue.set(.auctionPolicy, to: 0)
        try openAuction()
        try fixture.block(btc: "98000")
        #expect(lots(alice) == 0 && lots(bob) == 0)
        #expect(fixture.venue.cash(of: alice) == amount("1000"))
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
    }

    // MARK: - Steps 4 to 6

    @Test mutating func insurancePaysARisingShareToWhoTakesAnInsolventPortfolio() throws {
        try fixture.venue.contribute(amount("10000"), from: bob)
        try openAuction(at: "96500")
        #expect(fixture.venue.liquidationStep(of: alice) == .insolvency)
        #expect(try fixture.venue.auction(of: alice).price == amount("-500"))
        for _ in 0..<18 { try fixture.block(seconds: 100, btc: "96500") }
        let auction = try fixture.venue.auction(of: alice)
        // Half of the requirement of 1,206.25 above what is lacking.
        #expect(auction.price == amount("-1103.125"))
        let (alice, carol) = (alice, carol)
        fixture.refuse(.priceLimit(price: amount("-1103.125"), limit: amount("-1104"))) { venue throws(VenueError) in
            _ = try venue.bid(
                on: alice, by: carol, fraction: wad, limit: amount("-1104"), lastTrade: auction.lastTrade)
        }
        _ = try fixture.venue.bid(
            on: alice, by: carol, fraction: wad, limit: amount("-1100"), lastTrade: auction.lastTrade)
        #expect(fixture.venue.insuranceFund() == amount("8896.875"))
        #expect(fixture.venue.cash(of: alice) == 0 && lots(alice) == 0 && lots(carol) == 1000)
        #expect(try fixture.venue.equity(of: carol) == amount("1000603.125"))
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        #expect(fixture.venue.liquidationTotals().insurancePaid == amount("1103.125"))
        // Bad debt closes withdrawals.
        let open = fixture.venue.blockNumber - 18 + 50
        fixture.refuse(.withdrawalsClosed(untilBlock: open)) { venue throws(VenueError) in
            try venue.withdraw(amount("1"), from: carol)
        }
    }

    @Test mutating func insuranceIsCappedInABlock() throws {
        try fixture.venue.contribute(amount("10000"), from: bob)
        try fixture.venue.set(.insuranceBlockCap, to: amount("125"))
        try openAuction(at: "96500")
        for _ in 0..<4 {
            let before = fixture.venue.insuranceFund()
            for _ in 0..<2 {
                guard let auction = try? fixture.venue.auction(of: alice) else { continue }
                _ = try fixture.venue.bid(
                    on: alice, by: carol, fraction: wad, limit: 0, lastTrade: auction.lastTrade)
            }
            #expect((amount("100")...amount("125")).contains(before - fixture.venue.insuranceFund()))
            try fixture.block(btc: "96500")
        }
        #expect(fixture.venue.liquidationStep(of: alice) == .insolvency)
        #expect(fixture.venue.insuranceFund() >= amount("9500"))
    }

    @Test(arguments: [DeleveragingPolicy.queue, .proRata, .minimal])
    mutating func withoutInsuranceWinnersCloseAtTheBankruptcyPrice(policy: DeleveragingPolicy) throws {
        try fixture.venue.set(.deleveragingPolicy, to: Int128(policy.rawValue))
        try openAuction(at: "96500")
        try fixture.block(btc: "96500")
        // 500 are lacking: of 1,000 lots half a dollar each; of the fewest lots 3.5, what Bob gained on each.
        let closed: Int64 = policy == .minimal ? 143 : 1000
        #expect(lots(alice) == 1000 - closed && lots(bob) == closed - 1000)
        #expect(try (0...1000).contains(fixture.venue.equity(of: alice)))
        #expect(try (amount("1003000") - fixture.venue.equity(of: bob)).magnitude < 1000)
        #expect(fixture.venue.liquidationStep(of: alice) == (policy == .minimal ? .auction : .none))
        #expect(fixture.events(.deleveraged).count == 1)
    }

    @Test mutating func whatIsLeftIsBorneByTheDaysProfitableAccounts() throws {
        try fixture.venue.set(.deleveragingPolicy, to: 0)
        try openAuction(at: "96500")
        try fixture.block(btc: "96500")
        #expect(try fixture.venue.equity(of: alice) == 0)
        #expect(fixture.venue.cash(of: bob) == amount("999500"))
        #expect(fixture.venue.cash(of: carol) == amount("1000000"))
        #expect(fixture.venue.liquidationTotals().socialised == amount("500"))
        #expect(fixture.events(.socialised).count == 1)
        #expect(fixture.venue.solvencyRecord().badDebt == 0)
    }

    // MARK: - The sweep

    @Test mutating func liquidationOfADivergentUnderlyingWaits() throws {
        let (bids, carol) = ([request(.buy, 85_000, 2000), request(.sell, 85_100, 2000)], carol)
        try fixture.venue.set(.priceBand, to: amount("0.5"))
        try fixture.venue.set(.divergenceLimit, to: amount("0.01"))
        try fixture.venue.set(.markAverageSeconds, to: 1)
        try fixture.block(btc: "100000") { venue in
            for bid in bids { try venue.place(bid, for: carol) }
        }
        for _ in 0..<3 { try fixture.block(btc: "100000") }
        #expect(try fixture.venue.isDivergent(underlying: fixture.btc))
        #expect(fixture.venue.liquidationStep(of: alice) != .none)
        #expect(lots(alice) == 1000)
        #expect(try fixture.venue.liquidationIsPaused(alice))
    }

    /// Quotes pass the breaker, as nothing else brings a mark back that a book without them has led away: were they refused, whoever
    /// is in the waterfall would stay there for ever (the demo with three times the crash and a tenth of the caps did not end).
    @Test mutating func newQuotesEndADivergence() throws {
        try liquidationOfADivergentUnderlyingWaits()
        let (quotes, hit) = ([request(.buy, 99_990, 2000), request(.sell, 100_010, 2000)], request(.buy, 100_010, 10))
        let (bob, carol) = (bob, carol)
        try fixture.block(btc: "100000") { venue in
            try venue.cancelAll(of: carol)
            for quote in quotes { try venue.place(quote, for: carol) }
        }
        // Bob is short: what he buys adds no risk, what he sells does.
        #expect(try fixture.venue.isDivergent(underlying: fixture.btc))
        try fixture.venue.place(hit, for: bob)
        let sale = request(.sell, 99_990, 10)
        fixture.refuse(
            .divergence(value: try fixture.venue.divergence(underlying: fixture.btc), limit: amount("0.01"))
        ) { venue throws(VenueError) in try venue.place(sale, for: bob) }
        for _ in 0..<3 { try fixture.block(btc: "100000") }
        #expect(try !fixture.venue.isDivergent(underlying: fixture.btc))
        try fixture.venue.place(sale, for: bob)
        // At its true price Alice is sound, and has lost nothing.
        #expect(fixture.venue.liquidationStep(of: alice) == .none)
        #expect(lots(alice) == 1000)
    }

    @Test mutating func theSweepAndTheQueueCarryOver() throws {
        try fixture.venue.set(.bookPolicy, to: 0)
        let dave = try fixture.account(4, cash: "2600", .standard)
        try fixture.trade(fixture.btcPerpetual, buyer: dave, seller: bob, lots: 1000, at: "100000")
        try fixture.venue.set(.sweepAccounts, to: 3)
        try fixture.venue.set(.liquidationWork, to: 1)
        var steps: [[LiquidationStep]] = []
        for _ in 0..<5 {
            fixture.advance(seconds: 12)
            try fixture.reportAll(btc: "98000")
            fixture.venue.openBlock()
            fixture.venue.closeBlock()
            steps.append([fixture.venue.liquidationStep(of: alice), fixture.venue.liquidationStep(of: dave)])
        }
        // Three of four accounts a block; one step a block, for Dave first, who is worse.
        #expect(steps[0] == [.auction, .none])
        #expect(steps[1] == [.auction, .auction])
        #expect(fixture.venue.liquidationQueueCount() == 2)
    }

    @Test mutating func theSummaryTellsWhatThereIs() throws {
        let record = fixture.venue.solvencyRecord()
        #expect(record.equity == amount("2003000") && record.cash == amount("2003000"))
        #expect(record.badDebt == 0 && record.inLiquidation == 0 && record.block == fixture.venue.blockNumber)
        // 3,000 over 1,250.
        #expect(record.worstRatio == 2_400_000_000_000_000_000)
        let btc = try fixture.venue.underlyingRecord(fixture.btc)
        #expect(btc.openInterest == wad && btc.holders == 2 && btc.worstRatio == record.worstRatio)
        #expect(try fixture.venue.underlyingRecord(fixture.eth).worstRatio == .max)
        try openAuction(at: "96500")
        #expect(fixture.venue.solvencyRecord().badDebt == amount("500"))
        #expect(fixture.venue.solvencyRecord().inLiquidation == 1)
    }

    // MARK: - Attacks

    /// Orders of a lot each before real depth: they cost whoever puts them, and hold nothing up for long.
    @Test mutating func dustOrdersDoNotHoldALiquidationUp() throws {
        var parameters = fixture.venue.bookParameters()
        parameters.ordersPerAct = 10
        try fixture.venue.setBookParameters(parameters)
        let mallory = try fixture.account(5, cash: "200000", .standard)
        let (dust, depth, carol) = (request(.buy, 97_995, 1), request(.buy, 97_990, 2000), carol)
        try fixture.block(btc: "100000") { venue in
            for _ in 0..<200 { try venue.place(dust, for: mallory) }
            try venue.place(depth, for: carol)
        }
        var blocks = 0
        while blocks < 60, lots(alice) > 742 {
            try fixture.block(btc: "98000")
            blocks += 1
        }
        // Ten a block, as Alice alone would be: at a better price than without the dust.
        #expect(blocks == 21)
        #expect((735...742).contains(lots(alice)) && fixture.venue.liquidationStep(of: alice) == .none)
    }

    /// Dust without end: after the step's time bidders have what is left.
    @Test mutating func dustWithoutEndLeadsToAuction() throws {
        var parameters = fixture.venue.bookParameters()
        parameters.ordersPerAct = 10
        try fixture.venue.setBookParameters(parameters)
        try fixture.venue.set(.bookSeconds, to: 60)
        let mallory = try fixture.account(5, cash: "200000", .standard)
        let dust = request(.buy, 97_995, 1)
        try fixture.block(btc: "100000") { venue in
            for _ in 0..<100 { try venue.place(dust, for: mallory) }
        }
        for _ in 0..<6 { try fixture.block(btc: "97100") }
        #expect(fixture.venue.liquidationStep(of: alice) == .auction)
    }

    /// The smallest bids before everyone else's, a bid repeated, and a bid inside another's knowledge of the trade.
    @Test mutating func smallBidsCannotKeepOthersOut() throws {
        try openAuction()
        let mallory = try fixture.account(5, cash: "100000", .standard)
        var rounds = 0
        while fixture.venue.liquidationStep(of: alice) == .auction, rounds < 20 {
            let auction = try fixture.venue.auction(of: alice)
            let fill = try fixture.venue.bid(
                on: alice, by: mallory, fraction: auction.least, limit: amount("1000"), lastTrade: auction.lastTrade)
            let stale = VenueError.staleBid(lastTrade: fill.trade)
            // Both find another portfolio than they bid for, and lose nothing.
            if fixture.venue.liquidationStep(of: alice) == .auction {
                for bidder in [mallory, carol] {
                    fixture.refuse(stale) { [alice] venue throws(VenueError) in
                        _ = try venue.bid(
                            on: alice, by: bidder, fraction: wad, limit: amount("1000"), lastTrade: auction.lastTrade)
                    }
                }
            }
            rounds += 1
        }
        #expect(rounds <= 10)
        fixture.refuse(.noAuction) { [alice, carol] venue throws(VenueError) in
            _ = try venue.bid(on: alice, by: carol, fraction: wad, limit: amount("1000"), lastTrade: 1)
        }
        fixture.refuse(.unauthorized) { [alice] venue throws(VenueError) in
            _ = try venue.bid(on: alice, by: alice, fraction: wad, limit: amount("1000"), lastTrade: 1)
        }
    }
}
