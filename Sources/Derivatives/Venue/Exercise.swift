import Foundations

// American options before their expiry.

extension Venue {
    /// The holder of an American option exercises lots against the index; all shorts are assigned pro rata by size, each rounded
    /// down, and what is left goes lot by lot to ascending account numbers.
    public mutating func exercise(
        _ lots: Int64, of number: InstrumentNumber, by account: AccountNumber
    ) throws(VenueError) {
        let instrument = try instrument(number)
        guard lots > 0 else { throw .zeroSize }
        guard instrument.kind.isAmerican else { throw .notExercisable }
        try requireTradable(instrument)
        try requireFreshPrices(for: instrument)
        try requireUnfrozen(account)
        guard position(of: account, in: number).lots >= lots else { throw .notExercisable }
        let index = try indexPrice(underlying: instrument.underlying)
        let perLot = try instrument.payoff(at: index).timesWad(instrument.lot, .down)
        guard perLot > 0 else { throw .notExercisable }
        let before = try marginBreakdown(of: account, .initial)
        let shares = try assignments(of: lots, in: number)
        try settle(account, instrument, lots: 0 - lots, perLot, .exercised)
        for share in shares { try settle(share.account, instrument, lots: share.lots, perLot, .assigned) }
        // An option given up may have been a hedge.
        try require(marginBreakdown(of: account, .initial), notBelow: before)
    }

    private mutating func settle(
        _ account: AccountNumber, _ instrument: Instrument, lots: Int64, _ perLot: Int128, _ kind: VenueEventKind
    ) throws(VenueError) {
        let cost = try perLot.times(Int128(lots))
        try addCash(account, change(account, instrument, lots: lots, cost: cost))
        let size = try instrument.size(lots: Int64(lots.magnitude))
        storage.emit(
            VenueEvent(
                kind,
                [
                    UInt256(UInt64(account)), UInt256(UInt64(instrument.number)), size.word,
                    Int128(cost.magnitude).word,
                ]))
    }

    /// Who is assigned how much of `lots`.
    mutating func assignments(
        of lots: Int64, in number: InstrumentNumber
    ) throws(VenueError) -> [(account: AccountNumber, lots: Int64)] {
        var shorts: [(account: AccountNumber, lots: Int64)] = []
        for account in holders(of: number) {
            let held = position(of: account, in: number).lots
            if held < 0 { shorts.append((account, 0 - held)) }
        }
        shorts.sort { $0.account < $1.account }
        return try Assignment.shares(of: lots, among: shorts)
    }
}

package enum Assignment {
    /// - Parameter shorts: by ascending account, with what each is short.
    package static func shares(
        of lots: Int64, among shorts: [(account: AccountNumber, lots: Int64)]
    ) throws(VenueError) -> [(account: AccountNumber, lots: Int64)] {
        var total: Int128 = 0
        for short in shorts { total += Int128(short.lots) }
        guard total >= Int128(lots), total > 0 else { throw .corrupt }
        var shares: [(account: AccountNumber, lots: Int64)] = []
        var rest = lots
        for short in shorts {
            let share = Int64(
                truncatingIfNeeded: (Int128(lots) * Int128(short.lots)).divided(by: total).quotient)
            shares.append((short.account, share))
            rest -= share
        }
        // Less than one lot for each is left over.
        for index in shares.indices where rest > 0 && shares[index].lots < shorts[index].lots {
            shares[index].lots += 1
            rest -= 1
        }
        return shares.filter { $0.lots > 0 }
    }
}
