import Derivatives
import Foundation
import Foundations
import Testing

// The Greeks of American options against two models that share nothing with the lattice: the integral equation of the exercise
// boundary, and Black's formula where exercise before expiry never pays. Tests/Acceptance/test_venue_rpc.py holds them to QuantLib.

private func wad(_ value: Double) -> UInt256 { Int128(value * 1e18).word }
private func number(_ amount: Int128) -> Double { Double(amount) / 1e18 }

/// An option at spot 100 with a yield.
private struct Case {
    var kind = OptionKind.put
    var strike = 100.0
    var years = 0.25
    var sigma = 0.6
    var rate = 0.05
    var yield = 0.02

    var forward: Double { 100 * exp((rate - yield) * years) }
    var spread: Double { sigma * years.squareRoot() }

    var option: AmericanOption {
        let expiry = GridExpiry(spot: wad(100), forward: wad(forward), tau: wad(years), rate: wad(rate))
        return AmericanOption(expiry, kind: kind, strike: wad(strike), sigma: wad(sigma))
    }

    func greeks() throws -> (delta: Double, gamma: Double, vega: Double, theta: Double) {
        let (delta, gamma) = try option.forwardGreeks(price: option.price())
        return try (number(delta), number(gamma), number(option.vega()), number(option.theta()))
    }

    /// By narrow differences of the integral equation's values, of which 1e-9 is right.
    func reference() throws -> (delta: Double, gamma: Double, vega: Double, theta: Double) {
        func value(spot: Double = 100, years: Double? = nil, sigma: Double? = nil) throws -> Double {
            let time = years ?? self.years
            // Spot and forward stay where they are as time passes.
            let yield = rate - (rate - yield) * self.years / time
            let terms = OptionTerms(
                kind: kind, spot: wad(spot), strike: wad(strike), tau: wad(time), sigma: wad(sigma ?? self.sigma),
                rate: wad(rate), yield: wad(yield))
            return Double(try American.value(terms).price.lowWord) / 1e18
        }
        let (move, ratio) = (100 * spread / 64, forward / 100)
        let (below, here, above) = try (value(spot: 100 - move), value(), value(spot: 100 + move))
        let share = 1.0 / 256
        return try (
            (above - below) / (2 * move) / ratio, (above - 2 * here + below) / (move * move) / (ratio * ratio),
            (value(sigma: sigma * (1 + share)) - value(sigma: sigma * (1 - share))) / (2 * share * sigma),
            (value(years: years * (1 - share)) - value(years: years * (1 + share))) / (2 * share * years)
        )
    }
}

extension UInt256 {
    fileprivate var lowWord: UInt128 { UInt128(limb1) << 64 | UInt128(limb0) }
}

/// Delta within 0.001, gamma within 2 % of 1/(S·σ√τ), vega within 0.1 % of S·√τ, theta within 0.1 % of S·σ/√τ.
@Test func americanGreeksAreThoseOfTheIntegralEquation() throws {
    var random = SeededRandom(seed: 11, stream: 0)
    func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(random.next() >> 11) / 0x1p53 }
    var exercised = 0
    for round in 0..<24 {
        var option = Case()
        option.kind = round % 2 == 0 ? .call : .put
        option.years = exp(uniform(log(2.0 / 365), 0))
        option.sigma = uniform(0.2, 1.5)
        option.strike = 100 * exp(uniform(-2, 2) * option.spread)
        (option.rate, option.yield) = (uniform(0.01, 0.1), uniform(0.01, 0.1))
        let (found, exact) = try (option.greeks(), option.reference())
        let root = option.years.squareRoot()
        #expect(abs(found.delta - exact.delta) < 1e-3, "\(option)")
        #expect(abs(found.gamma - exact.gamma) < 0.02 / (100 * option.spread), "\(option)")
        #expect(abs(found.vega - exact.vega) < 0.1 * root, "\(option)")
        #expect(abs(found.theta - exact.theta) < 0.1 * option.sigma / root, "\(option)")
        let european = try BlackScholes.value(
            OptionTerms(
                kind: option.kind, forward: wad(option.forward), strike: wad(option.strike), tau: wad(option.years),
                sigma: wad(option.sigma), rate: wad(option.rate)))
        if abs(number(try #require(Int128(signedWord: european.delta))) - exact.delta) > 2e-3 { exercised += 1 }
    }
    // The European ones would not have passed.
    #expect(exercised > 4)
}

/// A call whose underlying yields nothing is never exercised before expiry.
@Test func withoutEarlyExerciseTheyAreBlacks() throws {
    for strike in [60.0, 90, 100, 120, 200] {
        var option = Case(kind: .call, strike: strike)
        option.yield = 0
        let european = try BlackScholes.value(
            OptionTerms(
                kind: .call, forward: wad(option.forward), strike: wad(strike), tau: wad(option.years),
                sigma: wad(option.sigma), rate: wad(option.rate)))
        func exact(_ word: UInt256) throws -> Double { number(try #require(Int128(signedWord: word))) }
        let found = try option.greeks()
        #expect(abs(try exact(european.delta) - found.delta) < 5e-4)
        #expect(abs(try exact(european.gamma) - found.gamma) < 2e-5)
        #expect(abs(try exact(european.vega) - found.vega) < 0.02)
        #expect(abs(try exact(european.theta) - found.theta) < 0.05)
    }
}

@Test func whatIsExercisedNowMovesWithItsPayoffAlone() throws {
    var option = Case(kind: .put, strike: 250)
    option.rate = 0.1
    let found = try option.greeks()
    // −1 by the spot, with which the forward moves in proportion.
    #expect(abs(found.delta + 100 / option.forward) < 1e-15)
    #expect(abs(found.gamma) < 1e-12 && found.vega == 0 && found.theta == 0)
}

/// At expiry, without volatility and at the ends of what is allowed there is an answer, or an error.
@Test func americanGreeksOfAnyTerms() throws {
    let end = GridExpiry(spot: wad(100), forward: wad(100), tau: .zero, rate: .zero)
    let due = AmericanOption(end, kind: .call, strike: wad(90), sigma: wad(0.5))
    #expect(try due.price() == 10 * 1_000_000_000_000_000_000)
    #expect(try due.forwardGreeks(price: due.price()) == (1_000_000_000_000_000_000, 0))
    #expect(try due.vega() == 0 && due.theta() == 0)
    var still = Case(kind: .call, strike: 90)
    still.sigma = 0
    let found = try still.greeks()
    #expect(abs(found.delta - exp(-still.rate * still.years)) < 1e-9 || abs(found.delta - 100 / still.forward) < 1e-9)
    #expect(abs(found.gamma) < 1e-9 && found.vega == 0)
    var random = SeededRandom(seed: 3, stream: 0)
    for _ in 0..<500 {
        func word(_ bits: UInt64) -> UInt256 { (UInt256(random.next()) << (random.next() % bits)) &+ UInt256.one }
        let expiry = GridExpiry(spot: word(33), forward: word(33), tau: word(3), rate: word(2))
        let option = AmericanOption(expiry, kind: .put, strike: word(33), sigma: word(4), steps: 15)
        guard let price = try? option.price() else { continue }
        _ = try? option.forwardGreeks(price: price)
        _ = try? option.vega()
        _ = try? option.theta()
    }
}
