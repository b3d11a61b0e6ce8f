import Foundations

/// An order as it comes: a new one, or one that its trigger woke.
struct Incoming {
    var request: OrderRequest
    let account: AccountNumber
    let instrument: Instrument
    let limits: BookParameters
    /// The id under which it was dormant; nil for a new order.
    var wokenID: OrderID?
}

extension ClearingHouse {
    /// Places an order: it trades with what it reaches, and what is left rests, waits or goes, as it asks.
    ///
    /// Throws for an order that cannot come in; of it nothing stays once the caller takes the storage back. An order that came in
    /// and did not last (an immediate one's rest, say) is no error: `Placement.removal` names the reason.
    @discardableResult
    public mutating func place(
        _ request: OrderRequest, for account: AccountNumber
    ) throws(VenueError) -> Placement {
        var header = loadBook(request.instrument)
        let incoming = Incoming(
            request: request, account: account, instrument: try instrument(request.instrument), limits: limits())
        try checkForm(incoming)
        let placement =
            request.trigger == nil ? try enter(incoming, &header) : try placeDormant(incoming, &header)
        storeBook(request.instrument, header)
        return placement
    }

    // MARK: - Checks

    /// What an order must be before anything is known of the market.
    private mutating func checkForm(_ incoming: Incoming) throws(VenueError) {
        let request = incoming.request
        guard request.lots > 0 else { throw .zeroSize }
        if let ticks = request.ticks { try checkPrice(ticks, request.lots) }
        let mayRest = request.ticks != nil && !request.timeInForce.isImmediate
        // A market order is an immediate one; good till time only means something for one that may rest or is dormant.
        if request.ticks == nil, request.timeInForce.isPostOnly { throw .contradictoryOrder }
        if request.expiry != 0 {
            guard mayRest || request.trigger != nil else { throw .contradictoryOrder }
            guard request.expiry >= time, request.expiry < 1 << 40 else {
                throw .orderExpired(expiry: request.expiry, now: time)
            }
        }
        if request.isQuote, request.trigger != nil || request.isReduceOnly { throw .contradictoryOrder }
        if let trigger = request.trigger { try checkPrice(trigger.ticks, request.lots) }
        if request.clientID != 0, orderID(clientID: request.clientID, of: incoming.account) != nil {
            throw .clientIDInUse(request.clientID)
        }
        if mayRest || request.trigger != nil { try checkOpenOrders(incoming) }
        if request.isQuote { try checkProtection(incoming.account, incoming.instrument.underlying) }
    }

    /// Ticks fit 32 bits and what the order is worth at them 62, so that sums over a level and an account are checked sums of
    /// small numbers.
    private func checkPrice(_ ticks: Int64, _ lots: Int64) throws(VenueError) {
        guard ticks > 0 else { throw .zeroPrice }
        let (value, overflow) = ticks.multipliedReportingOverflow(by: lots)
        guard ticks <= Int64(UInt32.max), !overflow, value < 1 << 62 else { throw .overflow }
    }

    private mutating func checkOpenOrders(_ incoming: Incoming) throws(VenueError) {
        let open = AccountOrders(storage.load(.accountOrders(incoming.account))).open
        // The equity is asked for only by who has more than what everyone may have.
        guard open >= UInt32(incoming.limits.openOrderTiers.0.orders) else { return }
        var parameters = incoming.limits
        parameters.readTiers(storage.load(.bookParameters(1)))
        let equity = try equity(of: incoming.account)
        let tiers = parameters.openOrderTiers
        var cap = tiers.0.orders
        for tier in [tiers.1, tiers.2, tiers.3] where equity >= Int128(tier.equity) &* wad { cap = tier.orders }
        guard open < UInt32(cap) else { throw .openOrderCap(open: open, limit: UInt32(cap)) }
    }

    /// The least value of an order: at its limit, of an option at its strike, as premiums may be small.
    private func checkNotional(_ incoming: Incoming, ticks: UInt32, lots: Int64) throws(VenueError) {
        let instrument = incoming.instrument
        let least = Int128(incoming.limits.minimumNotional) &* wad
        let notional =
            instrument.kind.isOption
            ? try instrument.size(lots: lots).timesWad(instrument.strike, .down)
            : try instrument.cost(ticks: Int64(ticks), lots: lots)
        guard notional >= least else { throw .orderTooSmall(notional: notional, least: least) }
    }

    // MARK: - Entry

    /// Sends an order to the book.
    mutating func enter(_ incoming: Incoming, _ header: inout BookHeader) throws(VenueError) -> Placement {
        let request = incoming.request
        let (account, side) = (incoming.account, request.side)
        let isAuction = incoming.limits.orderingRule == .batchAuction
        if isAuction, request.timeInForce == .fillOrKill { throw .contradictoryOrder }
        var lots = request.lots
        if request.isReduceOnly {
            lots = min(lots, reducibleLots(of: account, in: request.instrument, side))
            guard lots > 0 else { throw .reduceOnly }
        }
        let band = try priceBand(of: request.instrument)
        let edge = UInt32(clamping: max(1, side == .buy ? band.upperBound : band.lowerBound))
        var limit = request.ticks.map { UInt32(clamping: $0) } ?? edge
        if request.timeInForce.isPostOnly, !isAuction {
            limit = try passivePrice(limit, incoming, &header)
        }
        if !request.isReduceOnly { try checkNotional(incoming, ticks: limit, lots: lots) }
        let entry = OrderEntry(
            account: account, instrument: request.instrument, side: side, ticks: Int64(limit), lots: lots,
            isReduceOnly: request.isReduceOnly)
        try checkOrderEntry(entry)

        let id: OrderID
        if let wokenID = incoming.wokenID { id = wokenID } else { id = try takePlace(request.instrument, &header) }
        var placement = Placement(id: id, ticks: Int64(limit))
        if incoming.wokenID == nil { emitPlacement(id, incoming, ticks: limit, lots: lots) }
        if isAuction {
            // What crosses now trades with the end of the block.
            if header.isReached(by: side, limit: limit) { try checkTaking(entry) }
            BookIndex.booksForAuction.insert(UInt64(request.instrument), in: &storage)
            try rest(incoming, &placement, limit, lots, &header)
            return placement
        }
        var taker = Taker(
            id: id, account: account, side: side, selfTrade: request.selfTrade, lots: lots,
            work: incoming.limits.ordersPerAct, entry: entry)
        var end = MatchEnd.nothingWithinLimit
        if !request.timeInForce.isPostOnly {
            // What would trade outside the band does not; what rests outside it may.
            let reach = side == .buy ? min(limit, edge) : max(limit, edge)
            end = try take(&taker, request, reach, &header)
        }
        placement.lotsFilled = taker.filled
        placement.cost = taker.cost
        try settleRest(incoming, &placement, end, limit, taker.lots, &header)
        return placement
    }

    /// The price at which an order that only rests may rest.
    private mutating func passivePrice(
        _ limit: UInt32, _ incoming: Incoming, _ header: inout BookHeader
    ) throws(VenueError) -> UInt32 {
        let side = incoming.request.side
        try removeExpiredAtBest(incoming.request.instrument, side.opposite, incoming.limits, &header)
        let best = header.best(side.opposite)
        guard best != 0, side.reaches(best, limit: limit) else { return limit }
        guard incoming.request.timeInForce == .postOnlySlide, side == .buy ? best > 1 : best < .max else {
            throw .postOnlyWouldTrade(best: Int64(best))
        }
        return side == .buy ? best &- 1 : best &+ 1
    }

    /// Removes orders whose time has passed from the front of a side, so that its best is one that trades.
    private mutating func removeExpiredAtBest(
        _ instrument: InstrumentNumber, _ side: Side, _ limits: BookParameters, _ header: inout BookHeader
    ) throws(VenueError) {
        for _ in 0..<limits.ordersPerAct {
            let best = header.best(side)
            guard best != 0 else { return }
            let level = BookLevelWord(storage.load(.bookLevel(instrument, side.ladder, best)))
            let order = OrderReference(instrument: instrument, place: level.first)
            let terms = loadTerms(order)
            guard terms.flags.expires, loadConditions(order).expiry < time else { return }
            try remove(order, terms, .expired, &header)
        }
    }

    private mutating func take(
        _ taker: inout Taker, _ request: OrderRequest, _ reach: UInt32, _ header: inout BookHeader
    ) throws(VenueError) -> MatchEnd {
        if request.timeInForce == .fillOrKill {
            let resting = restingLots(
                request.instrument, taker.side.opposite, within: reach, upTo: taker.lots, levels: taker.work, header)
            guard resting >= taker.lots else { throw .fillOrKill(available: resting) }
        }
        let end = try match(&taker, request.instrument, limit: reach, &header)
        if request.timeInForce == .fillOrKill, taker.lots > 0 { throw .fillOrKill(available: taker.filled) }
        if taker.filled > 0 {
            try dropReduceOnly(
                of: taker.account, in: request.instrument, change: taker.side.signed(taker.filled), &header)
        }
        return end
    }

    /// Decides what becomes of what did not trade.
    private mutating func settleRest(
        _ incoming: Incoming, _ placement: inout Placement, _ end: MatchEnd, _ limit: UInt32, _ lots: Int64,
        _ header: inout BookHeader
    ) throws(VenueError) {
        let request = incoming.request
        let isOutsideBand: Bool
        if case .nothingWithinLimit = end {
            isOutsideBand = header.isReached(by: request.side, limit: limit)
        } else {
            isOutsideBand = false
        }
        let reason: RemovalReason?
        switch end {
        case .filled: reason = .filled
        case .selfTrade: reason = .selfTrade
        case .workLimit: reason = .workLimit
        case .nothingWithinLimit where isOutsideBand: reason = .priceBand
        case .nothingWithinLimit where request.ticks == nil || request.timeInForce.isImmediate: reason = .unfilled
        case .nothingWithinLimit: reason = nil
        }
        guard let reason else { return try rest(incoming, &placement, limit, lots, &header) }
        placement.removal = reason
        freePlace(placement.id.reference, &header)
        emitRemoval(placement.id, incoming.account, reason, lots: lots)
    }

    /// Puts an order into the book.
    mutating func rest(
        _ incoming: Incoming, _ placement: inout Placement, _ limit: UInt32, _ lots: Int64,
        _ header: inout BookHeader
    ) throws(VenueError) {
        var request = incoming.request
        request.trigger = nil
        if incoming.limits.orderingRule == .batchAuction, request.ticks == nil || request.timeInForce.isImmediate {
            // It is for the auction of this block only.
            request.expiry = time
        }
        var terms = OrderTerms(
            lots: lots, ticks: limit, account: incoming.account, sequence: placement.id.sequence,
            flags: OrderFlags(request))
        terms.placed = max(lots, placement.lotsFilled &+ lots)
        try insert(placement.id, terms, request, at: limit, &header)
        placement.lotsOpen = lots
        if terms.isAggregated {
            try orderAggregateChanged(
                account: incoming.account, instrument: request.instrument, side: request.side, ticks: Int64(limit),
                lots: lots)
        }
    }

    /// Writes an order's words and links them: at `ticks` of the ladder that its flags say.
    mutating func insert(
        _ id: OrderID, _ terms: OrderTerms, _ request: OrderRequest, at ticks: UInt32, _ header: inout BookHeader
    ) throws(VenueError) {
        let order = id.reference
        var links = OrderLinks(clientID: request.clientID)
        let counted = terms.flags.isDormant ? 0 : terms.lots
        try enqueue(order, &links, lots: counted, at: ticks, in: terms.flags.ladder, &header)
        appendToAccount(terms.account, order, &links, isReduceOnly: request.isReduceOnly)
        storage.store(.orderTerms(order), terms.word)
        storage.store(.orderLinks(order), links.word)
        if terms.flags.hasConditions {
            var conditions = OrderConditions(
                expiry: request.expiry, triggerTicks: terms.flags.isDormant ? ticks : 0, block: blockNumber)
            if terms.flags.expires { appendToExpiring(order, &conditions) }
            storage.store(.orderConditions(order), conditions.word)
        }
        if request.clientID != 0 {
            storage.store(
                .clientOrder(terms.account, request.clientID),
                UInt256(limbs: id.sequence, UInt64(low: id.place, high: id.instrument), 0, 0))
        }
        header.openOrders &+= 1
    }

    /// What rests within `limit`, counted until `upTo` is reached, in at most so many levels.
    private mutating func restingLots(
        _ instrument: InstrumentNumber, _ side: Side, within limit: UInt32, upTo most: Int64, levels: UInt16,
        _ header: BookHeader
    ) -> Int64 {
        var ticks = header.best(side)
        var sum: Int64 = 0
        for _ in 0..<levels where ticks != 0 && sum < most && side.opposite.reaches(ticks, limit: limit) {
            let lots = BookLevelWord(storage.load(.bookLevel(instrument, side.ladder, ticks))).lots
            sum = lots > most &- sum ? most : sum &+ lots
            ticks = following(ticks, instrument, side)
        }
        return sum
    }

    // MARK: - Liquidation

    /// Takes what rests within `limitTicks` for an account under liquidation: no band, no check of its margin, nothing rests.
    /// Returns what was filled.
    public mutating func takeForLiquidation(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, lots: Int64, limitTicks: Int64
    ) throws(VenueError) -> Placement {
        guard lots > 0 else { throw .zeroSize }
        let limit = UInt32(clamping: max(1, limitTicks))
        var header = loadBook(instrument)
        let id = try takePlace(instrument, &header)
        let incoming = Incoming(
            request: OrderRequest(
                instrument: instrument, side: side, ticks: Int64(limit), lots: lots, timeInForce: .immediateOrCancel),
            account: account, instrument: try self.instrument(instrument), limits: limits())
        emitPlacement(id, incoming, ticks: limit, lots: lots)
        var taker = Taker(
            id: id, account: account, side: side, selfTrade: .expireMaker, lots: lots,
            work: incoming.limits.ordersPerAct, entry: nil)
        let end = try take(&taker, incoming.request, limit, &header)
        var placement = Placement(id: id, ticks: Int64(limit))
        placement.lotsFilled = taker.filled
        placement.cost = taker.cost
        try settleRest(incoming, &placement, end, limit, taker.lots, &header)
        storeBook(instrument, header)
        return placement
    }
}
