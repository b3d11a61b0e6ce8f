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

    /// Many changes at once come to what they come to one after the other: keys that share nothing, or much, or are the
    /// beginning of others, or are longer than a hash; removals that leave one child, one entry, or none.
    @Test(arguments: 0..<12 as Range<UInt64>)
    func manyAtOnceEqualOneByOne(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed + 1)
        let long = [UInt8](repeating: 0xab, count: 40)
        func key() -> [UInt8] {
            switch seed % 6 {
            case 0: return Keccak256.hash([UInt8(random.next() % 200)]).bytes
            case 1: return (0..<(random.next() % 6)).map { _ in [0x00, 0x01, 0x10][Int(random.next() % 3)] }
            // Hashes that part in their last byte only.
            case 2: return [UInt8](repeating: 0x77, count: 31) + [UInt8(random.next() % 24)]
            case 3: return Array(long.prefix(28 + Int(random.next() % 12))) + [UInt8(random.next() % 3)]
            case 4: return [UInt8(random.next() % 2), UInt8(random.next() % 2) << 4]
            default: return [UInt8(random.next() % 256), UInt8(random.next() % 256)]
            }
        }
        func entries() -> [(key: [UInt8], value: [UInt8])] {
            let count = [0, 1, 2, 10, 100][Int(random.next() % 5)]
            let removals = random.next() % 4
            return (0..<count).map { _ in
                // Values of up to 70 bytes: nodes that stand inside their parents, and nodes that do not.
                let size = random.next() % 4 < removals ? 0 : Int(random.next() % 70) + 1
                return (key(), [UInt8](repeating: UInt8(random.next() % 255) + 1, count: size))
            }
        }
        var bulk = Trie()
        var single = Trie()
        var model: [[UInt8]: [UInt8]] = [:]
        for step in 0..<120 {
            let entries = entries()
            let before = (trie: bulk, root: bulk.rootHash)
            bulk.set(entries)
            for (key, value) in entries {
                single.set(key, value)
                model[key] = value.isEmpty ? nil : value
            }
            let root = bulk.rootHash
            #expect(root == single.rootHash, "seed \(seed), step \(step)")
            #expect(before.trie.rootHash == before.root)
            if step % 10 == 0 { #expect(root == naiveRoot(model.map { ($0.key, $0.value) })) }
            for key in entries.prefix(3).map(\.key) + [key()] {
                #expect(bulk.value(for: key) == model[key])
                #expect(try Trie.verify(bulk.proof(for: key), root: root, key: key) == model[key])
            }
            var seen: [[UInt8]] = []
            bulk.visitEntries { key, value in
                #expect(value == model[key])
                seen.append(key)
            }
            #expect(seen == model.keys.sorted { $0.lexicographicallyPrecedes($1) })
        }
        // All but one go, then that one.
        let keys = Array(model.keys)
        bulk.set(keys.dropFirst().map { ($0, []) })
        #expect(bulk.rootHash == naiveRoot(keys.prefix(1).map { ($0, model[$0] ?? []) }))
        bulk.set(keys.prefix(1).map { ($0, []) })
        #expect(bulk.isEmpty && bulk.rootHash == Trie.emptyRoot)
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
