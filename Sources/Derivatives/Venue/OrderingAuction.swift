import Foundations

/// What a batch auction came to.
public struct AuctionResult: Equatable, Sendable {
    public let instrument: InstrumentNumber
    public let ticks: Int64
    /// Traded; at most what the curves promised, as an order may fall out at its match.
    public internal(set) var lots: Int64
    /// Buyers' lots at the price less sellers'.
    public let imbalance: Int64
}

/// The price of a batch auction, from what is wanted at each.
struct AuctionPrice: Equatable {
    var ticks: Int64
    var volume: Int64
    var imbalance: Int64

    /// Maximises volume, then minimises the imbalance, then lies nearest to the mark (and lower, where two are as near).
    ///
    /// `bids` and `asks` are levels (ticks, lots), best first; `mark` is in units of which a tick has `tick`. nil where nothing
    /// trades within `band`. Between two levels the curves are flat, so that each level and each gap is one candidate.
    static func find(
        bids: [(ticks: Int64, lots: Int64)], asks: [(ticks: Int64, lots: Int64)], mark: Int128, tick: Int128,
        band: ClosedRange<Int64>
    ) -> AuctionPrice? {
        guard tick > 0 else { return nil }
        var demand: Int64 = 0
        for level in bids { demand = demand &+ level.lots }
        var supply: Int64 = 0
        var (bid, ask) = (bids.count - 1, 0)
        var best: AuctionPrice?
        var bestDistance: UInt128 = 0

        func offer(_ low: Int64, _ high: Int64) {
            let (low, high) = (max(low, band.lowerBound), min(high, band.upperBound))
            guard low <= high, min(demand, supply) > 0 else { return }
            var candidate = AuctionPrice(ticks: low, volume: min(demand, supply), imbalance: demand &- supply)
            var distance = (Int128(low) &* tick &- mark).magnitude
            let below = Int64(clamping: mark.divided(by: tick).quotient)
            for ticks in [below, below &+ 1] where ticks > low {
                let near = min(ticks, high)
                let other = (Int128(near) &* tick &- mark).magnitude
                if other < distance { (candidate.ticks, distance) = (near, other) }
            }
            if let best {
                if candidate.volume != best.volume {
                    if candidate.volume < best.volume { return }
                } else if candidate.imbalance.magnitude != best.imbalance.magnitude {
                    if candidate.imbalance.magnitude > best.imbalance.magnitude { return }
                } else if distance >= bestDistance {
                    return
                }
            }
            best = candidate
            bestDistance = distance
        }

        // Upwards through the levels of both sides: bids from the last, asks from the first.
        while bid >= 0 || ask < asks.count {
            let next = min(
                bid >= 0 ? bids[bid].ticks : Int64.max, ask < asks.count ? asks[ask].ticks : Int64.max)
            if ask < asks.count, asks[ask].ticks == next {
                supply = supply &+ asks[ask].lots
                ask += 1
            }
            offer(next, next)
            if bid >= 0, bids[bid].ticks == next {
                demand = demand &- bids[bid].lots
                bid -= 1
            }
            let following = min(
                bid >= 0 ? bids[bid].ticks : Int64.max, ask < asks.count ? asks[ask].ticks : Int64.max)
            if following != .max, following - next > 1 { offer(next + 1, following - 1) }
        }
        return best
    }
}

extension ClearingHouse {
    /// Clears every book that got orders under the rule `batchAuction`, at the end of a block, and drops what was only for this
    /// auction. A book that cannot clear now (halted, no valid price) waits for the next block.
    @discardableResult
    public mutating func runAuctions() throws(VenueError) -> [AuctionResult] {
        var results: [AuctionResult] = []
        let books = BookIndex.booksForAuction
        var book = books.first(from: 0, in: &storage)
        while let number = book {
            let instrument = InstrumentNumber(truncatingIfNeeded: number)
            let before = checkpoint
            do throws(VenueError) {
                if let result = try clearAuction(instrument) { results.append(result) }
            } catch {
                revert(to: before)
            }
            let header = loadBook(instrument)
            let isCrossed = header.bestBid != 0 && header.bestAsk != 0 && header.bestBid >= header.bestAsk
            if !isCrossed { books.remove(number, in: &storage) }
            book = books.next(number, ascending: true, in: &storage)
        }
        try dropImmediate()
        return results
    }

    /// What immediate orders did not trade in this block's auctions goes.
    private mutating func dropImmediate() throws(VenueError) {
        var order = ExpiringOrders(storage.load(.expiringOrders(at: time))).first
        while !order.isNone {
            let following = loadConditions(order).next
            let terms = loadTerms(order)
            if !terms.flags.isDormant, terms.flags.isMarket || terms.flags.timeInForce.isImmediate {
                try removeAlone(order, .unfilled)
            }
            order = following
        }
    }

    /// One book's auction: all that crosses, those that came in this block and those that waited, at one price.
    private mutating func clearAuction(_ number: InstrumentNumber) throws(VenueError) -> AuctionResult? {
        var header = loadBook(number)
        let instrument = try instrument(number)
        guard instrument.status == .active || instrument.status == .reduceOnly else {
            throw .instrumentClosed(instrument.status)
        }
        guard header.bestBid != 0, header.bestAsk != 0, header.bestBid >= header.bestAsk else { return nil }
        let (lowest, highest) = (header.bestAsk, header.bestBid)
        try sanitize(number, .buy, within: lowest, &header)
        try sanitize(number, .sell, within: highest, &header)
        let found = AuctionPrice.find(
            bids: levels(number, .buy, within: lowest, header), asks: levels(number, .sell, within: highest, header),
            mark: try markPrice(of: number), tick: instrument.tick, band: try priceBand(of: number))
        guard let price = found else {
            storeBook(number, header)
            return nil
        }
        var result = AuctionResult(instrument: number, ticks: price.ticks, lots: 0, imbalance: price.imbalance)
        while result.lots < price.volume {
            guard
                let lots = try matchAtAuction(
                    number, UInt32(clamping: price.ticks), most: price.volume &- result.lots, &header)
            else { break }
            result.lots &+= lots
        }
        if result.lots > 0 { header.lastTrade = UInt32(clamping: price.ticks) }
        storeBook(number, header)
        storage.emit(
            VenueEvent(
                .auctionCleared,
                [
                    UInt256(UInt64(number)), Int128(price.ticks).word, Int128(result.lots).word,
                    Int128(price.imbalance).word,
                ]))
        return result
    }

    /// Takes out of a side what is expired, and cuts what only reduces to what it can, as far as the auction may reach.
    private mutating func sanitize(
        _ instrument: InstrumentNumber, _ side: Side, within limit: UInt32, _ header: inout BookHeader
    ) throws(VenueError) {
        var ticks = header.best(side)
        while ticks != 0, side.opposite.reaches(ticks, limit: limit) {
            let slot = VenueSlot.bookLevel(instrument, side.ladder, ticks)
            var place = BookLevelWord(storage.load(slot)).first
            while place != 0 {
                let order = OrderReference(instrument: instrument, place: place)
                let following = OrderLinks(storage.load(.orderLinks(order))).next
                var terms = loadTerms(order)
                if terms.flags.expires, loadConditions(order).expiry < time {
                    try remove(order, terms, .expired, &header)
                } else if terms.flags.isReduceOnly {
                    var level = BookLevelWord(storage.load(slot))
                    _ = try resizeReduceOnly(order, &terms, &level, &header)
                }
                place = following
            }
            ticks = self.following(ticks, instrument, side)
        }
    }

    private mutating func levels(
        _ instrument: InstrumentNumber, _ side: Side, within limit: UInt32, _ header: BookHeader
    ) -> [(ticks: Int64, lots: Int64)] {
        var levels: [(ticks: Int64, lots: Int64)] = []
        var ticks = header.best(side)
        while ticks != 0, side.opposite.reaches(ticks, limit: limit) {
            levels.append((Int64(ticks), BookLevelWord(storage.load(.bookLevel(instrument, side.ladder, ticks))).lots))
            ticks = following(ticks, instrument, side)
        }
        return levels
    }

    /// Matches the first bid with the first ask at the auction's price: the newer of the two is the taker. Returns the lots that
    /// traded, 0 where an order went instead, nil where no two reach the price.
    private mutating func matchAtAuction(
        _ instrument: InstrumentNumber, _ price: UInt32, most: Int64, _ header: inout BookHeader
    ) throws(VenueError) -> Int64? {
        guard header.bestBid != 0, header.bestAsk != 0, header.bestBid >= price, header.bestAsk <= price else {
            return nil
        }
        var bid = try first(instrument, .buy, &header)
        var ask = try first(instrument, .sell, &header)
        guard bid.isGood, ask.isGood else { return 0 }
        let buyIsNewer = bid.terms.sequence > ask.terms.sequence
        let (taker, maker) = buyIsNewer ? (bid, ask) : (ask, bid)
        if taker.terms.account == maker.terms.account {
            let choice = taker.terms.flags.selfTrade
            if choice != .expireTaker { try remove(maker.order, maker.terms, .selfTrade, &header) }
            if choice != .expireMaker { try remove(taker.order, taker.terms, .selfTrade, &header) }
            return 0
        }
        let lots = min(most, bid.terms.lots, ask.terms.lots)
        // The book takes both sides' lots out of their open orders itself, as each counts there at its own limit, and before
        // it asks whether they can carry the fill.
        let fill = Fill(
            instrument: instrument, taker: taker.terms.account, maker: maker.terms.account,
            takerSide: taker.terms.side, ticks: Int64(price), lots: lots, makerIsAggregated: false)
        var mirrored = fill
        (mirrored.taker, mirrored.maker, mirrored.takerSide) = (fill.maker, fill.taker, fill.takerSide.opposite)
        for (party, view) in [(maker, fill), (taker, mirrored)] {
            try countOpen(party, by: 0 &- lots)
            guard try makerIsSound(view) else {
                try countOpen(party, by: lots)
                if view.maker == taker.terms.account { try countOpen(maker, by: lots) }
                try remove(party.order, party.terms, .makerMargin, &header)
                return 0
            }
        }
        emitMatch(
            fill, taker: OrderID(instrument: instrument, sequence: taker.terms.sequence, place: taker.order.place),
            maker: maker.order, maker.terms)
        try reduce(&bid, by: lots, &header)
        try reduce(&ask, by: lots, &header)
        try apply(fill)
        try afterFill(of: maker.terms, fill, &header)
        try afterFill(of: taker.terms, fill, &header)
        return lots
    }

    /// The first order of a side; not good where it had to go or could not trade now.
    private mutating func first(
        _ instrument: InstrumentNumber, _ side: Side, _ header: inout BookHeader
    ) throws(VenueError) -> (order: OrderReference, terms: OrderTerms, isGood: Bool) {
        let slot = VenueSlot.bookLevel(instrument, side.ladder, header.best(side))
        var level = BookLevelWord(storage.load(slot))
        let order = OrderReference(instrument: instrument, place: level.first)
        var terms = loadTerms(order)
        guard terms.flags.isReduceOnly else { return (order, terms, true) }
        let isGood = try resizeReduceOnly(order, &terms, &level, &header)
        return (order, terms, isGood)
    }

    /// Adds to, or takes off, what the clearing house counts for an order, at the order's own limit.
    private mutating func countOpen(
        _ party: (order: OrderReference, terms: OrderTerms, isGood: Bool), by lots: Int64
    ) throws(VenueError) {
        guard party.terms.isAggregated else { return }
        try orderAggregateChanged(
            account: party.terms.account, instrument: party.order.instrument, side: party.terms.side,
            ticks: Int64(party.terms.ticks), lots: lots)
    }

    private mutating func reduce(
        _ party: inout (order: OrderReference, terms: OrderTerms, isGood: Bool), by lots: Int64,
        _ header: inout BookHeader
    ) throws(VenueError) {
        let terms = party.terms
        if terms.lots == lots {
            try remove(party.order, terms, .filled, &header)
        } else {
            let slot = VenueSlot.bookLevel(party.order.instrument, terms.flags.ladder, terms.ticks)
            var level = BookLevelWord(storage.load(slot))
            level.lots &-= lots
            storage.store(slot, level.word)
            party.terms.lots &-= lots
            storage.store(.orderTerms(party.order), party.terms.word)
        }
    }
}
