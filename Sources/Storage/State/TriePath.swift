import Foundations

/// A place in a state trie: the first nibbles of the keys below it.
struct TriePath {
    /// The nibbles from the most significant on; all beyond `count` are zero.
    let bits: UInt256
    let count: Int

    static var root: TriePath { TriePath(bits: .zero, count: 0) }

    init(bits: UInt256, count: Int) {
        self.bits = bits
        self.count = count
    }

    /// The first `count` nibbles of a key.
    init(_ key: UInt256, count: Int) {
        self.init(bits: count == 0 ? .zero : (key >> UInt64(256 - 4 * count)) << UInt64(256 - 4 * count), count: count)
    }

    func appending(_ nibble: Int) -> TriePath {
        TriePath(bits: bits | UInt256(UInt64(nibble)) << UInt64(252 - 4 * count), count: count + 1)
    }

    var nibbles: [UInt8] { (0..<count).map { UInt8(bits.nibble($0)) } }
}

extension UInt256 {
    /// Nibble `index` of a key, 0 the most significant.
    func nibble(_ index: Int) -> Int {
        let limb =
            switch index >> 4 {
            case 0: limb3
            case 1: limb2
            case 2: limb1
            default: limb0
            }
        return Int(truncatingIfNeeded: limb &>> UInt64(60 &- 4 &* (index & 15))) & 15
    }

    /// How many nibbles from the most significant on two keys share.
    func commonNibbleCount(_ other: UInt256) -> Int { Int((self ^ other).leadingZeroBitCount / 4) }
}

extension StateKey {
    static func node(_ owner: Bytes32?, _ path: TriePath) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(34 + path.count)
        key.append(owner == nil ? StoreTable.accountNode : StoreTable.storageNode)
        if let owner { key.append(bigEndian: owner.word) }
        key.append(UInt8(path.count))
        for index in 0..<path.count { key.append(UInt8(path.bits.nibble(index))) }
        return key
    }
}
