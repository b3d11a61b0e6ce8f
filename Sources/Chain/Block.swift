public import Foundations

/// The 2048-bit filter over log addresses and topics.
public struct Bloom: Equatable, Sendable {
    /// 256 bytes, as they stand in headers and receipts.
    public var bytes: [UInt8]

    public init() { bytes = [UInt8](repeating: 0, count: 256) }
}

/// An event that a contract emitted.
public struct Log: Equatable, Sendable {
    public var address: Address
    public var topics: [Bytes32]
    public var data: [UInt8]

    public init(address: Address, topics: [Bytes32], data: [UInt8]) {
        self.address = address
        self.topics = topics
        self.data = data
    }
}

/// A payment from the consensus layer. Source: EIP-4895.
public struct Withdrawal: Equatable, Sendable {
    public var index: UInt64
    public var validatorIndex: UInt64
    public var address: Address
    /// In Gwei.
    public var amount: UInt64

    public init(index: UInt64, validatorIndex: UInt64, address: Address, amount: UInt64) {
        self.index = index
        self.validatorIndex = validatorIndex
        self.address = address
        self.amount = amount
    }
}

/// What a transaction left behind in its block.
public struct Receipt: Equatable, Sendable {
    public var type: TransactionType
    /// Before Byzantium: the state root after the transaction; nil from Byzantium on.
    public var postState: Bytes32?
    public var succeeded: Bool
    public var cumulativeGasUsed: UInt64
    public var bloom: Bloom
    public var logs: [Log]

    public init(
        type: TransactionType, postState: Bytes32? = nil, succeeded: Bool, cumulativeGasUsed: UInt64, bloom: Bloom,
        logs: [Log]
    ) {
        self.type = type
        self.postState = postState
        self.succeeded = succeeded
        self.cumulativeGasUsed = cumulativeGasUsed
        self.bloom = bloom
        self.logs = logs
    }
}

/// A block header. Optional fields are absent before the fork that brought them.
public struct Header: Equatable, Sendable {
    public var parentHash: Bytes32 = .zero
    public var ommersHash: Bytes32 = .zero
    public var beneficiary: Address = .zero
    public var stateRoot: Bytes32 = .zero
    public var transactionsRoot: Bytes32 = .zero
    public var receiptsRoot: Bytes32 = .zero
    public var bloom = Bloom()
    public var difficulty: UInt256 = .zero
    public var number: UInt64 = 0
    public var gasLimit: UInt64 = 0
    public var gasUsed: UInt64 = 0
    public var timestamp: UInt64 = 0
    public var extraData: [UInt8] = []
    /// `mixHash` before Paris, `prevRandao` from then on.
    public var mixHash: Bytes32 = .zero
    /// The proof-of-work nonce: 8 bytes, big-endian.
    public var nonce: UInt64 = 0
    /// London.
    public var baseFeePerGas: UInt256?
    /// Shanghai.
    public var withdrawalsRoot: Bytes32?
    /// Cancun.
    public var blobGasUsed: UInt64?
    public var excessBlobGas: UInt64?
    public var parentBeaconBlockRoot: Bytes32?
    /// Prague.
    public var requestsHash: Bytes32?
    /// Amsterdam.
    public var blockAccessListHash: Bytes32?
    public var slotNumber: UInt64?

    public init() {}
}

/// A block: header and body.
public struct Block: Equatable, Sendable {
    public var header: Header
    public var transactions: [Transaction]
    public var ommers: [Header]
    /// Absent before Shanghai.
    public var withdrawals: [Withdrawal]?

    public init(header: Header, transactions: [Transaction], ommers: [Header] = [], withdrawals: [Withdrawal]? = nil) {
        self.header = header
        self.transactions = transactions
        self.ommers = ommers
        self.withdrawals = withdrawals
    }
}
