import Derivatives
import Foundation
import Foundations
import Testing

/// The book and the naive book, fed with the same random acts.
private struct BookDuel {
    var house = BookHouse()
    var naive = NaiveBook()
    var random: SeededGenerator
    /// Ids of orders that were placed, open or not, by book and sequence.
    var ids: [[UInt64: OrderID]] = [[:], [:], [:], [:]]
    var recent: [(InstrumentNumber, UInt64)] = []
    /// What was done, by kind: shown, and checked to be of every kind.
    var counts: [String: Int] = [:]

    init(seed: UInt64, rule: OrderingRule) throws {
        random = SeededGenerator(seed: seed)
        var parameters = BookParameters()
        parameters.ordersPerAct = 12
        parameters.openOrderTiers.0 = OpenOrderTier(equity: 0, orders: 40)
        parameters.openOrderTiers.1 = OpenOrderTier(equity: 1_000, orders: 50)
        parameters.orderingRule = rule
        try house.setBookParameters(parameters)
        naive.parameters = parameters
    }

    mutating func below(_ count: Int64) -> Int64 { Int64(random.next() % UInt64(count)) }
    mutating func chance(_ percent: Int64) -> Bool { below(100) < percent }

    mutating func account() -> AccountNumber { AccountNumber(1 + below(10)) }

    mutating func request(_ account: AccountNumber) -> OrderRequest {
        let instrument = InstrumentNumber(1 + below(3))
        let side: Side = chance(50) ? .buy : .sell
        let mark = naive.marks[Int(instrument)]
        // Mostly around the mark on its own side; now and then through the other one, or far away.
        let offset = chance(90) ? below(30) - 4 : below(200) - 60
        let ticks: Int64? = chance(93) ? max(1, side == .buy ? mark - offset : mark + offset) : nil
        var request = OrderRequest(instrument: instrument, side: side, ticks: ticks, lots: 1 + below(30))
        let kind = below(20)
        if kind < 5 { request.timeInForce = TimeInForce.allCases[Int(kind)] }
        if kind == 5 { request.timeInForce = .postOnly }
        if chance(8) { request.expiry = naive.time + UInt64(below(30)) }
        if chance(10) {
            request.isReduceOnly = true
            let lots = naive.positions[Int(account)][Int(instrument)]
            if chance(80) { request.side = lots > 0 ? .sell : .buy }
        }
        if chance(20) { request.selfTrade = SelfTradePrevention.allCases[Int(below(3))] }
        if chance(15) { request.clientID = UInt64(1 + below(6)) }
        if chance(25) { request.isQuote = true }
        if chance(6) {
            request.trigger = Trigger(
                kind: chance(50) ? .stop : .takeProfit, price: chance(70) ? .mark : .index,
                ticks: max(1, mark + below(40) - 20))
            request.isQuote = chance(5)
        }
        if chance(1) { request.lots = 0 }
        if chance(2) {
            request.lots += 500
            request.ticks = side == .buy ? mark + 50 : mark - 50
        }
        return request
    }

    /// One random act on both, compared.
    mutating func step() {
        let kind = below(100)
        switch kind {
        case 0..<58:
            let account = account()
            let request = request(account)
            compare("place", request) { house throws(VenueError) in
                try house.place(request, for: account)
            } and: { naive throws(VenueError) in
                try naive.place(request, account)
            }
        case 58..<80:
            guard let (id, account) = known() else { return }
            compareDone("cancel", id) { house throws(VenueError) in
                try house.cancel(id, of: account)
            } and: { naive throws(VenueError) in
                try naive.cancel(id.instrument, id.sequence, account)
            }
        case 80..<82:
            let (name, account) = (UInt64(below(7)), account())
            compareDone("cancel by client id", name) { house throws(VenueError) in
                try house.cancel(clientID: name, of: account)
            } and: { naive throws(VenueError) in
                try naive.cancel(clientID: name, account)
            }
        case 82..<87:
            guard let (id, account) = known() else { return }
            let lots = below(25)
            let mark = naive.marks[Int(id.instrument)]
            let ticks: Int64? = chance(50) ? nil : mark + below(40) - 20
            compare("amend", (id, ticks, lots)) { house throws(VenueError) in
                try house.amend(id, of: account, ticks: ticks, lots: lots)
            } and: { naive throws(VenueError) in
                try naive.amend(id.instrument, id.sequence, account, ticks, lots)
            }
        case 87..<90:
            guard let (id, account) = known() else { return }
            let request = request(account)
            compare("replace", (id, request)) { house throws(VenueError) in
                try house.replace(id, of: account, with: request)
            } and: { naive throws(VenueError) in
                try naive.replace(id.instrument, id.sequence, account, request)
            }
        case 90: if chance(20) { cancelAll() }
        case 91..<93: changeAccounts()
        default: if kind >= 97 || chance(20) { nextBlock() }
        }
    }

    private mutating func cancelAll() {
        let account = account()
        let instrument: InstrumentNumber? = chance(50) ? nil : InstrumentNumber(1 + below(3))
        compareDone("cancel all", account) { house throws(VenueError) in
            try house.cancelAll(of: account, on: instrument, reason: .liquidation)
        } and: { naive throws(VenueError) in
            naive.removeAll(.liquidation) { _, order in
                order.account == account && (instrument == nil || order.instrument == instrument)
            }
        }
    }

    private mutating func changeAccounts() {
        let account = account()
        switch below(4) {
        case 0:
            // A small position, which orders that only reduce soon turn or close.
            let instrument = InstrumentNumber(1 + below(3))
            let lots = below(41) - 20
            house.addLots(account, instrument, lots - naive.positions[Int(account)][Int(instrument)])
            naive.positions[Int(account)][Int(instrument)] = lots
        case 1:
            house.unsound = chance(70) ? [] : [account]
            naive.unsound = house.unsound
        case 2:
            house.refused = chance(70) ? [] : [account]
            naive.refused = house.refused
        default:
            let underlying = UInt32(1 + below(2))
            let protection: QuoteProtection? =
                chance(20)
                ? nil
                : QuoteProtection(
                    quantity: Int128(below(3)) * wad / 5, delta: Int128(below(3)) * wad / 10,
                    vega: Int128(below(3)) * wad, window: UInt16(1 + below(20)), freeze: UInt16(below(20)))
            compareDone("protection", account) { house throws(VenueError) in
                try house.setProtection(protection, of: account, underlying: underlying)
            } and: { naive throws(VenueError) in
                naive.setProtection(protection, account, underlying)
            }
        }
    }

    /// Ends the block, moves marks and time, and does what a block begins with.
    private mutating func nextBlock() {
        if naive.parameters.orderingRule == .batchAuction {
            compareDone("auctions", 0) { house throws(VenueError) in
                try house.runAuctions()
            } and: { naive throws(VenueError) in
                for instrument: InstrumentNumber in 1...3 { naive.runAuction(instrument) }
                naive.dropImmediate()
            }
        }
        compareState()
        let step = UInt64(1 + below(5))
        for instrument in 1...3 {
            naive.marks[instrument] = max(960, min(1040, naive.marks[instrument] + below(13) - 6))
        }
        naive.reach = 5 + below(60)
        naive.time += step
        naive.block += 1
        house.marks = naive.marks + [5]
        (house.reach, house.time, house.blockNumber) = (naive.reach, naive.time, naive.block)
        compareDone("expiry", 0) { house throws(VenueError) in
            // A block in which nothing is removed: expired orders may still lie in the book.
            if house.blockNumber % 3 != 0 { try house.removeExpiredOrders() }
        } and: { naive throws(VenueError) in
            if naive.block % 3 != 0 { naive.removeExpired() }
        }
        compareDone("triggers", 0) { house throws(VenueError) in
            try house.runTriggers()
        } and: { naive throws(VenueError) in
            naive.runTriggers()
        }
    }

    /// An order that was placed, likely still open, and whose it is likely to be.
    private mutating func known() -> (OrderID, AccountNumber)? {
        if !naive.orders.isEmpty, chance(90) {
            let order = naive.orders[Int(below(Int64(naive.orders.count)))]
            guard let id = ids[Int(order.instrument)][order.sequence] else { return nil }
            return (id, chance(97) ? order.account : account())
        }
        guard !recent.isEmpty else { return nil }
        let (instrument, sequence) = recent[Int(below(Int64(recent.count)))]
        guard let id = ids[Int(instrument)][sequence] else { return nil }
        return (id, account())
    }

    // MARK: - Comparing

    private mutating func compare<Act>(
        _ name: String, _ act: Act, _ real: (inout BookHouse) throws(VenueError) -> Placement,
        and naive: (inout NaiveBook) throws(VenueError) -> NaiveResult
    ) {
        var placement: Placement?
        let done = run(
            name, act, { house throws(VenueError) in placement = try real(&house) },
            { book throws(VenueError) in
                let result = try naive(&book)
                guard let placement else { return }
                let other = NaiveResult(
                    sequence: placement.id.sequence, ticks: placement.ticks, filled: placement.lotsFilled,
                    cost: Int64(placement.cost), open: placement.lotsOpen, removal: placement.removal)
                #expect(result == other, "\(name) \(act)")
            })
        if done, let placement {
            ids[Int(placement.id.instrument)][placement.id.sequence] = placement.id
            if recent.count > 500 {
                let (instrument, sequence) = recent.removeFirst()
                if house.order(ids[Int(instrument)][sequence] ?? placement.id) == nil {
                    ids[Int(instrument)][sequence] = nil
                }
            }
            recent.append((placement.id.instrument, placement.id.sequence))
        }
    }

    private mutating func compareDone<Act, Result>(
        _ name: String, _ act: Act, _ real: (inout BookHouse) throws(VenueError) -> Result,
        and naive: (inout NaiveBook) throws(VenueError) -> Void
    ) {
        _ = run(name, act, { house throws(VenueError) in _ = try real(&house) }, naive)
    }

    /// Does an act on both; each is taken back where it is refused. Whether it was done.
    private mutating func run<Act>(
        _ name: String, _ act: Act, _ real: (inout BookHouse) throws(VenueError) -> Void,
        _ simple: (inout NaiveBook) throws(VenueError) -> Void
    ) -> Bool {
        var (realError, naiveError): (VenueError?, VenueError?)
        let checkpoint = house.checkpoint
        do throws(VenueError) { try real(&house) } catch {
            realError = error
            house.revert(to: checkpoint)
        }
        let before = naive
        do throws(VenueError) { try simple(&naive) } catch {
            naiveError = error
            naive = before
        }
        #expect(realError == naiveError, "\(name) \(act)")
        let happenings = house.storage.takeEvents().compactMap(BookHappening.init)
        #expect(happenings == naive.happenings, "\(name) \(act)")
        for happening in naive.happenings {
            if case .removed(_, _, let reason, _) = happening { counts["removed: \(reason)", default: 0] += 1 }
        }
        naive.happenings = []
        counts[realError == nil ? name : "\(name) refused", default: 0] += 1
        return realError == nil
    }

    /// Every queue, list, level, sum and position of both.
    mutating func compareState() {
        for instrument: InstrumentNumber in 1...3 {
            let mine = naive.orders.filter { $0.instrument == instrument }
            let count = house.openOrderCount(in: instrument)
            #expect(count == mine.count)
            let top = house.topOfBook(of: instrument)
            let (bid, ask) = (naive.best(instrument, .buy), naive.best(instrument, .sell))
            #expect(top.bid == bid && top.ask == ask)
            #expect(top.last == naive.lastTrades[Int(instrument)])
            for side in [Side.buy, .sell] {
                let waiting = mine.filter { !$0.isDormant && $0.side == side }
                let prices = Set(waiting.map(\.ticks)).sorted { side == .buy ? $0 > $1 : $0 < $1 }
                let levels = house.depth(of: instrument, side, levels: 10_000)
                #expect(levels.map(\.ticks) == prices)
                for level in levels {
                    let queue = waiting.filter { $0.ticks == level.ticks }
                    let lots = queue.reduce(0) { $0 + $1.left }
                    #expect(level.lots == lots)
                    #expect(level.orders == queue.count)
                    let orders = house.orders(in: instrument, side, at: level.ticks, upTo: 10_000)
                    let sequences = queue.map(\.sequence)
                    #expect(orders.map(\.id.sequence) == sequences)
                }
            }
        }
        for account: AccountNumber in 1...10 {
            let mine = naive.orders.filter { $0.account == account }
            let orders = house.openOrders(of: account)
            #expect(orders.count == mine.count)
            for (real, naive) in zip(orders, mine) {
                let trigger = naive.isDormant ? naive.request.trigger : nil
                #expect(real.id.sequence == naive.sequence && real.id.instrument == naive.instrument)
                #expect(real.account == account && real.side == naive.side && real.ticks == naive.ticks)
                #expect(real.lotsLeft == naive.left && real.lotsPlaced == naive.placed)
                #expect(real.trigger == trigger)
                #expect(real.expiry == naive.request.expiry && real.clientID == naive.request.clientID)
                #expect(real.isReduceOnly == naive.request.isReduceOnly && real.isQuote == naive.request.isQuote)
                #expect(real.timeInForce == naive.request.timeInForce && real.selfTrade == naive.request.selfTrade)
            }
            let counts = house.openOrderCount(of: account)
            let reduceOnly = mine.count { $0.request.isReduceOnly }
            #expect(counts.open == mine.count && counts.reduceOnly == reduceOnly)
            for instrument: InstrumentNumber in 1...3 {
                let lots = naive.positions[Int(account)][Int(instrument)]
                let position = house.position(of: account, in: instrument)
                #expect(position.lots == lots)
                // What the clearing house was told of is what waits.
                var aggregate = OrderAggregate()
                for order in mine
                where order.instrument == instrument && !order.isDormant && !order.request.isReduceOnly {
                    if order.side == .buy {
                        aggregate.buyLots += order.left
                        aggregate.buyCost += order.left * order.ticks
                    } else {
                        aggregate.sellLots += order.left
                        aggregate.sellCost += order.left * order.ticks
                    }
                }
                let counted = house.aggregate(of: account, in: instrument)
                #expect(counted == aggregate)
            }
        }
    }
}

extension BookHappening {
    /// nil for an event that says nothing of an order's life.
    init?(_ event: VenueEvent) {
        let id = OrderID(word: event.words[0])
        let (instrument, sequence) = (id?.instrument ?? 0, id?.sequence ?? 0)
        func number(_ index: Int) -> Int64 { Int64(truncatingIfNeeded: event.words[index].limb0) }
        switch event.kind {
        case .orderPlaced: self = .placed(instrument, sequence, number(4))
        case .orderTriggered: self = .triggered(instrument, sequence)
        case .orderMatched:
            let maker = OrderID(word: event.words[1])?.sequence ?? 0
            self = .matched(instrument, taker: sequence, maker: maker, ticks: number(2), lots: number(3))
        case .orderResized: self = .resized(instrument, sequence, number(2))
        case .orderRemoved:
            let reason = RemovalReason(rawValue: UInt8(number(2)))
            self = .removed(instrument, sequence, reason ?? .marketClosed, number(3))
        case .quotesPulled: self = .pulled(AccountNumber(number(0)), UInt32(number(1)))
        case .auctionCleared:
            self = .cleared(InstrumentNumber(number(0)), ticks: number(1), lots: number(2), imbalance: number(3))
        default: return nil
        }
    }
}

@Suite struct BookProperties {
    /// Random acts of every kind; CONDOR_BOOK_OPERATIONS sets how many each case does (10⁶ in all were run when the book was written).
    @Test(arguments: [(1, .fifo), (2, .fifo), (3, .cancelsFirst), (4, .batchAuction)] as [(UInt64, OrderingRule)])
    func equalsTheNaiveBook(seed: UInt64, rule: OrderingRule) throws {
        let environment = ProcessInfo.processInfo.environment["CONDOR_BOOK_OPERATIONS"]
        let operations = environment.flatMap { Int($0) } ?? 6_000
        var duel = try BookDuel(seed: seed, rule: rule)
        for _ in 0..<operations { duel.step() }
        duel.compareState()
        if environment != nil { print(seed, rule, duel.counts.sorted { $0.key < $1.key }) }
        // The run is worth something only if every rule was met.
        var reasons: [RemovalReason] = [
            .filled, .cancelled, .replaced, .expired, .unfilled, .selfTrade, .reduceOnly, .makerMargin, .protection,
            .liquidation, .triggerRefused,
        ]
        if rule != .batchAuction { reasons += [.priceBand, .workLimit] }
        for reason in reasons { #expect(duel.counts["removed: \(reason)"] ?? 0 > 0, "\(reason)") }
        for name in ["place", "cancel", "cancel by client id", "amend", "replace", "cancel all"] {
            #expect(duel.counts[name] ?? 0 > 0, "\(name)")
        }
    }
}
