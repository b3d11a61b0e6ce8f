public import Foundations

/// What a position is in. Raw values are those of instrument ids (derivatives.md, section 1).
public enum GridInstrument: UInt8, Sendable, CaseIterable {
    /// A perpetual, or collateral in an underlying.
    case perpetual
    case future
    case europeanCall, europeanPut
    case americanCall, americanPut
}

/// A position, with the mark of its instrument.
public struct GridPosition: Sendable {
    public var instrument: GridInstrument
    /// Which underlying for a perpetual, which expiry for everything else.
    public var place: Int
    /// A perpetual's mark; an option's strike; not looked at for a future.
    public var price: UInt256
    /// An option's volatility; not looked at for what has none.
    public var sigma: UInt256
    /// 18 decimals, signed, below 2^96 units.
    public var size: UInt256

    public init(instrument: GridInstrument, place: Int, price: UInt256, sigma: UInt256, size: UInt256) {
        self.instrument = instrument
        self.place = place
        self.price = price
        self.sigma = sigma
        self.size = size
    }
}

/// What a portfolio gains in every scenario. Numbers of 18 decimals, in two's complement.
public struct PortfolioGains: Equatable, Sendable {
    /// By underlying and scenario.
    public let gains: [[UInt256]]
    /// By underlying: what the worse basis moves of its expiries cost.
    public let basis: [UInt256]
    /// Across underlyings and scenarios (`ScenarioVector.worst`).
    public let worst: UInt256
}

/// A whole portfolio through a set of scenarios, from scratch: what the revaluation table and the accounts' vectors keep.
public struct PortfolioGrid: Sendable {
    public static var maximumUnderlyings: Int { 16 }
    public static var maximumExpiries: Int { 64 }
    public static var maximumPositions: Int { 512 }

    private let scenarios: ScenarioSet
    private let grids: [ScenarioGrid]
    /// For each expiry its underlying, and which of that underlying's it is.
    private let homes: [(underlying: Int, index: Int)]
    /// By underlying.
    private let taus: [[UInt256]]

    /// - Throws: what a market deserves; `portfolio` for no underlying, more of anything than the caps, and expiries of an
    ///   unknown underlying.
    public init(
        underlyings: Int, expiries: [(underlying: Int, market: GridExpiry)], scenarios: ScenarioSet
    ) throws(PricingError) {
        guard underlyings >= 1, underlyings <= PortfolioGrid.maximumUnderlyings,
            expiries.count <= PortfolioGrid.maximumExpiries
        else { throw .portfolio }
        var taus = [[UInt256]](repeating: [], count: underlyings)
        var homes: [(underlying: Int, index: Int)] = []
        var grids: [ScenarioGrid] = []
        for (underlying, market) in expiries {
            guard underlying >= 0, underlying < underlyings else { throw .portfolio }
            homes.append((underlying, taus[underlying].count))
            taus[underlying].append(market.tau)
            grids.append(try ScenarioGrid(market, scenarios: scenarios))
        }
        self.scenarios = scenarios
        self.grids = grids
        self.homes = homes
        self.taus = taus
    }

    /// - Parameter credit: λ, from 0 to 1 (18 decimals).
    /// - Throws: what a position's numbers deserve; `portfolio` for too many positions, one on an unknown underlying or
    ///   expiry, a size of 2^96 units, and λ above 1.
    public func gains(of positions: [GridPosition], credit: UInt256) throws(PricingError) -> PortfolioGains {
        guard positions.count <= PortfolioGrid.maximumPositions, credit <= UInt256(wadOne) else { throw .portfolio }
        var vectors = taus.map { ScenarioVector(scenarios: scenarios, expiries: $0.count) }
        for position in positions {
            let count = position.instrument == .perpetual ? taus.count : homes.count
            guard position.place >= 0, position.place < count else { throw .portfolio }
            let home = position.instrument == .perpetual ? nil : homes[position.place]
            let row = try row(of: position)
            guard vectors[home?.underlying ?? position.place].add(row, size: position.size, expiry: home?.index) else {
                throw .portfolio
            }
        }
        var results: [[UInt256]] = []
        var basis: [UInt256] = []
        for (vector, taus) in zip(vectors, taus) {
            let loss = vector.basisLoss(taus: taus) ?? .zero
            basis.append(loss)
            results.append(vector.gains)
        }
        let worst = ScenarioVector.worst(of: zip(results, basis).map { $0 + [$1] }, credit: credit) ?? .zero
        return PortfolioGains(gains: results, basis: basis, worst: worst)
    }

    /// The position's row of the revaluation table.
    public func row(of position: GridPosition) throws(PricingError) -> RevaluationRow {
        let (price, sigma) = (position.price, position.sigma)
        if position.instrument == .perpetual { return try RevaluationRow(linear: price, scenarios: scenarios) }
        guard position.place >= 0, position.place < grids.count else { throw .portfolio }
        let grid = grids[position.place]
        switch position.instrument {
        case .perpetual, .future: return grid.futureRow()
        case .europeanCall: return try grid.row(kind: .call, strike: price, sigma: sigma)
        case .europeanPut: return try grid.row(kind: .put, strike: price, sigma: sigma)
        case .americanCall: return try grid.americanRow(kind: .call, strike: price, sigma: sigma)
        case .americanPut: return try grid.americanRow(kind: .put, strike: price, sigma: sigma)
        }
    }
}
