public import Foundations

public enum MarginMode: UInt8, Sendable, CaseIterable {
    case standard, portfolio
}

/// What is kept of an account in its first word.
struct AccountRecord {
    var id: AccountID
    var mode: MarginMode
    var assetCount: Int
    /// Its portfolio is in auction: nobody but bidders changes it.
    var isFrozen = false
}

extension Venue {
    public mutating func accountCount() -> AccountNumber {
        AccountNumber(truncatingIfNeeded: storage.load(.accountCount).limb0)
    }

    /// The account's number, 0 for one that has not acted yet.
    public mutating func accountNumber(of id: AccountID) -> AccountNumber {
        AccountNumber(truncatingIfNeeded: storage.load(.accountNumber(id)).limb0)
    }

    /// The account's number, a new one with its first act. Every account begins in standard mode.
    public mutating func openAccount(_ id: AccountID) throws(VenueError) -> AccountNumber {
        let known = accountNumber(of: id)
        if known != 0 { return known }
        let count = storage.load(.accountCount).limb0
        guard count < UInt64(UInt32.max) - 1 else { throw .limitReached(limit: Int128(UInt32.max)) }
        let number = AccountNumber(truncatingIfNeeded: count &+ 1)
        storage.store(.accountCount, UInt256(UInt64(number)))
        storage.store(.accountNumber(id), UInt256(UInt64(number)))
        store(AccountRecord(id: id, mode: .standard, assetCount: 0), number)
        storage.emit(
            VenueEvent(.accountOpened, [UInt256(UInt64(number)), id.owner.word, UInt256(UInt64(id.index))]))
        return number
    }

    mutating func record(_ account: AccountNumber) throws(VenueError) -> AccountRecord {
        let word = storage.load(.account(account))
        guard account != 0, !word.isZero else { throw .unknownAccount }
        guard let mode = MarginMode(rawValue: UInt8(truncatingIfNeeded: word.limb3)) else { throw .corrupt }
        let id = AccountID(owner: Address(word), index: UInt32(truncatingIfNeeded: word.limb2 &>> 32))
        return AccountRecord(
            id: id, mode: mode, assetCount: Int((word.limb3 &>> 16) & 0xffff), isFrozen: word.limb3 & 0x100 != 0)
    }

    /// Bit 63 of the last limb marks the account as known, also for owner 0.
    mutating func store(_ record: AccountRecord, _ account: AccountNumber) {
        let owner = record.id.owner.word
        let state =
            UInt64(record.mode.rawValue) | (record.isFrozen ? 0x100 : 0)
            | UInt64(truncatingIfNeeded: record.assetCount) &<< 16 | 1 &<< 63
        storage.store(
            .account(account),
            UInt256(limbs: owner.limb0, owner.limb1, owner.limb2 | UInt64(record.id.index) &<< 32, state))
    }

    public mutating func accountID(_ account: AccountNumber) throws(VenueError) -> AccountID {
        try record(account).id
    }

    public mutating func marginMode(of account: AccountNumber) throws(VenueError) -> MarginMode {
        try record(account).mode
    }

    /// - Throws: `inLiquidation` while the account's portfolio is in auction.
    mutating func requireUnfrozen(_ account: AccountNumber) throws(VenueError) {
        if try record(account).isFrozen { throw .inLiquidation }
    }

    // MARK: - Who may act

    /// Whether `caller` may act for the account: its owner for everything, a session key for all but taking money out.
    public mutating func mayAct(
        _ caller: Address, for account: AccountNumber, takingMoney: Bool = false
    ) throws(VenueError) -> Bool {
        if try record(account).id.owner == caller { return true }
        return !takingMoney && storage.load(.sessionKey(caller, of: account)).limb0 >= time
            && !storage.load(.sessionKey(caller, of: account)).isZero
    }

    /// Lets a key trade for an account until a time; 0 takes it back.
    public mutating func setSessionKey(
        _ key: Address, of account: AccountNumber, until expiry: UInt64
    ) throws(VenueError) {
        _ = try record(account)
        storage.store(.sessionKey(key, of: account), UInt256(expiry))
        storage.emit(VenueEvent(.sessionKeySet, [UInt256(UInt64(account)), key.word, UInt256(expiry)]))
    }
}
