public import Foundations

/// A price and what waits at it.
public struct BookLevel: Equatable, Sendable {
    public let ticks: Int64
    public let lots: Int64
    public let orders: UInt32
}

/// A level as a changed word of the state tells it: which book's, which side's, and what waits there now (0 lots: nothing).
public struct BookLevelChange: Equatable, Sendable {
    public let instrument: InstrumentNumber
    public let side: Side
    public let level: BookLevel

    /// nil for a slot of another table, or of dormant orders.
    public init?(slot: VenueSlot, word: UInt256) {
        let (table, ladder) = (slot.word.limb3 &>> 56, slot.word.limb3 & 0x00ff_ffff_ffff_ffff)
        guard slot.contract == .book, table == 3, let ladder = Ladder(rawValue: ladder),
            ladder == .bids || ladder == .asks
        else { return nil }
        instrument = InstrumentNumber(truncatingIfNeeded: slot.word.limb2)
        side = ladder == .bids ? .buy : .sell
        let found = BookLevelWord(word)
        level = BookLevel(ticks: Int64(slot.word.limb0.lowHalf), lots: found.lots, orders: found.orders)
    }
}

// What a reader asks of the book. Nothing here writes.

extension ClearingHouse {
    /// The best prices and the last trade's, in ticks; 0 for none.
    public mutating func topOfBook(of instrument: InstrumentNumber) -> TopOfBook {
        let header = loadBook(instrument)
        var top = TopOfBook()
        top.bid = Int64(header.bestBid)
        top.ask = Int64(header.bestAsk)
        top.last = Int64(header.lastTrade)
        return top
    }

    /// The best bid in ticks; nil where nobody bids.
    public mutating func bestBid(of instrument: InstrumentNumber) -> Int64? {
        let best = loadBook(instrument).bestBid
        return best == 0 ? nil : Int64(best)
    }

    /// The best ask in ticks; nil where nobody offers.
    public mutating func bestAsk(of instrument: InstrumentNumber) -> Int64? {
        let best = loadBook(instrument).bestAsk
        return best == 0 ? nil : Int64(best)
    }

    /// How many orders a book has numbered: it grows with every order that comes.
    public mutating func orderSequence(of instrument: InstrumentNumber) -> UInt64 { loadBook(instrument).sequence }

    /// Open orders of a book, dormant ones too.
    public mutating func openOrderCount(in instrument: InstrumentNumber) -> Int {
        Int(truncatingIfNeeded: loadBook(instrument).openOrders)
    }

    /// The first levels of a side, best first.
    public mutating func depth(of instrument: InstrumentNumber, _ side: Side, levels most: Int) -> [BookLevel] {
        var levels: [BookLevel] = []
        var ticks = loadBook(instrument).best(side)
        while ticks != 0, levels.count < most {
            let word = BookLevelWord(storage.load(.bookLevel(instrument, side.ladder, ticks)))
            levels.append(BookLevel(ticks: Int64(ticks), lots: word.lots, orders: word.orders))
            ticks = following(ticks, instrument, side)
        }
        return levels
    }

    /// The level behind `ticks`; 0 where there is none.
    mutating func following(_ ticks: UInt32, _ instrument: InstrumentNumber, _ side: Side) -> UInt32 {
        let index = BookIndex.levels(instrument, side.ladder)
        let next = index.next(UInt64(ticks), ascending: side.ladder.ascends, in: &storage)
        return UInt32(truncatingIfNeeded: next ?? 0)
    }

    /// The average price at which `notional` (quote money, 18 decimals) would trade with what waits on `side`, rounded to that
    /// side's disadvantage: a bid down, an ask up. nil where less than that waits within the configured number of levels.
    public mutating func impactPrice(
        of number: InstrumentNumber, _ side: Side, notional: Int128
    ) throws(VenueError) -> Int128? {
        let instrument = try instrument(number)
        guard notional > 0, instrument.tickValue > 0 else { return nil }
        // Everything is counted in tick · lots, of which the last level gives a part.
        let target = try notional.times(1, over: instrument.tickValue, .up)
        var rest = target
        var lots: Int128 = 0
        var ticks = loadBook(number).best(side)
        for _ in 0..<limits().levelsPerWalk where ticks != 0 {
            let level = BookLevelWord(storage.load(.bookLevel(number, side.ladder, ticks)))
            let value = Int128(ticks) &* Int128(level.lots)
            if value >= rest {
                // notional ÷ (lots + rest ÷ ticks), the quotient's denominator cleared.
                let size = try lots.times(Int128(ticks)).adding(rest)
                return try target.times(Int128(ticks)).times(
                    instrument.tick, over: size, side == .buy ? .down : .up)
            }
            rest = try rest.subtracting(value)
            lots = try lots.adding(Int128(level.lots))
            ticks = following(ticks, number, side)
        }
        return nil
    }

    // MARK: - Orders

    /// An open order; nil for one that is gone.
    public mutating func order(_ id: OrderID) -> Order? {
        let terms = loadTerms(id.reference)
        guard id.place != 0, terms.account != 0, terms.sequence == id.sequence else { return nil }
        return order(at: id.reference, terms)
    }

    /// An account's open orders, oldest first, dormant ones too.
    public mutating func openOrders(of account: AccountNumber) -> [Order] {
        var orders: [Order] = []
        var place = AccountOrders(storage.load(.accountOrders(account))).oldest
        while !place.isNone {
            orders.append(order(at: place, loadTerms(place)))
            place = OrderLinks(storage.load(.orderLinks(place))).newer
        }
        return orders
    }

    /// How many orders an account has open, and how many of them only reduce.
    public mutating func openOrderCount(of account: AccountNumber) -> (open: UInt32, reduceOnly: UInt32) {
        let list = AccountOrders(storage.load(.accountOrders(account)))
        return (list.open, list.reduceOnly)
    }

    /// The queue at a price, first to trade first; at most `most` orders.
    public mutating func orders(
        in instrument: InstrumentNumber, _ side: Side, at ticks: Int64, upTo most: Int
    ) -> [Order] {
        var orders: [Order] = []
        let slot = VenueSlot.bookLevel(instrument, side.ladder, UInt32(clamping: ticks))
        var place = BookLevelWord(storage.load(slot)).first
        while place != 0, orders.count < most {
            let reference = OrderReference(instrument: instrument, place: place)
            orders.append(order(at: reference, loadTerms(reference)))
            place = OrderLinks(storage.load(.orderLinks(reference))).next
        }
        return orders
    }

    private mutating func order(at place: OrderReference, _ terms: OrderTerms) -> Order {
        let links = OrderLinks(storage.load(.orderLinks(place)))
        var expiry: UInt64 = 0
        var trigger: Trigger?
        if terms.flags.hasConditions {
            let conditions = loadConditions(place)
            if terms.flags.expires { expiry = conditions.expiry }
            if terms.flags.isDormant {
                trigger = Trigger(
                    kind: terms.flags.triggerKind, price: terms.flags.triggerPrice,
                    ticks: Int64(conditions.triggerTicks))
            }
        }
        return Order(
            id: OrderID(instrument: place.instrument, sequence: terms.sequence, place: place.place),
            account: terms.account, side: terms.side, ticks: Int64(terms.ticks), lotsLeft: terms.lots,
            lotsPlaced: terms.placed, timeInForce: terms.flags.timeInForce, expiry: expiry,
            isReduceOnly: terms.flags.isReduceOnly, selfTrade: terms.flags.selfTrade, clientID: links.clientID,
            isQuote: terms.flags.isQuote, trigger: trigger)
    }
}
