import Cryptography
import Derivatives
public import Foundations

/// What agents call of the venue's contracts (contracts/interfaces) and of its cash token.
public enum VenueABI {
    public static let oracle = Address(0x0c10)
    public static let instruments = Address(0x0c11)
    public static let book = Address(0x0c12)
    public static let clearing = Address(0x0c13)
    public static let liquidation = Address(0x0c14)
    public static let contracts = [oracle, instruments, book, clearing, liquidation]

    // Oracle.
    public static let report = ContractFunction(
        "report(uint8,uint32,uint64,int256[],uint256,uint64,uint8,uint256,uint256)")
    public static let indexPrice = ContractFunction("indexPrice(uint32)", returns: "int256,uint8")
    public static let markPrice = ContractFunction("markPrice(uint256)", returns: "int256")
    public static let forwardPrice = ContractFunction("forwardPrice(uint32,uint64)", returns: "int256")
    public static let publishers = ContractFunction("publishers()", returns: "address[],uint64[]")

    // Instruments.
    public static let instrumentCount = ContractFunction("instrumentCount()", returns: "uint32")
    public static let instrumentByNumber = ContractFunction("instrumentByNumber(uint32)", returns: "uint256")
    public static let instrument = ContractFunction(
        "instrument(uint256)", returns: "uint32,uint256,uint256,uint8,bool,int256")
    public static let setParameter = ContractFunction("setParameter(uint8,uint32,int256)")
    public static let underlyingCount = ContractFunction("underlyingCount()", returns: "uint32")
    public static let collateral = ContractFunction("collateral(uint32)", returns: "address,uint8,uint32,uint256")

    // Book.
    public static let placeOrder = ContractFunction(
        "placeOrder(address,uint32,uint256,bool,uint256,uint256,uint8,uint64,uint64,uint8,uint8,uint256)",
        returns: "uint256,uint256,uint256,uint256,uint8")
    public static let place = ContractFunction(
        "place(address,uint32,uint256,bool,uint256,uint256,uint8,uint64)",
        returns: "uint256,uint256,uint256,uint256,uint8")
    public static let cancelAll = ContractFunction("cancelAll(address,uint32,uint256)", returns: "uint32")
    public static let batch = ContractFunction("batch(bytes[],bool)", returns: "bool[],bytes[]")
    public static let top = ContractFunction("top(uint256)", returns: "uint256,uint256,uint256")

    // Clearing.
    public static let deposit = ContractFunction("deposit(address,uint32,uint32,uint256)")
    public static let setMarginMode = ContractFunction("setMarginMode(uint32,uint8)")
    public static let accountNumber = ContractFunction("accountNumber(address,uint32)", returns: "uint32")
    public static let account = ContractFunction(
        "account(address,uint32)", returns: "uint8,int256,int256,int256,int256")
    public static let totalDeposits = ContractFunction("totalDeposits()", returns: "int256")
    public static let collectedFees = ContractFunction("collectedFees()", returns: "int256")
    public static let insuranceFund = ContractFunction("insuranceFund()", returns: "int256")
    public static let positions = ContractFunction("positions(address,uint32)", returns: "uint256[],int256[],int256[]")

    // Liquidation.
    public static let bid = ContractFunction(
        "bid(address,uint32,address,uint32,uint256,int256,uint64)", returns: "uint256,int256,uint64")
    public static let contribute = ContractFunction("contribute(uint32,uint256)")
    public static let auction = ContractFunction(
        "auction(address,uint32)", returns: "uint8,uint64,uint64,int256,int256,uint256,uint256")
    public static let queue = ContractFunction("queue(uint64,uint64)", returns: "address[],uint32[],uint8[]")
    public static let solvency = ContractFunction(
        "solvency()", returns: "int256,int256,int256,int256,int256,uint64,uint64,uint64")

    // The faucet token that development venues have as cash.
    public static let mint = ContractFunction("mint(address,uint256)")
    public static let approve = ContractFunction("approve(address,uint256)", returns: "bool")
}

/// A log of one of the venue's contracts that agents or the demo follow.
public struct VenueLog: Sendable {
    public let kind: Kind
    /// The parameters in their order, indexed ones first as the contracts declare them.
    public let words: [UInt256]
    public let block: UInt64

    public enum Kind: String, Sendable, CaseIterable {
        case indexUpdated = "IndexUpdated(uint32,int256,uint8)"
        case markUpdated = "MarkUpdated(uint32,int256)"
        case breaker = "Breaker(uint8,uint32,int256,int256)"
        case underlyingAdded = "UnderlyingAdded(uint32,uint64)"
        case instrumentListed = "InstrumentListed(uint32,uint256,uint256,uint256)"
        case statusChanged = "StatusChanged(uint32,uint8)"
        case orderPlaced = "OrderPlaced(uint256,uint32,uint8,uint32,int64,uint64,uint64)"
        case orderRemoved = "OrderRemoved(uint256,uint32,uint8,int64)"
        case accountOpened = "AccountOpened(uint32,address,uint32)"
        case filled = "Filled(uint32,uint32,uint32,uint8,int256,int256,int256,int256)"
        case positionChanged = "PositionChanged(uint32,uint32,int256,int256)"
        case positionSettled = "PositionSettled(uint32,uint32,int256,int256)"
        case fundingAccrued = "FundingAccrued(uint32,int256,int256)"
        case fundingPaid = "FundingPaid(uint32,uint32,int256)"
        case badDebt = "BadDebt(uint32,int256)"
        case liquidationStep = "LiquidationStep(uint32,uint8,int256,int256)"
        case liquidationFilled = "LiquidationFilled(uint32,uint32,int256,int256)"
        case auctionBid = "AuctionBid(uint32,uint32,uint64,int256,int256,int256)"
        case insurancePaid = "InsurancePaid(uint32,uint32,int256)"
        case deleveraged = "Deleveraged(uint32,uint32,uint32,int256,int256)"
        case socialised = "Socialised(uint32,uint32,int256)"

        public var topic: Bytes32 { Keccak256.hash(Array(rawValue.utf8)) }
    }

    static let kinds: [Bytes32: Kind] = Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.topic, $0) })

    /// nil for a log that nobody here follows.
    init?(topics: [Bytes32], data: [UInt8], block: UInt64) {
        guard let first = topics.first, let kind = VenueLog.kinds[first] else { return nil }
        self.kind = kind
        self.block = block
        var words = topics.dropFirst().map(\.word)
        var start = 0
        while start + 32 <= data.count {
            words.append(UInt256(bigEndian: data[start..<(start + 32)]))
            start += 32
        }
        guard words.count == kind.rawValue.split(separator: ",").count else { return nil }
        self.words = words
    }

    public func integer(_ index: Int) -> UInt64 { words[index].clampedToUInt64 }
    public func number(_ index: Int) -> UInt32 { UInt32(clamping: words[index].clampedToUInt64) }
    public func amount(_ index: Int) -> Int128 { words[index].signedAmount }
}
