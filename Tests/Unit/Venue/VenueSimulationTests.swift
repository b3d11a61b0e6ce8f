import Derivatives
import Foundation
import Foundations
import Testing

/// A market of crude agents over many blocks, with crashes: makers that quote around the mark, takers that trade on little money, someone who
/// bids in auctions, and someone who does what hurts. After every block `VenueChecker` looks at all of it.
private struct Simulation {
    var fixture: VenueFixture
    var state: UInt64
    var btc: Int64 = 100_000
    var eth: Int64 = 4000
    var makers: [AccountNumber] = []
    var takers: [AccountNumber] = []
    var bidder: AccountNumber = 0
    var adversary: AccountNumber = 0
    var counts = Array(repeating: 0, count: VenueEventKind.allCases.count)
    /// Of blocks that a crash still has, and how far it goes in 0.01 %.
    var crash: (blocks: Int, move: Int64) = (0, 0)

    init(seed: UInt64, insured: String, bids: Bool) throws {
        fixture = try VenueFixture()
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        for name in 1...3 as ClosedRange<UInt64> {
            makers.append(try fixture.account(name, cash: "2000000", name == 3 ? .standard : .portfolio))
        }
        for name in 11...20 as ClosedRange<UInt64> {
            takers.append(try fixture.account(name, cash: "4000", name % 2 == 0 ? .standard : .portfolio))
        }
        if bids { bidder = try fixture.account(30, cash: "3000000", .portfolio) }
        adversary = try fixture.account(31, cash: "50000", .standard)
        if insured != "0" { try fixture.venue.contribute(amount(insured), from: makers[0]) }
    }

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    /// An act as a transaction is: what throws leaves nothing.
    mutating func act(_ act: (inout Venue<VenueMemory>) throws(VenueError) -> Void) {
        let before = fixture.venue.checkpoint
        do throws(VenueError) { try act(&fixture.venue) } catch { fixture.venue.revert(to: before) }
    }

    mutating func runBlock(_ number: Int) throws {
        for event in fixture.venue.storage.takeEvents() { counts[Int(event.kind.rawValue)] += 1 }
        fixture.advance(seconds: 12)
        moveprices(number)
        try fixture.reportAll(btc: "\(btc)", eth: "\(eth)")
        fixture.venue.openBlock()
        if number % 3 == 0 { for maker in makers { quote(maker) } }
        for _ in 0..<4 { take(takers[below(takers.count)]) }
        if bidder != 0 { bid(bidder) }
        disturb()
        fixture.venue.closeBlock()
    }

    private mutating func moveprices(_ number: Int) {
        if crash.blocks == 0, number % 400 == 150 { crash = (12, below(2) == 0 ? -130 : 120) }
        var move = Int64(below(41)) - 20
        if crash.blocks > 0 {
            crash.blocks -= 1
            move += crash.move
        }
        btc = min(400_000, max(20_000, btc + btc * move / 10_000))
        let other = crash.blocks > 0 ? move * 2 : move + Int64(below(21)) - 10
        eth = min(16_000, max(800, eth + eth * other / 10_000))
    }

    private mutating func quote(_ maker: AccountNumber) {
        act { venue throws(VenueError) in try venue.cancelAll(of: maker) }
        let options = [fixture.option(.europeanCall, 100_000), fixture.option(.europeanPut, 90_000)]
        for instrument in [fixture.btcPerpetual, fixture.ethPerpetual] + options {
            let size = Int64(200 + below(400))
            // In a crash they stand further off, or not at all.
            let width: Int128 = crash.blocks > 0 ? 90 : 5
            if crash.blocks > 0, below(3) == 0 { continue }
            act { venue throws(VenueError) in
                let (tick, mark) = (try venue.instrument(instrument).tick, try venue.markPrice(of: instrument))
                let away = max(tick, mark * width / 10_000)
                for (side, price) in [(Side.buy, mark - away), (.sell, mark + away)] where price > 0 {
                    let ticks = max(1, Int64(price / tick))
                    try venue.place(
                        OrderRequest(instrument: instrument, side: side, ticks: ticks, lots: size), for: maker)
                }
            }
        }
    }

    private mutating func take(_ taker: AccountNumber) {
        let instruments =
            [fixture.btcPerpetual, fixture.btcPerpetual, fixture.ethPerpetual, fixture.option(.europeanPut, 90_000)]
        let instrument = instruments[below(instruments.count)]
        let side: Side = below(5) < 3 ? (taker % 2 == 0 ? .buy : .sell) : (below(2) == 0 ? .buy : .sell)
        let lots = Int64(1 + below(400))
        act { venue throws(VenueError) in
            try venue.place(OrderRequest(instrument: instrument, side: side, ticks: nil, lots: lots), for: taker)
        }
        let isPoor = below(40) == 0
        act { venue throws(VenueError) in
            guard isPoor, try venue.equity(of: taker) < 500 * wad else { return }
            try venue.deposit(3000 * wad, to: taker)
        }
    }

    private mutating func bid(_ bidder: AccountNumber) {
        for account in fixture.venue.liquidationQueue(most: 20) where account != bidder && below(4) == 0 {
            act { venue throws(VenueError) in
                let auction = try venue.auction(of: account)
                _ = try venue.bid(
                    on: account, by: bidder, fraction: auction.most, limit: auction.price.magnitude > 0 ? wad << 40 : 0,
                    lastTrade: auction.lastTrade)
            }
        }
    }

    /// Dust, washes, stale and tiny bids, flash deposits, cancel storms.
    private mutating func disturb() {
        let (adversary, perpetual) = (adversary, fixture.btcPerpetual)
        switch below(6) {
        case 0:
            act { venue throws(VenueError) in
                guard let best = venue.bestBid(of: perpetual) else { return }
                for _ in 0..<5 {
                    try venue.place(
                        OrderRequest(instrument: perpetual, side: .buy, ticks: best + 1, lots: 1), for: adversary)
                }
            }
        case 1:
            act { venue throws(VenueError) in
                guard let ask = venue.bestAsk(of: perpetual), let bid = venue.bestBid(of: perpetual) else { return }
                for (side, ticks) in [(Side.buy, ask), (.sell, bid)] {
                    try venue.place(
                        OrderRequest(instrument: perpetual, side: side, ticks: ticks, lots: 20), for: adversary)
                }
            }
        case 2:
            for account in fixture.venue.liquidationQueue(most: 5) where account != adversary {
                let repeats = below(2)
                act { venue throws(VenueError) in
                    let auction = try venue.auction(of: account)
                    for _ in 0...repeats {
                        _ = try venue.bid(
                            on: account, by: adversary, fraction: auction.least, limit: wad << 40,
                            lastTrade: auction.lastTrade)
                    }
                }
            }
        case 3: act { venue throws(VenueError) in try venue.cancelAll(of: adversary) }
        case 4:
            act { venue throws(VenueError) in
                try venue.deposit(1_000_000 * wad, to: adversary)
                try venue.withdraw(1_000_000 * wad, from: adversary)
            }
        default:
            let target = takers[below(takers.count)]
            act { venue throws(VenueError) in
                try venue.transfer(wad, from: adversary, to: target)
            }
        }
    }
}

@Suite struct VenueSimulations {
    /// CONDOR_VENUE_BLOCKS sets how many blocks each case has.
    private var blocks: Int {
        ProcessInfo.processInfo.environment["CONDOR_VENUE_BLOCKS"].flatMap { Int($0) } ?? 600
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func everyBlockKeepsWhatMustHold(seed: UInt64) throws {
        // Bidders and insurance; none of both; each policy of deleveraging; caps at a tenth.
        var simulation = try Simulation(
            seed: seed, insured: seed % 2 == 1 ? "100000" : "0", bids: seed != 2 && seed != 4)
        try simulation.fixture.venue.set(.deleveragingPolicy, to: Int128(1 + seed % 3))
        if seed == 3 {
            try simulation.fixture.venue.set(.liquidationInterest, to: amount("0.01"))
            try simulation.fixture.venue.set(.insuranceBlockCap, to: amount("100"))
        }
        if seed == 4 { try simulation.fixture.venue.set(.bookPolicy, to: 0) }
        for number in 0..<blocks {
            try simulation.runBlock(number)
            if let fault = try VenueChecker.fault(in: &simulation.fixture.venue) {
                Issue.record("seed \(seed), block \(number): \(fault)")
                return
            }
        }
        func count(_ kind: VenueEventKind) -> Int { simulation.counts[Int(kind.rawValue)] }
        #expect(count(.filled) > blocks / 10)
        #expect(count(.liquidationStep) > 0)
        if seed != 4 { #expect(count(.liquidationFilled) > 0) }
        if seed != 2 && seed != 4 { #expect(count(.auctionBid) > 0) }
    }

    /// The same acts give the same venue.
    @Test func aRunRepeats() throws {
        var runs: [[Int128]] = []
        for _ in 0..<2 {
            var simulation = try Simulation(seed: 9, insured: "1000", bids: true)
            for number in 0..<min(blocks, 300) { try simulation.runBlock(number) }
            var cash: [Int128] = []
            for account in 1...simulation.fixture.venue.accountCount() {
                cash.append(simulation.fixture.venue.cash(of: account))
            }
            runs.append(cash + simulation.counts.map { Int128($0) })
        }
        #expect(runs[0] == runs[1])
    }
}
