import Chain

/// The gas rules that change from fork to fork and are no opcode's constant price, read once per machine.
///
/// Sources: Yellow Paper appendix G; EIP-150, 160, 161, 1283, 2200, 2929, 3529, 3651, 3860, 6780.
struct GasRules {
    let fork: Fork
    /// EXP, for each significant byte of the exponent.
    let expByte: UInt64
    /// SSTORE's metering: by the plain rule of old, or net of the transaction.
    let storage: StorageRule
    let storageSet: Int64 = 20000
    let storageReset: Int64
    let storageClearRefund: Int64
    /// SLOAD of a warm slot, and what a no-op SSTORE costs.
    let warmAccess: Int64
    /// 0 before Berlin.
    let coldSlot: Int64
    let coldAccount: Int64
    let selfDestructRefund: Int64

    enum StorageRule {
        /// Set from zero costs more, clearing gives back.
        case plain
        /// https://eips.ethereum.org/EIPS/eip-1283, Constantinople only
        case net
        /// https://eips.ethereum.org/EIPS/eip-2200
        case netWithStipendGuard
    }

    init(fork: Fork) {
        self.fork = fork
        expByte = fork >= .spuriousDragon ? 50 : 10
        if fork >= .istanbul {
            storage = .netWithStipendGuard
        } else {
            storage = fork == .constantinople ? .net : .plain
        }
        let isBerlin = fork >= .berlin
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
    var maxCodeSize: Int { fork >= .spuriousDragon ? 24576 : .max }
    /// https://eips.ethereum.org/EIPS/eip-3860
    var maxInitCodeSize: Int { fork >= .shanghai ? 49152 : .max }
    var initCodeWord: Int64 { fork >= .shanghai ? 2 : 0 }
}
