import Foundations
import JSONText

extension Command {
    static let rlpTest = Command.fixtures(
        "rlptest", "Run official RLPTests: encodings both ways, and bytes that are none."
    ) { arguments, selection in
        try selection.runTests(arguments.positional) { label, test, report in
            guard let bytes = test["out"]?.bytes, let input = test["in"] else {
                throw FixtureError(description: "an RLP test has 'in' and 'out'")
            }
            let decoded = Result { try RLPItem(decoding: bytes) }
            var problems: [String] = []
            switch (input.string, decoded) {
            case ("INVALID", .success): problems.append("decoding: expected an error, actual a value")
            case ("INVALID", .failure): break
            case (_, .failure(let error)): problems.append("decoding: expected a value, actual \(error)")
            case ("VALID", .success(let item)):
                if item.encoded != bytes { problems.append("encoding again: actual \(Hex.encode(item.encoded))") }
            case (_, .success(let item)):
                let expected = try RLPItem(fixture: input)
                if item != expected { problems.append("decoding: expected \(expected), actual \(item)") }
                if expected.encoded != bytes {
                    problems.append(
                        "encoding: expected \(Hex.encode(bytes)), actual \(Hex.encode(expected.encoded))")
                }
            }
            report.record(label, problems: problems)
        }
    }
}

extension RLPItem {
    /// As rlptest.json writes items: strings, numbers, `#` and the digits of a large number, arrays.
    fileprivate init(fixture json: JSONValue) throws {
        if let items = json.array {
            self = .list(try items.map(RLPItem.init(fixture:)))
        } else if let number = json.unsigned {
            self = .string(UInt256(number).minimalBigEndianBytes)
        } else if let text = json.string {
            self = .string(text.hasPrefix("#") ? try RLPItem.bigEndian(text.dropFirst()) : Array(text.utf8))
        } else {
            throw FixtureError(description: "an item is a string, a number or an array")
        }
    }

    /// Numbers beyond 256 bits occur.
    private static func bigEndian(_ digits: Substring) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for digit in digits {
            guard let value = digit.wholeNumberValue else { throw FixtureError(description: "no number: #\(digits)") }
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
