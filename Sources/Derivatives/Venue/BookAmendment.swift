import Foundations

extension ClearingHouse {
    /// Changes a resting order's price, or what is left of it. One that only becomes smaller keeps its place in the queue and its
    /// id; any other change puts a new order in its place, as `replace` does. Returns the id under which it now is, or was.
    @discardableResult
    public mutating func amend(
        _ id: OrderID, of account: AccountNumber, ticks: Int64? = nil, lots: Int64
    ) throws(VenueError) -> Placement {
        var terms = try openOrder(id, of: account)
        guard lots > 0 else { throw .zeroSize }
        let price = ticks ?? Int64(terms.ticks)
        guard !terms.flags.isDormant, price == Int64(terms.ticks), lots <= terms.lots else {
            return try replace(id, of: account, with: request(of: id.reference, terms, ticks: price, lots: lots))
        }
        let less = terms.lots &- lots
        let slot = VenueSlot.bookLevel(id.instrument, terms.flags.ladder, terms.ticks)
        var level = BookLevelWord(storage.load(slot))
        level.lots &-= less
        storage.store(slot, level.word)
        terms.lots = lots
        terms.placed &-= less
        storage.store(.orderTerms(id.reference), terms.word)
        if less > 0, terms.isAggregated {
            try orderAggregateChanged(
                account: account, instrument: id.instrument, side: terms.side, ticks: Int64(terms.ticks),
                lots: 0 &- less)
        }
        emitChange(id.reference, terms)
        var placement = Placement(id: id, ticks: price)
        placement.lotsOpen = lots
        return placement
    }

    /// Cancels an order and places another in one act: if the second cannot come in, the first stays (the caller takes the
    /// storage back). The new order may have the old one's client id.
    @discardableResult
    public mutating func replace(
        _ id: OrderID, of account: AccountNumber, with request: OrderRequest
    ) throws(VenueError) -> Placement {
        try cancel(id, of: account, reason: .replaced)
        return try place(request, for: account)
    }

    /// The request that would place an open order again, with another price and size.
    mutating func request(
        of order: OrderReference, _ terms: OrderTerms, ticks: Int64, lots: Int64
    ) -> OrderRequest {
        let links = OrderLinks(storage.load(.orderLinks(order)))
        var request = OrderRequest(
            instrument: order.instrument, side: terms.side, ticks: terms.flags.isMarket ? nil : ticks, lots: lots,
            timeInForce: terms.flags.timeInForce, isReduceOnly: terms.flags.isReduceOnly,
            selfTrade: terms.flags.selfTrade, clientID: links.clientID, isQuote: terms.flags.isQuote)
        if terms.flags.hasConditions {
            let conditions = loadConditions(order)
            if terms.flags.expires { request.expiry = conditions.expiry }
            if terms.flags.isDormant {
                request.trigger = Trigger(
                    kind: terms.flags.triggerKind, price: terms.flags.triggerPrice,
                    ticks: Int64(conditions.triggerTicks))
            }
        }
        return request
    }
}

/// One act of a batch.
public enum BookAct: Equatable, Sendable {
    case place(OrderRequest)
    case cancel(OrderID)
    case cancelClientID(UInt64)
    case amend(OrderID, ticks: Int64?, lots: Int64)
    case replace(OrderID, with: OrderRequest)
    /// nil: on every instrument.
    case cancelAll(InstrumentNumber?)
}

/// What became of one act of a batch.
public enum BookOutcome: Equatable, Sendable {
    case placed(Placement)
    case cancelled(count: Int)
    case refused(VenueError)
}

extension ClearingHouse {
    /// Does one account's acts in their order, all or each for itself.
    ///
    /// `isAtomic`: the first act that is refused refuses the batch. Otherwise a refused act leaves nothing behind, its outcome says
    /// why, and the rest goes on.
    public mutating func perform(
        _ acts: [BookAct], for account: AccountNumber, isAtomic: Bool
    ) throws(VenueError) -> [BookOutcome] {
        let most = limits().ordersPerBatch
        guard acts.count <= Int(most) else { throw .limitReached(limit: Int128(most)) }
        var outcomes: [BookOutcome] = []
        for act in acts {
            let before = checkpoint
            do throws(VenueError) {
                outcomes.append(try perform(act, for: account))
            } catch {
                if isAtomic { throw error }
                revert(to: before)
                outcomes.append(.refused(error))
            }
        }
        return outcomes
    }

    /// Does one act.
    public mutating func perform(_ act: BookAct, for account: AccountNumber) throws(VenueError) -> BookOutcome {
        switch act {
        case .place(let request): return .placed(try place(request, for: account))
        case .cancel(let id):
            try cancel(id, of: account)
            return .cancelled(count: 1)
        case .cancelClientID(let clientID):
            try cancel(clientID: clientID, of: account)
            return .cancelled(count: 1)
        case .amend(let id, let ticks, let lots): return .placed(try amend(id, of: account, ticks: ticks, lots: lots))
        case .replace(let id, let request): return .placed(try replace(id, of: account, with: request))
        case .cancelAll(let instrument): return .cancelled(count: try cancelAll(of: account, on: instrument))
        }
    }
}
