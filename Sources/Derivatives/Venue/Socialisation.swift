import Foundations

// Step 6: what nobody has covered is borne by those who gained today, in proportion to what they gained.

extension Venue {
    /// Takes a loss from accounts with a profit today, from each at most that, and not more than its margin bears. What they cannot
    /// cover stays with the account, which stays in the waterfall.
    mutating func socialise(
        _ loss: Int128, of account: AccountNumber, _ state: inout Liquidation, _ sweep: Sweep
    ) throws(VenueError) {
        if state.step != .socialisation {
            try enter(.socialisation, account, &state, marginBreakdown(of: account, .maintenance))
            noteBadDebt(account, loss)
        }
        guard parameter(.socialisationPolicy) != 0 else { return }
        var bearers: [(account: AccountNumber, most: Int128)] = []
        var total: Int128 = 0
        for swept in sweep.accounts where swept.account != account && swept.equity > 0 {
            guard try profitOfDay(swept.account, equity: swept.equity) > 0 else { continue }
            // Others of this block may have moved it since the sweep.
            let margin: MarginBreakdown
            do throws(VenueError) { margin = try marginBreakdown(of: swept.account, .maintenance) } catch { continue }
            let most = min(try profitOfDay(swept.account, equity: margin.equity), margin.margin)
            if most <= 0 { continue }
            bearers.append((swept.account, most))
            total = try total.adding(most)
        }
        let borne = min(loss, total)
        if borne <= 0 { return }
        var left = borne
        var shares: [Int128] = []
        for bearer in bearers {
            let share = try borne.times(bearer.most, over: total, .down)
            shares.append(share)
            left -= share
        }
        for index in bearers.indices {
            // Less than a unit for each is left over.
            if left > 0, shares[index] < bearers[index].most {
                shares[index] += 1
                left -= 1
            }
            if shares[index] == 0 { continue }
            try addCash(bearers[index].account, 0 - shares[index])
            storage.emit(
                VenueEvent(
                    .socialised,
                    [UInt256(UInt64(account)), UInt256(UInt64(bearers[index].account)), shares[index].word]))
        }
        try addCash(account, borne - left)
        try addTotals(0, high: borne - left)
    }
}
