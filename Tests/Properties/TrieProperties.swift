import Commitment
import Cryptography
import Foundations
import Testing

/// The root of a Merkle Patricia trie straight from its definition: the map split by nibbles, nothing shared or kept.
private func naiveRoot(_ entries: [(key: [UInt8], value: [UInt8])]) -> Bytes32 {
    let nibbles = entries.map { entry in (entry.key.flatMap { [$0 >> 4, $0 & 15] }, entry.value) }
    return nibbles.isEmpty ? Keccak256.hash([0x80]) : Keccak256.hash(naiveNode(nibbles[...], depth: 0))
}

private func naiveNode(_ entries: ArraySlice<([UInt8], [UInt8])>, depth: Int) -> [UInt8] {
    let first = entries[entries.startIndex]
    if entries.count == 1 {
        return RLPEncoder.list { encoder in
            encoder.append(hexPrefix(first.0[depth...], isLeaf: true))
            encoder.append(first.1)
        }
    }
    var shared = depth
    while entries.allSatisfy({
        $0.0.count > shared && $0.0[shared] == first.0[depth...].dropFirst(shared - depth).first
    }) {
        shared += 1
    }
    if shared > depth {
        let child = naiveNode(entries, depth: shared)
        return RLPEncoder.list { encoder in
            encoder.append(hexPrefix(first.0[depth..<shared], isLeaf: false))
            encoder.appendEncoded(naiveReference(child))
        }
    }
    return RLPEncoder.list { encoder in
        for nibble: UInt8 in 0..<16 {
            let part = entries.filter { $0.0.count > depth && $0.0[depth] == nibble }
            if part.isEmpty {
                encoder.append([])
            } else {
                encoder.appendEncoded(naiveReference(naiveNode(part[...], depth: depth + 1)))
            }
        }
        encoder.append(entries.first { $0.0.count == depth }?.1 ?? [])
    }
}

private func naiveReference(_ node: [UInt8]) -> [UInt8] {
    node.count < 32 ? node : [0xa0] + Keccak256.hash(node).bytes
}

private func hexPrefix(_ path: ArraySlice<UInt8>, isLeaf: Bool) -> [UInt8] {
    let flag: UInt8 = isLeaf ? 2 : 0
    let padded = path.count.isMultiple(of: 2) ? [flag, 0] + path : [flag + 1] + path
    return stride(from: 0, to: padded.count, by: 2).map { padded[$0] << 4 | padded[$0 + 1] }
}

@Suite struct TrieProperties {
    /// Random insertions, changes and removals, over keys that share much (short alphabets) or nothing (hashes).
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func equalsTheDefinition(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var trie = Trie()
        var model: [[UInt8]: [UInt8]] = [:]
        for step in 0..<600 {
            let key: [UInt8]
            switch seed % 3 {
            case 0: key = Keccak256.hash([UInt8(random.next() % 200)]).bytes
            case 1: key = (0..<(random.next() % 5)).map { _ in [0x00, 0x01, 0x10, 0x11][Int(random.next() % 4)] }
            default: key = [UInt8(random.next() % 4) << 4, UInt8(random.next() % 256)]
            }
            let isRemoval = random.next() % 3 == 0
            let value =
                isRemoval ? [] : [UInt8](repeating: UInt8(random.next() % 255) + 1, count: Int(random.next() % 40) + 1)
            trie.set(key, value)
            model[key] = isRemoval ? nil : value
            #expect(trie.value(for: key) == model[key])
            guard step % 20 == 0 || model.count < 3 else { continue }
            let root = trie.rootHash
            #expect(root == naiveRoot(model.map { ($0.key, $0.value) }), "seed \(seed), step \(step)")
            for key in Array(model.keys.prefix(5)) + [key, [0xff, 0xee]] {
                #expect(try Trie.verify(trie.proof(for: key), root: root, key: key) == model[key])
            }
        }
        for key in Array(model.keys) { trie.set(key, []) }
        #expect(trie.isEmpty)
    }

    @Test func orderedRootEqualsTheDefinition() {
        for count in [0, 1, 2, 127, 128, 129, 300] {
            let values = (0..<count).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0) | 1, count: $0 % 50 + 1) }
            let entries = values.enumerated().map { index, value in
                var key = RLPEncoder()
                key.append(UInt64(index))
                return (key: key.bytes, value: value)
            }
            #expect(Trie.orderedRoot(values) == naiveRoot(entries))
        }
    }
}
