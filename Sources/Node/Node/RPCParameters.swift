import Chain
import Foundations
import JSONText

/// The parameters of one call, read strictly: a wrong form is an error that says what was expected, in geth's words.
struct RPCParameters {
    private let values: [JSONValue]

    init(_ value: JSONValue?) throws(RPCError) {
        guard let value, !value.isNull else {
            values = []
            return
        }
        guard let array = value.array else { throw .invalidParameters("non-array args") }
        values = array
    }

    var count: Int { values.count }

    /// The parameter at a position; nil when it is missing or null.
    func optional(_ index: Int) -> JSONValue? {
        index < values.count && !values[index].isNull ? values[index] : nil
    }

    func required(_ index: Int) throws(RPCError) -> JSONValue {
        guard let value = optional(index) else {
            throw .invalidParameters("missing value for required argument \(index)")
        }
        return value
    }

    func address(_ index: Int) throws(RPCError) -> Address {
        try RPCParameters.address(required(index), .argument(index))
    }

    func hash(_ index: Int) throws(RPCError) -> Bytes32 { try RPCParameters.hash(required(index), .argument(index)) }

    func bytes(_ index: Int) throws(RPCError) -> [UInt8] { try RPCParameters.bytes(required(index), .argument(index)) }

    /// A number as hexadecimal text or, as development methods allow, a JSON number.
    func number(_ index: Int) throws(RPCError) -> UInt64 {
        let value = try required(index)
        if let number = value.unsigned { return number }
        return try RPCParameters.quantity64(value, .argument(index))
    }

    func bool(_ index: Int) throws(RPCError) -> Bool {
        guard let value = optional(index) else { return false }
        guard let flag = value.bool else {
            throw .invalidParameters("invalid argument \(index): json: cannot unmarshal into Go value of type bool")
        }
        return flag
    }

    /// A storage slot.
    func slot(_ index: Int) throws(RPCError) -> UInt256 { try RPCParameters.slot(required(index)).slot }

    // MARK: Values

    /// Where a value stands, for what is said of it.
    struct Place {
        let argument: Int
        /// Type and field in geth's source, which clients see in its errors.
        var field: String?

        static func argument(_ index: Int) -> Place { Place(argument: index) }

        func error(_ reason: String) -> RPCError { .invalidParameters("invalid argument \(argument): \(reason)") }

        fileprivate func error(_ reason: HexText.Reason, type: String) -> RPCError {
            let target = field.map { "struct field \($0)" } ?? "value"
            return error("json: cannot unmarshal \(reason.rawValue) into Go \(target) of type \(type)")
        }
    }

    static func address(_ value: JSONValue, _ place: Place) throws(RPCError) -> Address {
        Address(try fixed(value, count: 20, "common.Address", place)) ?? .zero
    }

    static func hash(_ value: JSONValue, _ place: Place) throws(RPCError) -> Bytes32 {
        Bytes32(try fixed(value, count: 32, "common.Hash", place)) ?? .zero
    }

    static func bytes(_ value: JSONValue, _ place: Place) throws(RPCError) -> [UInt8] {
        do throws(HexText.Reason) { return try HexText.bytes(value) } catch {
            throw place.error(error, type: "hexutil.Bytes")
        }
    }

    private static func fixed(
        _ value: JSONValue, count: Int, _ type: String, _ place: Place
    ) throws(RPCError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(HexText.Reason) { bytes = try HexText.bytes(value) } catch { throw place.error(error, type: type) }
        guard bytes.count == count else {
            throw place.error("hex string has length \(2 * bytes.count), want \(2 * count) for \(type)")
        }
        return bytes
    }

    static func quantity64(_ value: JSONValue, _ place: Place) throws(RPCError) -> UInt64 {
        do throws(HexText.Reason) { return try HexText.quantity64(value) } catch {
            throw place.error(error, type: "hexutil.Uint64")
        }
    }

    static func quantity256(_ value: JSONValue, _ place: Place) throws(RPCError) -> UInt256 {
        do throws(HexText.Reason) { return try HexText.quantity256(value) } catch {
            throw place.error(error, type: "*hexutil.Big")
        }
    }

    /// A storage slot, and how many bytes of it were given: hexadecimal of at most 32 bytes, `0x` or not.
    static func slot(_ value: JSONValue) throws(RPCError) -> (slot: UInt256, byteCount: Int) {
        guard let text = value.string else { throw .invalidParameters("invalid hex in storage key: not a string") }
        var digits = Substring(text)
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits = digits.dropFirst(2) }
        let byteCount = (digits.utf8.count + 1) / 2
        guard byteCount <= 32 else {
            throw .invalidParameters("storage key too long (want at most 32 bytes): \"\(text.prefix(200))\"")
        }
        let padded = digits.utf8.count.isMultiple(of: 2) ? String(digits) : "0" + digits
        guard let bytes = Hex.decode("0x" + padded) else {
            throw .invalidParameters("invalid hex in storage key: \"\(text)\"")
        }
        return (UInt256(bigEndian: bytes), byteCount)
    }
}

/// Hexadecimal text as Ethereum's JSON-RPC has it, with geth's words for what is wrong with it.
enum HexText {
    enum Reason: String, Error {
        case notText = "non-string"
        case empty = "empty hex string"
        case noPrefix = "hex string without 0x prefix"
        case oddLength = "hex string of odd length"
        case syntax = "invalid hex string"
        case emptyNumber = "hex string \"0x\""
        case leadingZero = "hex number with leading zero digits"
        case beyond64Bits = "hex number > 64 bits"
        case beyond256Bits = "hex number > 256 bits"
    }

    static func bytes(_ value: JSONValue) throws(Reason) -> [UInt8] {
        let digits = try digits(value)
        guard digits.count.isMultiple(of: 2) else { throw .oddLength }
        guard let bytes = value.bytes else { throw .syntax }
        return bytes
    }

    static func quantity64(_ value: JSONValue) throws(Reason) -> UInt64 {
        let number = try quantity(value, digitLimit: 16, .beyond64Bits)
        guard let number = number.asUInt64 else { throw .beyond64Bits }
        return number
    }

    static func quantity256(_ value: JSONValue) throws(Reason) -> UInt256 {
        try quantity(value, digitLimit: 64, .beyond256Bits)
    }

    private static func quantity(
        _ value: JSONValue, digitLimit: Int, _ tooLarge: Reason
    ) throws(Reason) -> UInt256 {
        let digits = try digits(value)
        if digits.isEmpty { throw .emptyNumber }
        if digits.count > 1, digits.first == UInt8(ascii: "0") { throw .leadingZero }
        if digits.count > digitLimit { throw tooLarge }
        guard let number = value.quantity256 else { throw .syntax }
        return number
    }

    private static func digits(_ value: JSONValue) throws(Reason) -> Slice<UnsafeBufferPointer<UInt8>> {
        guard let text = value.utf8 else { throw .notText }
        if text.isEmpty { throw .empty }
        guard text.starts(with: [48, 120]) || text.starts(with: [48, 88]) else { throw .noPrefix }
        return text.dropFirst(2)
    }
}
