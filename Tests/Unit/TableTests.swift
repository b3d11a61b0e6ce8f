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
