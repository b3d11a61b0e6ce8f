import Foundations

// What a reader asks of the venue. Nothing here writes; the book's part is in BookReading.

/// What an instrument is valued with at the marks of now.
public struct InstrumentQuote: Equatable, Sendable {
    public let mark: Int128
    /// The price of its underlying.
    public let index: Int128
    /// Of what expires.
    public var forward: Int128?
    /// Of an option: its volatility per year.
    public var volatility: Int128?
}

/// How a value moves with what it depends on, 18 decimals: with the price of the underlying (of an option its forward), that
/// again, with volatility, and with a year that passes.
public struct Greeks: Equatable, Sendable {
    public var delta: Int128 = 0
    public var gamma: Int128 = 0
    public var vega: Int128 = 0
    public var theta: Int128 = 0

    public init() {}

    /// Adds those of `size` units, each rounded down.
    public mutating func add(_ unit: Greeks, size: Int128) throws(VenueError) {
        delta = try delta.adding(unit.delta.timesWad(size, .down))
        gamma = try gamma.adding(unit.gamma.timesWad(size, .down))
        vega = try vega.adding(unit.vega.timesWad(size, .down))
        theta = try theta.adding(unit.theta.timesWad(size, .down))
    }
}

/// A feed as its sources together give it.
public struct FeedReading: Equatable, Sendable {
    /// The last good value; of a surface σ.
    public let value: Int128
    public let confidence: Int128
    /// Up to this time the quorum has reported; 0: never.
    public let freshAt: UInt64
    public let validity: Validity
    /// Seconds without reports after which it is stale.
    public let heartbeat: Int128
}

extension VenueSlot {
    /// The underlying whose marks are moved where this slot is written.
    public var markedUnderlying: UInt32? {
        contract == .oracle && word.limb3 &>> 56 == 5 ? UInt32(truncatingIfNeeded: word.limb0) : nil
    }
}

extension Venue {
    /// What the instrument is valued with, without its row of scenarios.
    ///
    /// - Throws: where there is no price.
    public mutating func quote(of number: InstrumentNumber) throws(VenueError) -> InstrumentQuote {
        let instrument = try instrument(number)
        let index = try indexPrice(underlying: instrument.underlying)
        if let settled = instrument.settlementPerLot {
            return InstrumentQuote(mark: try settled.overWad(instrument.lot, .down), index: index)
        }
        guard let group = try group(of: instrument), let market = group.market, let grid = group.grid else {
            return InstrumentQuote(mark: perpetualMark(of: number, index: index), index: index)
        }
        guard instrument.kind.isOption else {
            return InstrumentQuote(mark: market.forward, index: index, forward: market.forward)
        }
        let terms = try optionTerms(instrument, group, market)
        let mark: Int128
        if let option = american(instrument, grid, terms) {
            do { mark = try option.price() } catch { throw .unpriced(error) }
        } else {
            mark = try OptionMark(terms).price
        }
        return InstrumentQuote(mark: mark, index: index, forward: market.forward, volatility: terms.sigma.lowHalf)
    }

    /// Those of one unit of an instrument or, by the number it has among an account's assets, of a kind of collateral.
    public mutating func greeks(of number: InstrumentNumber) throws(VenueError) -> Greeks {
        var greeks = Greeks()
        if number >= collateralBase {
            greeks.delta = try collateral(number - collateralBase).underlying == 0 ? 0 : wad
            return greeks
        }
        let instrument = try instrument(number)
        if instrument.settlementPerLot != nil { return greeks }
        guard let group = try group(of: instrument), let market = group.market, let grid = group.grid else {
            greeks.delta = wad
            return greeks
        }
        guard instrument.kind.isOption else {
            greeks.delta = market.moving
            return greeks
        }
        let terms = try optionTerms(instrument, group, market)
        let value: OptionGreeks
        do {
            if let option = american(instrument, grid, terms) {
                (greeks.delta, greeks.gamma) = try option.forwardGreeks(price: option.price())
                greeks.vega = try option.vega()
                greeks.theta = try option.theta()
                return greeks
            }
            value = try BlackScholes.value(terms)
        } catch { throw .unpriced(error) }
        guard let delta = Int128(signedWord: value.delta), let gamma = Int128(signedWord: value.gamma),
            let vega = Int128(signedWord: value.vega), let theta = Int128(signedWord: value.theta)
        else { throw .overflow }
        (greeks.delta, greeks.gamma, greeks.vega, greeks.theta) = (delta, gamma, vega, theta)
        return greeks
    }

    /// An underlying's symbol: up to eight characters, the first in the highest byte.
    public mutating func symbol(of underlying: UInt32) throws(VenueError) -> UInt64 {
        try requireUnderlying(underlying)
        return storage.load(.underlying(underlying)).limb0
    }

    public mutating func reading(of feed: Feed) -> FeedReading {
        let state = state(of: feed)
        return FeedReading(
            value: state.value, confidence: state.confidence, freshAt: state.freshAt, validity: validity(of: feed),
            heartbeat: heartbeat(of: feed))
    }

    /// The kind of collateral that an account's asset is; nil for an instrument.
    public static func collateral(ofAsset number: InstrumentNumber) -> UInt32? {
        number >= collateralBase ? number - collateralBase : nil
    }

    /// Funding that a position's owner has not paid yet, above 0, or not got.
    public mutating func fundingDue(
        of account: AccountNumber, in number: InstrumentNumber
    ) throws(VenueError) -> Int128 {
        guard try instrument(number).kind == .perpetual else { return 0 }
        let paid = storage.load(.positionFunding(account, number)).lowHalf
        let lots = Int128(position(of: account, in: number).lots)
        return try cumulativeFunding(of: number).subtracting(paid).times(lots)
    }
}

/// An account's margin of portfolio mode, scenario by scenario.
public struct ScenarioReport: Equatable, Sendable {
    /// What an underlying gains (below 0: loses) in each scenario, damped, with open orders at their worst where they count.
    public struct Row: Equatable, Sendable {
        public let underlying: UInt32
        public let gains: [Int128]
        /// The basis moves of all its expiries.
        public let basis: Int128
        /// The least of all, not above 0.
        public let worst: Int128
    }

    public let scenarios: [Scenario]
    public let rows: [Row]
    /// Sums over the underlyings, and the least of them.
    public let joint: [Int128]
    public let jointBasis: Int128
    public let jointWorst: Int128
}

extension Venue {
    /// What `MarginBreakdown.worst` is made of; no scenarios in standard mode.
    public mutating func scenarioReport(
        of account: AccountNumber, _ kind: MarginKind
    ) throws(VenueError) -> ScenarioReport {
        let portfolio = try portfolio(of: account)
        guard portfolio.mode == .portfolio else {
            return ScenarioReport(scenarios: [], rows: [], joint: [], jointBasis: 0, jointWorst: 0)
        }
        try beginTable()
        try prepareRisk(portfolio)
        var sums = AccountSums()
        for asset in portfolio.assets { try sums.add(asset, caches.risk) }
        return caches.risk.report(sums, kind)
    }
}

extension RiskTable {
    fileprivate func report(_ sums: AccountSums, _ kind: MarginKind) -> ScenarioReport {
        let count = scenarios.count
        let orders = kind == .initial && !sums.orderSums.isEmpty
        var underlyings: [UInt32] = []
        for place in sums.groups {
            let underlying = groups[Int(place)].underlying
            if !underlyings.contains(underlying) { underlyings.append(underlying) }
        }
        underlyings.sort()
        var joint = Array(repeating: 0 as Int128, count: count + 1)
        var rows: [ScenarioReport.Row] = []
        for underlying in underlyings {
            var single = Array(repeating: 0 as Int128, count: count + 1)
            single.withUnsafeMutableBufferPointer { single in
                for place in sums.groups.indices where groups[Int(sums.groups[place])].underlying == underlying {
                    putGroup(sums, place, orders, in: single) { $0 &+= $1 }
                }
            }
            for index in 0...count { joint[index] &+= single[index] }
            rows.append(
                ScenarioReport.Row(
                    underlying: underlying, gains: Array(single[..<count]), basis: single[count],
                    worst: min(0, single.min() ?? 0)))
        }
        return ScenarioReport(
            scenarios: scenarios, rows: rows, joint: Array(joint[..<count]), jointBasis: joint[count],
            jointWorst: min(0, joint.min() ?? 0))
    }
}
