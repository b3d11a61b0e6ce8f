import Foundations

// Step 4: the insurance fund, within its limits of a block and of a day.

extension Venue {
    /// What the fund paid today for losses on an underlying.
    mutating func insurancePaidToday(_ underlying: UInt32) -> Int128 {
        let word = storage.load(.insurancePaidInDay(underlying))
        return word.limb2 == today ? word.lowHalf : 0
    }

    /// What the fund may pay for an underlying in this block, and what it may without that limit: once that is too little, the fund
    /// is exhausted for it.
    mutating func insuranceAvailable(_ underlying: UInt32) -> (now: Int128, ever: Int128) {
        let day = parameter(.insuranceDayCap, underlying: underlying) - insurancePaidToday(underlying)
        let ever = max(0, min(insuranceFund(), day))
        let word = storage.load(.insurancePaidInBlock)
        let paid = word.limb2 == blockNumber ? word.lowHalf : 0
        return (max(0, min(ever, parameter(.insuranceBlockCap) - paid)), ever)
    }

    /// Pays from the fund for a loss of an account.
    mutating func payLoss(
        _ amount: Int128, of account: AccountNumber, to receiver: AccountNumber, _ underlying: UInt32
    ) throws(VenueError) {
        if amount <= 0 { return }
        guard amount <= insuranceAvailable(underlying).now else { throw .liquidationPaused }
        let block = storage.load(.insurancePaidInBlock)
        var paid = UInt256(
            low: try (block.limb2 == blockNumber ? block.lowHalf : 0).adding(amount), high: 0)
        paid.limb2 = blockNumber
        storage.store(.insurancePaidInBlock, paid)
        var today = UInt256(low: try insurancePaidToday(underlying).adding(amount), high: 0)
        today.limb2 = self.today
        storage.store(.insurancePaidInDay(underlying), today)
        guard try payFromInsurance(to: receiver, amount) == amount else { throw .corrupt }
        try addTotals(0, low: amount)
        storage.emit(
            VenueEvent(.insurancePaid, [UInt256(UInt64(account)), UInt256(UInt64(underlying)), amount.word]))
    }

    /// An account gives cash to the fund.
    public mutating func contribute(_ amount: Int128, from account: AccountNumber) throws(VenueError) {
        guard amount > 0 else { throw .zeroSize }
        let cash = cash(of: account)
        guard amount <= cash else { throw .insufficientCash(available: cash) }
        try payInsurance(from: account, amount)
        try moveDayStart(account, by: 0 - amount)
        try requireInitialMargin(account)
    }
}
