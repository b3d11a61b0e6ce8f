import Derivatives
import Foundations
import Testing

/// Money, prices and sizes of 18 decimals from text: `amount("0.25")`.
func amount(_ text: String) -> Int128 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNegative = text.hasPrefix("-")
    let whole = Int128(parts[0].drop { $0 == "-" }) ?? 0
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let scaled = Int128(fraction.padding(18)) ?? 0
    let value = whole * wad + scaled
    return isNegative ? -value : value
}

extension String {
    fileprivate func padding(_ count: Int) -> String { self + String(repeating: "0", count: count - self.count) }
}

/// A small venue: BTC at 100,000 with perpetual, future and options of one expiry, ETH at 4,000 with a perpetual, one publisher.
struct VenueFixture {
    static let start: UInt64 = 1_760_000_000
    /// 08:00 UTC, 22 days on.
    static let expiry: UInt64 = 1_761_897_600

    var venue: Venue<VenueMemory>
    let publisher = Address(UInt256(0xa1 as UInt64))
    let btc: UInt32
    let eth: UInt32
    let btcPerpetual: InstrumentNumber
    let ethPerpetual: InstrumentNumber
    let future: InstrumentNumber
    private(set) var options: [InstrumentNumber] = []

    init() throws {
        venue = Venue(storage: VenueMemory(), time: VenueFixture.start, blockNumber: 1)
        btc = try venue.addUnderlying(symbol: 0x425443)
        eth = try venue.addUnderlying(symbol: 0x455448)
        try venue.setPublishers([Publisher(address: publisher, weight: 100_000_000)])
        btcPerpetual = try VenueFixture.list(&venue, btc, .perpetual, 0, "0", tick: "0.1", lot: "0.001")
        ethPerpetual = try VenueFixture.list(&venue, eth, .perpetual, 0, "0", tick: "0.01", lot: "0.01")
        let expiry = VenueFixture.expiry
        future = try VenueFixture.list(&venue, btc, .future, expiry, "0", tick: "0.5", lot: "0.001")
        for strike in ["80000", "90000", "100000", "110000", "120000"] {
            for kind in [InstrumentKind.europeanCall, .europeanPut] {
                options.append(try VenueFixture.list(&venue, btc, kind, expiry, strike, tick: "1", lot: "0.01"))
            }
        }
        try reportAll()
    }

    static func list(
        _ venue: inout Venue<VenueMemory>, _ underlying: UInt32, _ kind: InstrumentKind, _ expiry: UInt64,
        _ strike: String, tick: String, lot: String
    ) throws -> InstrumentNumber {
        let units = UInt128(amount(strike) / 10_000_000_000)
        let id = try #require(InstrumentID(underlying: underlying, kind: kind, expiry: expiry, strike: units))
        return try venue.list(id, tick: amount(tick), lot: amount(lot))
    }

    func option(_ kind: InstrumentKind, _ strike: Int) -> InstrumentNumber {
        options[(strike - 80_000) / 10_000 * 2 + (kind == .europeanCall ? 0 : 1)]
    }

    mutating func report(
        _ kind: FeedKind, _ underlying: UInt32, _ values: [Int128], expiry: UInt64 = 0, confidence: Int128 = wad
    ) throws {
        try venue.submit(
            Report(
                feed: Feed(kind, underlying: underlying, expiry: expiry), values: values, confidence: confidence,
                timestamp: venue.time), from: publisher)
    }

    /// Every feed, then marks.
    mutating func reportAll(btc price: String = "100000", eth other: String = "4000") throws {
        try report(.spot, btc, [amount(price)])
        try report(.spot, eth, [amount(other)])
        for underlying in [btc, eth] { try report(.rate, underlying, [amount("0.04")]) }
        let expiry = VenueFixture.expiry
        if venue.time < expiry {
            try report(.forward, btc, [amount(price) + amount("300")], expiry: expiry)
            let slice = ["0.01", "0.05", "-0.2", "0", "0.3"].map { amount($0) }
            try report(.surface, btc, slice, expiry: expiry)
        }
        for underlying in [btc, eth] { try venue.updateMarks(underlying: underlying) }
    }

    mutating func advance(seconds: UInt64) {
        venue.beginBlock(number: venue.blockNumber + 1, time: venue.time + seconds)
    }

    mutating func account(_ name: UInt64, cash: String, _ mode: MarginMode = .portfolio) throws -> AccountNumber {
        let number = try venue.openAccount(AccountID(owner: Address(UInt256(name))))
        if amount(cash) > 0 { try venue.deposit(amount(cash), to: number) }
        try venue.setMarginMode(mode, of: number)
        return number
    }

    /// Expects an error, and takes back what the act had written, as its caller does.
    mutating func refuse(
        _ expected: VenueError, _ act: (inout Venue<VenueMemory>) throws(VenueError) -> Void
    ) {
        let before = venue.checkpoint
        do {
            try act(&venue)
            Issue.record("not refused with \(expected)")
        } catch { #expect(error == expected) }
        venue.revert(to: before)
    }

    /// A match at a price.
    mutating func trade(
        _ instrument: InstrumentNumber, buyer: AccountNumber, seller: AccountNumber, lots: Int64, at price: String
    ) throws {
        let listing = try venue.instrument(instrument)
        try venue.apply(
            Fill(
                instrument: instrument, taker: buyer, maker: seller, takerSide: .buy,
                ticks: Int64(amount(price) / listing.tick), lots: lots, makerIsAggregated: false))
    }

    /// Cash, fees and insurance less what perpetuals and futures cost and owe: equals all deposits, always.
    mutating func conserved() throws -> Bool {
        var sum = venue.collectedFees() + venue.insuranceFund()
        for account in 1...venue.accountCount() {
            sum += venue.cash(of: account)
            for number in try venue.assets(of: account) where number < 0x8000_0000 {
                let instrument = try venue.instrument(number)
                if instrument.kind.isOption { continue }
                sum -= try venue.owed(account, number)
            }
        }
        for number in 1...venue.instrumentCount() {
            var (long, short) = (Int64(0), Int64(0))
            for account in venue.holders(of: number) {
                let lots = venue.position(of: account, in: number).lots
                if lots > 0 { long += lots } else { short -= lots }
            }
            if long != short || long != venue.openInterest(of: number) { return false }
        }
        return sum == venue.totalDeposits()
    }
}

extension Venue {
    /// Writes the best prices as the book's word says them (table 1 of `VenueContract.book`), without orders behind them.
    mutating func setTopOfBook(of instrument: InstrumentNumber, to top: TopOfBook) {
        let best = UInt64(top.ask) << 32 | UInt64(top.bid)
        storage.store(
            VenueSlot(.book, table: 1, high: UInt64(instrument)), UInt256(limbs: best, 0, 0, UInt64(top.last)))
    }
}
