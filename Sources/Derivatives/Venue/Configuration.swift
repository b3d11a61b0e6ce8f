public import Foundations

/// From a notional upward a position may have this leverage.
public struct LeverageTier: Equatable, Sendable {
    public var lower: Int128
    public var maximumLeverage: UInt64

    public init(lower: Int128, maximumLeverage: UInt64) {
        self.lower = lower
        self.maximumLeverage = maximumLeverage
    }
}

/// From a volume of 30 days upward these fees hold, in 1e-8 of notional.
public struct FeeTier: Equatable, Sendable {
    public var volume: Int128
    public var maker: Int64
    public var taker: Int64

    public init(volume: Int128, maker: Int64, taker: Int64) {
        self.volume = volume
        self.maker = maker
        self.taker = taker
    }
}

public struct Publisher: Equatable, Sendable {
    public var address: Address
    /// In 1e-8.
    public var weight: UInt64

    public init(address: Address, weight: UInt64) {
        self.address = address
        self.weight = weight
    }
}

// MARK: - Numbers

extension Venue {
    /// What is set for the underlying, else for all (0), else the default.
    public mutating func parameter(_ parameter: VenueParameter, underlying: UInt32 = 0) -> Int128 {
        if let value = caches.parameters.value(parameter, underlying) { return value }
        var word = storage.load(.parameter(parameter, underlying: underlying))
        if !word.bit(255), underlying != 0 { word = storage.load(.parameter(parameter, underlying: 0)) }
        let value = word.bit(255) ? word.lowHalf : parameter.range.initial
        caches.parameters.keep(value, parameter, underlying)
        return value
    }

    /// - Throws: `parameterOutOfRange`, with nothing changed.
    public mutating func set(
        _ parameter: VenueParameter, underlying: UInt32 = 0, to value: Int128
    ) throws(VenueError) {
        let range = parameter.range
        guard value >= range.least, value <= range.most else {
            throw .parameterOutOfRange(value: value, least: range.least, most: range.most)
        }
        // The lattice wants an odd number of steps.
        if parameter == .latticeSteps, value & 1 == 0 {
            throw .parameterOutOfRange(value: value, least: range.least, most: range.most)
        }
        if underlying != 0 { try requireUnderlying(underlying) }
        storage.store(
            .parameter(parameter, underlying: underlying),
            UInt256(low: value, high: 0) | (UInt256.one << 255))
        caches.dropMarks()
        caches.parameters = ParameterCache()
        storage.emit(
            VenueEvent(
                .parameterSet, [UInt256(UInt64(parameter.rawValue)), UInt256(UInt64(underlying)), value.word]))
    }
}

// MARK: - Lists

extension Venue {
    /// The words of a list: of the underlying, else of all.
    private mutating func words(of list: VenueList, underlying: UInt32) throws(VenueError) -> [UInt256] {
        var owner = underlying
        var count = storage.load(.list(list, underlying: owner, entry: 0)).limb0
        if count == 0, underlying != 0 {
            owner = 0
            count = storage.load(.list(list, underlying: 0, entry: 0)).limb0
        }
        guard count <= UInt64(list.limit) else { throw .corrupt }
        var words: [UInt256] = []
        for entry in 0..<Int(count) { words.append(storage.load(.list(list, underlying: owner, entry: entry + 1))) }
        return words
    }

    private mutating func store(_ words: [UInt256], in list: VenueList, underlying: UInt32) throws(VenueError) {
        guard words.count <= list.limit else { throw .limitReached(limit: Int128(list.limit)) }
        if underlying != 0 { try requireUnderlying(underlying) }
        let old = storage.load(.list(list, underlying: underlying, entry: 0)).limb0
        storage.store(.list(list, underlying: underlying, entry: 0), UInt256(UInt64(words.count)))
        for (index, word) in words.enumerated() {
            storage.store(.list(list, underlying: underlying, entry: index + 1), word)
        }
        var entry = words.count
        while UInt64(entry) < old, entry < list.limit {
            storage.store(.list(list, underlying: underlying, entry: entry + 1), .zero)
            entry += 1
        }
        caches.dropMarks()
        caches.parameters = ParameterCache()
    }

    /// Those of the specification's table for large markets where none are set: 40× to 150 M, then 20×.
    public mutating func leverageTiers(underlying: UInt32) throws(VenueError) -> [LeverageTier] {
        if let tiers = caches.parameters.tiers(underlying) { return tiers }
        var tiers: [LeverageTier] = []
        for word in try words(of: .leverageTiers, underlying: underlying) {
            tiers.append(LeverageTier(lower: word.lowHalf, maximumLeverage: word.limb2))
        }
        if tiers.isEmpty {
            tiers = [
                LeverageTier(lower: 0, maximumLeverage: 40),
                LeverageTier(lower: 150_000_000 * wad, maximumLeverage: 20),
            ]
        }
        caches.parameters.keep(tiers, underlying)
        return tiers
    }

    /// Ascending from 0, with leverage that falls and lies between 1 and 1000.
    public mutating func setLeverageTiers(_ tiers: [LeverageTier], underlying: UInt32 = 0) throws(VenueError) {
        var last: LeverageTier?
        for tier in tiers {
            guard tier.maximumLeverage >= 1, tier.maximumLeverage <= 1000 else {
                throw .parameterOutOfRange(value: Int128(tier.maximumLeverage), least: 1, most: 1000)
            }
            let least = last.map { $0.lower + 1 } ?? 0
            let most = last == nil ? 0 : Int128(1) << 110
            guard tier.lower >= least, tier.lower <= most else {
                throw .parameterOutOfRange(value: tier.lower, least: least, most: most)
            }
            if let last, tier.maximumLeverage > last.maximumLeverage {
                throw .parameterOutOfRange(
                    value: Int128(tier.maximumLeverage), least: 1, most: Int128(last.maximumLeverage))
            }
            last = tier
        }
        var words: [UInt256] = []
        for tier in tiers { words.append(UInt256(low: tier.lower, high: Int128(tier.maximumLeverage))) }
        try store(words, in: .leverageTiers, underlying: underlying)
    }

    /// 1.5 and 4.5 basis points where none are set.
    public mutating func feeTiers(underlying: UInt32 = 0) throws(VenueError) -> [FeeTier] {
        if let tiers = caches.parameters.fees(underlying) { return tiers }
        var tiers: [FeeTier] = []
        for word in try words(of: .feeTiers, underlying: underlying) {
            tiers.append(
                FeeTier(
                    volume: word.lowHalf, maker: Int64(bitPattern: word.limb2), taker: Int64(bitPattern: word.limb3)))
        }
        if tiers.isEmpty { tiers = [FeeTier(volume: 0, maker: 15_000, taker: 45_000)] }
        caches.parameters.keep(fees: tiers, underlying)
        return tiers
    }

    /// Ascending from 0; a taker pays 0 to 1 %, a maker from −taker to taker.
    public mutating func setFeeTiers(_ tiers: [FeeTier], underlying: UInt32 = 0) throws(VenueError) {
        var least: Int128 = 0
        // A rebate may not pass what any taker pays: the lowest taker's fee is the last's.
        var lowestTaker: Int64 = 1_000_000
        for tier in tiers { lowestTaker = min(lowestTaker, tier.taker) }
        var words: [UInt256] = []
        for (index, tier) in tiers.enumerated() {
            guard tier.volume >= least, index > 0 || tier.volume == 0, tier.volume < Int128(1) << 110 else {
                throw .parameterOutOfRange(value: tier.volume, least: least, most: index == 0 ? 0 : Int128(1) << 110)
            }
            guard tier.taker >= 0, tier.taker <= 1_000_000 else {
                throw .parameterOutOfRange(value: Int128(tier.taker), least: 0, most: 1_000_000)
            }
            guard tier.maker >= 0 - lowestTaker, tier.maker <= tier.taker else {
                throw .parameterOutOfRange(
                    value: Int128(tier.maker), least: Int128(0 - lowestTaker), most: Int128(tier.taker))
            }
            least = tier.volume + 1
            words.append(
                UInt256(limbs: 0, 0, UInt64(bitPattern: tier.maker), UInt64(bitPattern: tier.taker))
                    | UInt256(low: tier.volume, high: 0))
        }
        try store(words, in: .feeTiers, underlying: underlying)
    }

    /// The standard 33 where none are set.
    public mutating func scenarios() throws(VenueError) -> [Scenario] {
        let words = try words(of: .scenarios, underlying: 0)
        if words.isEmpty { return ScenarioSet.standard.scenarios }
        var scenarios: [Scenario] = []
        for word in words {
            guard let shock = VolatilityShock(rawValue: UInt8(truncatingIfNeeded: word.limb1)),
                let scenario = Scenario(
                    shift: Int64(bitPattern: word.limb0), volatility: shock, damping: Int64(bitPattern: word.limb2))
            else { throw .corrupt }
            scenarios.append(scenario)
        }
        return scenarios
    }

    public mutating func setScenarios(_ scenarios: [Scenario]) throws(VenueError) {
        var words: [UInt256] = []
        for scenario in scenarios {
            words.append(
                UInt256(
                    limbs: UInt64(bitPattern: scenario.shift), UInt64(scenario.volatility.rawValue),
                    UInt64(bitPattern: scenario.damping), 0))
        }
        try store(words, in: .scenarios, underlying: 0)
    }

    public mutating func publishers() throws(VenueError) -> [Publisher] {
        var publishers: [Publisher] = []
        for word in try words(of: .publishers, underlying: 0) {
            publishers.append(Publisher(address: Address(word), weight: (word >> 160).limb0))
        }
        return publishers
    }

    /// Distinct, each with a weight of 1e-8 to 1e4. An index in this list is a publisher's number, under which its reports lie:
    /// who leaves should be replaced, not removed.
    public mutating func setPublishers(_ publishers: [Publisher]) throws(VenueError) {
        var words: [UInt256] = []
        for (index, publisher) in publishers.enumerated() {
            guard publisher.weight >= 1, publisher.weight <= 1_000_000_000_000 else {
                throw .parameterOutOfRange(value: Int128(publisher.weight), least: 1, most: 1_000_000_000_000)
            }
            for other in publishers[..<index] where other.address == publisher.address { throw .alreadyListed }
            words.append(publisher.address.word | UInt256(publisher.weight) << 160)
        }
        try store(words, in: .publishers, underlying: 0)
    }
}

// MARK: - Roles

extension Venue {
    public mutating func holder(of role: VenueRole) -> Address { Address(storage.load(.role(role))) }

    /// For the venue's birth and its owner.
    public mutating func set(_ role: VenueRole, to address: Address) {
        storage.store(.role(role), address.word)
    }

    public mutating func require(_ role: VenueRole, _ caller: Address) throws(VenueError) {
        let owner = holder(of: .owner)
        if caller == owner { return }
        guard role == .guardian, caller == holder(of: .guardian) else { throw .unauthorized }
    }
}
