import Cryptography
import Foundations

/// A node of a Merkle Patricia trie. Source: Yellow Paper, appendix D.
///
/// Nodes never change once made: an update copies the nodes on its path and shares all others, so that the trie of
/// every block can be kept for the price of what changed in it. The one thing filled in later is `cachedReference`.
final class TrieNode: @unchecked Sendable {
    // Sendable: `content` is immutable. `cachedReference` is filled when a root is asked for, which every commit does
    // before it shares the trie with another thread.

    enum Content {
        /// What is left of the key, in nibbles, and the value.
        case leaf(path: [UInt8], Leaf)
        case extended(path: [UInt8], TrieNode)
        /// Sixteen children by nibble, and the value of the key that ends here.
        case branch([TrieNode?], Leaf?)
    }

    /// A value, and for an account in the state trie its storage trie, which `value` names only by root.
    struct Leaf {
        var value: [UInt8]
        var storage: TrieNode?
    }

    let content: Content
    private var cachedReference: [UInt8]?

    init(_ content: Content) {
        self.content = content
    }

    /// How the parent names this node: the node itself when it is shorter than 32 bytes, else its hash; as RLP.
    var reference: [UInt8] {
        if let cachedReference { return cachedReference }
        let encoded = encoded
        let reference = encoded.count < 32 ? encoded : [0xa0] + Keccak256.hash(encoded).bytes
        cachedReference = reference
        return reference
    }

    var encoded: [UInt8] {
        RLPEncoder.list { encoder in
            switch content {
            case .leaf(let path, let leaf):
                encoder.append(Nibbles.compact(path, isLeaf: true))
                encoder.append(leaf.value)
            case .extended(let path, let child):
                encoder.append(Nibbles.compact(path, isLeaf: false))
                encoder.appendEncoded(child.reference)
            case .branch(let children, let leaf):
                for child in children {
                    if let child { encoder.appendEncoded(child.reference) } else { encoder.append([]) }
                }
                encoder.append(leaf?.value ?? [])
            }
        }
    }
}

/// Keys by half bytes.
package enum Nibbles {
    static func from(_ bytes: [UInt8]) -> [UInt8] {
        var nibbles: [UInt8] = []
        nibbles.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            nibbles.append(byte >> 4)
            nibbles.append(byte & 15)
        }
        return nibbles
    }

    /// The bytes of an even number of half bytes.
    static func joined(_ nibbles: [UInt8]) -> [UInt8] {
        stride(from: 0, to: nibbles.count - 1, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// The hex-prefix encoding: flags and parity in the first nibble.
    package static func compact(_ path: [UInt8], isLeaf: Bool) -> [UInt8] {
        let flag: UInt8 = isLeaf ? 2 : 0
        let isOdd = !path.count.isMultiple(of: 2)
        var bytes: [UInt8] = [isOdd ? (flag + 1) << 4 | path[0] : flag << 4]
        bytes.reserveCapacity(path.count / 2 + 1)
        var index = isOdd ? 1 : 0
        while index < path.count {
            bytes.append(path[index] << 4 | path[index + 1])
            index += 2
        }
        return bytes
    }

    /// The path and kind of a hex-prefix encoding; nil when it is none.
    static func expand(_ compact: [UInt8]) -> (path: [UInt8], isLeaf: Bool)? {
        guard let first = compact.first, first >> 4 <= 3 else { return nil }
        let isOdd = first >> 4 & 1 == 1
        if !isOdd, first & 15 != 0 { return nil }
        return ([UInt8](from(compact).dropFirst(isOdd ? 1 : 2)), first >> 4 >= 2)
    }

    static func commonPrefixCount(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Int {
        var count = 0
        for (x, y) in zip(a, b) {
            if x != y { break }
            count += 1
        }
        return count
    }
}
