import Commitment
import Foundations

/// Nodes of state tries while they are changed, side by side in a few arrays: nothing is allocated for a node, and what
/// moves within its trie only changes its number.
///
/// State tries have keys of one length, so that branches hold no values and a node knows its whole key.
struct TrieNodes {
    /// How a parent holds a child.
    enum Link {
        case none
        /// In the store, at its own path.
        case hash(Bytes32)
        /// One of these nodes: read, new, or so short that it stands inside its parent.
        case node(Int32)

        var isNone: Bool {
            if case .none = self { true } else { false }
        }
    }

    enum Content {
        /// The number of the value.
        case leaf(Int32)
        /// The depth at which the child stands.
        case extended(end: Int, Link)
        /// The number of the branch.
        case branch(Int32)
    }

    struct Node {
        let content: Content
        /// A leaf's key; of another node as much as leads to its end, or more.
        let key: UInt256
        /// The number under which the node was read from where it stands; negative for a new one.
        var place: Int32 = -1
        /// Where the node stands, known when it is hashed.
        var depth = 0
    }

    typealias Branch = InlineArray<16, Link>

    private(set) var nodes: [Node] = []
    var branches: [Branch] = []
    private(set) var values: [[UInt8]] = []

    static var emptyBranch: Branch { Branch(repeating: .none) }

    subscript(index: Int32) -> Node { nodes[Int(index)] }

    var count: Int { nodes.count }

    mutating func setPlace(_ place: Int32, of index: Int32) { nodes[Int(index)].place = place }
    mutating func setDepth(_ depth: Int, of index: Int32) { nodes[Int(index)].depth = depth }

    mutating func add(_ content: Content, key: UInt256) -> Int32 {
        nodes.append(Node(content: content, key: key))
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }

    mutating func addLeaf(key: UInt256, value: [UInt8]) -> Int32 {
        values.append(value)
        return add(.leaf(Int32(truncatingIfNeeded: values.count - 1)), key: key)
    }

    mutating func addBranch(_ children: Branch, key: UInt256) -> Int32 {
        branches.append(children)
        return add(.branch(Int32(truncatingIfNeeded: branches.count - 1)), key: key)
    }

    // MARK: Reading

    /// The node that `bytes` encode, which stands at `path`; nil when they are no node of a state trie.
    mutating func decode(_ bytes: [UInt8], at path: TriePath) -> Int32? {
        bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            guard let item = TrieCoding.item(bytes, &position, end: bytes.count), item.isList, position == bytes.count
            else { return nil }
            return node(bytes, item.payload, at: path)
        }
    }

    private mutating func node(
        _ bytes: UnsafeBufferPointer<UInt8>, _ payload: Range<Int>, at path: TriePath
    ) -> Int32? {
        var position = payload.lowerBound
        // Seventeen items make a branch, two an extension or a leaf.
        guard let first = TrieCoding.item(bytes, &position, end: payload.upperBound),
            let second = TrieCoding.item(bytes, &position, end: payload.upperBound)
        else { return nil }
        if position == payload.upperBound { return short(bytes, first, second, at: path) }
        guard path.count < 64, let firstLink = link(bytes, first, at: path, 0),
            let secondLink = link(bytes, second, at: path, 1)
        else { return nil }
        var children = TrieNodes.emptyBranch
        children[0] = firstLink
        children[1] = secondLink
        for nibble in 2..<16 {
            guard let next = TrieCoding.item(bytes, &position, end: payload.upperBound),
                let link = link(bytes, next, at: path, nibble)
            else { return nil }
            children[nibble] = link
        }
        guard let value = TrieCoding.item(bytes, &position, end: payload.upperBound), !value.isList,
            value.payload.isEmpty, position == payload.upperBound
        else { return nil }
        return addBranch(children, key: path.bits)
    }

    private mutating func link(
        _ bytes: UnsafeBufferPointer<UInt8>, _ item: TrieCoding.Item, at path: TriePath, _ nibble: Int
    ) -> Link? {
        if item.isList { return node(bytes, item.payload, at: path.appending(nibble)).map { .node($0) } }
        if item.payload.isEmpty { return Link.none }
        guard item.payload.count == 32 else { return nil }
        return .hash(Bytes32(UInt256(loadingBigEndian: UnsafeRawPointer(bytes.baseAddress! + item.payload.lowerBound))))
    }

    /// A leaf or an extension: what is left of the key in hex-prefix encoding, and the value or the child.
    private mutating func short(
        _ bytes: UnsafeBufferPointer<UInt8>, _ first: TrieCoding.Item, _ second: TrieCoding.Item, at path: TriePath
    ) -> Int32? {
        guard !first.isList, let flags = bytes[first.payload].first, flags >> 4 <= 3 else { return nil }
        let isOdd = flags >> 4 & 1 == 1
        let count = 2 * (first.payload.count - 1) + (isOdd ? 1 : 0)
        let end = path.count + count
        guard end <= 64 else { return nil }
        var rest = UInt256(UInt64(isOdd ? flags & 15 : 0))
        for byte in bytes[first.payload].dropFirst() { rest = rest << 8 | UInt256(UInt64(byte)) }
        let key = path.bits | rest << UInt64(256 - 4 * end)
        if flags >> 4 >= 2 {
            return end == 64 && !second.isList ? addLeaf(key: key, value: Array(bytes[second.payload])) : nil
        }
        guard count > 0, end < 64 else { return nil }
        let child: Link
        if second.isList {
            guard let inner = node(bytes, second.payload, at: TriePath(bits: key, count: end)) else { return nil }
            child = .node(inner)
        } else {
            guard second.payload.count == 32 else { return nil }
            child = .hash(
                Bytes32(UInt256(loadingBigEndian: UnsafeRawPointer(bytes.baseAddress! + second.payload.lowerBound))))
        }
        return add(.extended(end: end, child), key: key)
    }
}
