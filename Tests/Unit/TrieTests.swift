import Commitment
import Cryptography
import Foundations
import Testing

@Suite struct TrieTests {
    @Test func emptyTrie() throws {
        var trie = Trie()
        #expect("\(Trie.emptyRoot)" == "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
        #expect(trie.rootHash == Trie.emptyRoot)
        #expect(trie.proof(for: [1]).isEmpty)
        #expect(try Trie.verify([], root: Trie.emptyRoot, key: [1]) == nil)
        trie.set([1], [2])
        trie.set([1], [])
        #expect(trie.isEmpty && trie.rootHash == Trie.emptyRoot)
    }

    @Test func entriesComeInOrder() {
        var trie = Trie()
        for key: [UInt8] in [[5], [], [5, 0], [0x51], [4, 255, 255], [255]] { trie.set(key, key + [1]) }
        var seen: [[UInt8]] = []
        trie.visitEntries { key, value in
            #expect(value == key + [1])
            seen.append(key)
        }
        #expect(seen == [[], [4, 255, 255], [5], [5, 0], [0x51], [255]])
    }

    @Test func copiesStayAsTheyWere() {
        var trie = Trie()
        for index: UInt8 in 0..<100 { trie.set(Keccak256.hash([index]).bytes, [index + 1]) }
        let before = trie
        let root = trie.rootHash
        for index: UInt8 in 0..<50 { trie.set(Keccak256.hash([index]).bytes, []) }
        trie.set(Keccak256.hash([77]).bytes, [1, 2, 3])
        #expect(trie.rootHash != root)
        #expect(before.rootHash == root)
        #expect(before.value(for: Keccak256.hash([0]).bytes) == [1])
        #expect(trie.value(for: Keccak256.hash([0]).bytes) == nil)
    }

    @Test func tamperedProofsFail() throws {
        var trie = Trie()
        for index: UInt8 in 0..<200 { trie.set(Keccak256.hash([index]).bytes, [UInt8](repeating: index, count: 40)) }
        let root = trie.rootHash
        let key = Keccak256.hash([7]).bytes
        let proof = trie.proof(for: key)
        #expect(try Trie.verify(proof, root: root, key: key) == [UInt8](repeating: 7, count: 40))
        #expect(try Trie.verify(trie.proof(for: [0x12, 0x34]), root: root, key: [0x12, 0x34]) == nil)
        for index in proof.indices {
            for byte in stride(from: 0, to: proof[index].count, by: 7) {
                var bad = proof
                bad[index][byte] ^= 0x10
                #expect(throws: Trie.ProofError.wrongHash(index: index)) {
                    try Trie.verify(bad, root: root, key: key)
                }
            }
        }
        #expect(throws: Trie.ProofError.incomplete) { try Trie.verify(proof.dropLast(), root: root, key: key) }
        #expect(throws: Trie.ProofError.surplus) { try Trie.verify(proof + [proof[0]], root: root, key: key) }
        #expect(throws: Trie.ProofError.wrongHash(index: 0)) { try Trie.verify(proof, root: .zero, key: key) }
        #expect(throws: Trie.ProofError.incomplete) { try Trie.verify([], root: root, key: key) }
        let junk: [UInt8] = [0xc3, 0x01, 0x02, 0x03]
        #expect(throws: Trie.ProofError.malformedNode(index: 0)) {
            try Trie.verify([junk], root: Keccak256.hash(junk), key: key)
        }
    }
}
