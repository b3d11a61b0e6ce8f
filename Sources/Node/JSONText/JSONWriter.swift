public import Foundations

/// Writes JSON text into a buffer, in one pass and without objects in between.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    // Whether the next value of the open array or object needs a comma before it.
    private var needsComma = false

    /// `reserving` is how many bytes are to find room from the first on.
    public init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Where `content` throws, what was written is of no use.
    public mutating func object(_ content: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), content)
    }

    public mutating func array(_ content: (inout JSONWriter) throws -> Void) rethrows {
        try enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), content)
    }

    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        try array { writer in for element in elements { try write(&writer, element) } }
    }

    /// Begins an object whose members are not all written in one place; `closeObject` ends it.
    public mutating func openObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    public mutating func closeObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    private mutating func enclosed(
        _ open: UInt8, _ close: UInt8, _ content: (inout JSONWriter) throws -> Void
    ) rethrows {
        separate()
        bytes.append(open)
        needsComma = false
        try content(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// A member's name; the next value written is its value.
    public mutating func key(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func null() { raw("null") }

    public mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

    public mutating func value(_ number: some FixedWidthInteger) { raw(String(number)) }

    public mutating func value(_ number: Double) { raw(number.isFinite ? "\(number)" : "null") }

    public mutating func value(_ text: String) {
        separate()
        quoted(text)
    }

    /// Bytes as `0x…`.
    public mutating func value(hex data: some Collection<UInt8>) {
        separate()
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "\""), count: 2 * data.count + 4))
        bytes.withUnsafeMutableBufferPointer { bytes in
            bytes[start + 1] = UInt8(ascii: "0")
            bytes[start + 2] = UInt8(ascii: "x")
            var place = start + 3
            for byte in data {
                bytes[place] = JSONWriter.digit(byte >> 4)
                bytes[place + 1] = JSONWriter.digit(byte & 15)
                place += 2
            }
        }
    }

    public mutating func value(_ hash: Bytes32) {
        separate()
        append(hash.word, digits: 64)
    }

    public mutating func value(_ address: Address) {
        separate()
        append(address.word, digits: 40)
    }

    /// The last digits of a word, quoted, behind `0x`.
    private mutating func append(_ word: UInt256, digits: Int) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "\""), count: digits + 4))
        bytes.withUnsafeMutableBufferPointer { bytes in
            bytes[start + 1] = UInt8(ascii: "0")
            bytes[start + 2] = UInt8(ascii: "x")
            var limb: UInt64 = 0
            for index in 0..<digits {
                if index % 16 == 0 {
                    switch index / 16 {
                    case 0: limb = word.limb0
                    case 1: limb = word.limb1
                    case 2: limb = word.limb2
                    default: limb = word.limb3
                    }
                }
                bytes[start + 2 + digits - index] = JSONWriter.digit(UInt8(truncatingIfNeeded: limb & 15))
                limb >>= 4
            }
        }
    }

    /// A number as `0x…` without leading zeros.
    public mutating func value(quantity number: UInt64) {
        value(quantity: UInt256(number))
    }

    public mutating func value(quantity number: UInt256) {
        separate()
        append(number, digits: Int(max(1, (259 - number.leadingZeroBitCount) / 4)))
    }

    /// JSON that is already text.
    public mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        // No early end, so that the loop takes many bytes at once.
        var special: UInt8 = 0
        for byte in bytes[start...] {
            special |= (byte < 32 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
        }
        if special == 0 { return bytes.append(UInt8(ascii: "\"")) }
        bytes.removeLast(bytes.count - start)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: [92, 34])
            case UInt8(ascii: "\\"): bytes.append(contentsOf: [92, 92])
            case 10: bytes.append(contentsOf: [92, 110])
            case 13: bytes.append(contentsOf: [92, 114])
            case 9: bytes.append(contentsOf: [92, 116])
            case 0..<32:
                bytes.append(contentsOf: [92, 117, 48, 48, JSONWriter.digit(byte >> 4), JSONWriter.digit(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

extension JSONWriter {
    /// Writes a parsed value again, as a reply echoes a request's id.
    public mutating func value(_ value: JSONValue) {
        switch value.kind {
        case .object:
            object { writer in
                for member in value.object ?? [] {
                    writer.key(member.key)
                    writer.value(member.value)
                }
            }
        case .array: array(value.array ?? []) { $0.value($1) }
        case .string: self.value(value.string ?? "")
        case .bool: self.value(value.bool ?? false)
        case .null: null()
        case .number:
            if let number = value.integer {
                self.value(number)
            } else if let number = value.unsigned {
                self.value(number)
            } else {
                self.value(value.double ?? 0)
            }
        }
    }
}
