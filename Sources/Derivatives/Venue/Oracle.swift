public import Foundations

// Reports and what a feed's sources give together. Marks that follow from them stand in Marks.swift.

extension Venue {
    /// Takes a report in, whose signature was a publisher's; updates the feed, and of a spot feed index and averages.
    /// Marks wait for `updateMarks`.
    public mutating func submit(_ report: Report, from publisher: Address) throws(VenueError) {
        let publishers = try publishers()
        guard let number = publishers.firstIndex(where: { $0.address == publisher }) else { throw .unknownPublisher }
        try check(report)
        let feed = report.feed
        let last = storage.load(.source(feed, publisher: number)).limb3
        guard report.timestamp > last else { throw .reportNotNewer(timestamp: report.timestamp, last: last) }
        var word = UInt256(low: report.values[report.values.count - 1], high: 0)
        word.limb2 = UInt64(truncatingIfNeeded: report.confidence)
        word.limb3 = report.timestamp
        storage.store(.source(feed, publisher: number), word)
        if feed.kind == .surface {
            func limb(_ index: Int) -> UInt64 { UInt64(truncatingIfNeeded: report.values[index]) }
            storage.store(
                .source(feed, publisher: number, field: 1), UInt256(limbs: limb(0), limb(1), limb(2), limb(3)))
        }
        storage.emit(
            VenueEvent(
                .reported, [UInt256(UInt64(truncatingIfNeeded: number)), feed.word, UInt256(report.timestamp)]))
        let sources = try sources(of: feed, publishers)
        let quorum = Int(parameter(.quorum, underlying: feed.underlying))
        guard sources.count >= quorum else { return }
        switch feed.kind {
        case .spot: try updateIndex(feed, sources, quorum, stamp: report.timestamp)
        case .surface: try updateSurface(feed, sources, quorum)
        case .forward, .rate, .perpetual, .quote: try update(feed, sources, quorum)
        }
        caches.dropMarks(underlying: feed.underlying)
    }

    /// What does not depend on what came before.
    private mutating func check(_ report: Report) throws(VenueError) {
        let tolerance = UInt64(parameter(.futureTolerance))
        guard report.timestamp <= time &+ tolerance else {
            throw .reportFromFuture(timestamp: report.timestamp, now: time)
        }
        let feed = report.feed
        if feed.kind != .quote { try requireUnderlying(feed.underlying) }
        let hasExpiry = feed.kind == .forward || feed.kind == .surface
        guard report.values.count == (feed.kind == .surface ? 5 : 1), report.confidence >= 0, report.confidence <= wad,
            hasExpiry == (feed.expiry != 0), report.timestamp > 0, feed.kind != .quote || feed.underlying == 0
        else { throw .invalidReport }
        // Prices have at most 2^96 units; a surface's numbers and rates stay below 9.
        let limit = feed.kind == .surface || feed.kind == .rate ? 9 * wad : Int128(1) << 96 - 1
        for value in report.values where value.magnitude > limit.magnitude { throw .invalidReport }
        if hasExpiry {
            guard feed.expiry > time, feed.expiry > report.timestamp else { throw .expired }
        }
        // A price that is not above 0 is judged where there is a ladder to judge it.
        if feed.kind != .spot, feed.kind != .surface, feed.kind != .rate, report.values[0] <= 0 {
            throw .invalidReport
        }
    }

    private mutating func sources(
        of feed: Feed, _ publishers: [Publisher]
    ) throws(VenueError) -> [FeedSource] {
        let age = max(
            parameter(.sourceMaximumAge, underlying: feed.underlying), feed.kind == .spot ? 0 : heartbeat(of: feed))
        var sources: [FeedSource] = []
        for (number, publisher) in publishers.enumerated() {
            let word = storage.load(.source(feed, publisher: number))
            guard word.limb3 != 0, word.limb3 &+ UInt64(age) >= time else { continue }
            sources.append(
                FeedSource(
                    publisher: number, value: word.lowHalf, weight: Int128(publisher.weight),
                    confidence: Int128(word.limb2), timestamp: word.limb3))
        }
        return sources
    }

    func heartbeatParameter(_ kind: FeedKind) -> VenueParameter {
        switch kind {
        case .spot, .perpetual, .quote: .spotHeartbeat
        case .forward: .forwardHeartbeat
        case .surface: .volatilityHeartbeat
        case .rate: .rateHeartbeat
        }
    }

    mutating func heartbeat(of feed: Feed) -> Int128 {
        parameter(heartbeatParameter(feed.kind), underlying: feed.underlying)
    }

    // MARK: - Aggregates

    private mutating func update(_ feed: Feed, _ sources: [FeedSource], _ quorum: Int) throws(VenueError) {
        var state = FeedState()
        state.value =
            feed.kind == .rate
            ? FeedSource.median(sources)
            : try FeedSource.clampedMean(sources, clamp: parameter(.indexClamp, underlying: feed.underlying))
        state.confidence = FeedSource.medianConfidence(sources)
        state.freshAt = FeedSource.freshAt(sources, quorum)
        state.validity = .valid
        storage.store(.feed(feed), state.word)
    }

    /// A surface is not averaged, as a mixture of two may have arbitrage that neither has: the one whose variance at the money is the
    /// median (the lower one of two) is taken whole.
    private mutating func updateSurface(_ feed: Feed, _ sources: [FeedSource], _ quorum: Int) throws(VenueError) {
        var candidates: [(variance: Real, source: FeedSource, shape: UInt256)] = []
        for source in sources {
            var state = FeedState()
            state.value = source.value
            state.shape = storage.load(.source(feed, publisher: source.publisher, field: 1))
            let candidate = (SurfacePoint.variance(state.slice, k: .zero), source, state.shape)
            let place = candidates.firstIndex { candidate.0 < $0.variance } ?? candidates.count
            candidates.insert(candidate, at: place)
        }
        let chosen = candidates[(candidates.count - 1) / 2]
        var state = FeedState()
        state.value = chosen.source.value
        state.shape = chosen.shape
        state.stamp = chosen.source.timestamp
        state.confidence = FeedSource.medianConfidence(sources)
        state.freshAt = FeedSource.freshAt(sources, quorum)
        state.validity = .valid
        try checkSurface(feed, state)
        storage.store(.feed(feed), state.word)
        storage.store(.feed(feed, field: 1), state.shape)
        storage.store(.feed(feed, field: 2), UInt256(state.stamp))
        try noteSurface(feed)
    }

    /// The index of an underlying: sanitised, averaged, then judged.
    private mutating func updateIndex(
        _ feed: Feed, _ sources: [FeedSource], _ quorum: Int, stamp: UInt64
    ) throws(VenueError) {
        let underlying = feed.underlying
        var state = FeedState(storage.load(.feed(feed)))
        let raw = try FeedSource.clampedMean(sources, clamp: parameter(.indexClamp, underlying: underlying))
        let average = storage.load(.average(underlying))
        var mean = average.lowHalf
        let limit = parameter(.maximumMove, underlying: underlying)
        // Settlement averages count the price that was in force until now.
        try accrueWindows(underlying, price: state.value, from: average.limb2)
        if raw > 0 {
            if mean == 0 {
                mean = raw
            } else {
                let reach = try mean.timesWad(limit, .down)
                let sane = min(max(raw, mean - reach), try mean.adding(reach))
                let span = parameter(.averageSeconds, underlying: underlying)
                let elapsed = min(Int128(time - min(average.limb2, time)), span)
                mean = try mean.times(span - elapsed).adding(sane.times(elapsed)).divided(by: span).quotient
            }
        }
        var stored = UInt256(low: mean, high: 0)
        stored.limb2 = time
        storage.store(.average(underlying), stored)
        var validity = Validity.valid
        let spread = try FeedSource.medianDeviation(sources)
        if raw <= 0 {
            validity = .invalid
        } else if try Int128((raw - mean).magnitude).overWad(mean, .up) > limit {
            validity = .tooVolatile
        } else if spread > parameter(.maximumDispersion, underlying: underlying) {
            validity = .tooUncertain
        }
        state.validity = validity
        if validity == .valid {
            state.value = raw
            state.confidence = FeedSource.medianConfidence(sources)
            state.freshAt = FeedSource.freshAt(sources, quorum)
            noteWindowReport(underlying, stamp: stamp)
        } else {
            storage.emit(
                VenueEvent(
                    .breaker,
                    [
                        UInt256(UInt64(BreakerCause.indexInvalid.rawValue)), UInt256(UInt64(underlying)), raw.word,
                        mean.word,
                    ]))
        }
        storage.store(.feed(feed), state.word)
        storage.emit(
            VenueEvent(
                .indexUpdated,
                [UInt256(UInt64(underlying)), state.value.word, UInt256(UInt64(validity.rawValue))]))
    }

    // MARK: - Reading

    mutating func state(of feed: Feed) -> FeedState {
        var state = FeedState(storage.load(.feed(feed)))
        if feed.kind == .surface, state.freshAt != 0 {
            state.shape = storage.load(.feed(feed, field: 1))
            state.stamp = storage.load(.feed(feed, field: 2)).limb0
        }
        return state
    }

    /// The last price that was good, however old.
    public mutating func indexPrice(underlying: UInt32) throws(VenueError) -> Int128 {
        let value = state(of: Feed(.spot, underlying: underlying)).value
        guard value > 0 else { throw .oracleInvalid }
        return value
    }

    /// The rung of the ladder on which a feed stands now.
    public mutating func validity(of feed: Feed) -> Validity {
        let state = FeedState(storage.load(.feed(feed)))
        guard state.freshAt != 0 else { return .invalid }
        if state.validity != .valid { return state.validity }
        return Int128(time) - Int128(state.freshAt) > heartbeat(of: feed) ? .stale : .valid
    }

    /// The feeds on which an instrument's price stands.
    func feeds(of instrument: Instrument) -> [Feed] {
        let underlying = instrument.underlying
        var feeds = [Feed(.spot, underlying: underlying)]
        if instrument.kind != .perpetual {
            feeds.append(Feed(.forward, underlying: underlying, expiry: instrument.id.expiry))
        }
        if instrument.kind.isOption {
            feeds.append(Feed(.surface, underlying: underlying, expiry: instrument.id.expiry))
            feeds.append(Feed(.rate, underlying: underlying))
        }
        return feeds
    }

    /// - Throws: `oracleStale` or `oracleInvalid` where an act that adds risk must not rest on the prices there are.
    public mutating func requireFreshPrices(for instrument: Instrument) throws(VenueError) {
        for feed in feeds(of: instrument) {
            switch validity(of: feed) {
            case .valid: continue
            case .stale: throw .oracleStale
            case .invalid, .tooVolatile, .tooUncertain: throw .oracleInvalid
            }
        }
    }

    /// Whether a liquidation may trade at the prices there are: none is older than twice its heartbeat.
    public mutating func mayLiquidate(_ instrument: Instrument) -> Bool {
        for feed in feeds(of: instrument) {
            let state = FeedState(storage.load(.feed(feed)))
            if state.freshAt == 0 || Int128(time) - Int128(state.freshAt) > 2 * heartbeat(of: feed) { return false }
        }
        return true
    }
}

/// One publisher's word on a feed.
package struct FeedSource {
    let publisher: Int
    let value: Int128
    let weight: Int128
    let confidence: Int128
    let timestamp: UInt64

    package init(publisher: Int, value: Int128, weight: Int128, confidence: Int128, timestamp: UInt64) {
        self.publisher = publisher
        self.value = value
        self.weight = weight
        self.confidence = confidence
        self.timestamp = timestamp
    }

    private static func sorted(_ values: [Int128]) -> [Int128] {
        var sorted: [Int128] = []
        for value in values {
            sorted.insert(value, at: sorted.firstIndex { value < $0 } ?? sorted.count)
        }
        return sorted
    }

    /// Of an even number the middle of the two, rounded down.
    static func median(_ values: [Int128]) -> Int128 {
        let sorted = sorted(values)
        if sorted.isEmpty { return 0 }
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return low + ((high - low) >> 1)
    }

    static func median(_ sources: [FeedSource]) -> Int128 { median(sources.map { $0.value }) }
    static func medianConfidence(_ sources: [FeedSource]) -> Int128 { median(sources.map { $0.confidence }) }

    /// The weighted mean of the values, each held to the median ± `clamp`, rounded down.
    package static func clampedMean(_ sources: [FeedSource], clamp: Int128) throws(VenueError) -> Int128 {
        let middle = median(sources)
        let reach = try Int128(middle.magnitude).timesWad(clamp, .down)
        var (sum, weights) = (Int128(0), Int128(0))
        for source in sources {
            let held = min(max(source.value, middle - reach), middle + reach)
            sum = try sum.adding((held - middle).times(source.weight))
            weights += source.weight
        }
        if weights == 0 { throw .corrupt }
        let (quotient, rest) = sum.divided(by: weights)
        return middle + (rest < 0 ? quotient - 1 : quotient)
    }

    /// The median distance from the median, relative to it: how sure the sources are together. One that strays alone moves it little.
    package static func medianDeviation(_ sources: [FeedSource]) throws(VenueError) -> Int128 {
        let middle = median(sources)
        if middle <= 0 { return 0 }
        return try median(sources.map { Int128(($0.value - middle).magnitude) }).overWad(middle, .up)
    }

    /// The time of the quorum's oldest: that many sources have reported since.
    static func freshAt(_ sources: [FeedSource], _ quorum: Int) -> UInt64 {
        let times = sorted(sources.map { Int128($0.timestamp) })
        return quorum >= 1 && quorum <= times.count ? UInt64(times[times.count - quorum]) : 0
    }
}
