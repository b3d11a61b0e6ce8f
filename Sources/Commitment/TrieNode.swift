import Foundations

/// A node of a Merkle Patricia trie. Source: Yellow Paper, appendix D.
///
/// Nodes never change once made: an update makes the nodes on its paths anew and shares all others, so that the trie of
/// every block can be kept for the price of what changed in it. The one thing filled in later is the name.
enum TrieNode: @unchecked Sendable {
    case leaf(Leaf)
    case extended(Extension)
    case branch(Branch)

    // Sendable: names are filled when a root is asked for, which every commit does before it shares the trie with another
    // thread. Nobody else writes them, so that access goes unchecked.

    /// An entry of a trie; without a value, the word that its key is to go.
    final class Leaf {
        let key: TrieKey
        let value: [UInt8]
        /// For an account in the state trie its storage trie, which `value` names only by root.
        let storage: TrieNode?
        /// Where the node stands: what is left of the key begins here. Negative until it has a place.
        @exclusivity(unchecked) private(set) var depth: Int
        @exclusivity(unchecked) fileprivate var name: TrieName?

        init(_ key: TrieKey, _ value: [UInt8], storage: TrieNode? = nil, at depth: Int = -1) {
            self.key = key
            self.value = value
            self.storage = storage
            self.depth = depth
        }

        /// The leaf at a place: itself when it is new or stands there, else a copy.
        func placed(at depth: Int) -> Leaf {
            if self.depth < 0 { self.depth = depth }
            return self.depth == depth ? self : Leaf(key, value, storage: storage, at: depth)
        }
    }

    /// What leads to a branch whose keys share more than its parent tells.
    final class Extension {
        /// Any of the keys below.
        let key: TrieKey
        let depth: Int
        /// Where the branch stands.
        let end: Int
        let child: TrieNode
        @exclusivity(unchecked) fileprivate var name: TrieName?

        init(_ key: TrieKey, from depth: Int, to end: Int, _ child: TrieNode) {
            self.key = key
            self.depth = depth
            self.end = end
            self.child = child
        }
    }

    /// The children stand behind the object's head, by nibble: an `InlineArray` would be copied whole, child by child,
    /// wherever one is looked at.
    final class Branch: ManagedBuffer<Branch.Head, TrieNode?> {
        struct Head {
            /// The entry whose key ends here.
            var value: Leaf?
            fileprivate var name: TrieName?
        }

        /// A branch whose children are those of another, or none. It may be changed until somebody else sees it.
        static func copy(_ other: Branch?) -> Branch {
            let branch = unsafeDowncast(
                create(minimumCapacity: 16) { _ in Head(value: other?.value, name: nil) }, to: Branch.self)
            for nibble in 0..<16 {
                branch.withUnsafeMutablePointerToElements { ($0 + nibble).initialize(to: other?[nibble]) }
            }
            return branch
        }

        deinit {
            _ = withUnsafeMutablePointerToElements { $0.deinitialize(count: 16) }
        }

        var value: Leaf? {
            get { withUnsafeMutablePointerToHeader { $0.pointee.value } }
            set { withUnsafeMutablePointerToHeader { $0.pointee.value = newValue } }
        }

        fileprivate var name: TrieName? {
            get { withUnsafeMutablePointerToHeader { $0.pointee.name } }
            set { withUnsafeMutablePointerToHeader { $0.pointee.name = newValue } }
        }

        /// Precondition: a nibble.
        subscript(nibble: Int) -> TrieNode? {
            get { withUnsafeMutablePointerToElements { $0[nibble & 15] } }
            set { withUnsafeMutablePointerToElements { $0[nibble & 15] = newValue } }
        }
    }

    /// What the parent writes for this node; nil until `Trie.name` found it.
    var name: TrieName? {
        get {
            switch self {
            case .leaf(let leaf): leaf.name
            case .extended(let node): node.name
            case .branch(let branch): branch.name
            }
        }
        nonmutating set {
            switch self {
            case .leaf(let leaf): leaf.name = newValue
            case .extended(let node): node.name = newValue
            case .branch(let branch): branch.name = newValue
            }
        }
    }

    /// Any key below.
    var someKey: TrieKey? {
        switch self {
        case .leaf(let leaf): return leaf.key
        case .extended(let node): return node.key
        case .branch(let branch):
            if let value = branch.value { return value.key }
            for nibble in 0..<16 {
                if let child = branch[nibble] { return child.someKey }
            }
            return nil
        }
    }

    /// Appends the node's RLP. Precondition: its children have names.
    func encode(to bytes: inout [UInt8]) {
        switch self {
        case .leaf(let leaf):
            let end = leaf.key.count
            let count = TrieCoding.pathByteCount(end - leaf.depth) + TrieCoding.stringByteCount(leaf.value)
            TrieCoding.appendHeader(count, base: 0xc0, to: &bytes)
            leaf.key.appendPath(from: leaf.depth, to: end, isLeaf: true, to: &bytes)
            TrieCoding.append(string: leaf.value, to: &bytes)
        case .extended(let node):
            let count = TrieCoding.pathByteCount(node.end - node.depth) + (node.child.name?.byteCount ?? 0)
            TrieCoding.appendHeader(count, base: 0xc0, to: &bytes)
            node.key.appendPath(from: node.depth, to: node.end, isLeaf: false, to: &bytes)
            node.child.name?.append(to: &bytes)
        case .branch(let branch):
            let value = branch.value?.value ?? []
            var count = TrieCoding.stringByteCount(value)
            for nibble in 0..<16 { count += branch[nibble]?.name?.byteCount ?? 1 }
            TrieCoding.appendHeader(count, base: 0xc0, to: &bytes)
            for nibble in 0..<16 {
                if let name = branch[nibble]?.name { name.append(to: &bytes) } else { bytes.append(0x80) }
            }
            TrieCoding.append(string: value, to: &bytes)
        }
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(540)
        encode(to: &bytes)
        return bytes
    }
}

/// Whether both are the same node, not only equal ones.
func === (left: TrieNode?, right: TrieNode?) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (.leaf(let left), .leaf(let right)): left === right
    case (.extended(let left), .extended(let right)): left === right
    case (.branch(let left), .branch(let right)): left === right
    default: false
    }
}
