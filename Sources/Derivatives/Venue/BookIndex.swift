import Foundations

/// An ordered set of numbers in storage: a tree of 256-bit nodes, each bit telling that a child (at the leaves: a number) is there.
///
/// Neighbours share a leaf, so that the next number is usually found in the word that held the last one. A number is entered and
/// removed in one access where its leaf stays or becomes non-empty, and in at most `depths` else.
struct BookIndex {
    let table: UInt8
    /// Bits 8… of the field of its nodes' slots; the lowest 8 are the depth.
    let field: UInt64
    let high: UInt64
    /// 8 bits of the number each.
    let depths: UInt64

    @inline(__always)
    static func levels(_ instrument: InstrumentNumber, _ ladder: Ladder) -> BookIndex {
        BookIndex(table: 4, field: ladder.rawValue &<< 8, high: UInt64(instrument), depths: 4)
    }

    /// Seconds below 2^40.
    static var expiries: BookIndex { BookIndex(table: 10, field: 0, high: 0, depths: 5) }

    static var booksWithTriggers: BookIndex { BookIndex(table: 11, field: 0, high: 0, depths: 4) }

    static var booksForAuction: BookIndex { BookIndex(table: 14, field: 0, high: 0, depths: 4) }

    @inline(__always)
    private func slot(_ number: UInt64, _ depth: UInt64) -> VenueSlot {
        VenueSlot(.book, table: table, field: field | depth, high: high, low: number &>> (8 &* (depth &+ 1)))
    }

    @inline(__always)
    private static func bit(_ number: UInt64, _ depth: UInt64) -> UInt64 { (number &>> (8 &* depth)) & 0xff }

    func insert(_ number: UInt64, in storage: inout some VenueStorage) {
        for depth in 0..<depths {
            let slot = slot(number, depth)
            let node = storage.load(slot)
            storage.store(slot, node | UInt256.one << BookIndex.bit(number, depth))
            if !node.isZero { return }
        }
    }

    func remove(_ number: UInt64, in storage: inout some VenueStorage) {
        for depth in 0..<depths {
            let slot = slot(number, depth)
            let node = storage.load(slot) & ~(UInt256.one << BookIndex.bit(number, depth))
            storage.store(slot, node)
            if !node.isZero { return }
        }
    }

    /// The least number above `number`, or the greatest below it; nil where there is none.
    func next(_ number: UInt64, ascending: Bool, in storage: inout some VenueStorage) -> UInt64? {
        for depth in 0..<depths {
            let node = storage.load(slot(number, depth))
            let bit = BookIndex.bit(number, depth)
            let rest = ascending ? node & ~UInt256.lowBits(bit &+ 1) : node & UInt256.lowBits(bit)
            if rest.isZero { continue }
            // The numbers under one node of this depth share the bits above it.
            let width = 8 &* (depth &+ 1)
            var found = (number &>> width) &<< 8 | (ascending ? rest.lowestBit : rest.highestBit)
            for below in (0..<depth).reversed() {
                let child = storage.load(
                    VenueSlot(.book, table: table, field: field | below, high: high, low: found))
                found = found &<< 8 | (ascending ? child.lowestBit : child.highestBit)
            }
            return found
        }
        return nil
    }

    /// The least number at or above `number`.
    func first(from number: UInt64, in storage: inout some VenueStorage) -> UInt64? {
        let leaf = storage.load(slot(number, 0))
        if !(leaf & UInt256.one << BookIndex.bit(number, 0)).isZero { return number }
        return next(number, ascending: true, in: &storage)
    }
}

extension UInt256 {
    /// The `count` lowest bits set; `count` ≤ 256.
    fileprivate static func lowBits(_ count: UInt64) -> UInt256 { (UInt256.one << count) &- .one }

    /// The position of the lowest set bit. Precondition: not zero.
    fileprivate var lowestBit: UInt64 {
        if limb0 != 0 { return UInt64(limb0.trailingZeroBitCount) }
        if limb1 != 0 { return UInt64(limb1.trailingZeroBitCount) &+ 64 }
        if limb2 != 0 { return UInt64(limb2.trailingZeroBitCount) &+ 128 }
        return UInt64(limb3.trailingZeroBitCount) &+ 192
    }

    /// The position of the highest set bit. Precondition: not zero.
    fileprivate var highestBit: UInt64 {
        if limb3 != 0 { return 255 &- UInt64(limb3.leadingZeroBitCount) }
        if limb2 != 0 { return 191 &- UInt64(limb2.leadingZeroBitCount) }
        if limb1 != 0 { return 127 &- UInt64(limb1.leadingZeroBitCount) }
        return 63 &- UInt64(limb0.leadingZeroBitCount)
    }
}
