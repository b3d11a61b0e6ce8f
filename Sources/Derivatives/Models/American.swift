public import Foundations

/// What an American option is worth.
public struct AmericanValue: Equatable, Sendable {
    public let price: UInt256
    /// The same option with exercise at expiry only.
    public let european: UInt256
    /// The spot at which exercise pays now; 0 where it never does.
    public let boundary: UInt256
}

/// American options without a lattice: the integral equation of the exercise boundary by fixed-point iteration on
/// Chebyshev nodes. Source: Andersen, Lake and Offengenden, "High-performance American option pricing" (2016).
///
/// The boundary B(τ) of a put solves B = K·e^(−(r−q)τ)·N/D, where N and D are integrals over the boundary at shorter
/// times; a call is the put with spot and strike, rate and yield exchanged. ln²(B/B(0)) is interpolated in √τ by a
/// polynomial of degree 16, iterated until no node moves by 2^-50, 40 times at most; the integrals are taken by tanh-sinh quadrature with 57
/// abscissae. The price is within 1e-9 × max(1, price) of the exact one for terms of up to five years (measured, see
/// docs/quant.md).
public enum American {
    static var degree: Int { 16 }
    static var iterations: Int { 40 }

    /// - Throws: what the terms deserve; `time` and `volatility` also for 0; `rate` for negative rates or yields, where
    ///   the region of exercise may have two boundaries.
    public static func value(_ terms: OptionTerms) throws(PricingError) -> AmericanValue {
        guard !terms.rate.isNegative, !terms.yield.isNegative else { throw .rate }
        let european = try EuropeanValue(terms).price
        var put = terms
        if terms.kind == .call {
            (put.kind, put.spot, put.strike) = (.put, terms.strike, terms.spot)
            (put.rate, put.yield) = (terms.yield, terms.rate)
        }
        let numbers = try OptionNumbers(put)
        if numbers.time.isZero { throw .time }
        if numbers.sigma.isZero { throw .volatility }
        guard let plain = european.nearestWad else { throw .overflow }
        // Without interest on the strike there is nothing to gain from having it early.
        if numbers.rate.isZero { return AmericanValue(price: plain, european: plain, boundary: .zero) }
        var solver = BoundarySolver(numbers)
        for _ in 0..<iterations where !solver.isSettled { solver.iterate() }
        let limit = solver.boundary
        let intrinsic = numbers.strike - numbers.spot
        var price = intrinsic
        if limit < numbers.spot {
            price = european + solver.premium
            if price < intrinsic { price = intrinsic }
        }
        // A call's boundary lies as far above its strike as the put's below its own.
        let boundary = terms.kind == .put ? limit : numbers.strike * numbers.spot / limit
        guard let priceWad = price.nearestWad, let boundaryWad = boundary.nearestWad else { throw .overflow }
        return AmericanValue(price: priceWad, european: plain, boundary: boundaryWad)
    }
}

/// The exercise boundary of a put.
private struct BoundarySolver {
    /// One abscissa u of the integral from 0 to a node's τ.
    private struct Point {
        /// Where √u lies on the interpolant's [−1, 1].
        let place: Real
        /// σ·√(τ − u), and (r − q)·(τ − u).
        let deviation: Real
        let drift: Real
        /// e^(r·u) and e^(q·u), times the quadrature's weight.
        let rateWeight: Real
        let yieldWeight: Real
    }

    private let numbers: OptionNumbers
    /// r − q, and ln(B(0)/K) with B(0) = K·min(1, r/q).
    private let carry: Real
    private let start: Real
    /// ln(B/B(0)) from below: of the perpetual option's boundary, times slightly more.
    private let floor: Real
    /// τ of each node, its root times σ, ln(B/B(0)) there, and the integral's points.
    private var times: [Real] = []
    private var deviations: [Real] = []
    private var levels: [Real] = []
    private var points: [[Point]] = []
    /// cos(πk/16).
    private let cosines: [Real]
    private var coefficients: [Real] = []
    /// No node moved by 2^-50 in the last step.
    private(set) var isSettled = false

    init(_ numbers: OptionNumbers) {
        self.numbers = numbers
        let (rate, yield, sigma) = (numbers.rate, numbers.yield, numbers.sigma)
        carry = rate - yield
        start = rate < yield ? Real.logarithm(of: rate, over: yield) : .zero
        // The perpetual boundary K·β/(β − 1), β = ½ − b/σ² − √((b/σ² − ½)² + 2r/σ²).
        let variance = sigma * sigma
        let shift = carry / variance - .half
        let beta = -shift - (shift * shift + (rate / variance).scaled(by: 1)).squareRoot
        let perpetual = Real.logarithm(of: beta.magnitude, over: beta.magnitude + .one) - start
        floor = (perpetual.isNegative ? perpetual : .zero) - Real.one / Real(1000)
        // cos(π/16) by halving the angle twice, the rest by the addition theorem.
        let eighth = (Real(2) + .sqrt2).squareRoot
        var cosines = [Real.one, (Real(2) + eighth).squareRoot.scaled(by: -1)]
        for k in 2...32 { cosines.append((cosines[1] * cosines[k - 1]).scaled(by: 1) - cosines[k - 2]) }
        self.cosines = cosines
        let abscissas = TanhSinh.points
        let root = numbers.time.squareRoot
        for node in 0..<American.degree {
            let share = (Real.one + cosines[node]).scaled(by: -1)
            let time = root * share * root * share
            times.append(time)
            deviations.append(sigma * root * share)
            levels.append(BoundarySolver.guess(time, sigma * root * share, carry, floor))
            points.append(
                abscissas.map { abscissa in
                    // u = τ·(1 − h²) with h from 0 to 1; du = 2τ·h·dh.
                    let rest = time * abscissa.square
                    let u = time * abscissa.complement
                    let weight = time * abscissa.weight
                    return Point(
                        place: (share * abscissa.complement.squareRoot).scaled(by: 1) - .one,
                        deviation: sigma * root * share * abscissa.half, drift: carry * rest,
                        rateWeight: (rate * u).exponential * weight, yieldWeight: (yield * u).exponential * weight)
                })
        }
        interpolate()
    }

    /// ln(B/B(0)) after Bjerksund and Stensland (1993): from B(0) to the perpetual boundary by e^h.
    private static func guess(_ time: Real, _ deviation: Real, _ carry: Real, _ floor: Real) -> Real {
        let low = floor.exponential
        let gap = Real.one - low
        let h = (carry * time - deviation.scaled(by: 1)) * low / gap
        let share = h.isNegative ? h.exponential : .one
        return held(Real.logarithm(of: low + gap * share, over: .one), floor: floor)
    }

    /// Between the floor and a hair below B(0).
    private static func held(_ level: Real, floor: Real) -> Real {
        let ceiling = Real(mantissa: 1 << 127, exponent: -50, isNegative: true)
        return level < floor ? floor : level < ceiling ? level : ceiling
    }

    /// The polynomial through ln²(B/B(0)) at the nodes; at τ = 0 that is 0.
    private mutating func interpolate() {
        let n = American.degree
        coefficients = (0...n).map { k in
            var sum = (levels[0] * levels[0]).scaled(by: -1)
            for node in 1..<n {
                let angle = node * k % (2 * n)
                sum = sum + levels[node] * levels[node] * cosines[angle]
            }
            return (sum / Real(UInt64(n))).scaled(by: k == 0 || k == n ? 0 : 1)
        }
    }

    /// ln(B/B(0)) at a place, by Clenshaw's scheme.
    private func level(at place: Real) -> Real {
        var (b1, b2) = (Real.zero, Real.zero)
        let double = place.scaled(by: 1)
        var k = American.degree
        while k > 0 {
            (b1, b2) = (coefficients[k] + double * b1 - b2, b1)
            k -= 1
        }
        let value = coefficients[0] + place * b1 - b2
        return value.isNegative || value.isZero ? .zero : -value.squareRoot
    }

    /// One step for all nodes from the boundary as it was. Near r = q the equation that also has densities converges, for
    /// other rates the one of distributions alone.
    mutating func iterate() {
        let hasDensities = carry.magnitude < Real.one / Real(1000)
        var next: [Real] = []
        for node in 0..<American.degree {
            let drift = carry * times[node]
            let upper = (levels[node] + start + drift) / deviations[node] + deviations[node].scaled(by: -1)
            let lower = upper - deviations[node]
            var (rateSum, yieldSum) = (Real.zero, Real.zero)
            for point in points[node] {
                let up =
                    (levels[node] - level(at: point.place) + point.drift) / point.deviation
                    + point.deviation.scaled(by: -1)
                let down = up - point.deviation
                if hasDensities {
                    rateSum = rateSum + point.rateWeight * down.normalDensity / point.deviation
                    yieldSum =
                        yieldSum + point.yieldWeight * (up.normalDistribution + up.normalDensity / point.deviation)
                } else {
                    rateSum = rateSum + point.rateWeight * down.normalDistribution
                    yieldSum = yieldSum + point.yieldWeight * up.normalDistribution
                }
            }
            var numerator = numbers.rate * rateSum
            var denominator = numbers.yield * yieldSum + upper.normalDistribution
            if hasDensities {
                numerator = numerator + lower.normalDensity / deviations[node]
                denominator = denominator + upper.normalDensity / deviations[node]
            } else {
                numerator = numerator + lower.normalDistribution
            }
            if numerator.isZero || denominator.isZero {
                next.append(levels[node])
                continue
            }
            let level = Real.logarithm(of: numerator, over: denominator) - start - drift
            next.append(BoundarySolver.held(level, floor: floor))
        }
        let least = Real(mantissa: 1 << 127, exponent: -50)
        isSettled = !zip(next, levels).contains { least < ($0 - $1).magnitude }
        levels = next
        interpolate()
    }

    /// B at the whole time to expiry.
    var boundary: Real { numbers.strike * (levels[0] + start).exponential }

    /// What exercise before expiry adds to the European put.
    var premium: Real {
        let distance =
            Real.logarithm(of: numbers.spot, over: numbers.strike) - start
        var sum = Real.zero
        for point in points[0] {
            let up =
                (distance - level(at: point.place) + point.drift) / point.deviation + point.deviation.scaled(by: -1)
            let down = up - point.deviation
            let gain = numbers.rate * numbers.strikeValue * point.rateWeight * (-down).normalDistribution
            let loss = numbers.yield * numbers.forwardValue * point.yieldWeight * (-up).normalDistribution
            sum = sum + (gain - loss)
        }
        return sum
    }
}

/// Abscissas h of ∫₀¹ f(h)·2h·dh, 57 steps of 0.12 of the tanh-sinh rule. Source: Takahasi and Mori (1974).
private enum TanhSinh {
    struct Abscissa {
        let half: Real
        let square: Real
        /// 1 − h², without cancellation.
        let complement: Real
        let weight: Real
    }

    static var points: [Abscissa] {
        let step = Real(12) / Real(100)
        return (0..<57).map { index in
            let t = step * Real(UInt64(index < 28 ? 28 - index : index - 28))
            let (up, down) = (t.exponential, (-t).exponential)
            let sinh = (up - down).scaled(by: -1)
            let cosh = (up + down).scaled(by: -1)
            // 2g = π·sinh t.
            let power = (Real.pi * (index < 28 ? -sinh : sinh)).exponential
            // (1 ± tanh g)/2.
            let high = power / (Real.one + power)
            let low = Real.one / (Real.one + power)
            // The rule's weight on [−1, 1] is step·(π/2)·cosh t·(1 − tanh²g); on [0, 1] half of it, times 2h.
            let weight = step * Real.pi * cosh * high * low * high.scaled(by: 1)
            return Abscissa(
                half: high, square: high * high, complement: low * (Real.one + high), weight: weight)
        }
    }
}
