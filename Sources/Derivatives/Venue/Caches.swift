/// What was read and computed before: nothing here is state, and an empty one gives the same results.
struct VenueCaches {
    var parameters = ParameterCache()
    var instruments = InstrumentCache()

    init() {}

    /// An account's words changed.
    mutating func drop(_ account: AccountNumber) {}
    mutating func dropRow(_ instrument: InstrumentNumber) {}
    /// What marks or margins depend on changed.
    mutating func dropMarks() {}
}

struct ParameterCache {
    private var values: [Int128?] = []
    private var tiers: [[LeverageTier]?] = []
    private var fees: [[FeeTier]?] = []

    init() {}

    private static func index(_ parameter: VenueParameter, _ underlying: UInt32) -> Int {
        Int(underlying) * 64 + Int(parameter.rawValue)
    }

    func value(_ parameter: VenueParameter, _ underlying: UInt32) -> Int128? {
        let index = ParameterCache.index(parameter, underlying)
        return index < values.count ? values[index] : nil
    }

    mutating func keep(_ value: Int128, _ parameter: VenueParameter, _ underlying: UInt32) {
        // Underlyings that are none are asked for by nobody but a wrong caller.
        guard underlying <= 64 else { return }
        let index = ParameterCache.index(parameter, underlying)
        while values.count <= index { values.append(nil) }
        values[index] = value
    }

    func tiers(_ underlying: UInt32) -> [LeverageTier]? {
        underlying < tiers.count ? tiers[Int(underlying)] : nil
    }

    mutating func keep(_ list: [LeverageTier], _ underlying: UInt32) {
        guard underlying <= 64 else { return }
        while tiers.count <= underlying { tiers.append(nil) }
        tiers[Int(underlying)] = list
    }

    func fees(_ underlying: UInt32) -> [FeeTier]? {
        underlying < fees.count ? fees[Int(underlying)] : nil
    }

    mutating func keep(fees list: [FeeTier], _ underlying: UInt32) {
        guard underlying <= 64 else { return }
        while fees.count <= underlying { fees.append(nil) }
        fees[Int(underlying)] = list
    }
}

struct InstrumentCache {
    private var values: [Instrument?] = []

    init() {}

    func value(_ number: InstrumentNumber) -> Instrument? {
        Int(number) < values.count ? values[Int(number)] : nil
    }

    mutating func keep(_ instrument: Instrument) {
        while values.count <= Int(instrument.number) { values.append(nil) }
        values[Int(instrument.number)] = instrument
    }

    mutating func drop(_ number: InstrumentNumber) {
        if Int(number) < values.count { values[Int(number)] = nil }
    }
}
