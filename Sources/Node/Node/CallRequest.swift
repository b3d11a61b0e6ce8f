import Chain
import Foundations
import JSONText

/// A transaction as `eth_call`, `eth_simulateV1` and `eth_sendTransaction` describe it.
struct CallRequest {
    var from: Address?
    var to: Address?
    var gas: UInt64?
    var gasPrice: UInt256?
    var maxFeePerGas: UInt256?
    var maxPriorityFeePerGas: UInt256?
    var maxFeePerBlobGas: UInt256?
    var value = UInt256.zero
    var data: [UInt8] = []
    var nonce: UInt64?
    var chainID: UInt256?
    var accessList: [AccessListEntry]?
    var blobVersionedHashes: [Bytes32]?
    var authorizations: [Authorization]?

    init(_ json: JSONValue, argument: Int = 0) throws(RPCError) {
        let reader = FieldReader(json, type: "TransactionArgs", argument: argument)
        guard json.kind == .object else { throw reader.notAnObject }
        from = try reader.address("from")
        to = try reader.address("to")
        gas = try reader.quantity64("gas")
        gasPrice = try reader.quantity256("gasPrice")
        maxFeePerGas = try reader.quantity256("maxFeePerGas")
        maxPriorityFeePerGas = try reader.quantity256("maxPriorityFeePerGas")
        maxFeePerBlobGas = try reader.quantity256("maxFeePerBlobGas")
        value = try reader.quantity256("value") ?? .zero
        nonce = try reader.quantity64("nonce")
        chainID = try reader.quantity256("chainId")
        let input = try reader.bytes("input")
        let oldInput = try reader.bytes("data")
        data = input ?? oldInput ?? []
        if let entries = try reader.array("accessList") {
            accessList = try entries.map { (entry) throws(RPCError) in
                try CallRequest.accessListEntry(entry, argument: argument)
            }
        }
        if let hashes = try reader.array("blobVersionedHashes") {
            let place = RPCParameters.Place(argument: argument, field: "TransactionArgs.blobVersionedHashes")
            blobVersionedHashes = try hashes.map { (hash) throws(RPCError) in try RPCParameters.hash(hash, place) }
        }
        if let entries = try reader.array("authorizationList") {
            authorizations = try entries.map { (entry) throws(RPCError) in
                try CallRequest.authorization(entry, argument: argument)
            }
        }
        if reader.has("blobs") { throw .server("\"blobs\" is not supported for this RPC method") }
    }

    private static func accessListEntry(_ json: JSONValue, argument: Int) throws(RPCError) -> AccessListEntry {
        let reader = FieldReader(json, type: "AccessTuple", argument: argument)
        guard let address = try reader.address("address") else { throw reader.missing("address") }
        guard let keys = try reader.array("storageKeys") else { throw reader.missing("storageKeys") }
        let place = RPCParameters.Place(argument: argument, field: "AccessTuple.storageKeys")
        return AccessListEntry(
            address: address,
            storageKeys: try keys.map { (key) throws(RPCError) in try RPCParameters.hash(key, place).word })
    }

    private static func authorization(_ json: JSONValue, argument: Int) throws(RPCError) -> Authorization {
        let reader = FieldReader(json, type: "SetCodeAuthorization", argument: argument)
        guard let address = try reader.address("address") else { throw reader.missing("address") }
        guard let chainID = try reader.quantity256("chainId") else { throw reader.missing("chainId") }
        guard let nonce = try reader.quantity64("nonce") else { throw reader.missing("nonce") }
        guard let yParity = try reader.quantity64("yParity") else { throw reader.missing("yParity") }
        guard let r = try reader.quantity256("r") else { throw reader.missing("r") }
        guard let s = try reader.quantity256("s") else { throw reader.missing("s") }
        return Authorization(
            chainID: chainID, address: address, nonce: nonce, signature: Signature(yParity: yParity, r: r, s: s))
    }

    /// Whether a call with it sees no fees, be it of gas or of blobs.
    var statesNoFees: Bool {
        (gasPrice ?? .zero).isZero && (maxFeePerGas ?? .zero).isZero && (maxPriorityFeePerGas ?? .zero).isZero
            && blobVersionedHashes == nil
    }

    var statesFees: Bool { gasPrice != nil || maxFeePerGas != nil || maxPriorityFeePerGas != nil }

    /// What geth asks of every call before it looks at the state.
    func check(chainID expected: UInt64) throws(RPCError) {
        if gasPrice != nil, maxFeePerGas != nil || maxPriorityFeePerGas != nil {
            throw .server("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
        }
        if let chainID, chainID != UInt256(expected) {
            throw .server("chainId does not match node's (have=\(chainID), want=\(expected))")
        }
    }

    /// The transaction to run, without a signature; fees that the request does not state are zero.
    func transaction(gas: UInt64, nonce: UInt64 = 0, chainID: UInt64? = nil) -> Transaction {
        var transaction = Transaction()
        transaction.nonce = nonce
        transaction.gasLimit = gas
        transaction.to = to
        transaction.value = value
        transaction.data = data
        transaction.accessList = accessList ?? []
        transaction.chainID = chainID
        if let gasPrice {
            transaction.maxFeePerGas = gasPrice
            transaction.maxPriorityFeePerGas = gasPrice
            transaction.chainID = nil
            transaction.signature = .unsignedLegacy
            return transaction
        }
        transaction.maxFeePerGas = maxFeePerGas ?? .zero
        transaction.maxPriorityFeePerGas = maxPriorityFeePerGas ?? .zero
        if let authorizations {
            transaction.type = .setCode
            transaction.authorizations = authorizations
        } else if let blobVersionedHashes {
            transaction.type = .blob
            transaction.maxFeePerBlobGas = maxFeePerBlobGas ?? .zero
            transaction.blobVersionedHashes = blobVersionedHashes
        } else {
            transaction.type = .dynamicFee
        }
        return transaction
    }
}

/// Reads the members of an object by the rules of geth's decoding.
struct FieldReader {
    private let json: JSONValue
    /// The type's name in geth's source, which clients see in its errors.
    private let type: String
    private let argument: Int

    init(_ json: JSONValue, type: String, argument: Int) {
        self.json = json
        self.type = type
        self.argument = argument
    }

    var notAnObject: RPCError {
        place(nil).error("json: cannot unmarshal non-object into Go value of type \(type)")
    }

    func missing(_ key: StaticString) -> RPCError {
        place(nil).error("missing required field '\(key)' for \(type)")
    }

    private func place(_ key: StaticString?) -> RPCParameters.Place {
        RPCParameters.Place(argument: argument, field: key.map { "\(type).\($0)" })
    }

    private func value(_ key: StaticString) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    func has(_ key: StaticString) -> Bool { value(key) != nil }

    func address(_ key: StaticString) throws(RPCError) -> Address? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.address(value, place(key))
    }

    func hash(_ key: StaticString) throws(RPCError) -> Bytes32? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.hash(value, place(key))
    }

    func bytes(_ key: StaticString) throws(RPCError) -> [UInt8]? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.bytes(value, place(key))
    }

    func quantity64(_ key: StaticString) throws(RPCError) -> UInt64? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.quantity64(value, place(key))
    }

    func quantity256(_ key: StaticString) throws(RPCError) -> UInt256? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.quantity256(value, place(key))
    }

    func flag(_ key: StaticString) throws(RPCError) -> Bool {
        guard let value = value(key) else { return false }
        guard let flag = value.bool else { throw place(key).error("field \(key) of \(type) must be a boolean") }
        return flag
    }

    func array(_ key: StaticString) throws(RPCError) -> [JSONValue]? {
        guard let value = value(key) else { return nil }
        guard let array = value.array else { throw place(key).error("field \(key) of \(type) must be an array") }
        return array
    }

    func object(_ key: StaticString) throws(RPCError) -> [(key: String, value: JSONValue)]? {
        guard let value = value(key) else { return nil }
        guard let object = value.object else { throw place(key).error("field \(key) of \(type) must be an object") }
        return object
    }
}
