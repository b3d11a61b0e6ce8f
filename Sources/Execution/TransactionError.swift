public import State

/// Why a transaction cannot be part of the block. Nothing was executed and nothing changed.
public enum TransactionError: Error, Equatable, Sendable {
    case typeNotYetActive(UInt8)
    case wrongChainID
    case invalidSignature
    case gasLimitExceedsMaximum
    case gasAllowanceExceeded
    case intrinsicGasTooLow
    case intrinsicGasBelowFloor
    case nonceIsMax
    case nonceTooLow(state: UInt64)
    case nonceTooHigh(state: UInt64)
    case senderNotExternallyOwned
    case insufficientFunds
    case gasPriceProductOverflow
    case maxFeeBelowBaseFee
    case priorityFeeAboveMaxFee
    case initCodeTooLarge
    case blobCreation
    case noBlobs
    case tooManyBlobs
    case tooMuchBlobGas
    case blobHashVersion
    case maxFeePerBlobGasTooLow
    case setCodeCreation
    case noAuthorizations
    /// On a chain with a venue calls of the oracle come before every other transaction of the block.
    case reportAfterOthers
    /// The venue's ordering rule puts the transaction before one that it follows.
    case againstOrderingRule
    /// The state could not be read; says nothing about the transaction.
    case state(StateError)

    /// The name that official fixtures give to this reason.
    public var name: StaticString {
        switch self {
        case .typeNotYetActive(1): "TransactionException.TYPE_1_TX_PRE_FORK"
        case .typeNotYetActive(2): "TransactionException.TYPE_2_TX_PRE_FORK"
        case .typeNotYetActive(3): "TransactionException.TYPE_3_TX_PRE_FORK"
        case .typeNotYetActive(4): "TransactionException.TYPE_4_TX_PRE_FORK"
        case .typeNotYetActive: "TransactionException.TYPE_NOT_SUPPORTED"
        case .wrongChainID: "TransactionException.INVALID_CHAINID"
        case .invalidSignature: "TransactionException.INVALID_SIGNATURE_VRS"
        case .gasLimitExceedsMaximum: "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM"
        case .gasAllowanceExceeded: "TransactionException.GAS_ALLOWANCE_EXCEEDED"
        case .intrinsicGasTooLow: "TransactionException.INTRINSIC_GAS_TOO_LOW"
        case .intrinsicGasBelowFloor: "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"
        case .nonceIsMax: "TransactionException.NONCE_IS_MAX"
        case .nonceTooLow: "TransactionException.NONCE_MISMATCH_TOO_LOW"
        case .nonceTooHigh: "TransactionException.NONCE_MISMATCH_TOO_HIGH"
        case .senderNotExternallyOwned: "TransactionException.SENDER_NOT_EOA"
        case .insufficientFunds: "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS"
        case .gasPriceProductOverflow: "TransactionException.GASLIMIT_PRICE_PRODUCT_OVERFLOW"
        case .maxFeeBelowBaseFee: "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS"
        case .priorityFeeAboveMaxFee: "TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS"
        case .initCodeTooLarge: "TransactionException.INITCODE_SIZE_EXCEEDED"
        case .blobCreation: "TransactionException.TYPE_3_TX_CONTRACT_CREATION"
        case .noBlobs: "TransactionException.TYPE_3_TX_ZERO_BLOBS"
        case .tooManyBlobs: "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED"
        case .tooMuchBlobGas: "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"
        case .blobHashVersion: "TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"
        case .maxFeePerBlobGasTooLow: "TransactionException.INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"
        case .setCodeCreation: "TransactionException.TYPE_4_TX_CONTRACT_CREATION"
        case .noAuthorizations: "TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST"
        case .reportAfterOthers: "VenueException.REPORT_AFTER_OTHERS"
        case .againstOrderingRule: "VenueException.AGAINST_ORDERING_RULE"
        case .state: "StateError"
        }
    }
}
