public import Chain
public import Foundations

/// What code can ask about its block. Same for all transactions of a block.
public struct BlockContext: Sendable {
    public var number: UInt64
    /// Seconds since 1970.
    public var timestamp: UInt64
    public var beneficiary: Address
    public var gasLimit: UInt64
    /// Zero before London.
    public var baseFeePerGas: UInt256
    /// Zero before Paris.
    public var prevRandao: Bytes32
    /// Zero from Paris on.
    public var difficulty: UInt256
    /// Price of blob gas; zero before Cancun.
    public var blobBaseFee: UInt256
    /// The beacon chain's slot; zero before Amsterdam.
    public var slotNumber: UInt64
    public var chainID: UInt64
    public var fork: Fork
    /// nil before Cancun.
    public var blobParameters: BlobParameters?
    /// Whether the chain configuration enables the venue's native contracts in this block.
    public var venueIsActive: Bool
    /// Whose events are deposits. https://eips.ethereum.org/EIPS/eip-6110
    public var depositContract = ChainConfiguration.mainnetDepositContract

    public init(
        number: UInt64, timestamp: UInt64, beneficiary: Address, gasLimit: UInt64, baseFeePerGas: UInt256 = .zero,
        prevRandao: Bytes32 = .zero, difficulty: UInt256 = .zero, blobBaseFee: UInt256 = .zero, slotNumber: UInt64 = 0,
        chainID: UInt64, fork: Fork, blobParameters: BlobParameters? = nil, venueIsActive: Bool = false
    ) {
        self.number = number
        self.timestamp = timestamp
        self.beneficiary = beneficiary
        self.gasLimit = gasLimit
        self.baseFeePerGas = baseFeePerGas
        self.prevRandao = prevRandao
        self.difficulty = difficulty
        self.blobBaseFee = blobBaseFee
        self.slotNumber = slotNumber
        self.chainID = chainID
        self.fork = fork
        self.blobParameters = blobParameters
        self.venueIsActive = venueIsActive
    }
}

/// What code can ask about its transaction.
public struct TransactionContext: Sendable {
    public var origin: Address
    public var gasPrice: UInt256
    public var blobVersionedHashes: [Bytes32]

    public init(origin: Address, gasPrice: UInt256, blobVersionedHashes: [Bytes32] = []) {
        self.origin = origin
        self.gasPrice = gasPrice
        self.blobVersionedHashes = blobVersionedHashes
    }
}
