public import Foundations

extension ScenarioGrid {
    /// Steps of the lattice that a venue takes unless it says otherwise.
    public static var latticeSteps: Int { 101 }

    /// An American option: its lattice on the moved spot in every column, basis moves included.
    /// Volatilities are rounded to 18 decimals, at most 100.
    ///
    /// - Throws: what the terms deserve; `price` also where a moved spot passes 2^96 units.
    public func americanRow(
        kind: OptionKind, strike: UInt256, sigma: UInt256, steps: Int = ScenarioGrid.latticeSteps
    ) throws(PricingError) -> RevaluationRow {
        try check(strike, sigma)
        let option = AmericanOption(expiry, kind: kind, strike: strike, sigma: sigma, steps: steps)
        return try row(of: option, price: option.price())
    }

    /// An option of this expiry, and what it is worth now.
    func row(of option: AmericanOption, price: Int128) throws(PricingError) -> RevaluationRow {
        let limit = UInt256(100) &* UInt256(wadOne)
        var terms = option.terms
        let volatilities = shockedVolatilities(terms.sigma, moneyness(of: terms.strike)).map { number in
            min(number.nearestWad ?? limit, limit)
        }
        var gains: [Int128] = []
        gains.reserveCapacity(columns.count)
        for scenario in columns {
            terms.spot = scenario.moved(expiry.spot)
            terms.sigma = volatilities[Int(scenario.volatility.rawValue)]
            gains.append(try option.price(terms) &- price)
        }
        return RevaluationRow(columns: gains)
    }
}

extension American {
    /// What the option is worth without volatility: the most that e^(−qt)·S and e^(−rt)·K differ by from now to expiry,
    /// which is at an end or where both discount equally fast.
    static func certainPrice(_ terms: OptionTerms) throws(PricingError) -> UInt256 {
        let numbers = try OptionNumbers(terms)
        func gain(_ spot: Real, _ strike: Real) -> Real { terms.kind == .call ? spot - strike : strike - spot }
        func larger(_ a: Real, _ b: Real) -> Real { a < b ? b : a }
        var best = larger(.zero, gain(numbers.spot, numbers.strike))
        best = larger(best, gain(numbers.forwardValue, numbers.strikeValue))
        let (rate, yield) = (numbers.rate, numbers.yield)
        if !rate.isZero, !yield.isZero, rate.isNegative == yield.isNegative, terms.rate != terms.yield {
            // rK·e^(−rt) = qS·e^(−qt).
            let ratio = Real.logarithm(
                of: (rate * numbers.strike).magnitude, over: (yield * numbers.spot).magnitude)
            let time = ratio / (rate - yield)
            if Real.zero < time, time < numbers.time {
                best = larger(
                    best,
                    gain(
                        numbers.spot * (-(yield * time)).exponential, numbers.strike * (-(rate * time)).exponential))
            }
        }
        guard let word = best.nearestWad else { throw .overflow }
        return word
    }
}
