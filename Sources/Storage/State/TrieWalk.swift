import Commitment
import Cryptography
import Foundations

/// Reads a stored trie from its root down.
struct TrieWalk {
    let reader: any StateReader
    /// nil for the account trie.
    let owner: Bytes32?
    /// Whether every node is held to the hash that its parent states.
    var checksHashes = false

    private func damage(_ path: [UInt8]) -> StorageError {
        .damaged("trie node at path \(path) of \(owner.map { "account \($0)" } ?? "the account trie")")
    }

    private func load(_ path: [UInt8]) throws(StorageError) -> (encoded: [UInt8], node: StoredNode) {
        guard let encoded = try reader.value(StateKey.node(owner, path)), let node = TrieCoding.decode(encoded) else {
            throw damage(path)
        }
        return (encoded, node)
    }

    /// The root, by the root node.
    func root() throws(StorageError) -> Bytes32 {
        try reader.value(StateKey.node(owner, [])).map { Keccak256.hash($0) } ?? Trie.emptyRoot
    }

    /// The nodes from the root to a key's place, root first.
    func proof(_ hash: Bytes32) throws(StorageError) -> [[UInt8]] {
        guard try reader.value(StateKey.node(owner, [])) != nil else { return [] }
        let key = TrieUpdate.nibbles(hash)
        var (encoded, node) = try load([])
        var proof = [encoded]
        var depth = 0
        while true {
            let link: StoredLink
            switch node {
            case .leaf: return proof
            case .extended(let rest, let child):
                guard key[depth...].starts(with: rest) else { return proof }
                depth += rest.count
                link = child
            case .branch(let children):
                link = children[Int(key[depth])]
                depth += 1
            }
            switch link {
            case .none: return proof
            // A node shorter than 32 bytes stands inside its parent.
            case .node(let inner): node = inner
            case .hash:
                (encoded, node) = try load(Array(key[..<depth]))
                proof.append(encoded)
            }
        }
    }

    /// Every node and leaf in the order of keys, until `leaf` answers false. `start` is the first key of interest.
    func visit(
        from start: Bytes32 = .zero, node: (_ path: [UInt8], _ encoded: [UInt8]) -> Void = { _, _ in },
        leaf: (_ hash: Bytes32, _ value: [UInt8]) throws(StorageError) -> Bool
    ) throws(StorageError) {
        guard try reader.value(StateKey.node(owner, [])) != nil else { return }
        let first = TrieUpdate.nibbles(start)
        let (encoded, root) = try load([])
        node([], encoded)
        _ = try visit(root, at: [], from: first, node, leaf)
    }

    private func visit(
        _ current: StoredNode, at path: [UInt8], from first: [UInt8], _ node: ([UInt8], [UInt8]) -> Void,
        _ leaf: (Bytes32, [UInt8]) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        switch current {
        case .leaf(let rest, let value):
            let key = path + rest
            guard let hash = TrieWalk.hash(key) else { throw damage(path) }
            return SortedMap.precedes(key, first) ? true : try leaf(hash, value)
        case .extended(let rest, let child): return try follow(child, at: path + rest, from: first, node, leaf)
        case .branch(let children):
            for (nibble, child) in children.enumerated() where !child.isNone {
                guard try follow(child, at: path + [UInt8(nibble)], from: first, node, leaf) else { return false }
            }
            return true
        }
    }

    private func follow(
        _ link: StoredLink, at path: [UInt8], from first: [UInt8], _ node: ([UInt8], [UInt8]) -> Void,
        _ leaf: (Bytes32, [UInt8]) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        // All keys below come before the first.
        if SortedMap.precedes(path, Array(first.prefix(path.count))) { return true }
        switch link {
        case .none: return true
        case .node(let inner): return try visit(inner, at: path, from: first, node, leaf)
        case .hash(let hash):
            let (encoded, child) = try load(path)
            if checksHashes, Keccak256.hash(encoded) != hash { throw damage(path) }
            node(path, encoded)
            return try visit(child, at: path, from: first, node, leaf)
        }
    }

    private static func hash(_ nibbles: [UInt8]) -> Bytes32? {
        guard nibbles.count == 64 else { return nil }
        return Bytes32(stride(from: 0, to: 64, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] })
    }
}
