// One number that depends on every result of the pricing library for many random inputs. Scripts/check-guest computes it
// natively at -O and at -Onone, on riscv32 and on wasm32: it must be the same everywhere. Imports nothing that the library
// itself does not, so that it builds in a moment.

import Derivatives
import Foundations

private struct Digest {
    private var seed: UInt64 = 2
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var z = seed
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of up to `bits` bits, small ones as often as large ones.
    mutating func number(_ bits: UInt64) -> UInt256 {
        UInt256(limbs: next(), next(), next(), next()) >> (256 - 1 - next() % bits)
    }

    /// A number of 18 decimals, of either sign.
    mutating func signed(_ bits: UInt64) -> UInt256 { next() & 1 == 0 ? number(bits) : number(bits).negated }

    mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x0000_0100_0000_01b3
        value ^= value >> 29
    }

    mutating func absorb(_ word: UInt256) {
        mix(word.limb0)
        mix(word.limb1)
        mix(word.limb2)
        mix(word.limb3)
    }

    mutating func absorb(_ function: () throws(FixedPointError) -> UInt256) {
        do throws(FixedPointError) { absorb(try function()) } catch { mix(error == .domain ? 2 : 3) }
    }
}

@_cdecl("guest_digest")
public func guestDigest(_ inputs: Int32) -> UInt64 {
    var digest = Digest()
    for index in 0..<inputs {
        switch index % 50 {
        case 0..<36: absorbFunction(&digest)
        case 36..<45: absorbPrice(&digest)
        case 45..<48: absorbVolatility(&digest)
        case 48: absorbLattice(&digest, isFirst: index < 50)
        default: absorbGrid(&digest)
        }
    }
    return digest.value
}

/// One function at one argument, in one rounding.
private func absorbFunction(_ digest: inout Digest) {
    let rounding = Rounding.allCases[Int(truncatingIfNeeded: digest.next() % 5)]
    let (any, exponent, small) = (digest.number(255), digest.signed(67), digest.signed(64))
    let share = UInt256(digest.next() % 1_000_000_000_000_000_000)
    switch digest.next() % 12 {
    case 0: digest.absorb { () throws(FixedPointError) in try FixedPoint.exponential(exponent, rounding: rounding) }
    case 1: digest.absorb { () throws(FixedPointError) in try FixedPoint.exponential2(exponent, rounding: rounding) }
    case 2: digest.absorb { () throws(FixedPointError) in try FixedPoint.naturalLogarithm(any, rounding: rounding) }
    case 3: digest.absorb { () throws(FixedPointError) in try FixedPoint.logarithm2(any, rounding: rounding) }
    case 4: digest.absorb(FixedPoint.squareRoot(any, rounding: rounding))
    case 5: digest.absorb { () throws(FixedPointError) in try FixedPoint.power(any, small, rounding: rounding) }
    case 6: digest.absorb(FixedPoint.errorFunction(small, rounding: rounding))
    case 7: digest.absorb(FixedPoint.complementaryErrorFunction(small, rounding: rounding))
    case 8: digest.absorb(FixedPoint.normalDensity(small, rounding: rounding))
    case 9: digest.absorb(FixedPoint.normalDistribution(small, rounding: rounding))
    case 10: digest.absorb { () throws(FixedPointError) in try FixedPoint.normalQuantile(share, rounding: rounding) }
    default:
        let (b, c) = (digest.number(255), digest.number(255))
        digest.absorb { () throws(FixedPointError) in
            try FixedPoint.multiplyDivide(any, b, c, rounding: rounding)
        }
    }
}

private func terms(_ digest: inout Digest) -> OptionTerms {
    let spot = digest.number(90) &+ 1
    // Half of the strikes near the spot.
    let strike =
        digest.next() & 1 == 0 ? spot &* UInt256(500 + digest.next() % 1500) / 1000 &+ 1 : digest.number(90) &+ 1
    return OptionTerms(
        kind: digest.next() & 1 == 0 ? .call : .put, spot: spot, strike: strike, tau: digest.number(64),
        sigma: digest.number(63), rate: digest.signed(59), yield: digest.signed(59))
}

private func absorbPrice(_ digest: inout Digest) {
    let terms = terms(&digest)
    do throws(PricingError) {
        let value = try BlackScholes.value(terms)
        for number in [
            value.price, value.delta, value.gamma, value.vega, value.theta, value.rho, value.vanna, value.volga,
        ] {
            digest.absorb(number)
        }
    } catch {
        digest.mix(5)
    }
}

private func absorbVolatility(_ digest: inout Digest) {
    let terms = terms(&digest)
    do throws(PricingError) {
        digest.absorb(try BlackScholes.impliedVolatility(terms, price: try BlackScholes.value(terms).price))
    } catch {
        digest.mix(error == .belowIntrinsic ? 6 : error == .aboveBound ? 7 : 8)
    }
}

private func absorbLattice(_ digest: inout Digest, isFirst: Bool) {
    let terms = terms(&digest)
    let model = LatticeModel.allCases[Int(truncatingIfNeeded: digest.next() % 3)]
    do throws(PricingError) {
        let value = try Lattice.value(
            terms, model: model, steps: 15, isAmerican: digest.next() & 1 == 0)
        digest.absorb(value.price)
        digest.absorb(value.delta)
        for spot in value.boundary { digest.absorb(spot) }
    } catch {
        digest.mix(9)
    }
    guard isFirst else { return }
    // The integral equation is a matter of seconds under an emulator: once.
    do throws(PricingError) {
        let unit = UInt256(1_000_000_000_000_000_000 as UInt64)
        let value = try American.value(
            OptionTerms(
                kind: .put, spot: unit, strike: unit, tau: unit >> 1, sigma: unit >> 2, rate: unit >> 4,
                yield: unit >> 5))
        digest.absorb(value.price)
        digest.absorb(value.boundary)
    } catch {
        digest.mix(10)
    }
}

private func absorbGrid(_ digest: inout Digest) {
    let terms = terms(&digest)
    do throws(PricingError) {
        let grid = try PortfolioGrid(
            underlyings: 1,
            expiries: [(0, GridExpiry(spot: terms.spot, forward: terms.spot, tau: terms.tau, rate: terms.rate))],
            scenarios: .standard)
        let option: GridInstrument = terms.kind == .call ? .europeanCall : .europeanPut
        let gains = try grid.gains(
            of: [
                GridPosition(
                    instrument: option, place: 0, price: terms.strike, sigma: terms.sigma, size: digest.signed(90)),
                GridPosition(
                    instrument: .perpetual, place: 0, price: terms.spot, sigma: .zero, size: digest.signed(90)),
                GridPosition(instrument: .future, place: 0, price: .zero, sigma: .zero, size: digest.signed(90)),
            ], credit: 500_000_000_000_000_000)
        digest.absorb(gains.worst)
        for gain in gains.gains[0] + gains.basis { digest.absorb(gain) }
    } catch {
        digest.mix(11)
    }
}
