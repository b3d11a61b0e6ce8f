import Foundations

// Step 5 of a block: every account is evaluated in full, and those below maintenance enter the waterfall.

/// An account as the sweep of this block saw it.
struct SweptAccount {
    let account: AccountNumber
    var cash: Int128
    var equity: Int128
    var margin: Int128
    var ratio: Int64
    /// Bit u − 1: it holds something of underlying u.
    var underlyings: UInt64
}

/// What a sweep saw, in memory while its block closes.
struct Sweep {
    var accounts: [SweptAccount] = []
}

/// Where sweeps stand between blocks.
private struct SweepState {
    var next: UInt64
    var day: UInt64
    var nextBaseline: UInt64

    init(_ word: UInt256) { (next, day, nextBaseline) = (word.limb0, word.limb1, word.limb2) }

    var word: UInt256 { UInt256(limbs: next, day, nextBaseline, 0) }
}

public enum MarginRatio {
    /// equity ÷ requirement with 18 decimals, held to what 64 bits take: below 1 an account is liquidated, below 0 it owes.
    public static func of(equity: Int128, margin: Int128) -> Int64 {
        let (requirement, overflow) = equity.subtractingReportingOverflow(margin)
        if overflow || requirement <= 0 { return equity < 0 ? .min : .max }
        do throws(VenueError) {
            return Int64(clamping: try equity.overWad(requirement, .down))
        } catch {
            return equity < 0 ? .min : .max
        }
    }
}

extension Venue {
    /// Evaluates the accounts of this block's part – all, where they are no more than `sweepAccounts` – and queues those below
    /// maintenance. An account that has no price now is left where it is.
    mutating func sweepAccounts() -> Sweep {
        var sweep = Sweep()
        let count = UInt64(accountCount())
        let most = UInt64(truncatingIfNeeded: parameter(.sweepAccounts))
        let stored = storage.load(.sweep)
        var state = SweepState(stored)
        if count <= most || state.next == 0 || state.next > count { state.next = 1 }
        if state.day != today { (state.day, state.nextBaseline) = (today, 1) }
        let last = min(count, state.next &- 1 &+ most)
        guard let terms = maintenanceTerms(), state.next <= last else { return sweep }
        sweep.accounts.reserveCapacity(Int(last - state.next + 1))
        var sums = AccountSums()
        for number in state.next...last {
            let account = AccountNumber(truncatingIfNeeded: number)
            do throws(VenueError) {
                let swept = try examine(account, &sums, terms)
                sweep.accounts.append(swept)
                if number == state.nextBaseline { noteDayStart(account, swept.equity, today) }
                if swept.margin < 0 { enterLiquidation(account, swept.margin, equity: swept.equity) }
            } catch {
                // It holds what has no price yet, and waits.
            }
            if number == state.nextBaseline { state.nextBaseline += 1 }
        }
        state.next = last == count ? 1 : last + 1
        if state.word != stored { storage.store(.sweep, state.word) }
        return sweep
    }

    private mutating func maintenanceTerms() -> MarginTerms? {
        do throws(VenueError) { return try marginTerms(.maintenance) } catch { return nil }
    }

    /// The accounts of the queue, at most as many as a sweep evaluates, worst ratio first.
    mutating func dueLiquidations() -> [SweptAccount] {
        guard let terms = maintenanceTerms() else { return [] }
        let most = Int(truncatingIfNeeded: parameter(.sweepAccounts))
        let count = liquidationQueueCount()
        // More than can be looked at are looked at in turns.
        let first = count > UInt64(most) ? blockNumber &* UInt64(most) % count : 0
        var due: [SweptAccount] = []
        var sums = AccountSums()
        for account in liquidationQueue(from: first, most: most) {
            do throws(VenueError) { due.append(try examine(account, &sums, terms)) } catch {
                // Without a price it waits.
            }
        }
        due.sort { $0.ratio != $1.ratio ? $0.ratio < $1.ratio : $0.account < $1.account }
        return due
    }

    private mutating func examine(
        _ account: AccountNumber, _ sums: inout AccountSums, _ terms: MarginTerms
    ) throws(VenueError) -> SweptAccount {
        let portfolio = try portfolio(of: account)
        let margin = try maintenance(of: portfolio, &sums, terms)
        var underlyings: UInt64 = 0
        for asset in portfolio.assets where asset.lots != 0 {
            guard let place = caches.risk.knownPlace(of: asset.instrument) else { continue }
            let underlying = caches.risk.groups[caches.risk.rows[place].group].underlying
            if underlying != 0 { underlyings |= 1 &<< UInt64(underlying &- 1) }
        }
        return SweptAccount(
            account: account, cash: margin.cash, equity: margin.equity, margin: margin.margin,
            ratio: MarginRatio.of(equity: margin.equity, margin: margin.margin), underlyings: underlyings)
    }

    /// Looks again at the accounts that changed since a point of the block: a liquidation may have taken a hedge from one that was sound.
    mutating func refresh(_ sweep: inout Sweep, since first: Int) {
        guard let terms = maintenanceTerms(), first < caches.touched.count else { return }
        let changed = caches.touched[first...].sorted()
        var sums = AccountSums()
        var place = 0
        for (index, account) in changed.enumerated() where index == 0 || changed[index - 1] != account {
            let now: SweptAccount
            do throws(VenueError) { now = try examine(account, &sums, terms) } catch { continue }
            if now.margin < 0 { enterLiquidation(account, now.margin, equity: now.equity) }
            // Both ascend.
            while place < sweep.accounts.count, sweep.accounts[place].account < account { place += 1 }
            guard place < sweep.accounts.count, sweep.accounts[place].account == account else { continue }
            sweep.accounts[place] = now
        }
    }

    // MARK: - The day's profit

    private mutating func noteDayStart(_ account: AccountNumber, _ equity: Int128, _ day: UInt64) {
        var word = UInt256(low: equity, high: 0)
        word.limb2 = day
        if storage.load(.dayStart(account)).isZero, equity == 0 { return }
        storage.store(.dayStart(account), word)
    }

    /// Money that came in or went out is no profit.
    mutating func moveDayStart(_ account: AccountNumber, by amount: Int128) throws(VenueError) {
        let word = storage.load(.dayStart(account))
        guard !word.isZero, word.limb2 == today else { return }
        var moved = UInt256(low: try word.lowHalf.adding(amount), high: 0)
        moved.limb2 = word.limb2
        storage.store(.dayStart(account), moved)
    }

    /// What the account's equity has gained today; 0 where that is not known.
    mutating func profitOfDay(_ account: AccountNumber, equity: Int128) throws(VenueError) -> Int128 {
        let word = storage.load(.dayStart(account))
        guard word.limb2 == today else { return 0 }
        return try equity.subtracting(word.lowHalf)
    }
}
