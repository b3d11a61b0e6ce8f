public import Foundations

// Ethereum's JSON writes bytes and integers as hexadecimal strings. nil stands for a value of another form.

extension JSONValue {
    /// `0x` and an even number of digits, or the digits alone as old fixtures have it.
    public var bytes: [UInt8]? {
        guard let digits else { return nil }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = digits.startIndex
        while index < digits.endIndex {
            guard let high = JSONValue.value(digits[index]), let low = JSONValue.value(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    public var address: Address? { bytes.flatMap { Address($0) } }
    public var bytes32: Bytes32? { bytes.flatMap { Bytes32($0) } }

    /// `0x` and hexadecimal digits of a number of at most 256 bits; leading zeros are allowed.
    public var quantity256: UInt256? {
        guard let utf8, utf8.count > 2, utf8.starts(with: [48, 120]) || utf8.starts(with: [48, 88]) else { return nil }
        var value = UInt256.zero
        for digit in utf8.dropFirst(2) {
            guard let digit = JSONValue.value(digit), value.limb3 >> 60 == 0 else { return nil }
            value = (value << 4) | UInt256(UInt64(digit))
        }
        return value
    }

    public var quantity64: UInt64? { quantity256?.asUInt64 }

    private var digits: Slice<UnsafeBufferPointer<UInt8>>? {
        guard let utf8 else { return nil }
        let isPrefixed = utf8.starts(with: [48, 120]) || utf8.starts(with: [48, 88])
        return utf8.dropFirst(isPrefixed ? 2 : 0)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        case 65...70: digit - 55
        default: nil
        }
    }
}
