/// Where a margin comes from.
public struct MarginBreakdown: Equatable, Sendable {
    /// The worst case before its factor, not above 0.
    public var worst: Int128 = 0
    public var factor: Int128 = 0
    public var contingencies: Int128 = 0
    /// Positions and collateral at their marks, perpetuals and futures less their cost.
    public var markToMarket: Int128 = 0
    public var cash: Int128 = 0

    public init() {}

    /// factor · worst − contingencies + mark-to-market + cash: sound from 0.
    public var margin: Int128 = 0
    public var equity: Int128 = 0
}

/// What portfolio margin is reckoned with besides the table.
struct MarginTerms {
    var credit: Int128
    var factor: Int128
    var kind: MarginKind
}

extension RiskTable {
    /// The account's margin: its sums put together.
    ///
    /// Of each underlying and scenario L = Σ over expiries, in skew scenarios of −|P&L|; the basis losses of all expiries are one more
    /// scenario. worst = λ · min over scenarios of Σ L + (1 − λ) · Σ of the minima, none above 0.
    func margin(_ sums: AccountSums, cash: Int128, _ terms: MarginTerms) throws(VenueError) -> MarginBreakdown {
        let isInitial = terms.kind == .initial
        var result = MarginBreakdown()
        result.factor = terms.factor
        result.markToMarket = sums.value
        result.cash = cash
        let worst = worstCases(sums, withOrders: isInitial)
        if worst.joint < 0 || worst.apart < 0 {
            result.worst = try worst.joint.timesWad(terms.credit, .down).adding(
                worst.apart.timesWad(wad - terms.credit, .down))
        }
        var charges = isInitial ? sums.initialCharge : sums.maintenanceCharge
        for strike in sums.strikes {
            let net = isInitial ? strike.worstNet : strike.net
            if net < 0 {
                let charge = strikes[Int(strike.place)]
                charges = try charges.adding(
                    (0 - net).timesWad(isInitial ? charge.initial : charge.maintenance, .up))
            }
        }
        result.contingencies = charges
        result.equity = try result.markToMarket.adding(cash)
        result.margin = try result.worst.timesWad(result.factor, .down).subtracting(charges).adding(result.equity)
        return result
    }

    /// min over scenarios of the sum over underlyings, and the sum over underlyings of their minima.
    private func worstCases(_ sums: AccountSums, withOrders: Bool) -> (joint: Int128, apart: Int128) {
        if sums.groups.isEmpty { return (0, 0) }
        let count = width - 2
        let orders = withOrders && !sums.orderSums.isEmpty
        return withUnsafeTemporaryAllocation(of: Int128.self, capacity: 2 * (count + 1)) { buffer in
            // L of one underlying, and of all; the basis losses behind the scenarios.
            let single = UnsafeMutableBufferPointer(rebasing: buffer[0...count])
            let joint = UnsafeMutableBufferPointer(rebasing: buffer[(count + 1)...])
            joint.initialize(repeating: 0)
            var apart: Int128 = 0
            for first in sums.groups.indices {
                let underlying = groups[Int(sums.groups[first])].underlying
                // Each underlying once, with its first group.
                if isBefore(first, underlying, sums) { continue }
                for place in first..<sums.groups.count
                where place == first || groups[Int(sums.groups[place])].underlying == underlying {
                    if place == first {
                        putGroup(sums, place, orders, in: single) { $0 = $1 }
                    } else {
                        putGroup(sums, place, orders, in: single) { $0 &+= $1 }
                    }
                }
                var least: Int128 = 0
                for index in 0...count {
                    let value = single[index]
                    least = min(least, value)
                    joint[index] &+= value
                }
                apart &+= least
            }
            var least: Int128 = 0
            for index in 0...count { least = min(least, joint[index]) }
            return (least, apart)
        }
    }

    private func isBefore(_ place: Int, _ underlying: UInt32, _ sums: AccountSums) -> Bool {
        for earlier in 0..<place where groups[Int(sums.groups[earlier])].underlying == underlying { return true }
        return false
    }

    /// Puts a group's scenarios, and behind them the worse of its basis losses, where `put` takes them to.
    @inline(__always)
    func putGroup(
        _ sums: AccountSums, _ place: Int, _ orders: Bool, in single: UnsafeMutableBufferPointer<Int128>,
        _ put: (inout Int128, Int128) -> Void
    ) {
        let count = width - 2
        let own = (place &* width)..<((place &+ 1) &* width)
        sums.sums.withUnsafeBufferPointer { all in
            let values = UnsafeBufferPointer(rebasing: all[own])
            var (up, down) = (values[count], values[count &+ 1])
            if orders {
                sums.orderSums.withUnsafeBufferPointer { all in
                    let orders = UnsafeBufferPointer(rebasing: all[own])
                    for index in 0..<count {
                        put(&single[index], values[index] &+ orders[index])
                    }
                    up &+= orders[count]
                    down &+= orders[count &+ 1]
                }
            } else {
                for index in 0..<count { put(&single[index], values[index]) }
            }
            // In skew scenarios −|P&L|; few are.
            for index in skews where values[index] > 0 { single[index] &-= 2 &* values[index] }
            // What does not expire has no basis.
            let basis = groups[Int(sums.groups[place])].expiry != 0 ? min(0, min(up, down)) : 0
            put(&single[count], basis)
        }
    }
}
