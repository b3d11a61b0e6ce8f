import Foundations

// Dormant orders: each lies at its trigger's price in a ladder of its book, so that a change of marks meets those that it wakes at the
// front of four ladders and touches no other. They reserve no margin; on waking an order is checked like a new one.

extension ClearingHouse {
    mutating func placeDormant(
        _ incoming: Incoming, _ header: inout BookHeader
    ) throws(VenueError) -> Placement {
        let request = incoming.request
        guard let trigger = request.trigger else { throw .contradictoryOrder }
        let status = incoming.instrument.status
        guard status == .active || status == .reduceOnly else { throw .instrumentClosed(status) }
        let id = try takePlace(request.instrument, &header)
        let terms = OrderTerms(
            lots: request.lots, ticks: UInt32(clamping: request.ticks ?? 0), account: incoming.account,
            sequence: id.sequence, flags: OrderFlags(request))
        emitPlacement(id, incoming, ticks: terms.ticks, lots: request.lots)
        storage.emit(VenueEvent(.triggerSet, [id.word, Int128(trigger.ticks).word]))
        try insert(id, terms, request, at: UInt32(clamping: trigger.ticks), &header)
        countDormant(request.instrument, by: 1)
        var placement = Placement(id: id, ticks: Int64(terms.ticks))
        placement.lotsOpen = request.lots
        return placement
    }

    /// Keeps count of a book's dormant orders, and the book in the index of those that have any.
    mutating func countDormant(_ instrument: InstrumentNumber, by change: Int32) {
        var triggers = TriggerHeader(storage.load(.bookTriggers(instrument)))
        let before = triggers.dormant
        triggers.dormant = UInt32(truncatingIfNeeded: Int64(before) &+ Int64(change))
        storage.store(.bookTriggers(instrument), triggers.word)
        if before == 0 { BookIndex.booksWithTriggers.insert(UInt64(instrument), in: &storage) }
        if triggers.dormant == 0 { BookIndex.booksWithTriggers.remove(UInt64(instrument), in: &storage) }
    }

    /// Sends the dormant orders whose condition the marks meet to the book, oldest first, and returns how many woke.
    ///
    /// In one block at most `triggersPerBlock` wake; of the others none is lost: they are tested again in the next, beginning
    /// with the book at which this one stopped. A book whose price is not to be had (stale, invalid) waits.
    @discardableResult
    public mutating func runTriggers() throws(VenueError) -> Int {
        let most = Int(limits().triggersPerBlock)
        let books = BookIndex.booksWithTriggers
        let start = storage.load(.triggerCursor).limb0
        var due: [DueTrigger] = []
        var book = books.first(from: start, in: &storage)
        var hasWrapped = book == nil && start > 0
        if hasWrapped { book = books.first(from: 0, in: &storage) }
        while let number = book, due.count < most {
            if hasWrapped, number >= start, start > 0 { break }
            collectDue(InstrumentNumber(truncatingIfNeeded: number), &due, most)
            if due.count == most { break }
            book = books.next(number, ascending: true, in: &storage)
            if book == nil, !hasWrapped, start > 0 {
                hasWrapped = true
                book = books.first(from: 0, in: &storage)
            }
        }
        let stopped = due.count == most ? (book ?? 0) : 0
        if stopped != start { storage.store(.triggerCursor, UInt256(stopped)) }
        due.sort { $0.isOlder(than: $1) }
        for trigger in due { try wake(trigger) }
        return due.count
    }

    private mutating func collectDue(_ instrument: InstrumentNumber, _ due: inout [DueTrigger], _ most: Int) {
        let triggers = TriggerHeader(storage.load(.bookTriggers(instrument)))
        for (price, falling, rising) in [
            (TriggerPrice.mark, Ladder.fallingMark, Ladder.risingMark), (.index, .fallingIndex, .risingIndex),
        ] where triggers[falling] != 0 || triggers[rising] != 0 {
            guard let (below, above) = ticks(of: price, instrument) else { continue }
            collectDue(instrument, rising, from: triggers[rising], to: below, &due, most)
            collectDue(instrument, falling, from: triggers[falling], to: above, &due, most)
        }
    }

    /// A price in ticks: the greatest that it reaches, and the least that it does not pass.
    private mutating func ticks(of price: TriggerPrice, _ number: InstrumentNumber) -> (UInt32, UInt32)? {
        do throws(VenueError) {
            let instrument = try instrument(number)
            let value =
                price == .mark
                ? try markPrice(of: number) : try indexPrice(underlying: instrument.underlying)
            guard value > 0, instrument.tick > 0 else { return nil }
            let (below, rest) = value.divided(by: instrument.tick)
            let above = rest == 0 ? below : below &+ 1
            return (UInt32(clamping: below), UInt32(clamping: above))
        } catch {
            return nil
        }
    }

    private mutating func collectDue(
        _ instrument: InstrumentNumber, _ ladder: Ladder, from nearest: UInt32, to price: UInt32,
        _ due: inout [DueTrigger], _ most: Int
    ) {
        let index = BookIndex.levels(instrument, ladder)
        var ticks = nearest
        while ticks != 0, ladder.ascends ? ticks <= price : ticks >= price {
            var place = BookLevelWord(storage.load(.bookLevel(instrument, ladder, ticks))).first
            while place != 0, due.count < most {
                let order = OrderReference(instrument: instrument, place: place)
                let block = loadConditions(order).block
                // Those of this block stand at the end of the queue.
                if block == UInt32(truncatingIfNeeded: blockNumber) { break }
                due.append(DueTrigger(order: order, block: block, sequence: loadTerms(order).sequence))
                place = OrderLinks(storage.load(.orderLinks(order))).next
            }
            if due.count == most { return }
            let following = index.next(UInt64(ticks), ascending: ladder.ascends, in: &storage)
            ticks = UInt32(truncatingIfNeeded: following ?? 0)
        }
    }

    /// Sends a dormant order to the book under its id; where it is refused there, it goes with reason `triggerRefused`.
    private mutating func wake(_ trigger: DueTrigger) throws(VenueError) {
        let order = trigger.order
        let terms = loadTerms(order)
        // What woke before may have removed it.
        guard terms.account != 0, terms.sequence == trigger.sequence, terms.flags.isDormant else { return }
        if terms.flags.expires, loadConditions(order).expiry < time { return try removeAlone(order, .expired) }
        let before = checkpoint
        do throws(VenueError) {
            var request = request(of: order, terms, ticks: Int64(terms.ticks), lots: terms.lots)
            request.trigger = nil
            var header = loadBook(order.instrument)
            _ = detach(order, terms, &header)
            let id = OrderID(instrument: order.instrument, sequence: terms.sequence, place: order.place)
            storage.emit(VenueEvent(.orderTriggered, [id.word, UInt256(UInt64(terms.account))]))
            let incoming = Incoming(
                request: request, account: terms.account, instrument: try instrument(order.instrument),
                limits: limits(), wokenID: id)
            _ = try enter(incoming, &header)
            storeBook(order.instrument, header)
        } catch {
            revert(to: before)
            try removeAlone(order, .triggerRefused)
        }
    }
}

/// A dormant order whose condition is met.
private struct DueTrigger {
    let order: OrderReference
    let block: UInt32
    let sequence: UInt64

    /// By block, then by book and number within it: what came in one block into two books came at the same time.
    func isOlder(than other: DueTrigger) -> Bool {
        if block != other.block { return block < other.block }
        if order.instrument != other.order.instrument { return order.instrument < other.order.instrument }
        return sequence < other.sequence
    }
}
