import Derivatives
import Foundations
import Testing

extension BookHouse {
    /// Places a plain order and returns what became of it.
    @discardableResult
    mutating func put(
        _ side: Side, _ ticks: Int64?, _ lots: Int64, by account: AccountNumber, on instrument: InstrumentNumber = 1,
        change: (inout OrderRequest) -> Void = { _ in }
    ) throws(VenueError) -> Placement {
        var request = OrderRequest(instrument: instrument, side: side, ticks: ticks, lots: lots)
        change(&request)
        return try place(request, for: account)
    }

    /// Why an act is refused, what it wrote taken back; nil where it is not.
    mutating func refusal<Result>(_ act: (inout BookHouse) throws(VenueError) -> Result) -> VenueError? {
        let before = checkpoint
        do throws(VenueError) { _ = try act(&self) } catch {
            revert(to: before)
            return error
        }
        return nil
    }

    /// Reasons of the removals since the last call, in order.
    mutating func removals() -> [RemovalReason] {
        storage.takeEvents().filter { $0.kind == .orderRemoved }.compactMap {
            RemovalReason(rawValue: UInt8($0.words[2].limb0))
        }
    }

    mutating func bids(_ instrument: InstrumentNumber = 1) -> [[Int64]] {
        depth(of: instrument, .buy, levels: 100).map { [$0.ticks, $0.lots] }
    }

    mutating func asks(_ instrument: InstrumentNumber = 1) -> [[Int64]] {
        depth(of: instrument, .sell, levels: 100).map { [$0.ticks, $0.lots] }
    }

    mutating func nextBlock(seconds: UInt64 = 2) {
        time += seconds
        blockNumber += 1
    }
}

@Suite struct BookOrders {
    var house = BookHouse()

    @Test mutating func bestPriceFirstThenOldest() throws {
        try house.put(.sell, 1010, 5, by: 1)
        let first = try house.put(.sell, 1005, 5, by: 2)
        let second = try house.put(.sell, 1005, 5, by: 3)
        let taken = try house.put(.buy, 1010, 12, by: 4)
        #expect(taken.lotsFilled == 12 && taken.cost == 5 * 1005 + 5 * 1005 + 2 * 1010 && taken.removal == .filled)
        let matches = house.storage.events.filter { $0.kind == .orderMatched }.map { $0.words[1] }
        #expect(matches.prefix(2) == [first.id.word, second.id.word])
        let (asks, top) = (house.asks(), house.topOfBook(of: 1))
        #expect(asks == [[1010, 3]] && top.ask == 1010 && top.bid == 0 && top.last == 1010)
        let lots = (1...4).map { house.position(of: $0, in: 1).lots }
        #expect(lots == [-2, -5, -5, 12])
        let left = house.openOrders(of: 1).first
        #expect(left?.lotsLeft == 3 && left?.lotsPlaced == 5)
    }

    @Test mutating func whatDoesNotTradeRests() throws {
        try house.put(.sell, 1000, 4, by: 1)
        let placed = try house.put(.buy, 1001, 10, by: 2)
        #expect(placed.lotsFilled == 4 && placed.lotsOpen == 6 && placed.removal == nil)
        let (bids, asks) = (house.bids(), house.asks())
        #expect(bids == [[1001, 6]] && asks.isEmpty)
        let order = house.order(placed.id)
        #expect(order?.lotsLeft == 6 && order?.lotsPlaced == 10 && order?.account == 2)
    }

    @Test mutating func immediateOrdersDoNotRest() throws {
        try house.put(.sell, 1000, 4, by: 1)
        let placed = try house.put(.buy, 1001, 10, by: 2) { $0.timeInForce = .immediateOrCancel }
        #expect(placed.lotsFilled == 4 && placed.lotsOpen == 0 && placed.removal == .unfilled)
        let none = try house.put(.buy, 1001, 10, by: 2) { $0.timeInForce = .immediateOrCancel }
        let bids = house.bids()
        #expect(none.removal == .unfilled && bids.isEmpty)
    }

    @Test mutating func fillOrKillTradesWholeOrIsRefused() throws {
        try house.put(.sell, 1000, 4, by: 1)
        try house.put(.sell, 1001, 4, by: 2)
        let short = house.refusal { house throws(VenueError) in
            try house.put(.buy, 1001, 9, by: 3) { $0.timeInForce = .fillOrKill }
        }
        #expect(short == .fillOrKill(available: 8))
        // Enough lots wait, but one maker cannot carry its fill: nothing of the attempt stays.
        house.unsound = [2]
        let unsound = house.refusal { house throws(VenueError) in
            try house.put(.buy, 1001, 8, by: 3) { $0.timeInForce = .fillOrKill }
        }
        var asks = house.asks()
        #expect(unsound == .fillOrKill(available: 4) && asks == [[1000, 4], [1001, 4]])
        house.unsound = []
        let whole = try house.put(.buy, 1001, 8, by: 3) { $0.timeInForce = .fillOrKill }
        asks = house.asks()
        #expect(whole.lotsFilled == 8 && asks.isEmpty)
    }

    @Test mutating func marketOrdersStopAtTheBand() throws {
        try house.put(.sell, 1050, 4, by: 1)
        try house.put(.sell, 1051, 4, by: 1)
        let placed = try house.put(.buy, nil, 10, by: 2)
        #expect(placed.ticks == 1050 && placed.lotsFilled == 4 && placed.removal == .unfilled)
        // With a limit beyond the band the part that would trade outside goes, and does not rest across the book.
        let aggressive = try house.put(.buy, 1060, 10, by: 2)
        #expect(aggressive.lotsFilled == 0 && aggressive.removal == .priceBand)
        // What waits outside the band and trades with nobody may.
        let passive = try house.put(.sell, 1200, 5, by: 3)
        #expect(passive.lotsOpen == 5)
    }

    @Test mutating func postOnlyIsRefusedOrSlides() throws {
        try house.put(.sell, 1000, 4, by: 1)
        try house.put(.buy, 990, 4, by: 1)
        let refused = house.refusal { house throws(VenueError) in
            try house.put(.buy, 1000, 2, by: 2) { $0.timeInForce = .postOnly }
        }
        #expect(refused == .postOnlyWouldTrade(best: 1000))
        let resting = try house.put(.buy, 999, 2, by: 2) { $0.timeInForce = .postOnly }
        let slid = try house.put(.buy, 1005, 2, by: 2) { $0.timeInForce = .postOnlySlide }
        let down = try house.put(.sell, 900, 2, by: 3) { $0.timeInForce = .postOnlySlide }
        #expect(resting.ticks == 999 && slid.ticks == 999 && slid.lotsOpen == 2 && down.ticks == 1000)
        // Nothing lies below the lowest price.
        try house.put(.sell, 1, 50, by: 4, on: 2) { $0.lots = 1000 }
        let bottom = house.refusal { house throws(VenueError) in
            try house.put(.buy, 1, 2000, by: 2, on: 2) { $0.timeInForce = .postOnlySlide }
        }
        #expect(bottom == .postOnlyWouldTrade(best: 1))
    }

    @Test mutating func goodTillTimeEnds() throws {
        let early = try house.put(.sell, 1000, 4, by: 1) { $0.expiry = 1001 }
        let late = try house.put(.sell, 1000, 4, by: 2) { $0.expiry = 1005 }
        try house.put(.sell, 1000, 4, by: 3) { $0.expiry = 1001 }
        let past = house.refusal { house throws(VenueError) in
            try house.put(.sell, 1000, 4, by: 1) { $0.expiry = 999 }
        }
        #expect(past == .orderExpired(expiry: 999, now: 1000))
        // It is good in the block of its last second.
        house.time = 1001
        var removed = try house.removeExpiredOrders()
        #expect(removed == 0)
        house.time = 1002
        _ = house.storage.takeEvents()
        // Nobody trades with an expired order, even where it still lies in the book.
        let taken = try house.put(.buy, 1000, 2, by: 4)
        #expect(taken.lotsFilled == 2)
        var reasons = house.removals()
        #expect(reasons == [.expired, .filled])
        let gone = house.order(early.id)
        #expect(gone == nil)
        removed = try house.removeExpiredOrders()
        reasons = house.removals()
        let left = house.order(late.id)
        #expect(removed == 1 && reasons == [.expired] && left?.lotsLeft == 2)
    }

    @Test mutating func expiredOrdersAreCarriedOver() throws {
        var parameters = BookParameters()
        parameters.expiriesPerBlock = 3
        try house.setBookParameters(parameters)
        for account: AccountNumber in 1...5 { try house.put(.sell, 1000, 4, by: account) { $0.expiry = 1001 } }
        house.nextBlock()
        let counts = [
            try house.removeExpiredOrders(), try house.removeExpiredOrders(), try house.removeExpiredOrders(),
        ]
        #expect(counts == [3, 2, 0])
    }

    @Test mutating func reduceOnlyNeverAdds() throws {
        let none = house.refusal { house throws(VenueError) in
            try house.put(.sell, 1000, 5, by: 1) { $0.isReduceOnly = true }
        }
        #expect(none == .reduceOnly)
        house.addLots(1, 1, 8)
        house.addLots(2, 1, -8)
        let wrongSide = house.refusal { house throws(VenueError) in
            try house.put(.buy, 1000, 5, by: 1) { $0.isReduceOnly = true }
        }
        #expect(wrongSide == .reduceOnly)
        // On entry it is cut to the position; at its match to what is left of that.
        let first = try house.put(.sell, 1010, 20, by: 1) { $0.isReduceOnly = true }
        let second = try house.put(.sell, 1011, 5, by: 1) { $0.isReduceOnly = true }
        #expect(first.lotsOpen == 8 && second.lotsOpen == 5)
        let counted = house.aggregate(of: 1, in: 1)
        #expect(counted.isEmpty)
        house.addLots(1, 1, -2)
        _ = house.storage.takeEvents()
        let taken = try house.put(.buy, 1011, 100, by: 3)
        let reasons = house.removals()
        let lots = house.position(of: 1, in: 1).lots
        // Six trade; the rest of the first was cut away, and the second has nothing left to reduce.
        #expect(taken.lotsFilled == 6 && taken.lotsOpen == 94 && lots == 0)
        #expect(reasons == [.filled, .reduceOnly])
    }

    @Test mutating func takerDropsItsOwnReducingOrders() throws {
        house.addLots(1, 1, 5)
        try house.put(.sell, 1020, 5, by: 1) { $0.isReduceOnly = true }
        try house.put(.sell, 990, 5, by: 1, on: 2)
        try house.put(.buy, 1000, 5, by: 2)
        _ = house.storage.takeEvents()
        try house.put(.sell, 1000, 5, by: 1)
        let reasons = house.removals()
        let open = house.openOrders(of: 1).map(\.id.instrument)
        #expect(reasons == [.filled, .reduceOnly, .filled] && open == [2])
    }

    @Test(arguments: SelfTradePrevention.allCases)
    mutating func noSelfTrades(_ choice: SelfTradePrevention) throws {
        try house.put(.sell, 1000, 5, by: 1)
        try house.put(.sell, 1001, 5, by: 2)
        _ = house.storage.takeEvents()
        let placed = try house.put(.buy, 1001, 8, by: 1) { $0.selfTrade = choice }
        let (reasons, asks, bids) = (house.removals(), house.asks(), house.bids())
        switch choice {
        case .expireMaker:
            #expect(placed.lotsFilled == 5 && placed.lotsOpen == 3 && reasons == [.selfTrade, .filled])
            #expect(asks.isEmpty && bids == [[1001, 3]])
        case .expireTaker:
            #expect(placed.lotsFilled == 0 && placed.removal == .selfTrade && reasons == [.selfTrade])
            #expect(asks == [[1000, 5], [1001, 5]] && bids.isEmpty)
        case .expireBoth:
            #expect(placed.removal == .selfTrade && reasons == [.selfTrade, .selfTrade])
            #expect(asks == [[1001, 5]] && bids.isEmpty)
        }
    }

    @Test mutating func clientIDs() throws {
        let first = try house.put(.buy, 990, 5, by: 1) { $0.clientID = 7 }
        try house.put(.buy, 991, 5, by: 2) { $0.clientID = 7 }
        let twice = house.refusal { house throws(VenueError) in
            try house.put(.buy, 992, 5, by: 1) { $0.clientID = 7 }
        }
        #expect(twice == .clientIDInUse(7))
        let found = house.orderID(clientID: 7, of: 1)
        #expect(found == first.id)
        try house.replace(
            first.id, of: 1, with: OrderRequest(instrument: 1, side: .buy, ticks: 995, lots: 5, clientID: 7))
        try house.cancel(clientID: 7, of: 1)
        let unknown = house.refusal { house throws(VenueError) in try house.cancel(clientID: 7, of: 1) }
        let bids = house.bids()
        #expect(unknown == .unknownOrder && bids == [[991, 5]])
    }

    @Test mutating func anIDNamesOneOrderForEver() throws {
        let first = try house.put(.buy, 990, 5, by: 1)
        try house.cancel(first.id, of: 1)
        let second = try house.put(.buy, 990, 5, by: 1)
        let stale = house.refusal { house throws(VenueError) in try house.cancel(first.id, of: 1) }
        let stranger = house.refusal { house throws(VenueError) in try house.cancel(second.id, of: 2) }
        #expect(stale == .unknownOrder && stranger == .unauthorized && first.id != second.id)
        #expect(OrderID(word: second.id.word) == second.id && OrderID(word: .max) == nil)
        let (gone, open) = (house.order(first.id), house.order(second.id))
        #expect(gone == nil && open != nil)
    }

    @Test mutating func amending() throws {
        let first = try house.put(.buy, 990, 10, by: 1)
        try house.put(.buy, 990, 10, by: 2)
        // Smaller: the place in the queue and the id stay.
        let smaller = try house.amend(first.id, of: 1, lots: 4)
        var queue = house.orders(in: 1, .buy, at: 990, upTo: 10).map(\.account)
        var aggregate = house.aggregate(of: 1, in: 1)
        #expect(smaller.id == first.id && queue == [1, 2] && aggregate.buyLots == 4)
        // Larger: behind the others, under a new id.
        let larger = try house.amend(first.id, of: 1, lots: 12)
        queue = house.orders(in: 1, .buy, at: 990, upTo: 10).map(\.account)
        aggregate = house.aggregate(of: 1, in: 1)
        #expect(larger.id != first.id && queue == [2, 1] && aggregate.buyLots == 12 && aggregate.buyCost == 12 * 990)
        // Another price may trade.
        try house.put(.sell, 995, 3, by: 3)
        let moved = try house.amend(larger.id, of: 1, ticks: 995, lots: 12)
        #expect(moved.lotsFilled == 3 && moved.lotsOpen == 9)
        let zero = house.refusal { house throws(VenueError) in try house.amend(moved.id, of: 1, lots: 0) }
        #expect(zero == .zeroSize)
    }

    @Test mutating func batches() throws {
        let old = try house.put(.buy, 980, 5, by: 1)
        let acts: [BookAct] = [
            .place(OrderRequest(instrument: 1, side: .buy, ticks: 990, lots: 5)),
            .place(OrderRequest(instrument: 1, side: .buy, ticks: 991, lots: 0)),
            .cancel(old.id),
            .cancelAll(2),
        ]
        let before = house.bids()
        let refused = house.refusal { house throws(VenueError) in try house.perform(acts, for: 1, isAtomic: true) }
        var bids = house.bids()
        #expect(refused == .zeroSize && bids == before)
        let outcomes = try house.perform(acts, for: 1, isAtomic: false)
        bids = house.bids()
        #expect(outcomes.count == 4 && outcomes[1] == .refused(.zeroSize) && outcomes[2] == .cancelled(count: 1))
        #expect(outcomes[3] == .cancelled(count: 0) && bids == [[990, 5]])
        let many = Array(repeating: BookAct.cancelAll(nil), count: 101)
        let tooMany = house.refusal { house throws(VenueError) in try house.perform(many, for: 1, isAtomic: false) }
        #expect(tooMany == .limitReached(limit: 100))
    }

    @Test mutating func cancellingAll() throws {
        for instrument: InstrumentNumber in 1...3 {
            try house.put(.buy, 990, 5, by: 1, on: instrument)
            try house.put(.buy, 990, 5, by: 2, on: instrument)
        }
        try house.put(.sell, 900, 5, by: 1) { $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 950) }
        let onOne = try house.cancelAll(of: 1, on: 1)
        let rest = try house.cancelAll(of: 1)
        let others = house.openOrders(of: 2).count
        let aggregate = house.aggregate(of: 1, in: 2)
        #expect(onOne == 2 && rest == 2 && others == 3 && aggregate.isEmpty)
    }

    @Test mutating func leastValueAndMostOrders() throws {
        let small = house.refusal { house throws(VenueError) in try house.put(.buy, 999, 1, by: 1) }
        #expect(small == .orderTooSmall(notional: 999 * wad / 100, least: 10 * wad))
        // An option is measured by its strike: 0.01 · 2,000.
        try house.put(.buy, 1, 1, by: 1, on: 4)
        // A position however small may be closed.
        house.addLots(1, 2, 1)
        try house.put(.sell, 999, 1, by: 1, on: 2) { $0.isReduceOnly = true }

        for _ in 0..<20 { try house.put(.buy, 990, 5, by: 3) }
        let full = house.refusal { house throws(VenueError) in try house.put(.buy, 990, 5, by: 3) }
        #expect(full == .openOrderCap(open: 20, limit: 20))
        // What never rests is not counted; more equity allows more.
        try house.put(.buy, 990, 5, by: 3) { $0.timeInForce = .immediateOrCancel }
        house.equities[3] = 10_000 * wad
        for _ in 20..<100 { try house.put(.buy, 990, 5, by: 3) }
        let fuller = house.refusal { house throws(VenueError) in try house.put(.buy, 990, 5, by: 3) }
        #expect(fuller == .openOrderCap(open: 100, limit: 100))
    }

    @Test mutating func makersThatCannotCarryTheFillGo() throws {
        try house.put(.sell, 1000, 5, by: 1)
        try house.put(.sell, 1000, 5, by: 2)
        house.unsound = [1]
        _ = house.storage.takeEvents()
        let taken = try house.put(.buy, 1000, 5, by: 3)
        let reasons = house.removals()
        let open = house.openOrders(of: 1)
        #expect(taken.lotsFilled == 5 && reasons == [.makerMargin, .filled, .filled] && open.isEmpty)
    }

    @Test mutating func anActHasABound() throws {
        var parameters = BookParameters()
        parameters.ordersPerAct = 10
        try house.setBookParameters(parameters)
        for account: AccountNumber in 1...15 { try house.put(.sell, 1000, 5, by: account) }
        let taken = try house.put(.buy, 1000, 100, by: 30)
        #expect(taken.lotsFilled == 50 && taken.removal == .workLimit)
    }

    @Test mutating func contradictoryOrders() throws {
        let orders: [(inout OrderRequest) -> Void] = [
            {
                $0.ticks = nil
                $0.timeInForce = .postOnly
            },
            {
                $0.timeInForce = .immediateOrCancel
                $0.expiry = 2000
            },
            {
                $0.ticks = nil
                $0.expiry = 2000
            },
            {
                $0.isQuote = true
                $0.isReduceOnly = true
            },
            {
                $0.isQuote = true
                $0.trigger = Trigger(kind: .stop, price: .mark, ticks: 950)
            },
        ]
        for change in orders {
            let refused = house.refusal { house throws(VenueError) in
                try house.put(.buy, 990, 5, by: 1, change: change)
            }
            #expect(refused == .contradictoryOrder)
        }
        let cases: [(Int64?, Int64, VenueError)] = [
            (0, 5, .zeroPrice), (-1, 5, .zeroPrice), (990, 0, .zeroSize), (990, -4, .zeroSize), (1 << 32, 5, .overflow),
            (990, .max, .overflow),
        ]
        for (ticks, lots, error) in cases {
            let refused = house.refusal { house throws(VenueError) in try house.put(.buy, ticks, lots, by: 1) }
            #expect(refused == error)
        }
        let unknown = house.refusal { house throws(VenueError) in try house.put(.buy, 990, 5, by: 1, on: 9) }
        #expect(unknown == .unknownInstrument)
    }

    /// While a breaker holds what adds risk, orders that would trade are refused, others rest.
    @Test mutating func onlyQuotesPassABreaker() throws {
        try house.put(.sell, 1010, 5, by: 2)
        try house.put(.sell, 1005, 5, by: 3) { $0.expiry = 1_000 }
        house.nextBlock()
        house.passive = [1]
        for force in [TimeInForce.goodTillCancelled, .immediateOrCancel, .fillOrKill] {
            let refused = house.refusal { house throws(VenueError) in
                try house.put(.buy, 1010, 5, by: 1) { $0.timeInForce = force }
            }
            #expect(refused == .divergence(value: 2, limit: 1))
        }
        // The best ask has expired, so that nothing would trade.
        let resting = try house.put(.buy, 1005, 5, by: 1)
        let bids = house.bids()
        #expect(resting.lotsOpen == 5 && bids == [[1005, 5]])
        // Someone who is not held may take it, and a liquidation takes whoever it is for.
        let taken = try house.put(.sell, 1005, 2, by: 4)
        #expect(taken.lotsFilled == 2)
        let closed = try house.takeForLiquidation(account: 1, instrument: 1, side: .buy, lots: 5, limitTicks: 1010)
        #expect(closed.lotsFilled == 5)
    }

    @Test mutating func liquidationTakesOutsideTheBand() throws {
        try house.put(.buy, 900, 5, by: 2)
        try house.put(.buy, 880, 5, by: 3)
        house.refused = [1]
        let taken = try house.takeForLiquidation(account: 1, instrument: 1, side: .sell, lots: 20, limitTicks: 890)
        let bids = house.bids()
        #expect(taken.lotsFilled == 5 && taken.cost == 4500 && taken.removal == .unfilled && bids == [[880, 5]])
    }

    @Test mutating func closingABook() throws {
        for account: AccountNumber in 1...4 {
            try house.put(.buy, 990, 5, by: account)
            try house.put(.sell, 1010, 5, by: account)
            try house.put(.sell, nil, 5, by: account) { $0.trigger = Trigger(kind: .stop, price: .index, ticks: 950) }
        }
        let counts = [try house.closeBook(1, limit: 7), try house.closeBook(1, limit: 7)]
        let left = house.openOrderCount(in: 1)
        let (mine, aggregate) = (house.openOrders(of: 1), house.aggregate(of: 1, in: 1))
        #expect(counts == [7, 5] && left == 0 && mine.isEmpty && aggregate.isEmpty)
    }

    @Test mutating func pricesFarApart() throws {
        house.reach = 5_000_000_000
        let prices: [Int64] = [1, 255, 256, 65_535, 65_536, 16_777_216, 4_294_967_295]
        for ticks in prices { try house.put(.sell, ticks, 1000, by: 1) }
        let asks = house.asks().map { $0[0] }
        #expect(asks == prices)
        for ticks in prices {
            let taken = try house.put(.buy, ticks, 1000, by: 2)
            #expect(taken.cost == Int128(ticks) * 1000)
        }
        let top = house.topOfBook(of: 1)
        #expect(top.ask == 0 && top.last == 4_294_967_295)
    }

    @Test mutating func readingTheBook() throws {
        try house.put(.buy, 1000, 1000, by: 1)
        try house.put(.buy, 990, 1000, by: 1)
        try house.put(.buy, 980, 1000, by: 2)
        let levels = house.depth(of: 1, .buy, levels: 2)
        #expect(levels.map(\.ticks) == [1000, 990] && levels.allSatisfy { $0.lots == 1000 && $0.orders == 1 })
        let (bid, ask) = (house.bestBid(of: 1), house.bestAsk(of: 1))
        #expect(bid == 1000 && ask == nil)
        // 10 lots of 1 at 1,000, then 5,000 of quote money at 990: 15,000 ÷ (10 + 5.0505…).
        let impact = try house.impactPrice(of: 1, .buy, notional: 15_000 * wad)
        #expect(impact == 15_000 * wad * 990 / (10 * 990 + 5000))
        let whole = try house.impactPrice(of: 1, .buy, notional: 10_000 * wad)
        let tooMuch = try house.impactPrice(of: 1, .buy, notional: 30_000 * wad)
        #expect(whole == 1000 * wad && tooMuch == nil)
    }

    @Test mutating func parametersHaveBounds() throws {
        let defaults = house.bookParameters()
        #expect(defaults == BookParameters())
        var parameters = BookParameters()
        parameters.ordersPerAct = 9
        let refused = house.refusal { house throws(VenueError) in try house.setBookParameters(parameters) }
        #expect(refused == .bookParametersOutOfRange)
        parameters.ordersPerAct = 300
        parameters.orderingRule = .cancelsFirst
        parameters.openOrderTiers.3 = OpenOrderTier(equity: 500_000, orders: 300)
        try house.setBookParameters(parameters)
        let kept = house.bookParameters()
        #expect(kept == parameters)
    }

    /// The layout as it is documented, read by hand.
    @Test mutating func documentedLayout() throws {
        let placed = try house.put(.buy, 990, 5, by: 3) { $0.clientID = 9 }
        try house.put(.buy, 990, 6, by: 4)
        func word(_ table: UInt8, field: UInt64 = 0, high: UInt64 = 0, low: UInt64 = 0) -> UInt256 {
            var storage = house.storage
            return storage.load(VenueSlot(.book, table: table, field: field, high: high, low: low))
        }
        #expect(word(1, high: 1) == UInt256(limbs: 990, 2, 2 << 32, 2 << 32))
        #expect(word(2, high: 1, low: 1) == UInt256(limbs: 5, 5, 3 << 32 | 990, 1))
        #expect(word(2, field: 1, high: 1, low: 1) == UInt256(limbs: 2, 0, 0, 9))
        #expect(word(3, field: 0, high: 1, low: 990) == UInt256(limbs: 2 << 32 | 1, 11, 2, 0))
        #expect(word(4, field: 0, high: 1, low: 990 >> 8) == UInt256.one << (990 & 255))
        #expect(word(5, high: 3) == UInt256(limbs: 1 << 32 | 1, 1 << 32 | 1, 1, 0))
        #expect(word(6, high: 3, low: 9) == UInt256(limbs: 1, 1 << 32 | 1, 0, 0))
        #expect(placed.id.word == UInt256(limbs: 1 << 32 | 1, 1 << 32, 0, 0))
    }
}
