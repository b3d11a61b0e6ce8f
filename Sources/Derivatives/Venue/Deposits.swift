import Foundations

// Money in and out. Tokens are moved by the caller; amounts here have 18 decimals, scaled on entry.

/// The spans of time over which withdrawals are limited.
public enum WithdrawalPeriod: UInt64, Sendable, CaseIterable {
    case hour, day

    public var seconds: UInt64 { self == .hour ? 3600 : 86_400 }
    var cause: BreakerCause { self == .hour ? .withdrawalHour : .withdrawalDay }
    var share: VenueParameter { self == .hour ? .withdrawalHourShare : .withdrawalDayShare }
    var floor: VenueParameter { self == .hour ? .withdrawalHourFloor : .withdrawalDayFloor }
}

extension VenueSlot {
    /// What went out in a clock hour (period 0) or day (1). low: the amount; limb2: which hour or day.
    static func withdrawn(_ period: UInt64) -> VenueSlot { VenueSlot(.clearing, table: 12, low: period) }

    /// limb0: the block of the last bad debt.
    static var badDebtBlock: VenueSlot { VenueSlot(.clearing, table: 13) }

    /// low: what an account brought in of a kind of collateral in block limb2.
    static func deposited(_ account: AccountNumber, _ collateral: UInt32) -> VenueSlot {
        VenueSlot(.clearing, table: 14, high: UInt64(account), low: UInt64(collateral))
    }
}

extension Venue {
    /// All cash that came in less what went out: what the accounts, the fees and the funds hold together.
    public mutating func totalDeposits() -> Int128 { storage.load(.clearingTotals).highHalf }

    private mutating func addDeposits(_ amount: Int128) throws(VenueError) {
        let word = storage.load(.clearingTotals)
        storage.store(
            .clearingTotals, UInt256(low: word.lowHalf, high: try word.highHalf.adding(amount)))
    }

    /// Cash (0) or collateral comes in. Works whatever the oracle says.
    public mutating func deposit(
        _ amount: Int128, collateral: UInt32 = 0, to account: AccountNumber
    ) throws(VenueError) {
        guard amount > 0 else { throw .zeroSize }
        _ = try record(account)
        if collateral == 0 {
            try addCash(account, amount)
            try addDeposits(amount)
        } else {
            try addCollateral(account, collateral, amount)
        }
        try moveDayStart(account, by: worth(amount, collateral))
        try noteDeposit(account, collateral, amount)
        storage.emit(
            VenueEvent(.deposited, [UInt256(UInt64(account)), UInt256(UInt64(collateral)), amount.word]))
    }

    /// What equity counts for cash (0) or collateral; 0 for one without a price.
    private mutating func worth(_ amount: Int128, _ collateral: UInt32) -> Int128 {
        if collateral == 0 { return amount }
        do throws(VenueError) {
            let row = caches.risk.rows[try row(of: collateralBase + collateral)]
            return try row.value.times(amount, over: collateralLot, .down)
        } catch {
            return 0
        }
    }

    /// What came in during this block stays in it, wherever it was moved since.
    private mutating func noteDeposit(
        _ account: AccountNumber, _ collateral: UInt32, _ amount: Int128
    ) throws(VenueError) {
        var word = UInt256(low: try depositedNow(account, collateral).adding(amount), high: 0)
        word.limb2 = blockNumber
        storage.store(.deposited(account, collateral), word)
    }

    private mutating func depositedNow(_ account: AccountNumber, _ collateral: UInt32) -> Int128 {
        let word = storage.load(.deposited(account, collateral))
        return word.limb2 == blockNumber ? word.lowHalf : 0
    }

    /// What of an account's cash or collateral was there before this block.
    private mutating func settledBalance(_ account: AccountNumber, _ collateral: UInt32) throws(VenueError) -> Int128 {
        let balance = collateral == 0 ? cash(of: account) : collateralBalance(of: account, collateral)
        return try balance.subtracting(depositedNow(account, collateral))
    }

    /// Takes cash (0) or collateral out: within the limits of an hour and a day, not what came in during this block, and with
    /// initial margin left. With positions, prices must be fresh.
    public mutating func withdraw(
        _ amount: Int128, collateral: UInt32 = 0, from account: AccountNumber
    ) throws(VenueError) {
        try takeOut(amount, collateral, account)
        try limitWithdrawal(amount, collateral, account)
        if collateral == 0 { try addDeposits(0 - amount) }
        try moveDayStart(account, by: 0 - worth(amount, collateral))
        storage.emit(
            VenueEvent(.withdrawn, [UInt256(UInt64(account)), UInt256(UInt64(collateral)), amount.word]))
    }

    /// Moves cash (0) or collateral to another account, which leaves the venue's doors closed: no limit counts it.
    public mutating func transfer(
        _ amount: Int128, collateral: UInt32 = 0, from account: AccountNumber, to other: AccountNumber
    ) throws(VenueError) {
        guard account != other else { throw .unauthorized }
        _ = try record(other)
        guard amount > 0 else { throw .zeroSize }
        // What came in during this block moves with its mark: the part that the older balance does not cover.
        let fresh = max(0, try amount.subtracting(max(0, settledBalance(account, collateral))))
        if collateral == 0 {
            try addCash(other, amount)
        } else {
            try addCollateral(other, collateral, amount)
        }
        let worth = worth(amount, collateral)
        try moveDayStart(other, by: worth)
        try moveDayStart(account, by: 0 - worth)
        try reduce(amount, collateral, account)
        if fresh > 0 {
            try noteDeposit(other, collateral, fresh)
            try noteDeposit(account, collateral, 0 - fresh)
        }
        storage.emit(
            VenueEvent(
                .transferred, [UInt256(UInt64(account)), UInt256(UInt64(other)), amount.word]))
    }

    private mutating func takeOut(
        _ amount: Int128, _ collateral: UInt32, _ account: AccountNumber
    ) throws(VenueError) {
        guard amount > 0 else { throw .zeroSize }
        let settled = try settledBalance(account, collateral)
        if depositedNow(account, collateral) > 0, amount > settled {
            throw .depositInThisBlock(available: max(0, settled))
        }
        try reduce(amount, collateral, account)
    }

    /// Lowers a balance and asks for initial margin after it.
    private mutating func reduce(
        _ amount: Int128, _ collateral: UInt32, _ account: AccountNumber
    ) throws(VenueError) {
        for number in try assets(of: account) {
            if number >= collateralBase {
                let underlying = try self.collateral(number - collateralBase).underlying
                if underlying != 0, validity(of: Feed(.spot, underlying: underlying)) != .valid { throw .oracleStale }
            } else {
                let instrument = try instrument(number)
                if instrument.settlementPerLot == nil { try requireFreshPrices(for: instrument) }
            }
        }
        if collateral == 0 {
            let cash = cash(of: account)
            guard amount <= cash else { throw .insufficientCash(available: cash) }
            try addCash(account, 0 - amount)
        } else {
            try addCollateral(account, collateral, 0 - amount)
        }
        try requireInitialMargin(account)
    }

    // MARK: - Limits

    private mutating func limitWithdrawal(
        _ amount: Int128, _ collateral: UInt32, _ account: AccountNumber
    ) throws(VenueError) {
        let open = withdrawalsOpen()
        if blockNumber < open {
            emitBreaker(.withdrawalsClosed, subject: account, value: Int128(blockNumber), limit: Int128(open))
            throw .withdrawalsClosed(untilBlock: open)
        }
        var value = amount
        if collateral != 0 {
            let kind = try self.collateral(collateral)
            if kind.underlying != 0 {
                value = try amount.timesWad(indexPrice(underlying: kind.underlying), .up)
            }
        }
        for period in WithdrawalPeriod.allCases {
            let (used, most) = try withdrawn(in: period)
            let sum = try used.adding(value)
            if sum > most {
                emitBreaker(period.cause, subject: account, value: sum, limit: most)
                throw .withdrawalLimit(value: sum, limit: most)
            }
            var stored = UInt256(low: sum, high: 0)
            stored.limb2 = time / period.seconds
            storage.store(.withdrawn(period.rawValue), stored)
        }
    }

    /// What went out in the clock hour or day that runs, and what may in all.
    public mutating func withdrawn(
        in period: WithdrawalPeriod
    ) throws(VenueError) -> (amount: Int128, limit: Int128) {
        let word = storage.load(.withdrawn(period.rawValue))
        let share = try totalDeposits().timesWad(parameter(period.share), .down)
        return (word.limb2 == time / period.seconds ? word.lowHalf : 0, max(parameter(period.floor), share))
    }

    /// The first block in which withdrawals are open again after a bad debt; 0 without one.
    public mutating func withdrawalsOpen() -> UInt64 {
        let last = storage.load(.badDebtBlock).limb0
        return last == 0 ? 0 : last &+ UInt64(parameter(.badDebtBlocks))
    }

    /// Closes withdrawals for the set number of blocks.
    public mutating func noteBadDebt(_ account: AccountNumber, _ amount: Int128) {
        storage.store(.badDebtBlock, UInt256(blockNumber))
        storage.emit(VenueEvent(.badDebt, [UInt256(UInt64(account)), amount.word]))
    }

    // MARK: - Mode

    /// Changes how the account is margined, where the new way leaves it sound.
    public mutating func setMarginMode(_ mode: MarginMode, of account: AccountNumber) throws(VenueError) {
        var record = try record(account)
        if record.mode == mode { return }
        record.mode = mode
        store(record, account)
        caches.drop(account)
        let margin = try marginBreakdown(of: account, .initial)
        guard margin.margin >= 0 else { throw .modeUnchangeable }
    }
}
