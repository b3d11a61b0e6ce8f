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
        case .fixedArray(let element, _): element.isDynamic
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
        /// An offset that points outside the input.
        case invalidOffset
        /// A type that nests deeper than 16.
        case tooDeep
        /// Offsets that share what they point at, so that the values take more than the input has.
        case overlap
    }

    public let reason: Reason
    /// Offset of the word that is wrong.
    public let position: Int

    public init(reason: Reason, position: Int) {
        self.reason = reason
        self.position = position
    }
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
