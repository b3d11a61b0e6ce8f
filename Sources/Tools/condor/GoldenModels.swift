import Derivatives
import Foundations
import JSONText

/// Option models against golden values. Distances are in units of 1e-18.
enum GoldenModels {
    private static func terms(_ row: GoldenRow, _ kind: OptionKind, sigma: UInt256? = nil) throws(GoldenError)
        -> OptionTerms?
    {
        let volatility: UInt256?
        if let sigma { volatility = sigma } else { volatility = try row.wad("sigma") }
        guard let volatility, let spot = try row.wad("S"), let strike = try row.wad("K"), let tau = try row.wad("T"),
            let rate = try row.wad("r"), let yield = try row.wad("q")
        else { return nil }
        return OptionTerms(
            kind: kind, spot: spot, strike: strike, tau: tau, sigma: volatility, rate: rate, yield: yield)
    }

    private static func kind(_ row: GoldenRow) throws(GoldenError) -> OptionKind {
        try row["type"] == "call" ? .call : .put
    }

    /// Price within 1 unit × max(1, S) or relative 1e-24; Greeks within 1 unit or relative 1e-18; parity within 2 units.
    @Sendable static func european(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let callTerms = try terms(row, .call), let putTerms = try terms(row, .put) else { return nil }
        guard let call = try? BlackScholes.value(callTerms), let put = try? BlackScholes.value(putTerms) else {
            return GoldenOutcome(detail: "refused", share: .infinity)
        }
        var outcome = GoldenOutcome()
        let spot = max(1, try row.number("S").approximate)
        func compare(_ column: String, _ actual: UInt256) throws(GoldenError) {
            let expected = try row.number(column)
            let size = abs(expected.approximate)
            let limit = column == "call" || column == "put" ? max(spot, size * 1e-6) : max(1, size)
            outcome.add(column, expected.distance(to: actual), limit: limit, actual, try row[column])
        }
        try compare("call", call.price)
        try compare("put", put.price)
        try compare("delta_c", call.delta)
        try compare("delta_p", put.delta)
        for (column, actual, other) in [
            ("gamma", call.gamma, put.gamma), ("vega", call.vega, put.vega), ("vanna", call.vanna, put.vanna),
            ("volga", call.volga, put.volga),
        ] {
            try compare(column, actual)
            if actual != other { outcome.fail("\(column) differs between call and put") }
        }
        try compare("theta_c", call.theta)
        try compare("theta_p", put.theta)
        try compare("rho_c", call.rho)
        try compare("rho_p", put.rho)
        try parity(row, call.price, put.price, &outcome)
        return outcome
    }

    /// Call less put of the results against the same of the golden numbers.
    private static func parity(
        _ row: GoldenRow, _ call: UInt256, _ put: UInt256, _ outcome: inout GoldenOutcome
    ) throws(GoldenError) {
        // Each is signed by where its exact value lies, so that errors of one sign cancel.
        let errors = (try row.number("call").error(of: call)) - (try row.number("put").error(of: put))
        outcome.add("parity", abs(errors), limit: 2, call &- put, "call − put")
    }

    /// Limits are the exact ones, correctly rounded.
    @Sendable static func limits(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let callTerms = try terms(row, .call), let putTerms = try terms(row, .put) else { return nil }
        guard let call = try? BlackScholes.value(callTerms), let put = try? BlackScholes.value(putTerms) else {
            return GoldenOutcome(detail: "refused", share: .infinity)
        }
        var outcome = GoldenOutcome()
        for (column, actual) in [
            ("call", call.price), ("put", put.price), ("delta_c", call.delta), ("delta_p", put.delta),
        ] {
            outcome.add(column, try row.number(column).distance(to: actual), limit: 0.500001, actual, try row[column])
        }
        return outcome
    }

    /// The volatility of the rounded price within 1 unit, and it reprices within 1 unit × max(1, vega); `none` is refused
    /// with a reason. Rows without volatility have less than 10 units of time value: refused, or repriced.
    @Sendable static func impliedVolatility(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let terms = try terms(row, try kind(row), sigma: .zero), let price = try row.wad("price_wad") else {
            return nil
        }
        var outcome = GoldenOutcome()
        let expected = try row["sigma_of_price_wad"]
        let sigma: UInt256
        do {
            sigma = try BlackScholes.impliedVolatility(terms, price: price)
        } catch {
            let known = error == .belowIntrinsic || error == .aboveBound
            if !known || !(expected.isEmpty || expected == "none") { outcome.fail("refused: \(error)") }
            return outcome
        }
        if try row["kind"] == "none" {
            outcome.fail("not refused: \(DecimalText.text(sigma))")
            return outcome
        }
        if !expected.isEmpty {
            outcome.add("sigma", try GoldenNumber(expected).distance(to: sigma), limit: 1, sigma, expected)
        }
        var priced = terms
        priced.sigma = sigma
        guard let value = try? BlackScholes.value(priced) else {
            return GoldenOutcome(detail: "refused", share: .infinity)
        }
        outcome.add(
            "repriced", (value.price &- price).magnitude.approximate, limit: max(1, value.vega.approximate / 1e18),
            value.price, DecimalText.text(price))
        return outcome
    }

    /// Within max(1e-9, 20·err_est) × max(1, price): the golden prices are binary64 and say how far they may be off.
    @Sendable static func american(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let spot = try row.wad("S"), let strike = try row.wad("K"), let days = try row.wad("days_act365"),
            let sigma = try row.wad("sigma"), let rate = try row.wad("r"), let yield = try row.wad("q")
        else { return nil }
        let terms = OptionTerms(
            kind: try kind(row), spot: spot, strike: strike, tau: days / 365, sigma: sigma, rate: rate, yield: yield)
        guard let value = try? American.value(terms) else { return GoldenOutcome(detail: "refused", share: .infinity) }
        var outcome = GoldenOutcome()
        let expected = try row.number("price")
        let tolerance = max(1e-9, 20 * (try row.number("err_est").approximate)) * max(1, expected.approximate)
        outcome.add("price", expected.distance(to: value.price), limit: tolerance * 1e18, value.price, try row["price"])
        return outcome
    }

    /// Within 1e-15 strikes of the lattice's own value; delta within 1e-15.
    @Sendable static func lattice(_ row: GoldenRow) throws(GoldenError) -> GoldenOutcome? {
        guard let terms = try terms(row, try kind(row)) else { return nil }
        let models: [Substring: LatticeModel] = ["lr": .leisenReimer, "crr": .coxRossRubinstein, "jr": .jarrowRudd]
        guard let model = models[try row["model"]], let steps = Int(try row["steps"]),
            let value = try? Lattice.value(
                terms, model: model, steps: steps, isAmerican: try row["style"] == "american")
        else { return GoldenOutcome(detail: "refused", share: .infinity) }
        var outcome = GoldenOutcome()
        let strike = try row.number("K").approximate
        outcome.add(
            "price", try row.number("price").distance(to: value.price), limit: max(1, 1000 * strike), value.price,
            try row["price"])
        outcome.add(
            "delta", try row.number("delta").distance(to: value.delta), limit: 1000, value.delta, try row["delta"])
        return outcome
    }
}

extension GoldenNumber {
    /// result − number, in units of 1e-18.
    func error(of result: UInt256) -> Double {
        let distance = distance(to: result)
        // The sign: a result of one unit more is farther away exactly when it lies above.
        let farther = self.distance(to: result &+ .one) > distance
        return farther ? distance : -distance
    }
}
