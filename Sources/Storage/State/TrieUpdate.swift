import Commitment
import Cryptography
import Foundations

/// Changes stored tries by many keys at once: each node on their paths is read once, changed once, and hashed once,
/// together with the nodes of all these tries that are as far from the leaves.
///
/// First `change` every trie, then `settle` them.
struct TrieUpdate {
    /// A key and its new value; nil removes.
    struct Entry {
        let key: UInt256
        let value: [UInt8]?
        /// What the key held before, filled in by the update.
        var old: [UInt8]?

        init(hash: Bytes32, value: [UInt8]?) {
            key = hash.word
            self.value = value
        }
    }

    /// A node that is written, or removed, with what was there.
    struct NodeChange {
        /// The number of its trie.
        let trie: Int
        let key: [UInt8]
        let old: [UInt8]?
        let new: [UInt8]?
    }

    /// A trie that changes.
    struct Changing {
        /// nil for the account trie.
        let owner: Bytes32?
        /// Of `entries`, ascending by key.
        let entries: Range<Int>
        /// The whole trie, or one child of its root.
        let path: TriePath
        var link: TrieNodes.Link
        /// What a parent writes for it, once hashed; nil when it has nothing to write or stands inside its parent.
        var hash: Bytes32?
    }

    /// A node that was read, and whether one is written there again.
    struct Place {
        let trie: Int
        let path: TriePath
        let old: [UInt8]
        var isTaken = false
    }

    private let reader: any StateReader
    var nodes = TrieNodes()
    private(set) var entries: [Entry] = []
    var places: [Place] = []
    var tries: [Changing] = []
    var changes: [NodeChange] = []

    static func nibbles(_ hash: Bytes32) -> [UInt8] { TriePath(bits: hash.word, count: 64).nibbles }

    init(reader: any StateReader) {
        self.reader = reader
    }

    /// The root of a trie after `settle`.
    func root(of trie: Int) -> Bytes32 { tries[trie].hash ?? Trie.emptyRoot }

    /// Changes a whole trie and answers its number. `new` ascend by key. A trie that `isNew` has nothing in the store.
    mutating func change(owner: Bytes32?, _ new: [Entry], isNew: Bool = false) throws(StorageError) -> Int {
        begin(owner, new, at: .root)
        let trie = tries.count - 1
        var link = TrieNodes.Link.none
        if !isNew, let (node, place) = try read(.root) {
            nodes.setPlace(place, of: node)
            link = .node(node)
        }
        tries[trie].link = try updated(link, at: .root, tries[trie].entries)
        return trie
    }

    private mutating func begin(_ owner: Bytes32?, _ new: [Entry], at path: TriePath) {
        let first = entries.count
        entries += new
        tries.append(
            Changing(owner: owner, entries: first..<entries.count, path: path, link: .none, hash: nil))
    }

    // MARK: On several threads

    /// Keys from which several threads pay off for one trie.
    static let parallelCount = 256

    /// Changes and settles one trie, each child of its root on its own where that is possible.
    static func inParallel(
        owner: Bytes32?, _ entries: [Entry], reader: any StateReader, isNew: Bool = false
    ) throws(StorageError) -> TrieUpdate {
        if entries.count >= parallelCount,
            let update = try byChildren(owner: owner, entries, reader: reader, isNew: isNew)
        {
            return update
        }
        var update = TrieUpdate(reader: reader)
        _ = try update.change(owner: owner, entries, isNew: isNew)
        update.settle()
        return update
    }

    /// nil when the root is no branch, does not stay one, or a child is so short that it stands inside it.
    private static func byChildren(
        owner: Bytes32?, _ entries: [Entry], reader: any StateReader, isNew: Bool
    ) throws(StorageError) -> TrieUpdate? {
        var update = TrieUpdate(reader: reader)
        update.begin(owner, entries, at: .root)
        var children = TrieNodes.emptyBranch
        var place: Int32 = -1
        if !isNew, let root = try update.read(.root) {
            guard case .branch(let branch) = update.nodes[root.node].content else { return nil }
            children = update.nodes.branches[Int(branch)]
            place = root.place
        }
        var groups: [(nibble: Int, range: Range<Int>, link: TrieNodes.Link)] = []
        var start = 0
        while start < entries.count {
            let nibble = entries[start].key.nibble(0)
            var end = start + 1
            while end < entries.count, entries[end].key.nibble(0) == nibble { end += 1 }
            if case .node = children[nibble] { return nil }
            groups.append((nibble, start..<end, children[nibble]))
            start = end
        }
        let work = groups
        let parts = try Parallel.map(work.count) { (index) throws(StorageError) in
            var part = TrieUpdate(reader: reader)
            let path = TriePath.root.appending(work[index].nibble)
            part.begin(owner, Array(entries[work[index].range]), at: path)
            part.tries[0].link = try part.updated(work[index].link, at: path, part.tries[0].entries)
            part.settle()
            return part
        }
        for (group, part) in zip(groups, parts) {
            if let hash = part.tries[0].hash {
                children[group.nibble] = .hash(hash)
            } else {
                guard part.tries[0].link.isNone else { return nil }
                children[group.nibble] = .none
            }
            update.changes += part.changes
            for (index, entry) in part.entries.enumerated() {
                update.entries[group.range.lowerBound + index].old = entry.old
            }
        }
        guard (0..<16).count(where: { !children[$0].isNone }) > 1 else { return nil }
        let root = update.nodes.addBranch(children, key: .zero)
        update.nodes.setPlace(place, of: root)
        update.tries[0].link = .node(root)
        update.settle()
        return update
    }

    // MARK: Reading

    private func damage(_ path: TriePath) -> StorageError {
        let owner = tries[tries.count - 1].owner
        return .damaged("trie node at path \(path.nibbles) of \(owner.map { "account \($0)" } ?? "the account trie")")
    }

    /// The node of the trie that is being changed at a path; nil when there is none.
    private mutating func read(_ path: TriePath) throws(StorageError) -> (node: Int32, place: Int32)? {
        guard let encoded = try reader.value(StateKey.node(tries[tries.count - 1].owner, path)) else { return nil }
        guard let node = nodes.decode(encoded, at: path) else { throw damage(path) }
        places.append(Place(trie: tries.count - 1, path: path, old: encoded))
        let place = Int32(truncatingIfNeeded: places.count - 1)
        nodes.setPlace(place, of: node)
        return (node, place)
    }

    /// The node behind a link, read if need be.
    private mutating func load(_ link: TrieNodes.Link, at path: TriePath) throws(StorageError) -> Int32? {
        switch link {
        case .none: return nil
        case .node(let node): return node
        case .hash:
            guard let (node, _) = try read(path) else { throw damage(path) }
            return node
        }
    }

    // MARK: Changing

    private mutating func updated(
        _ link: TrieNodes.Link, at path: TriePath, _ range: Range<Int>
    ) throws(StorageError) -> TrieNodes.Link {
        if range.isEmpty { return link }
        guard let node = try load(link, at: path) else { return built(range, and: nil, at: path.count) }
        let place = nodes[node].place
        let result = try changed(node, at: path, range)
        // What stands now where the node was read is written there.
        if place >= 0, case .node(let new) = result { nodes.setPlace(place, of: new) }
        return result
    }

    private mutating func changed(
        _ node: Int32, at path: TriePath, _ range: Range<Int>
    ) throws(StorageError) -> TrieNodes.Link {
        let key = nodes[node].key
        switch nodes[node].content {
        case .leaf(let value):
            for index in range where entries[index].key == key {
                entries[index].old = nodes.values[Int(value)]
                return built(range, and: nil, at: path.count)
            }
            return built(range, and: node, at: path.count)
        case .extended(let end, let child):
            let common = min(
                entries[range.lowerBound].key.commonNibbleCount(key),
                entries[range.upperBound - 1].key.commonNibbleCount(key), end)
            if common == end {
                let changed = try updated(child, at: TriePath(key, count: end), range)
                return try joined(changed, at: TriePath(key, count: end), above: path.count)
            }
            // Some keys leave the extension's way: it parts into a branch.
            var children = TrieNodes.emptyBranch
            children[key.nibble(common)] =
                common + 1 == end ? child : .node(nodes.add(.extended(end: end, child), key: key))
            let branchPath = TriePath(key, count: common)
            let branch = nodes.addBranch(children, key: branchPath.bits)
            let changed = try updated(.node(branch), at: branchPath, range)
            return try joined(changed, at: branchPath, above: path.count)
        case .branch(let branch):
            var start = range.lowerBound
            while start < range.upperBound {
                let nibble = entries[start].key.nibble(path.count)
                var end = start + 1
                while end < range.upperBound, entries[end].key.nibble(path.count) == nibble { end += 1 }
                let child = nodes.branches[Int(branch)][nibble]
                nodes.branches[Int(branch)][nibble] = try updated(child, at: path.appending(nibble), start..<end)
                start = end
            }
            return try collapsed(node, branch, at: path)
        }
    }

    /// A branch again, or what is left when it has a single child.
    private mutating func collapsed(
        _ node: Int32, _ branch: Int32, at path: TriePath
    ) throws(StorageError) -> TrieNodes.Link {
        var only: Int?
        for nibble in 0..<16 where !nodes.branches[Int(branch)][nibble].isNone {
            if only != nil { return .node(node) }
            only = nibble
        }
        guard let only else { return .none }
        let child = nodes.branches[Int(branch)][only]
        return try joined(child, at: path.appending(only), above: path.count)
    }

    /// A link whose parent stands at `depth` and has no other child, as one node where that is possible.
    private mutating func joined(
        _ link: TrieNodes.Link, at path: TriePath, above depth: Int
    ) throws(StorageError) -> TrieNodes.Link {
        if path.count == depth { return link }
        guard let node = try load(link, at: path) else { return .none }
        switch nodes[node].content {
        // Under a number of its own: where it stood before nothing stands now.
        case .leaf, .extended: return .node(nodes.add(nodes[node].content, key: nodes[node].key))
        case .branch: return .node(nodes.add(.extended(end: path.count, .node(node)), key: path.bits))
        }
    }

    /// A new subtree of the entries that have values, and of a leaf that is there.
    private mutating func built(_ range: Range<Int>, and leaf: Int32?, at depth: Int) -> TrieNodes.Link {
        if range.count == 1, leaf == nil {
            guard let value = entries[range.lowerBound].value else { return .none }
            return .node(nodes.addLeaf(key: entries[range.lowerBound].key, value: value))
        }
        var leaves: [Int32] = []
        leaves.reserveCapacity(range.count + 1)
        var waiting = leaf.map { nodes.add(nodes[$0].content, key: nodes[$0].key) }
        for index in range {
            if let old = waiting, nodes[old].key < entries[index].key {
                leaves.append(old)
                waiting = nil
            }
            if let value = entries[index].value {
                leaves.append(nodes.addLeaf(key: entries[index].key, value: value))
            }
        }
        if let waiting { leaves.append(waiting) }
        return subtree(leaves[...], at: depth)
    }

    private mutating func subtree(_ leaves: ArraySlice<Int32>, at depth: Int) -> TrieNodes.Link {
        guard let first = leaves.first, let last = leaves.last else { return .none }
        if leaves.count == 1 { return .node(first) }
        let key = nodes[first].key
        let branching = key.commonNibbleCount(nodes[last].key)
        var children = TrieNodes.emptyBranch
        var start = leaves.startIndex
        while start < leaves.endIndex {
            let nibble = nodes[leaves[start]].key.nibble(branching)
            var end = start + 1
            while end < leaves.endIndex, nodes[leaves[end]].key.nibble(branching) == nibble { end += 1 }
            children[nibble] = subtree(leaves[start..<end], at: branching + 1)
            start = end
        }
        let branch = nodes.addBranch(children, key: key)
        if branching == depth { return .node(branch) }
        return .node(nodes.add(.extended(end: branching, .node(branch)), key: key))
    }
}
