import Commitment
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
