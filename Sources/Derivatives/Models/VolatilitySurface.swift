public import Foundations

/// Why a volatility surface is refused.
public enum SurfaceError: Error, Equatable, Sendable {
    /// b < 0, |ρ| ≥ 1, σ ≤ 0, the least variance not positive, a wing steeper than 2, or a parameter of 100 and more.
    case parameters
    /// The density of the slice is negative somewhere.
    case butterfly
    /// A later slice has less total variance somewhere.
    case calendar
    /// Expiries that do not rise, or none, or more than 64.
    case expiries
}

/// One expiry of a surface in Gatheral's raw parameters: total variance w(k) = a + b·(ρ·(k − m) + √((k − m)² + σ²)) for
/// k = ln(K/F). All of 18 decimals, in two's complement. Source: Gatheral and Jacquier (2014).
public struct VolatilitySlice: Equatable, Sendable {
    public var a: UInt256
    public var b: UInt256
    public var rho: UInt256
    public var m: UInt256
    public var sigma: UInt256

    public init(a: UInt256, b: UInt256, rho: UInt256, m: UInt256, sigma: UInt256) {
        self.a = a
        self.b = b
        self.rho = rho
        self.m = m
        self.sigma = sigma
    }
}

/// Slices by expiry, free of arbitrage: between two expiries total variance is linear in time, before the first and behind
/// the last it is proportional to time.
///
/// On entry each slice is checked at 257 points k = m + σ·t, t from −32 to 32, for Durrleman's condition g(k) ≥ 0, and at
/// its wings by Lee's bound b·(1 + |ρ|) ≤ 2; each against the one before at the points of both, and at the wings.
public struct VolatilitySurface: Sendable {
    private let times: [Real]
    private let slices: [SliceNumbers]

    public init(expiries: [(tau: UInt256, slice: VolatilitySlice)]) throws(SurfaceError) {
        guard !expiries.isEmpty, expiries.count <= 64 else { throw .expiries }
        var times: [Real] = []
        var slices: [SliceNumbers] = []
        for (tau, slice) in expiries {
            guard tau.bitWidth <= 70, !tau.isZero else { throw .expiries }
            let time = Real(unsignedWad: tau)
            if let last = times.last, !(last < time) { throw .expiries }
            let numbers = try SliceNumbers(slice)
            if numbers.hasNegativeDensity { throw .butterfly }
            if let earlier = slices.last, numbers.isBelow(earlier) { throw .calendar }
            times.append(time)
            slices.append(numbers)
        }
        self.times = times
        self.slices = slices
    }

    /// σ(K, τ) for k = ln(strike ÷ forward): √(w/τ). nil for τ = 0, a zero price, or more than 2^96 units.
    public func volatility(forward: UInt256, strike: UInt256, tau: UInt256) -> UInt256? {
        guard !tau.isZero, tau.bitWidth <= 70, !forward.isZero, !strike.isZero, forward.bitWidth <= 96,
            strike.bitWidth <= 96
        else { return nil }
        let k = Real.logarithm(of: Real(bits: strike, places: 0), over: Real(bits: forward, places: 0))
        let time = Real(unsignedWad: tau)
        return (totalVariance(k, time) / time).squareRoot.nearestWad
    }

    private func totalVariance(_ k: Real, _ time: Real) -> Real {
        var next = 0
        while next < times.count, times[next] < time { next += 1 }
        if next == 0 { return slices[0].variance(k) * time / times[0] }
        if next == times.count { return slices[next - 1].variance(k) * time / times[next - 1] }
        let (early, late) = (slices[next - 1].variance(k), slices[next].variance(k))
        return early + (late - early) * ((time - times[next - 1]) / (times[next] - times[next - 1]))
    }
}

private struct SliceNumbers {
    let a: Real
    let b: Real
    let rho: Real
    let m: Real
    let sigma: Real

    init(_ slice: VolatilitySlice) throws(SurfaceError) {
        let limit = UInt256(100) &* UInt256(wadOne)
        for word in [slice.a, slice.b, slice.rho, slice.m, slice.sigma] {
            guard word.magnitude < limit else { throw .parameters }
        }
        a = Real(signedWad: slice.a)
        b = Real(signedWad: slice.b)
        rho = Real(signedWad: slice.rho)
        m = Real(signedWad: slice.m)
        sigma = Real(signedWad: slice.sigma)
        guard !b.isNegative, !sigma.isNegative, !sigma.isZero, slice.rho.magnitude < UInt256(wadOne),
            !(Real(2) < b * (.one + rho.magnitude))
        else { throw .parameters }
        let least = a + b * sigma * (Real.one - rho * rho).squareRoot
        guard !least.isNegative, !least.isZero else { throw .parameters }
    }

    func variance(_ k: Real) -> Real {
        let x = k - m
        return a + b * (rho * x + (x * x + sigma * sigma).squareRoot)
    }

    /// The points that checks look at.
    var points: [Real] {
        (0...256).map { index in
            let t = Real(UInt64(index < 128 ? 128 - index : index - 128)).scaled(by: -2)
            return index < 128 ? m - sigma * t : m + sigma * t
        }
    }

    /// g(k) = (1 − k·w′/(2w))² − w′²/4·(1/w + ¼) + w″/2 < 0 somewhere.
    var hasNegativeDensity: Bool {
        points.contains { k in
            let x = k - m
            let root = (x * x + sigma * sigma).squareRoot
            let w = a + b * (rho * x + root)
            let slope = b * (rho + x / root)
            let bend = b * sigma * sigma / (root * root * root)
            let first = Real.one - k * slope / w.scaled(by: 1)
            let second = (slope * slope).scaled(by: -2) * (Real.one / w + Real.half.scaled(by: -1))
            return (first * first - second + bend.scaled(by: -1)).isNegative
        }
    }

    func isBelow(_ earlier: SliceNumbers) -> Bool {
        if b * (.one + rho) < earlier.b * (.one + earlier.rho) { return true }
        if b * (.one - rho) < earlier.b * (.one - earlier.rho) { return true }
        return (points + earlier.points).contains { variance($0) < earlier.variance($0) }
    }
}
