public import Foundations

extension ScenarioGrid {
    /// Steps of the lattice that a venue takes unless it says otherwise.
    public static var latticeSteps: Int { 101 }

    /// An American option: Leisen and Reimer's lattice on the moved spot in every column, basis moves included.
    ///
    /// The underlying's yield is what takes the spot to the forward, rate − ln(F/S)/τ, at most 10 either way. Volatilities
    /// are rounded to 18 decimals, at most 100. Where a lattice has no probabilities, which is where the volatility is
    /// too small to matter, the option is worth the best of what it pays now, at expiry, and in between without it.
    ///
    /// - Throws: what the terms deserve; `price` also where a moved spot passes 2^96 units.
    public func americanRow(
        kind: OptionKind, strike: UInt256, sigma: UInt256, steps: Int = ScenarioGrid.latticeSteps
    ) throws(PricingError) -> RevaluationRow {
        try check(strike, sigma)
        let limit = UInt256(100) &* UInt256(wadOne)
        var volatilities: [UInt256] = []
        for number in shockedVolatilities(sigma, moneyness(of: strike)) {
            let word = number.nearestWad ?? limit
            volatilities.append(word < limit ? word : limit)
        }
        var terms = OptionTerms(
            kind: kind, spot: expiry.spot, strike: strike, tau: expiry.tau, sigma: volatilities[0], rate: expiry.rate,
            yield: yield)
        let now = try american(terms, steps)
        var gains: [Int128] = []
        gains.reserveCapacity(columns.count)
        for scenario in columns {
            terms.spot = scenario.moved(expiry.spot)
            terms.sigma = volatilities[Int(scenario.volatility.rawValue)]
            gains.append(try american(terms, steps) &- now)
        }
        return RevaluationRow(columns: gains)
    }

    /// What an American option is worth now, in units: what the gains of its row start from.
    func americanMark(kind: OptionKind, strike: UInt256, sigma: UInt256, steps: Int) throws(PricingError) -> Int128 {
        try check(strike, sigma)
        return try american(
            OptionTerms(
                kind: kind, spot: expiry.spot, strike: strike, tau: expiry.tau, sigma: sigma, rate: expiry.rate,
                yield: yield), steps)
    }

    private var yield: UInt256 {
        if expiry.tau.isZero || expiry.spot == expiry.forward { return expiry.rate }
        let growth = Real.logarithm(of: Real(unsignedWad: expiry.forward), over: Real(unsignedWad: expiry.spot))
        let value = Real(signedWad: expiry.rate) - growth / Real(unsignedWad: expiry.tau)
        let limit = UInt256(10) &* UInt256(wadOne)
        guard let word = value.nearestWad, word.magnitude <= limit else {
            return value.isNegative ? limit.negated : limit
        }
        return word
    }

    /// The value in units.
    private func american(_ terms: OptionTerms, _ steps: Int) throws(PricingError) -> Int128 {
        let price: UInt256
        do throws(PricingError) {
            price = try Lattice.value(terms, model: .leisenReimer, steps: steps, isAmerican: true).price
        } catch {
            guard error == .probability || error == .volatility || error == .time else { throw error }
            price = try American.certainPrice(terms)
        }
        return Int128(truncatingIfNeeded: UInt128(words: price.limb1, price.limb0))
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
