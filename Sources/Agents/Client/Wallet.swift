import Chain
import Cryptography
import Derivatives
public import Foundations

/// A key that signs transactions in order.
public final class Wallet {
    public let address: Address
    private let key: Bytes32
    private let chainID: UInt64
    /// The nonce of the next transaction.
    public private(set) var nonce: UInt64

    /// nil for a key that is none.
    public init?(key: Bytes32, chainID: UInt64, nonce: UInt64) {
        guard let address = Secp256k1.address(of: key) else { return nil }
        self.address = address
        self.key = key
        self.chainID = chainID
        self.nonce = nonce
    }

    /// What every transaction of an agent leaves to who makes the block: 1 Gwei per gas.
    private static let tip = UInt256(1_000_000_000)

    /// The next transaction, in the form that goes over the wire. It bears a base fee four times as high as now.
    func signed(to contract: Address, data: [UInt8], gas: UInt64, baseFee: UInt64) -> (bytes: [UInt8], hash: Bytes32) {
        var transaction = Transaction()
        transaction.type = .dynamicFee
        transaction.chainID = chainID
        transaction.nonce = nonce
        transaction.maxPriorityFeePerGas = Wallet.tip
        transaction.maxFeePerGas = UInt256(baseFee) &* UInt256(4) &+ Wallet.tip
        transaction.gasLimit = gas
        transaction.to = contract
        transaction.data = data
        if let signature = Secp256k1.sign(hash: transaction.signingHash, privateKey: key) {
            transaction.signature = Signature(yParity: UInt64(signature.yParity), r: signature.r, s: signature.s)
        }
        nonce += 1
        return (transaction.encoded, transaction.hash)
    }

    /// The node knows better, after it refused a transaction.
    func resume(at nonce: UInt64) { self.nonce = nonce }
}

/// Who signs the oracle's reports: a key that a venue knows as publisher.
public struct ReportSigner: Sendable {
    public let address: Address
    private let key: Bytes32

    public init?(key: Bytes32) {
        guard let address = Secp256k1.address(of: key) else { return nil }
        self.address = address
        self.key = key
    }

    /// The arguments of `report`: the report's fields and the signature of their hash (EIP-712).
    func arguments(_ report: FeedReport, chainID: UInt64) -> [ABIValue] {
        let signature = Secp256k1.sign(hash: report.digest(chainID: chainID), privateKey: key)
        return [
            .number(report.kind), .number(report.underlying), .number(report.expiry),
            .list(report.values.map { .amount($0) }), .amount(report.confidence), .number(report.timestamp),
            .number(signature?.yParity ?? 0), .word(signature?.r ?? .zero), .word(signature?.s ?? .zero),
        ]
    }
}

/// A report as a publisher signs it: typed data of EIP-712 under the chain and the oracle's address.
struct FeedReport: Equatable {
    /// 0 spot, 1 forward, 2 surface, 3 rate.
    var kind: UInt8
    var underlying: UInt32
    var expiry: UInt64 = 0
    var values: [Int128]
    var confidence: Int128 = wad
    var timestamp: UInt64

    private static func hash(_ text: String) -> UInt256 { Keccak256.hash(Array(text.utf8)).word }
    private static func hash(_ words: [UInt256]) -> UInt256 { Keccak256.hash(words.flatMap(\.bigEndianBytes)).word }

    private static let domainType = hash(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    private static let reportType = hash(
        "Report(uint8 kind,uint32 underlying,uint64 expiry,int256[] values,uint256 confidence,uint64 timestamp)")
    private static let name = hash("Condor Oracle")
    private static let version = hash("1")

    func digest(chainID: UInt64) -> Bytes32 {
        let body = FeedReport.hash([
            FeedReport.reportType, UInt256(UInt64(kind)), UInt256(UInt64(underlying)), UInt256(expiry),
            FeedReport.hash(values.map(\.word)), confidence.word, UInt256(timestamp),
        ])
        let domain = FeedReport.hash([
            FeedReport.domainType, FeedReport.name, FeedReport.version, UInt256(chainID), VenueABI.oracle.word,
        ])
        return Keccak256.hash([0x19, 0x01] + domain.bigEndianBytes + body.bigEndianBytes)
    }
}
