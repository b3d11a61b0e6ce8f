import Foundations

// The insurance fund: fees and penalties come in, losses that an account cannot bear go out.

extension VenueSlot {
    /// low: the fund.
    static var insurance: VenueSlot { VenueSlot(.clearing, table: 15) }
}

extension Venue {
    public mutating func insuranceFund() -> Int128 { storage.load(.insurance).lowHalf }

    mutating func addInsurance(_ amount: Int128) throws(VenueError) {
        storage.store(.insurance, UInt256(low: try insuranceFund().adding(amount), high: 0))
    }

    /// Collected fees go to the fund.
    public mutating func insureFees(_ amount: Int128) throws(VenueError) {
        let collected = collectedFees()
        guard amount > 0, amount <= collected else { throw .insufficientCash(available: collected) }
        try addFees(0 - amount)
        try addInsurance(amount)
    }

    /// An account gives to the fund, as a liquidation does with its penalty.
    mutating func payInsurance(from account: AccountNumber, _ amount: Int128) throws(VenueError) {
        try addCash(account, 0 - amount)
        try addInsurance(amount)
    }

    /// The fund gives to an account what it has, at most `amount`.
    mutating func payFromInsurance(to account: AccountNumber, _ amount: Int128) throws(VenueError) -> Int128 {
        let paid = min(max(0, amount), max(0, insuranceFund()))
        try addInsurance(0 - paid)
        try addCash(account, paid)
        return paid
    }
}
