import EVM
import Execution
import Foundations

/// An error as JSON-RPC clients see it. Codes: JSON-RPC 2.0 section 5.1, EIP-1474, geth's 3 for reverted calls.
struct RPCError: Error {
    let code: Int
    let message: String
    var data: [UInt8]?

    static func invalidParameters(_ message: String) -> RPCError { RPCError(code: -32602, message: message) }
    static func server(_ message: String) -> RPCError { RPCError(code: -32000, message: message) }

    static func methodNotFound(_ method: String) -> RPCError {
        RPCError(code: -32601, message: "the method \(method) does not exist/is not available")
    }

    /// A call that reverted: the reason, if the contract gave one, and its data.
    static func reverted(_ output: [UInt8]) -> RPCError {
        let reason = RevertReason.text(output)
        return RPCError(code: 3, message: "execution reverted" + (reason.map { ": \($0)" } ?? ""), data: output)
    }

    /// Why a transaction was refused, in the words that clients look for.
    init(_ error: TransactionError, nonce: UInt64, sender: Address) {
        code = -32000
        message =
            switch error {
            case .typeNotYetActive: "transaction type not supported"
            case .wrongChainID: "invalid chain id for signer"
            case .invalidSignature: "invalid sender"
            case .gasLimitExceedsMaximum: "transaction gas limit too high (cap: 16777216)"
            case .gasAllowanceExceeded: "exceeds block gas limit"
            case .intrinsicGasTooLow: "intrinsic gas too low"
            case .intrinsicGasBelowFloor: "insufficient gas for floor data gas cost"
            case .nonceIsMax: "nonce has max value"
            case .nonceTooLow(let next): "nonce too low: next nonce \(next), tx nonce \(nonce)"
            case .nonceTooHigh(let next): "nonce too high: next nonce \(next), tx nonce \(nonce)"
            case .senderNotExternallyOwned: "sender not an eoa: address \(sender)"
            case .insufficientFunds, .gasPriceProductOverflow: "insufficient funds for gas * price + value"
            case .maxFeeBelowBaseFee: "max fee per gas less than block base fee"
            case .priorityFeeAboveMaxFee: "max priority fee per gas higher than max fee per gas"
            case .initCodeTooLarge: "max initcode size exceeded"
            case .blobCreation: "blob transaction of type create"
            case .noBlobs: "blob transaction missing blob hashes"
            case .tooManyBlobs, .tooMuchBlobGas: "blob transaction has too many blobs"
            case .blobHashVersion: "blob has invalid hash version"
            case .maxFeePerBlobGasTooLow: "max fee per blob gas less than block blob gas fee"
            case .setCodeCreation: "set code transaction must not be a create transaction"
            case .noAuthorizations: "set code transaction with empty auth list"
            case .reportAfterOthers: "a call of the oracle must come before the block's other transactions"
            case .againstOrderingRule: "the venue's ordering rule puts the transaction before one that it follows"
            case .state(let error): "the state cannot be read: \(error)"
            }
    }

    init(code: Int, message: String, data: [UInt8]? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }
}

/// What a contract says when it reverts: `Error(string)` or `Panic(uint256)` of Solidity's ABI.
enum RevertReason {
    static func text(_ output: [UInt8]) -> String? {
        guard output.count >= 36 else { return nil }
        func word(_ index: Int) -> UInt256? {
            let start = 4 + 32 * index
            return output.count >= start + 32 ? UInt256(bigEndian: output[start..<(start + 32)]) : nil
        }
        switch Array(output.prefix(4)) {
        case [0x08, 0xc3, 0x79, 0xa0]:
            guard word(0) == 32, let count = word(1)?.asUInt64, count <= UInt64(output.count - 68) else { return nil }
            return String(decoding: output[68..<(68 + Int(count))], as: UTF8.self)
        case [0x4e, 0x48, 0x7b, 0x71]:
            guard let code = word(0)?.asUInt64 else { return nil }
            return panics[code] ?? "unknown panic code: 0x\(String(code, radix: 16))"
        default: return nil
        }
    }

    private static let panics: [UInt64: String] = [
        0x00: "generic panic", 0x01: "assert(false)", 0x11: "arithmetic underflow or overflow",
        0x12: "division or modulo by zero", 0x21: "enum overflow", 0x22: "invalid encoded storage byte array accessed",
        0x31: "out-of-bounds array access; popping on an empty array",
        0x32: "out-of-bounds access of an array or bytesN", 0x41: "out of memory",
        0x51: "uninitialized function",
    ]
}
