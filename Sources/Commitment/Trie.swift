import Cryptography
public import Foundations

/// A Merkle Patricia trie: a map from byte strings to byte strings with a root that names its whole content.
///
/// A value: copies share all nodes, and changing one copy leaves the others as they were. Source: Yellow Paper,
/// appendix D.
public struct Trie: Sendable {
    var root: TrieNode?

    public init() {}

    init(root: TrieNode?) {
        self.root = root
    }

    /// The root of a trie without entries: keccak(rlp("")).
    public static var emptyRoot: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0x0162_2fb5_e363_b421, 0x5b48_e01b_996c_adc0, 0xff83_45e6_92c0_f86e, 0x56e8_1f17_1bcc_55a6))
    }

    /// Hashes what changed since the last time.
    public var rootHash: Bytes32 {
        guard let root else { return Trie.emptyRoot }
        Trie.name([self])
        return root.name?.hash ?? Keccak256.hash(root.encoded)
    }

    public var isEmpty: Bool { root == nil }

    public func value(for key: [UInt8]) -> [UInt8]? { leaf(for: TrieKey(key))?.value }

    func leaf(for key: TrieKey) -> TrieNode.Leaf? {
        var node = root
        var depth = 0
        while let current = node {
            switch current {
            case .leaf(let leaf): return leaf.key == key ? leaf : nil
            case .extended(let extended):
                guard key.commonCount(with: extended.key) >= extended.end else { return nil }
                node = extended.child
                depth = extended.end
            case .branch(let branch):
                if depth == key.count { return branch.value }
                node = branch[key[depth]]
                depth += 1
            }
        }
        return nil
    }

    /// Sets a value; an empty one removes the key.
    public mutating func set(_ key: [UInt8], _ value: [UInt8]) { update([TrieNode.Leaf(TrieKey(key), value)]) }

    /// Sets many values at once, which costs less than one after the other; empty ones remove their keys. Of several
    /// values for a key the last one holds.
    public mutating func set(_ entries: [(key: [UInt8], value: [UInt8])]) {
        update(entries.map { TrieNode.Leaf(TrieKey($0.key), $0.value) })
    }

    /// The root over values keyed by rlp(index), as blocks commit to transactions, receipts and withdrawals.
    public static func orderedRoot(_ values: [[UInt8]]) -> Bytes32 {
        var trie = Trie()
        trie.update(
            values.enumerated().map { index, value in
                var key = RLPEncoder()
                key.append(UInt64(index))
                return TrieNode.Leaf(TrieKey(key.bytes), value)
            })
        return trie.rootHash
    }
}
