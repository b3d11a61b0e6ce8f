import Derivatives
import Foundations
import JSONText

/// Random portfolios with everything that their margins depend on, one venue a line, for Tests/Differential/test_margin.py.
enum VenueMargins {
    /// `venue-margins PORTFOLIOS SEED`
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 2, let count = Int(arguments[0]), let seed = UInt64(arguments[1]), count > 0 else {
            Benchmark.fail("venue-margins takes PORTFOLIOS SEED")
        }
        let perWorld = 25
        for index in 0..<(count + perWorld - 1) / perWorld {
            let seed = seed &* 1_000_003 &+ UInt64(index)
            let days: [[UInt64]] = [[3, 30], [1, 7, 60], [21, 180, 365]]
            var world = try VenueWorld(
                seed: seed, underlyings: 2, expiries: days[index % 3], strikes: 7, americans: index % 20 == 0)
            if index % 5 == 0 { try world.venue.set(.correlationCredit, to: Int128(world.random() % 11) * wad / 10) }
            let accounts = try (0..<min(perWorld, count - index * perWorld)).map { number in
                try world.addAccount(
                    owner: 100 + UInt64(number), assets: 1 + Int(world.random() % 16),
                    cash: world.random(0, 1_000_000 * wad), world.random() % 3 == 0 ? .standard : .portfolio,
                    orders: true)
            }
            print(try line(&world, accounts))
        }
    }

    /// Amounts as text, of 18 decimals.
    private static func line(_ world: inout VenueWorld, _ accounts: [AccountNumber]) throws -> String {
        let credit = world.venue.parameter(.correlationCredit)
        let rows = try accounts.map { try account($0, &world) }
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("time")
            writer.value(world.venue.time)
            write([("credit", credit)], &writer)
            writer.key("expiries")
            writer.array(world.expiries) { $0.value($1) }
            writer.key("markets")
            writer.array(world.markets) { writer, market in
                writer.object { writer in
                    write(
                        [("index", market.index), ("confidence", market.confidence), ("rate", market.rate)], &writer)
                    writer.key("forwards")
                    writer.array(market.forwards) { $0.value("\($1)") }
                    writer.key("slices")
                    writer.array(market.slices) { writer, slice in writer.array(slice) { $0.value("\($1)") } }
                }
            }
            writer.key("accounts")
            writer.array(rows) { $0.raw($1) }
        }
        return writer.text
    }

    private static func account(_ number: AccountNumber, _ world: inout VenueWorld) throws -> String {
        let mode = try world.venue.marginMode(of: number)
        var values: [(String, Int128)] = [
            ("cash", world.venue.cash(of: number)),
            ("collateral", world.venue.collateralBalance(of: number, world.collateral)),
        ]
        for kind in MarginKind.allCases {
            values.append((kind == .initial ? "initial" : "maintenance", try world.venue.margin(of: number, kind)))
        }
        var assets: [[(String, Int128)]] = []
        for listing in world.listings {
            let position = world.venue.position(of: number, in: listing.number)
            let orders = world.venue.orderAggregate(of: number, in: listing.number)
            if position.lots == 0, orders.isEmpty { continue }
            let numbers: [(String, Int64)] = [
                ("lots", position.lots), ("buyLots", orders.buyLots), ("sellLots", orders.sellLots),
                ("buyCost", orders.buyCost), ("sellCost", orders.sellCost),
            ]
            assets.append(
                [
                    ("underlying", Int128(listing.id.underlying)), ("kind", Int128(listing.id.kind.rawValue)),
                    ("expiry", Int128(listing.id.expiry)), ("strike", Int128(listing.id.strike) * 10_000_000_000),
                    ("tick", listing.tick), ("lot", listing.lot), ("cost", position.cost),
                    ("mark", try world.venue.markPrice(of: listing.number)),
                    ("openInterest", Int128(world.venue.openInterest(of: listing.number))),
                ] + numbers.map { ($0.0, Int128($0.1)) })
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("mode")
            writer.value(mode == .standard ? "standard" : "portfolio")
            write(values, &writer)
            writer.key("assets")
            writer.array(assets) { writer, asset in writer.object { write(asset, &$0) } }
        }
        return writer.text
    }

    private static func write(_ values: [(String, Int128)], _ writer: inout JSONWriter) {
        for (name, value) in values {
            writer.key(name)
            writer.value("\(value)")
        }
    }
}
