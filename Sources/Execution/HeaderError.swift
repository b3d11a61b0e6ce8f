/// Why a block's header or ommers cannot be part of the chain.
public enum HeaderError: Error, Equatable, Sendable {
    case wrongNumber
    case timestampNotAfterParent
    case extraDataTooLong
    /// The first ten blocks of the DAO fork carry its name.
    case wrongForkExtraData
    case gasLimitTooLarge
    case gasLimitOutOfBounds
    case gasUsedAboveLimit
    case wrongBaseFee
    case wrongDifficulty
    /// Nonce and mix prove no work, or too little.
    case wrongSeal
    case noDifficultyBeforeParis
    case difficultyAfterParis
    case nonceAfterParis
    case ommersAfterParis
    /// A field that the fork has not, or lacks one that it has.
    case wrongFields
    case wrongBlobGasUsed
    case wrongExcessBlobGas

    case wrongOmmersHash
    case tooManyOmmers
    /// The same twice, or in a recent block already.
    case ommerAlreadyIncluded
    case ommerIsAncestor
    case ommerIsBrother
    /// Its parent is none of the recent blocks.
    case ommerParentUnknown

    case wrongTransactionsRoot
    case wrongWithdrawalsRoot
    case wrongGasUsed
    case wrongReceiptsRoot
    case wrongBloom
    case wrongRequests
    case wrongAccessList
    /// More items than the gas limit allows.
    case accessListTooLong
    case wrongStateRoot

    /// The name that official fixtures give to this reason.
    public var name: StaticString {
        switch self {
        case .wrongNumber: "BlockException.INVALID_BLOCK_NUMBER"
        case .timestampNotAfterParent: "BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"
        case .extraDataTooLong: "BlockException.EXTRA_DATA_TOO_BIG"
        case .wrongForkExtraData: "BlockException.EXTRA_DATA_INVALID_DAO"
        case .gasLimitTooLarge: "BlockException.GASLIMIT_TOO_BIG"
        case .gasLimitOutOfBounds: "BlockException.INVALID_GASLIMIT"
        case .gasUsedAboveLimit: "BlockException.GAS_USED_OVERFLOW"
        case .wrongBaseFee: "BlockException.INVALID_BASEFEE_PER_GAS"
        case .wrongDifficulty: "BlockException.INVALID_DIFFICULTY"
        case .difficultyAfterParis: "BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"
        case .wrongSeal: "BlockException.INVALID_POW"
        case .noDifficultyBeforeParis: "BlockException.IMPORT_IMPOSSIBLE_PARIS_WRONG_POS"
        case .nonceAfterParis: "BlockException.INVALID_POW_NONCE"
        case .ommersAfterParis: "BlockException.IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS"
        case .wrongFields: "BlockException.INCORRECT_BLOCK_FORMAT"
        case .wrongBlobGasUsed: "BlockException.INCORRECT_BLOB_GAS_USED"
        case .wrongExcessBlobGas: "BlockException.INCORRECT_EXCESS_BLOB_GAS"
        case .wrongOmmersHash: "BlockException.INVALID_UNCLES_HASH"
        case .tooManyOmmers: "BlockException.TOO_MANY_UNCLES"
        case .ommerAlreadyIncluded: "BlockException.UNCLE_IN_CHAIN"
        case .ommerIsAncestor: "BlockException.UNCLE_IS_ANCESTOR"
        case .ommerIsBrother: "BlockException.UNCLE_IS_BROTHER"
        case .ommerParentUnknown: "BlockException.UNCLE_PARENT_INCORRECT"
        case .wrongTransactionsRoot: "BlockException.INVALID_TRANSACTIONS_ROOT"
        case .wrongWithdrawalsRoot: "BlockException.INVALID_WITHDRAWALS_ROOT"
        case .wrongGasUsed: "BlockException.INVALID_GAS_USED"
        case .wrongReceiptsRoot: "BlockException.INVALID_RECEIPTS_ROOT"
        case .wrongBloom: "BlockException.INVALID_LOG_BLOOM"
        case .wrongRequests: "BlockException.INVALID_REQUESTS"
        case .wrongAccessList: "BlockException.INVALID_BLOCK_ACCESS_LIST"
        case .accessListTooLong: "BlockException.BLOCK_ACCESS_LIST_GAS_LIMIT_EXCEEDED"
        case .wrongStateRoot: "BlockException.INVALID_STATE_ROOT"
        }
    }
}
