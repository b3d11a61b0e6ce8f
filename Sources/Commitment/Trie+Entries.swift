extension Trie {
    /// Calls `body` with every key and value, keys ascending.
    public func visitEntries(_ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        if let root { Trie.visit(root, [], body) }
    }

    private static func visit(_ node: TrieNode, _ path: [UInt8], _ body: ([UInt8], [UInt8]) -> Void) {
        switch node.content {
        case .leaf(let rest, let leaf): body(Nibbles.joined(path + rest), leaf.value)
        case .extended(let rest, let child): visit(child, path + rest, body)
        case .branch(let children, let leaf):
            if let leaf { body(Nibbles.joined(path), leaf.value) }
            for nibble in 0..<16 {
                if let child = children[nibble] { visit(child, path + [UInt8(nibble)], body) }
            }
        }
    }
}
