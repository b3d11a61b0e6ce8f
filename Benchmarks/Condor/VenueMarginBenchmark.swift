import Derivatives
import Foundations

/// Margins: one account of 128 assets from scratch and with the table filled, and the sweep of a block over many accounts.
enum VenueMarginBenchmark {
    /// `venue-margin ACCOUNTS ASSETS MILLISECONDS`
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count == 3, let count = Int(arguments[0]), let assets = Int(arguments[1]),
            let milliseconds = UInt64(arguments[2]), count > 0, assets > 0
        else { Benchmark.fail("venue-margin takes ACCOUNTS ASSETS MILLISECONDS") }
        try one(milliseconds)
        try sweep(count, assets, milliseconds)
    }

    private static func one(_ milliseconds: UInt64) throws {
        var world = try VenueWorld(seed: 1, underlyings: 3, expiries: [7, 30, 90, 180], strikes: 8)
        let account = try world.addAccount(owner: 9, assets: 128, cash: 1_000_000 * wad, .portfolio)
        var margin = try world.venue.margin(of: account, .initial)
        let scratch = try timed(milliseconds) {
            // Rows, sums, holdings and parameters: all from the storage.
            world.venue.dropCaches()
            margin = try world.venue.margin(of: account, .initial)
        }
        let filled = try timed(milliseconds) {
            world.venue.dropSums()
            margin = try world.venue.margin(of: account, .initial)
        }
        let kept = try timed(milliseconds) { margin = try world.venue.margin(of: account, .initial) }
        let assets = try world.venue.assets(of: account).count
        Benchmark.report(
            "account", [("assets", UInt64(assets)), ("scratch", scratch), ("tableFilled", filled), ("sumsKept", kept)],
            texts: [("margin", "\(margin)")])
    }

    private static func sweep(_ count: Int, _ assets: Int, _ milliseconds: UInt64) throws {
        var world = try VenueWorld(seed: 2, underlyings: 3, expiries: [7, 30, 90], strikes: 8)
        for owner in 0..<count {
            _ = try world.addAccount(
                owner: 10 + UInt64(owner), assets: assets, cash: world.random(0, 500_000 * wad), .portfolio)
            if owner % 1000 == 999 { world.next(seconds: 1) }
        }
        var (best, found, sum) = (UInt64.max, 0, Int128(0))
        let last = world.venue.accountCount()
        // Holdings are read once; every pass has other marks.
        for pass in 0..<4 {
            world.next(seconds: 1)
            try world.report()
            let start = processorTime()
            let accounts = try world.venue.accountsBelowMaintenance(from: 1, through: last)
            let elapsed = processorTime() - start
            if pass > 0 { best = min(best, elapsed) }
            found = accounts.count
            sum = accounts.reduce(0) { $0 &+ $1.margin.margin }
        }
        Benchmark.report(
            "sweep",
            [
                ("accounts", UInt64(count)), ("assets", UInt64(assets)), ("nanoseconds", best),
                ("below", UInt64(found)),
            ], texts: [("margins", "\(sum)")])
    }

    private static func timed(_ milliseconds: UInt64, _ body: () throws -> Void) throws -> UInt64 {
        var best = UInt64.max
        let start = processorTime()
        repeat {
            let begin = processorTime()
            try body()
            best = min(best, processorTime() - begin)
        } while processorTime() - start < milliseconds * 1_000_000
        return best
    }
}
