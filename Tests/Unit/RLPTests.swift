import Foundations
import JSONText
import Testing

/// RLP of any shape, to check the codec with.
private indirect enum Item: Equatable {
    case string([UInt8])
    case list([Item])

    func encode(_ encoder: inout RLPEncoder) {
        switch self {
        case .string(let bytes): encoder.append(bytes)
        case .list(let items): encoder.list { encoder in for item in items { item.encode(&encoder) } }
        }
    }

    var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encode(&encoder)
        return encoder.bytes
    }

    init(_ decoder: inout RLPDecoder) throws(RLPError) {
        if decoder.nextIsList {
            self = .list(try decoder.array { (item: inout RLPDecoder) throws(RLPError) in try Item(&item) })
        } else {
            self = .string(try decoder.string())
        }
    }

    init(decoding bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        try self.init(&decoder)
        try decoder.finish()
    }

    /// As rlptest.json writes items: strings, numbers, `#` and the digits of a large number, arrays.
    init(_ json: JSONValue) throws {
        if let items = json.array {
            self = .list(try items.map(Item.init))
        } else if let number = json.unsigned {
            self = .string(UInt256(number).minimalBigEndianBytes)
        } else if let text = json.string {
            self = .string(text.hasPrefix("#") ? try Item.bigEndian(text.dropFirst()) : Array(text.utf8))
        } else {
            throw FixtureUnavailable(description: "an item of an unknown kind")
        }
    }

    /// Numbers beyond 256 bits occur.
    private static func bigEndian(_ digits: Substring) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for digit in digits {
            guard let value = digit.wholeNumberValue else { throw FixtureUnavailable(description: "\(digits)") }
            var carry = value
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 10
                bytes[index] = UInt8(carry & 255)
                carry >>= 8
            }
            if carry > 0 { bytes.insert(UInt8(carry), at: 0) }
        }
        return bytes
    }
}

@Suite struct RLPTests {
    @Test func officialTests() throws {
        var count = 0
        for document in try OfficialFixtures.documents("ethtests_RLPTests") {
            for test in document.json.object ?? [] {
                let bytes = try #require(test.value["out"]?.bytes, "\(test.key)")
                if let text = test.value["in"]?.string, text == "INVALID" {
                    #expect(throws: RLPError.self, "\(test.key)") { try Item(decoding: bytes) }
                } else if let text = test.value["in"]?.string, text == "VALID" {
                    #expect(try Item(decoding: bytes).encoded == bytes, "\(test.key)")
                } else {
                    let item = try Item(#require(test.value["in"]))
                    #expect(item.encoded == bytes, "\(test.key)")
                    #expect(try Item(decoding: bytes) == item, "\(test.key)")
                }
                count += 1
            }
        }
        #expect(count == 54)
    }

    @Test(
        arguments: [
            ([], .endOfInput, 0), ([0x81, 0x7f], .notCanonical, 0), ([0xc1, 0x81], .endOfInput, 1),
            ([0x80, 0x00], .trailingBytes, 1), ([0xb8, 0x37] + [UInt8](repeating: 1, count: 55), .notCanonical, 0),
            ([0xb9, 0x00, 0x38] + [UInt8](repeating: 1, count: 56), .notCanonical, 0),
            ([0xbf, 255, 255, 255, 255, 255, 255, 255, 255], .endOfInput, 0),
            ([0xc3, 0x01, 0x82, 0x05], .endOfInput, 2),
        ] as [([UInt8], RLPError.Reason, Int)])
    func refusesWithPosition(bytes: [UInt8], reason: RLPError.Reason, position: Int) {
        #expect(throws: RLPError(reason, at: position)) { try Item(decoding: bytes) }
    }

    @Test func integers() throws {
        for value: UInt64 in [0, 1, 127, 128, 255, 256, 1 << 32, .max] {
            var encoder = RLPEncoder()
            encoder.append(value)
            encoder.append(UInt256(value))
            var decoder = RLPDecoder(encoder.bytes)
            #expect(try decoder.integer() == value)
            #expect(try decoder.word() == UInt256(value))
            #expect(decoder.isAtEnd)
        }
        var tooLarge = RLPDecoder([0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: RLPError(.tooLarge, at: 0)) { try tooLarge.integer() }
        var zero = RLPDecoder([0x00])
        #expect(throws: RLPError(.leadingZero, at: 0)) { try zero.integer() }
        var padded = RLPDecoder([0x82, 0x00, 0xff])
        #expect(throws: RLPError(.leadingZero, at: 0)) { try padded.word() }
        var list = RLPDecoder([0xc0])
        #expect(throws: RLPError(.expectedString, at: 0)) { try list.word() }
        var short = RLPDecoder([0x81, 0x99])
        #expect(throws: RLPError(.wrongSize, at: 0)) { try short.address() }
    }

    /// A list inside a list inside a list …, as deep as an attacker cares to send it: typed readers look only as deep
    /// as their type.
    @Test func deepNestingCostsNothing() throws {
        var bytes: [UInt8] = [0xc0]
        while bytes.count < 4_000 {
            let payload = bytes
            bytes = RLPEncoder.list { $0.appendEncoded(payload) }
        }
        var decoder = RLPDecoder(bytes)
        let inner = try decoder.list()
        #expect(decoder.isAtEnd && inner.nextIsList)
    }
}
