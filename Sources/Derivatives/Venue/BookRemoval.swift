import Foundations

extension ClearingHouse {
    /// Takes an order out of every list, but leaves its place taken. Returns what linked it.
    mutating func detach(
        _ order: OrderReference, _ terms: OrderTerms, _ header: inout BookHeader
    ) -> OrderLinks {
        let links = OrderLinks(storage.load(.orderLinks(order)))
        var ticks = terms.ticks
        if terms.flags.hasConditions {
            let conditions = loadConditions(order)
            if terms.flags.expires { removeFromExpiring(conditions) }
            if terms.flags.isDormant {
                ticks = conditions.triggerTicks
                countDormant(order.instrument, by: -1)
            }
        }
        let counted = terms.flags.isDormant ? 0 : terms.lots
        dequeue(order, links, lots: counted, at: ticks, in: terms.flags.ladder, &header)
        removeFromAccount(terms.account, links, isReduceOnly: terms.flags.isReduceOnly)
        if links.clientID != 0 { storage.store(.clientOrder(terms.account, links.clientID), .zero) }
        header.openOrders &-= 1
        return links
    }

    /// Ends an order's life in the book. For `filled`, the clearing house knows of the fill already.
    mutating func remove(
        _ order: OrderReference, _ terms: OrderTerms, _ reason: RemovalReason, _ header: inout BookHeader
    ) throws(VenueError) {
        _ = detach(order, terms, &header)
        freePlace(order, &header)
        let isFilled = reason == .filled
        if !isFilled, terms.isAggregated {
            try orderAggregateChanged(
                account: terms.account, instrument: order.instrument, side: terms.side, ticks: Int64(terms.ticks),
                lots: 0 &- terms.lots)
        }
        emitRemoval(
            OrderID(instrument: order.instrument, sequence: terms.sequence, place: order.place), terms.account, reason,
            lots: isFilled ? 0 : terms.lots)
    }

    /// Removes an order of any book, while `header` is that of `instrument`.
    mutating func remove(
        _ order: OrderReference, _ terms: OrderTerms, _ reason: RemovalReason, _ header: inout BookHeader,
        _ instrument: InstrumentNumber
    ) throws(VenueError) {
        if order.instrument == instrument {
            try remove(order, terms, reason, &header)
        } else {
            var other = loadBook(order.instrument)
            try remove(order, terms, reason, &other)
            storeBook(order.instrument, other)
        }
    }

    /// Removes those of an account's orders that `isMeant`, oldest first, and returns how many. Their number is bounded by the cap
    /// on open orders.
    @discardableResult
    mutating func removeOrders(
        of account: AccountNumber, _ reason: RemovalReason, _ header: inout BookHeader, _ instrument: InstrumentNumber,
        where isMeant: (OrderReference, OrderTerms) -> Bool
    ) throws(VenueError) -> Int {
        var order = AccountOrders(storage.load(.accountOrders(account))).oldest
        var count = 0
        while !order.isNone {
            let following = OrderLinks(storage.load(.orderLinks(order))).newer
            let terms = loadTerms(order)
            if isMeant(order, terms) {
                try remove(order, terms, reason, &header, instrument)
                count += 1
            }
            order = following
        }
        return count
    }

    /// The open order of that id, of that account.
    mutating func openOrder(_ id: OrderID, of account: AccountNumber) throws(VenueError) -> OrderTerms {
        guard id.place != 0 else { throw .unknownOrder }
        let terms = loadTerms(id.reference)
        guard terms.account != 0, terms.sequence == id.sequence else { throw .unknownOrder }
        guard terms.account == account else { throw .unauthorized }
        return terms
    }

    // MARK: - Cancelling

    /// Cancels one order of an account.
    public mutating func cancel(
        _ id: OrderID, of account: AccountNumber, reason: RemovalReason = .cancelled
    ) throws(VenueError) {
        let terms = try openOrder(id, of: account)
        var header = loadBook(id.instrument)
        try remove(id.reference, terms, reason, &header)
        storeBook(id.instrument, header)
    }

    /// Cancels the order that its account calls `clientID`.
    public mutating func cancel(clientID: UInt64, of account: AccountNumber) throws(VenueError) {
        guard let id = orderID(clientID: clientID, of: account) else { throw .unknownOrder }
        try cancel(id, of: account)
    }

    /// The open order that its account calls `clientID`.
    public mutating func orderID(clientID: UInt64, of account: AccountNumber) -> OrderID? {
        let word = storage.load(.clientOrder(account, clientID))
        guard clientID != 0, !word.isZero else { return nil }
        return OrderID(instrument: word.limb1.highHalf, sequence: word.limb0, place: word.limb1.lowHalf)
    }

    /// Cancels all orders of an account, dormant ones too, or those on one instrument; returns how many. It works in any state
    /// of the market.
    @discardableResult
    public mutating func cancelAll(
        of account: AccountNumber, on instrument: InstrumentNumber? = nil, reason: RemovalReason = .cancelled
    ) throws(VenueError) -> Int {
        let oldest = AccountOrders(storage.load(.accountOrders(account))).oldest
        guard !oldest.isNone else { return 0 }
        let at = instrument ?? oldest.instrument
        var header = loadBook(at)
        let count = try removeOrders(of: account, reason, &header, at) { order, _ in
            instrument == nil || order.instrument == at
        }
        storeBook(at, header)
        return count
    }

    /// Removes up to `limit` orders of a book whose market is closed, best first, and returns how many: none are left once that is
    /// less than `limit`.
    public mutating func closeBook(_ instrument: InstrumentNumber, limit: Int) throws(VenueError) -> Int {
        var header = loadBook(instrument)
        var count = 0
        while count < limit, header.openOrders > 0 {
            let triggers = TriggerHeader(storage.load(.bookTriggers(instrument)))
            let nearest: [(ladder: Ladder, ticks: UInt32)] = [
                (.bids, header.bestBid), (.asks, header.bestAsk), (.fallingMark, triggers[.fallingMark]),
                (.risingMark, triggers[.risingMark]), (.fallingIndex, triggers[.fallingIndex]),
                (.risingIndex, triggers[.risingIndex]),
            ]
            guard let (ladder, ticks) = nearest.first(where: { $0.ticks != 0 }) else { throw .corrupt }
            let level = BookLevelWord(storage.load(.bookLevel(instrument, ladder, ticks)))
            let order = OrderReference(instrument: instrument, place: level.first)
            try remove(order, loadTerms(order), .marketClosed, &header)
            count += 1
        }
        storeBook(instrument, header)
        return count
    }

    // MARK: - Expiry

    /// Removes the orders whose time has passed, oldest expiry first; at most as many as the configuration lets go in a block.
    @discardableResult
    public mutating func removeExpiredOrders() throws(VenueError) -> Int {
        let most = Int(limits().expiriesPerBlock)
        var count = 0
        while count < most {
            let second = storage.load(.firstExpiry).limb0
            guard second != 0, second < time else { break }
            let order = ExpiringOrders(storage.load(.expiringOrders(at: second))).first
            try removeAlone(order, .expired)
            count += 1
        }
        return count
    }

    /// Removes an order of a book whose header is not at hand.
    mutating func removeAlone(_ order: OrderReference, _ reason: RemovalReason) throws(VenueError) {
        var header = loadBook(order.instrument)
        try remove(order, loadTerms(order), reason, &header)
        storeBook(order.instrument, header)
    }
}

extension OrderTerms {
    /// Whether the clearing house counts the order among those that could add to a position.
    @inline(__always)
    var isAggregated: Bool { !flags.isReduceOnly && !flags.isDormant }
}
