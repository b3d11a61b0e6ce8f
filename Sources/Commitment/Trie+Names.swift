import Cryptography
import Foundations

// Names are found level by level, those nodes first that have no unnamed children: the nodes of a level, of several tries
// together, go through Keccak side by side.

extension Trie {
    /// Nodes that are encoded before they are hashed together: few enough to stay in the processor's cache.
    private static var batchCount: Int { 512 }

    /// Names the nodes of all these tries that have none: what was made since the last time.
    static func name(_ tries: [Trie]) {
        var levels: [[TrieNode]] = []
        for trie in tries { _ = collect(trie.root, &levels) }
        var batch = KeccakBatch()
        for level in levels {
            for start in stride(from: 0, to: level.count, by: batchCount) {
                name(level[start..<min(start + batchCount, level.count)], &batch)
            }
        }
    }

    /// Sorts the nodes without names into levels and answers the height of `node`; -1 for one that has a name.
    private static func collect(_ node: TrieNode?, _ levels: inout [[TrieNode]]) -> Int {
        guard let node, node.name == nil else { return -1 }
        var height = 0
        switch node {
        case .leaf: break
        case .extended(let node): height = 1 + collect(node.child, &levels)
        case .branch(let branch):
            for nibble in 0..<16 { height = max(height, 1 + collect(branch[nibble], &levels)) }
        }
        while levels.count <= height { levels.append([]) }
        levels[height].append(node)
        return height
    }

    private static func name(_ nodes: ArraySlice<TrieNode>, _ batch: inout KeccakBatch) {
        batch.removeAll()
        for node in nodes { batch.append { node.encode(to: &$0) } }
        let hashes = batch.hashes()
        for (index, node) in nodes.enumerated() {
            let encoded = batch[index]
            node.name = encoded.count < 32 ? TrieName(inline: encoded) : TrieName(hashes[index])
        }
    }
}
