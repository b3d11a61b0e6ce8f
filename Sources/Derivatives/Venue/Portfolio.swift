/// What an account holds, read from its slots once and kept while they stand: a cache.
struct Portfolio {
    var mode: MarginMode
    var cash: Int128
    var assets: [Asset]

    /// One instrument or kind of collateral.
    struct Asset: Equatable {
        var instrument: InstrumentNumber
        var lots: Int64 = 0
        /// What is owed for the lots beside their value: of perpetuals and futures the cost, less funding already paid at entry.
        var owed: Int128 = 0
        var orders = OrderAggregate()
    }

    func asset(_ instrument: InstrumentNumber) -> Asset? {
        for asset in assets where asset.instrument == instrument { return asset }
        return nil
    }

    mutating func set(_ asset: Asset) {
        let isGone = asset.lots == 0 && asset.orders.isEmpty
        for index in assets.indices where assets[index].instrument == asset.instrument {
            if isGone {
                assets[index] = assets[assets.count - 1]
                assets.removeLast()
            } else {
                assets[index] = asset
            }
            return
        }
        if !isGone { assets.append(asset) }
    }
}

extension Venue {
    /// The account's holdings, kept in `caches.portfolios`.
    mutating func portfolio(of account: AccountNumber) throws(VenueError) -> Portfolio {
        if let known = caches.portfolio(account) { return known }
        var portfolio = Portfolio(mode: try record(account).mode, cash: cash(of: account), assets: [])
        for number in try assets(of: account) {
            portfolio.assets.append(try asset(number, of: account))
        }
        caches.keep(portfolio, account)
        return portfolio
    }

    private mutating func asset(
        _ number: InstrumentNumber, of account: AccountNumber
    ) throws(VenueError) -> Portfolio.Asset {
        let position = position(of: account, in: number)
        var asset = Portfolio.Asset(instrument: number, lots: position.lots)
        if number >= collateralBase { return asset }
        asset.orders = orderAggregate(of: account, in: number)
        let kind = try instrument(number).kind
        if kind.isOption { return asset }
        asset.owed = position.cost
        if kind == .perpetual {
            // Funding is due from where it was paid to where the row's value says it stands.
            let paid = storage.load(.positionFunding(account, number)).lowHalf
            asset.owed = try position.cost.subtracting(paid.times(Int128(position.lots)))
        }
        return asset
    }

    /// Takes a changed position or order aggregate into the kept portfolio, and into the kept sums.
    mutating func refresh(_ account: AccountNumber, _ number: InstrumentNumber) throws(VenueError) {
        guard caches.portfolio(account) != nil else { return caches.drop(account) }
        caches.replace(try asset(number, of: account), account)
    }

    /// What the account owes for a perpetual or future beside its value: the cost, less the funding that it has paid up to.
    package mutating func owed(_ account: AccountNumber, _ number: InstrumentNumber) throws(VenueError) -> Int128 {
        try asset(number, of: account).owed
    }
}
