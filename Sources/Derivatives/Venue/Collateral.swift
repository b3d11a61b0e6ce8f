public import Foundations

/// A token that counts as margin at its underlying's index less a haircut.
public struct Collateral: Equatable, Sendable {
    public var token: Address
    public var decimals: UInt8
    /// Whose index it is worth; 0 for one that is worth 1.
    public var underlying: UInt32
    /// 0 to 1.
    public var haircut: Int128

    public init(token: Address, decimals: UInt8, underlying: UInt32, haircut: Int128) {
        self.token = token
        self.decimals = decimals
        self.underlying = underlying
        self.haircut = haircut
    }
}

extension VenueSlot {
    /// Field 0: bits 0…159 the token, 160…167 decimals, 192…223 underlying; field 1: low the haircut. Number 0 is cash.
    static func collateral(_ number: UInt32, field: UInt64) -> VenueSlot {
        VenueSlot(.instruments, table: 8, field: field, low: UInt64(number))
    }
}

extension Venue {
    /// The cash token, number 0, or a kind of collateral.
    public mutating func collateral(_ number: UInt32) throws(VenueError) -> Collateral {
        let word = storage.load(.collateral(number, field: 0))
        guard !word.isZero else { throw .unknownCollateral }
        return Collateral(
            token: Address(word), decimals: UInt8(truncatingIfNeeded: word.limb2 &>> 32),
            underlying: UInt32(truncatingIfNeeded: word.limb3),
            haircut: storage.load(.collateral(number, field: 1)).lowHalf)
    }

    public mutating func collateralCount() -> UInt32 {
        UInt32(truncatingIfNeeded: storage.load(.listingCounts).limb2)
    }

    /// For the venue's birth.
    public mutating func setCashToken(_ token: Address, decimals: UInt8) {
        storage.store(.collateral(0, field: 0), token.word | UInt256(UInt64(decimals)) << 160 | UInt256.one << 255)
    }

    /// Kinds are numbered 1, 2, 3, …
    @discardableResult
    public mutating func addCollateral(_ collateral: Collateral) throws(VenueError) -> UInt32 {
        if collateral.underlying != 0 { try requireUnderlying(collateral.underlying) }
        var counts = storage.load(.listingCounts)
        guard counts.limb2 < 16 else { throw .limitReached(limit: 16) }
        counts.limb2 &+= 1
        let number = UInt32(truncatingIfNeeded: counts.limb2)
        var word = collateral.token.word | UInt256(UInt64(collateral.decimals)) << 160
        word.limb3 = UInt64(collateral.underlying) | 1 &<< 63
        caches.noteListing()
        storage.store(.listingCounts, counts)
        storage.store(.collateral(number, field: 0), word)
        try setHaircut(collateral.haircut, of: number)
        return number
    }

    public mutating func setHaircut(_ haircut: Int128, of number: UInt32) throws(VenueError) {
        guard number != 0 else { throw .unknownCollateral }
        _ = try collateral(number)
        guard haircut >= 0, haircut <= wad else {
            throw .parameterOutOfRange(value: haircut, least: 0, most: wad)
        }
        storage.store(.collateral(number, field: 1), UInt256(low: haircut, high: 0))
        caches.dropMarks()
    }

    /// 18 decimals.
    public mutating func collateralBalance(of account: AccountNumber, _ number: UInt32) -> Int128 {
        Int128(position(of: account, in: collateralBase &+ (number & 0x7fff_ffff)).lots) * collateralLot
    }

    /// Adds to an account's collateral, in multiples of 1e-9.
    mutating func addCollateral(
        _ account: AccountNumber, _ number: UInt32, _ amount: Int128
    ) throws(VenueError) {
        guard number != 0, number <= collateralCount() else { throw .unknownCollateral }
        let (count, rest) = amount.divided(by: collateralLot)
        guard rest == 0, let change = Int64(exactly: count) else {
            throw .overflow
        }
        let asset = collateralBase + number
        var record = PositionRecord(storage.load(.position(account, asset)))
        let (lots, overflow) = record.position.lots.addingReportingOverflow(change)
        if overflow { throw .overflow }
        guard lots >= 0 else {
            throw .insufficientCash(available: Int128(record.position.lots) * collateralLot)
        }
        record.position.lots = lots
        try setAsset(lots != 0, &record, account, asset)
        storage.store(.position(account, asset), record.word)
        try refresh(account, asset)
    }
}
