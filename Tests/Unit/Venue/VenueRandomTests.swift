import Derivatives
import Foundations
import Testing

/// Random acts on several accounts, some taken back: money is conserved, and what the caches give is what the storage alone gives.
@Test(arguments: [1, 2, 3, 4] as [UInt64])
func randomActsConserveMoneyAndKeepCachesTrue(seed: UInt64) throws {
    var fixture = try VenueFixture()
    var random = Xorshift(state: seed &* 0x9E37_79B9_7F4A_7C15)
    var accounts: [AccountNumber] = []
    for owner in 1...6 as ClosedRange<UInt64> {
        accounts.append(try fixture.account(owner, cash: "300000", owner % 3 == 0 ? .standard : .portfolio))
    }
    let token = try fixture.venue.addCollateral(
        Collateral(
            token: Address(UInt256(5 as UInt64)), decimals: 18, underlying: fixture.btc, haircut: amount("0.05")))
    let instruments = [fixture.btcPerpetual, fixture.ethPerpetual, fixture.future] + fixture.options
    var orders: [(account: AccountNumber, instrument: InstrumentNumber, side: Side, ticks: Int64, lots: Int64)] = []
    var price: Int128 = 100_000
    for step in 0..<600 {
        let account = accounts[random.below(accounts.count)]
        let other = accounts[random.below(accounts.count)]
        let instrument = instruments[random.below(instruments.count)]
        let checkpoint = fixture.venue.checkpoint
        let kept = orders
        switch random.below(10) {
        case 0...3 where account != other:
            let listing = try fixture.venue.instrument(instrument)
            let mark = try fixture.venue.markPrice(of: instrument)
            let ticks = max(1, Int64(mark / listing.tick) + Int64(random.below(20)) - 10)
            let fill = Fill(
                instrument: instrument, taker: account, maker: other,
                takerSide: random.below(2) == 0 ? .buy : .sell, ticks: ticks, lots: Int64(1 + random.below(50)),
                makerIsAggregated: false)
            _ = try fixture.venue.makerIsSound(fill)
            try fixture.venue.apply(fill)
        case 4, 5:
            let mark = try fixture.venue.markPrice(of: instrument)
            let listing = try fixture.venue.instrument(instrument)
            let order = OrderEntry(
                account: account, instrument: instrument, side: random.below(2) == 0 ? .buy : .sell,
                ticks: max(1, Int64(mark / listing.tick)), lots: Int64(1 + random.below(30)))
            if (try? fixture.venue.checkOrderEntry(order)) != nil {
                try fixture.venue.orderAggregateChanged(
                    account: account, instrument: instrument, side: order.side, ticks: order.ticks, lots: order.lots)
                orders.append((account, instrument, order.side, order.ticks, order.lots))
            }
        case 6 where !orders.isEmpty:
            let order = orders.remove(at: random.below(orders.count))
            try fixture.venue.orderAggregateChanged(
                account: order.account, instrument: order.instrument, side: order.side, ticks: order.ticks,
                lots: -order.lots)
        case 7:
            try fixture.venue.deposit(amount("0.5"), collateral: token, to: account)
            try fixture.venue.deposit(amount("7"), to: account)
        case 8:
            try fixture.venue.accrueFunding(
                of: fixture.btcPerpetual, impactBid: (price + 300) * wad, impactAsk: (price + 400) * wad)
        default:
            fixture.advance(seconds: UInt64(random.below(1200)))
            price += Int128(random.below(2001)) - 1000
            try fixture.reportAll(btc: "\(price)", eth: "\(price / 25)")
            continue
        }
        if random.below(5) == 0 {
            fixture.venue.revert(to: checkpoint)
            orders = kept
        }
        if step % 10 != 0 { continue }
        for account in accounts {
            for kind in MarginKind.allCases {
                let margin = try fixture.venue.marginBreakdown(of: account, kind)
                #expect(try fixture.venue.marginFromScratch(of: account, kind) == margin)
            }
        }
        #expect(try fixture.conserved())
        let below = try fixture.venue.accountsBelowMaintenance(from: 1, through: 100).map { $0.account }
        let expected = try accounts.filter { try fixture.venue.margin(of: $0, .maintenance) < 0 }
        #expect(below == expected)
    }
}

private struct Xorshift {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}
