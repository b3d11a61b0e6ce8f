import Foundations

// Places, queues and lists: how orders hang together. Each function leaves the words that it names consistent; the header of the
// book at hand travels as `inout` and is stored once, by the act that loaded it.

extension ClearingHouse {
    @inline(__always)
    mutating func loadBook(_ instrument: InstrumentNumber) -> BookHeader {
        BookHeader(storage.load(.book(instrument)))
    }

    @inline(__always)
    mutating func storeBook(_ instrument: InstrumentNumber, _ header: BookHeader) {
        storage.store(.book(instrument), header.word)
    }

    @inline(__always)
    mutating func loadTerms(_ order: OrderReference) -> OrderTerms { OrderTerms(storage.load(.orderTerms(order))) }

    @inline(__always)
    mutating func loadConditions(_ order: OrderReference) -> OrderConditions {
        OrderConditions(storage.load(.orderConditions(order)))
    }

    @inline(__always)
    mutating func changeLinks(_ order: OrderReference, _ change: (inout OrderLinks) -> Void) {
        var links = OrderLinks(storage.load(.orderLinks(order)))
        change(&links)
        storage.store(.orderLinks(order), links.word)
    }

    // MARK: - Places

    /// Takes a place for the next order of a book, and numbers the order.
    mutating func takePlace(_ instrument: InstrumentNumber, _ header: inout BookHeader) throws(VenueError) -> OrderID {
        guard header.sequence < 1 << 48 &- 1 else { throw .bookFull }
        var place = header.freePlace
        if place != 0 {
            let freed = loadTerms(OrderReference(instrument: instrument, place: place))
            header.freePlace = UInt32(truncatingIfNeeded: freed.lots)
        } else {
            guard header.placesUsed < .max else { throw .bookFull }
            header.placesUsed &+= 1
            place = header.placesUsed
        }
        header.sequence &+= 1
        return OrderID(instrument: instrument, sequence: header.sequence, place: place)
    }

    /// Gives a place back: its terms hold the next free one, its other words mean nothing.
    @inline(__always)
    mutating func freePlace(_ order: OrderReference, _ header: inout BookHeader) {
        storage.store(.orderTerms(order), UInt256(UInt64(header.freePlace)))
        header.freePlace = order.place
    }

    // MARK: - Levels

    /// Puts an order at the end of the queue at `ticks`.
    mutating func enqueue(
        _ order: OrderReference, _ links: inout OrderLinks, lots: Int64, at ticks: UInt32, in ladder: Ladder,
        _ header: inout BookHeader
    ) throws(VenueError) {
        let slot = VenueSlot.bookLevel(order.instrument, ladder, ticks)
        var level = BookLevelWord(storage.load(slot))
        let (sum, overflow) = level.lots.addingReportingOverflow(lots)
        guard !overflow else { throw .overflow }
        if level.first == 0 {
            level.first = order.place
            BookIndex.levels(order.instrument, ladder).insert(UInt64(ticks), in: &storage)
            noteNewLevel(order.instrument, ladder, ticks, &header)
        } else {
            changeLinks(OrderReference(instrument: order.instrument, place: level.last)) { $0.next = order.place }
            links.previous = level.last
        }
        level.last = order.place
        level.lots = sum
        level.orders &+= 1
        storage.store(slot, level.word)
    }

    /// Takes an order out of the queue at `ticks`; `lots` is what the level still counts for it.
    mutating func dequeue(
        _ order: OrderReference, _ links: OrderLinks, lots: Int64, at ticks: UInt32, in ladder: Ladder,
        _ header: inout BookHeader
    ) {
        let slot = VenueSlot.bookLevel(order.instrument, ladder, ticks)
        var level = BookLevelWord(storage.load(slot))
        if links.previous == 0 {
            level.first = links.next
        } else {
            changeLinks(OrderReference(instrument: order.instrument, place: links.previous)) { $0.next = links.next }
        }
        if links.next == 0 {
            level.last = links.previous
        } else {
            changeLinks(OrderReference(instrument: order.instrument, place: links.next)) {
                $0.previous = links.previous
            }
        }
        level.lots &-= lots
        level.orders &-= 1
        storage.store(slot, level.word)
        if level.first == 0 { removeLevel(order.instrument, ladder, ticks, &header) }
    }

    private mutating func noteNewLevel(
        _ instrument: InstrumentNumber, _ ladder: Ladder, _ ticks: UInt32, _ header: inout BookHeader
    ) {
        func isNearer(_ best: UInt32) -> Bool { best == 0 || (ladder.ascends ? ticks < best : ticks > best) }
        switch ladder {
        case .bids: if isNearer(header.bestBid) { header.bestBid = ticks }
        case .asks: if isNearer(header.bestAsk) { header.bestAsk = ticks }
        default:
            var triggers = TriggerHeader(storage.load(.bookTriggers(instrument)))
            if isNearer(triggers[ladder]) {
                triggers[ladder] = ticks
                storage.store(.bookTriggers(instrument), triggers.word)
            }
        }
    }

    private mutating func removeLevel(
        _ instrument: InstrumentNumber, _ ladder: Ladder, _ ticks: UInt32, _ header: inout BookHeader
    ) {
        let index = BookIndex.levels(instrument, ladder)
        index.remove(UInt64(ticks), in: &storage)
        func following(_ storage: inout Storage) -> UInt32 {
            UInt32(truncatingIfNeeded: index.next(UInt64(ticks), ascending: ladder.ascends, in: &storage) ?? 0)
        }
        switch ladder {
        case .bids: if header.bestBid == ticks { header.bestBid = following(&storage) }
        case .asks: if header.bestAsk == ticks { header.bestAsk = following(&storage) }
        default:
            var triggers = TriggerHeader(storage.load(.bookTriggers(instrument)))
            if triggers[ladder] == ticks {
                triggers[ladder] = following(&storage)
                storage.store(.bookTriggers(instrument), triggers.word)
            }
        }
    }

    // MARK: - An account's orders

    mutating func appendToAccount(
        _ account: AccountNumber, _ order: OrderReference, _ links: inout OrderLinks, isReduceOnly: Bool
    ) {
        var list = AccountOrders(storage.load(.accountOrders(account)))
        if list.newest.isNone {
            list.oldest = order
        } else {
            changeLinks(list.newest) { $0.newer = order }
            links.older = list.newest
        }
        list.newest = order
        list.open &+= 1
        if isReduceOnly { list.reduceOnly &+= 1 }
        storage.store(.accountOrders(account), list.word)
    }

    mutating func removeFromAccount(_ account: AccountNumber, _ links: OrderLinks, isReduceOnly: Bool) {
        var list = AccountOrders(storage.load(.accountOrders(account)))
        if links.older.isNone {
            list.oldest = links.newer
        } else {
            changeLinks(links.older) { $0.newer = links.newer }
        }
        if links.newer.isNone {
            list.newest = links.older
        } else {
            changeLinks(links.newer) { $0.older = links.older }
        }
        list.open &-= 1
        if isReduceOnly { list.reduceOnly &-= 1 }
        storage.store(.accountOrders(account), list.word)
    }

    // MARK: - Orders that expire

    mutating func appendToExpiring(_ order: OrderReference, _ conditions: inout OrderConditions) {
        let slot = VenueSlot.expiringOrders(at: conditions.expiry)
        var list = ExpiringOrders(storage.load(slot))
        if list.first.isNone {
            list.first = order
            BookIndex.expiries.insert(conditions.expiry, in: &storage)
            let first = storage.load(.firstExpiry).limb0
            if first == 0 || conditions.expiry < first {
                storage.store(.firstExpiry, UInt256(conditions.expiry))
            }
        } else {
            changeConditions(list.last) { $0.next = order }
            conditions.previous = list.last
        }
        list.last = order
        list.count &+= 1
        storage.store(slot, list.word)
    }

    mutating func removeFromExpiring(_ conditions: OrderConditions) {
        let slot = VenueSlot.expiringOrders(at: conditions.expiry)
        var list = ExpiringOrders(storage.load(slot))
        if conditions.previous.isNone {
            list.first = conditions.next
        } else {
            changeConditions(conditions.previous) { $0.next = conditions.next }
        }
        if conditions.next.isNone {
            list.last = conditions.previous
        } else {
            changeConditions(conditions.next) { $0.previous = conditions.previous }
        }
        list.count &-= 1
        storage.store(slot, list.word)
        guard list.first.isNone else { return }
        let index = BookIndex.expiries
        index.remove(conditions.expiry, in: &storage)
        if storage.load(.firstExpiry).limb0 == conditions.expiry {
            let following = index.next(conditions.expiry, ascending: true, in: &storage) ?? 0
            storage.store(.firstExpiry, UInt256(following))
        }
    }

    private mutating func changeConditions(_ order: OrderReference, _ change: (inout OrderConditions) -> Void) {
        var conditions = loadConditions(order)
        change(&conditions)
        storage.store(.orderConditions(order), conditions.word)
    }
}
