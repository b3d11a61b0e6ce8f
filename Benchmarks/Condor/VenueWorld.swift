import Derivatives
import Foundations

/// A seeded venue with many instruments: what the venue's benchmark and the test of its margins against Python run on.
struct VenueWorld {
    struct Listing {
        let number: InstrumentNumber
        let id: InstrumentID
        let tick: Int128
        let lot: Int128
    }

    struct Market {
        let index: Int128
        let confidence: Int128
        let rate: Int128
        var forwards: [Int128] = []
        var slices: [[Int128]] = []
    }

    var venue = Venue(storage: VenueMemory(), time: 1_760_000_000, blockNumber: 1)
    private(set) var listings: [Listing] = []
    /// What was reported last of each underlying.
    private(set) var markets: [Market] = []
    private(set) var underlyings: [UInt32] = []
    let expiries: [UInt64]
    private(set) var collateral: UInt32 = 0
    /// The other side of every position, for each underlying one.
    private(set) var houses: [AccountNumber] = []
    private var state: UInt64
    private let publisher = Address(UInt256(0xabc as UInt64))
    private static let prices: [Int128] = [100_000, 4_000, 200]

    /// - Parameter strikes: per underlying and expiry, each with a call and a put.
    init(seed: UInt64, underlyings count: Int, expiries days: [UInt64], strikes: Int, americans: Bool = false) throws {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        try venue.setPublishers([Publisher(address: publisher, weight: 1)])
        let start = venue.time
        expiries = days.map { (CalendarDay(of: start) + $0).expiry }
        try venue.setFeeTiers([FeeTier(volume: 0, maker: 0, taker: 0)])
        for owner in 1...UInt64(count) {
            underlyings.append(try venue.addUnderlying(symbol: 0x58))
            houses.append(try venue.openAccount(AccountID(owner: Address(UInt256(owner)))))
            try venue.deposit(1_000_000_000_000 * wad, to: houses[houses.count - 1])
        }
        for underlying in underlyings {
            let price = VenueWorld.prices[Int(underlying - 1) % 3]
            try list(underlying, .perpetual, 0, 0)
            for expiry in expiries {
                try list(underlying, .future, expiry, 0)
                for index in 0..<strikes {
                    let strike = UInt128(price * (50 + 100 * Int128(index) / Int128(max(1, strikes - 1))) / 100)
                    for kind in [InstrumentKind.europeanCall, .europeanPut] {
                        try list(underlying, kind, expiry, strike)
                    }
                    if americans, index % 4 == 1 { try list(underlying, .americanPut, expiry, strike) }
                }
            }
        }
        collateral = try venue.addCollateral(
            Collateral(token: publisher, decimals: 18, underlying: underlyings[0], haircut: wad / 10))
        try report()
    }

    private mutating func list(
        _ underlying: UInt32, _ kind: InstrumentKind, _ expiry: UInt64, _ strike: UInt128
    ) throws {
        guard
            let id = InstrumentID(
                underlying: underlying, kind: kind, expiry: expiry, strike: strike * 100_000_000)
        else { return }
        let (tick, lot) = (wad / 100, kind == .perpetual ? wad / 1000 : wad / 100)
        listings.append(Listing(number: try venue.list(id, tick: tick, lot: lot), id: id, tick: tick, lot: lot))
    }

    mutating func random() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Between the two, uniformly, in steps of 1e-6 of their distance.
    mutating func random(_ low: Int128, _ high: Int128) -> Int128 {
        low + (high - low) / 1_000_000 * Int128(random() % 1_000_001)
    }

    /// New prices for everything, and marks.
    mutating func report() throws {
        let percent = wad / 100
        markets.removeAll()
        for underlying in underlyings {
            let index = VenueWorld.prices[Int(underlying - 1) % 3] * random(90 * percent, 110 * percent)
            func send(_ kind: FeedKind, _ values: [Int128], _ expiry: UInt64, _ confidence: Int128 = wad) throws {
                let report = Report(
                    feed: Feed(kind, underlying: underlying, expiry: expiry), values: values, confidence: confidence,
                    timestamp: venue.time)
                try venue.submit(report, from: publisher)
            }
            var market = Market(
                index: index, confidence: random() % 4 == 0 ? wad / 2 : wad, rate: random(0, 10 * percent))
            try send(.spot, [index], 0, market.confidence)
            try send(.rate, [market.rate], 0)
            for expiry in expiries {
                market.forwards.append(index / 100 * (98 + Int128(random() % 6)))
                try send(.forward, [market.forwards[market.forwards.count - 1]], expiry)
                // σ² of 0.2 to 0.6 at the money, with a skew, times time: later slices have more.
                let years = Int128(expiry - venue.time) * wad / 31_536_000
                let level = years / 100 * 40
                let slice = [level / 2, level, -wad / 5, 0, wad / 2]
                try send(.surface, slice, expiry)
                market.slices.append(slice)
            }
            markets.append(market)
            let perpetual = listings[listings.firstIndex { $0.id.underlying == underlying } ?? 0]
            let middle = Int64(index / perpetual.tick)
            var top = TopOfBook()
            (top.bid, top.ask, top.last) = (middle - middle / 1000, middle + middle / 500, middle)
            venue.setTopOfBook(of: perpetual.number, to: top)
            try venue.updateMarks(underlying: underlying)
        }
    }

    mutating func next(seconds: UInt64) {
        venue.beginBlock(number: venue.blockNumber + 1, time: venue.time + seconds)
        _ = venue.storage.takeEvents()
    }

    /// An account with positions in `count` different instruments at about their marks, and orders on some.
    mutating func addAccount(
        owner: UInt64, assets count: Int, cash: Int128, _ mode: MarginMode, orders: Bool = false
    ) throws -> AccountNumber {
        let account = try venue.openAccount(AccountID(owner: Address(UInt256(owner))))
        if cash > 0 { try venue.deposit(cash, to: account) }
        try venue.setMarginMode(mode, of: account)
        let first = Int(random() % UInt64(listings.count))
        for index in 0..<min(count, listings.count) {
            // Spread over the list, without the same one twice.
            let listing = listings[(first + index * stride) % listings.count]
            let mark = try venue.markPrice(of: listing.number)
            let ticks = max(1, Int64(random(mark / 100 * 95, mark / 100 * 105) / listing.tick))
            let lots = Int64(1 + random() % 200)
            if !orders || random() % 4 != 0 {
                try venue.apply(
                    Fill(
                        instrument: listing.number, taker: account,
                        maker: houses[Int(listing.id.underlying) - 1],
                        takerSide: random() % 2 == 0 ? .buy : .sell, ticks: ticks, lots: lots,
                        makerIsAggregated: false))
            }
            if orders, random() % 3 == 0 {
                try venue.orderAggregateChanged(
                    account: account, instrument: listing.number, side: random() % 2 == 0 ? .buy : .sell,
                    ticks: max(1, ticks + Int64(random() % 100) - 50), lots: Int64(1 + random() % 100))
            }
        }
        if orders, random() % 3 == 0 {
            try venue.deposit(random(0, 10 * wad) / 1_000_000_000 * 1_000_000_000, collateral: collateral, to: account)
        }
        return account
    }

    /// Coprime to the number of listings.
    private var stride: Int {
        for candidate in [7, 11, 13, 17, 19, 23] where listings.count % candidate != 0 { return candidate }
        return 1
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
