#if !hasFeature(Embedded)
    /// Hexadecimal text, for people and JSON; not part of the guest build.
    public enum Hex {
        /// Lower-case digits without a prefix.
        public static func encode(_ bytes: some Collection<UInt8>) -> String {
            String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
                var index = 0
                for byte in bytes {
                    buffer[index] = digit(byte >> 4)
                    buffer[index + 1] = digit(byte & 15)
                    index += 2
                }
                return index
            }
        }

        /// Lower-case digits behind `0x`.
        public static func encodePrefixed(_ bytes: some Collection<UInt8>) -> String { "0x" + encode(bytes) }

        /// An integer as JSON-RPC writes quantities: `0x` and no leading zeros.
        public static func quantity(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

        /// An integer as JSON-RPC writes quantities: `0x` and no leading zeros.
        public static func quantity(_ value: UInt256) -> String {
            let digits = encode(value.minimalBigEndianBytes).drop { $0 == "0" }
            return digits.isEmpty ? "0x0" : "0x" + digits
        }

        /// Reads an even number of digits, with or without `0x`; nil for anything else.
        public static func decode(_ text: some StringProtocol) -> [UInt8]? {
            let digits = Array(text.utf8)
            let start = digits.starts(with: [48, 120]) || digits.starts(with: [48, 88]) ? 2 : 0
            guard (digits.count - start).isMultiple(of: 2) else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity((digits.count - start) / 2)
            var index = start
            while index < digits.count {
                guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
                bytes.append(high << 4 | low)
                index += 2
            }
            return bytes
        }

        private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

        package static func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 48...57: digit - 48
            case 97...102: digit - 87
            case 65...70: digit - 55
            default: nil
            }
        }
    }

    extension UInt256: CustomStringConvertible {
        /// Reads `0x…` hexadecimal of any length up to 64 significant digits; nil for anything else.
        public init?(hex text: some StringProtocol) {
            let body = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
            guard !body.isEmpty else { return nil }
            var value = UInt256.zero
            for character in body.utf8 {
                guard let digit = Hex.value(character), value.limb3 >> 60 == 0 else { return nil }
                value = (value << 4) | UInt256(UInt64(digit))
            }
            self = value
        }

        /// Reads decimal digits; nil for anything else or beyond 256 bits.
        public init?(decimal text: some StringProtocol) {
            guard !text.isEmpty else { return nil }
            var value = UInt256.zero
            for character in text.utf8 {
                guard character >= 48, character <= 57 else { return nil }
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt256(UInt64(character - 48)))
                if overflow || carry { return nil }
                value = sum
            }
            self = value
        }

        /// Decimal digits.
        public var description: String {
            if isZero { return "0" }
            var groups: [String] = []
            var rest = self
            let base = UInt256(10_000_000_000_000_000_000 as UInt64)
            while !rest.isZero {
                let (quotient, remainder) = rest.dividedReportingRemainder(by: base)
                groups.append(String(remainder.limb0))
                rest = quotient
            }
            var text = groups.removeLast()
            while let group = groups.popLast() {
                text += String(repeating: "0", count: 19 - group.utf8.count) + group
            }
            return text
        }
    }

    extension Bytes32: CustomStringConvertible {
        /// Reads 64 digits with or without `0x`.
        public init?(hex text: some StringProtocol) {
            guard let bytes = Hex.decode(text) else { return nil }
            self.init(bytes)
        }

        public var description: String { Hex.encodePrefixed(bytes) }
    }

    extension Address: CustomStringConvertible {
        /// Reads 40 digits with or without `0x`.
        public init?(hex text: some StringProtocol) {
            guard let bytes = Hex.decode(text) else { return nil }
            self.init(bytes)
        }

        public var description: String { Hex.encodePrefixed(bytes) }
    }
#endif
