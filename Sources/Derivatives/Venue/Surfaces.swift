import Foundations

// Volatility: a slice for each expiry, arbitrage-free when it comes in, and constant in implied volatility until the next one.

/// Points of a slice, without the checks that it has passed.
enum SurfacePoint {
    /// Total variance at k = ln(K/F).
    static func variance(_ slice: VolatilitySlice, k: Real) -> Real {
        let x = k - Real(signedWad: slice.m)
        let sigma = Real(signedWad: slice.sigma)
        return Real(signedWad: slice.a)
            + Real(signedWad: slice.b) * (Real(signedWad: slice.rho) * x + (x * x + sigma * sigma).squareRoot)
    }
}

extension Venue {
    /// Expiries that have a surface, ascending; past ones are gone with the next report.
    public mutating func surfaceExpiries(underlying: UInt32) -> [UInt64] {
        let count = min(storage.load(.surfaceExpiries(underlying, word: 0)).limb0, 64)
        var expiries: [UInt64] = []
        for index in 0..<count {
            let word = storage.load(.surfaceExpiries(underlying, word: 1 + index / 4))
            expiries.append((word >> (index % 4 &* 64)).limb0)
        }
        return expiries
    }

    /// Enters the feed's expiry in the list.
    mutating func noteSurface(_ feed: Feed) throws(VenueError) {
        let known = surfaceExpiries(underlying: feed.underlying)
        if known.contains(feed.expiry), let first = known.first, first > time { return }
        var expiries = known.filter { $0 > time && $0 != feed.expiry }
        expiries.insert(feed.expiry, at: expiries.firstIndex { feed.expiry < $0 } ?? expiries.count)
        guard expiries.count <= 64 else { throw .limitReached(limit: 64) }
        storage.store(.surfaceExpiries(feed.underlying, word: 0), UInt256(UInt64(expiries.count)))
        for start in stride(from: 0, to: max(expiries.count, known.count), by: 4) {
            var word = UInt256.zero
            for index in start..<min(start + 4, expiries.count) {
                word = word | UInt256(expiries[index]) << (UInt64(index - start) &* 64)
            }
            storage.store(.surfaceExpiries(feed.underlying, word: 1 + UInt64(start / 4)), word)
        }
    }

    /// - Throws: `surface` for a slice with butterfly arbitrage, or calendar arbitrage with the slices before and after it, each with
    ///   the variance that is left of it now.
    mutating func checkSurface(_ feed: Feed, _ state: FeedState) throws(VenueError) {
        let expiries = surfaceExpiries(underlying: feed.underlying).filter { $0 > time && $0 != feed.expiry }
        let next = expiries.firstIndex { feed.expiry < $0 } ?? expiries.count
        var slices: [(tau: UInt256, slice: VolatilitySlice)] = []
        for index in [next - 1, -1, next] {
            if index == -1, slices.last?.tau != tau(to: feed.expiry).word {
                slices.append((tau(to: feed.expiry).word, try remaining(state, feed.expiry)))
            } else if index >= 0, index < expiries.count {
                let neighbour = Feed(.surface, underlying: feed.underlying, expiry: expiries[index])
                slices.append(
                    (tau(to: expiries[index]).word, try remaining(self.state(of: neighbour), expiries[index])))
            }
        }
        do { _ = try VolatilitySurface(expiries: slices) } catch { throw .surface(error) }
    }

    /// Years of 365 days from now, rounded down.
    func tau(to expiry: UInt64, from start: UInt64? = nil) -> Int128 {
        let start = start ?? time
        return expiry > start ? (Int128(expiry - start) * wad).divided(by: 31_536_000).quotient : 0
    }

    /// The slice with a and b scaled to the time that is left of its report's.
    private func remaining(_ state: FeedState, _ expiry: UInt64) throws(VenueError) -> VolatilitySlice {
        guard expiry > state.stamp, expiry > time else { throw .expired }
        let (left, whole) = (Int128(expiry - time), Int128(expiry - state.stamp))
        var slice = state.slice
        slice.a = try slice.a.lowHalf.times(left, over: whole, .nearestEven).word
        slice.b = try slice.b.lowHalf.times(left, over: whole, .nearestEven).word
        return slice
    }

    /// σ² of an expiry for k = ln(K/F): of its own slice, or between its neighbours' linear in total variance as of `now`, and
    /// outside them constant.
    func variance(_ slices: [SurfaceSlice], expiry: UInt64, k: Real, now: UInt64) -> Real? {
        guard let first = slices.first, expiry > now else { return nil }
        var before = first
        for slice in slices {
            if slice.expiry == expiry { return slice.variance(k) }
            if slice.expiry > expiry {
                if before.expiry > expiry { return slice.variance(k) }
                // In units of seconds: w = σ²·t.
                let (early, late) = (Real(before.expiry - now), Real(slice.expiry - now))
                let (low, high) = (before.variance(k) * early, slice.variance(k) * late)
                let whole = low + (high - low) * Real(expiry - before.expiry) / Real(slice.expiry - before.expiry)
                return whole / Real(expiry - now)
            }
            before = slice
        }
        return before.variance(k)
    }

    /// The slices of an underlying that reach past `now`.
    mutating func slices(underlying: UInt32, now: UInt64) -> [SurfaceSlice] {
        var slices: [SurfaceSlice] = []
        for expiry in surfaceExpiries(underlying: underlying) where expiry > now {
            let state = state(of: Feed(.surface, underlying: underlying, expiry: expiry))
            guard state.freshAt != 0, expiry > state.stamp else { continue }
            slices.append(
                SurfaceSlice(
                    expiry: expiry, span: expiry - state.stamp, slice: state.slice, confidence: state.confidence))
        }
        return slices
    }
}

/// A slice with the time that its variance is for.
struct SurfaceSlice {
    let expiry: UInt64
    /// Seconds from its report to its expiry.
    let span: UInt64
    let slice: VolatilitySlice
    let confidence: Int128

    /// σ² per year.
    func variance(_ k: Real) -> Real {
        SurfacePoint.variance(slice, k: k) * Real(31_536_000) / Real(span)
    }
}
