import Chain
import Cryptography
import EVM
import Execution
import Foundations
import State

/// Why a call was refused before it ran, in geth's words, which clients search for.
struct Refusal {
    let error: TransactionError
    let transaction: Transaction
    let sender: Address
    /// The sender when the call was refused.
    let account: Account
    let block: BlockContext

    var message: String {
        let who = "address \(sender.checksummed)"
        let intrinsic = IntrinsicGas(transaction, fork: block.fork)
        switch error {
        case .nonceTooLow(let next), .nonceTooHigh(let next):
            let side = error == .nonceTooLow(state: next) ? "low" : "high"
            return "nonce too \(side): \(who), tx: \(transaction.nonce) state: \(next)"
        case .nonceIsMax: return "nonce has max value: \(who), nonce: \(transaction.nonce)"
        case .senderNotExternallyOwned: return "sender not an eoa: \(who)"
        case .priorityFeeAboveMaxFee:
            return "max priority fee per gas higher than max fee per gas: \(who), "
                + "maxPriorityFeePerGas: \(transaction.maxPriorityFeePerGas), maxFeePerGas: \(transaction.maxFeePerGas)"
        case .maxFeeBelowBaseFee:
            return "max fee per gas less than block base fee: \(who), "
                + "maxFeePerGas: \(transaction.maxFeePerGas), baseFee: \(block.baseFeePerGas)"
        case .maxFeePerBlobGasTooLow:
            return "max fee per blob gas less than block blob gas fee: \(who) "
                + "blobGasFeeCap: \(transaction.maxFeePerBlobGas), blobBaseFee: \(block.blobBaseFee)"
        case .insufficientFunds, .gasPriceProductOverflow:
            let words = "insufficient funds for gas * price + value: \(who) "
            guard let cost else { return words + "required balance exceeds 256 bits" }
            return words + "have \(account.balance) want \(cost)"
        case .intrinsicGasTooLow:
            return "intrinsic gas too low: have \(transaction.gasLimit), want \(intrinsic.base)"
        case .intrinsicGasBelowFloor:
            return "insufficient gas for floor data gas cost: have \(transaction.gasLimit), want \(intrinsic.floor)"
        case .initCodeTooLarge:
            let limit = InitCode.maxSize(block.fork)
            return "max initcode size exceeded: code size \(transaction.data.count) limit \(limit)"
        case .gasLimitExceedsMaximum:
            return "transaction gas limit too high (cap: 16777216, tx: \(transaction.gasLimit))"
        case .gasAllowanceExceeded: return "gas limit reached"
        default: return RPCError(error, nonce: transaction.nonce, sender: sender).message
        }
    }

    /// The most that the transaction may take from its sender; nil beyond 256 bits.
    private var cost: UInt256? {
        let gas = UInt256(transaction.gasLimit).multipliedReportingOverflow(by: transaction.maxFeePerGas)
        let blobGas = UInt256(BlobGas.perBlob &* UInt64(transaction.blobVersionedHashes.count))
        let blobs = blobGas.multipliedReportingOverflow(by: transaction.maxFeePerBlobGas)
        let fees = gas.partialValue.addingReportingOverflow(blobs.partialValue)
        let total = fees.partialValue.addingReportingOverflow(transaction.value)
        return gas.overflow || blobs.overflow || fees.overflow || total.overflow ? nil : total.partialValue
    }

    /// For `eth_call` and its kin.
    var asCallError: RPCError { .server("err: \(message) (supplied gas \(transaction.gasLimit))") }

    /// For `eth_simulateV1`, whose errors have codes of their own.
    var asSimulationError: RPCError {
        let code =
            switch error {
            case .nonceTooLow: -38010
            case .nonceTooHigh: -38011
            case .maxFeeBelowBaseFee: -38012
            case .intrinsicGasTooLow: -38013
            case .insufficientFunds, .gasPriceProductOverflow: -38014
            case .senderNotExternallyOwned: -38024
            case .initCodeTooLarge: -38025
            case .priorityFeeAboveMaxFee: -32602
            default: -32603
            }
        return RPCError(code: code, message: asCallError.message)
    }
}

extension Address {
    /// Hexadecimal with a checksum in the case of its letters. https://eips.ethereum.org/EIPS/eip-55
    var checksummed: String {
        let digits = Hex.encode(bytes)
        let hash = Hex.encode(Keccak256.hash(Array(digits.utf8)).bytes)
        return "0x" + zip(digits, hash).map { $1 >= "8" ? $0.uppercased() : String($0) }.joined()
    }
}
