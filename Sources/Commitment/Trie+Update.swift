extension Trie {
    /// Takes in many entries at once, new leaves, of which those without a value remove their keys. Every node on their
    /// paths is made anew once.
    mutating func update(_ entries: [TrieNode.Leaf]) {
        let sorted = entries.count > 1 ? entries.sorted { $0.key < $1.key } : entries
        for index in sorted.indices.dropFirst() where sorted[index].key == sorted[index - 1].key {
            // Of several values for a key the last one holds.
            for entry in entries { update([entry]) }
            return
        }
        root = TrieChange(entries: sorted).updated(root, at: 0, sorted.indices)
    }
}

/// Makes the nodes on the paths of entries anew; all others are shared with the trie as it was, and a node is the same
/// one when nothing below it changes.
///
/// Recursion is as deep as keys are long: 64 nibbles for the state.
private struct TrieChange {
    /// Ascending by key, each once.
    let entries: [TrieNode.Leaf]

    /// The node that stands at `depth` with the entries of `range`, all of which have its path in front.
    func updated(_ node: TrieNode?, at depth: Int, _ range: Range<Int>) -> TrieNode? {
        if range.isEmpty { return node }
        switch node {
        case nil: return built(valued(range)[...], at: depth)
        case .leaf(let leaf): return updated(leaf, range)
        case .extended(let node): return updated(node, range)
        case .branch(let branch): return updated(branch, at: depth, range)
        }
    }

    private func valued(_ range: Range<Int>) -> [TrieNode.Leaf] { entries[range].filter { !$0.value.isEmpty } }

    private func updated(_ leaf: TrieNode.Leaf, _ range: Range<Int>) -> TrieNode? {
        if range.count == 1, entries[range.lowerBound].key == leaf.key {
            return replaced(leaf, by: entries[range.lowerBound]).map { .leaf($0) }
        }
        let above = range.first { !(entries[$0].key < leaf.key) } ?? range.upperBound
        let isNamed = above < range.upperBound && entries[above].key == leaf.key
        var all = valued(range.lowerBound..<above)
        if let kept = isNamed ? replaced(leaf, by: entries[above]) : leaf { all.append(kept) }
        all += valued((isNamed ? above + 1 : above)..<range.upperBound)
        return built(all[...], at: leaf.depth)
    }

    /// A leaf with another value; the same one for the same value.
    private func replaced(_ leaf: TrieNode.Leaf, by entry: TrieNode.Leaf) -> TrieNode.Leaf? {
        if entry.value.isEmpty { return nil }
        return entry.value == leaf.value && entry.storage === leaf.storage ? leaf : entry.placed(at: leaf.depth)
    }

    private func updated(_ node: TrieNode.Extension, _ range: Range<Int>) -> TrieNode? {
        let key = node.key
        // Keys in order share no less between them than the first and the last.
        let common = min(
            entries[range.lowerBound].key.commonCount(with: key),
            entries[range.upperBound - 1].key.commonCount(with: key), node.end)
        if common == node.end {
            let child = updated(node.child, at: node.end, range)
            return child === node.child ? .extended(node) : child.map { joined($0, at: node.end, above: node.depth) }
        }
        // Some keys leave the extension's way: it parts into a branch.
        let branch = TrieNode.Branch.copy(nil)
        branch[key[common]] =
            common + 1 == node.end
            ? node.child : .extended(TrieNode.Extension(key, from: common + 1, to: node.end, node.child))
        let changed = updated(branch, at: common, range)
        return changed === .branch(branch) ? .extended(node) : changed.map { joined($0, at: common, above: node.depth) }
    }

    private func updated(_ branch: TrieNode.Branch, at depth: Int, _ range: Range<Int>) -> TrieNode? {
        var new: TrieNode.Branch?
        var start = range.lowerBound
        // The beginning of other keys comes before them.
        if entries[start].key.count == depth {
            let value = updated(branch.value.map { .leaf($0) }, at: depth, start..<(start + 1))
            if case .leaf(let leaf) = value, leaf !== branch.value {
                new = .copy(branch)
                new?.value = leaf
            } else if value == nil, branch.value != nil {
                new = .copy(branch)
                new?.value = nil
            }
            start += 1
        }
        while start < range.upperBound {
            let nibble = entries[start].key[depth]
            let end = end(of: start..<range.upperBound, at: depth)
            let child = branch[nibble]
            let changed = updated(child, at: depth + 1, start..<end)
            if !(changed === child) {
                if new == nil { new = .copy(branch) }
                new?[nibble] = changed
            }
            start = end
        }
        return new.map { collapsed($0, at: depth) } ?? .branch(branch)
    }

    /// Where the entries end that have the nibble at `depth` of the first.
    private func end(of range: Range<Int>, at depth: Int) -> Int {
        let nibble = entries[range.lowerBound].key[depth]
        var end = range.lowerBound + 1
        while end < range.upperBound, entries[end].key[depth] == nibble { end += 1 }
        return end
    }

    /// A branch, or what is left when it has a single entry.
    private func collapsed(_ branch: TrieNode.Branch, at depth: Int) -> TrieNode? {
        var only: TrieNode?
        for nibble in 0..<16 {
            guard let child = branch[nibble] else { continue }
            if only != nil || branch.value != nil { return .branch(branch) }
            only = child
        }
        if let value = branch.value { return .leaf(value) }
        return only.map { joined($0, at: depth + 1, above: depth) }
    }

    /// A node that stood at `place`, behind the path from `depth` on: as one node where that is possible.
    private func joined(_ node: TrieNode, at place: Int, above depth: Int) -> TrieNode {
        if place == depth { return node }
        switch node {
        case .leaf(let leaf): return .leaf(leaf.placed(at: depth))
        case .extended(let node):
            return .extended(TrieNode.Extension(node.key, from: depth, to: node.end, node.child))
        case .branch:
            guard let key = node.someKey else { return node }
            return .extended(TrieNode.Extension(key, from: depth, to: place, node))
        }
    }

    /// A new subtree of leaves that all have values.
    private func built(_ leaves: ArraySlice<TrieNode.Leaf>, at depth: Int) -> TrieNode? {
        guard let first = leaves.first, let last = leaves.last else { return nil }
        if leaves.count == 1 { return .leaf(first.placed(at: depth)) }
        let branching = first.key.commonCount(with: last.key)
        let branch = TrieNode.Branch.copy(nil)
        var rest = leaves
        if first.key.count == branching {
            branch.value = first.placed(at: branching)
            rest.removeFirst()
        }
        while let next = rest.first {
            let nibble = next.key[branching]
            let part = rest.prefix { $0.key[branching] == nibble }
            branch[nibble] = built(part, at: branching + 1)
            rest.removeFirst(part.count)
        }
        return branching == depth
            ? .branch(branch) : .extended(TrieNode.Extension(first.key, from: depth, to: branching, .branch(branch)))
    }
}
