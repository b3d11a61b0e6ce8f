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
    public static var emptyRoot: Bytes32 { Keccak256.hash([0x80]) }

    /// Hashes what changed since the last time.
    public var rootHash: Bytes32 {
        guard let root else { return Trie.emptyRoot }
        let reference = root.reference
        if reference.count == 33, let hash = Bytes32(reference.dropFirst()) { return hash }
        return Keccak256.hash(root.encoded)
    }

    public var isEmpty: Bool { root == nil }

    public func value(for key: [UInt8]) -> [UInt8]? { leaf(for: key)?.value }

    /// Sets a value; an empty one removes the key.
    public mutating func set(_ key: [UInt8], _ value: [UInt8]) {
        set(key, value.isEmpty ? nil : TrieNode.Leaf(value: value, storage: nil))
    }

    func leaf(for key: [UInt8]) -> TrieNode.Leaf? {
        let nibbles = Nibbles.from(key)
        var path = nibbles[...]
        var node = root
        while let current = node {
            switch current.content {
            case .leaf(let rest, let leaf): return path.elementsEqual(rest) ? leaf : nil
            case .extended(let rest, let child):
                guard path.starts(with: rest) else { return nil }
                path = path.dropFirst(rest.count)
                node = child
            case .branch(let children, let leaf):
                guard let nibble = path.popFirst() else { return leaf }
                node = children[Int(nibble)]
            }
        }
        return nil
    }

    mutating func set(_ key: [UInt8], _ leaf: TrieNode.Leaf?) {
        let path = Nibbles.from(key)[...]
        root = leaf.map { Trie.insert(root, path, $0) } ?? Trie.remove(root, path)
    }

    /// The root over values keyed by rlp(index), as blocks commit to transactions, receipts and withdrawals.
    public static func orderedRoot(_ values: [[UInt8]]) -> Bytes32 {
        var trie = Trie()
        for (index, value) in values.enumerated() {
            var key = RLPEncoder()
            key.append(UInt64(index))
            trie.set(key.bytes, value)
        }
        return trie.rootHash
    }
}

// MARK: - Changes

// Recursion is as deep as keys are long: 64 nibbles for the state.
extension Trie {
    private static func insert(_ node: TrieNode?, _ path: ArraySlice<UInt8>, _ leaf: TrieNode.Leaf) -> TrieNode {
        guard let node else { return TrieNode(.leaf(path: [UInt8](path), leaf)) }
        switch node.content {
        case .leaf(let rest, let old):
            if path.elementsEqual(rest) { return TrieNode(.leaf(path: rest, leaf)) }
            let common = Nibbles.commonPrefixCount(path, rest)
            var branch = Branch()
            branch.add(rest.dropFirst(common), old)
            branch.add(path.dropFirst(common), leaf)
            return extended([UInt8](path.prefix(common)), branch.node)
        case .extended(let rest, let child):
            let common = Nibbles.commonPrefixCount(path, rest)
            if common == rest.count {
                return TrieNode(.extended(path: rest, insert(child, path.dropFirst(common), leaf)))
            }
            var branch = Branch()
            branch.children[Int(rest[common])] = extended([UInt8](rest.dropFirst(common + 1)), child)
            branch.add(path.dropFirst(common), leaf)
            return extended([UInt8](path.prefix(common)), branch.node)
        case .branch(var children, let value):
            guard let nibble = path.first else { return TrieNode(.branch(children, leaf)) }
            children[Int(nibble)] = insert(children[Int(nibble)], path.dropFirst(), leaf)
            return TrieNode(.branch(children, value))
        }
    }

    private static func remove(_ node: TrieNode?, _ path: ArraySlice<UInt8>) -> TrieNode? {
        guard let node else { return nil }
        switch node.content {
        case .leaf(let rest, _): return path.elementsEqual(rest) ? nil : node
        case .extended(let rest, let child):
            guard path.starts(with: rest) else { return node }
            let changed = remove(child, path.dropFirst(rest.count))
            if changed === child { return node }
            return changed.map { merged(rest, $0) }
        case .branch(var children, var value):
            if let nibble = path.first {
                let child = children[Int(nibble)]
                let changed = remove(child, path.dropFirst())
                if changed === child { return node }
                children[Int(nibble)] = changed
            } else {
                if value == nil { return node }
                value = nil
            }
            return collapsed(children, value)
        }
    }

    /// A branch again, or what is left when it has a single entry.
    private static func collapsed(_ children: [TrieNode?], _ value: TrieNode.Leaf?) -> TrieNode? {
        let used = children.indices.filter { children[$0] != nil }
        if let value { return used.isEmpty ? TrieNode(.leaf(path: [], value)) : TrieNode(.branch(children, value)) }
        if used.count == 1, let child = children[used[0]] { return merged([UInt8(used[0])], child) }
        return used.isEmpty ? nil : TrieNode(.branch(children, nil))
    }

    /// `child` behind `path`, as one node where that is possible.
    private static func merged(_ path: [UInt8], _ child: TrieNode) -> TrieNode {
        switch child.content {
        case .leaf(let rest, let leaf): TrieNode(.leaf(path: path + rest, leaf))
        case .extended(let rest, let next): TrieNode(.extended(path: path + rest, next))
        case .branch: TrieNode(.extended(path: path, child))
        }
    }

    private static func extended(_ path: [UInt8], _ child: TrieNode) -> TrieNode {
        path.isEmpty ? child : TrieNode(.extended(path: path, child))
    }

    private struct Branch {
        var children = [TrieNode?](repeating: nil, count: 16)
        var value: TrieNode.Leaf?

        mutating func add(_ path: some Collection<UInt8>, _ leaf: TrieNode.Leaf) {
            guard let nibble = path.first else {
                value = leaf
                return
            }
            children[Int(nibble)] = TrieNode(.leaf(path: [UInt8](path.dropFirst()), leaf))
        }

        var node: TrieNode { TrieNode(.branch(children, value)) }
    }
}

// MARK: - Proofs

extension Trie {
    /// The nodes from the root to `key`'s place, root first: proof of its value, or that it has none.
    public func proof(for key: [UInt8]) -> [[UInt8]] {
        let nibbles = Nibbles.from(key)
        var path = nibbles[...]
        var proof: [[UInt8]] = []
        var node = root
        while let current = node {
            // A node shorter than 32 bytes stands inside its parent.
            if proof.isEmpty || current.reference.count == 33 { proof.append(current.encoded) }
            node = nil
            switch current.content {
            case .leaf: break
            case .extended(let rest, let child):
                if path.starts(with: rest) {
                    path = path.dropFirst(rest.count)
                    node = child
                }
            case .branch(let children, _):
                if let nibble = path.popFirst() { node = children[Int(nibble)] }
            }
        }
        return proof
    }

    /// Why a proof proves nothing.
    public enum ProofError: Error, Equatable, Sendable {
        /// A node is not the one that its parent or the root names.
        case wrongHash(index: Int)
        case malformedNode(index: Int)
        /// The path goes on beyond the last node.
        case incomplete
        /// Nodes that the path does not need.
        case surplus
    }

    /// What `proof` says of `key` under `root`: its value, or nil when it proves that there is none.
    public static func verify(
        _ proof: [[UInt8]], root: Bytes32, key: [UInt8]
    ) throws(ProofError) -> [UInt8]? {
        if proof.isEmpty, root == emptyRoot { return nil }
        var path = Nibbles.from(key)[...]
        var expected = Reference.hash(root)
        var index = 0
        while true {
            let encoded: [UInt8]
            switch expected {
            case .none:
                if index != proof.count { throw .surplus }
                return nil
            case .inline(let bytes): encoded = bytes
            case .hash(let hash):
                guard index < proof.count else { throw .incomplete }
                encoded = proof[index]
                if Keccak256.hash(encoded) != hash { throw .wrongHash(index: index) }
                index += 1
            }
            let step: Step
            do throws(RLPError) { step = try Step(encoded, path) } catch { throw .malformedNode(index: index - 1) }
            switch step {
            case .end(let value):
                if index != proof.count { throw .surplus }
                return value
            case .child(let reference, let rest):
                expected = reference
                path = rest
            }
        }
    }

    private enum Reference {
        case none
        case inline([UInt8])
        case hash(Bytes32)

        init(_ decoder: inout RLPDecoder) throws(RLPError) {
            if decoder.nextIsList {
                self = .inline(try decoder.encodedItem())
                return
            }
            let position = decoder.position
            let string = try decoder.string()
            if string.isEmpty {
                self = .none
            } else if let hash = Bytes32(string) {
                self = .hash(hash)
            } else {
                throw RLPError(.wrongSize, at: position)
            }
        }
    }

    private enum Step {
        case end([UInt8]?)
        case child(Reference, ArraySlice<UInt8>)

        init(_ encoded: [UInt8], _ path: ArraySlice<UInt8>) throws(RLPError) {
            var decoder = RLPDecoder(encoded)
            var items = try decoder.list()
            try decoder.finish()
            var fields: [[UInt8]] = []
            var probe = items
            while !probe.isAtEnd { fields.append(try probe.encodedItem()) }
            if fields.count == 17 {
                guard let nibble = path.first else {
                    var last = RLPDecoder(fields[16])
                    let value = try last.string()
                    self = .end(value.isEmpty ? nil : value)
                    return
                }
                var child = RLPDecoder(fields[Int(nibble)])
                self = .child(try Reference(&child), path.dropFirst())
            } else if fields.count == 2 {
                guard let (rest, isLeaf) = Nibbles.expand(try items.string()) else {
                    throw RLPError(.invalidValue, at: 0)
                }
                if isLeaf {
                    let value = try items.string()
                    self = .end(path.elementsEqual(rest) ? value : nil)
                } else if path.starts(with: rest) {
                    self = .child(try Reference(&items), path.dropFirst(rest.count))
                } else {
                    self = .end(nil)
                }
            } else {
                throw RLPError(.wrongItemCount, at: 0)
            }
        }
    }
}
