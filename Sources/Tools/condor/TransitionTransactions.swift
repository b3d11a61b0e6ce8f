import Chain
import Cryptography
import Execution
import Foundations
import JSONText

/// Why a transaction is left out of the block.
enum TransactionRejection: Error {
    case invalid(TransactionError)
    /// The transaction has no form that could be executed.
    case malformed(String)

    /// The reason in the words of geth and, where those differ, of evmone, so that drivers which know either recognise
    /// it; the official name follows in parentheses.
    var message: String {
        switch self {
        case .malformed(let reason): "cannot be read: \(reason)"
        case .invalid(let error): "\(error.clientWords) (\(error.name))"
        }
    }
}

extension TransactionError {
    fileprivate var clientWords: String {
        switch self {
        case .typeNotYetActive: "transaction type not supported"
        case .wrongChainID: "invalid chain id for signer"
        case .invalidSignature: "invalid transaction v, r, s values"
        case .gasLimitExceedsMaximum: "transaction gas limit too high, max gas limit exceeded"
        case .gasAllowanceExceeded: "gas limit reached"
        case .intrinsicGasTooLow: "intrinsic gas too low"
        case .intrinsicGasBelowFloor: "insufficient gas for floor data gas cost, intrinsic gas too low"
        case .nonceIsMax: "nonce has max value: \(UInt64.max)"
        case .nonceTooLow(let state): "nonce too low: the account's is \(state)"
        case .nonceTooHigh(let state): "nonce too high: the account's is \(state)"
        case .senderNotExternallyOwned: "sender not an eoa: it has code"
        case .insufficientFunds, .gasPriceProductOverflow: "insufficient funds for gas * price + value"
        case .maxFeeBelowBaseFee: "max fee per gas less than block base fee"
        case .priorityFeeAboveMaxFee: "max priority fee per gas higher than max fee per gas"
        case .reportAfterOthers: "a call of the oracle behind other transactions"
        case .againstOrderingRule: "against the venue's ordering rule"
        case .initCodeTooLarge: "max initcode size exceeded"
        case .blobCreation:
            "blob transaction must not be a create transaction: input string too short for common.Address, decoding "
                + "into (types.BlobTx).To"
        case .noBlobs: "blob transaction missing blob hashes: empty blob hashes list"
        case .tooManyBlobs:
            "blob transaction has too many blobs, would exceed maximum allowance, blob gas limit exceeded"
        case .tooMuchBlobGas: "blob gas would exceed maximum allowance, blob gas limit exceeded"
        case .blobHashVersion: "blob has invalid hash version: invalid blob hash version"
        case .maxFeePerBlobGasTooLow:
            "max fee per blob gas less than block blob gas fee, max blob fee per gas less than block base fee"
        case .setCodeCreation:
            "set code transaction must not be a create transaction: input string too short for common.Address, "
                + "decoding into (types.SetCodeTx).To"
        case .noAuthorizations: "EIP-7702 transaction with empty auth list, empty authorization list"
        case .state: "the state cannot be read"
        }
    }
}

/// The transactions of a transition, in order, with those that have no valid form.
struct TransitionTransactions {
    let items: [Result<Transaction, TransactionRejection>]

    /// Reads an array of JSON transactions, or the RLP of a list of signed ones.
    init(_ json: JSONValue?, chainID: UInt64, fork: Fork) throws(ToolFailure) {
        guard let json, !json.isNull else {
            items = []
            return
        }
        if let array = json.array {
            items = try array.map { (item) throws(ToolFailure) in
                guard item.kind == .object else { throw ToolFailure(.json, "txs: a transaction is a JSON object") }
                return TransitionTransactions.read(item, chainID: chainID, fork: fork)
            }
        } else if let bytes = json.bytes {
            items = try TransitionTransactions.read(rlp: bytes)
        } else {
            throw ToolFailure(.json, "txs: neither an array of transactions nor a string of hexadecimal RLP")
        }
    }

    private static func read(rlp bytes: [UInt8]) throws(ToolFailure) -> [Result<Transaction, TransactionRejection>] {
        var items: [Result<Transaction, TransactionRejection>] = []
        if bytes.isEmpty { return [] }
        do throws(RLPError) {
            var decoder = RLPDecoder(bytes)
            var list = try decoder.list()
            try decoder.finish()
            while !list.isAtEnd {
                var item = RLPDecoder(try list.encodedItem())
                do throws(RLPError) {
                    items.append(.success(try Transaction(inBlock: &item)))
                } catch {
                    items.append(.failure(.malformed("\(error)")))
                }
            }
        } catch {
            throw ToolFailure(.rlp, "txs: no RLP of a list: \(error)")
        }
        return items
    }

    private static func read(
        _ json: JSONValue, chainID: UInt64, fork: Fork
    ) -> Result<Transaction, TransactionRejection> {
        do throws(TransactionRejection) {
            return .success(try TransactionReader(json: json, chainID: chainID, fork: fork).read())
        } catch {
            return .failure(error)
        }
    }
}

/// Reads one JSON transaction, and signs it when it comes with a key instead of a signature.
private struct TransactionReader {
    let json: JSONValue
    let chainID: UInt64
    let fork: Fork

    func read() throws(TransactionRejection) -> Transaction {
        var result = Transaction()
        result.type = try type()
        result.nonce = try required("nonce") { $0.number64 }
        result.gasLimit = try required("gas", or: "gasLimit") { $0.number64 }
        if let to = try optional("to", { $0.bytes }), !to.isEmpty {
            guard let address = Address(to) else { throw .malformed("'to' is no address") }
            result.to = address
        }
        result.value = try required("value") { $0.number256 }
        result.data = try optional("input", or: "data") { $0.bytes } ?? []
        if result.type == .legacy || result.type == .accessList {
            result.maxFeePerGas = try required("gasPrice") { $0.number256 }
            result.maxPriorityFeePerGas = result.maxFeePerGas
        } else {
            result.maxFeePerGas = try required("maxFeePerGas") { $0.number256 }
            result.maxPriorityFeePerGas = try required("maxPriorityFeePerGas") { $0.number256 }
        }
        if result.type != .legacy {
            result.chainID = try optional("chainId") { $0.number64 } ?? chainID
            result.accessList = try optional("accessList") { $0.all(TransactionReader.accessListEntry) } ?? []
        }
        if result.type == .blob {
            result.maxFeePerBlobGas = try required("maxFeePerBlobGas") { $0.number256 }
            result.blobVersionedHashes = try required("blobVersionedHashes") { $0.all { $0.bytes32 } }
        }
        if result.type == .setCode {
            result.authorizations = try required("authorizationList") { $0.all(TransactionReader.authorization) }
        }
        try readSignature(&result)
        return result
    }

    private func type() throws(TransactionRejection) -> TransactionType {
        if let number = try optional("type", { $0.number64 }) {
            guard let type = UInt8(exactly: number).flatMap(TransactionType.init(rawValue:)) else {
                throw .invalid(.typeNotYetActive(UInt8(truncatingIfNeeded: number)))
            }
            return type
        }
        if json["authorizationList"] != nil { return .setCode }
        if json["maxFeePerBlobGas"] != nil { return .blob }
        if json["maxFeePerGas"] != nil { return .dynamicFee }
        return json["accessList"] == nil ? .legacy : .accessList
    }

    private func readSignature(_ transaction: inout Transaction) throws(TransactionRejection) {
        let v = try optional("v", or: "yParity") { $0.number256 } ?? .zero
        let r = try optional("r") { $0.number256 } ?? .zero
        let s = try optional("s") { $0.number256 } ?? .zero
        if v.isZero, r.isZero, s.isZero, let key = json["secretKey"]?.bytes32 {
            // https://eips.ethereum.org/EIPS/eip-155
            if transaction.type == .legacy, fork >= .spuriousDragon, json["protected"]?.bool ?? true {
                transaction.chainID = chainID
            }
            guard let signature = Secp256k1.sign(hash: transaction.signingHash, privateKey: key) else {
                throw .malformed("'secretKey' is no private key")
            }
            transaction.signature = Signature(yParity: UInt64(signature.yParity), r: signature.r, s: signature.s)
            return
        }
        if transaction.type != .legacy {
            guard let parity = v.asUInt64 else { throw .invalid(.invalidSignature) }
            transaction.signature = Signature(yParity: parity, r: r, s: s)
        } else if v == 27 || v == 28 {
            transaction.signature = Signature(yParity: v.limb0 - 27, r: r, s: s)
        } else if v >= 35, let chain = ((v - 35) >> 1).asUInt64 {
            transaction.chainID = chain
            transaction.signature = Signature(yParity: (v - 35).limb0 & 1, r: r, s: s)
        } else {
            throw .invalid(.invalidSignature)
        }
    }

    private static func accessListEntry(_ json: JSONValue) -> AccessListEntry? {
        guard let address = json["address"]?.address, let keys = json["storageKeys"]?.all({ $0.number256 }) else {
            return nil
        }
        return AccessListEntry(address: address, storageKeys: keys)
    }

    private static func authorization(_ json: JSONValue) -> Authorization? {
        guard let chainID = json["chainId"]?.number256, let address = json["address"]?.address,
            let nonce = json["nonce"]?.number64, let parity = (json["yParity"] ?? json["v"])?.number64, parity < 256,
            let r = json["r"]?.number256, let s = json["s"]?.number256
        else { return nil }
        return Authorization(
            chainID: chainID, address: address, nonce: nonce, signature: Signature(yParity: parity, r: r, s: s))
    }

    private func required<Value>(
        _ key: StaticString, or other: StaticString? = nil, _ read: (JSONValue) -> Value?
    ) throws(TransactionRejection) -> Value {
        guard let value = try optional(key, or: other, read) else { throw .malformed("'\(key)' is missing") }
        return value
    }

    private func optional<Value>(
        _ key: StaticString, or other: StaticString? = nil, _ read: (JSONValue) -> Value?
    ) throws(TransactionRejection) -> Value? {
        do throws(ToolFailure) {
            return try json.optional(key, or: other, read)
        } catch {
            throw .malformed(error.message)
        }
    }
}
