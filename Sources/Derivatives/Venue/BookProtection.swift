import Foundations

/// A market maker's limits on what its quotes on one underlying may fill within a sliding window.
public struct QuoteProtection: Equatable, Sendable {
    /// Filled size, and the net delta and vega of what was filled, in either direction; 18 decimals, counted in 1e-9. 0: no limit.
    public var quantity: Int128
    public var delta: Int128
    public var vega: Int128
    /// In seconds: how far the window reaches back, at most `longestWindow`; and how long entry stays frozen.
    public var window: UInt16
    public var freeze: UInt16

    public static var longestWindow: UInt16 { 3600 }

    public init(quantity: Int128, delta: Int128, vega: Int128, window: UInt16, freeze: UInt16) {
        self.quantity = quantity
        self.delta = delta
        self.vega = vega
        self.window = window
        self.freeze = freeze
    }
}

/// Table 7, field 1.
struct ProtectionWindow {
    var quantity: UInt64
    var delta: Int64
    var vega: Int64
    /// Below 2^40.
    var frozenUntil: UInt64
    /// The oldest record of table 8, and how many follow: a ring of 4096.
    var first: UInt64
    var count: UInt64

    init(_ word: UInt256) {
        quantity = word.limb0
        delta = Int64(bitPattern: word.limb1)
        vega = Int64(bitPattern: word.limb2)
        frozenUntil = word.limb3 & 0xff_ffff_ffff
        first = (word.limb3 &>> 40) & 0xfff
        count = word.limb3 &>> 52
    }

    var word: UInt256 {
        UInt256(
            limbs: quantity, UInt64(bitPattern: delta), UInt64(bitPattern: vega),
            frozenUntil | first &<< 40 | count &<< 52)
    }
}

extension ClearingHouse {
    /// Sets, changes or (nil) lifts an account's protection on an underlying. What was counted is forgotten; a freeze stays.
    public mutating func setProtection(
        _ protection: QuoteProtection?, of account: AccountNumber, underlying: UInt32
    ) throws(VenueError) {
        var word = UInt256.zero
        if let protection {
            let most = wad &* 1_000_000_000
            for limit in [protection.quantity, protection.delta, protection.vega] where limit < 0 || limit > most {
                throw .parameterOutOfRange(value: limit, least: 0, most: most)
            }
            guard (1...QuoteProtection.longestWindow).contains(protection.window) else {
                throw .parameterOutOfRange(
                    value: Int128(protection.window), least: 1, most: Int128(QuoteProtection.longestWindow))
            }
            word = UInt256(
                limbs: nano(protection.quantity), nano(protection.delta), nano(protection.vega),
                UInt64(protection.window) | UInt64(protection.freeze) &<< 16 | 1 &<< 32)
        }
        storage.store(.protectionLimits(account, underlying), word)
        clearWindow(account, underlying, frozenUntil: window(account, underlying).frozenUntil)
    }

    /// The account's protection there, in the precision in which it is kept.
    public mutating func protection(of account: AccountNumber, underlying: UInt32) -> QuoteProtection? {
        let word = storage.load(.protectionLimits(account, underlying))
        guard !word.isZero else { return nil }
        return QuoteProtection(
            quantity: Int128(word.limb0) &* 1_000_000_000, delta: Int128(word.limb1) &* 1_000_000_000,
            vega: Int128(word.limb2) &* 1_000_000_000, window: UInt16(truncatingIfNeeded: word.limb3),
            freeze: UInt16(truncatingIfNeeded: word.limb3 &>> 16))
    }

    /// Ends a freeze before its time, and counts anew.
    public mutating func resetProtection(of account: AccountNumber, underlying: UInt32) {
        clearWindow(account, underlying, frozenUntil: 0)
    }

    /// The first second in which the account may quote again; 0 where it may now.
    public mutating func frozenUntil(_ account: AccountNumber, underlying: UInt32) -> UInt64 {
        let until = window(account, underlying).frozenUntil
        return until > time ? until : 0
    }

    mutating func checkProtection(_ account: AccountNumber, _ underlying: UInt32) throws(VenueError) {
        let until = frozenUntil(account, underlying: underlying)
        guard until == 0 else { throw .quotesFrozen(until: until) }
    }

    // MARK: - Counting

    /// Counts a quote's fill; where that breaches a limit, pulls all quotes of the account on the underlying and freezes their entry.
    mutating func countForProtection(
        _ terms: OrderTerms, _ fill: Fill, _ header: inout BookHeader
    ) throws(VenueError) {
        let instrument = try instrument(fill.instrument)
        let (account, underlying) = (terms.account, instrument.underlying)
        let limits = storage.load(.protectionLimits(account, underlying))
        guard !limits.isZero else { return }
        var window = window(account, underlying)
        forget(&window, account, underlying, before: time &- min(time, limits.limb3 & 0xffff) &+ 1)
        let moved = try deltaVega(of: fill.instrument, lots: terms.side.signed(fill.lots))
        let quantity = nano(try instrument.size(lots: fill.lots))
        try record(quantity, signedNano(moved.delta), signedNano(moved.vega), &window, account, underlying)

        let counted = [window.quantity, window.delta.magnitude, window.vega.magnitude]
        let allowed = [limits.limb0, limits.limb1, limits.limb2]
        guard let cause = (0..<3).first(where: { allowed[$0] != 0 && counted[$0] > allowed[$0] }) else {
            storage.store(.protectionWindow(account, underlying), window.word)
            return
        }
        let until = min(time &+ (limits.limb3 &>> 16) & 0xffff, 0xff_ffff_ffff)
        storage.emit(
            VenueEvent(
                .quotesPulled,
                [
                    UInt256(UInt64(account)), UInt256(UInt64(underlying)), UInt256(UInt64(cause)),
                    UInt256(counted[cause]), UInt256(allowed[cause]), UInt256(until),
                ]))
        clearWindow(account, underlying, frozenUntil: until)
        try pullQuotes(account, underlying, &header, fill.instrument)
    }

    private mutating func pullQuotes(
        _ account: AccountNumber, _ underlying: UInt32, _ header: inout BookHeader, _ instrument: InstrumentNumber
    ) throws(VenueError) {
        var order = AccountOrders(storage.load(.accountOrders(account))).oldest
        while !order.isNone {
            let following = OrderLinks(storage.load(.orderLinks(order))).newer
            let terms = loadTerms(order)
            if terms.flags.isQuote, try self.instrument(order.instrument).underlying == underlying {
                try remove(order, terms, .protection, &header, instrument)
            }
            order = following
        }
    }

    private mutating func window(_ account: AccountNumber, _ underlying: UInt32) -> ProtectionWindow {
        ProtectionWindow(storage.load(.protectionWindow(account, underlying)))
    }

    private mutating func clearWindow(_ account: AccountNumber, _ underlying: UInt32, frozenUntil: UInt64) {
        var window = window(account, underlying)
        for record in 0..<window.count {
            storage.store(.protectionRecord(account, underlying, (window.first &+ record) & 0xfff), .zero)
        }
        window = ProtectionWindow(.zero)
        window.frozenUntil = frozenUntil
        storage.store(.protectionWindow(account, underlying), window.word)
    }

    /// Takes the seconds that the window has left behind out of the sums.
    private mutating func forget(
        _ window: inout ProtectionWindow, _ account: AccountNumber, _ underlying: UInt32, before start: UInt64
    ) {
        while window.count > 0 {
            let slot = VenueSlot.protectionRecord(account, underlying, window.first)
            let record = storage.load(slot)
            guard record.limb3 < start else { return }
            window.quantity &-= record.limb0
            window.delta &-= Int64(bitPattern: record.limb1)
            window.vega &-= Int64(bitPattern: record.limb2)
            storage.store(slot, .zero)
            window.first = (window.first &+ 1) & 0xfff
            window.count &-= 1
        }
    }

    /// Adds a fill to the sums and to this second's record. A window is at most 3,600 seconds and so at most as many records.
    private mutating func record(
        _ quantity: UInt64, _ delta: Int64, _ vega: Int64, _ window: inout ProtectionWindow, _ account: AccountNumber,
        _ underlying: UInt32
    ) throws(VenueError) {
        let newest = (window.first &+ window.count &- 1) & 0xfff
        var slot = VenueSlot.protectionRecord(account, underlying, newest)
        var record = window.count == 0 ? .zero : storage.load(slot)
        if window.count == 0 || record.limb3 != time {
            slot = VenueSlot.protectionRecord(account, underlying, (newest &+ 1) & 0xfff)
            record = UInt256(limbs: 0, 0, 0, time)
            window.count &+= 1
        }
        let sums = (
            window.quantity.addingReportingOverflow(quantity), window.delta.addingReportingOverflow(delta),
            window.vega.addingReportingOverflow(vega)
        )
        guard !sums.0.overflow, !sums.1.overflow, !sums.2.overflow else { throw .overflow }
        (window.quantity, window.delta, window.vega) = (
            sums.0.partialValue, sums.1.partialValue, sums.2.partialValue
        )
        // A second's part of sums that fit may pass 64 bits on its way and comes back by wrapping.
        record.limb0 &+= quantity
        record.limb1 &+= UInt64(bitPattern: delta)
        record.limb2 &+= UInt64(bitPattern: vega)
        storage.store(slot, record)
    }

    /// In 1e-9, away from zero: what is too small to count counts as one.
    private func nano(_ amount: Int128) -> UInt64 {
        let parts = UInt256(amount.magnitude &+ 999_999_999) / UInt256(1_000_000_000 as UInt64)
        return parts.clampedToUInt64
    }

    private func signedNano(_ amount: Int128) -> Int64 {
        let size = Int64(clamping: nano(amount))
        return amount < 0 ? 0 &- size : size
    }
}
