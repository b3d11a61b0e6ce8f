import Derivatives
import Foundation
import Foundations
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// The layout's files are what the declaration gives. `REGENERATE=1` writes them anew.
@Test func storageLayoutFilesAreFresh() throws {
    for (path, content) in [
        ("contracts/storage-layout.json", StorageLayout.json), ("docs/storage-layout.md", StorageLayout.markdown),
    ] {
        let place = root.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["REGENERATE"] == "1" {
            try content.write(to: place, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: place, encoding: .utf8) == content, "run this test with REGENERATE=1")
    }
}

/// Keys and fields lie inside their words and beside each other.
@Test func declaredBitsDoNotOverlap() {
    for table in StorageLayout.tables {
        #expect(StorageLayout.tables.count { $0.contract == table.contract && $0.number == table.number } == 1)
        var used = UInt256(UInt64(0xff)) << 248
        for part in table.key {
            let mask = ((UInt256.one << UInt64(part.width)) &- .one) << UInt64(part.bit)
            #expect((used & mask).isZero && part.bit + part.width <= 248, "\(table.name): \(part.name)")
            used = used | mask
        }
        for word in table.words {
            var used = UInt256.zero
            for field in word.fields {
                #expect((used & field.mask).isZero && field.bit + field.width * field.count <= 256, "\(field.name)")
                used = used | field.mask
            }
        }
    }
}

/// A session that comes by everything that the venue can write: every word lies in a declared table, has no bit outside its declared
/// fields, and no declared word is one that the venue does not know.
@Test func everyWordOfASessionIsDeclared() throws {
    var fixture = try LayoutSession.run()
    let words = try fixture.venue.storage.written + LayoutSession.liquidation().venue.storage.written
    #expect(words.count > 300)
    var seen: Set<String> = []
    for (slot, value) in words {
        guard let table = StorageLayout.table(of: slot) else {
            Issue.record("no table \(slot.word.limb3 >> 56) of \(slot.contract) is declared")
            continue
        }
        let variants = table.words(at: slot)
        #expect(!variants.isEmpty, "\(table.name): bits of slot \(slot.word) that no part of the key accounts for")
        for word in variants { seen.insert("\(slot.contract) \(table.name) \(word.name)") }
        let known = variants.map { $0.fields.reduce(UInt256.zero) { $0 | $1.mask } }
        #expect(
            known.contains { (value & ~$0).isZero },
            "\(slot.contract) \(table.name): \(value) has bits that no field accounts for")
    }
    for table in StorageLayout.tables {
        for word in table.words {
            let name = "\(table.contract) \(table.name) \(word.name)"
            #expect(seen.contains(name), "\(name) is declared, and the venue never wrote it")
        }
    }
    try compare(&fixture)
}

/// Fields read by the layout are what the venue says of them.
private func compare(_ fixture: inout VenueFixture) throws {
    func table(_ contract: VenueContract, _ name: String) throws -> StorageTable {
        try #require(StorageLayout.tables.first { $0.contract == contract && "\($0.name)" == name })
    }
    func read(
        _ contract: VenueContract, _ name: String, _ word: String, _ field: String, _ keys: [UInt64]
    ) throws -> UInt256 {
        let table = try table(contract, name)
        let word = try #require(table.words.first { "\($0.name)" == word })
        let slot = try #require(table.slot(keys.map { UInt256($0) }, field: word.field))
        let entry = try #require(word.fields.first { "\($0.name)" == field })
        return entry.value(in: fixture.venue.storage.load(slot))
    }
    for account in 1...fixture.venue.accountCount() {
        let number = UInt64(account)
        let id = try fixture.venue.accountID(account)
        #expect(try read(.clearing, "accounts", "account", "owner", [number]) == id.owner.word)
        #expect(try read(.clearing, "accounts", "account", "index", [number]) == UInt256(UInt64(id.index)))
        #expect(try read(.clearing, "accounts", "cash", "cash", [number]) == fixture.venue.cash(of: account).word)
        for instrument in 1...fixture.venue.instrumentCount() {
            let position = fixture.venue.position(of: account, in: instrument)
            let keys = [number, UInt64(instrument)]
            #expect(try read(.clearing, "positions", "position", "cost", keys) == position.cost.word)
            #expect(try read(.clearing, "positions", "position", "lots", keys) == Int128(position.lots).word)
        }
        for order in fixture.venue.openOrders(of: account) {
            let keys = [UInt64(order.id.instrument), order.id.word.limb0 & 0xffff_ffff]
            #expect(try read(.book, "orders", "terms", "lotsLeft", keys) == Int128(order.lotsLeft).word)
            #expect(try read(.book, "orders", "terms", "account", keys) == UInt256(number))
            #expect(try read(.book, "orders", "links", "clientID", keys) == UInt256(order.clientID))
        }
    }
    for number in 1...fixture.venue.instrumentCount() {
        let instrument = try fixture.venue.instrument(number)
        let top = fixture.venue.topOfBook(of: number)
        #expect(try read(.instruments, "instruments", "units", "lot", [UInt64(number)]) == instrument.lot.word)
        #expect(
            try read(.instruments, "instruments", "id", "expiry", [UInt64(number)]) == UInt256(instrument.id.expiry))
        #expect(try read(.book, "books", "book", "bestAsk", [UInt64(number)]) == Int128(top.ask).word)
        for level in fixture.venue.depth(of: number, .sell, levels: 9) {
            let keys = [1, UInt64(number), UInt64(level.ticks)]
            #expect(try read(.book, "levels", "level", "lots", keys) == Int128(level.lots).word)
        }
    }
    let insurance = fixture.venue.insuranceFund().word
    #expect(try read(.clearing, "insurance", "insurance", "fund", []) == insurance && !insurance.isZero)
}
