import Foundations

// What positions are valued at. Marks change when `updateMarks` says so, once a block, and hold until the next time: between two, every
// order and every account sees the same prices, whatever the book does.

/// What the options and futures of one expiry are valued with.
struct ExpiryMarket {
    /// What settles as the index moves: in the settlement window the accrued part no longer does.
    var forward: Int128
    /// The part of `forward` that still moves, 0 to 1.
    var moving: Int128
    var tau: Int128
    var rate: Int128
    /// The least of the confidences that its prices rest on.
    var confidence: Int128
}

extension Venue {
    /// The time of the underlying's last marks; 0 before the first.
    public mutating func marksTime(underlying: UInt32) -> UInt64 { storage.load(.marks(underlying)).limb0 }

    /// Takes index, forwards and surfaces as they stand into the marks, and moves the perpetual's: step 1 of a block, once.
    public mutating func updateMarks(underlying: UInt32) throws(VenueError) {
        try requireUnderlying(underlying)
        // Without an index there is nothing to mark.
        guard state(of: Feed(.spot, underlying: underlying)).value > 0 else { return }
        storage.store(.marks(underlying), UInt256(time))
        caches.dropMarks(underlying: underlying)
        guard let perpetual = perpetual(of: underlying) else { return }
        try updatePerpetualMark(instrument(perpetual))
        try noteDivergence(underlying)
    }

    /// The median of index + average of (mid − index), the book's own median, and what other venues say.
    private mutating func updatePerpetualMark(_ instrument: Instrument) throws(VenueError) {
        let number = instrument.number
        let index = try indexPrice(underlying: instrument.underlying)
        let top = topOfBook(of: number)
        let averages = storage.load(.mark(number, field: 1))
        var average = MarkAverage(numerator: averages.lowHalf, denominator: averages.highHalf)
        let last = storage.load(.mark(number, field: 2)).limb0
        let isTwoSided = top.bid > 0 && top.ask > 0
        // Without both sides the book says nothing, and what it said before fades: a mark that quotes have led away and left would
        // else stay there, and hold up liquidation as divergent.
        if isTwoSided || last != 0 {
            let basis =
                try isTwoSided
                ? (instrument.price(ticks: top.bid).adding(instrument.price(ticks: top.ask)) >> 1).subtracting(index)
                : 0
            let span = parameter(.markAverageSeconds, underlying: instrument.underlying)
            // The first sample counts as one of a second.
            let elapsed = last == 0 ? 1 : Int128(min(time - min(last, time), 86_400))
            try average.add(basis, seconds: elapsed, span: span)
            storage.store(.mark(number, field: 1), UInt256(low: average.numerator, high: average.denominator))
            storage.store(.mark(number, field: 2), UInt256(time))
        }
        var candidates = [try index.adding(average.value())]
        if isTwoSided {
            var prices = [Int128(top.bid), Int128(top.ask)]
            if top.last > 0 { prices.append(Int128(top.last)) }
            // Between bid and ask the last trade moves it; without one it is their middle.
            candidates.append(FeedSource.median(prices.map { $0 &* instrument.tick }))
        }
        let outside = Feed(.perpetual, underlying: instrument.underlying)
        if validity(of: outside) == .valid { candidates.append(state(of: outside).value) }
        let mark = max(FeedSource.median(candidates), instrument.tick)
        storage.store(.mark(number), UInt256(low: mark, high: 0))
        storage.emit(VenueEvent(.markUpdated, [UInt256(UInt64(number)), mark.word]))
    }

    // MARK: - Expiries

    /// The forward of an expiry as marks see it: in the settlement window the part that has accrued is fixed.
    public mutating func forwardPrice(underlying: UInt32, expiry: UInt64) throws(VenueError) -> Int128 {
        try forward(underlying: underlying, expiry: expiry, now: marksTime(underlying: underlying)).price
    }

    private mutating func forward(
        underlying: UInt32, expiry: UInt64, now: UInt64
    ) throws(VenueError) -> (price: Int128, moving: Int128) {
        let quoted = state(of: Feed(.forward, underlying: underlying, expiry: expiry)).value
        guard quoted > 0 else { throw .oracleInvalid }
        let window = UInt64(parameter(.settlementWindow, underlying: underlying))
        if now &+ window <= expiry { return (quoted, wad) }
        let accrued = try windowAverage(underlying, expiry: expiry, until: min(now, expiry))
        return try SettlementForward.blend(
            quoted: quoted, accrued: accrued, left: Int128(expiry - min(now, expiry)), window: Int128(window))
    }

    mutating func market(underlying: UInt32, expiry: UInt64) throws(VenueError) -> ExpiryMarket {
        let now = marksTime(underlying: underlying)
        let forward = try forward(underlying: underlying, expiry: expiry, now: now)
        let spot = state(of: Feed(.spot, underlying: underlying))
        let quoted = state(of: Feed(.forward, underlying: underlying, expiry: expiry))
        return ExpiryMarket(
            forward: forward.price, moving: forward.moving, tau: tau(to: expiry, from: now),
            rate: state(of: Feed(.rate, underlying: underlying)).value,
            confidence: min(spot.confidence, quoted.confidence))
    }

    // MARK: - The settlement window

    /// Adds `price` for the seconds since `start` to every settlement window that they touch.
    mutating func accrueWindows(_ underlying: UInt32, price: Int128, from start: UInt64) throws(VenueError) {
        guard price > 0, start != 0 else { return }
        let window = UInt64(parameter(.settlementWindow, underlying: underlying))
        // Of a longer silence than 40 days the early expiries have nobody who waits for them.
        var day = CalendarDay(expiringFrom: max(start, time - min(time, 3_456_000)))
        while day.expiry - min(window, day.expiry) < time {
            let expiry = day.expiry
            let (from, until) = (max(start, expiry - min(window, expiry)), min(time, expiry))
            if from < until {
                let word = storage.load(.window(underlying, expiry: expiry))
                var stored = UInt256(low: try word.lowHalf.adding(price.times(Int128(until - from))), high: 0)
                stored.limb2 = word.limb2 &+ (until - from)
                stored.limb3 = word.limb3
                storage.store(.window(underlying, expiry: expiry), stored)
            }
            day = day + 1
        }
    }

    /// A good report stamped inside a settlement window.
    mutating func noteWindowReport(_ underlying: UInt32, stamp: UInt64) {
        let window = UInt64(parameter(.settlementWindow, underlying: underlying))
        let expiry = CalendarDay(expiringFrom: stamp).expiry
        guard stamp > expiry - min(window, expiry) else { return }
        var word = storage.load(.window(underlying, expiry: expiry))
        guard stamp > word.limb3 else { return }
        word.limb3 = stamp
        storage.store(.window(underlying, expiry: expiry), word)
    }

    /// The average of the index since the window opened, or the index where that is not yet.
    mutating func windowAverage(
        _ underlying: UInt32, expiry: UInt64, until end: UInt64
    ) throws(VenueError) -> Int128 {
        let window = UInt64(parameter(.settlementWindow, underlying: underlying))
        let price = try indexPrice(underlying: underlying)
        let word = storage.load(.window(underlying, expiry: expiry))
        let start = max(storage.load(.average(underlying)).limb2, expiry - min(window, expiry))
        var (sum, seconds) = (word.lowHalf, Int128(word.limb2))
        if end > start {
            sum = try sum.adding(price.times(Int128(end - start)))
            seconds += Int128(end - start)
        }
        return seconds > 0 ? sum.divided(by: seconds).quotient : price
    }
}

/// The average of mid − index with weights that fade: numerator ← numerator·e^(−t/τ) + x·t, denominator the same with 1 for x.
package struct MarkAverage: Equatable {
    package var numerator: Int128
    package var denominator: Int128

    package init(numerator: Int128 = 0, denominator: Int128 = 0) {
        self.numerator = numerator
        self.denominator = denominator
    }

    package mutating func add(_ value: Int128, seconds: Int128, span: Int128) throws(VenueError) {
        let fade: UInt256
        do {
            fade = try FixedPoint.exponential((0 - (seconds * wad).divided(by: span).quotient).word, rounding: .down)
        } catch { throw .overflow }
        numerator = try numerator.timesWad(fade.lowHalf, .down).adding(value.times(seconds))
        denominator = try denominator.timesWad(fade.lowHalf, .down).adding(wad.times(seconds))
    }

    /// 0 without a sample.
    package func value() throws(VenueError) -> Int128 {
        denominator == 0 ? 0 : try numerator.times(wad, over: denominator, .down)
    }
}

/// The forward inside the settlement window.
package enum SettlementForward {
    /// accrued·(1 − left/window) + quoted·left/window, rounded to the nearest, and which share of it still moves.
    package static func blend(
        quoted: Int128, accrued: Int128, left: Int128, window: Int128
    ) throws(VenueError) -> (price: Int128, moving: Int128) {
        let sum = try accrued.times(window - left).adding(quoted.times(left))
        let price = try sum.times(1, over: window, .nearestEven)
        guard price > 0 else { throw .oracleInvalid }
        let moving = try quoted.times(left).times(wad, over: sum, .down)
        return (price, moving)
    }
}
