extension Trie {
    /// Calls `body` with every key and value, keys ascending.
    public func visitEntries(_ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        if let root { Trie.visit(root, body) }
    }

    private static func visit(_ node: TrieNode, _ body: ([UInt8], [UInt8]) -> Void) {
        switch node {
        case .leaf(let leaf): body(leaf.key.bytes, leaf.value)
        case .extended(let node): visit(node.child, body)
        case .branch(let branch):
            if let value = branch.value { visit(.leaf(value), body) }
            for nibble in 0..<16 {
                if let child = branch[nibble] { visit(child, body) }
            }
        }
    }
}
