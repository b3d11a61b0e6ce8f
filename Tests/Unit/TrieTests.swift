import Commitment
import Cryptography
import Foundations
import JSONText
import Testing

@Suite struct TrieTests {
    /// Text, or hexadecimal behind `0x`, as the trie tests write keys and values.
    private func bytes(_ json: JSONValue) throws -> [UInt8] {
        if json.isNull { return [] }
        return bytes(try #require(json.string))
    }

    private func bytes(_ text: String) -> [UInt8] {
        text.hasPrefix("0x") ? Hex.decode(text) ?? Array(text.utf8) : Array(text.utf8)
    }

    @Test func officialTests() throws {
        var count = 0
        for document in try OfficialFixtures.documents("ethtests_TrieTests") {
            // Neighbours of a key are not something that this trie answers.
            if document.path.hasSuffix("trietestnextprev.json") { continue }
            let isSecure = document.path.lowercased().contains("secure")
            for test in document.json.object ?? [] {
                let input = try #require(test.value["in"])
                var entries: [(key: [UInt8], value: [UInt8])] = []
                if let pairs = input.array {
                    entries = try pairs.map { (try bytes(#require($0[0])), try bytes(#require($0[1]))) }
                } else {
                    entries = try (input.object ?? []).map { (bytes($0.key), try bytes($0.value)) }
                }
                let expected = try #require(test.value["root"]?.bytes32)
                // Objects have no order: any must do.
                let orders = input.array != nil ? [entries] : [entries, entries.reversed()]
                for order in orders {
                    var trie = Trie()
                    for entry in order {
                        trie.set(isSecure ? Keccak256.hash(entry.key).bytes : entry.key, entry.value)
                    }
                    #expect(trie.rootHash == expected, "\(document.path) \(test.key)")
                }
                count += 1
            }
        }
        #expect(count == 20)
    }

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
