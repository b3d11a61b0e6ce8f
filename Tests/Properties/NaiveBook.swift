import Derivatives

/// An order in the naive book.
struct NaiveOrder: Equatable {
    var sequence: UInt64
    var account: AccountNumber
    var request: OrderRequest
    /// The limit; 0 for a dormant market order.
    var ticks: Int64
    var left: Int64
    var placed: Int64
    var block: UInt64
    var isDormant: Bool

    var instrument: InstrumentNumber { request.instrument }
    var side: Side { request.side }
}

/// What the naive book says happened, and the real one's events say in other words.
enum BookHappening: Equatable {
    case placed(InstrumentNumber, UInt64, Int64)
    case triggered(InstrumentNumber, UInt64)
    case matched(InstrumentNumber, taker: UInt64, maker: UInt64, ticks: Int64, lots: Int64)
    case resized(InstrumentNumber, UInt64, Int64)
    case removed(InstrumentNumber, UInt64, RemovalReason, Int64)
    case pulled(AccountNumber, UInt32)
    case cleared(InstrumentNumber, ticks: Int64, lots: Int64, imbalance: Int64)
}

struct NaiveResult: Equatable {
    var sequence: UInt64
    var ticks: Int64
    var filled: Int64 = 0
    var cost: Int64 = 0
    var open: Int64 = 0
    var removal: RemovalReason?
}

private struct NaiveFill {
    let time: UInt64
    let quantity: Int64
    let delta: Int64
    let vega: Int64
}

/// The rules of derivatives.md, section 5, written down with one array of orders and no other structure: the oracle for the book.
struct NaiveBook {
    /// All open orders, in the order in which they came to where they wait.
    var orders: [NaiveOrder] = []
    var sequences: [UInt64] = [0, 0, 0, 0]
    var lastTrades: [Int64] = [0, 0, 0, 0]
    var positions: [[Int64]] = Array(repeating: [0, 0, 0, 0], count: 32)
    var happenings: [BookHappening] = []
    var frozen: [UInt64] = Array(repeating: 0, count: 96)
    var protections: [QuoteProtection?] = Array(repeating: nil, count: 96)
    private var fills: [[NaiveFill]] = Array(repeating: [], count: 96)

    var time: UInt64 = 1_000
    var block: UInt64 = 1
    var marks: [Int64] = [0, 1000, 1000, 1000]
    var reach: Int64 = 50
    var unsound: [AccountNumber] = []
    var refused: [AccountNumber] = []
    var parameters = BookParameters()

    static func underlying(_ instrument: InstrumentNumber) -> UInt32 { instrument == 3 ? 2 : 1 }

    private func key(_ account: AccountNumber, _ underlying: UInt32) -> Int { Int(account) * 3 + Int(underlying) }

    // MARK: - Placing

    mutating func place(_ request: OrderRequest, _ account: AccountNumber) throws(VenueError) -> NaiveResult {
        guard request.lots > 0 else { throw .zeroSize }
        if let ticks = request.ticks, ticks <= 0 { throw .zeroPrice }
        let mayRest = request.ticks != nil && !request.timeInForce.isImmediate
        if request.ticks == nil, request.timeInForce.isPostOnly { throw .contradictoryOrder }
        if request.expiry != 0 {
            guard mayRest || request.trigger != nil else { throw .contradictoryOrder }
            guard request.expiry >= time else { throw .orderExpired(expiry: request.expiry, now: time) }
        }
        if request.isQuote, request.trigger != nil || request.isReduceOnly { throw .contradictoryOrder }
        if request.clientID != 0,
            orders.contains(where: { $0.account == account && $0.request.clientID == request.clientID })
        {
            throw .clientIDInUse(request.clientID)
        }
        if mayRest || request.trigger != nil {
            let open = UInt32(orders.count { $0.account == account })
            let cap = UInt32(parameters.openOrderTiers.0.orders)
            guard open < cap else { throw .openOrderCap(open: open, limit: cap) }
        }
        if request.isQuote {
            let until = frozen[key(account, NaiveBook.underlying(request.instrument))]
            guard until <= time else { throw .quotesFrozen(until: until) }
        }
        if request.trigger == nil { return try enter(request, account, woken: nil) }
        let sequence = number(request.instrument)
        happenings.append(.placed(request.instrument, sequence, request.lots))
        orders.append(
            NaiveOrder(
                sequence: sequence, account: account, request: request, ticks: request.ticks ?? 0, left: request.lots,
                placed: request.lots, block: block, isDormant: true))
        return NaiveResult(sequence: sequence, ticks: request.ticks ?? 0, open: request.lots)
    }

    private mutating func number(_ instrument: InstrumentNumber) -> UInt64 {
        sequences[Int(instrument)] += 1
        return sequences[Int(instrument)]
    }

    private func reducible(_ account: AccountNumber, _ instrument: InstrumentNumber, _ side: Side) -> Int64 {
        let lots = positions[Int(account)][Int(instrument)]
        return max(0, side == .buy ? -lots : lots)
    }

    private func reaches(_ side: Side, _ ticks: Int64, _ limit: Int64) -> Bool {
        side == .buy ? ticks <= limit : ticks >= limit
    }

    /// The position in `orders` of the first to trade on a side.
    private func first(_ instrument: InstrumentNumber, _ side: Side) -> Int? {
        var best: Int?
        for (position, order) in orders.enumerated()
        where order.instrument == instrument && order.side == side && !order.isDormant {
            guard let other = best else {
                best = position
                continue
            }
            if side == .buy ? order.ticks > orders[other].ticks : order.ticks < orders[other].ticks { best = position }
        }
        return best
    }

    func best(_ instrument: InstrumentNumber, _ side: Side) -> Int64 {
        first(instrument, side).map { orders[$0].ticks } ?? 0
    }

    private func isExpired(_ order: NaiveOrder) -> Bool { order.request.expiry != 0 && order.request.expiry < time }

    private mutating func enter(
        _ request: OrderRequest, _ account: AccountNumber, woken: UInt64?
    ) throws(VenueError) -> NaiveResult {
        let isAuction = parameters.orderingRule == .batchAuction
        let (instrument, side) = (request.instrument, request.side)
        if isAuction, request.timeInForce == .fillOrKill { throw .contradictoryOrder }
        var lots = request.lots
        if request.isReduceOnly {
            lots = min(lots, reducible(account, instrument, side))
            guard lots > 0 else { throw .reduceOnly }
        }
        let mark = marks[Int(instrument)]
        let edge = side == .buy ? mark + reach : max(1, mark - reach)
        var limit = request.ticks ?? edge
        if request.timeInForce.isPostOnly, !isAuction {
            while let position = first(instrument, side.opposite), isExpired(orders[position]) {
                remove(position, .expired)
            }
            let best = best(instrument, side.opposite)
            if best != 0, reaches(side, best, limit) {
                guard request.timeInForce == .postOnlySlide, side == .sell || best > 1 else {
                    throw .postOnlyWouldTrade(best: best)
                }
                limit = side == .buy ? best - 1 : best + 1
            }
        }
        if !request.isReduceOnly {
            let notional = Int128(limit) * Int128(lots) * wad / 100
            let least = Int128(parameters.minimumNotional) * wad
            guard notional >= least else { throw .orderTooSmall(notional: notional, least: least) }
        }
        if refused.contains(account) { throw .insufficientMargin(available: 0, required: 1) }
        let sequence = woken ?? number(instrument)
        if woken == nil { happenings.append(.placed(instrument, sequence, lots)) }
        var result = NaiveResult(sequence: sequence, ticks: limit)
        if isAuction {
            rest(request, account, sequence, limit, lots, &result)
            return result
        }
        var end = MatchStop.nothing
        var left = lots
        if !request.timeInForce.isPostOnly {
            let reach = side == .buy ? min(limit, edge) : max(limit, edge)
            if request.timeInForce == .fillOrKill {
                let resting = restingLots(instrument, side.opposite, reach, lots)
                guard resting >= lots else { throw .fillOrKill(available: resting) }
            }
            end = match(instrument, side, account, sequence, reach, request.selfTrade, &left, &result)
            if request.timeInForce == .fillOrKill, left > 0 { throw .fillOrKill(available: result.filled) }
            if result.filled > 0 { dropReduceOnly(account, instrument, side.signed(result.filled)) }
        }
        let best = best(instrument, side.opposite)
        let reason: RemovalReason?
        switch end {
        case .filled: reason = .filled
        case .selfTrade: reason = .selfTrade
        case .work: reason = .workLimit
        case .nothing:
            if best != 0, reaches(side, best, limit) {
                reason = .priceBand
            } else {
                reason = request.ticks == nil || request.timeInForce.isImmediate ? .unfilled : nil
            }
        }
        if let reason {
            result.removal = reason
            happenings.append(.removed(instrument, sequence, reason, left))
        } else {
            rest(request, account, sequence, limit, left, &result)
        }
        return result
    }

    private enum MatchStop { case filled, nothing, selfTrade, work }

    private mutating func rest(
        _ request: OrderRequest, _ account: AccountNumber, _ sequence: UInt64, _ limit: Int64, _ lots: Int64,
        _ result: inout NaiveResult
    ) {
        var request = request
        request.trigger = nil
        let isImmediate = request.ticks == nil || request.timeInForce.isImmediate
        if parameters.orderingRule == .batchAuction, isImmediate { request.expiry = time }
        orders.append(
            NaiveOrder(
                sequence: sequence, account: account, request: request, ticks: limit, left: lots,
                placed: result.filled + lots, block: block, isDormant: false))
        result.open = lots
    }

    private func restingLots(_ instrument: InstrumentNumber, _ side: Side, _ limit: Int64, _ most: Int64) -> Int64 {
        var levels: [Int64: Int64] = [:]
        for order in orders
        where order.instrument == instrument && order.side == side && !order.isDormant
            && reaches(side.opposite, order.ticks, limit)
        {
            levels[order.ticks, default: 0] += order.left
        }
        let nearest = levels.sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
        return min(most, nearest.prefix(Int(parameters.ordersPerAct)).reduce(0) { $0 + $1.value })
    }

    // MARK: - Matching

    private mutating func match(
        _ instrument: InstrumentNumber, _ side: Side, _ account: AccountNumber, _ sequence: UInt64, _ limit: Int64,
        _ selfTrade: SelfTradePrevention, _ left: inout Int64, _ result: inout NaiveResult
    ) -> MatchStop {
        var work = parameters.ordersPerAct
        while left > 0 {
            guard let position = first(instrument, side.opposite), reaches(side, orders[position].ticks, limit) else {
                return .nothing
            }
            if work == 0 { return .work }
            work -= 1
            if isExpired(orders[position]) {
                remove(position, .expired)
                continue
            }
            if orders[position].account == account {
                if selfTrade != .expireTaker { remove(position, .selfTrade) }
                if selfTrade == .expireMaker { continue }
                return .selfTrade
            }
            if orders[position].request.isReduceOnly, !resize(position) { continue }
            let maker = orders[position]
            if unsound.contains(maker.account) {
                remove(position, .makerMargin)
                continue
            }
            let lots = min(left, maker.left)
            left -= lots
            result.filled += lots
            result.cost += lots * maker.ticks
            lastTrades[Int(instrument)] = maker.ticks
            happenings.append(
                .matched(instrument, taker: sequence, maker: maker.sequence, ticks: maker.ticks, lots: lots))
            orders[position].left -= lots
            if orders[position].left == 0 { remove(position, .filled) }
            positions[Int(account)][Int(instrument)] += side.signed(lots)
            positions[Int(maker.account)][Int(instrument)] -= side.signed(lots)
            afterFill(maker, lots)
        }
        return .filled
    }

    /// Cuts an order that only reduces; false where it went.
    private mutating func resize(_ position: Int) -> Bool {
        let order = orders[position]
        let most = reducible(order.account, order.instrument, order.side)
        if most == 0 {
            remove(position, .reduceOnly)
            return false
        }
        if order.left > most {
            orders[position].left = most
            happenings.append(.resized(order.instrument, order.sequence, most))
        }
        return true
    }

    private mutating func afterFill(_ maker: NaiveOrder, _ lots: Int64) {
        if maker.request.isQuote { protect(maker, lots) }
        dropReduceOnly(maker.account, maker.instrument, maker.side.signed(lots))
    }

    private mutating func dropReduceOnly(_ account: AccountNumber, _ instrument: InstrumentNumber, _ change: Int64) {
        let after = positions[Int(account)][Int(instrument)]
        let before = after - change
        guard before.signum() != 0, before.signum() != after.signum() else { return }
        removeAll(.reduceOnly) { book, order in
            order.account == account && order.instrument == instrument && order.request.isReduceOnly
                && book.reducible(account, instrument, order.side) == 0
        }
    }

    private mutating func protect(_ maker: NaiveOrder, _ lots: Int64) {
        let underlying = NaiveBook.underlying(maker.instrument)
        let key = key(maker.account, underlying)
        guard let protection = protections[key] else { return }
        let signed = maker.side.signed(lots)
        // In 1e-9: a lot is 0.01.
        fills[key].append(
            NaiveFill(
                time: time, quantity: lots * 10_000_000, delta: signed * 5_000_000, vega: signed * 30_000_000))
        fills[key].removeAll { $0.time + UInt64(protection.window) <= time }
        let quantity = fills[key].reduce(0) { $0 + $1.quantity }
        let delta = abs(fills[key].reduce(0) { $0 + $1.delta })
        let vega = abs(fills[key].reduce(0) { $0 + $1.vega })
        func isPassed(_ value: Int64, _ limit: Int128) -> Bool { limit != 0 && Int128(value) * 1_000_000_000 > limit }
        guard
            isPassed(quantity, protection.quantity) || isPassed(delta, protection.delta)
                || isPassed(vega, protection.vega)
        else { return }
        happenings.append(.pulled(maker.account, underlying))
        fills[key] = []
        frozen[key] = time + UInt64(protection.freeze)
        removeAll(.protection) { _, order in
            order.account == maker.account && order.request.isQuote
                && NaiveBook.underlying(order.instrument) == underlying
        }
    }

    mutating func setProtection(_ protection: QuoteProtection?, _ account: AccountNumber, _ underlying: UInt32) {
        protections[key(account, underlying)] = protection
        fills[key(account, underlying)] = []
    }

    // MARK: - Removing

    private mutating func remove(_ position: Int, _ reason: RemovalReason) {
        let order = orders.remove(at: position)
        happenings.append(.removed(order.instrument, order.sequence, reason, order.left))
    }

    mutating func removeAll(_ reason: RemovalReason, where isMeant: (NaiveBook, NaiveOrder) -> Bool) {
        var position = 0
        while position < orders.count {
            if isMeant(self, orders[position]) { remove(position, reason) } else { position += 1 }
        }
    }

    private func position(_ instrument: InstrumentNumber, _ sequence: UInt64) -> Int? {
        orders.firstIndex { $0.instrument == instrument && $0.sequence == sequence }
    }

    private func find(
        _ instrument: InstrumentNumber, _ sequence: UInt64, _ account: AccountNumber
    ) throws(VenueError) -> Int {
        guard let position = position(instrument, sequence) else { throw .unknownOrder }
        guard orders[position].account == account else { throw .unauthorized }
        return position
    }

    mutating func cancel(
        _ instrument: InstrumentNumber, _ sequence: UInt64, _ account: AccountNumber
    ) throws(VenueError) {
        remove(try find(instrument, sequence, account), .cancelled)
    }

    mutating func cancel(clientID: UInt64, _ account: AccountNumber) throws(VenueError) {
        guard clientID != 0,
            let position = orders.firstIndex(where: { $0.account == account && $0.request.clientID == clientID })
        else { throw .unknownOrder }
        remove(position, .cancelled)
    }

    mutating func amend(
        _ instrument: InstrumentNumber, _ sequence: UInt64, _ account: AccountNumber, _ ticks: Int64?, _ lots: Int64
    ) throws(VenueError) -> NaiveResult {
        let position = try find(instrument, sequence, account)
        guard lots > 0 else { throw .zeroSize }
        let order = orders[position]
        let price = ticks ?? order.ticks
        if !order.isDormant, price == order.ticks, lots <= order.left {
            orders[position].placed -= order.left - lots
            orders[position].left = lots
            happenings.append(.resized(instrument, sequence, lots))
            return NaiveResult(sequence: sequence, ticks: price, open: lots)
        }
        var request = order.request
        request.lots = lots
        if request.ticks != nil { request.ticks = price }
        return try replace(instrument, sequence, account, request)
    }

    mutating func replace(
        _ instrument: InstrumentNumber, _ sequence: UInt64, _ account: AccountNumber, _ request: OrderRequest
    ) throws(VenueError) -> NaiveResult {
        remove(try find(instrument, sequence, account), .replaced)
        return try place(request, account)
    }

    /// Earliest expiry first, and of one second in the order in which they came.
    mutating func removeExpired() {
        while true {
            let expired = orders.enumerated().filter { isExpired($0.element) }
            guard let next = expired.min(by: { $0.element.request.expiry < $1.element.request.expiry }) else { return }
            remove(next.offset, .expired)
        }
    }

    // MARK: - Triggers

    mutating func runTriggers() {
        let due = orders.filter { order in
            guard order.isDormant, order.block != block, let trigger = order.request.trigger else { return false }
            // In half ticks: the index is half a tick above the mark of the underlying's first instrument.
            let price =
                trigger.price == .mark
                ? 2 * marks[Int(order.instrument)]
                : 2 * marks[NaiveBook.underlying(order.instrument) == 2 ? 3 : 1] + 1
            let rises = (order.side == .buy) == (trigger.kind == .stop)
            return rises ? price >= 2 * trigger.ticks : price <= 2 * trigger.ticks
        }
        let ordered = due.sorted { left, right in
            if left.block != right.block { return left.block < right.block }
            if left.instrument != right.instrument { return left.instrument < right.instrument }
            return left.sequence < right.sequence
        }
        for order in ordered {
            guard let position = position(order.instrument, order.sequence) else { continue }
            if isExpired(order) {
                remove(position, .expired)
                continue
            }
            let before = self
            orders.remove(at: position)
            happenings.append(.triggered(order.instrument, order.sequence))
            var request = order.request
            request.trigger = nil
            do throws(VenueError) {
                _ = try enter(request, order.account, woken: order.sequence)
            } catch {
                self = before
                remove(position, .triggerRefused)
            }
        }
    }

    // MARK: - Auctions

    /// Clears an instrument at the one price that trying every tick of the band finds.
    mutating func runAuction(_ instrument: InstrumentNumber) {
        let crossed = { (book: NaiveBook) in
            let (bid, ask) = (book.best(instrument, .buy), book.best(instrument, .sell))
            return bid != 0 && ask != 0 && bid >= ask
        }
        guard crossed(self) else { return }
        let (lowest, highest) = (best(instrument, .sell), best(instrument, .buy))
        for side in [Side.buy, .sell] {
            let limit = side == .buy ? lowest : highest
            let levels = Set(
                orders.filter { $0.instrument == instrument && !$0.isDormant && $0.side == side }.map(\.ticks))
            for ticks in side == .buy ? levels.sorted(by: >) : levels.sorted()
            where reaches(side.opposite, ticks, limit) {
                for sequence in orders.filter({
                    $0.instrument == instrument && $0.side == side && $0.ticks == ticks && !$0.isDormant
                }).map(\.sequence) {
                    guard let position = position(instrument, sequence) else { continue }
                    if isExpired(orders[position]) {
                        remove(position, .expired)
                    } else if orders[position].request.isReduceOnly {
                        _ = resize(position)
                    }
                }
            }
        }
        let mark = marks[Int(instrument)]
        var best: (ticks: Int64, volume: Int64, imbalance: Int64)?
        for ticks in max(1, mark - reach)...(mark + reach) {
            let mine = orders.filter { $0.instrument == instrument && !$0.isDormant }
            let demand = mine.filter { $0.side == .buy && $0.ticks >= ticks }.reduce(0) { $0 + $1.left }
            let supply = mine.filter { $0.side == .sell && $0.ticks <= ticks }.reduce(0) { $0 + $1.left }
            let volume = min(demand, supply)
            guard volume > 0 else { continue }
            let candidate = (ticks: ticks, volume: volume, imbalance: demand - supply)
            guard let other = best else {
                best = candidate
                continue
            }
            if volume != other.volume {
                if volume > other.volume { best = candidate }
            } else if abs(candidate.imbalance) != abs(other.imbalance) {
                if abs(candidate.imbalance) < abs(other.imbalance) { best = candidate }
            } else if abs(ticks - mark) < abs(other.ticks - mark) {
                best = candidate
            }
        }
        guard let price = best else { return }
        var traded: Int64 = 0
        while traded < price.volume, let bid = first(instrument, .buy), let ask = first(instrument, .sell),
            orders[bid].ticks >= price.ticks, orders[ask].ticks <= price.ticks
        {
            traded += matchAtAuction(bid, ask, price.ticks, price.volume - traded)
        }
        if traded > 0 { lastTrades[Int(instrument)] = price.ticks }
        happenings.append(.cleared(instrument, ticks: price.ticks, lots: traded, imbalance: price.imbalance))
    }

    private mutating func matchAtAuction(_ bid: Int, _ ask: Int, _ ticks: Int64, _ most: Int64) -> Int64 {
        // Looks at the bid first, then at the ask, then judges both.
        let asked = orders[ask].sequence
        let instrument = orders[ask].instrument
        let bidder = orders[bid].sequence
        let bidIsGood = !orders[bid].request.isReduceOnly || resize(bid)
        guard let askAt = position(instrument, asked) else { return 0 }
        let askIsGood = !orders[askAt].request.isReduceOnly || resize(askAt)
        guard bidIsGood, askIsGood, let bidAt = position(instrument, bidder) else { return 0 }
        let (buy, sell) = (orders[bidAt], orders[askAt])
        let (taker, maker) = buy.sequence > sell.sequence ? (buy, sell) : (sell, buy)
        func drop(_ order: NaiveOrder, _ reason: RemovalReason) {
            if let position = position(instrument, order.sequence) { remove(position, reason) }
        }
        if taker.account == maker.account {
            if taker.request.selfTrade != .expireTaker { drop(maker, .selfTrade) }
            if taker.request.selfTrade != .expireMaker { drop(taker, .selfTrade) }
            return 0
        }
        for party in [maker, taker] where unsound.contains(party.account) {
            drop(party, .makerMargin)
            return 0
        }
        let lots = min(most, buy.left, sell.left)
        happenings.append(
            .matched(instrument, taker: taker.sequence, maker: maker.sequence, ticks: ticks, lots: lots))
        for order in [buy, sell] {
            guard let position = position(instrument, order.sequence) else { continue }
            orders[position].left -= lots
            if orders[position].left == 0 { remove(position, .filled) }
        }
        positions[Int(buy.account)][Int(instrument)] += lots
        positions[Int(sell.account)][Int(instrument)] -= lots
        afterFill(maker, lots)
        afterFill(taker, lots)
        return lots
    }

    mutating func dropImmediate() {
        removeAll(.unfilled) { book, order in
            !order.isDormant && order.request.expiry == book.time
                && (order.request.ticks == nil || order.request.timeInForce.isImmediate)
        }
    }
}
