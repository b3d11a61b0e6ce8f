import Foundations
import Testing

@Suite struct RLPTests {
    @Test(
        arguments: [
            ([], .endOfInput, 0), ([0x81, 0x7f], .notCanonical, 0), ([0xc1, 0x81], .endOfInput, 1),
            ([0x80, 0x00], .trailingBytes, 1), ([0xb8, 0x37] + [UInt8](repeating: 1, count: 55), .notCanonical, 0),
            ([0xb9, 0x00, 0x38] + [UInt8](repeating: 1, count: 56), .notCanonical, 0),
            ([0xbf, 255, 255, 255, 255, 255, 255, 255, 255], .endOfInput, 0),
            ([0xc3, 0x01, 0x82, 0x05], .endOfInput, 2),
        ] as [([UInt8], RLPError.Reason, Int)])
    func refusesWithPosition(bytes: [UInt8], reason: RLPError.Reason, position: Int) {
        #expect(throws: RLPError(reason, at: position)) { try RLPItem(decoding: bytes) }
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
        #expect(throws: RLPError.self) { try RLPItem(decoding: bytes) }
    }
}
