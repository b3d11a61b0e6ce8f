import Derivatives
import Foundations
import Testing

// `condor price check` holds the models to the golden files; here stand laws, limits and domains.

private let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
private func decimal(_ text: String) -> UInt256 { PricingFixtures.wad(text)! }

private func terms(
    _ kind: OptionKind = .call, _ spot: String = "100", _ strike: String = "100", tau: String = "1",
    sigma: String = "0.2", rate: String = "0", yield: String = "0"
) -> OptionTerms {
    OptionTerms(
        kind: kind, spot: decimal(spot), strike: decimal(strike), tau: decimal(tau), sigma: decimal(sigma),
        rate: decimal(rate), yield: decimal(yield))
}

private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state << 32)
    }
    mutating func number(_ bits: UInt64) -> UInt256 {
        UInt256(limbs: next(), next(), 0, 0) >> (128 - next() % (bits + 1))
    }
}

/// derivatives.md, section 10.
@Test func publishedPrice() throws {
    let value = try BlackScholes.value(
        terms(.call, "104210", "114631", tau: "0.01917808", sigma: "0.55", rate: "0.04"))
    #expect(distance(value.price, decimal("428.4877")) < decimal("0.00005"))
}

@Test func priceDomains() throws {
    func error(_ change: (inout OptionTerms) -> Void) -> PricingError? {
        var terms = terms(sigma: "1")
        change(&terms)
        do throws(PricingError) {
            _ = try BlackScholes.value(terms)
            return nil
        } catch {
            return error
        }
    }
    #expect(error { $0.spot = .zero } == .price && error { $0.strike = .zero } == .price)
    #expect(error { $0.spot = .one << 96 } == .price && error { $0.strike = .one << 96 } == .price)
    #expect(error { $0.strike = (.one << 96) - 1 } == nil && error { $0.spot = .one } == nil)
    let hundred = decimal("100")
    #expect(error { $0.tau = hundred + 1 } == .time && error { $0.tau = hundred } == nil)
    #expect(error { $0.sigma = hundred + 1 } == .volatility && error { $0.sigma = hundred } == nil)
    #expect(error { $0.sigma = .max } == .volatility)
    for path in [\OptionTerms.rate, \OptionTerms.yield] {
        #expect(error { $0[keyPath: path] = decimal("10") + 1 } == .rate)
        #expect(error { $0[keyPath: path] = decimal("-10") &- 1 } == .rate)
        #expect(error { $0[keyPath: path] = .one << 255 } == .rate)
        #expect(error { $0[keyPath: path] = decimal("10") } == nil)
        #expect(error { $0[keyPath: path] = decimal("-10") } == nil)
    }
}

/// Whatever the numbers: a call is worth between 0 and the discounted spot, deltas differ by the carry, and parity holds
/// to two units.
@Test func parityOfAnyInputs() throws {
    var random = Generator(state: 9)
    var priced = 0
    for _ in 0..<20000 {
        var terms = terms()
        (terms.spot, terms.strike) = (random.number(96), random.number(96))
        (terms.tau, terms.sigma) = (random.number(67), random.number(67))
        terms.rate = random.next() % 2 == 0 ? random.number(64) : random.number(64).negated
        guard let call = try? BlackScholes.value(terms) else { continue }
        terms.kind = .put
        let put = try BlackScholes.value(terms)
        priced += 1
        #expect(call.price <= terms.spot && call.delta <= wad, "\(terms)")
        #expect(distance(call.delta, put.delta &+ wad) <= 1)
        #expect(call.gamma == put.gamma && call.vega == put.vega && call.vanna == put.vanna)
        // S − K·e^(−rτ) from the limits without volatility, whose price is exact.
        terms.sigma = .zero
        let low = try BlackScholes.value(terms).price
        terms.kind = .call
        let intrinsic = try BlackScholes.value(terms).price &- low
        #expect(distance(call.price &- put.price, intrinsic) <= 2, "\(terms)")
    }
    #expect(priced > 8000)
}

/// A forward as underlying, and one spot that grows to it, are the same option up to the forward's rounding.
@Test func black76IsTheForwardsModel() throws {
    let black = OptionTerms(
        kind: .put, forward: decimal("103"), strike: decimal("110"), tau: decimal("0.5"), sigma: decimal("0.4"),
        rate: decimal("0.05"))
    var merton = black
    merton.yield = .zero
    merton.spot = decimal("100.456920938918")  // 103·e^(−0.025)
    let (a, b) = (try BlackScholes.value(black), try BlackScholes.value(merton))
    #expect(distance(a.price, b.price) < decimal("0.00001"))
}

@Test func impliedVolatilityIsTheInverse() throws {
    var random = Generator(state: 21)
    var count = 0
    for _ in 0..<3000 {
        var terms = terms(random.next() % 2 == 0 ? .call : .put)
        terms.spot = wad &* UInt256(1 + random.next() % 100_000)
        terms.strike = terms.spot &* UInt256(500 + random.next() % 1500) / 1000
        terms.tau = UInt256(1_000_000_000_000_000 + random.next() % 2_000_000_000_000_000_000)
        terms.sigma = UInt256(50_000_000_000_000_000 + random.next() % 2_000_000_000_000_000_000)
        terms.rate = UInt256(random.next() % 100_000_000_000_000_000)
        guard let value = try? BlackScholes.value(terms), value.vega > 1_000_000_000_000 else { continue }
        let price = value.price
        guard let sigma = try? BlackScholes.impliedVolatility(terms, price: price) else { continue }
        count += 1
        terms.sigma = sigma
        let again = try BlackScholes.value(terms)
        #expect(distance(again.price, price) <= max(1, value.vega / wad), "\(terms)")
    }
    #expect(count > 1500)
}

@Test func impliedVolatilityRefuses() {
    func error(_ terms: OptionTerms, _ price: String) -> PricingError? {
        do throws(PricingError) {
            _ = try BlackScholes.impliedVolatility(terms, price: decimal(price))
            return nil
        } catch {
            return error
        }
    }
    #expect(error(terms(.call, "100", "90"), "10") == .belowIntrinsic)
    #expect(error(terms(.call, "100", "90"), "10.000000000000000001") == nil)
    #expect(error(terms(.call, "100", "110"), "0") == .belowIntrinsic)
    #expect(error(terms(.call, "100", "110"), "100") == .aboveBound)
    #expect(error(terms(.call, "100", "110"), "99.999999999999999999") == nil)
    #expect(error(terms(.put, "100", "110"), "110") == .aboveBound)
    #expect(error(terms(.put, "100", "110"), "10") == .belowIntrinsic)
    #expect(error(terms(tau: "0"), "10") == .time)
    #expect(error(terms(tau: "0.000000000000000001"), "10") == .volatility)
    #expect(error(terms(.call, "100", "100"), "-1") == .aboveBound)
}

@Test func latticesOfTextbooks() throws {
    // Hull, Options, Futures and Other Derivatives: a put at 50, K = 52, two years, CRR of two steps; 7.4284.
    let put = terms(.put, "50", "52", tau: "2", sigma: "0.3", rate: "0.05")
    let value = try Lattice.value(put, model: .coxRossRubinstein, steps: 2, isAmerican: true)
    #expect(value.price == decimal("7.428401902704835740"))
    #expect(value.boundary.count == 2 && !value.boundary[1].isZero)
    for model in LatticeModel.allCases {
        let european = try Lattice.value(put, model: model, steps: 301, isAmerican: false)
        #expect(distance(european.price, try BlackScholes.value(put).price) < decimal("0.02"))
    }
}

@Test func latticeDomains() {
    func error(_ terms: OptionTerms, _ model: LatticeModel = .leisenReimer, _ steps: Int = 3) -> PricingError? {
        do throws(PricingError) {
            _ = try Lattice.value(terms, model: model, steps: steps, isAmerican: true)
            return nil
        } catch {
            return error
        }
    }
    #expect(error(terms()) == nil && error(terms(), .leisenReimer, 4) == .steps)
    #expect(error(terms(), .jarrowRudd, 0) == .steps && error(terms(), .jarrowRudd, 2048) == .steps)
    #expect(error(terms(tau: "0")) == .time && error(terms(sigma: "0")) == .volatility)
    #expect(error(terms(sigma: "0.01", rate: "0.5"), .coxRossRubinstein) == .probability)
    #expect(error(terms(tau: "100", sigma: "100"), .jarrowRudd) == .overflow)
}

/// No terms trap, in any model.
@Test func modelsOfAnyWords() {
    var random = Generator(state: 5)
    var priced = 0
    for round in 0..<6000 {
        var terms = terms(round % 2 == 0 ? .call : .put)
        (terms.spot, terms.strike) = (random.number(97), random.number(97))
        (terms.tau, terms.sigma) = (random.number(68), random.number(68))
        terms.rate = random.next() % 2 == 0 ? random.number(64) : random.number(64).negated
        terms.yield = random.next() % 2 == 0 ? random.number(64) : random.number(64).negated
        _ = try? BlackScholes.value(terms)
        _ = try? BlackScholes.impliedVolatility(terms, price: random.number(97))
        let model = LatticeModel.allCases[round % 3]
        if (try? Lattice.value(terms, model: model, steps: 1 + round % 40 | 1, isAmerican: true)) != nil { priced += 1 }
    }
    #expect(priced > 100)
}
