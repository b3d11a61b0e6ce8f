import Chain
import Foundations
import JSONText

/// The parameters of one call, read strictly: a wrong form is an error that says what was expected.
struct RPCParameters {
    private let values: [JSONValue]

    init(_ value: JSONValue?) throws(RPCError) {
        guard let value, !value.isNull else {
            values = []
            return
        }
        guard let array = value.array else { throw .invalidParameters("params must be an array") }
        values = array
    }

    var count: Int { values.count }

    /// The parameter at a position; nil when it is missing or null.
    func optional(_ index: Int) -> JSONValue? {
        index < values.count && !values[index].isNull ? values[index] : nil
    }

    func required(_ index: Int, _ name: String) throws(RPCError) -> JSONValue {
        guard let value = optional(index) else {
            throw .invalidParameters("missing value for required argument \(index): \(name)")
        }
        return value
    }

    func address(_ index: Int) throws(RPCError) -> Address {
        try RPCParameters.address(required(index, "address"), "argument \(index)")
    }

    func hash(_ index: Int, _ name: String) throws(RPCError) -> Bytes32 {
        guard let hash = try prefixed(required(index, name))?.bytes32 else {
            throw .invalidParameters("invalid argument \(index): \(name) must be 0x and 64 hexadecimal digits")
        }
        return hash
    }

    /// A number as hexadecimal text or, as development methods allow, a JSON number.
    func number(_ index: Int, _ name: String) throws(RPCError) -> UInt64 {
        let value = try required(index, name)
        if let number = value.unsigned { return number }
        return try RPCParameters.quantity64(value, "argument \(index)")
    }

    func bool(_ index: Int) throws(RPCError) -> Bool {
        guard let value = optional(index) else { return false }
        guard let flag = value.bool else { throw .invalidParameters("invalid argument \(index): must be a boolean") }
        return flag
    }

    func bytes(_ index: Int, _ name: String) throws(RPCError) -> [UInt8] {
        guard let bytes = try prefixed(required(index, name))?.bytes else {
            throw .invalidParameters(
                "invalid argument \(index): \(name) must be 0x and an even number of hexadecimal digits")
        }
        return bytes
    }

    /// A storage slot: hexadecimal of up to 32 bytes, leading zeros allowed.
    func slot(_ index: Int) throws(RPCError) -> UInt256 {
        try RPCParameters.slot(required(index, "slot"))
    }

    private func prefixed(_ value: JSONValue) -> JSONValue? {
        value.string?.hasPrefix("0x") == true ? value : nil
    }

    // MARK: Values

    static func address(_ value: JSONValue, _ place: String) throws(RPCError) -> Address {
        guard value.string?.hasPrefix("0x") == true, let address = value.address else {
            throw .invalidParameters("invalid \(place): an address is 0x and 40 hexadecimal digits")
        }
        return address
    }

    static func quantity64(_ value: JSONValue, _ place: String) throws(RPCError) -> UInt64 {
        guard let number = value.quantity64 else {
            throw .invalidParameters("invalid \(place): a quantity is 0x and hexadecimal digits, at most 64 bits")
        }
        return number
    }

    static func quantity256(_ value: JSONValue, _ place: String) throws(RPCError) -> UInt256 {
        guard let number = value.quantity256 else {
            throw .invalidParameters("invalid \(place): a quantity is 0x and hexadecimal digits, at most 256 bits")
        }
        return number
    }

    static func slot(_ value: JSONValue) throws(RPCError) -> UInt256 {
        guard let slot = value.quantity256, (value.string?.count ?? 0) <= 66 else {
            throw .invalidParameters("invalid slot: 0x and at most 64 hexadecimal digits")
        }
        return slot
    }
}

/// A transaction as `eth_call`, `eth_estimateGas` and `eth_sendTransaction` describe it.
struct CallRequest {
    var from: Address?
    var to: Address?
    var gas: UInt64?
    var gasPrice: UInt256?
    var maxFeePerGas: UInt256?
    var maxPriorityFeePerGas: UInt256?
    var value = UInt256.zero
    var data: [UInt8] = []
    var nonce: UInt64?
    var chainID: UInt64?
    var accessList: [AccessListEntry]?

    init(_ json: JSONValue) throws(RPCError) {
        guard json.kind == .object else { throw .invalidParameters("a transaction must be an object") }
        func present(_ value: JSONValue?) -> JSONValue? { value?.isNull == false ? value : nil }
        if let value = present(json["from"]) { from = try RPCParameters.address(value, "field from") }
        if let value = present(json["to"]) { to = try RPCParameters.address(value, "field to") }
        if let value = present(json["gas"]) { gas = try RPCParameters.quantity64(value, "field gas") }
        if let value = present(json["gasPrice"]) { gasPrice = try RPCParameters.quantity256(value, "field gasPrice") }
        if let value = present(json["maxFeePerGas"]) {
            maxFeePerGas = try RPCParameters.quantity256(value, "field maxFeePerGas")
        }
        if let value = present(json["maxPriorityFeePerGas"]) {
            maxPriorityFeePerGas = try RPCParameters.quantity256(value, "field maxPriorityFeePerGas")
        }
        if gasPrice != nil, maxFeePerGas != nil || maxPriorityFeePerGas != nil {
            throw .invalidParameters("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
        }
        if let value = present(json["value"]) { self.value = try RPCParameters.quantity256(value, "field value") }
        if let value = present(json["nonce"]) { nonce = try RPCParameters.quantity64(value, "field nonce") }
        if let value = present(json["chainId"]) { chainID = try RPCParameters.quantity64(value, "field chainId") }
        if let value = present(json["input"]) ?? present(json["data"]) {
            guard let bytes = value.bytes else {
                throw .invalidParameters("invalid field input: 0x and an even number of hexadecimal digits")
            }
            data = bytes
        }
        if let value = present(json["accessList"]) {
            var entries: [AccessListEntry] = []
            for entry in value.array ?? [] {
                guard let address = entry["address"] else {
                    throw .invalidParameters("invalid field accessList: an entry needs an address")
                }
                var keys: [UInt256] = []
                for key in entry["storageKeys"]?.array ?? [] { keys.append(try RPCParameters.slot(key)) }
                entries.append(
                    AccessListEntry(
                        address: try RPCParameters.address(address, "field accessList"), storageKeys: keys))
            }
            accessList = entries
        }
    }

    /// The transaction to run, without a signature; fees only where the request states them.
    func transaction(gas: UInt64, nonce: UInt64 = 0) -> Transaction {
        var transaction = Transaction()
        transaction.nonce = nonce
        transaction.gasLimit = gas
        transaction.to = to
        transaction.value = value
        transaction.data = data
        transaction.accessList = accessList ?? []
        if let gasPrice {
            transaction.type = accessList == nil ? .legacy : .accessList
            transaction.maxFeePerGas = gasPrice
            transaction.maxPriorityFeePerGas = gasPrice
        } else {
            transaction.type = .dynamicFee
            transaction.maxFeePerGas = maxFeePerGas ?? maxPriorityFeePerGas ?? .zero
            transaction.maxPriorityFeePerGas = maxPriorityFeePerGas ?? .zero
        }
        return transaction
    }

    var statesFees: Bool { gasPrice != nil || maxFeePerGas != nil || maxPriorityFeePerGas != nil }
}
