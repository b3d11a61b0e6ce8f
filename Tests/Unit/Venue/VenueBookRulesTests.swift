import Derivatives
import Foundations
import Testing

@Suite struct TriggerOrders {
    var house = BookHouse()

    /// Which side of 1,000 the mark must move to.
    @Test(
        arguments: [
            (.stop, .buy, true), (.stop, .sell, false), (.takeProfit, .buy, false), (.takeProfit, .sell, true),
        ] as [(TriggerKind, Side, Bool)])
    mutating func wakesAtItsPrice(_ kind: TriggerKind, _ side: Side, _ rises: Bool) throws {
        let ticks: Int64 = rises ? 1010 : 990
        let placed = try house.put(side, side == .buy ? 1040 : 960, 5, by: 1) {
            $0.trigger = Trigger(kind: kind, price: .mark, ticks: ticks)
        }
        try house.put(side.opposite, ticks, 3, by: 2)
        for mark: Int64 in [1000, rises ? 1009 : 991, rises ? 900 : 1100] {
            house.nextBlock()
            house.marks[1] = mark
            let woken = try house.runTriggers()
            #expect(woken == 0)
        }
        let dormant = house.order(placed.id)
        let aggregate = house.aggregate(of: 1, in: 1)
        #expect(dormant?.trigger?.ticks == ticks && aggregate.isEmpty)
        house.marks[1] = ticks
        let woken = try house.runTriggers()
        let (order, lots) = (house.order(placed.id), house.position(of: 1, in: 1).lots)
        #expect(woken == 1 && lots == side.signed(3))
        // What is left rests under the id that it always had.
        #expect(order?.lotsLeft == 2 && order?.trigger == nil && order?.lotsPlaced == 5)
    }

    @Test mutating func notInItsOwnBlock() throws {
        try house.put(.buy, nil, 5, by: 1) { $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 900) }
        var woken = try house.runTriggers()
        #expect(woken == 0)
        house.nextBlock()
        _ = house.storage.takeEvents()
        woken = try house.runTriggers()
        let reasons = house.removals()
        #expect(woken == 1 && reasons == [.unfilled])
    }

    @Test mutating func onTheIndex() throws {
        // The index is half a tick above the mark.
        try house.put(.buy, nil, 5, by: 1) { $0.trigger = Trigger(kind: .takeProfit, price: .index, ticks: 1000) }
        try house.put(.buy, nil, 5, by: 1) { $0.trigger = Trigger(kind: .takeProfit, price: .index, ticks: 1001) }
        house.nextBlock()
        let woken = try house.runTriggers()
        let left = house.openOrders(of: 1).map(\.trigger?.ticks)
        #expect(woken == 1 && left == [1000])
        // Without a price they wait.
        house.marks[1] = 0
        let without = try house.runTriggers()
        #expect(without == 0)
    }

    @Test mutating func oldestFirstAndCarriedOver() throws {
        var parameters = BookParameters()
        parameters.triggersPerBlock = 2
        try house.setBookParameters(parameters)
        var ids: [OrderID] = []
        for (instrument, account) in [(2, 1), (1, 2), (3, 3), (1, 4), (2, 5)] as [(InstrumentNumber, AccountNumber)] {
            let placed = try house.put(.buy, 1000, 5, by: account, on: instrument) {
                $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 990 + Int64(account))
            }
            ids.append(placed.id)
            house.nextBlock()
        }
        var woken: [[OrderID]] = []
        for _ in 0..<4 {
            _ = house.storage.takeEvents()
            try house.runTriggers()
            woken.append(
                house.storage.takeEvents().filter { $0.kind == .orderTriggered }.compactMap {
                    OrderID(word: $0.words[0])
                })
            house.nextBlock()
        }
        // Two at a time; where a block stopped, the next begins.
        #expect(woken == [[ids[1], ids[3]], [ids[0], ids[4]], [ids[2]], []])
    }

    @Test mutating func refusedOnWaking() throws {
        house.addLots(1, 1, 5)
        let stop = try house.put(.sell, nil, 5, by: 1) {
            $0.isReduceOnly = true
            $0.clientID = 4
            $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 990)
        }
        house.addLots(1, 1, -5)
        house.marks[1] = 980
        house.nextBlock()
        _ = house.storage.takeEvents()
        try house.runTriggers()
        let (reasons, order, name) = (house.removals(), house.order(stop.id), house.orderID(clientID: 4, of: 1))
        #expect(reasons == [.triggerRefused] && order == nil && name == nil)
    }

    @Test mutating func goesWithThePositionThatItProtects() throws {
        house.addLots(1, 1, 5)
        let stop = try house.put(.sell, nil, 5, by: 1) {
            $0.isReduceOnly = true
            $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 900)
        }
        try house.put(.buy, 1000, 5, by: 2)
        _ = house.storage.takeEvents()
        try house.put(.sell, 1000, 5, by: 1)
        let (reasons, order) = (house.removals(), house.order(stop.id))
        #expect(reasons == [.filled, .reduceOnly, .filled] && order == nil)
    }

    @Test mutating func expires() throws {
        try house.put(.buy, 1000, 5, by: 1) {
            $0.expiry = 1001
            $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 1010)
        }
        house.nextBlock()
        house.marks[1] = 1010
        _ = house.storage.takeEvents()
        try house.runTriggers()
        let reasons = house.removals()
        #expect(reasons == [.expired])
    }
}

@Suite struct QuoteProtections {
    var house = BookHouse()

    private mutating func protect(_ protection: QuoteProtection) throws {
        try house.setProtection(protection, of: 1, underlying: 1)
        for ticks: Int64 in 1001...1004 { try house.put(.sell, ticks, 10, by: 1) { $0.isQuote = true } }
        try house.put(.buy, 990, 10, by: 1, on: 2) { $0.isQuote = true }
        // Not of this underlying, and not a quote.
        try house.put(.buy, 990, 10, by: 1, on: 3) { $0.isQuote = true }
        try house.put(.buy, 980, 10, by: 1)
        _ = house.storage.takeEvents()
    }

    /// A lot is 0.01, its delta 0.005, its vega 0.03: each limit is passed by the 16th lot.
    @Test(arguments: [
        QuoteProtection(quantity: wad * 15 / 100, delta: 0, vega: 0, window: 5, freeze: 10),
        QuoteProtection(quantity: 0, delta: wad * 75 / 1000, vega: 0, window: 5, freeze: 10),
        QuoteProtection(quantity: 0, delta: 0, vega: wad * 45 / 100, window: 5, freeze: 10),
    ])
    mutating func pullsAllQuotes(_ protection: QuoteProtection) throws {
        try protect(protection)
        try house.put(.buy, 1002, 15, by: 2)
        var open = house.openOrders(of: 1).count
        #expect(open == 6)
        _ = house.storage.takeEvents()
        let taken = try house.put(.buy, 1004, 10, by: 2)
        // The quote that trades gives all it has; then nothing of the others is left to take.
        #expect(taken.lotsFilled == 5 && taken.lotsOpen == 5)
        let reasons = house.removals()
        #expect(reasons == [.filled, .protection, .protection, .protection])
        open = house.openOrders(of: 1).count
        #expect(open == 2)
        let frozen = house.refusal { house throws(VenueError) in
            try house.put(.sell, 1020, 10, by: 1) { $0.isQuote = true }
        }
        #expect(frozen == .quotesFrozen(until: 1010))
        // Other orders, and quotes on other underlyings, come in.
        try house.put(.sell, 1020, 10, by: 1)
        try house.put(.sell, 1020, 10, by: 1, on: 3) { $0.isQuote = true }
        house.time = 1010
        try house.put(.sell, 1020, 10, by: 1) { $0.isQuote = true }
    }

    @Test mutating func theWindowSlides() throws {
        try protect(QuoteProtection(quantity: wad * 15 / 100, delta: 0, vega: 0, window: 5, freeze: 10))
        try house.put(.buy, 1001, 10, by: 2)
        house.time = 1004
        try house.put(.buy, 1002, 5, by: 2)
        house.time = 1005
        // The ten lots of second 1000 are out of the window, the five of 1004 are in.
        try house.put(.buy, 1003, 10, by: 2)
        var until = house.frozenUntil(1, underlying: 1)
        #expect(until == 0)
        try house.put(.buy, 1003, 1, by: 2)
        until = house.frozenUntil(1, underlying: 1)
        #expect(until == 1015)
        house.resetProtection(of: 1, underlying: 1)
        until = house.frozenUntil(1, underlying: 1)
        #expect(until == 0)
    }

    @Test mutating func deltasNet() throws {
        try protect(QuoteProtection(quantity: 0, delta: wad * 75 / 1000, vega: 0, window: 5, freeze: 10))
        try house.put(.buy, 1001, 10, by: 2)
        try house.put(.sell, 990, 10, by: 2, on: 2)
        try house.put(.buy, 1002, 10, by: 2)
        let until = house.frozenUntil(1, underlying: 1)
        #expect(until == 0)
    }

    @Test mutating func bounds() throws {
        for bad in [
            QuoteProtection(quantity: -1, delta: 0, vega: 0, window: 5, freeze: 1),
            QuoteProtection(quantity: 0, delta: wad * 2_000_000_000, vega: 0, window: 5, freeze: 1),
            QuoteProtection(quantity: 0, delta: 0, vega: 0, window: 0, freeze: 1),
            QuoteProtection(quantity: 0, delta: 0, vega: 0, window: 3601, freeze: 1),
        ] {
            let refused = house.refusal { house throws(VenueError) in
                try house.setProtection(bad, of: 1, underlying: 1)
            }
            guard case .parameterOutOfRange = refused else {
                Issue.record("\(bad) came in")
                continue
            }
        }
        let protection = QuoteProtection(quantity: wad, delta: wad / 2, vega: 0, window: 60, freeze: 30)
        try house.setProtection(protection, of: 1, underlying: 1)
        let kept = house.protection(of: 1, underlying: 1)
        #expect(kept == protection)
        try house.setProtection(nil, of: 1, underlying: 1)
        let none = house.protection(of: 1, underlying: 1)
        #expect(none == nil)
    }
}

@Suite struct Ordering {
    @Test func cancelsFirstIsStable() {
        let classes: [OrderingClass] = [.taking, .cancel, .passive, .taking, .cancel, .passive]
        #expect(OrderingRule.cancelsFirst.order(of: classes) == [2, 5, 1, 4, 0, 3])
        #expect(OrderingRule.fifo.order(of: classes) == [0, 1, 2, 3, 4, 5])
    }

    @Test func classes() throws {
        var house = BookHouse()
        let id = try house.put(.buy, 990, 5, by: 1).id
        let taking = BookAct.place(OrderRequest(instrument: 1, side: .buy, ticks: 990, lots: 5))
        let posting = BookAct.place(
            OrderRequest(instrument: 1, side: .buy, ticks: 990, lots: 5, timeInForce: .postOnly))
        #expect(taking.orderingClass == .taking && posting.orderingClass == .passive)
        #expect(BookAct.amend(id, ticks: nil, lots: 3).orderingClass == .passive)
        #expect(BookAct.amend(id, ticks: 999, lots: 3).orderingClass == .taking)
        #expect(BookAct.orderingClass(of: [.cancel(id), .cancelAll(nil)]) == .cancel)
        #expect(BookAct.orderingClass(of: [.cancel(id), posting]) == .passive)
        #expect(BookAct.orderingClass(of: [.cancel(id), taking]) == .taking)
    }

    private func auctionHouse() throws -> BookHouse {
        var house = BookHouse()
        var parameters = BookParameters()
        parameters.orderingRule = .batchAuction
        try house.setBookParameters(parameters)
        return house
    }

    /// Bids 10 at 1005 and 10 at 1000, asks 5 at 995, 8 at 1000 and 10 at 1004: thirteen trade at 1000.
    @Test func oneAuction() throws {
        var house = try auctionHouse()
        try house.put(.buy, 1005, 10, by: 1)
        try house.put(.buy, 1000, 10, by: 2)
        try house.put(.sell, 995, 5, by: 3)
        try house.put(.sell, 1000, 8, by: 4)
        try house.put(.sell, 1004, 10, by: 5) { $0.timeInForce = .immediateOrCancel }
        let before = house.position(of: 1, in: 1).lots
        #expect(before == 0)
        let results = try house.runAuctions()
        #expect(results.map(\.ticks) == [1000] && results.map(\.lots) == [13] && results.map(\.imbalance) == [7])
        let lots = (1...5).map { house.position(of: $0, in: 1).lots }
        let (bids, asks) = (house.bids(), house.asks())
        #expect(lots == [10, 3, -5, -8, 0] && bids == [[1000, 7]] && asks.isEmpty)
        let aggregates = (1...5).map {
            house.aggregate(of: $0, in: 1).buyLots + house.aggregate(of: $0, in: 1).sellLots
        }
        #expect(aggregates == [0, 7, 0, 0, 0])
        let again = try house.runAuctions()
        #expect(again.isEmpty)
    }

    @Test func whatABreakerHoldsEntersNoAuctionItWouldTradeIn() throws {
        var house = try auctionHouse()
        try house.put(.sell, 995, 5, by: 1)
        house.passive = [2]
        let refused = house.refusal { house throws(VenueError) in try house.put(.buy, 1000, 5, by: 2) }
        #expect(refused == .divergence(value: 2, limit: 1))
        try house.put(.buy, 994, 5, by: 2)
        let results = try house.runAuctions()
        let bids = house.bids()
        #expect(results.isEmpty && bids == [[994, 5]])
    }

    @Test func aMakerOutOfTheAuction() throws {
        var house = try auctionHouse()
        try house.put(.buy, 1005, 10, by: 1)
        try house.put(.sell, 995, 6, by: 2)
        try house.put(.sell, 996, 6, by: 3)
        house.unsound = [2]
        let results = try house.runAuctions()
        #expect(results.first?.lots == 6)
        let asks = house.asks()
        #expect(asks.isEmpty)
    }

    @Test func aHaltedPriceWaits() throws {
        var house = try auctionHouse()
        try house.put(.buy, 1005, 10, by: 1)
        try house.put(.sell, 995, 6, by: 2)
        house.marks[1] = 0
        var results = try house.runAuctions()
        let bids = house.bids()
        #expect(results.isEmpty && bids == [[1005, 10]])
        house.marks[1] = 1000
        house.nextBlock()
        results = try house.runAuctions()
        #expect(results.map(\.ticks) == [1000] && results.map(\.lots) == [6])
    }
}
