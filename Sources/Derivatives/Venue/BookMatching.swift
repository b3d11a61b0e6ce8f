import Foundations

/// An order that trades with the book, while it does.
struct Taker {
    let id: OrderID
    let account: AccountNumber
    let side: Side
    let selfTrade: SelfTradePrevention
    var lots: Int64
    var filled: Int64 = 0
    /// Σ ticks · lots.
    var cost: Int128 = 0
    /// How many resting orders it may still touch.
    var work: UInt16
    /// What the clearing house is asked about before the first fill; nil for a liquidation's, which it does not refuse.
    let entry: OrderEntry?
}

/// What an order met where it stopped.
enum MatchEnd {
    case filled, nothingWithinLimit, selfTrade, workLimit
}

extension Side {
    /// Whether an order of this side, limited at `limit`, trades with one at `ticks`.
    @inline(__always)
    func reaches(_ ticks: UInt32, limit: UInt32) -> Bool { self == .buy ? ticks <= limit : ticks >= limit }

    @inline(__always)
    var ladder: Ladder { self == .buy ? .bids : .asks }
}

extension ClearingHouse {
    /// Trades with what rests on the other side within `limit`, best price first and in each level oldest first.
    ///
    /// Every round begins at the best order anew, as what a fill sets off (protection, orders that can no longer reduce) may take
    /// any order out of the book.
    mutating func match(
        _ taker: inout Taker, _ instrument: InstrumentNumber, limit: UInt32, _ header: inout BookHeader
    ) throws(VenueError) -> MatchEnd {
        let ladder = taker.side.opposite.ladder
        while taker.lots > 0 {
            let ticks = header.best(taker.side.opposite)
            guard ticks != 0, taker.side.reaches(ticks, limit: limit) else { return .nothingWithinLimit }
            guard taker.work > 0 else { return .workLimit }
            taker.work &-= 1
            let slot = VenueSlot.bookLevel(instrument, ladder, ticks)
            var level = BookLevelWord(storage.load(slot))
            let order = OrderReference(instrument: instrument, place: level.first)
            var terms = loadTerms(order)
            if terms.flags.expires, loadConditions(order).expiry < time {
                try remove(order, terms, .expired, &header)
                continue
            }
            if terms.account == taker.account {
                if taker.selfTrade != .expireTaker { try remove(order, terms, .selfTrade, &header) }
                if taker.selfTrade == .expireMaker { continue }
                return .selfTrade
            }
            if terms.flags.isReduceOnly {
                guard try resizeReduceOnly(order, &terms, &level, &header) else { continue }
            }
            let lots = min(taker.lots, terms.lots)
            let fill = Fill(
                instrument: instrument, taker: taker.account, maker: terms.account, takerSide: taker.side,
                ticks: Int64(ticks), lots: lots, makerIsAggregated: !terms.flags.isReduceOnly)
            guard try makerIsSound(fill) else {
                try remove(order, terms, .makerMargin, &header)
                continue
            }
            if taker.filled == 0, let entry = taker.entry { try checkTaking(entry) }
            taker.lots &-= lots
            taker.filled &+= lots
            taker.cost = try taker.cost.adding(Int128(ticks).times(Int128(lots)))
            header.lastTrade = ticks
            emitMatch(fill, taker: taker.id, maker: order, terms)
            if terms.lots == lots {
                try apply(fill)
                try remove(order, terms, .filled, &header)
            } else {
                terms.lots &-= lots
                storage.store(.orderTerms(order), terms.word)
                level.lots &-= lots
                storage.store(slot, level.word)
                try apply(fill)
            }
            try afterFill(of: terms, fill, &header)
        }
        return .filled
    }

    /// Cuts a resting order that may only reduce to what it can; false where that is nothing and the order went.
    mutating func resizeReduceOnly(
        _ order: OrderReference, _ terms: inout OrderTerms, _ level: inout BookLevelWord, _ header: inout BookHeader
    ) throws(VenueError) -> Bool {
        let most = reducibleLots(of: terms.account, in: order.instrument, terms.side)
        guard most > 0 else {
            try remove(order, terms, .reduceOnly, &header)
            return false
        }
        guard terms.lots > most else { return true }
        level.lots &-= terms.lots &- most
        terms.lots = most
        storage.store(.orderTerms(order), terms.word)
        storage.store(.bookLevel(order.instrument, terms.flags.ladder, terms.ticks), level.word)
        emitChange(order, terms)
        return true
    }

    /// How many lots an order on `side` takes off the account's position before it changes sign.
    mutating func reducibleLots(
        of account: AccountNumber, in instrument: InstrumentNumber, _ side: Side
    ) -> Int64 {
        let lots = position(of: account, in: instrument).lots
        return max(0, side == .buy ? 0 &- lots : lots)
    }

    /// What a fill sets off for the one whose order rested: its protection, and its orders that can no longer reduce.
    mutating func afterFill(of terms: OrderTerms, _ fill: Fill, _ header: inout BookHeader) throws(VenueError) {
        if terms.flags.isQuote { try countForProtection(terms, fill, &header) }
        let change = terms.side.signed(fill.lots)
        try dropReduceOnly(of: terms.account, in: fill.instrument, change: change, &header)
    }

    /// Cancels the account's orders that only reduce and, after its position changed by `change` lots, have nothing to reduce.
    mutating func dropReduceOnly(
        of account: AccountNumber, in instrument: InstrumentNumber, change: Int64, _ header: inout BookHeader
    ) throws(VenueError) {
        let list = AccountOrders(storage.load(.accountOrders(account)))
        guard list.reduceOnly > 0, change != 0 else { return }
        let lots = position(of: account, in: instrument).lots
        let before = lots &- change
        // Only where the position left the side on which it was.
        guard before != 0, lots == 0 || (lots > 0) != (before > 0) else { return }
        try removeOrders(of: account, .reduceOnly, &header, instrument) { order, terms in
            order.instrument == instrument && terms.flags.isReduceOnly
                && (lots == 0 || terms.flags.isSell == (lots < 0))
        }
    }
}
