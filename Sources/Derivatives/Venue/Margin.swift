// Margins of accounts: the portfolio's from the revaluation table, the standard one by instrument.

extension Venue {
    /// Sound from 0. Initial margin counts open orders at their worst side and gates what adds risk, maintenance margin gates
    /// liquidation.
    public mutating func margin(of account: AccountNumber, _ kind: MarginKind) throws(VenueError) -> Int128 {
        try marginBreakdown(of: account, kind).margin
    }

    /// Cash, collateral after haircuts, and positions at their marks.
    public mutating func equity(of account: AccountNumber) throws(VenueError) -> Int128 {
        try marginBreakdown(of: account, .maintenance).equity
    }

    public mutating func marginBreakdown(
        of account: AccountNumber, _ kind: MarginKind
    ) throws(VenueError) -> MarginBreakdown {
        let portfolio = try portfolio(of: account)
        if portfolio.mode == .standard { return try standardMargin(portfolio, kind) }
        let terms = try marginTerms(kind)
        let place = try keptSums(account, portfolio)
        try caches.endTrial(in: place)
        return try caches.sums[place].margin(caches.risk, cash: portfolio.cash, terms)
    }

    /// The same from nothing but the storage: what the caches are held to.
    public mutating func marginFromScratch(
        of account: AccountNumber, _ kind: MarginKind
    ) throws(VenueError) -> MarginBreakdown {
        let kept = caches
        caches = VenueCaches()
        let result = try marginBreakdown(of: account, kind)
        caches = kept
        return result
    }

    /// Forgets the accounts' kept sums, so that the next margin adds an account up again: for measurements.
    package mutating func dropSums() { caches.dropSums() }

    mutating func marginTerms(_ kind: MarginKind) throws(VenueError) -> MarginTerms {
        var factor = parameter(kind == .initial ? .initialFactor : .maintenanceFactor)
        let floor = parameter(.quoteFloor)
        let quote = state(of: Feed(.quote))
        if kind == .initial, quote.freshAt != 0, quote.value < floor {
            factor = try factor.adding(parameter(.quoteSlope).timesWad(floor - quote.value, .up))
        }
        return MarginTerms(credit: parameter(.correlationCredit), factor: factor, kind: kind)
    }

    /// Every account of a range that is below maintenance, each evaluated in full: the sweep of a block.
    public mutating func accountsBelowMaintenance(
        from first: AccountNumber, through last: AccountNumber
    ) throws(VenueError) -> [(account: AccountNumber, margin: MarginBreakdown)] {
        var found: [(account: AccountNumber, margin: MarginBreakdown)] = []
        let terms = try marginTerms(.maintenance)
        var sums = AccountSums()
        var account = max(first, 1)
        while account <= min(last, accountCount()) {
            let breakdown = try maintenance(of: portfolio(of: account), &sums, terms)
            if breakdown.margin < 0 { found.append((account, breakdown)) }
            account += 1
        }
        return found
    }

    /// The maintenance margin of a portfolio, evaluated in full; `sums` is room to do it in.
    mutating func maintenance(
        of portfolio: Portfolio, _ sums: inout AccountSums, _ terms: MarginTerms
    ) throws(VenueError) -> MarginBreakdown {
        if portfolio.mode == .standard { return try standardMargin(portfolio, .maintenance) }
        sums.removeAll()
        try prepareRisk(portfolio)
        for asset in portfolio.assets { try sums.add(asset, caches.risk) }
        return try caches.risk.margin(sums, cash: portfolio.cash, terms)
    }

    // MARK: - With a change

    /// The account's initial margin as it would be with one asset and its cash changed.
    mutating func initialMargin(
        of account: AccountNumber, with asset: Portfolio.Asset, cash: Int128
    ) throws(VenueError) -> MarginBreakdown {
        try margin(of: account, with: asset, cash: cash, .initial)
    }

    mutating func margin(
        of account: AccountNumber, with asset: Portfolio.Asset, cash: Int128, _ kind: MarginKind
    ) throws(VenueError) -> MarginBreakdown {
        let portfolio = try portfolio(of: account)
        _ = try row(of: asset.instrument)
        if portfolio.mode == .standard {
            var changed = portfolio
            changed.set(asset)
            changed.cash = try changed.cash.adding(cash)
            return try standardMargin(changed, kind)
        }
        let terms = try marginTerms(kind)
        let place = try keptSums(account, portfolio)
        try caches.hold(trial: asset, insteadOf: portfolio.asset(asset.instrument), in: place)
        return try caches.sums[place].margin(caches.risk, cash: portfolio.cash.adding(cash), terms)
    }

    mutating func prepareRisk(_ portfolio: Portfolio) throws(VenueError) {
        for asset in portfolio.assets {
            if let place = caches.risk.knownPlace(of: asset.instrument), caches.risk.rows[place].isFilled { continue }
            _ = try row(of: asset.instrument)
        }
    }

    /// The place of the account's kept sums, at the marks of now; one asset may be held as it was tried.
    private mutating func keptSums(_ account: AccountNumber, _ portfolio: Portfolio) throws(VenueError) -> Int {
        let place = caches.sumsPlace(account)
        if caches.sumsOwners[place].account == account, caches.sumsOwners[place].generation == caches.risk.generation {
            return place
        }
        try prepareRisk(portfolio)
        caches.sumsOwners[place].account = 0
        caches.sums[place].tried = nil
        caches.sums[place].sums.removeAll()
        for asset in portfolio.assets { try caches.sums[place].sums.add(asset, caches.risk) }
        caches.sumsOwners[place].account = account
        caches.sumsOwners[place].generation = caches.risk.generation
        return place
    }
}
