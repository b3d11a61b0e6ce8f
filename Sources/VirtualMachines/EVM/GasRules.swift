public import Chain

/// The gas rules that change from fork to fork and are no opcode's constant price, read once per machine.
///
/// Sources: Yellow Paper appendix G; EIP-150, 160, 161, 1283, 2200, 2929, 3529, 3651, 3860, 6780, 7708,
/// 7954, 8037.
struct GasRules {
    let fork: Fork
    /// EXP, for each significant byte of the exponent.
    let expByte: UInt64
    /// SSTORE's metering: by the plain rule of old, or net of the transaction.
    let storage: StorageRule
    let storageSet: Int64
    let storageReset: Int64
    let storageClearRefund: Int64
    /// SLOAD of a warm slot, and what a no-op SSTORE costs.
    let warmAccess: Int64
    /// 0 before Berlin.
    let coldSlot: Int64
    let coldAccount: Int64
    let selfDestructRefund: Int64
    /// What a call or SELFDESTRUCT pays when it brings an account into being.
    let newAccount: Int64
    /// Storing code: each byte, and each word for hashing it.
    let codeByte: Int64
    let codeWord: Int64
    /// What growing the state costs in gas of its own kind; nil where it has none.
    let statePrices: StatePrices?

    enum StorageRule {
        /// Set from zero costs more, clearing gives back.
        case plain
        /// https://eips.ethereum.org/EIPS/eip-1283, Constantinople only
        case net
        /// https://eips.ethereum.org/EIPS/eip-2200
        case netWithStipendGuard
    }

    init(fork: Fork, blockGasLimit: UInt64) {
        self.fork = fork
        expByte = fork >= .spuriousDragon ? 50 : 10
        if fork >= .istanbul {
            storage = .netWithStipendGuard
        } else {
            storage = fork == .constantinople ? .net : .plain
        }
        let isBerlin = fork >= .berlin
        statePrices = StatePrices(fork: fork, blockGasLimit: blockGasLimit)
        let isAmsterdam = fork >= .amsterdam
        storageSet = isAmsterdam ? 2900 : 20000
        newAccount = isAmsterdam ? 0 : 25000
        codeByte = isAmsterdam ? 0 : 200
        codeWord = isAmsterdam ? 6 : 0
        storageReset = isBerlin ? 2900 : 5000
        storageClearRefund = fork >= .london ? 4800 : 15000
        warmAccess = isBerlin ? 100 : fork >= .istanbul ? 800 : 200
        coldSlot = isBerlin ? 2100 : 0
        coldAccount = isBerlin ? 2600 : 0
        selfDestructRefund = fork >= .london ? 0 : 24000
    }

    var hasAccessLists: Bool { fork >= .berlin }
    /// Calls keep back 1/64 of the gas. https://eips.ethereum.org/EIPS/eip-150
    var keepsBackOne64th: Bool { fork >= .tangerineWhistle }
    /// Empty accounts do not exist. https://eips.ethereum.org/EIPS/eip-161
    var clearsEmptyAccounts: Bool { fork >= .spuriousDragon }
    /// https://eips.ethereum.org/EIPS/eip-170, https://eips.ethereum.org/EIPS/eip-7954
    var maxCodeSize: Int { fork >= .amsterdam ? 32768 : fork >= .spuriousDragon ? 24576 : .max }
    var maxInitCodeSize: Int { InitCode.maxSize(fork) }
    var initCodeWord: Int64 { fork >= .shanghai ? 2 : 0 }
    /// Ether that moves leaves a log. https://eips.ethereum.org/EIPS/eip-7708
    var logsTransfers: Bool { fork >= .amsterdam }
}

/// The limit on the code that creates a contract.
public enum InitCode {
    /// In bytes. https://eips.ethereum.org/EIPS/eip-3860, https://eips.ethereum.org/EIPS/eip-7954
    public static func maxSize(_ fork: Fork) -> Int {
        fork >= .amsterdam ? 65536 : fork >= .shanghai ? 49152 : .max
    }
}
