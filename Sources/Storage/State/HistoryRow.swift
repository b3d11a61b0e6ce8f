import Commitment
import Foundations

/// What a key held before a block, as the history tables write it.
///
/// Most branches change in one child: such a row names the old children only, and is read against the next newer
/// version. One in sixteen rows, by chance, is whole, so that few are read together.
enum HistoryRow {
    private static let absent: UInt8 = 0
    private static let whole: UInt8 = 1
    private static let children: UInt8 = 2

    static func encode(key: [UInt8], block: UInt64, old: [UInt8]?, new: [UInt8]?) -> [UInt8] {
        guard let old else { return [absent] }
        // By chance: what changes in every sixteenth block, or at any other distance, must have its turn as well.
        let turn =
            foldedMultiply(key.reduce(block) { $0 &+ UInt64($1) } &* 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB) >> 60
        if StateKey.isNode(key), turn != 0, let new, let before = TrieCoding.branchItems(old),
            let after = TrieCoding.branchItems(new)
        {
            var changed: UInt16 = 0
            var items: [UInt8] = []
            for index in 0..<16 where before[index] != after[index] {
                changed |= 1 << UInt16(index)
                items += before[index]
            }
            return [children, UInt8(changed >> 8), UInt8(changed & 255)] + items
        }
        return [whole] + old
    }

    enum Version {
        case value([UInt8]?)
        /// To be applied to the next newer version.
        case difference([UInt8])
    }

    /// nil when the bytes are no row.
    static func decode(_ row: [UInt8]) -> Version? {
        switch row.first {
        case absent: .value(nil)
        case whole: .value(Array(row.dropFirst()))
        case children: .difference(row)
        default: nil
        }
    }

    /// Differences of one branch, read from the oldest on: the first that names a child tells it.
    struct Differences {
        private var items = [ArraySlice<UInt8>?](repeating: nil, count: 16)
        private var unknown: UInt16 = .max

        /// Whether newer versions have nothing to add.
        var isComplete: Bool { unknown == 0 }
        var isEmpty: Bool { unknown == .max }

        /// False when the bytes are no difference.
        mutating func add(_ difference: [UInt8]) -> Bool {
            guard difference.count > 3 else { return false }
            let changed = UInt16(difference[1]) << 8 | UInt16(difference[2])
            // The old children are items of a list again, one behind the other.
            guard let old = TrieCoding.items(difference, 3..<difference.count), old.count == changed.nonzeroBitCount
            else { return false }
            var next = old.startIndex
            for index in 0..<16 where changed >> UInt16(index) & 1 == 1 {
                if unknown >> UInt16(index) & 1 == 1 { items[index] = old[next] }
                next += 1
            }
            unknown &= ~changed
            return true
        }

        /// The branch before all of these, which lead up to `newer`; nil when that is none.
        func applied(to newer: [UInt8]?) -> [UInt8]? {
            guard isComplete || newer != nil else { return nil }
            let rest = isComplete ? [] : newer.flatMap(TrieCoding.branchItems) ?? []
            guard isComplete || rest.count == 17 else { return nil }
            return TrieCoding.list { payload in
                for index in 0..<16 { payload += items[index] ?? rest[index] }
                // Branches of state tries hold no value.
                payload.append(0x80)
            }
        }
    }
}
