import Foundations

// The storage layout of liquidation: every table of `VenueContract.liquidation`, field by field.
//
// Words and slots are written as in `BookLayout`: four 64-bit limbs, limb 0 the least significant; low is bits 0…127 and high 128…255,
// both signed. Ratios are equity ÷ maintenance requirement in 1e-18, held to what 64 bits take.
//
//  table  key                      word
//  ─────  ───────────────────────  ──────────────────────────────────────────────────────────────────────────────────────
//    1    -                        the queue: accounts in it; the trade that was numbered last
//    1    field 1                  the sweep: the account it goes on with; the day of the latest baselines; the account
//                                  that they go on with
//    2    low: place               an entry of the queue: account
//    3    low: account             its liquidation: step 8 | underlying 8 | place in the queue + 1 32…63; start of the step's
//                                  clock; when it was seen last; the last trade of its auction
//    3    field 1                  low: reserved cash; limb 2: end of the pause of step 2; limb 3: when the waterfall began
//    4    low: underlying          low: what liquidations moved in block limb 2, in units of the underlying
//    4    field 1                  low: the open interest that the block's limit is reckoned on
//    5    -                        low: what the insurance fund paid in block limb 2
//    5    low: underlying, field 1 low: what it paid for the underlying on day limb 2
//    6    low: account             low: equity at the beginning of day limb 2, with what came in or went out since
//    7    -                        the summary of the venue: low: equity of all accounts; high: their cash
//    7    field 1                  low: the insurance fund; high: bad debt (what accounts owe beyond what they have)
//    7    field 2                  the worst margin ratio (signed); accounts in the waterfall; the summary's block; its time
//    7    low: underlying          the summary of an underlying: low: open interest in its units; high: equity of all who hold it
//    7    the same, field 1        low: what the insurance fund paid for it today
//    7    the same, field 2        the worst margin ratio of those who hold it; how many of them; the summary's block
//    8    -                        since the venue's birth: low: the insurance fund paid; high: profitable accounts paid (step 6)
//    8    field 1                  low: notional closed through books (step 2); high: in deleveraging (step 5)
//    8    field 2                  low: value sold in auctions (steps 3 and 4)

/// The steps of derivatives.md, section 8, as an account goes through them.
public enum LiquidationStep: UInt8, Sendable, CaseIterable {
    /// Not in the waterfall; in an event: out of it.
    case none
    case orders, book, auction, insolvency, deleveraging, socialisation

    /// Whether the account's owner may no longer trade: the portfolio as it stands is what bidders see.
    var isFrozen: Bool { rawValue >= LiquidationStep.auction.rawValue }
}

/// Where an account stands in the waterfall.
struct Liquidation {
    var step = LiquidationStep.none
    /// On which the account had most when it became insolvent: whose losses are counted.
    var underlying: UInt32 = 0
    /// Place in the queue + 1; 0 for none.
    var place: UInt64 = 0
    /// From when the step's seconds count; a pause moves it on.
    var start: UInt64 = 0
    var seen: UInt64 = 0
    /// A bid names it, so that it meets the portfolio that its bidder saw.
    var lastTrade: UInt64 = 0
    /// What bidders paid: not for sale again.
    var reserved: Int128 = 0
    var pausedUntil: UInt64 = 0
    var began: UInt64 = 0

    init() {}

    init(_ word: UInt256, _ second: UInt256) {
        step = LiquidationStep(rawValue: UInt8(truncatingIfNeeded: word.limb0)) ?? .none
        underlying = UInt32(truncatingIfNeeded: (word.limb0 &>> 8) & 0xff)
        place = word.limb0 &>> 32
        start = word.limb1
        seen = word.limb2
        lastTrade = word.limb3
        reserved = second.lowHalf
        pausedUntil = second.limb2
        began = second.limb3
    }

    var word: UInt256 {
        UInt256(limbs: UInt64(step.rawValue) | UInt64(underlying & 0xff) &<< 8 | place &<< 32, start, seen, lastTrade)
    }

    var second: UInt256 {
        var word = UInt256(low: reserved, high: 0)
        word.limb2 = pausedUntil
        word.limb3 = began
        return word
    }
}

extension VenueSlot {
    static var liquidationQueue: VenueSlot { VenueSlot(.liquidation, table: 1) }
    static var sweep: VenueSlot { VenueSlot(.liquidation, table: 1, field: 1) }

    static func queueEntry(_ place: UInt64) -> VenueSlot { VenueSlot(.liquidation, table: 2, low: place) }

    static func liquidation(_ account: AccountNumber, field: UInt64 = 0) -> VenueSlot {
        VenueSlot(.liquidation, table: 3, field: field, low: UInt64(account))
    }

    static func liquidatedInterest(_ underlying: UInt32, field: UInt64 = 0) -> VenueSlot {
        VenueSlot(.liquidation, table: 4, field: field, low: UInt64(underlying))
    }

    static var insurancePaidInBlock: VenueSlot { VenueSlot(.liquidation, table: 5) }

    static func insurancePaidInDay(_ underlying: UInt32) -> VenueSlot {
        VenueSlot(.liquidation, table: 5, field: 1, low: UInt64(underlying))
    }

    static func dayStart(_ account: AccountNumber) -> VenueSlot {
        VenueSlot(.liquidation, table: 6, low: UInt64(account))
    }

    /// Underlying 0: the venue.
    static func summary(_ underlying: UInt32, field: UInt64) -> VenueSlot {
        VenueSlot(.liquidation, table: 7, field: field, low: UInt64(underlying))
    }

    static func liquidationTotals(_ field: UInt64) -> VenueSlot {
        VenueSlot(.liquidation, table: 8, field: field)
    }
}
