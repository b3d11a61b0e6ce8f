public import Chain
public import EVM

/// What a transaction costs before any code runs.
public struct IntrinsicGas: Equatable, Sendable {
    /// Paid in any case, out of the gas limit.
    public let base: UInt64
    /// The part of `base` that is state gas: for the account or the delegations that the transaction may make.
    /// https://eips.ethereum.org/EIPS/eip-8037
    public let state: UInt64
    /// The other part.
    public var regular: UInt64 { base - state }
    /// The least that the whole transaction pays from Prague on, 0 before. https://eips.ethereum.org/EIPS/eip-7623
    public let floor: UInt64

    /// Sources: Yellow Paper; EIP-2 (creation), EIP-2028 (data), EIP-2930 (access list), EIP-3860 (init code),
    /// EIP-7623 and EIP-7976 (floor), EIP-7702 (authorisations), EIP-7981 (access list as data), EIP-8037 (state gas).
    /// `statePrices` are those of the block, nil before Amsterdam.
    public init(_ transaction: Transaction, fork: Fork, statePrices: StatePrices? = nil) {
        let isAmsterdam = fork >= .amsterdam
        let zeros = UInt64(transaction.data.count { $0 == 0 })
        let nonZeros = UInt64(transaction.data.count) - zeros
        var gas: UInt64 = 21000 + 4 * zeros + (fork >= .istanbul ? 16 : 68) * nonZeros
        if transaction.to == nil {
            if fork >= .homestead { gas += isAmsterdam ? 9000 : 32000 }
            if fork >= .shanghai { gas += 2 * ((UInt64(transaction.data.count) + 31) / 32) }
        }
        var listBytes: UInt64 = 0
        for entry in transaction.accessList {
            gas += 2400 + 1900 * UInt64(entry.storageKeys.count)
            listBytes += 20 + 32 * UInt64(entry.storageKeys.count)
        }
        let authorizations = UInt64(transaction.authorizations.count)
        gas += (isAmsterdam ? 7500 : 25000) * authorizations
        if isAmsterdam { gas += 64 * listBytes }
        if let prices = statePrices {
            let created = UInt64(prices.account) * (authorizations + (transaction.to == nil ? 1 : 0))
            state = created + UInt64(prices.delegation) * authorizations
        } else {
            state = 0
        }
        base = gas + state
        if isAmsterdam {
            floor = 21000 + 64 * (zeros + nonZeros + listBytes)
        } else {
            floor = fork >= .prague ? 21000 + 10 * (zeros + 4 * nonZeros) : 0
        }
    }
}
