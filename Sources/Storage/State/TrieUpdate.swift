import Commitment
import Cryptography
import Foundations

/// Changes a stored trie by many keys at once: each node on their paths is read once, changed once, hashed once.
struct TrieUpdate {
    /// A key as 64 nibbles and its new value; nil removes.
    struct Entry {
        let key: [UInt8]
        let value: [UInt8]?
        /// What the key held before, filled in by the update.
        var old: [UInt8]?

        init(hash: Bytes32, value: [UInt8]?) {
            key = TrieUpdate.nibbles(hash)
            self.value = value
        }
    }

    /// A node that is written, or removed, with what was there.
    struct NodeChange {
        let path: [UInt8]
        let old: [UInt8]?
        let new: [UInt8]?
    }

    private let reader: any StateReader
    private let owner: Bytes32?
    /// The nodes that were read, by path.
    private var read: [[UInt8]: [UInt8]] = [:]
    private(set) var entries: [Entry]
    private(set) var changes: [NodeChange] = []
    private(set) var root: Bytes32 = .zero

    static func nibbles(_ hash: Bytes32) -> [UInt8] {
        var nibbles: [UInt8] = []
        nibbles.reserveCapacity(64)
        for byte in hash.bytes {
            nibbles.append(byte >> 4)
            nibbles.append(byte & 15)
        }
        return nibbles
    }

    /// `entries` ascend by key. `owner` is nil for the account trie.
    private init(reader: any StateReader, owner: Bytes32?, entries: [Entry]) {
        self.reader = reader
        self.owner = owner
        self.entries = entries
    }

    /// Applies the entries to the trie and finds its new root, on several threads when there is much to do.
    static func apply(
        _ entries: [Entry], reader: any StateReader, owner: Bytes32?
    ) throws(StorageError) -> TrieUpdate {
        var update = TrieUpdate(reader: reader, owner: owner, entries: entries)
        if entries.count >= TrieUpdate.parallelCount, try update.applyInParallel() { return update }
        update = TrieUpdate(reader: reader, owner: owner, entries: entries)
        let link = try update.updated(try update.rootLink(), at: [], 0..<entries.count)
        update.finish(link)
        return update
    }

    /// Keys from which several threads pay off.
    private static let parallelCount = 64

    private mutating func rootLink() throws(StorageError) -> StoredLink {
        guard let encoded = try reader.value(StateKey.node(owner, [])) else { return .none }
        guard let node = TrieCoding.decode(encoded) else { throw damage([]) }
        read[[]] = encoded
        return .node(node)
    }

    private mutating func finish(_ link: StoredLink) {
        if case .node(let node) = link {
            let encoded = encode(node, at: [])
            root = Keccak256.hash(encoded)
            emit([], encoded)
        } else {
            root = Trie.emptyRoot
        }
        // What was read and is no longer there.
        for (path, old) in read { changes.append(NodeChange(path: path, old: old, new: nil)) }
        read = [:]
    }

    private func damage(_ path: [UInt8]) -> StorageError {
        .damaged("trie node at path \(path) of \(owner.map { "account \($0)" } ?? "the account trie")")
    }

    // MARK: On several threads

    /// Each child of the root on its own; false when the root is no branch, or does not stay one.
    private mutating func applyInParallel() throws(StorageError) -> Bool {
        guard case .node(.branch(var children)) = try rootLink() else { return false }
        var groups: [Range<Int>] = []
        var start = 0
        for nibble: UInt8 in 0..<16 {
            var end = start
            while end < entries.count, entries[end].key[0] == nibble { end += 1 }
            groups.append(start..<end)
            start = end
        }
        let (reader, owner, entries, before, ranges) = (self.reader, self.owner, self.entries, children, groups)
        let busy = groups.indices.filter { !groups[$0].isEmpty }
        let parts = try Parallel.map(busy.count) { (index) throws(StorageError) in
            let nibble = busy[index]
            let path = [UInt8(nibble)]
            var part = TrieUpdate(reader: reader, owner: owner, entries: Array(entries[ranges[nibble]]))
            let link = try part.updated(before[nibble], at: path, 0..<ranges[nibble].count)
            return (link: part.settled(link, at: path), update: part)
        }
        for (nibble, part) in zip(busy, parts) {
            children[nibble] = part.link
            changes += part.update.changes
            for (path, old) in part.update.read { changes.append(NodeChange(path: path, old: old, new: nil)) }
            for (offset, entry) in part.update.entries.enumerated() {
                self.entries[groups[nibble].lowerBound + offset].old = entry.old
            }
        }
        guard children.count(where: { !$0.isNone }) > 1 else { return false }
        finish(.node(.branch(children)))
        return true
    }

    /// A link whose node is encoded and noted where that can be done without its parent.
    private mutating func settled(_ link: StoredLink, at path: [UInt8]) -> StoredLink {
        guard case .node(let node) = link else { return link }
        let encoded = encode(node, at: path)
        if encoded.count < 32 { return link }
        emit(path, encoded)
        return .hash(Keccak256.hash(encoded))
    }

    // MARK: Changing

    /// The node behind a link, read if need be. What is read stays in memory, so that it is written again if it
    /// stays where it is.
    private mutating func load(_ link: StoredLink, at path: [UInt8]) throws(StorageError) -> StoredNode? {
        switch link {
        case .none: return nil
        case .node(let node): return node
        case .hash:
            guard let encoded = try reader.value(StateKey.node(owner, path)), let node = TrieCoding.decode(encoded)
            else { throw damage(path) }
            read[path] = encoded
            return node
        }
    }

    private mutating func updated(
        _ link: StoredLink, at path: [UInt8], _ range: Range<Int>
    ) throws(StorageError) -> StoredLink {
        if range.isEmpty { return link }
        switch try load(link, at: path) {
        case nil: return built(range, and: nil, at: path.count)
        case .leaf(let rest, let value):
            let key = path + rest
            for index in range where entries[index].key == key {
                entries[index].old = value
                return built(range, and: nil, at: path.count)
            }
            return built(range, and: (key, value), at: path.count)
        case .extended(let rest, let child):
            let common = min(
                commonCount(entries[range.lowerBound].key, rest, at: path.count),
                commonCount(entries[range.upperBound - 1].key, rest, at: path.count))
            if common == rest.count {
                let changed = try updated(child, at: path + rest, range)
                return try joined(rest, changed, at: path)
            }
            // Some keys leave the extension's way: it parts into a branch.
            var children = [StoredLink](repeating: .none, count: 16)
            let behind = rest.dropFirst(common + 1)
            children[Int(rest[rest.startIndex + common])] =
                behind.isEmpty ? child : .node(.extended(path: behind, child))
            let branchPath = path + rest.prefix(common)
            let changed = try updated(.node(.branch(children)), at: branchPath, range)
            return try joined(rest.prefix(common), changed, at: path)
        case .branch(var children):
            var start = range.lowerBound
            while start < range.upperBound {
                let nibble = entries[start].key[path.count]
                var end = start + 1
                while end < range.upperBound, entries[end].key[path.count] == nibble { end += 1 }
                let child = children[Int(nibble)]
                children[Int(nibble)] = .none
                children[Int(nibble)] = try updated(child, at: path + [nibble], start..<end)
                start = end
            }
            return try collapsed(children, at: path)
        }
    }

    private func commonCount(_ key: [UInt8], _ rest: ArraySlice<UInt8>, at depth: Int) -> Int {
        var count = 0
        for nibble in rest {
            if key[depth + count] != nibble { break }
            count += 1
        }
        return count
    }

    /// A branch again, or what is left when it has a single child.
    private mutating func collapsed(_ children: [StoredLink], at path: [UInt8]) throws(StorageError) -> StoredLink {
        var only: Int?
        for index in children.indices where !children[index].isNone {
            if only != nil { return .node(.branch(children)) }
            only = index
        }
        guard let only else { return .none }
        return try joined([UInt8(only)], children[only], at: path)
    }

    /// A link behind `rest`, as one node where that is possible. `path` is where `rest` begins.
    private mutating func joined(
        _ rest: ArraySlice<UInt8>, _ link: StoredLink, at path: [UInt8]
    ) throws(StorageError) -> StoredLink {
        if rest.isEmpty { return link }
        switch try load(link, at: path + rest) {
        case nil: return .none
        case .leaf(let more, let value): return .node(.leaf(path: rest + more, value: value))
        case .extended(let more, let child): return .node(.extended(path: rest + more, child))
        case .branch(let children): return .node(.extended(path: rest, .node(.branch(children))))
        }
    }

    /// A new subtree of the entries that have values, and of a leaf that is there.
    private func built(
        _ range: Range<Int>, and leaf: (key: [UInt8], value: [UInt8])?, at depth: Int
    ) -> StoredLink {
        var leaves: [(key: [UInt8], value: [UInt8])] = []
        leaves.reserveCapacity(range.count + 1)
        var waiting = leaf
        for index in range {
            if let old = waiting, SortedMap.precedes(old.key, entries[index].key) {
                leaves.append(old)
                waiting = nil
            }
            if let value = entries[index].value { leaves.append((entries[index].key, value)) }
        }
        if let waiting { leaves.append(waiting) }
        return TrieUpdate.subtree(leaves[...], at: depth)
    }

    private static func subtree(_ leaves: ArraySlice<(key: [UInt8], value: [UInt8])>, at depth: Int) -> StoredLink {
        guard let first = leaves.first, let last = leaves.last else { return .none }
        if leaves.count == 1 { return .node(.leaf(path: first.key[depth...], value: first.value)) }
        var branching = depth
        while first.key[branching] == last.key[branching] { branching += 1 }
        var children = [StoredLink](repeating: .none, count: 16)
        var start = leaves.startIndex
        while start < leaves.endIndex {
            let nibble = leaves[start].key[branching]
            var end = start + 1
            while end < leaves.endIndex, leaves[end].key[branching] == nibble { end += 1 }
            children[Int(nibble)] = subtree(leaves[start..<end], at: branching + 1)
            start = end
        }
        let branch = StoredNode.branch(children)
        return .node(branching == depth ? branch : .extended(path: first.key[depth..<branching], .node(branch)))
    }

    // MARK: Hashing

    private mutating func encode(_ node: StoredNode, at path: [UInt8]) -> [UInt8] {
        switch node {
        case .leaf(let rest, let value): return TrieCoding.leaf(path: rest, value: value)
        case .extended(let rest, let child):
            return TrieCoding.extended(path: rest, child: reference(child, at: path + rest))
        case .branch(let children):
            // What most branches come to; hashes are written as they are.
            return TrieCoding.list { payload in
                for (nibble, child) in children.enumerated() {
                    switch child {
                    case .none: payload.append(0x80)
                    case .hash(let hash): TrieCoding.append(reference: hash, to: &payload)
                    case .node: payload += reference(child, at: path + [UInt8(nibble)])
                    }
                }
                payload.append(0x80)
            }
        }
    }

    private mutating func reference(_ link: StoredLink, at path: [UInt8]) -> [UInt8] {
        switch link {
        case .none: return [0x80]
        case .hash(let hash): return TrieCoding.reference(hash)
        case .node(let node):
            let encoded = encode(node, at: path)
            if encoded.count < 32 { return encoded }
            emit(path, encoded)
            return TrieCoding.reference(Keccak256.hash(encoded))
        }
    }

    private mutating func emit(_ path: [UInt8], _ encoded: [UInt8]) {
        let old = read.removeValue(forKey: path)
        if old != encoded { changes.append(NodeChange(path: path, old: old, new: encoded)) }
    }
}
