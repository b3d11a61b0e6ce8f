import Foundations

// The end of an expiry: instruments close at 08:00, wait for a price, and pay every holder, a bounded number a block.

extension VenueSlot {
    /// limb0: number of instruments of an expiry; then eight numbers a word.
    static func expiryInstruments(_ underlying: UInt32, _ expiry: UInt64, word: UInt64) -> VenueSlot {
        VenueSlot(.instruments, table: 9, high: UInt64(underlying), middle: expiry, low: word)
    }

    /// Entry 0: limb0: number of expiries that are not yet settled. An entry: limb0 the expiry; limb1 the underlying; limb2: the
    /// instrument it has come to, and bit 63: instruments are closed.
    static func pendingExpiry(_ entry: UInt64) -> VenueSlot {
        VenueSlot(.instruments, table: 10, low: entry)
    }

    /// low: the price at which an expiry settled; 0 for none yet.
    static func settlementPrice(_ underlying: UInt32, _ expiry: UInt64) -> VenueSlot {
        VenueSlot(.oracle, table: 8, high: UInt64(underlying), low: expiry)
    }
}

extension Venue {
    /// The most expiries that may be listed at one time.
    var pendingExpiryLimit: UInt64 { 512 }

    /// With a listing: enters the instrument under its expiry.
    mutating func enterExpiry(_ id: InstrumentID, _ number: InstrumentNumber) throws(VenueError) {
        let count = storage.load(.expiryInstruments(id.underlying, id.expiry, word: 0)).limb0
        if count == 0 {
            let pending = storage.load(.pendingExpiry(0)).limb0
            guard pending < pendingExpiryLimit else { throw .limitReached(limit: Int128(pendingExpiryLimit)) }
            storage.store(.pendingExpiry(0), UInt256(pending &+ 1))
            storage.store(
                .pendingExpiry(pending &+ 1), UInt256(limbs: id.expiry, UInt64(id.underlying), 0, 0))
        }
        let slot = VenueSlot.expiryInstruments(id.underlying, id.expiry, word: 1 &+ count &>> 3)
        storage.store(slot, storage.load(slot) | UInt256(UInt64(number)) << ((count & 7) &* 32))
        storage.store(.expiryInstruments(id.underlying, id.expiry, word: 0), UInt256(count &+ 1))
    }

    /// The instruments of an expiry, in the order of their listing.
    public mutating func instruments(underlying: UInt32, expiry: UInt64) -> [InstrumentNumber] {
        let count = storage.load(.expiryInstruments(underlying, expiry, word: 0)).limb0
        var numbers: [InstrumentNumber] = []
        for index in 0..<count { numbers.append(instrument(index, underlying, expiry)) }
        return numbers
    }

    private mutating func instrument(_ index: UInt64, _ underlying: UInt32, _ expiry: UInt64) -> InstrumentNumber {
        let word = storage.load(.expiryInstruments(underlying, expiry, word: 1 &+ index &>> 3))
        return InstrumentNumber(truncatingIfNeeded: (word >> ((index & 7) &* 32)).limb0)
    }

    /// Expiries that are listed and not yet settled.
    public mutating func pendingExpiries() -> [(underlying: UInt32, expiry: UInt64)] {
        var pending: [(underlying: UInt32, expiry: UInt64)] = []
        for entry in 0..<min(storage.load(.pendingExpiry(0)).limb0, pendingExpiryLimit) {
            let word = storage.load(.pendingExpiry(entry &+ 1))
            pending.append((UInt32(truncatingIfNeeded: word.limb1), word.limb0))
        }
        return pending
    }

    /// The price at which an expiry settled; 0 before.
    public mutating func settlementPrice(underlying: UInt32, expiry: UInt64) -> Int128 {
        storage.load(.settlementPrice(underlying, expiry)).lowHalf
    }

    // MARK: - Work

    /// Step 2 of a block: of every expiry that is due closes the instruments and their books, takes the price as soon as there is one,
    /// and pays holders, at most `budget` positions, orders and instruments together; the rest waits for the next call. An expiry
    /// that cannot go on now keeps no other waiting.
    ///
    /// - Returns: what is left of the budget.
    @discardableResult
    public mutating func advanceSettlements(budget: Int) -> Int {
        var left = budget
        var entry: UInt64 = 1
        while left > 0, entry <= min(storage.load(.pendingExpiry(0)).limb0, pendingExpiryLimit) {
            let word = storage.load(.pendingExpiry(entry))
            if word.limb0 > time {
                entry += 1
                continue
            }
            var isDone = false
            attempt { venue throws(VenueError) in isDone = try venue.advance(entry, word, &left) }
            if !isDone { entry += 1 }
        }
        return left
    }

    /// The same for one instrument that is due, or was retired, and those that expire with it: who does not want to wait for the next
    /// blocks may pay for more of the work.
    ///
    /// - Throws: `notExpired`, `settlementPriceMissing`, with perhaps some of the work done.
    public mutating func settle(_ number: InstrumentNumber, budget: Int) throws(VenueError) {
        let instrument = try instrument(number)
        let (underlying, expiry) = (instrument.underlying, instrument.id.expiry)
        if instrument.kind == .perpetual {
            _ = try advanceRetirement(of: number, budget: budget)
            return
        }
        guard time >= expiry else { throw .notExpired }
        var left = budget
        for entry in 0..<min(storage.load(.pendingExpiry(0)).limb0, pendingExpiryLimit) {
            let word = storage.load(.pendingExpiry(entry &+ 1))
            guard word.limb0 == expiry, UInt32(truncatingIfNeeded: word.limb1) == underlying else { continue }
            _ = try advance(entry &+ 1, word, &left)
            break
        }
        if settlementPrice(underlying: underlying, expiry: expiry) == 0 { throw .settlementPriceMissing }
    }

    /// - Returns: whether the expiry is done, and another one stands at its entry.
    private mutating func advance(
        _ entry: UInt64, _ start: UInt256, _ left: inout Int
    ) throws(VenueError) -> Bool {
        var word = start
        let (expiry, underlying) = (word.limb0, UInt32(truncatingIfNeeded: word.limb1))
        let count = storage.load(.expiryInstruments(underlying, expiry, word: 0)).limb0
        let closed: UInt64 = 1 &<< 63
        var cursor = word.limb2 & ~closed
        if word.limb2 & closed == 0 {
            while cursor < count, left > 0 {
                guard try close(instrument(cursor, underlying, expiry), &left) else { break }
                cursor += 1
            }
            if cursor == count { (word.limb2, cursor) = (closed, 0) } else { word.limb2 = cursor }
        }
        if word.limb2 & closed != 0, try fixPrice(underlying, expiry) {
            while cursor < count, left > 0 {
                let number = instrument(cursor, underlying, expiry)
                left = try payHolders(of: number, budget: left)
                if left > 0 { cursor += 1 }
            }
            word.limb2 = closed | cursor
        }
        if cursor == count, word.limb2 & closed != 0 {
            let last = storage.load(.pendingExpiry(0)).limb0
            storage.store(.pendingExpiry(entry), storage.load(.pendingExpiry(last)))
            storage.store(.pendingExpiry(last), .zero)
            storage.store(.pendingExpiry(0), UInt256(last &- 1))
            return true
        }
        if word != start { storage.store(.pendingExpiry(entry), word) }
        return false
    }

    /// - Returns: whether the instrument is closed and its book empty.
    private mutating func close(_ number: InstrumentNumber, _ left: inout Int) throws(VenueError) -> Bool {
        var instrument = try instrument(number)
        left -= 1
        if instrument.status.rawValue < InstrumentStatus.settling.rawValue {
            instrument.status = .settling
            store(instrument)
            emitStatus(instrument)
        }
        left -= try closeBook(number, limit: left)
        return openOrderCount(in: number) == 0
    }

    private mutating func emitStatus(_ instrument: Instrument) {
        storage.emit(
            VenueEvent(
                .statusChanged, [UInt256(UInt64(instrument.number)), UInt256(UInt64(instrument.status.rawValue))]))
    }

    /// Whether the expiry has its price: the average of the window, once a report is known that was stamped in its last 60 s. While
    /// mark and index lie apart it waits.
    private mutating func fixPrice(_ underlying: UInt32, _ expiry: UInt64) throws(VenueError) -> Bool {
        if settlementPrice(underlying: underlying, expiry: expiry) != 0 { return true }
        let stamp = storage.load(.window(underlying, expiry: expiry)).limb3
        let age = UInt64(parameter(.settlementReportAge, underlying: underlying))
        guard stamp <= expiry, stamp &+ age > expiry, try !isDivergent(underlying: underlying) else { return false }
        let price = try windowAverage(underlying, expiry: expiry, until: expiry)
        storage.store(.settlementPrice(underlying, expiry), UInt256(low: price, high: 0))
        storage.emit(
            VenueEvent(.expirySettled, [UInt256(UInt64(underlying)), UInt256(expiry), price.word]))
        return true
    }

    /// Pays holders from the last one on. With budget left, the instrument is settled.
    private mutating func payHolders(of number: InstrumentNumber, budget: Int) throws(VenueError) -> Int {
        var instrument = try instrument(number)
        if instrument.status == .settled { return budget }
        var left = budget
        if instrument.settlementPerLot == nil {
            let price = settlementPrice(underlying: instrument.underlying, expiry: instrument.id.expiry)
            instrument.settlementPerLot = try instrument.payoff(at: price).timesWad(instrument.lot, .down)
            store(instrument)
        }
        guard let perLot = instrument.settlementPerLot else { throw .corrupt }
        while left > 0 {
            left -= 1
            let count = holderCount(of: number)
            if count == 0 {
                instrument.status = .settled
                store(instrument)
                emitStatus(instrument)
                return left
            }
            let account = holder(of: number, at: count - 1)
            let lots = position(of: account, in: number).lots
            let cost = try perLot.times(Int128(lots))
            try addCash(account, change(account, instrument, lots: 0 - lots, cost: 0 - cost))
            storage.emit(
                VenueEvent(
                    .positionSettled,
                    [
                        UInt256(UInt64(account)), UInt256(UInt64(number)), try instrument.size(lots: lots).word,
                        cost.word,
                    ]))
        }
        return 0
    }

    /// Closes a perpetual for good, at the index of now: its holders are paid by `advanceRetirement`.
    public mutating func retire(_ number: InstrumentNumber) throws(VenueError) {
        var instrument = try instrument(number)
        guard instrument.kind == .perpetual else { throw .invalidListing }
        guard instrument.status.rawValue < InstrumentStatus.settling.rawValue else {
            throw .instrumentClosed(instrument.status)
        }
        try requireFreshPrices(for: instrument)
        let index = try indexPrice(underlying: instrument.underlying)
        instrument.status = .settling
        instrument.settlementPerLot = try index.timesWad(instrument.lot, .down)
        store(instrument)
        emitStatus(instrument)
    }

    /// Empties the book of a retired perpetual and pays its holders, at most `budget` of both, and returns what is left of the budget.
    public mutating func advanceRetirement(of number: InstrumentNumber, budget: Int) throws(VenueError) -> Int {
        guard try instrument(number).settlementPerLot != nil else { throw .notExpired }
        let left = try budget - closeBook(number, limit: budget)
        return openOrderCount(in: number) == 0 ? try payHolders(of: number, budget: left) : left
    }
}

extension Instrument {
    /// What one unit pays at a price of the underlying.
    public func payoff(at price: Int128) -> Int128 {
        guard kind.isOption else { return price }
        return max(0, kind.isCall ? price - strike : strike - price)
    }
}
