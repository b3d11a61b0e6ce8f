import Cryptography
public import Foundations
public import State

/// An account as a genesis file or a test fixture states it.
public struct GenesisAccount: Sendable {
    public var address: Address
    public var nonce: UInt64
    public var balance: UInt256
    public var code: [UInt8]
    /// Slots and values; zeros mean nothing.
    public var storage: [(slot: UInt256, value: UInt256)]

    public init(
        address: Address, nonce: UInt64 = 0, balance: UInt256 = .zero, code: [UInt8] = [],
        storage: [(slot: UInt256, value: UInt256)] = []
    ) {
        self.address = address
        self.nonce = nonce
        self.balance = balance
        self.code = code
        self.storage = storage
    }
}

extension StateDiff {
    /// What makes the state that holds just these accounts out of nothing.
    public init(genesis accounts: [GenesisAccount]) {
        self.init()
        for account in accounts {
            let hash = account.code.isEmpty ? Account.emptyCodeHash : Keccak256.hash(account.code)
            if !account.code.isEmpty { codes.append(.init(hash: hash, code: account.code)) }
            self.accounts.append(
                .init(
                    address: account.address,
                    account: Account(nonce: account.nonce, balance: account.balance, codeHash: hash),
                    slots: account.storage.filter { !$0.value.isZero }.sorted { $0.slot < $1.slot }))
        }
        self.accounts.sort { $0.address < $1.address }
    }
}

extension MemoryState {
    /// The state that holds just these accounts.
    public init(_ accounts: [GenesisAccount]) {
        self.init()
        apply(StateDiff(genesis: accounts))
    }
}
