import Foundations

// Positions, who holds what, and open interest.

/// A position with where it stands in the lists of its account and its instrument, as its slot keeps it.
struct PositionRecord {
    var position = Position()
    /// Place + 1, 0 for none.
    var assetPlace: UInt64 = 0
    var holderPlace: UInt64 = 0

    init(_ word: UInt256) {
        position.cost = word.lowHalf
        position.lots = Int64(bitPattern: word.limb2)
        assetPlace = word.limb3 & 0xffff
        holderPlace = (word.limb3 &>> 16) & 0xffff_ffff
    }

    var word: UInt256 {
        var word = UInt256(low: position.cost, high: 0)
        word.limb2 = UInt64(bitPattern: position.lots)
        word.limb3 = assetPlace | holderPlace &<< 16
        return word
    }
}

extension Venue {
    public mutating func position(of account: AccountNumber, in instrument: InstrumentNumber) -> Position {
        PositionRecord(storage.load(.position(account, instrument))).position
    }

    /// What the account holds or has orders on, in no particular order.
    public mutating func assets(of account: AccountNumber) throws(VenueError) -> [InstrumentNumber] {
        let count = try record(account).assetCount
        return list(count: count) { .assets(account, word: $0) }
    }

    /// Who holds the instrument, in no particular order.
    public mutating func holders(of instrument: InstrumentNumber) -> [AccountNumber] {
        list(count: holderCount(of: instrument)) { .holders(instrument, word: $0) }
    }

    public mutating func holderCount(of instrument: InstrumentNumber) -> Int {
        Int(truncatingIfNeeded: storage.load(.market(instrument)).limb1 & 0xffff_ffff)
    }

    /// Holders at places `from` to below `to`, for work in portions.
    public mutating func holder(of instrument: InstrumentNumber, at place: Int) -> AccountNumber {
        entry(UInt64(truncatingIfNeeded: place)) { .holders(instrument, word: $0) }
    }

    /// The lots that all long positions hold together.
    public mutating func openInterest(of instrument: InstrumentNumber) -> Int64 {
        Int64(bitPattern: storage.load(.market(instrument)).limb0)
    }

    // MARK: - Changes

    /// Adds signed lots at a signed cost, and returns what the account's cash changes by.
    ///
    /// An option's cost is paid at once. Of a perpetual or future nothing is paid until lots are taken back: then what they gained goes to
    /// the account's cash. Either way cash − cost changes by −`cost` for these, and cash by −`cost` for options.
    mutating func change(
        _ account: AccountNumber, _ instrument: Instrument, lots: Int64, cost: Int128
    ) throws(VenueError) -> Int128 {
        let number = instrument.number
        var record = PositionRecord(storage.load(.position(account, number)))
        var cash: Int128 = 0
        if !instrument.kind.isOption { cash = try settleFunding(account, instrument, record.position.lots) }
        let before = record.position.lots
        let (after, overflow) = before.addingReportingOverflow(lots)
        if overflow || after == .min { throw .overflow }
        var closing: Int64 = 0
        if before != 0, (before < 0) != (lots < 0) {
            closing = Int64(min(before.magnitude, lots.magnitude))
        }
        if closing == 0 {
            record.position.cost = try record.position.cost.adding(cost)
            if instrument.kind.isOption { cash = try cash.subtracting(cost) }
        } else {
            // What the closed lots cost at entry, and bring now.
            let entry = try record.position.cost.times(
                Int128(closing), over: Int128(before.magnitude), .towardZero)
            let exit = try cost.times(Int128(closing), over: Int128(lots.magnitude), .towardZero)
            record.position.cost = try record.position.cost.subtracting(entry)
            if after == 0 || (after < 0) != (before < 0) {
                record.position.cost = try cost.subtracting(exit)
            }
            let paid = instrument.kind.isOption ? cost : try exit.adding(entry)
            cash = try cash.subtracting(paid)
        }
        record.position.lots = after
        try place(&record, account, instrument)
        storage.store(.position(account, number), record.word)
        try addOpenInterest(instrument, max(after, 0) - max(before, 0))
        try refresh(account, number)
        storage.emit(
            VenueEvent(
                .positionChanged,
                [
                    UInt256(UInt64(account)), UInt256(UInt64(number)), try instrument.size(lots: after).word,
                    record.position.cost.word,
                ]))
        return cash
    }

    private mutating func addOpenInterest(_ instrument: Instrument, _ lots: Int64) throws(VenueError) {
        if lots == 0 { return }
        var market = storage.load(.market(instrument.number))
        let (sum, overflow) = Int64(bitPattern: market.limb0).addingReportingOverflow(lots)
        if overflow || sum < 0 { throw .overflow }
        market.limb0 = UInt64(bitPattern: sum)
        storage.store(.market(instrument.number), market)
        let size = try underlyingInterest(instrument.underlying).adding(instrument.size(lots: lots))
        storage.store(.underlyingInterest(instrument.underlying), UInt256(low: size, high: 0))
    }

    /// Enters the account among the holders, or takes it from there, and so the instrument among the assets.
    private mutating func place(
        _ record: inout PositionRecord, _ account: AccountNumber, _ instrument: Instrument
    ) throws(VenueError) {
        let number = instrument.number
        let holds = record.position.lots != 0
        if holds, record.holderPlace == 0 {
            var market = storage.load(.market(number))
            if instrument.kind.isAmerican {
                let limit = parameter(.holdersPerAmerican, underlying: instrument.underlying)
                guard Int128(market.limb1) < limit else { throw .limitReached(limit: limit) }
            }
            setEntry(market.limb1, account) { .holders(number, word: $0) }
            market.limb1 &+= 1
            record.holderPlace = market.limb1
            storage.store(.market(number), market)
        } else if !holds, record.holderPlace != 0 {
            var market = storage.load(.market(number))
            guard market.limb1 > 0 else { throw .corrupt }
            market.limb1 &-= 1
            let last = entry(market.limb1) { .holders(number, word: $0) }
            if last != account {
                setEntry(record.holderPlace &- 1, last) { .holders(number, word: $0) }
                var moved = PositionRecord(storage.load(.position(last, number)))
                moved.holderPlace = record.holderPlace
                storage.store(.position(last, number), moved.word)
            }
            setEntry(market.limb1, 0) { .holders(number, word: $0) }
            record.holderPlace = 0
            storage.store(.market(number), market)
        }
        let isAsset = holds || !orderAggregate(of: account, in: number).isEmpty
        try setAsset(isAsset, &record, account, number)
    }

    mutating func setAsset(
        _ isAsset: Bool, _ record: inout PositionRecord, _ account: AccountNumber, _ number: InstrumentNumber
    ) throws(VenueError) {
        if isAsset == (record.assetPlace != 0) { return }
        var owner = try self.record(account)
        if isAsset {
            let limit = parameter(.assetsPerAccount)
            guard owner.assetCount < limit else { throw .limitReached(limit: limit) }
            setEntry(UInt64(owner.assetCount), number) { .assets(account, word: $0) }
            owner.assetCount += 1
            record.assetPlace = UInt64(owner.assetCount)
        } else {
            guard owner.assetCount > 0 else { throw .corrupt }
            owner.assetCount -= 1
            let last = entry(UInt64(owner.assetCount)) { .assets(account, word: $0) }
            if last != number {
                setEntry(record.assetPlace &- 1, last) { .assets(account, word: $0) }
                var moved = PositionRecord(storage.load(.position(account, last)))
                moved.assetPlace = record.assetPlace
                storage.store(.position(account, last), moved.word)
            }
            setEntry(UInt64(owner.assetCount), 0) { .assets(account, word: $0) }
            record.assetPlace = 0
        }
        store(owner, account)
    }

    // MARK: - Open orders

    public mutating func orderAggregate(
        of account: AccountNumber, in instrument: InstrumentNumber
    ) -> OrderAggregate {
        let word = storage.load(.orderAggregate(account, instrument))
        var aggregate = OrderAggregate()
        aggregate.buyLots = Int64(bitPattern: word.limb0)
        aggregate.sellLots = Int64(bitPattern: word.limb1)
        aggregate.buyCost = Int64(bitPattern: word.limb2)
        aggregate.sellCost = Int64(bitPattern: word.limb3)
        return aggregate
    }

    /// The book tells of every change of resting lots that are not reduce-only: `lots` above 0 came, below 0 went, all at `ticks`.
    /// A fill needs no word: `apply` takes the maker's lots out itself.
    public mutating func orderAggregateChanged(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64
    ) throws(VenueError) {
        var aggregate = orderAggregate(of: account, in: instrument)
        let wasEmpty = aggregate.isEmpty
        try aggregate.add(side: side, ticks: ticks, lots: lots)
        storage.store(
            .orderAggregate(account, instrument),
            UInt256(
                limbs: UInt64(bitPattern: aggregate.buyLots), UInt64(bitPattern: aggregate.sellLots),
                UInt64(bitPattern: aggregate.buyCost), UInt64(bitPattern: aggregate.sellCost)))
        if wasEmpty != aggregate.isEmpty {
            var record = PositionRecord(storage.load(.position(account, instrument)))
            try setAsset(!aggregate.isEmpty || record.position.lots != 0, &record, account, instrument)
            storage.store(.position(account, instrument), record.word)
        }
        guard let portfolio = caches.portfolio(account) else { return caches.drop(account) }
        var asset = portfolio.asset(instrument) ?? Portfolio.Asset(instrument: instrument)
        asset.orders = aggregate
        caches.replace(asset, account)
    }

    // MARK: - Packed lists

    private mutating func list(count: Int, _ slot: (UInt64) -> VenueSlot) -> [UInt32] {
        var entries: [UInt32] = []
        entries.reserveCapacity(count)
        var word = UInt256.zero
        for place in 0..<count {
            if place & 7 == 0 { word = storage.load(slot(UInt64(place &>> 3))) }
            entries.append(UInt32(truncatingIfNeeded: word.limb0))
            word = word >> 32
        }
        return entries
    }

    private mutating func entry(_ place: UInt64, _ slot: (UInt64) -> VenueSlot) -> UInt32 {
        UInt32(truncatingIfNeeded: (storage.load(slot(place &>> 3)) >> ((place & 7) &* 32)).limb0)
    }

    private mutating func setEntry(_ place: UInt64, _ value: UInt32, _ slot: (UInt64) -> VenueSlot) {
        let shift = (place & 7) &* 32
        let word = storage.load(slot(place &>> 3))
        let mask = UInt256(UInt64(UInt32.max)) << shift
        storage.store(slot(place &>> 3), (word & ~mask) | UInt256(UInt64(value)) << shift)
    }
}

extension OrderAggregate {
    /// - Throws: `overflow` where a sum leaves 63 bits or falls below 0.
    public mutating func add(side: Side, ticks: Int64, lots: Int64) throws(VenueError) {
        let (cost, tooMuch) = ticks.multipliedReportingOverflow(by: lots)
        if tooMuch { throw .overflow }
        if side == .buy {
            buyLots = try OrderAggregate.sum(buyLots, lots)
            buyCost = try OrderAggregate.sum(buyCost, cost)
        } else {
            sellLots = try OrderAggregate.sum(sellLots, lots)
            sellCost = try OrderAggregate.sum(sellCost, cost)
        }
    }

    private static func sum(_ a: Int64, _ b: Int64) throws(VenueError) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        if overflow || sum < 0 { throw .overflow }
        return sum
    }
}
