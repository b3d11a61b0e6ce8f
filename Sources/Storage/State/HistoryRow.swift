import Commitment

/// What a key held before a block, as the history tables write it.
///
/// Most branches change in one child: such a row names the old children only, and is read against the next newer
/// version. One in sixteen rows is whole, so that few are read together.
enum HistoryRow {
    private static let absent: UInt8 = 0
    private static let whole: UInt8 = 1
    private static let children: UInt8 = 2

    static func encode(key: [UInt8], block: UInt64, old: [UInt8]?, new: [UInt8]?) -> [UInt8] {
        guard let old else { return [absent] }
        let turn = key.reduce(block) { $0 &+ UInt64($1) }
        if StateKey.isNode(key), turn % 16 != 0, let new, let before = TrieCoding.branchItems(old),
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

    /// The older version of a branch.
    static func apply(_ difference: [UInt8], to newer: [UInt8]?) -> [UInt8]? {
        guard difference.count > 3, let newer, let items = TrieCoding.branchItems(newer) else { return nil }
        let changed = UInt16(difference[1]) << 8 | UInt16(difference[2])
        // The old children are items of a list again, read one after the other.
        guard let replacements = TrieCoding.items(Array(difference[3...])),
            replacements.count == changed.nonzeroBitCount
        else { return nil }
        var next = replacements.makeIterator()
        return TrieCoding.list { payload in
            for index in 0..<17 {
                if index < 16, changed >> UInt16(index) & 1 == 1, let item = next.next() {
                    payload += item
                } else {
                    payload += items[index]
                }
            }
        }
    }
}
