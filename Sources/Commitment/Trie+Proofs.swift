import Cryptography
public import Foundations

extension Trie {
    /// The nodes from the root to `key`'s place, root first: proof of its value, or that it has none.
    public func proof(for key: [UInt8]) -> [[UInt8]] { proof(for: TrieKey(key)) }

    func proof(for key: TrieKey) -> [[UInt8]] {
        Trie.name([self])
        var proof: [[UInt8]] = []
        var node = root
        var depth = 0
        while let current = node {
            // A node shorter than 32 bytes stands inside its parent.
            if proof.isEmpty || current.name?.hash != nil { proof.append(current.encoded) }
            node = nil
            switch current {
            case .leaf: break
            case .extended(let extended):
                if key.commonCount(with: extended.key) >= extended.end {
                    node = extended.child
                    depth = extended.end
                }
            case .branch(let branch):
                if depth < key.count { node = branch[key[depth]] }
                depth += 1
            }
        }
        return proof
    }

    /// Why a proof proves nothing.
    public enum ProofError: Error, Equatable, Sendable {
        /// A node is not the one that its parent or the root names.
        case wrongHash(index: Int)
        case malformedNode(index: Int)
        /// The path goes on beyond the last node.
        case incomplete
        /// Nodes that the path does not need.
        case surplus
    }

    /// What `proof` says of `key` under `root`: its value, or nil when it proves that there is none.
    public static func verify(
        _ proof: [[UInt8]], root: Bytes32, key: [UInt8]
    ) throws(ProofError) -> [UInt8]? {
        if proof.isEmpty, root == emptyRoot { return nil }
        var path = Nibbles.from(key)[...]
        var expected = Reference.hash(root)
        var index = 0
        while true {
            let encoded: [UInt8]
            switch expected {
            case .none:
                if index != proof.count { throw .surplus }
                return nil
            case .inline(let bytes): encoded = bytes
            case .hash(let hash):
                guard index < proof.count else { throw .incomplete }
                encoded = proof[index]
                if Keccak256.hash(encoded) != hash { throw .wrongHash(index: index) }
                index += 1
            }
            let step: Step
            do throws(RLPError) { step = try Step(encoded, path) } catch { throw .malformedNode(index: index - 1) }
            switch step {
            case .end(let value):
                if index != proof.count { throw .surplus }
                return value
            case .child(let reference, let rest):
                expected = reference
                path = rest
            }
        }
    }

    private enum Reference {
        case none
        case inline([UInt8])
        case hash(Bytes32)

        init(_ decoder: inout RLPDecoder) throws(RLPError) {
            if decoder.nextIsList {
                self = .inline(try decoder.encodedItem())
                return
            }
            let position = decoder.position
            let string = try decoder.string()
            if string.isEmpty {
                self = .none
            } else if let hash = Bytes32(string) {
                self = .hash(hash)
            } else {
                throw RLPError(.wrongSize, at: position)
            }
        }
    }

    private enum Step {
        case end([UInt8]?)
        case child(Reference, ArraySlice<UInt8>)

        init(_ encoded: [UInt8], _ path: ArraySlice<UInt8>) throws(RLPError) {
            var decoder = RLPDecoder(encoded)
            var items = try decoder.list()
            try decoder.finish()
            var fields: [[UInt8]] = []
            var probe = items
            while !probe.isAtEnd { fields.append(try probe.encodedItem()) }
            if fields.count == 17 {
                guard let nibble = path.first else {
                    var last = RLPDecoder(fields[16])
                    let value = try last.string()
                    self = .end(value.isEmpty ? nil : value)
                    return
                }
                var child = RLPDecoder(fields[Int(nibble)])
                self = .child(try Reference(&child), path.dropFirst())
            } else if fields.count == 2 {
                guard let (rest, isLeaf) = Nibbles.expand(try items.string()) else {
                    throw RLPError(.invalidValue, at: 0)
                }
                if isLeaf {
                    let value = try items.string()
                    self = .end(path.elementsEqual(rest) ? value : nil)
                } else if path.starts(with: rest) {
                    self = .child(try Reference(&items), path.dropFirst(rest.count))
                } else {
                    self = .end(nil)
                }
            } else {
                throw RLPError(.wrongItemCount, at: 0)
            }
        }
    }
}
