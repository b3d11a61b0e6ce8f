import Derivatives
import Foundations
import JSONText

// Underlyings and what is listed on them.

extension VenueFilePlan {
    private static let underlyingKeys = [
        "symbol", "parameters", "leverageTiers", "feeTiers", "perpetual", "futures", "options",
    ]

    /// The symbols come first, as others refer to them.
    mutating func readUnderlyingNames(_ root: VenueFileObject) {
        for entry in root["underlyings"]?.json.array ?? [] { content.underlyings.append(entry["symbol"]?.string ?? "") }
    }

    mutating func readUnderlyings(_ root: VenueFileObject) {
        guard let entries = root.required("underlyings")?.array(atMost: 64, atLeast: 1) else { return }
        var symbols: Set<String> = []
        for (index, entry) in entries.enumerated() {
            guard let fields = entry.object(VenueFilePlan.underlyingKeys) else { continue }
            let number = UInt32(index + 1)
            let symbol = fields.required("symbol")
            if let text = symbol?.text("1 to 8 capital letters and digits", where: VenueFilePlan.isSymbol) {
                if !symbols.insert(text).inserted { symbol?.refuse("each underlying once") }
                let word = text.utf8.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                add(entry.path) { venue throws(VenueError) in try venue.addUnderlying(symbol: word) }
            }
            readSettings(fields, underlying: number)
            if let perpetual = fields["perpetual"] { readPerpetual(perpetual, number) }
            if let futures = fields["futures"] { readFutures(futures, number) }
            for options in fields["options"]?.array(atMost: 8) ?? [] { readOptions(options, number) }
        }
    }

    private static func isSymbol(_ text: String) -> Bool {
        (1...8).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
    }

    /// Tick and lot, whose product must be a whole number of units.
    private func readUnits(_ fields: VenueFileObject) -> (tick: Int128, lot: Int128)? {
        let range: ClosedRange<Int128> = 1...((1 << 80) - 1)
        let tick = fields.required("tick")?.decimal(range)
        let lot = fields.required("lot")?.decimal(range)
        guard let tick, let lot else { return nil }
        let (value, overflow) = tick.multipliedReportingOverflow(by: lot)
        guard !overflow, value >= VenueFilePlan.one, value % VenueFilePlan.one == 0 else {
            fields.value.refuse("tick × lot of at most 18 decimals")
            return nil
        }
        return (tick, lot)
    }

    private mutating func list(
        _ path: String, _ underlying: UInt32, _ kind: InstrumentKind, expiry: UInt64 = 0, strike: UInt128 = 0,
        _ units: (tick: Int128, lot: Int128)
    ) {
        guard let id = InstrumentID(underlying: underlying, kind: kind, expiry: expiry, strike: strike) else { return }
        add(path) { venue throws(VenueError) in try venue.list(id, tick: units.tick, lot: units.lot) }
    }

    private mutating func readPerpetual(_ value: VenueFileValue, _ underlying: UInt32) {
        guard let fields = value.object(["tick", "lot"]), let units = readUnits(fields) else { return }
        list(value.path, underlying, .perpetual, units)
        content.perpetuals += 1
    }

    private mutating func readFutures(_ value: VenueFileValue, _ underlying: UInt32) {
        guard let fields = value.object(["tick", "lot", "expiries"]) else { return }
        let expiries = fields.required("expiries").flatMap(readExpiries)
        guard let units = readUnits(fields), let expiries else { return }
        for expiry in expiries { list(value.path, underlying, .future, expiry: expiry, units) }
        content.futures += expiries.count
    }

    private mutating func readOptions(_ value: VenueFileValue, _ underlying: UInt32) {
        guard let fields = value.object(["style", "tick", "lot", "expiries", "strikes"]) else { return }
        let styles: [(String, (call: InstrumentKind, put: InstrumentKind))] = [
            ("european", (.europeanCall, .europeanPut)), ("american", (.americanCall, .americanPut)),
        ]
        let style = fields.required("style")?.choice(styles)
        let expiries = fields.required("expiries").flatMap(readExpiries)
        let strikes = fields.required("strikes").flatMap(readStrikes)
        guard let units = readUnits(fields), let style, let expiries, let strikes else { return }
        for expiry in expiries {
            for strike in strikes {
                list(value.path, underlying, style.call, expiry: expiry, strike: strike, units)
                list(value.path, underlying, style.put, expiry: expiry, strike: strike, units)
            }
        }
        content.options += 2 * expiries.count * strikes.count
        content.expiries += expiries.count
    }

    /// Days, or how many of the next days, Fridays and last Fridays of months; ascending, each once.
    private func readExpiries(_ value: VenueFileValue) -> [UInt64]? {
        var expiries: Set<UInt64> = []
        if value.json.kind == .array {
            for entry in value.array(atMost: 64, atLeast: 1) ?? [] {
                guard let text = entry.text("a date as \"2027-01-29\"", where: { ExpiryCalendar.date($0) != nil }),
                    let expiry = ExpiryCalendar.date(text)
                else { continue }
                if expiry <= time || expiry - time > 315_360_000 { entry.refuse("a day of the next ten years") }
                expiries.insert(expiry)
            }
            return expiries.sorted()
        }
        guard let counts = value.object(["daily", "weekly", "monthly"]) else { return nil }
        if let count = counts["daily"]?.whole(0...31) {
            expiries.formUnion(ExpiryCalendar.daily(Int(count), after: time))
        }
        if let count = counts["weekly"]?.whole(0...52) {
            expiries.formUnion(ExpiryCalendar.weekly(Int(count), after: time))
        }
        if let count = counts["monthly"]?.whole(0...24) {
            expiries.formUnion(ExpiryCalendar.monthly(Int(count), after: time))
        }
        return expiries.sorted()
    }

    /// Prices, or so many steps to each side of one; in 1e-8 USD, ascending, each once.
    private func readStrikes(_ value: VenueFileValue) -> [UInt128]? {
        let range: ClosedRange<Int128> = 10_000_000_000...(1 << 96)
        func strike(_ value: VenueFileValue) -> Int128? {
            guard let price = value.decimal(range) else { return nil }
            guard price % 10_000_000_000 == 0 else {
                value.refuse("a price of at most 8 decimals")
                return nil
            }
            return price / 10_000_000_000
        }
        var strikes: Set<Int128> = []
        if value.json.kind == .array {
            for entry in value.array(atMost: 200, atLeast: 1) ?? [] {
                if let price = strike(entry) { strikes.insert(price) }
            }
            return strikes.sorted().map { UInt128($0) }
        }
        guard let fields = value.object(["around", "step", "each"]) else { return nil }
        let around = fields.required("around").flatMap(strike)
        let step = fields.required("step").flatMap(strike)
        let each = fields.required("each")?.whole(0...100)
        guard let around, let step, let each else { return nil }
        let middle = (around + step / 2) / step * step
        for place in (0 - each)...each where middle + place * step > 0 { strikes.insert(middle + place * step) }
        return strikes.sorted().map { UInt128($0) }
    }
}
