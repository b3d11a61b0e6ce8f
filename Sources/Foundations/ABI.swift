// Solidity's contract ABI. Source: the Solidity documentation, "Contract ABI Specification".

/// A type of the ABI.
public indirect enum ABIType: Equatable, Sendable {
    /// uint8 … uint256 by bits.
    case unsigned(Int)
    /// int8 … int256 by bits.
    case signed(Int)
    case bool
    case address
    /// bytes1 … bytes32 by bytes.
    case fixedBytes(Int)
    case bytes
    case string
    case array(ABIType)
    case fixedArray(ABIType, Int)
    case tuple([ABIType])

    /// Whether a value lies behind the heads, at an offset.
    public var isDynamic: Bool {
        switch self {
        case .bytes, .string, .array: true
        case .fixedArray(let element, let count): count > 0 && element.isDynamic
        case .tuple(let members): members.contains { $0.isDynamic }
        default: false
        }
    }

    /// Bytes that a value takes among the heads; saturates.
    var headSize: Int {
        if isDynamic { return 32 }
        switch self {
        case .fixedArray(let element, let count):
            let (size, overflow) = element.headSize.multipliedReportingOverflow(by: count)
            return overflow ? .max : size
        case .tuple(let members):
            return members.reduce(0) { sum, member in
                let (total, overflow) = sum.addingReportingOverflow(member.headSize)
                return overflow ? .max : total
            }
        default: return 32
        }
    }
}

/// A value of the ABI. Integers of all sizes are words, signed ones in two's complement.
public indirect enum ABIValue: Equatable, Sendable {
    case word(UInt256)
    case bool(Bool)
    case address(Address)
    /// bytes, string and bytesN.
    case bytes([UInt8])
    /// Arrays and tuples.
    case list([ABIValue])
}

/// Why bytes are not the ABI encoding of the types that were expected.
public struct ABIError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        case endOfInput
        /// An integer, address, bool or bytesN with bits beyond its type.
        case outOfRange
        /// An offset or length that no input can have.
        case invalidOffset
        /// A list that nests deeper than 16.
        case tooDeep
    }

    public let reason: Reason
    /// Offset of the word that is wrong.
    public let position: Int
}

// MARK: - Encoding

public enum ABI {
    /// Encodes arguments. Precondition: each value has the form of its type; integers outside their type's range are
    /// the caller's mistake and are written as they are.
    public static func encode(_ values: [ABIValue], as types: [ABIType]) -> [UInt8] {
        precondition(values.count == types.count, "one value for each type")
        var heads: [UInt8] = []
        var tails: [UInt8] = []
        let headSize = types.reduce(0) { $0 + $1.headSize }
        for (value, type) in zip(values, types) {
            if type.isDynamic {
                heads += UInt256(UInt64(headSize + tails.count)).bigEndianBytes
                tails += encode(value, as: type)
            } else {
                heads += encode(value, as: type)
            }
        }
        return heads + tails
    }

    private static func encode(_ value: ABIValue, as type: ABIType) -> [UInt8] {
        switch (value, type) {
        case (.word(let word), _): return word.bigEndianBytes
        case (.bool(let flag), _): return UInt256(flag ? 1 as UInt64 : 0).bigEndianBytes
        case (.address(let address), _): return address.word.bigEndianBytes
        case (.bytes(let bytes), .fixedBytes): return padded(bytes)
        case (.bytes(let bytes), _): return UInt256(UInt64(bytes.count)).bigEndianBytes + padded(bytes)
        case (.list(let elements), .array(let element)):
            let types = [ABIType](repeating: element, count: elements.count)
            return UInt256(UInt64(elements.count)).bigEndianBytes + encode(elements, as: types)
        case (.list(let elements), .fixedArray(let element, let count)):
            return encode(elements, as: [ABIType](repeating: element, count: count))
        case (.list(let elements), .tuple(let members)): return encode(elements, as: members)
        case (.list, _): preconditionFailure("a list has an array or tuple type")
        }
    }

    /// Zeros behind the bytes up to a multiple of 32.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
    }
}

// MARK: - Decoding

extension ABI {
    /// Decodes arguments; bytes behind them are ignored, as contracts do. Work and memory are bounded by the input's
    /// size: no count is believed before its elements are there.
    public static func decode(_ bytes: [UInt8], as types: [ABIType]) throws(ABIError) -> [ABIValue] {
        try decode(bytes, at: 0, types, depth: 0)
    }

    private static func decode(
        _ bytes: [UInt8], at base: Int, _ types: [ABIType], depth: Int
    ) throws(ABIError) -> [ABIValue] {
        if depth > 16 { throw ABIError(reason: .tooDeep, position: base) }
        var values: [ABIValue] = []
        var head = base
        for type in types {
            if type.isDynamic {
                let place = try place(bytes, head, from: base)
                values.append(try value(bytes, at: place, type, depth: depth))
            } else {
                values.append(try value(bytes, at: head, type, depth: depth))
            }
            let (next, overflow) = head.addingReportingOverflow(type.headSize)
            if overflow { throw ABIError(reason: .endOfInput, position: head) }
            head = next
        }
        return values
    }

    private static func value(
        _ bytes: [UInt8], at position: Int, _ type: ABIType, depth: Int
    ) throws(ABIError) -> ABIValue {
        switch type {
        case .unsigned(let bits):
            let word = try word(bytes, position)
            if word.bitWidth > UInt64(bits) { throw ABIError(reason: .outOfRange, position: position) }
            return .word(word)
        case .signed(let bits):
            let word = try word(bytes, position)
            if word.signExtended(fromByte: UInt256(UInt64(bits / 8 - 1))) != word {
                throw ABIError(reason: .outOfRange, position: position)
            }
            return .word(word)
        case .bool:
            let word = try word(bytes, position)
            if word > .one { throw ABIError(reason: .outOfRange, position: position) }
            return .bool(!word.isZero)
        case .address:
            let word = try word(bytes, position)
            if word.bitWidth > 160 { throw ABIError(reason: .outOfRange, position: position) }
            return .address(Address(word))
        case .fixedBytes(let count):
            let word = try word(bytes, position)
            if word.trailingZeroBitCount < UInt64(256 - 8 * count) {
                throw ABIError(reason: .outOfRange, position: position)
            }
            return .bytes([UInt8](word.bigEndianBytes.prefix(count)))
        case .bytes, .string:
            let count = try count(bytes, position)
            return .bytes([UInt8](bytes[(position + 32)..<(position + 32 + count)]))
        case .array(let element):
            let count = try count(bytes, position)
            // An element takes at least one word, zero-sized ones excepted, which are bounded like the others.
            if count > (bytes.count - position) / 32 { throw ABIError(reason: .endOfInput, position: position) }
            let types = [ABIType](repeating: element, count: count)
            return .list(try decode(bytes, at: position + 32, types, depth: depth + 1))
        case .fixedArray(let element, let count):
            if count > bytes.count / 32 { throw ABIError(reason: .endOfInput, position: position) }
            let types = [ABIType](repeating: element, count: count)
            return .list(try decode(bytes, at: position, types, depth: depth + 1))
        case .tuple(let members): return .list(try decode(bytes, at: position, members, depth: depth + 1))
        }
    }

    private static func word(_ bytes: [UInt8], _ position: Int) throws(ABIError) -> UInt256 {
        guard position >= 0, bytes.count >= 32, position <= bytes.count - 32 else {
            throw ABIError(reason: .endOfInput, position: position)
        }
        return UInt256(bigEndian: bytes[position..<(position + 32)])
    }

    /// A count of bytes or elements that the input can hold.
    private static func count(_ bytes: [UInt8], _ position: Int) throws(ABIError) -> Int {
        let word = try word(bytes, position)
        guard let count = word.asUInt64, count <= UInt64(bytes.count - position - 32) else {
            throw ABIError(reason: .endOfInput, position: position)
        }
        return Int(count)
    }

    /// Where a dynamic value lies: its head holds the offset from the beginning of the heads.
    private static func place(_ bytes: [UInt8], _ head: Int, from base: Int) throws(ABIError) -> Int {
        let word = try word(bytes, head)
        guard let offset = word.asUInt64, offset <= UInt64(bytes.count - base) else {
            throw ABIError(reason: .invalidOffset, position: head)
        }
        return base + Int(offset)
    }
}
