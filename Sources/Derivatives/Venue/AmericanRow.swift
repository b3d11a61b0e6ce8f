import Foundations

/// An American option in the grid: a Leisen-Reimer lattice on the index for each scenario, whose yield makes the forward.
struct AmericanRow {
    private let terms: OptionTerms
    private let spot: Int128
    private let steps: Int
    private let yield: UInt256?

    /// - Parameter terms: on the forward.
    init(_ terms: OptionTerms, spot: Int128, steps: Int) {
        self.terms = terms
        self.spot = spot
        self.steps = steps
        guard !terms.tau.isZero, spot > 0 else {
            yield = nil
            return
        }
        // F = S·e^((r − q)τ).
        let growth = Real.logarithm(of: Real(bits: terms.spot, places: 0), over: Real(bits: spot.word, places: 0))
        yield = (Real(signedWad: terms.rate) - growth / Real(unsignedWad: terms.tau)).nearestWad
    }

    /// The value with the spot and the forward moved by `shift`.
    ///
    /// Where the lattice has no answer, as without time or volatility or with a yield beyond all models in the last minutes, the larger
    /// of the European value and exercise now.
    func price(shift: Int128, sigma: UInt256) throws(VenueError) -> Int128 {
        let moved = try spot.timesWad(wad + shift, .down)
        let forward = try terms.spot.lowHalf.timesWad(wad + shift, .down)
        let strike = terms.strike.lowHalf
        let intrinsic = max(terms.kind == .call ? moved - strike : strike - moved, 0)
        var european = terms
        european.sigma = sigma
        european.spot = forward.word
        if let yield {
            var american = european
            american.spot = moved.word
            american.yield = yield
            if let value = try? Lattice.value(american, model: .leisenReimer, steps: steps, isAmerican: true) {
                return max(value.price.lowHalf, intrinsic)
            }
        }
        return max(try OptionMark(european).price, intrinsic)
    }

    /// The gain of one unit in each column.
    func gains(
        _ grid: ScenarioGrid, _ columns: [Scenario], moving: Int128, sigma: UInt256
    ) throws(VenueError) -> [Int128] {
        let now = try price(shift: 0, sigma: sigma)
        var gains: [Int128] = []
        for column in columns {
            let shift = try Int128(column.shift).timesWad(moving, .towardZero)
            guard let shocked = grid.shocked(sigma: sigma, column.volatility, strike: terms.strike) else {
                throw .overflow
            }
            gains.append(try price(shift: shift, sigma: shocked).subtracting(now))
        }
        return gains
    }
}

/// A European option's value and what market makers limit, as amounts.
struct OptionMark {
    let price: Int128
    let delta: Int128
    let vega: Int128

    init(_ terms: OptionTerms) throws(VenueError) {
        let value: EuropeanValue
        do { value = try EuropeanValue(terms) } catch { throw .unpriced(error) }
        guard let price = value.price.nearestWad, let delta = value.delta.nearestWad,
            let vega = value.vega.nearestWad, price.bitWidth < 127, vega.bitWidth < 127
        else { throw .overflow }
        self.price = price.lowHalf
        self.delta = delta.lowHalf
        self.vega = vega.lowHalf
    }
}
