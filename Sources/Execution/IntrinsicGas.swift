public import Chain

/// What a transaction costs before any code runs.
public struct IntrinsicGas: Equatable, Sendable {
    /// Paid in any case, out of the gas limit.
    public let base: UInt64
    /// The least that the whole transaction pays from Prague on, 0 before. https://eips.ethereum.org/EIPS/eip-7623
    public let floor: UInt64

    /// Sources: Yellow Paper; EIP-2 (creation), EIP-2028 (data), EIP-2930 (access list), EIP-3860 (init code),
    /// EIP-7623 (floor), EIP-7702 (authorisations).
    public init(_ transaction: Transaction, fork: Fork) {
        let zeros = UInt64(transaction.data.count { $0 == 0 })
        let nonZeros = UInt64(transaction.data.count) - zeros
        var gas: UInt64 = 21000 + 4 * zeros + (fork >= .istanbul ? 16 : 68) * nonZeros
        if transaction.to == nil {
            if fork >= .homestead { gas += 32000 }
            if fork >= .shanghai { gas += 2 * ((UInt64(transaction.data.count) + 31) / 32) }
        }
        for entry in transaction.accessList {
            gas += 2400 + 1900 * UInt64(entry.storageKeys.count)
        }
        gas += 25000 * UInt64(transaction.authorizations.count)
        base = gas
        floor = fork >= .prague ? 21000 + 10 * (zeros + 4 * nonZeros) : 0
    }
}
