import Foundations
import Testing

private func word(_ value: UInt64) -> ABIValue { .word(UInt256(value)) }
private func text(_ string: String) -> ABIValue { .bytes(Array(string.utf8)) }
private func words(_ digits: String) -> [UInt8] { Hex.decode(digits.filter { !$0.isWhitespace })! }
private func word(_ digits: String, count: Int = 1) -> String {
    String(repeating: String(repeating: "0", count: 64 - digits.count) + digits, count: count)
}

private struct Example {
    let types: [ABIType]
    let values: [ABIValue]
    let encoding: String
}

private let examples: [Example] = [
    // ethereum/tests, ABITests/basic_abi_tests.json.
    Example(
        types: [.unsigned(256), .array(.unsigned(32)), .fixedBytes(10), .bytes],
        values: [word(291), .list([word(1110), word(1929)]), text("1234567890"), text("Hello, world!")],
        encoding: word("123") + word("80") + "3132333435363738393000000000000000000000000000000000000000000000"
            + word("e0") + word("2") + word("456") + word("789") + word("d")
            + "48656c6c6f2c20776f726c642100000000000000000000000000000000000000"),
    Example(types: [.unsigned(256)], values: [word(98_127_491)], encoding: word("5d94e83")),
    Example(
        types: [.unsigned(256), .address],
        values: [word(324_124), .address(Address(hex: "0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826")!)],
        encoding: word("4f21c") + word("cd2a3d9f938e13cd947ec05abc7fe734df8dd826")),
    // The Solidity documentation: baz, bar, sam and g.
    Example(types: [.unsigned(32), .bool], values: [word(69), .bool(true)], encoding: word("45") + word("1")),
    Example(
        types: [.fixedArray(.fixedBytes(3), 2)], values: [.list([text("abc"), text("def")])],
        encoding: "6162630000000000000000000000000000000000000000000000000000000000"
            + "6465660000000000000000000000000000000000000000000000000000000000"),
    Example(
        types: [.bytes, .bool, .array(.unsigned(256))],
        values: [text("dave"), .bool(true), .list([word(1), word(2), word(3)])],
        encoding: word("60") + word("1") + word("a0") + word("4")
            + "6461766500000000000000000000000000000000000000000000000000000000" + word("3") + word("1") + word("2")
            + word("3")),
    Example(
        types: [.array(.array(.unsigned(256))), .array(.string)],
        values: [
            .list([.list([word(1), word(2)]), .list([word(3)])]), .list([text("one"), text("two"), text("three")]),
        ],
        encoding: word("40") + word("140") + word("2") + word("40") + word("a0") + word("2") + word("1") + word("2")
            + word("1") + word("3") + word("3") + word("60") + word("a0") + word("e0") + word("3")
            + "6f6e650000000000000000000000000000000000000000000000000000000000" + word("3")
            + "74776f0000000000000000000000000000000000000000000000000000000000" + word("5")
            + "7468726565000000000000000000000000000000000000000000000000000000"),
    // Tuples of both kinds, negative numbers, and nothing at all.
    Example(
        types: [.tuple([.signed(8), .tuple([.bool])]), .tuple([.string, .unsigned(8)]), .fixedArray(.bytes, 0)],
        values: [
            .list([.word(UInt256.one.negated), .list([.bool(false)])]), .list([text("a"), word(7)]), .list([]),
        ],
        encoding: String(repeating: "f", count: 64) + word("0") + word("80") + word("100") + word("40") + word("7")
            + word("1") + "61" + String(repeating: "0", count: 62)),
    Example(types: [], values: [], encoding: ""),
]

@Test func abiExamples() throws {
    for example in examples {
        #expect(Hex.encode(ABI.encode(example.values, as: example.types)) == example.encoding)
        #expect(try ABI.decode(words(example.encoding), as: example.types) == example.values)
        // Every proper prefix lacks something, except for missing padding behind bytes.
        let bytes = words(example.encoding)
        for count in stride(from: 0, to: bytes.count, by: 32) {
            #expect(throws: ABIError.self) { try ABI.decode(Array(bytes.prefix(count)), as: example.types) }
        }
    }
}

private func reason(_ digits: String, _ types: ABIType...) -> ABIError? {
    do throws(ABIError) {
        _ = try ABI.decode(words(digits), as: types)
        return nil
    } catch {
        return error
    }
}

@Test func abiRefusesValuesBeyondTheirType() {
    #expect(reason(word("100"), .unsigned(8)) == ABIError(reason: .outOfRange, position: 0))
    #expect(reason(word("1") + word("80"), .bool, .signed(8)) == ABIError(reason: .outOfRange, position: 32))
    #expect(reason(word("2"), .bool)?.reason == .outOfRange)
    #expect(reason(String(repeating: "f", count: 64), .address)?.reason == .outOfRange)
    #expect(reason(word("1"), .fixedBytes(31))?.reason == .outOfRange)
    #expect(reason(String(repeating: "f", count: 64), .signed(8)) == nil)
    #expect(reason(word("1"), .fixedBytes(32)) == nil)
}

@Test func abiRefusesPlacesOutsideTheInput() {
    let most = String(repeating: "f", count: 64)
    #expect(reason(most, .bytes) == ABIError(reason: .invalidOffset, position: 0))
    #expect(reason(word("21"), .bytes)?.reason == .invalidOffset)
    #expect(reason(word("20"), .bytes) == ABIError(reason: .endOfInput, position: 32))
    #expect(reason(word("20") + most, .bytes)?.reason == .endOfInput)
    #expect(reason(word("20") + word("1"), .bytes)?.reason == .endOfInput)
    #expect(reason(word("20") + most, .array(.unsigned(256)))?.reason == .endOfInput)
    #expect(reason(word("20") + word("2") + word("1"), .array(.unsigned(256)))?.reason == .endOfInput)
    #expect(reason(word("1"), .fixedArray(.fixedArray(.bool, .max), .max))?.reason == .endOfInput)
    #expect(reason(word("20") + word("0"), .array(.bytes)) == nil)
}

/// Offsets that all point at one array would multiply the work by the input's length at each level.
@Test func abiRefusesSharedTails() {
    // 100 heads whose arrays are all the same 100 words.
    var digits = word("20") + word("64")
    for _ in 0..<100 { digits += word("c80") }
    digits += word("64") + word("0", count: 100)
    #expect(reason(digits, .array(.array(.unsigned(256))))?.reason == .overlap)
    // Elements of no size are paid for.
    #expect(reason(word("20") + word("3") + word("0", count: 3), .array(.tuple([])))?.reason == nil)
    #expect(reason(word("20") + word("40") + word("0", count: 3), .array(.tuple([])))?.reason == .endOfInput)
    // Types that nest too deep.
    var type = ABIType.unsigned(256)
    for _ in 0..<20 { type = .tuple([type]) }
    #expect(reason(word("1"), type)?.reason == .tooDeep)
}

/// Damage to a valid encoding ends in values or an error, never in a trap.
@Test func abiSurvivesDamage() throws {
    var state: UInt64 = 1
    func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }
    for example in examples where !example.encoding.isEmpty {
        for _ in 0..<2000 {
            var bytes = words(example.encoding)
            for _ in 0...(random() % 3) { bytes[Int(random()) % bytes.count] = UInt8(truncatingIfNeeded: random()) }
            let types = example.types
            if let values = try? ABI.decode(bytes, as: types) {
                #expect(try ABI.decode(ABI.encode(values, as: types), as: types) == values)
            }
        }
    }
}
