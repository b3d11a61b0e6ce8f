import Foundations

// Where everything lies that this part of the venue keeps: one function for each table, named after what it holds. Tables of the
// book and of liquidation stand with their code. Fields of 128 bits are signed; `low` is bits 0…127 of the word, `high` 128…255,
// `limb0` to `limb3` are 64 bits each.

extension VenueSlot {
    // MARK: Instruments

    /// limb0: number of instruments; limb1: of underlyings; limb2: of kinds of collateral.
    static var listingCounts: VenueSlot { VenueSlot(.instruments, table: 1) }

    /// The InstrumentID's word.
    static func instrumentID(_ number: InstrumentNumber) -> VenueSlot {
        VenueSlot(.instruments, table: 2, field: 0, low: UInt64(number))
    }

    /// low: tick; high: lot.
    static func instrumentUnits(_ number: InstrumentNumber) -> VenueSlot {
        VenueSlot(.instruments, table: 2, field: 1, low: UInt64(number))
    }

    /// low: what a lot is settled at; limb2: bits 0…7 status, bit 8 whether `low` is known.
    static func instrumentState(_ number: InstrumentNumber) -> VenueSlot {
        VenueSlot(.instruments, table: 2, field: 2, low: UInt64(number))
    }

    /// The number of an InstrumentID.
    static func instrumentNumber(_ id: InstrumentID) -> VenueSlot {
        let word = id.word
        return VenueSlot(
            .instruments, table: 3, field: word.limb3, high: word.limb2, middle: word.limb1, low: word.limb0)
    }

    /// Bit 255: known; the symbol's ASCII in bits 0…63.
    static func underlying(_ number: UInt32) -> VenueSlot {
        VenueSlot(.instruments, table: 4, low: UInt64(number))
    }

    /// low: the value; bit 255: that it is set, so that 0 can be.
    static func parameter(_ parameter: VenueParameter, underlying: UInt32) -> VenueSlot {
        VenueSlot(.instruments, table: 5, high: UInt64(underlying), low: UInt64(parameter.rawValue))
    }

    /// Entry 0 is a list's length in limb0; its entries follow. See `VenueList`.
    static func list(_ list: VenueList, underlying: UInt32, entry: Int) -> VenueSlot {
        VenueSlot(
            .instruments, table: 6, high: UInt64(underlying), middle: UInt64(list.rawValue),
            low: UInt64(truncatingIfNeeded: entry))
    }

    /// Who may list and set parameters (role 0), who may restrict trading (role 1).
    static func role(_ role: VenueRole) -> VenueSlot {
        VenueSlot(.instruments, table: 7, low: UInt64(role.rawValue))
    }

    // MARK: Clearing

    /// limb0: number of accounts.
    static var accountCount: VenueSlot { VenueSlot(.clearing, table: 1) }

    /// limb0…2: the owner's 160 bits and above them the index's 32; limb3: bits 0…7 mode, 8 in auction, 16…31 number of
    /// assets.
    static func account(_ number: AccountNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 2, field: 0, low: UInt64(number))
    }

    /// low: cash.
    static func accountCash(_ number: AccountNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 2, field: 1, low: UInt64(number))
    }

    /// low: volume of 30 days; limb2: the day it stands at.
    static func accountVolume(_ number: AccountNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 2, field: 3, low: UInt64(number))
    }

    /// low: volume of one day; limb2: which day.
    static func dayVolume(_ number: AccountNumber, day: UInt64) -> VenueSlot {
        VenueSlot(.clearing, table: 3, high: UInt64(number), low: day % 31)
    }

    /// The number of an owner's account: the key is the owner's 160 bits and above them the index.
    static func accountNumber(_ id: AccountID) -> VenueSlot {
        let owner = id.owner.word
        return VenueSlot(
            .clearing, table: 4, high: owner.limb2 | UInt64(id.index) &<< 32, middle: owner.limb1, low: owner.limb0)
    }

    /// limb0: the time until which a key may trade for an account.
    static func sessionKey(_ key: Address, of account: AccountNumber) -> VenueSlot {
        let word = key.word
        return VenueSlot(
            .clearing, table: 5, high: word.limb2 | UInt64(account) &<< 32, middle: word.limb1, low: word.limb0)
    }

    /// low: cost; limb2: lots; limb3: bits 0…15 place + 1 among the account's assets, 16…47 place + 1 among the holders.
    static func position(_ account: AccountNumber, _ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 6, field: 0, high: UInt64(account), low: UInt64(instrument))
    }

    /// low: the instrument's cumulative funding up to which the account has paid.
    static func positionFunding(_ account: AccountNumber, _ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 6, field: 1, high: UInt64(account), low: UInt64(instrument))
    }

    /// limb0: buy lots; limb1: sell lots; limb2, limb3: Σ ticks · lots of each.
    static func orderAggregate(_ account: AccountNumber, _ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 6, field: 2, high: UInt64(account), low: UInt64(instrument))
    }

    /// Eight instrument numbers a word: what the account holds or has orders on.
    static func assets(_ account: AccountNumber, word: UInt64) -> VenueSlot {
        VenueSlot(.clearing, table: 7, high: UInt64(account), low: word)
    }

    /// Eight account numbers a word: who holds the instrument.
    static func holders(_ instrument: InstrumentNumber, word: UInt64) -> VenueSlot {
        VenueSlot(.clearing, table: 8, high: UInt64(instrument), low: word)
    }

    /// limb0: open interest in lots; limb1: number of holders.
    static func market(_ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 9, low: UInt64(instrument))
    }

    /// low: open interest of all of an underlying's instruments, in its units.
    static func underlyingInterest(_ underlying: UInt32) -> VenueSlot {
        VenueSlot(.clearing, table: 16, low: UInt64(underlying))
    }

    /// low: fees taken; high: cash of all accounts and collected fees, as it came in less what went out.
    static var clearingTotals: VenueSlot { VenueSlot(.clearing, table: 10) }

    /// low: what a long lot has paid in funding since the listing.
    static func funding(_ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.clearing, table: 11, field: 0, low: UInt64(instrument))
    }
}
