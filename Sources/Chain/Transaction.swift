public import Foundations

/// The EIP-2718 type of a transaction.
public enum TransactionType: UInt8, Sendable, CaseIterable {
    case legacy = 0
    /// https://eips.ethereum.org/EIPS/eip-2930
    case accessList = 1
    /// https://eips.ethereum.org/EIPS/eip-1559
    case dynamicFee = 2
    /// https://eips.ethereum.org/EIPS/eip-4844
    case blob = 3
    /// https://eips.ethereum.org/EIPS/eip-7702
    case setCode = 4
}

/// One account of an access list and the slots of it that the transaction means to touch.
public struct AccessListEntry: Equatable, Sendable {
    public var address: Address
    public var storageKeys: [UInt256]

    public init(address: Address, storageKeys: [UInt256]) {
        self.address = address
        self.storageKeys = storageKeys
    }
}

/// A signature over a hash; `v` of legacy transactions is `yParity` plus an offset that the codec handles.
public struct Signature: Equatable, Sendable {
    /// What a legacy transaction that nobody signed has, as simulations make them: its `v` is 0, which no decoder takes.
    public static var unsignedLegacy: Signature { Signature(yParity: .max, r: .zero, s: .zero) }

    public var yParity: UInt64
    public var r: UInt256
    public var s: UInt256

    public init(yParity: UInt64, r: UInt256, s: UInt256) {
        self.yParity = yParity
        self.r = r
        self.s = s
    }
}

/// An owner's permission to delegate its account's code. Source: EIP-7702.
public struct Authorization: Equatable, Sendable {
    public var chainID: UInt256
    public var address: Address
    public var nonce: UInt64
    public var signature: Signature

    public init(chainID: UInt256, address: Address, nonce: UInt64, signature: Signature) {
        self.chainID = chainID
        self.address = address
        self.nonce = nonce
        self.signature = signature
    }
}

/// A transaction of any type; fields that a type does not have keep their defaults.
public struct Transaction: Equatable, Sendable {
    public var type: TransactionType = .legacy
    /// nil only for legacy transactions from before EIP-155.
    public var chainID: UInt64?
    public var nonce: UInt64 = 0
    /// Types 0 and 1: the gas price. Types 2 and later: the most that is paid per gas, base fee included.
    public var maxFeePerGas: UInt256 = .zero
    /// Types 2 and later: the most that goes to the block's beneficiary. Types 0 and 1: equal to `maxFeePerGas`.
    public var maxPriorityFeePerGas: UInt256 = .zero
    public var gasLimit: UInt64 = 0
    /// nil creates a contract.
    public var to: Address?
    public var value: UInt256 = .zero
    public var data: [UInt8] = []
    public var accessList: [AccessListEntry] = []
    public var maxFeePerBlobGas: UInt256 = .zero
    public var blobVersionedHashes: [Bytes32] = []
    public var authorizations: [Authorization] = []
    public var signature = Signature(yParity: 0, r: .zero, s: .zero)

    public init() {}
}
