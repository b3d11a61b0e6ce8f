import Commitment
import Cryptography
import Foundations

// Hashes are found level by level, those nodes first that have no changed children: the nodes of a level, of all tries
// together, go through Keccak side by side.

extension TrieUpdate {
    /// The nodes of one height above the leaves or above what did not change, each with its trie.
    private typealias Level = [(node: Int32, trie: Int)]

    /// Nodes that are encoded before they are hashed together: few enough to stay in the processor's cache.
    private static var batchCount: Int { 512 }

    /// Finds the roots, and everything that the store has to change.
    mutating func settle() {
        var levels: [Level] = []
        for index in tries.indices { _ = collect(tries[index].link, tries[index].path.count, index, &levels) }
        var names = [TrieName](repeating: TrieName(.zero), count: nodes.count)
        changes.reserveCapacity(changes.count + levels.reduce(0) { $0 + $1.count })
        var batch = KeccakBatch()
        for level in levels {
            for start in stride(from: 0, to: level.count, by: TrieUpdate.batchCount) {
                settle(level[start..<min(start + TrieUpdate.batchCount, level.count)], &batch, &names)
            }
        }
        for place in places where !place.isTaken {
            let key = StateKey.node(tries[place.trie].owner, place.path)
            changes.append(NodeChange(trie: place.trie, key: key, old: place.old, new: nil))
        }
        places = []
    }

    /// Sorts the nodes behind a link into levels and answers the link's height; -1 for what is not changed.
    private mutating func collect(_ link: TrieNodes.Link, _ depth: Int, _ trie: Int, _ levels: inout [Level]) -> Int {
        guard case .node(let node) = link else { return -1 }
        nodes.setDepth(depth, of: node)
        var height = 0
        switch nodes[node].content {
        case .leaf: break
        case .extended(let end, let child): height = 1 + collect(child, end, trie, &levels)
        case .branch(let branch):
            for nibble in 0..<16 {
                height = max(height, 1 + collect(nodes.branches[Int(branch)][nibble], depth + 1, trie, &levels))
            }
        }
        while levels.count <= height { levels.append([]) }
        levels[height].append((node, trie))
        return height
    }

    private mutating func settle(
        _ part: ArraySlice<(node: Int32, trie: Int)>, _ batch: inout KeccakBatch, _ names: inout [TrieName]
    ) {
        batch.removeAll()
        for (node, _) in part { batch.append { encode(nodes[node], names, to: &$0) } }
        let hashes = batch.hashes()
        for (index, (node, trie)) in part.enumerated() {
            let encoded = batch[index]
            let current = nodes[node]
            if encoded.count < 32, current.depth > 0 {
                // It stands inside its parent; where it stood by itself before, nothing does.
                names[Int(node)] = TrieName(inline: encoded)
                continue
            }
            names[Int(node)] = TrieName(hashes[index])
            if current.depth == tries[trie].path.count { tries[trie].hash = hashes[index] }
            var old: [UInt8]?
            if current.place >= 0 {
                places[Int(current.place)].isTaken = true
                old = places[Int(current.place)].old
                if let old, encoded.elementsEqual(old) { continue }
            }
            let path = TriePath(current.key, count: current.depth)
            changes.append(
                NodeChange(trie: trie, key: StateKey.node(tries[trie].owner, path), old: old, new: Array(encoded)))
        }
    }

    // MARK: Encoding

    private func encode(_ node: TrieNodes.Node, _ names: [TrieName], to bytes: inout [UInt8]) {
        switch node.content {
        case .leaf(let value):
            TrieCoding.appendLeaf(node.key, from: node.depth, value: nodes.values[Int(value)], to: &bytes)
        case .extended(let end, let child):
            TrieCoding.appendHeader(
                TrieCoding.pathByteCount(end - node.depth) + byteCount(child, names), base: 0xc0, to: &bytes)
            TrieCoding.appendPath(node.key, from: node.depth, to: end, isLeaf: false, to: &bytes)
            append(child, names, to: &bytes)
        case .branch(let branch):
            var count = 1
            for nibble in 0..<16 { count += byteCount(nodes.branches[Int(branch)][nibble], names) }
            TrieCoding.appendHeader(count, base: 0xc0, to: &bytes)
            for nibble in 0..<16 { append(nodes.branches[Int(branch)][nibble], names, to: &bytes) }
            bytes.append(0x80)
        }
    }

    private func byteCount(_ link: TrieNodes.Link, _ names: [TrieName]) -> Int {
        switch link {
        case .none: 1
        case .hash: 33
        case .node(let node): names[Int(node)].byteCount
        }
    }

    private func append(_ link: TrieNodes.Link, _ names: [TrieName], to bytes: inout [UInt8]) {
        switch link {
        case .none: bytes.append(0x80)
        case .hash(let hash): TrieName(hash).append(to: &bytes)
        case .node(let node): names[Int(node)].append(to: &bytes)
        }
    }
}
