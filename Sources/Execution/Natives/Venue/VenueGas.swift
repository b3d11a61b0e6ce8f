import Derivatives
import Foundations

/// The venue's gas schedule. It counts what an act does by the specification, never what a cache of this machine has saved.
///
/// A unit stands for about 14 ns, as in `NativeGas`.
enum VenueGas {
    /// Taking a call: decoding, finding the slots of the contracts.
    static var base: UInt64 { 1000 }
    /// Each call of a batch.
    static var act: UInt64 { 300 }
    /// A slot that this call has not read before, and one that it has.
    static var firstLoad: UInt64 { 200 }
    static var load: UInt64 { 15 }
    /// The first write of a slot in this call, where it held nothing and where it did, and each further one.
    static var newSlot: UInt64 { 2500 }
    static var firstStore: UInt64 { 500 }
    static var store: UInt64 { 30 }
    /// Checking a report's signature, as the precompiled contract ECRECOVER does.
    static var signature: UInt64 { 3000 }
    /// Beginning a call of a token.
    static var call: UInt64 { 700 }
    /// Checking the maker's margin, moving two positions, taking two fees.
    static var match: UInt64 { 4000 }

    /// As LOG does, and a match for what it is.
    static func event(_ event: VenueEvent) -> UInt64 {
        let indexed = event.kind.indexedCount
        let data = 256 * UInt64(event.count - min(indexed, event.count))
        return 375 + 375 * UInt64(indexed + 1) + data + (event.kind == .orderMatched ? match : 0)
    }

    /// An instrument's row of scenarios: it is due with the word that names the instrument, which whoever values one reads, and
    /// whoever reads may value.
    static func evaluation(_ slot: VenueSlot, _ word: UInt256) -> UInt64 {
        guard slot.contract == .instruments, slot.word.limb3 == 2 << 56, let id = InstrumentID(word: word) else {
            return 0
        }
        if id.kind.isAmerican { return 20_000 }
        return id.kind.isOption ? 600 : 200
    }
}
