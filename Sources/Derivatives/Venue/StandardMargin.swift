/// Margins of leveraged positions by tier.
public enum Leverage {
    /// notional · rate − deduction of its tier, rate = ½ ÷ leverage: which is, tier by tier, what lies in it times its rate. Rounded up.
    public static func maintenance(_ notional: Int128, _ tiers: [LeverageTier]) throws(VenueError) -> Int128 {
        var sum: Int128 = 0
        for (index, tier) in tiers.enumerated() where tier.lower < notional {
            let upper = index + 1 < tiers.count ? min(tiers[index + 1].lower, notional) : notional
            sum = try sum.adding((upper - tier.lower).times(1, over: 2 * Int128(tier.maximumLeverage), .up))
        }
        return sum
    }

    /// The tier in which a notional lies.
    public static func tier(of notional: Int128, _ tiers: [LeverageTier]) -> LeverageTier {
        var found = LeverageTier(lower: 0, maximumLeverage: 1)
        for tier in tiers where tier.lower <= notional { found = tier }
        return found
    }

    /// What initial margin asks of a notional in a tier: 1 ÷ leverage, which from the lower to the upper bound of open interest grows to
    /// 1. Rounded up.
    public static func initialRate(
        _ tier: LeverageTier, openInterest: Int128, lower: Int128, upper: Int128
    ) throws(VenueError) -> Int128 {
        if openInterest >= upper { return wad }
        let rate = try wad.times(1, over: Int128(tier.maximumLeverage), .up)
        if openInterest <= lower { return rate }
        return try rate.adding((wad - rate).times(openInterest - lower, over: upper - lower, .up))
    }
}

/// An option of an account, for the rules of standard margin.
private struct OptionHolding {
    let row: RiskRow
    var lots: Int64
}

extension Venue {
    /// Longs count nothing. Cash, collateral and what perpetuals and futures gained, less requirements; in `worst` stands the sum of
    /// requirements, negative, so that the margin is put together as in portfolio mode.
    mutating func standardMargin(
        _ portfolio: Portfolio, _ kind: MarginKind
    ) throws(VenueError) -> MarginBreakdown {
        var report: StandardReport?
        return try standardMargin(portfolio, kind, &report)
    }

    /// The requirements one by one too, where there is a report.
    mutating func standardMargin(
        _ portfolio: Portfolio, _ kind: MarginKind, _ report: inout StandardReport?
    ) throws(VenueError) -> MarginBreakdown {
        var result = MarginBreakdown()
        result.cash = portfolio.cash
        result.factor = wad
        var requirement: Int128 = 0
        var optionValue: Int128 = 0
        var options: [(row: RiskRow, asset: Portfolio.Asset)] = []
        for asset in portfolio.assets {
            let row = caches.risk.rows[try row(of: asset.instrument)]
            let value = try row.value.times(Int128(asset.lots)).subtracting(asset.owed)
            result.markToMarket = try result.markToMarket.adding(value)
            if row.isSettled || row.isCollateral { continue }
            if row.kind.isOption {
                optionValue = try optionValue.adding(value)
                let place = options.firstIndex {
                    ($0.row.group, $0.row.strike) > (row.group, row.strike)
                }
                options.insert((row, asset), at: place ?? options.count)
            } else {
                let part = try leveraged(asset, row, kind)
                requirement = try requirement.adding(part.requirement)
                report?.leveraged.append(StandardReport.Leveraged(instrument: asset.instrument, part: part))
            }
        }
        var start = 0
        while start < options.count {
            var end = start
            while end < options.count, options[end].row.group == options[start].row.group { end += 1 }
            let part = try expiryRequirement(options[start..<end], kind)
            requirement = try requirement.adding(part.requirement)
            if report != nil {
                let group = caches.risk.groups[options[start].row.group]
                report?.expiries.append(
                    StandardReport.Expiry(underlying: group.underlying, expiry: group.expiry, part: part))
            }
            start = end
        }
        result.worst = 0 - requirement
        result.equity = try result.cash.adding(result.markToMarket)
        // A short option's requirement holds its mark already, and a long one's value is no margin.
        result.contingencies = optionValue
        result.margin = try result.equity.subtracting(optionValue).subtracting(requirement)
        return result
    }

    private mutating func leveraged(
        _ asset: Portfolio.Asset, _ row: RiskRow, _ kind: MarginKind
    ) throws(VenueError) -> LeverageRequirement {
        let underlying = caches.risk.groups[row.group].underlying
        let tiers = try leverageTiers(underlying: underlying)
        if kind == .maintenance {
            let notional = try row.markPerLot.times(Int128(asset.lots.magnitude))
            let tier = Leverage.tier(of: notional, tiers)
            return LeverageRequirement(
                notional: notional, tier: tier, rate: try wad.times(1, over: 2 * Int128(tier.maximumLeverage), .up),
                orderLoss: 0, requirement: try Leverage.maintenance(notional, tiers))
        }
        let (long, short) = (
            Int128(asset.lots) + Int128(asset.orders.buyLots), Int128(asset.lots) - Int128(asset.orders.sellLots)
        )
        let notional = try row.markPerLot.times(Int128(max(long.magnitude, short.magnitude)))
        let losses = try OrderLoss(asset.orders, row)
        let loss = max(losses.buy, losses.sell)
        let tier = Leverage.tier(of: notional, tiers)
        let rate = try Leverage.initialRate(
            tier, openInterest: row.markPerLot.times(Int128(openInterest(of: asset.instrument))),
            lower: parameter(.openInterestLower, underlying: underlying),
            upper: parameter(.openInterestUpper, underlying: underlying))
        return LeverageRequirement(
            notional: notional, tier: tier, rate: rate, orderLoss: loss,
            requirement: try notional.timesWad(rate, .up).adding(loss))
    }

    /// What the options of one expiry require; with open orders the larger of none and all sells filled at their prices, and what
    /// buys pay.
    private mutating func expiryRequirement(
        _ options: ArraySlice<(row: RiskRow, asset: Portfolio.Asset)>, _ kind: MarginKind
    ) throws(VenueError) -> ExpiryRequirement {
        guard let first = options.first else { throw .corrupt }
        let rates = StandardRates(
            kind,
            maintenance: parameter(.standardMaintenance, underlying: caches.risk.groups[first.row.group].underlying),
            initial: parameter(.standardInitial, underlying: caches.risk.groups[first.row.group].underlying),
            initialLeast: parameter(.standardInitialLeast, underlying: caches.risk.groups[first.row.group].underlying),
            putFactor: parameter(.standardPutFactor, underlying: caches.risk.groups[first.row.group].underlying),
            unpaired: parameter(
                kind == .initial ? .unpairedInitial : .unpairedMaintenance,
                underlying: caches.risk.groups[first.row.group].underlying))
        var holdings: [OptionHolding] = []
        for option in options { holdings.append(OptionHolding(row: option.row, lots: option.asset.lots)) }
        let held = try rates.requirement(holdings)
        if kind == .maintenance { return held }
        var (premium, paid) = (Int128(0), Int128(0))
        var hasSells = false
        for (index, option) in options.enumerated() {
            let orders = option.asset.orders
            if orders.sellLots > 0 {
                hasSells = true
                premium = try premium.adding(option.row.tickValue.times(Int128(orders.sellCost)))
                let (lots, overflow) = holdings[index].lots.subtractingReportingOverflow(orders.sellLots)
                if overflow { throw .overflow }
                holdings[index].lots = lots
            }
            if orders.buyLots > 0 { paid = try paid.adding(buyReserve(option.row, option.asset)) }
        }
        var counted = held
        if hasSells {
            let sold = try rates.requirement(holdings, premium: premium)
            if sold.requirement > held.requirement { counted = sold }
        }
        return ExpiryRequirement(
            sum: counted.sum, payoffLoss: counted.payoffLoss, premium: counted.premium, reserve: paid,
            requirement: try counted.requirement.adding(paid))
    }

    /// The premium that buy orders pay; what only closes a short gives its mark back.
    private func buyReserve(_ row: RiskRow, _ asset: Portfolio.Asset) throws(VenueError) -> Int128 {
        let orders = asset.orders
        let cost = try row.tickValue.times(Int128(orders.buyCost))
        let closing = min(Int128(orders.buyLots), max(0, 0 - Int128(asset.lots)))
        let closed = try cost.times(closing, over: Int128(orders.buyLots), .up)
        return try cost.subtracting(closed).adding(
            max(0, closed.subtracting(row.markPerLot.times(closing))))
    }
}

/// The rates of standard margin for options.
private struct StandardRates {
    let kind: MarginKind
    let maintenance: Int128
    let initial: Int128
    let initialLeast: Int128
    let putFactor: Int128
    let unpaired: Int128

    init(
        _ kind: MarginKind, maintenance: Int128, initial: Int128, initialLeast: Int128, putFactor: Int128,
        unpaired: Int128
    ) {
        self.kind = kind
        self.maintenance = maintenance
        self.initial = initial
        self.initialLeast = initialLeast
        self.putFactor = putFactor
        self.unpaired = unpaired
    }

    /// The smaller of the shorts' sum and the largest loss at expiry, less what selling has brought.
    func requirement(_ holdings: [OptionHolding], premium: Int128 = 0) throws(VenueError) -> ExpiryRequirement {
        var sum: Int128 = 0
        for holding in holdings where holding.lots < 0 {
            let size = try holding.row.lot.times(Int128(holding.lots.magnitude))
            sum = try sum.adding(perUnit(holding.row).timesWad(size, .up))
        }
        let loss = sum == 0 ? 0 : try largestLoss(holdings)
        return ExpiryRequirement(
            sum: sum, payoffLoss: loss, premium: premium, reserve: 0,
            requirement: try min(sum, loss).subtracting(premium))
    }

    /// Of one unit short.
    private func perUnit(_ row: RiskRow) throws(VenueError) -> Int128 {
        let spotPart = try row.index.timesWad(maintenance, .up)
        let least = row.kind.isCall ? spotPart : max(spotPart, try row.mark.timesWad(maintenance, .up))
        let floor = try row.mark.adding(least)
        if kind == .maintenance { return floor }
        let distance = max(0, row.kind.isCall ? row.strike - row.index : row.index - row.strike)
        let outOfTheMoney = try distance.overWad(row.index, .down)
        let rate = max(initial - outOfTheMoney, initialLeast)
        let margin = try row.mark.adding(row.index.timesWad(rate, .up))
        return row.kind.isCall ? margin : max(margin, try floor.timesWad(putFactor, .up))
    }

    /// max over settlement at 0 and at every strike of what is paid, and for calls short net of long ones `unpaired` of the forward.
    /// The holdings are sorted by strike: between two strikes the payoff is a straight line.
    private func largestLoss(_ holdings: [OptionHolding]) throws(VenueError) -> Int128 {
        var payoff: Int128 = 0
        var slope: Int128 = 0
        var calls: Int128 = 0
        for holding in holdings {
            let size = try holding.row.lot.times(Int128(holding.lots))
            if holding.row.kind.isCall {
                calls = try calls.adding(size)
            } else {
                payoff = try payoff.adding(holding.row.strike.timesWad(size, .down))
                slope = try slope.subtracting(size)
            }
        }
        var least = min(0, payoff)
        var place: Int128 = 0
        for holding in holdings {
            payoff = try payoff.adding(slope.timesWad(holding.row.strike - place, .down))
            place = holding.row.strike
            least = min(least, payoff)
            // From its strike upward a call gains and a put no longer loses.
            slope = try slope.adding(holding.row.lot.times(Int128(holding.lots)))
        }
        guard calls < 0, let forward = holdings.first?.row.forward else { return 0 - least }
        return try (0 - least).adding((0 - calls).timesWad(unpaired, .up).timesWad(forward, .up))
    }
}
