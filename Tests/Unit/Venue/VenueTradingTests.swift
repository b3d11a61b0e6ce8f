import Derivatives
import Foundations
import Testing

// The book and the clearing house as one venue.

@Suite struct VenueTrading {
    var fixture: VenueFixture

    init() throws { fixture = try VenueFixture() }

    /// A limit order on the BTC perpetual: ticks of 0.1, lots of 0.001.
    @discardableResult
    private mutating func put(
        _ side: Side, _ price: Int64?, _ lots: Int64, by account: AccountNumber,
        change: (inout OrderRequest) -> Void = { _ in }
    ) throws(VenueError) -> Placement {
        var request = OrderRequest(
            instrument: fixture.btcPerpetual, side: side, ticks: price.map { $0 * 10 }, lots: lots)
        change(&request)
        return try fixture.venue.place(request, for: account)
    }

    /// Why an order is refused; nothing of it stays.
    private mutating func refusal(
        _ side: Side, _ price: Int64?, _ lots: Int64, by account: AccountNumber,
        change: (inout OrderRequest) -> Void = { _ in }
    ) -> VenueError? {
        let before = fixture.venue.checkpoint
        do throws(VenueError) { try put(side, price, lots, by: account, change: change) } catch {
            fixture.venue.revert(to: before)
            return error
        }
        return nil
    }

    private mutating func reasons() -> [RemovalReason] {
        fixture.venue.storage.takeEvents().filter { $0.kind == .orderRemoved }.compactMap {
            RemovalReason(rawValue: UInt8($0.words[2].limb0))
        }
    }

    @Test mutating func openOrdersCountAtTheirWorstSide() throws {
        let alice = try fixture.account(1, cash: "20000")
        // 1 BTC of 100,000 moves by 18 % and more in the worst scenario: 20,000 carry one, not two.
        try put(.buy, 99_000, 500, by: alice)
        let second = refusal(.buy, 99_000, 1000, by: alice)
        guard case .insufficientMargin = second else {
            Issue.record("\(String(describing: second))")
            return
        }
        // The other side costs nothing more.
        try put(.sell, 101_000, 500, by: alice)
        let cached = try fixture.venue.marginBreakdown(of: alice, .initial)
        let anew = try fixture.venue.marginFromScratch(of: alice, .initial)
        #expect(cached == anew)
        try fixture.venue.cancelAll(of: alice)
        let free = try fixture.venue.marginBreakdown(of: alice, .initial)
        #expect(free.margin == amount("20000"))
    }

    @Test mutating func tradesMoveMoneyAndKeepTheSum() throws {
        let alice = try fixture.account(1, cash: "100000")
        let bob = try fixture.account(2, cash: "100000")
        try put(.sell, 100_100, 300, by: alice)
        let taken = try put(.buy, nil, 200, by: bob)
        #expect(taken.lotsFilled == 200)
        let (long, short) = (
            fixture.venue.position(of: bob, in: fixture.btcPerpetual).lots,
            fixture.venue.position(of: alice, in: fixture.btcPerpetual).lots
        )
        let aggregate = fixture.venue.orderAggregate(of: alice, in: fixture.btcPerpetual)
        let conserved = try fixture.conserved()
        #expect(long == 200 && short == -200 && aggregate.sellLots == 100 && conserved)
        for account in [alice, bob] {
            let cached = try fixture.venue.marginBreakdown(of: account, .initial)
            let anew = try fixture.venue.marginFromScratch(of: account, .initial)
            #expect(cached == anew)
        }
        // The band is 5 % of the mark: what asks more is not reached.
        try fixture.venue.cancelAll(of: alice)
        try put(.sell, 106_000, 100, by: alice)
        let outside = try put(.buy, nil, 100, by: bob)
        #expect(outside.lotsFilled == 0 && outside.removal == .unfilled)
    }

    @Test mutating func aMakerThatLostItsMarginGoes() throws {
        let alice = try fixture.account(1, cash: "20000")
        let bob = try fixture.account(2, cash: "1000000")
        try put(.buy, 99_000, 500, by: alice)
        fixture.advance(seconds: 2)
        try fixture.reportAll()
        // The money goes elsewhere than out: to another account.
        let carol = try fixture.account(3, cash: "0")
        let margin = try fixture.venue.marginBreakdown(of: alice, .initial).margin
        try fixture.venue.transfer(margin, from: alice, to: carol)
        fixture.advance(seconds: 2)
        try fixture.reportAll(btc: "97000")
        _ = reasons()
        let taken = try put(.sell, 98_000, 500, by: bob) { $0.timeInForce = .immediateOrCancel }
        let gone = reasons()
        #expect(taken.lotsFilled == 0 && gone == [.makerMargin, .unfilled])
    }

    @Test mutating func staleOraclesStopWhatAddsRisk() throws {
        let alice = try fixture.account(1, cash: "100000")
        let bob = try fixture.account(2, cash: "100000")
        try put(.sell, 100_000, 300, by: alice)
        try put(.buy, 100_000, 200, by: bob)
        fixture.advance(seconds: 61)
        let adding = refusal(.buy, 100_000, 10, by: bob)
        #expect(adding == .oracleStale)
        try put(.sell, 100_100, 100, by: bob) { $0.isReduceOnly = true }
        let cancelled = try fixture.venue.cancelAll(of: bob)
        #expect(cancelled == 1)
    }

    @Test mutating func triggersFollowTheMark() throws {
        let alice = try fixture.account(1, cash: "100000")
        let bob = try fixture.account(2, cash: "100000")
        try put(.buy, 96_000, 500, by: alice)
        try put(.sell, 100_000, 100, by: alice)
        try put(.buy, 100_000, 100, by: bob)
        let stop = try put(.sell, nil, 100, by: bob) {
            $0.isReduceOnly = true
            $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 975_000)
        }
        for price in ["100000", "98000"] {
            fixture.advance(seconds: 2)
            try fixture.reportAll(btc: price)
            let woken = try fixture.venue.runTriggers()
            #expect(woken == 0)
        }
        fixture.advance(seconds: 2)
        try fixture.reportAll(btc: "97000")
        let woken = try fixture.venue.runTriggers()
        let lots = fixture.venue.position(of: bob, in: fixture.btcPerpetual).lots
        let order = fixture.venue.order(stop.id)
        let conserved = try fixture.conserved()
        #expect(woken == 1 && lots == 0 && order == nil && conserved)
    }

    @Test mutating func protectionCountsDeltas() throws {
        let maker = try fixture.account(1, cash: "1000000")
        let taker = try fixture.account(2, cash: "1000000")
        let protection = QuoteProtection(
            quantity: 0, delta: amount("0.5"), vega: 0, window: 10, freeze: 5)
        try fixture.venue.setProtection(protection, of: maker, underlying: fixture.btc)
        for price: Int64 in [100_100, 100_200, 100_300] {
            try put(.sell, price, 400, by: maker) { $0.isQuote = true }
        }
        let taken = try put(.buy, 100_300, 1200, by: taker) { $0.timeInForce = .immediateOrCancel }
        let frozen = refusal(.sell, 100_100, 10, by: maker) { $0.isQuote = true }
        #expect(taken.lotsFilled == 800 && frozen == .quotesFrozen(until: VenueFixture.start + 5))
    }

    @Test mutating func refusedActsLeaveTheCachesTrue() throws {
        let alice = try fixture.account(1, cash: "20000")
        let acts = (1...6).map { number in
            BookAct.place(
                OrderRequest(
                    instrument: fixture.btcPerpetual, side: .buy, ticks: 990_000 - Int64(number), lots: 300))
        }
        let outcomes = try fixture.venue.perform(acts, for: alice, isAtomic: false)
        let refused = outcomes.count {
            if case .refused(.insufficientMargin) = $0 { true } else { false }
        }
        let cached = try fixture.venue.marginBreakdown(of: alice, .initial)
        let anew = try fixture.venue.marginFromScratch(of: alice, .initial)
        #expect(refused > 0 && refused < 6 && cached == anew && cached.margin >= 0)
    }
}
