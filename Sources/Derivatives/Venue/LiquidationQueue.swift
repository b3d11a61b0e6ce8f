import Foundations

// The queue of accounts in the waterfall: a list in storage without holes. Who stands in it leaves it only when sound again.

extension Venue {
    mutating func liquidation(of account: AccountNumber) -> Liquidation {
        let word = storage.load(.liquidation(account))
        if word.isZero { return Liquidation() }
        return Liquidation(word, storage.load(.liquidation(account, field: 1)))
    }

    mutating func store(_ state: Liquidation, _ account: AccountNumber) {
        storage.store(.liquidation(account), state.word)
        storage.store(.liquidation(account, field: 1), state.second)
    }

    /// The step at which an account stands; `none` outside the waterfall.
    public mutating func liquidationStep(of account: AccountNumber) -> LiquidationStep { liquidation(of: account).step }

    public mutating func liquidationQueueCount() -> UInt64 { storage.load(.liquidationQueue).limb0 }

    /// Accounts in the waterfall from a place on, at most `most`, in no particular order.
    public mutating func liquidationQueue(from first: UInt64 = 0, most: Int) -> [AccountNumber] {
        var accounts: [AccountNumber] = []
        var place = first
        let count = liquidationQueueCount()
        while place < count, accounts.count < most {
            accounts.append(AccountNumber(truncatingIfNeeded: storage.load(.queueEntry(place)).limb0))
            place += 1
        }
        return accounts
    }

    /// Begins the waterfall for an account that is not in it.
    mutating func enterLiquidation(_ account: AccountNumber, _ margin: Int128, equity: Int128) {
        var state = liquidation(of: account)
        if state.place != 0 { return }
        var queue = storage.load(.liquidationQueue)
        storage.store(.queueEntry(queue.limb0), UInt256(UInt64(account)))
        queue.limb0 &+= 1
        storage.store(.liquidationQueue, queue)
        state.step = .orders
        state.place = queue.limb0
        (state.start, state.seen, state.began) = (time, time, time)
        store(state, account)
        emit(.orders, account, margin: margin, equity: equity)
    }

    /// Ends it.
    mutating func leaveLiquidation(_ account: AccountNumber, _ margin: MarginBreakdown) throws(VenueError) {
        let state = liquidation(of: account)
        var queue = storage.load(.liquidationQueue)
        guard state.place != 0, queue.limb0 > 0 else { throw .corrupt }
        queue.limb0 &-= 1
        let last = storage.load(.queueEntry(queue.limb0))
        let lastAccount = AccountNumber(truncatingIfNeeded: last.limb0)
        if lastAccount != account {
            storage.store(.queueEntry(state.place &- 1), last)
            var moved = liquidation(of: lastAccount)
            moved.place = state.place
            store(moved, lastAccount)
        }
        storage.store(.queueEntry(queue.limb0), .zero)
        storage.store(.liquidationQueue, queue)
        storage.store(.liquidation(account), .zero)
        storage.store(.liquidation(account, field: 1), .zero)
        try freeze(account, false)
        emit(.none, account, margin: margin.margin, equity: margin.equity)
    }

    /// Moves an account to another step, whose clock begins now.
    mutating func enter(
        _ step: LiquidationStep, _ account: AccountNumber, _ state: inout Liquidation, _ margin: MarginBreakdown
    ) throws(VenueError) {
        state.step = step
        (state.start, state.seen) = (time, time)
        try freeze(account, step.isFrozen)
        emit(step, account, margin: margin.margin, equity: margin.equity)
    }

    private mutating func freeze(_ account: AccountNumber, _ isFrozen: Bool) throws(VenueError) {
        var record = try record(account)
        if record.isFrozen == isFrozen { return }
        record.isFrozen = isFrozen
        store(record, account)
    }

    private mutating func emit(
        _ step: LiquidationStep, _ account: AccountNumber, margin: Int128, equity: Int128
    ) {
        storage.emit(
            VenueEvent(
                .liquidationStep,
                [UInt256(UInt64(account)), UInt256(UInt64(step.rawValue)), margin.word, equity.word]))
    }

    /// The number of the next trade of any auction: no two are the same, so that a bid for one meets no other.
    mutating func nextTrade() -> UInt64 {
        var queue = storage.load(.liquidationQueue)
        queue.limb1 &+= 1
        storage.store(.liquidationQueue, queue)
        return queue.limb1
    }
}
