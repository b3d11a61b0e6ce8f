public import Foundations

/// Blob limits and pricing in force. Sources: EIP-4844, EIP-7691, EIP-7840, EIP-7892.
public struct BlobParameters: Equatable, Sendable {
    /// Blobs per block.
    public var target: UInt64
    public var max: UInt64
    public var baseFeeUpdateFraction: UInt64

    public init(target: UInt64, max: UInt64, baseFeeUpdateFraction: UInt64) {
        self.target = target
        self.max = max
        self.baseFeeUpdateFraction = baseFeeUpdateFraction
    }

    /// What `fork` brings where a chain does not say otherwise; nil before Cancun.
    public static func standard(_ fork: Fork) -> BlobParameters? {
        if fork >= .amsterdam { return BlobParameters(target: 14, max: 21, baseFeeUpdateFraction: 11_684_671) }
        if fork >= .prague { return BlobParameters(target: 6, max: 9, baseFeeUpdateFraction: 5_007_716) }
        return fork >= .cancun ? BlobParameters(target: 3, max: 6, baseFeeUpdateFraction: 3_338_477) : nil
    }
}

/// Which rules hold in which block of a chain.
public struct ChainConfiguration: Equatable, Sendable {
    /// When a fork begins: forks up to Paris by block number, later ones by timestamp.
    public enum Activation: Equatable, Sendable {
        case block(UInt64)
        case timestamp(UInt64)

        func holds(number: UInt64, timestamp: UInt64) -> Bool {
            switch self {
            case .block(let first): number >= first
            case .timestamp(let first): timestamp >= first
            }
        }
    }

    public var chainID: UInt64
    /// Ascending by fork; a fork that is not named never begins.
    public var forks: [(fork: Fork, activation: Activation)]
    /// Blob parameters that replace the standard ones, ascending by their first timestamp.
    /// https://eips.ethereum.org/EIPS/eip-7892
    public var blobSchedule: [(timestamp: UInt64, parameters: BlobParameters)]
    /// The block of the DAO fork; nil where it never happened. https://eips.ethereum.org/EIPS/eip-779
    public var daoForkBlock: UInt64?
    /// The first block in which the venue's native contracts exist; nil for plain Ethereum.
    public var venueActivation: UInt64?
    /// Where deposits are made. https://eips.ethereum.org/EIPS/eip-6110
    public var depositContract = ChainConfiguration.mainnetDepositContract

    public init(
        chainID: UInt64, forks: [(fork: Fork, activation: Activation)],
        blobSchedule: [(timestamp: UInt64, parameters: BlobParameters)] = [], daoForkBlock: UInt64? = nil,
        venueActivation: UInt64? = nil
    ) {
        self.chainID = chainID
        self.forks = forks
        self.blobSchedule = blobSchedule
        self.daoForkBlock = daoForkBlock
        self.venueActivation = venueActivation
    }

    public func fork(number: UInt64, timestamp: UInt64) -> Fork {
        forks.last { $0.activation.holds(number: number, timestamp: timestamp) }?.fork ?? .frontier
    }

    /// nil before Cancun.
    public func blobParameters(number: UInt64, timestamp: UInt64) -> BlobParameters? {
        guard let standard = BlobParameters.standard(fork(number: number, timestamp: timestamp)) else { return nil }
        return blobSchedule.last { $0.timestamp <= timestamp }?.parameters ?? standard
    }

    /// Whether the block is one of the first ten of the DAO fork, which carry `daoExtraData`.
    public func isDAOBlock(_ number: UInt64) -> Bool {
        daoForkBlock.map { number >= $0 && number - $0 < 10 } ?? false
    }

    /// "dao-hard-fork"
    public static var daoExtraData: [UInt8] { [100, 97, 111, 45, 104, 97, 114, 100, 45, 102, 111, 114, 107] }

    public func venueIsActive(number: UInt64) -> Bool {
        venueActivation.map { number >= $0 } ?? false
    }

    public static func == (left: ChainConfiguration, right: ChainConfiguration) -> Bool {
        left.chainID == right.chainID && left.daoForkBlock == right.daoForkBlock
            && left.venueActivation == right.venueActivation && left.depositContract == right.depositContract
            && left.forks.elementsEqual(right.forks) { $0.fork == $1.fork && $0.activation == $1.activation }
            && left.blobSchedule.elementsEqual(right.blobSchedule) {
                $0.timestamp == $1.timestamp && $0.parameters == $1.parameters
            }
    }

    /// The deposit contract of Ethereum's main network.
    public static var mainnetDepositContract: Address {
        Address(UInt256(limbs: 0x9cbe_0530_3d77_05fa, 0x219a_b540_356c_bb83, 0x0000_0000, 0))
    }

    /// A chain for development: every fork up to the latest from the first block on, and the venue.
    public static func development(chainID: UInt64) -> ChainConfiguration {
        ChainConfiguration(chainID: chainID, forks: [(.latest, .block(0))], venueActivation: 0)
    }

    /// Ethereum's main network.
    public static var mainnet: ChainConfiguration {
        ChainConfiguration(
            chainID: 1,
            forks: [
                (.frontier, .block(0)), (.homestead, .block(1_150_000)), (.tangerineWhistle, .block(2_463_000)),
                (.spuriousDragon, .block(2_675_000)), (.byzantium, .block(4_370_000)),
                (.petersburg, .block(7_280_000)), (.istanbul, .block(9_069_000)), (.muirGlacier, .block(9_200_000)),
                (.berlin, .block(12_244_000)), (.london, .block(12_965_000)), (.arrowGlacier, .block(13_773_000)),
                (.grayGlacier, .block(15_050_000)), (.paris, .block(15_537_394)),
                (.shanghai, .timestamp(1_681_338_455)), (.cancun, .timestamp(1_710_338_135)),
                (.prague, .timestamp(1_746_612_311)), (.osaka, .timestamp(1_764_798_551)),
            ],
            blobSchedule: [
                (1_765_290_071, BlobParameters(target: 10, max: 15, baseFeeUpdateFraction: 8_346_193)),
                (1_767_747_671, BlobParameters(target: 14, max: 21, baseFeeUpdateFraction: 11_684_671)),
            ], daoForkBlock: 1_920_000)
    }
}
