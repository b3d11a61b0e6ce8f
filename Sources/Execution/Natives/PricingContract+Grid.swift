import Derivatives
import Foundations

/// The portfolio grid as the ABI has it.
///
///     portfolioGrid(uint32 underlyings, uint256 credit, GridExpiry[] expiries, GridPosition[] positions,
///                   GridScenario[] scenarios) → (int256 worst, int256[] gains)
///
/// `kind` of a position: 0 perpetual or collateral, 1 future, 2 and 3 European call and put, 4 and 5 American ones.
/// `place` is an underlying for kind 0 and an expiry for the others. `price` is a perpetual's mark and an option's strike.
/// `volatility` of a scenario: 0 same, 1 up, 2 down, 3 and 4 the skews. No scenarios stand for the 33 of derivatives.md.
/// `gains` has for each underlying its P&L in every scenario and then its basis loss.
struct GridRequest {
    private let underlyings: Int
    private let credit: UInt256
    private let expiries: [(underlying: Int, market: GridExpiry)]
    private let positions: [GridPosition]
    private let scenarios: [Scenario]
    let gas: UInt64

    /// What reading the lists costs, before anything of them is looked at; nothing when they are not all there.
    static func readingGas(_ call: NativeCall) -> UInt64 {
        guard let lists = lists(call) else { return 0 }
        return 4 &* UInt64(lists.expiries.count &+ lists.positions.count &+ lists.scenarios.count)
    }

    private static func lists(
        _ call: NativeCall
    ) -> (expiries: NativeList, positions: NativeList, scenarios: NativeList)? {
        guard let expiries = call.list(2, width: 5, atMost: PortfolioGrid.maximumExpiries),
            let positions = call.list(3, width: 5, atMost: PortfolioGrid.maximumPositions),
            let scenarios = call.list(4, width: 3, atMost: ScenarioSet.maximumCount)
        else { return nil }
        return (expiries, positions, scenarios)
    }

    /// nil when a number does not fit its type.
    init?(_ call: NativeCall) {
        guard let lists = GridRequest.lists(call), call.words[0].bitWidth <= 32 else { return nil }
        underlyings = Int(min(call.words[0].limb0, 1 << 16))
        credit = call.words[1]
        var expiries: [(underlying: Int, market: GridExpiry)] = []
        for index in 0..<lists.expiries.count {
            let list = lists.expiries
            guard let underlying = list.integer(index, 0, bits: 32) else { return nil }
            expiries.append(
                (
                    underlying,
                    GridExpiry(
                        spot: list.word(index, 1), forward: list.word(index, 2), tau: list.word(index, 3),
                        rate: list.word(index, 4))
                ))
        }
        var columns: [Scenario] = []
        for index in 0..<lists.scenarios.count {
            let list = lists.scenarios
            // What passes these limits passes the scenarios' own.
            guard
                let volatility = list.integer(index, 1, bits: 8)
                    .flatMap({ VolatilityShock(rawValue: UInt8(truncatingIfNeeded: $0)) }),
                let scenario = Scenario(
                    shift: list.signed(index, 0, clampedTo: .max), volatility: volatility,
                    damping: list.signed(index, 2, clampedTo: .max))
            else { return nil }
            columns.append(scenario)
        }
        let width = UInt64(columns.isEmpty ? 33 : columns.count) &+ 2
        var gas = 500 &+ 100 &* width &+ (150 &+ 30 &* width) &* UInt64(expiries.count)
        gas = gas &+ 5 &* width &* UInt64(underlyings)
        var positions: [GridPosition] = []
        for index in 0..<lists.positions.count {
            let list = lists.positions
            guard
                let instrument = list.integer(index, 0, bits: 8)
                    .flatMap({ GridInstrument(rawValue: UInt8(truncatingIfNeeded: $0)) }),
                let place = list.integer(index, 1, bits: 32)
            else { return nil }
            positions.append(
                GridPosition(
                    instrument: instrument, place: place, price: list.word(index, 2), sigma: list.word(index, 3),
                    size: list.word(index, 4)))
            gas = gas &+ GridRequest.gas(of: instrument, columns: width)
        }
        self.expiries = expiries
        self.positions = positions
        scenarios = columns
        self.gas = gas
    }

    private static func gas(of instrument: GridInstrument, columns: UInt64) -> UInt64 {
        switch instrument {
        case .perpetual, .future: 50 &+ 4 &* columns
        case .europeanCall, .europeanPut: 150 &+ 10 &* columns
        case .americanCall, .americanPut:
            100 &+ (columns &+ 1) &* PricingContract.latticeGas(steps: UInt64(ScenarioGrid.latticeSteps))
        }
    }

    func results() throws(PricingError) -> [UInt256] {
        // Made here, as the logarithms of its moves are work that has been paid for by now.
        guard let set = scenarios.isEmpty ? ScenarioSet.standard : ScenarioSet(scenarios) else { throw .portfolio }
        let grid = try PortfolioGrid(underlyings: underlyings, expiries: expiries, scenarios: set)
        let result = try grid.gains(of: positions, credit: credit)
        var gains: [UInt256] = []
        for (values, basis) in zip(result.gains, result.basis) { gains += values + [basis] }
        return [result.worst, 64, UInt256(UInt64(gains.count))] + gains
    }
}

extension PricingContract {
    static var gridInputs: [NativeParameter] {
        let expiry = [
            NativeParameter("underlying", .unsigned(32)), NativeParameter("spot", .unsigned(256)),
            NativeParameter("forward", .unsigned(256)), NativeParameter("tau", .unsigned(256)),
            NativeParameter("rate", .signed(256)),
        ]
        let position = [
            NativeParameter("kind", .unsigned(8)), NativeParameter("place", .unsigned(32)),
            NativeParameter("price", .unsigned(256)), NativeParameter("sigma", .unsigned(256)),
            NativeParameter("size", .signed(256)),
        ]
        let scenario = [
            NativeParameter("shift", .signed(256)), NativeParameter("volatility", .unsigned(8)),
            NativeParameter("damping", .unsigned(256)),
        ]
        return [
            NativeParameter("underlyings", .unsigned(32)), NativeParameter("credit", .unsigned(256)),
            NativeParameter("expiries", of: "GridExpiry", expiry, atMost: PortfolioGrid.maximumExpiries),
            NativeParameter("positions", of: "GridPosition", position, atMost: PortfolioGrid.maximumPositions),
            NativeParameter("scenarios", of: "GridScenario", scenario, atMost: ScenarioSet.maximumCount),
        ]
    }

    static var gridOutputs: [NativeParameter] {
        let most = PortfolioGrid.maximumUnderlyings * (ScenarioSet.maximumCount + 1)
        return [
            NativeParameter("worst", .signed(256)), NativeParameter("gains", .array(.signed(256)), atMost: most),
        ]
    }
}
