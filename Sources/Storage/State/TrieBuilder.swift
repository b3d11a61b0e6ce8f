import Commitment
import Cryptography
import Foundations

/// Builds a trie from leaves that come in order, and gives each node as soon as nothing can change it any more: a state
/// of any size in the memory of one path.
struct TrieBuilder {
    /// A branch that more leaves may join: it parts keys at nibble `depth`.
    private struct Open {
        let depth: Int
        var children = [[UInt8]](repeating: [0x80], count: 16)
    }

    private var open: [Open] = []
    private var last: (key: [UInt8], value: [UInt8])?
    private let emit: (_ path: [UInt8], _ encoded: [UInt8]) -> Void

    /// `emit` takes the nodes that are stored at paths of their own.
    init(emit: @escaping (_ path: [UInt8], _ encoded: [UInt8]) -> Void = { _, _ in }) {
        self.emit = emit
    }

    /// Adds a leaf; false when its key is not above the one before.
    mutating func add(_ hash: Bytes32, _ value: [UInt8]) -> Bool {
        let key = TrieUpdate.nibbles(hash)
        if let last {
            guard SortedMap.precedes(last.key, key) else { return false }
            var common = 0
            while last.key[common] == key[common] { common += 1 }
            close(last, downTo: common)
        }
        last = (key, value)
        return true
    }

    /// The root over all leaves.
    mutating func finish() -> Bytes32 {
        guard let last else { return Trie.emptyRoot }
        guard !open.isEmpty else {
            let encoded = TrieCoding.leaf(path: last.key[...], value: last.value)
            emit([], encoded)
            return Keccak256.hash(encoded)
        }
        close(last, downTo: open[0].depth)
        return Keccak256.hash(node(open[0], parentDepth: -1, key: last.key))
    }

    /// Puts the last leaf into its branch and closes the branches below `depth`, at which a branch is open then.
    private mutating func close(_ leaf: (key: [UInt8], value: [UInt8]), downTo depth: Int) {
        if (open.last?.depth ?? -1) < depth { open.append(Open(depth: depth)) }
        let place = open[open.count - 1].depth
        let encoded = TrieCoding.leaf(path: leaf.key[(place + 1)...], value: leaf.value)
        open[open.count - 1].children[Int(leaf.key[place])] = reference(encoded, at: leaf.key[...place])
        while let top = open.last, top.depth > depth {
            open.removeLast()
            if (open.last?.depth ?? -1) < depth { open.append(Open(depth: depth)) }
            let parent = open[open.count - 1].depth
            let encoded = node(top, parentDepth: parent, key: leaf.key)
            open[open.count - 1].children[Int(leaf.key[parent])] = reference(
                encoded, at: leaf.key[...parent], isNoted: true)
        }
    }

    /// A closed branch, behind an extension if its parent is farther than one nibble away. Notes what stands on its own.
    private func node(_ branch: Open, parentDepth: Int, key: [UInt8]) -> [UInt8] {
        let encoded = TrieCoding.list { payload in
            for child in branch.children { payload += child }
            payload.append(0x80)
        }
        let start = parentDepth + 1
        if branch.depth == start {
            if encoded.count >= 32 || start == 0 { emit(Array(key[..<start]), encoded) }
            return encoded
        }
        let child = reference(encoded, at: key[..<branch.depth])
        let extended = TrieCoding.extended(path: key[start..<branch.depth], child: child)
        if extended.count >= 32 || start == 0 { emit(Array(key[..<start]), extended) }
        return extended
    }

    private func reference(_ encoded: [UInt8], at path: ArraySlice<UInt8>, isNoted: Bool = false) -> [UInt8] {
        if encoded.count < 32 { return encoded }
        if !isNoted { emit(Array(path), encoded) }
        return TrieCoding.reference(Keccak256.hash(encoded))
    }

    // MARK: Interruptions

    /// Appends what is not yet emitted: the open branches and the last leaf.
    func encode(to encoder: inout RLPEncoder) {
        encoder.list { encoder in
            for branch in open {
                encoder.list { encoder in
                    encoder.append(UInt64(branch.depth))
                    for child in branch.children { encoder.append(child) }
                }
            }
        }
        encoder.append(last?.key ?? [])
        encoder.append(last?.value ?? [])
    }

    /// Goes on where `encode` was called.
    init(
        _ decoder: inout RLPDecoder, emit: @escaping (_ path: [UInt8], _ encoded: [UInt8]) -> Void
    ) throws(RLPError) {
        self.init(emit: emit)
        open = try decoder.array { (item: inout RLPDecoder) throws(RLPError) in
            var fields = try item.list()
            let position = fields.position
            guard let depth = Int(exactly: try fields.integer()), depth < 64 else {
                throw RLPError(.invalidValue, at: position)
            }
            var branch = Open(depth: depth)
            for index in branch.children.indices { branch.children[index] = try fields.string() }
            return branch
        }
        let position = decoder.position
        let key = try decoder.string()
        let value = try decoder.string()
        guard key.isEmpty || key.count == 64 else { throw RLPError(.invalidValue, at: position) }
        if !key.isEmpty { last = (key, value) }
    }
}
