/// The names that official fixtures give to the reasons of a refusal, now and in the past.
enum FixtureReasons {
    /// Whether `actual`, a name of today, is one of those that `wanted` allows, with bars between.
    static func matches(_ wanted: String, _ actual: String, isDraft: Bool = false) -> Bool {
        let names = [wanted] + wanted.split(separator: "|").map(String.init)
        return names.contains { name in
            name == actual || otherNames[name]?.contains(actual) ?? false || (isDraft && draftNames[name] == actual)
        }
    }

    /// Where the fixtures of draft forks do not yet tell reasons apart that those of released forks do.
    private static let draftNames = [
        "BlockException.GAS_USED_OVERFLOW": "TransactionException.GAS_ALLOWANCE_EXCEEDED",
        "BlockException.INCORRECT_BLOCK_FORMAT": "BlockException.INVALID_BLOCK_ACCESS_LIST",
        // The access list itself is not in the block, only its hash.
        "BlockException.INVALID_BAL_HASH": "BlockException.INVALID_BLOCK_ACCESS_LIST",
        "TransactionException.INTRINSIC_GAS_TOO_LOW": "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST",
    ]

    /// What the fixtures of the time before common exception names called reasons; names that stand for more than one
    /// fault; and, with all their alternatives as the key, expectations of blocks with several faults at once, of which
    /// clients may name any.
    private static let otherNames: [String: [String]] = [
        "BlockException.IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT": ["BlockException.INCORRECT_BLOCK_FORMAT"],
        "BlockException.IMPORT_IMPOSSIBLE_PARIS_WRONG_POW": ["BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"],
        "BlockException.INCORRECT_BLOCK_FORMAT": ["BlockException.RLP_STRUCTURES_ENCODING"],
        "BlockException.INVALID_DIFFICULTY": ["BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"],
        "BlockException.INVALID_GASLIMIT": ["BlockException.GAS_USED_OVERFLOW"],
        "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS|TransactionException.INSUFFICIENT_ACCOUNT_FUNDS": [
            "TransactionException.INTRINSIC_GAS_TOO_LOW"
        ],
        "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": [
            "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED"
        ],
        "TransactionException.TYPE_NOT_SUPPORTED": [
            "TransactionException.TYPE_1_TX_PRE_FORK", "TransactionException.TYPE_2_TX_PRE_FORK",
            "TransactionException.TYPE_3_TX_PRE_FORK", "TransactionException.TYPE_4_TX_PRE_FORK",
        ],
        // The names of the time before: of state tests, then of blockchain tests.
        "IntrinsicGas": ["TransactionException.INTRINSIC_GAS_TOO_LOW"],
        "SenderNotEOA": ["TransactionException.SENDER_NOT_EOA"],
        "TR_BLOBCREATE": ["TransactionException.TYPE_3_TX_CONTRACT_CREATION"],
        "TR_BLOBLIST_OVERSIZE": ["TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED"],
        "TR_BLOBVERSION_INVALID": ["TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"],
        "TR_EMPTYBLOB": ["TransactionException.TYPE_3_TX_ZERO_BLOBS"],
        "TR_FeeCapLessThanBlocks": ["TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS"],
        "TR_GasLimitReached": ["TransactionException.GAS_ALLOWANCE_EXCEEDED"],
        "TR_InitCodeLimitExceeded": ["TransactionException.INITCODE_SIZE_EXCEEDED"],
        "TR_IntrinsicGas": ["TransactionException.INTRINSIC_GAS_TOO_LOW"],
        "TR_NoFunds": ["TransactionException.INSUFFICIENT_ACCOUNT_FUNDS"],
        "TR_NoFundsOrGas": [
            "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS", "TransactionException.INTRINSIC_GAS_TOO_LOW",
        ],
        "TR_NoFundsX": ["TransactionException.GASLIMIT_PRICE_PRODUCT_OVERFLOW"],
        "TR_NonceHasMaxValue": ["TransactionException.NONCE_IS_MAX"],
        "TR_RLP_WRONGVALUE": ["TransactionException.RLP_INVALID_VALUE"],
        "TR_TipGtFeeCap": ["TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS"],
        "TR_TypeNotSupported": [
            "TransactionException.TYPE_1_TX_PRE_FORK", "TransactionException.TYPE_2_TX_PRE_FORK",
            "TransactionException.TYPE_3_TX_PRE_FORK", "TransactionException.TYPE_4_TX_PRE_FORK",
        ],
        "ExtraDataTooBig": ["BlockException.EXTRA_DATA_TOO_BIG"],
        "InvalidBlockNonce": ["BlockException.INVALID_POW"],
        "InvalidDifficulty": ["BlockException.INVALID_DIFFICULTY"],
        "InvalidGasLimit": ["BlockException.INVALID_GASLIMIT", "BlockException.GASLIMIT_TOO_BIG"],
        "InvalidLogBloom": ["BlockException.INVALID_LOG_BLOOM"],
        "InvalidNumber": ["BlockException.INVALID_BLOCK_NUMBER"],
        "InvalidReceiptsStateRoot": ["BlockException.INVALID_RECEIPTS_ROOT"],
        "InvalidStateRoot": ["BlockException.INVALID_STATE_ROOT"],
        "InvalidTimestamp": ["BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"],
        "InvalidTransactionsRoot": ["BlockException.INVALID_TRANSACTIONS_ROOT"],
        "InvalidUncleParentHash": ["BlockException.UNCLE_PARENT_INCORRECT", "BlockException.UNCLE_IS_ANCESTOR"],
        "InvalidUnclesHash": ["BlockException.INVALID_UNCLES_HASH"],
        "TooManyUncles": ["BlockException.TOO_MANY_UNCLES"],
        "TooMuchGasUsed": ["BlockException.GAS_USED_OVERFLOW", "TransactionException.GAS_ALLOWANCE_EXCEEDED"],
        "UncleInChain": ["BlockException.UNCLE_IN_CHAIN", "BlockException.UNCLE_IS_ANCESTOR"],
        "UncleIsBrother": ["BlockException.UNCLE_IS_BROTHER"],
        "UnknownParent": ["BlockException.UNKNOWN_PARENT", "BlockException.UNKNOWN_PARENT_ZERO"],
    ]
}
