import Cryptography
import Derivatives
public import Foundations
public import JSONText

/// A function of a contract: how a call of it is written and its answer read.
public struct ContractFunction: Sendable {
    /// Name and types, as selectors are computed from.
    public let signature: String
    public let selector: [UInt8]
    private let inputs: [ABIType]
    private let outputs: [ABIType]

    /// `outputs` are the types of what it returns, with commas between. Precondition: all types are elementary, or arrays of such.
    public init(_ signature: String, returns outputs: String = "") {
        self.signature = signature
        selector = Array(Keccak256.hash(Array(signature.utf8)).bytes.prefix(4))
        let open = signature.firstIndex(of: "(") ?? signature.endIndex
        inputs = ContractFunction.types(signature[open...].dropFirst().dropLast())
        self.outputs = ContractFunction.types(outputs[...])
    }

    public var name: Substring { signature.prefix { $0 != "(" } }

    public func encode(_ values: [ABIValue]) -> [UInt8] { selector + ABI.encode(values, as: inputs) }

    /// The returned values in an answer of `eth_call`.
    public func decode(_ result: JSONValue) throws(RPCFailure) -> [ABIValue] {
        guard let bytes = result.bytes, let values = try? ABI.decode(bytes, as: outputs) else {
            throw RPCFailure(message: "\(name) answers in another form; is there a venue on this chain?")
        }
        return values
    }

    private static func types(_ list: Substring) -> [ABIType] { list.split(separator: ",").map(type) }

    private static func type(_ name: Substring) -> ABIType {
        if name.hasSuffix("[]") { return .array(type(name.dropLast(2))) }
        switch name {
        case "bool": return .bool
        case "address": return .address
        case "bytes": return .bytes
        default:
            if name.hasPrefix("uint"), let bits = Int(name.dropFirst(4)) { return .unsigned(bits) }
            if name.hasPrefix("int"), let bits = Int(name.dropFirst(3)) { return .signed(bits) }
            if name.hasPrefix("bytes"), let count = Int(name.dropFirst(5)) { return .fixedBytes(count) }
            preconditionFailure("no type of the ABI: \(name)")
        }
    }
}

extension ABIValue {
    public static func number(_ value: some UnsignedInteger) -> ABIValue { .word(UInt256(UInt64(value))) }
    public static func amount(_ value: Int128) -> ABIValue { .word(value.word) }

    public var word: UInt256 {
        switch self {
        case .word(let word): word
        case .bool(let flag): flag ? .one : .zero
        case .address(let address): address.word
        case .bytes, .list: .zero
        }
    }

    public var address: Address { Address(word) }
    public var integer: UInt64 { word.clampedToUInt64 }
    /// Saturates.
    public var amount: Int128 { word.signedAmount }

    public var list: [ABIValue] {
        if case .list(let values) = self { values } else { [] }
    }
}

extension UInt256 {
    /// The number in two's complement, held to what 128 bits take.
    var signedAmount: Int128 { Int128(signedWord: self) ?? (isNegative ? .min : .max) }
}
