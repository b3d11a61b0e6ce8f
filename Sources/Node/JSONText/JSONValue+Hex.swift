public import Foundations

// Ethereum's JSON writes bytes and integers as hexadecimal strings. nil stands for a value of another form.

extension JSONValue {
    /// `0x` and an even number of digits, or the digits alone as old fixtures have it.
    public var bytes: [UInt8]? {
        guard let digits, digits.count.isMultiple(of: 2) else { return nil }
        // What is no digit sets a bit above a byte's.
        var wrong: UInt16 = 0
        var bytes = [UInt8](repeating: 0, count: digits.count / 2)
        for index in bytes.indices {
            let value = JSONValue.value(digits[2 * index]) << 4 | JSONValue.value(digits[2 * index + 1])
            wrong |= value
            bytes[index] = UInt8(truncatingIfNeeded: value)
        }
        return wrong > 0xff ? nil : bytes
    }

    public var address: Address? { bytes.flatMap { Address($0) } }
    public var bytes32: Bytes32? { bytes.flatMap { Bytes32($0) } }

    /// `0x` and hexadecimal digits of a number of at most 256 bits; leading zeros are allowed.
    public var quantity256: UInt256? {
        guard let utf8, utf8.count > 2, JSONValue.isPrefixed(utf8) else { return nil }
        var value = UInt256.zero
        for digit in utf8.dropFirst(2) {
            let digit = JSONValue.value(digit)
            guard digit <= 15, value.limb3 >> 60 == 0 else { return nil }
            value = (value << 4) | UInt256(UInt64(digit))
        }
        return value
    }

    public var quantity64: UInt64? { quantity256?.asUInt64 }

    private var digits: UnsafeBufferPointer<UInt8>? {
        guard let utf8 else { return nil }
        return JSONValue.isPrefixed(utf8) ? UnsafeBufferPointer(rebasing: utf8.dropFirst(2)) : utf8
    }

    private static func isPrefixed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count >= 2 && text[0] == UInt8(ascii: "0") && text[1] | 0x20 == UInt8(ascii: "x")
    }

    /// Above 0xff for what is no digit, four places to the left too.
    private static func value(_ digit: UInt8) -> UInt16 {
        switch digit {
        case 48...57: UInt16(digit) - 48
        case 97...102: UInt16(digit) - 87
        case 65...70: UInt16(digit) - 55
        default: 0x100
        }
    }
}
