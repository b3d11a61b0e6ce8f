import Foundations

// Step 5: where insurance is exhausted, or nobody bids, the account's positions are closed against those on the other side, at the price
// that leaves the account nothing and no debt.

/// Who gives up how much.
public enum DeleveragingPolicy: UInt8, Sendable, CaseIterable {
    case none
    /// By unrealised profit · leverage, the highest first.
    case queue
    /// All in proportion to size · leverage.
    case proRata
    /// The fewest lots with which the loss is made up by nobody but winners, the greatest profit of a lot first.
    case minimal
}

/// Someone on the other side of a position.
package struct Counterparty: Equatable, Sendable {
    package var account: AccountNumber
    /// Above 0: what it holds of the other side.
    package var lots: Int64
    /// Unrealised, of all lots.
    package var profit: Int128
    /// Notional ÷ equity, 18 decimals.
    package var leverage: Int128
    package var equity: Int128

    package init(account: AccountNumber, lots: Int64, profit: Int128, leverage: Int128, equity: Int128) {
        self.account = account
        self.lots = lots
        self.profit = profit
        self.leverage = leverage
        self.equity = equity
    }
}

package enum DeleveragingRule {
    /// Profit · leverage.
    private static func score(_ party: Counterparty) throws(VenueError) -> Int128 {
        try party.profit.timesWad(party.leverage, .down)
    }

    /// How many lots each gives up, of `lots` together; less where they hold less.
    package static func shares(
        of lots: Int64, among parties: [Counterparty], _ policy: DeleveragingPolicy
    ) throws(VenueError) -> [(account: AccountNumber, lots: Int64)] {
        var ranked: [(rank: Int128, party: Counterparty)] = []
        for party in parties {
            let rank = policy == .minimal ? profitPerLot(party) : try score(party)
            ranked.append((rank, party))
        }
        ranked.sort { $0.rank != $1.rank ? $0.rank > $1.rank : $0.party.account < $1.party.account }
        var given = Array(repeating: Int64(0), count: ranked.count)
        var left = lots
        if policy == .proRata {
            var weights: [Int128] = []
            var total: Int128 = 0
            for entry in ranked {
                weights.append(try max(1, Int128(entry.party.lots).timesWad(max(entry.party.leverage, 1), .up)))
                total = try total.adding(weights[weights.count - 1])
            }
            for index in ranked.indices where total > 0 {
                let share = try Int128(lots).times(weights[index], over: total, .down)
                given[index] = min(ranked[index].party.lots, Int64(clamping: share))
                left -= given[index]
            }
        }
        // In their order: all of it, or what rounding and full shares left.
        for index in ranked.indices where left > 0 {
            let more = min(left, ranked[index].party.lots - given[index])
            given[index] += more
            left -= more
        }
        var shares: [(account: AccountNumber, lots: Int64)] = []
        for index in ranked.indices where given[index] > 0 {
            shares.append((ranked[index].party.account, given[index]))
        }
        return shares
    }

    private static func profitPerLot(_ party: Counterparty) -> Int128 {
        party.profit.divided(by: Int128(max(1, party.lots))).quotient
    }

    /// The fewest lots that make a loss up without costing anyone more than the profit of the lots it gives; `most` where none do.
    package static func fewestLots(
        for loss: Int128, among parties: [Counterparty], most: Int64
    ) -> Int64 {
        var ranked = parties
        ranked.sort { profitPerLot($0) > profitPerLot($1) }
        var taken: Int64 = 0
        for party in ranked {
            let profit = profitPerLot(party)
            if profit <= 0 { break }
            let (whole, rest) = loss.divided(by: profit)
            let needed = Int64(clamping: whole + (rest > 0 ? 1 : 0))
            if needed <= taken + party.lots { return min(most, max(needed, taken + 1)) }
            taken += party.lots
            if taken >= most { break }
        }
        return most
    }
}

extension Venue {
    mutating func deleverage(
        _ account: AccountNumber, _ state: inout Liquidation, _ sweep: Sweep, _ work: inout Int
    ) throws(VenueError) {
        // What the fund has goes first, so that as little as possible falls on others.
        let lack = try 0 - equity(of: account)
        if lack > 0 {
            let available = insuranceAvailable(state.underlying)
            try payLoss(min(lack, available.now), of: account, to: account, state.underlying)
            if lack > available.now, available.ever > available.now { return }
        }
        let policy = DeleveragingPolicy(rawValue: UInt8(truncatingIfNeeded: parameter(.deleveragingPolicy))) ?? .queue
        var positions: [(instrument: Instrument, notional: Int128)] = []
        var whole: Int128 = 0
        for number in try assets(of: account).sorted() where number < collateralBase && policy != .none {
            let instrument = try instrument(number)
            let lots = position(of: account, in: number).lots
            guard lots != 0, instrument.status.rawValue < InstrumentStatus.settling.rawValue else { continue }
            let notional = try notionalPerLot(of: number).times(Int128(lots.magnitude))
            positions.append((instrument, notional))
            whole = try whole.adding(notional)
        }
        let margin = try marginBreakdown(of: account, .maintenance)
        let loss = max(0, 0 - margin.equity)
        if positions.isEmpty {
            if loss > 0 {
                try socialise(loss, of: account, &state, sweep)
            } else if margin.margin < 0 {
                // Collateral is left, or what settles by itself.
                try beginAuction(account, &state, margin)
            }
            return
        }
        // Of a sound rest the least that has to go.
        let requirement = try margin.equity.subtracting(margin.margin)
        let part = policy == .minimal && loss == 0 ? try (0 - margin.margin).overWad(requirement, .up) : wad
        for (instrument, notional) in positions where work > 0 {
            let share = loss == 0 ? 0 : try loss.times(notional, over: max(1, whole), .up)
            try close(account, instrument, loss: share, part: min(wad, part), policy, &work)
        }
        let after = try marginBreakdown(of: account, .maintenance)
        // Solvent again, what is left is for bidders.
        if policy == .minimal, loss > 0, after.equity >= 0, after.margin < 0 {
            try beginAuction(account, &state, after)
        }
    }

    /// Closes a part of a position against the other side, each lot at the mark moved by its share of the loss.
    private mutating func close(
        _ account: AccountNumber, _ instrument: Instrument, loss: Int128, part: Int128, _ policy: DeleveragingPolicy,
        _ work: inout Int
    ) throws(VenueError) {
        let held = position(of: account, in: instrument.number).lots
        let size = Int64(clamping: held.magnitude)
        let parties = try counterparties(of: instrument, against: held, account, &work)
        var lots = Int64(clamping: try Int128(size).timesWad(part, .up))
        if policy == .minimal, loss > 0 { lots = DeleveragingRule.fewestLots(for: loss, among: parties, most: size) }
        if lots == 0 { return }
        let shift = loss == 0 ? 0 : try loss.times(1, over: Int128(lots), .up)
        let mark = caches.risk.rows[try row(of: instrument.number)].markPerLot
        // Nobody is paid for taking a price below 0: what that leaves is for step 6.
        let perLot = held > 0 ? try mark.adding(shift) : max(0, mark - shift)
        let cost = Int128((perLot - mark).magnitude)
        var able: [Counterparty] = []
        for var party in parties {
            if cost > 0 { party.lots = min(party.lots, Int64(clamping: party.equity.divided(by: cost).quotient)) }
            if party.lots > 0 { able.append(party) }
        }
        let limit = try min(lots, lotsLeft(instrument))
        for share in try DeleveragingRule.shares(of: limit, among: able, policy) {
            let moved = held > 0 ? share.lots : 0 - share.lots
            try useInterest(instrument, lots: share.lots)
            try move(moved, of: instrument, from: account, to: share.account, perLot: perLot)
            try addTotals(1, high: notionalPerLot(of: instrument.number).times(Int128(share.lots)))
            storage.emit(
                VenueEvent(
                    .deleveraged,
                    [
                        UInt256(UInt64(account)), UInt256(UInt64(share.account)), UInt256(UInt64(instrument.number)),
                        try instrument.size(lots: moved).word, perLot.word,
                    ]))
            work -= 1
        }
    }

    /// Who holds the other side and has something to lose: of many holders as many as the block's work allows, beginning elsewhere in
    /// each block.
    private mutating func counterparties(
        of instrument: Instrument, against held: Int64, _ account: AccountNumber, _ work: inout Int
    ) throws(VenueError) -> [Counterparty] {
        let number = instrument.number
        let count = holderCount(of: number)
        let most = min(count, max(64, work))
        let first = most < count ? Int(truncatingIfNeeded: blockNumber % UInt64(count)) : 0
        let perLot = try notionalPerLot(of: number)
        let value = caches.risk.rows[try row(of: number)].value
        var parties: [Counterparty] = []
        for step in 0..<most {
            let other = holder(of: number, at: (first + step) % count)
            work -= 1
            let position = position(of: other, in: number)
            guard other != account, position.lots != 0, (position.lots < 0) != (held < 0) else { continue }
            do throws(VenueError) {
                let equity = try equity(of: other)
                if equity <= 0 { continue }
                let owed = instrument.kind.isOption ? position.cost : try owed(other, number)
                let lots = Int64(clamping: position.lots.magnitude)
                parties.append(
                    Counterparty(
                        account: other, lots: lots,
                        profit: try value.times(Int128(position.lots)).subtracting(owed),
                        leverage: try perLot.times(Int128(lots)).overWad(equity, .down), equity: equity))
            } catch {
                // Whoever has no price now gives up nothing.
            }
        }
        return parties
    }
}
