import CSimdjson
import Glibc

/// Why a text is not JSON.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String
    public var description: String { message }
}

/// A parsed JSON text, read in place by `JSONValue`s.
public final class JSONDocument: @unchecked Sendable {
    // Sendable: nothing changes after init. The parser is owned by this object alone and freed with it.
    private var parsed = condor_json()
    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>

    /// Reads one JSON value; anything behind it but white space is an error. Nesting is bounded by the parser (1,024).
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        let code = condor_json_parse(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, &parsed)
        guard code == 0 else { throw JSONError(message: String(cString: condor_json_message(code))) }
        tape = parsed.tape
        strings = parsed.strings
    }

    public init(parsing bytes: [UInt8]) throws(JSONError) {
        let code = condor_json_parse(bytes, bytes.count, &parsed)
        guard code == 0 else { throw JSONError(message: String(cString: condor_json_message(code))) }
        tape = parsed.tape
        strings = parsed.strings
    }

    deinit {
        if parsed.parser != nil { condor_json_free(&parsed) }
    }

    /// The outermost value.
    public var root: JSONValue { JSONValue(document: self, index: 1) }
}

/// One value of a document.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    public enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    private var tag: UInt8 { UInt8(truncatingIfNeeded: document.tape[index] >> 56) }
    private var payload: UInt64 { document.tape[index] & 0x00ff_ffff_ffff_ffff }

    public var kind: Kind {
        switch tag {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    public var isNull: Bool { tag == UInt8(ascii: "n") }

    /// The bytes of a string; nil for other kinds.
    public var utf8: UnsafeBufferPointer<UInt8>? {
        guard tag == UInt8(ascii: "\"") else { return nil }
        // The string buffer holds a 32-bit count, then the bytes, for each string.
        let start = document.strings + Int(payload)
        let count = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: start + 4, count: Int(count))
    }

    public var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

    public var bool: Bool? {
        switch tag {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A number without fraction that fits; nil for anything else.
    public var integer: Int64? {
        switch tag {
        case UInt8(ascii: "l"): Int64(bitPattern: document.tape[index + 1])
        default: nil
        }
    }

    /// A number without fraction and sign that fits; nil for anything else.
    public var unsigned: UInt64? {
        switch tag {
        case UInt8(ascii: "u"): document.tape[index + 1]
        case UInt8(ascii: "l"): UInt64(exactly: Int64(bitPattern: document.tape[index + 1]))
        default: nil
        }
    }

    public var double: Double? {
        switch tag {
        case UInt8(ascii: "d"): Double(bitPattern: document.tape[index + 1])
        case UInt8(ascii: "l"): Double(Int64(bitPattern: document.tape[index + 1]))
        case UInt8(ascii: "u"): Double(document.tape[index + 1])
        default: nil
        }
    }

    /// The tape index behind this value.
    private var end: Int {
        switch tag {
        case UInt8(ascii: "{"), UInt8(ascii: "["): Int(payload & 0xffff_ffff)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
        default: index + 1
        }
    }

    /// The elements of an array in order; nil for other kinds.
    public var array: [JSONValue]? {
        guard tag == UInt8(ascii: "[") else { return nil }
        var values: [JSONValue] = []
        var next = index + 1
        while next < end - 1 {
            let value = JSONValue(document: document, index: next)
            values.append(value)
            next = value.end
        }
        return values
    }

    /// The members of an object in order; nil for other kinds.
    public var object: [(key: String, value: JSONValue)]? {
        guard tag == UInt8(ascii: "{") else { return nil }
        var members: [(key: String, value: JSONValue)] = []
        var next = index + 1
        while next < end - 1 {
            let key = JSONValue(document: document, index: next)
            let value = JSONValue(document: document, index: next + 1)
            members.append((key.string ?? "", value))
            next = value.end
        }
        return members
    }

    /// The member of an object with this key, the first if there are several; nil when there is none, or no object.
    public subscript(key: StaticString) -> JSONValue? {
        guard tag == UInt8(ascii: "{") else { return nil }
        let last = end - 1
        var next = index + 1
        while next < last {
            if let text = JSONValue(document: document, index: next).utf8, text.count == key.utf8CodeUnitCount,
                memcmp(text.baseAddress!, key.utf8Start, text.count) == 0
            {
                return JSONValue(document: document, index: next + 1)
            }
            next = JSONValue(document: document, index: next + 1).end
        }
        return nil
    }

    /// The element of an array at a position; nil beyond its end, or for no array.
    public subscript(position: Int) -> JSONValue? {
        guard let array, array.indices.contains(position) else { return nil }
        return array[position]
    }
}
