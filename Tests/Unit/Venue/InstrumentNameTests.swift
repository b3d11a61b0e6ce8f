import Derivatives
import Foundations
import Testing

private func read(_ text: String) -> InstrumentName? { InstrumentName(text.utf8) }

@Test(arguments: [
    ("BTC-PERP", InstrumentKind.perpetual, 0 as UInt64, 0 as UInt64),
    ("BTC-25DEC26", .future, 1_798_185_600, 0),
    ("BTC-25DEC26-100000-C", .europeanCall, 1_798_185_600, 10_000_000_000_000),
    ("ETH-5JAN30-0.5-P", .europeanPut, 1_893_830_400, 50_000_000),
    ("SOL-29FEB28-123.45678901-AC", .americanCall, 1_835_424_000, 12_345_678_901),
    ("X-1JAN00-1-AP", .americanPut, 946_713_600, 100_000_000),
    ("LONGNAME-31DEC99", .future, 4_102_387_200, 0),
])
func namesAreReadAndWritten(_ text: String, _ kind: InstrumentKind, _ expiry: UInt64, _ strike: UInt64) throws {
    let name = try #require(read(text))
    #expect(name.kind == kind && name.expiry == expiry && name.strike == UInt128(strike))
    #expect(String(decoding: name.text, as: UTF8.self) == text)
    let id = try #require(name.id(underlying: 3))
    #expect(InstrumentName(id, symbol: name.symbol) == name)
}

@Test func everyDayHasOneName() throws {
    var expiry: UInt64 = 946_713_600
    var seen: Set<String> = []
    while expiry < 4_102_444_800 {
        let id = try #require(InstrumentID(underlying: 1, kind: .future, expiry: expiry, strike: 0))
        let name = try #require(InstrumentName(id, symbol: 0x42))
        let text = String(decoding: name.text, as: UTF8.self)
        #expect(read(text)?.expiry == expiry && seen.insert(text).inserted)
        expiry += 86_400
    }
    #expect(seen.count == 36_525)
    let beyond = try #require(InstrumentID(underlying: 1, kind: .future, expiry: expiry, strike: 0))
    #expect(InstrumentName(beyond, symbol: 0x42) == nil)
}

@Test(arguments: [
    "", "-", "BTC", "BTC-", "-PERP", "BTC-perp", "BTC-PERP-", "BTC-32DEC26", "BTC-0DEC26", "BTC-05DEC26", "BTC-30FEB28",
    "BTC-29FEB27", "BTC-25DEZ26", "BTC-25DEC2026", "BTC-25DEC26-", "BTC-25DEC26-100000", "BTC-25DEC26-100000-X",
    "BTC-25DEC26-0-C", "BTC-25DEC26-01-C", "BTC-25DEC26-1.0-C", "BTC-25DEC26-1.-C", "BTC-25DEC26-.5-C",
    "BTC-25DEC26-1.123456789-C", "BTC-25DEC26-1.2.3-C", "BTC-25DEC26-99999999999999999999999-C", "BTC-25DEC26--1-C",
    "BTC-25DEC26-100000-C-D", "NINECHARS-PERP", "B C-PERP", "BTC-PERP-1-C",
])
func whatIsNoNameIsRefused(_ text: String) {
    #expect(read(text) == nil)
}
