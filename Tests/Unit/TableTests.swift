import Foundations
import Testing

@Test func tableKeepsInsertionOrder() {
    var table = Table<UInt256, Int>()
    var expected: [UInt256] = []
    for number in 0..<5000 {
        let key = UInt256(UInt64(number)) &* UInt256(limbs: 1 << 40, 7, 0, 1 << 60)
        if table[key] == nil { expected.append(key) }
        table[key] = number
    }
    #expect(Array(table.keys) == expected)
    #expect(expected.indices.allSatisfy { table.position(of: expected[$0]) == $0 })
    #expect(table.position(of: UInt256(limbs: 3, 3, 3, 3)) == nil)
    table[expected[10]] = nil
    expected.remove(at: 10)
    #expect(Array(table.keys) == expected)
    #expect(expected.indices.allSatisfy { table.position(of: expected[$0]) == $0 })
    table.removeAll()
    #expect(table.isEmpty && table.position(of: expected[0]) == nil)
    table[expected[0], default: 3] += 1
    #expect(table[expected[0]] == 4)
}

/// Keys that all collide under the first seed.
private struct HostileKey: FixedHashable {
    let number: UInt64
    func fixedHash(seed: UInt64) -> UInt64 {
        seed == 0 ? 0 : UInt256(number).fixedHash(seed: seed)
    }
}

/// Keys whose hash ignores the seed and never differs.
private struct StuckKey: FixedHashable {
    let number: UInt64
    func fixedHash(seed: UInt64) -> UInt64 { 5 }
}

@Test func tableSurvivesCollisions() {
    var hostile = Table<HostileKey, UInt64>()
    var stuck = Table<StuckKey, UInt64>()
    for number in 0..<2000 as Range<UInt64> {
        hostile.insertNew(HostileKey(number: number), number)
        stuck.insertNew(StuckKey(number: number), number)
    }
    for number in 0..<2000 as Range<UInt64> {
        #expect(hostile[HostileKey(number: number)] == number)
        #expect(stuck[StuckKey(number: number)] == number)
    }
    #expect(hostile.keys.map(\.number) == Array(0..<2000))
    #expect(stuck.position(of: StuckKey(number: 2000)) == nil)
}

/// A slot of a contract, as a state keeps it.
private struct StorageKey: FixedHashable {
    let word: UInt256
    func fixedHash(seed: UInt64) -> UInt64 { word.fixedSlotHash(seed: seed) }
}

/// Fields of many things in a row, which land side by side, fill long runs; whoever guesses wrong still finds its key.
@Test func neighboursAreFound() {
    var table = Table<StorageKey, Int>()
    var words: [UInt256] = []
    for thing in 0..<20_000 as Range<UInt64> {
        for field in 0..<3 as Range<UInt64> { words.append(UInt256(limbs: thing, 0, 7, 2 << 56 | field)) }
    }
    for (index, word) in words.enumerated() { table.insertNew(StorageKey(word: word), index) }
    for (index, word) in words.enumerated() {
        #expect(table.position(of: StorageKey(word: word)) == index)
        for guess in [0, index - 1, index, index + 1, words.count - 1, words.count] where guess >= 0 {
            #expect(table.position(of: StorageKey(word: word), near: guess) == index)
        }
    }
    let absent = StorageKey(word: UInt256(limbs: 5, 0, 7, 2 << 56 | 3))
    #expect(table.position(of: absent, near: 3) == nil)
    // The two lowest bits of the first and of the last limb are the place in a run of sixteen.
    let thing = UInt256(limbs: 0x1234, 9, 8, 7 << 8)
    let places = Set(
        (0..<16 as Range<UInt64>).map { bits in
            (thing | UInt256(limbs: bits & 3, 0, 0, bits >> 2)).fixedSlotHash(seed: 1) & 0xffff_fff0
        })
    #expect(places.count == 1)
}

@Test func hashesOfNearKeysSpread() {
    var seen = Set<UInt64>()
    for limb in 0..<4 {
        for bit in 0..<64 as Range<UInt64> {
            let key = UInt256.one << (UInt64(limb) * 64 + bit)
            seen.insert(key.fixedHash(seed: 0) & 0xFFFF)
        }
    }
    #expect(seen.count > 248)
}
