import Derivatives
import Execution
import Foundations
import State
import Storage

/// Order operations on three books: 60 % place, 35 % cancel, 5 % take about five resting orders, so that as many rest at the end
/// as at the beginning. The same script runs on a bare book in arrays, on the venue's book over memory and over the journal, and on
/// a whole venue over either that checks the margin of a thousand accounts at every order and fill.
enum BookBenchmark {
    /// `book OPERATIONS RESTING`
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 2, let operations = Int(arguments[0]), let resting = Int(arguments[1]) else {
            Benchmark.fail("book takes OPERATIONS RESTING")
        }
        let script = BookScript(operations: operations, resting: resting)
        var rows = [
            "bare book in arrays", "book over memory", "book over the journal", "venue with portfolio margin",
            "the same over the journal",
        ].map { (name: $0, run: BookRun(nanoseconds: .max, digest: 0, accesses: 0)) }
        // Interleaved, the least of three.
        for _ in 0..<3 {
            var bare = BareBook()
            let nanoseconds = script.time { bare.perform($0, placed: $1) }
            rows[0].run.improve(BookRun(nanoseconds: nanoseconds, digest: bare.digest, accesses: 0))
            var memory = OpenHouse(storage: CountingStorage(VenueMemory()))
            rows[1].run.improve(try script.play(on: &memory) { _ = $0.storage.base.takeEvents() })
            var journal = Journal(view: MemoryState())
            rows[2].run.improve(
                try withUnsafeMutablePointer(to: &journal) { journal in
                    var book = OpenHouse(storage: CountingStorage(JournalVenueStorage(journal)))
                    return try script.play(on: &book, endTransaction: { endTransaction(journal) }) { _ in }
                })
            var venue = try openVenue(VenueMemory())
            rows[3].run.improve(
                try script.play(on: &venue) { venue in
                    _ = venue.storage.base.takeEvents()
                    beginNextBlock(&venue)
                })
            journal = Journal(view: MemoryState())
            rows[4].run.improve(
                try withUnsafeMutablePointer(to: &journal) { journal in
                    var venue = try openVenue(JournalVenueStorage(journal))
                    return try script.play(
                        on: &venue, endTransaction: { endTransaction(journal) }, endBlock: beginNextBlock)
                })
        }
        for row in rows {
            Benchmark.report(
                row.name,
                [
                    ("operations", UInt64(operations)), ("resting", UInt64(resting)),
                    ("nanoseconds", row.run.nanoseconds / UInt64(operations)),
                    ("operationsPerSecond", UInt64(operations) * 1_000_000_000 / max(1, row.run.nanoseconds)),
                    ("slotAccesses100", row.run.accesses * 100 / UInt64(operations)),
                    ("digest", row.run.digest),
                ])
        }
    }

    private static func endTransaction(_ journal: UnsafeMutablePointer<Journal<MemoryState>>) {
        _ = journal.pointee.finishTransaction(clearsEmptyAccounts: false)
    }

    private static func beginNextBlock(_ venue: inout Venue<some VenueStorage>) {
        venue.beginBlock(number: venue.blockNumber + 1, time: venue.time)
    }

    /// Three perpetuals at 50,000 and the accounts of the script, rich.
    private static func openVenue<Base: VenueStorage>(_ base: Base) throws -> Venue<CountingStorage<Base>> {
        var venue = Venue(storage: CountingStorage(base), time: 1_760_000_000, blockNumber: 1)
        let publisher = Address(UInt256(0xa1 as UInt64))
        try venue.setPublishers([Publisher(address: publisher, weight: 100_000_000)])
        for symbol: UInt64 in 1...3 {
            let underlying = try venue.addUnderlying(symbol: symbol)
            guard let id = InstrumentID(underlying: underlying, kind: .perpetual, expiry: 0, strike: 0) else {
                continue
            }
            try venue.list(id, tick: wad, lot: wad / 1000)
            let feeds = [(FeedKind.spot, 50_000 * wad), (.rate, wad / 25)]
            for (kind, value) in feeds {
                let feed = Feed(kind, underlying: underlying, expiry: 0)
                let report = Report(feed: feed, values: [value], confidence: wad, timestamp: venue.time)
                try venue.submit(report, from: publisher)
            }
            try venue.updateMarks(underlying: underlying)
        }
        for owner: UInt64 in 1...1100 {
            let account = try venue.openAccount(AccountID(owner: Address(UInt256(owner))))
            try venue.deposit(100_000_000 * wad, to: account)
            try venue.setMarginMode(.portfolio, of: account)
        }
        return venue
    }
}

private struct BookRun {
    var nanoseconds: UInt64
    var digest: UInt64
    var accesses: UInt64

    mutating func improve(_ other: BookRun) {
        nanoseconds = min(nanoseconds, other.nanoseconds)
        (digest, accesses) = (other.digest, other.accesses)
    }
}

private struct BookOperation {
    enum Kind { case place, cancel, take }
    let kind: Kind
    let account: AccountNumber
    let instrument: InstrumentNumber
    let side: Side
    let ticks: Int64
    let lots: Int64
    /// For a cancel: how many orders were placed before the one that goes.
    let target: Int
}

/// The operations, made once on a bare book so that every cancel meets an open order and no order that is to rest trades.
private struct BookScript {
    let warmup: [BookOperation]
    let measured: [BookOperation]

    init(operations: Int, resting: Int) {
        var random = SplitMix(state: 7)
        var book = BareBook()
        var open: [Int] = []
        var places: [Int: Int] = [:]
        var placed = 0

        func make(_ kind: BookOperation.Kind) -> BookOperation {
            let instrument = InstrumentNumber(1 + random.below(3))
            let side: Side = random.below(2) == 0 ? .buy : .sell
            let account = AccountNumber(1 + random.below(1000))
            switch kind {
            case .place:
                // Most near the best price, some far from it; never through the middle, 50,000.
                let depth = 1 + Int64(min(random.below(400), random.below(400)))
                let ticks = side == .buy ? 50_000 - depth : 50_000 + depth
                return BookOperation(
                    kind: .place, account: account, instrument: instrument, side: side, ticks: ticks,
                    lots: 1 + Int64(random.below(100)), target: 0)
            case .take:
                return BookOperation(
                    kind: .take, account: AccountNumber(1001 + random.below(100)), instrument: instrument, side: side,
                    ticks: side == .buy ? 60_000 : 40_000, lots: 1 + Int64(random.below(500)), target: 0)
            case .cancel:
                let target = open[Int(random.below(UInt64(open.count)))]
                let (account, instrument) = book.owner(of: target)
                return BookOperation(
                    kind: .cancel, account: account, instrument: instrument, side: .buy, ticks: 0, lots: 0,
                    target: target)
            }
        }

        func note(_ operation: BookOperation) {
            let gone = book.perform(operation, placed: placed)
            if operation.kind == .place {
                places[placed] = open.count
                open.append(placed)
                placed += 1
            }
            for order in gone {
                guard let place = places.removeValue(forKey: order), let last = open.popLast() else { continue }
                if last != order {
                    open[place] = last
                    places[last] = place
                }
            }
        }

        var warmup: [BookOperation] = []
        var measured: [BookOperation] = []
        for _ in 0..<resting {
            warmup.append(make(.place))
            note(warmup[warmup.count - 1])
        }
        for _ in 0..<operations {
            let draw = random.below(100)
            measured.append(make(draw < 60 || open.isEmpty ? .place : draw < 95 ? .cancel : .take))
            note(measured[measured.count - 1])
        }
        self.warmup = warmup
        self.measured = measured
    }

    /// The processor time that the measured operations take.
    func time(_ perform: (BookOperation, Int) throws -> Void) rethrows -> UInt64 {
        var placed = 0
        for operation in warmup {
            try perform(operation, placed)
            placed += 1
        }
        let start = processorTime()
        for operation in measured {
            try perform(operation, placed)
            if operation.kind == .place { placed += 1 }
        }
        return processorTime() - start
    }

    func play<House: ClearingHouse, Base>(
        on house: inout House, endTransaction: () -> Void = {}, endBlock: (inout House) -> Void
    ) throws -> BookRun where House.Storage == CountingStorage<Base> {
        var parameters = BookParameters()
        parameters.openOrderTiers.0 = OpenOrderTier(equity: 0, orders: 1000)
        parameters.openOrderTiers.1 = OpenOrderTier(equity: 1_000, orders: 1000)
        parameters.openOrderTiers.2 = OpenOrderTier(equity: 10_000, orders: 1000)
        parameters.openOrderTiers.3 = OpenOrderTier(equity: 100_000, orders: 1000)
        try house.setBookParameters(parameters)
        var ids: [OrderID] = []
        ids.reserveCapacity(warmup.count + measured.count)
        var digest: UInt64 = 0
        var count = 0
        var accesses: UInt64 = 0
        let nanoseconds = try time { operation, _ in
            switch operation.kind {
            case .cancel: try house.cancel(ids[operation.target], of: operation.account)
            case .place, .take:
                let placement = try house.place(
                    OrderRequest(
                        instrument: operation.instrument, side: operation.side, ticks: operation.ticks,
                        lots: operation.lots,
                        timeInForce: operation.kind == .take ? .immediateOrCancel : .goodTillCancelled),
                    for: operation.account)
                if operation.kind == .place { ids.append(placement.id) }
                digest =
                    foldedMultiply(
                        digest ^ UInt64(truncatingIfNeeded: placement.cost), 0x9E37_79B9_7F4A_7C15)
                    ^ UInt64(placement.lotsFilled)
            }
            count += 1
            endTransaction()
            // A block of a thousand.
            if count % 1000 == 0 { endBlock(&house) }
            if count == warmup.count { accesses = house.storage.accesses }
        }
        return BookRun(nanoseconds: nanoseconds, digest: digest, accesses: house.storage.accesses - accesses)
    }
}

// MARK: - The venue's book

/// Counts how often slots are read and written.
private struct CountingStorage<Base: VenueStorage>: VenueStorage {
    var base: Base
    var accesses: UInt64 = 0

    init(_ base: Base) { self.base = base }

    mutating func load(_ slot: VenueSlot) -> UInt256 {
        accesses &+= 1
        return base.load(slot)
    }

    mutating func store(_ slot: VenueSlot, _ value: UInt256) {
        accesses &+= 1
        base.store(slot, value)
    }

    mutating func emit(_ event: VenueEvent) { base.emit(event) }
    var checkpoint: Base.Checkpoint { base.checkpoint }
    mutating func revert(to checkpoint: Base.Checkpoint) { base.revert(to: checkpoint) }
}

/// A clearing house that clears nothing: what is measured is the book.
private struct OpenHouse<Storage: VenueStorage>: ClearingHouse {
    var storage: Storage
    let time: UInt64 = 1_000
    let blockNumber: UInt64 = 1

    init(storage: Storage) { self.storage = storage }

    mutating func instrument(_ number: InstrumentNumber) throws(VenueError) -> Instrument {
        guard let id = InstrumentID(underlying: number, kind: .perpetual, expiry: 0, strike: 0) else {
            throw .unknownInstrument
        }
        return Instrument(number: number, id: id, tick: wad, lot: wad / 1000)
    }

    mutating func checkOrderEntry(_ order: OrderEntry) {}
    mutating func checkTaking(_ order: OrderEntry) {}
    mutating func priceBand(of number: InstrumentNumber) -> ClosedRange<Int64> { 1...1_000_000 }
    mutating func makerIsSound(_ fill: Fill) -> Bool { true }
    mutating func apply(_ fill: Fill) {}
    mutating func orderAggregateChanged(
        account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64
    ) {}
    mutating func position(of account: AccountNumber, in instrument: InstrumentNumber) -> Position { Position() }
    mutating func equity(of account: AccountNumber) -> Int128 { 0 }
    mutating func markPrice(of number: InstrumentNumber) -> Int128 { 50_000 * wad }
    mutating func indexPrice(underlying: UInt32) -> Int128 { 50_000 * wad }
    mutating func deltaVega(of number: InstrumentNumber, lots: Int64) -> DeltaVega { DeltaVega() }
    var checkpoint: Storage.Checkpoint { storage.checkpoint }
    mutating func revert(to checkpoint: Storage.Checkpoint) { storage.revert(to: checkpoint) }
}

// MARK: - The peer

/// Price-time priority and nothing else: levels in an array by price, orders in an array, linked by index. No storage, events, checks.
private struct BareBook {
    private struct Entry {
        var account: AccountNumber
        var book: Int
        var ticks: Int
        var isBuy: Bool
        var lots: Int64
        var next = -1
        var previous = -1
    }

    private struct Level {
        var first = -1
        var last = -1
    }

    private static let width = 2048
    private static let base = 50_000 - 1024
    private var entries: [Entry] = []
    private var levels = [Level](repeating: Level(), count: 3 * width)
    private var bestBids = [-1, -1, -1]
    private var bestAsks = [width, width, width]
    private(set) var digest: UInt64 = 0

    func owner(of order: Int) -> (AccountNumber, InstrumentNumber) {
        (entries[order].account, InstrumentNumber(entries[order].book + 1))
    }

    /// Returns the orders that went.
    @discardableResult
    mutating func perform(_ operation: BookOperation, placed: Int) -> [Int] {
        let book = Int(operation.instrument) - 1
        switch operation.kind {
        case .place:
            let ticks = Int(operation.ticks) - BareBook.base
            let index = entries.count
            entries.append(
                Entry(
                    account: operation.account, book: book, ticks: ticks, isBuy: operation.side == .buy,
                    lots: operation.lots))
            let level = book * BareBook.width + ticks
            let last = levels[level].last
            if last < 0 { levels[level].first = index } else { entries[last].next = index }
            entries[index].previous = last
            levels[level].last = index
            if operation.side == .buy {
                bestBids[book] = max(bestBids[book], ticks)
            } else {
                bestAsks[book] = min(bestAsks[book], ticks)
            }
            digest = foldedMultiply(digest, 0x9E37_79B9_7F4A_7C15)
            return []
        case .cancel:
            unlink(operation.target)
            return [operation.target]
        case .take: return take(operation, book)
        }
    }

    private mutating func take(_ operation: BookOperation, _ book: Int) -> [Int] {
        var gone: [Int] = []
        var left = operation.lots
        var cost: UInt64 = 0
        while left > 0 {
            let ticks = operation.side == .buy ? bestAsks[book] : bestBids[book]
            guard (0..<BareBook.width).contains(ticks) else { break }
            let index = levels[book * BareBook.width + ticks].first
            let lots = min(left, entries[index].lots)
            left -= lots
            cost &+= UInt64(ticks + BareBook.base) &* UInt64(lots)
            entries[index].lots -= lots
            if entries[index].lots == 0 {
                unlink(index)
                gone.append(index)
            }
        }
        digest = foldedMultiply(digest ^ cost, 0x9E37_79B9_7F4A_7C15) ^ UInt64(operation.lots - left)
        return gone
    }

    private mutating func unlink(_ index: Int) {
        let entry = entries[index]
        let level = entry.book * BareBook.width + entry.ticks
        if entry.previous < 0 { levels[level].first = entry.next } else { entries[entry.previous].next = entry.next }
        if entry.next < 0 { levels[level].last = entry.previous } else { entries[entry.next].previous = entry.previous }
        guard levels[level].first < 0 else { return }
        if entry.isBuy, bestBids[entry.book] == entry.ticks {
            var ticks = entry.ticks - 1
            while ticks >= 0, levels[entry.book * BareBook.width + ticks].first < 0 { ticks -= 1 }
            bestBids[entry.book] = ticks
        } else if !entry.isBuy, bestAsks[entry.book] == entry.ticks {
            var ticks = entry.ticks + 1
            while ticks < BareBook.width, levels[entry.book * BareBook.width + ticks].first < 0 { ticks += 1 }
            bestAsks[entry.book] = ticks
        }
    }
}
