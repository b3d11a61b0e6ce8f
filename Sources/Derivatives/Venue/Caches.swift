/// What was read and computed before: nothing here is state, and an empty one gives the same results.
struct VenueCaches {
    var parameters = ParameterCache()
    var instruments = InstrumentCache()
    var risk = RiskTable()
    private var portfolios: [Portfolio?] = []
    /// Sums of accounts that acted lately, one account for each remainder of its number, and whose each are.
    var sums: [KeptSums] = []
    var sumsOwners: [SumsOwner] = []
    /// By remainder, place + 1 in `sums`, 0 for none: a call that asks for one account's margin makes one place.
    private var sumsPlaces: [UInt16] = []
    /// Accounts whose words changed since the block began, for `Venue.revert`.
    private(set) var touched: [AccountNumber] = []
    /// How often what all accounts share changed since then.
    private(set) var sharedChanges = 0
    let americanRows: AmericanRows

    /// Apart from the sums: to ask whose they are copies none of their arrays.
    struct SumsOwner {
        /// 0 for none.
        var account: AccountNumber = 0
        var generation: UInt64 = 0
    }

    struct KeptSums {
        var sums = AccountSums()
        /// An asset that the sums hold as it would be after an act that was asked about, and as it is. Mostly the act comes next.
        var tried: (asset: Portfolio.Asset, actual: Portfolio.Asset)?

        /// The margin that the sums come to. Mutating only so that they are read where they lie: out of an array comes a copy of
        /// six arrays.
        mutating func margin(
            _ risk: RiskTable, cash: Int128, _ terms: MarginTerms
        ) throws(VenueError) -> MarginBreakdown {
            try risk.margin(sums, cash: cash, terms)
        }
    }

    init(americanRows: AmericanRows = AmericanRows()) { self.americanRows = americanRows }

    // MARK: - Accounts

    func portfolio(_ account: AccountNumber) -> Portfolio? {
        Int(account) < portfolios.count ? portfolios[Int(account)] : nil
    }

    mutating func keep(_ portfolio: Portfolio, _ account: AccountNumber) {
        while portfolios.count <= Int(account) { portfolios.append(nil) }
        portfolios[Int(account)] = portfolio
    }

    /// An account's words changed in a way that is easier read again.
    mutating func drop(_ account: AccountNumber) {
        touch(account)
        forget(account)
    }

    private mutating func forget(_ account: AccountNumber) {
        if Int(account) < portfolios.count { portfolios[Int(account)] = nil }
        if let place = knownSumsPlace(account), sumsOwners[place].account == account { sumsOwners[place].account = 0 }
    }

    private mutating func touch(_ account: AccountNumber) {
        touched.append(account)
    }

    mutating func addCash(_ account: AccountNumber, _ amount: Int128) {
        touch(account)
        guard Int(account) < portfolios.count else { return }
        if let cash = portfolios[Int(account)]?.cash {
            portfolios[Int(account)]?.cash = cash &+ amount
        }
    }

    /// An account's asset changed.
    mutating func replace(_ asset: Portfolio.Asset, _ account: AccountNumber) {
        touch(account)
        guard Int(account) < portfolios.count, let portfolio = portfolios[Int(account)] else { return forget(account) }
        if let place = knownSumsPlace(account), sumsOwners[place].account == account {
            if sumsOwners[place].generation == risk.generation {
                do {
                    try hold(asset, insteadOf: portfolio.asset(asset.instrument), in: place)
                    sums[place].tried = nil
                } catch {
                    sumsOwners[place].account = 0
                }
            } else {
                sumsOwners[place].account = 0
            }
        }
        portfolios[Int(account)]?.set(asset)
    }

    /// Lets an account's kept sums hold an asset as it would be, until it changes or the sums are asked for again.
    ///
    /// - Throws: what `AccountSums.change` does; the sums are then marked as no account's.
    mutating func hold(trial asset: Portfolio.Asset, insteadOf actual: Portfolio.Asset?, in place: Int)
        throws(VenueError)
    {
        try hold(asset, insteadOf: actual, in: place)
        sums[place].tried = (asset, actual ?? Portfolio.Asset(instrument: asset.instrument))
    }

    /// Brings an account's kept sums back to what it has.
    mutating func endTrial(in place: Int) throws(VenueError) {
        guard let tried = sums[place].tried else { return }
        try hold(tried.actual, insteadOf: tried.actual, in: place)
        sums[place].tried = nil
    }

    private mutating func hold(
        _ asset: Portfolio.Asset, insteadOf actual: Portfolio.Asset?, in place: Int
    ) throws(VenueError) {
        let account = sumsOwners[place].account
        sumsOwners[place].account = 0
        var held = actual ?? Portfolio.Asset(instrument: asset.instrument)
        if let tried = sums[place].tried {
            if tried.asset.instrument == asset.instrument {
                held = tried.asset
            } else {
                try sums[place].sums.change(tried.asset, to: tried.actual, risk)
            }
        }
        if held != asset { try sums[place].sums.change(held, to: asset, risk) }
        sumsOwners[place].account = account
    }

    /// Where the account's sums are or shall be.
    mutating func sumsPlace(_ account: AccountNumber) -> Int {
        if let known = knownSumsPlace(account) { return known }
        if sumsPlaces.isEmpty { sumsPlaces = Array(repeating: 0, count: 1024) }
        sums.append(KeptSums())
        sumsOwners.append(SumsOwner())
        sumsPlaces[Int(account) & 1023] = UInt16(sums.count)
        return sums.count - 1
    }

    private func knownSumsPlace(_ account: AccountNumber) -> Int? {
        guard !sumsPlaces.isEmpty else { return nil }
        let place = sumsPlaces[Int(account) & 1023]
        return place == 0 ? nil : Int(place) - 1
    }

    // MARK: - What all share

    mutating func dropRow(_ instrument: InstrumentNumber) {
        sharedChanges += 1
        risk.drop(instrument)
    }

    mutating func dropMarks(underlying: UInt32) {
        sharedChanges += 1
        risk.drop(underlying: underlying)
    }

    /// A number is given out that a revert would give out again.
    mutating func noteListing() { sharedChanges += 1 }

    /// Parameters, scenarios or tiers changed.
    mutating func dropMarks() {
        sharedChanges += 1
        dropTable()
    }

    private mutating func dropTable() {
        risk.clear()
        dropSums()
    }

    mutating func dropSums() {
        for index in sumsOwners.indices { sumsOwners[index].account = 0 }
    }

    // MARK: - Blocks

    struct Mark {
        let touched: Int
        let sharedChanges: Int
    }

    var mark: Mark { Mark(touched: touched.count, sharedChanges: sharedChanges) }

    /// Forgets what came after the mark, as the words that it stood on are gone.
    mutating func revert(to mark: Mark) {
        while touched.count > mark.touched { forget(touched.removeLast()) }
        if sharedChanges != mark.sharedChanges {
            dropTable()
            parameters = ParameterCache()
            instruments = InstrumentCache()
        }
    }

    mutating func endBlock() {
        touched.removeAll(keepingCapacity: true)
        sharedChanges = 0
    }
}

struct ParameterCache {
    private var values: [Int128?] = []
    private var tiers: [[LeverageTier]?] = []
    private var fees: [[FeeTier]?] = []

    init() {}

    private static func index(_ parameter: VenueParameter, _ underlying: UInt32) -> Int {
        Int(underlying) * VenueParameter.allCases.count + Int(parameter.rawValue)
    }

    func value(_ parameter: VenueParameter, _ underlying: UInt32) -> Int128? {
        guard underlying <= 64 else { return nil }
        let index = ParameterCache.index(parameter, underlying)
        return index < values.count ? values[index] : nil
    }

    /// There are 64 underlyings at most; another number is some caller's mistake.
    mutating func keep(_ value: Int128, _ parameter: VenueParameter, _ underlying: UInt32) {
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
        while tiers.count <= Int(underlying) { tiers.append(nil) }
        tiers[Int(underlying)] = list
    }

    func fees(_ underlying: UInt32) -> [FeeTier]? {
        underlying < fees.count ? fees[Int(underlying)] : nil
    }

    mutating func keep(fees list: [FeeTier], _ underlying: UInt32) {
        guard underlying <= 64 else { return }
        while fees.count <= Int(underlying) { fees.append(nil) }
        fees[Int(underlying)] = list
    }
}

struct InstrumentCache {
    private var values: [Instrument?] = []

    init() {}

    func value(_ number: InstrumentNumber) -> Instrument? {
        Int(number) < values.count ? values[Int(number)] : nil
    }

    /// `number` is that of a listing, so that the array is no longer than the list.
    mutating func keep(_ instrument: Instrument) {
        while values.count <= Int(instrument.number) { values.append(nil) }
        values[Int(instrument.number)] = instrument
    }

    mutating func drop(_ number: InstrumentNumber) {
        if Int(number) < values.count { values[Int(number)] = nil }
    }
}
