public import Chain
public import Foundations
import JSONText

/// The rules of a whole chain: those of proof of work, those from the terminal total difficulty on, and the points at
/// which they change.
public struct ChainRules: Equatable, Sendable {
    /// While proof of work lasts; for a chain without a terminal difficulty all there is.
    public let configuration: ChainConfiguration
    public let terminal: BlockTree.Terminal?
    /// Blocks and timestamps at which rules change, genesis excluded, ascending: what a fork identifier is made of.
    /// https://eips.ethereum.org/EIPS/eip-6122
    public let forkBlocks: [UInt64]
    public let forkTimestamps: [UInt64]
    /// The first block that is sure to be behind the merge, where the chain names it.
    public let mergeNetsplitBlock: UInt64?

    /// The rules of a chain that has one configuration from its first block on, and perhaps another from a terminal
    /// total difficulty on.
    public init(_ configuration: ChainConfiguration, terminal: BlockTree.Terminal? = nil) {
        self.configuration = configuration
        self.terminal = terminal
        forkBlocks = []
        forkTimestamps = []
        mergeNetsplitBlock = nil
    }

    /// The rules by which the block of `header` was made: only blocks before Paris have a difficulty.
    public func configuration(of header: Header) -> ChainConfiguration {
        guard let terminal, header.difficulty.isZero else { return configuration }
        return terminal.configuration
    }

    public var chainID: UInt64 { configuration.chainID }

    /// Whether a block is sure to be behind the merge, as far as the configuration tells.
    func isMerged(number: UInt64, timestamp: UInt64) -> Bool {
        guard let terminal else { return configuration.fork(number: number, timestamp: timestamp) >= .paris }
        if terminal.totalDifficulty.isZero || mergeNetsplitBlock.map({ number >= $0 }) ?? false { return true }
        return terminal.configuration.fork(number: number, timestamp: timestamp) >= .shanghai
    }

    /// The four bytes that name a chain and the rules that hold in it at `timestamp`, all fork blocks passed.
    /// Sources: EIP-2124, EIP-6122.
    public func forkIdentifier(genesis: Bytes32, timestamp: UInt64) -> UInt32 {
        var checksum = CRC32.update(0, genesis.bytes)
        for fork in forkBlocks + forkTimestamps.prefix(while: { $0 <= timestamp }) {
            checksum = CRC32.update(checksum, UInt256(fork).bigEndianBytes.suffix(8))
        }
        return checksum
    }
}

extension ChainRules {
    /// Names of geth's configuration, and the fork that begins there.
    private static let blockForks: [(key: StaticString, fork: Fork)] = [
        ("homesteadBlock", .homestead), ("eip150Block", .tangerineWhistle), ("eip158Block", .spuriousDragon),
        ("byzantiumBlock", .byzantium), ("constantinopleBlock", .constantinople), ("petersburgBlock", .petersburg),
        ("istanbulBlock", .istanbul), ("muirGlacierBlock", .muirGlacier), ("berlinBlock", .berlin),
        ("londonBlock", .london), ("arrowGlacierBlock", .arrowGlacier), ("grayGlacierBlock", .grayGlacier),
    ]
    private static let timeForks: [(key: StaticString, blobs: StaticString?, fork: Fork)] = [
        ("shanghaiTime", nil, .shanghai), ("cancunTime", "cancun", .cancun), ("pragueTime", "prague", .prague),
        ("osakaTime", "osaka", .osaka), ("amsterdamTime", "amsterdam", .amsterdam),
    ]
    /// Blob parameters that change between forks. https://eips.ethereum.org/EIPS/eip-7892
    private static let blobForks: [(key: StaticString, blobs: StaticString)] = [
        ("bpo1Time", "bpo1"), ("bpo2Time", "bpo2"), ("bpo3Time", "bpo3"), ("bpo4Time", "bpo4"), ("bpo5Time", "bpo5"),
    ]

    /// Reads the `config` object of geth's genesis files.
    init(geth config: JSONValue, genesisTimestamp: UInt64, allowsDrafts: Bool) throws(GenesisError) {
        guard let chainID = try GenesisFile.integer(config, "chainId", "config: ") else {
            throw GenesisError("config: 'chainId' is missing")
        }
        for entry in config.object ?? [] where entry.key.hasSuffix("Time") && !entry.value.isNull {
            let isKnown =
                ChainRules.timeForks.contains { "\($0.key)" == entry.key }
                || ChainRules.blobForks.contains { "\($0.key)" == entry.key }
            if !isKnown { throw GenesisError("config: the rules of '\(entry.key)' are not known to this version") }
        }
        var forks: [(fork: Fork, activation: ChainConfiguration.Activation)] = [(.frontier, .block(0))]
        var blocks: [UInt64] = []
        for (key, fork) in ChainRules.blockForks {
            if let block = try GenesisFile.integer(config, key, "config: ") {
                forks.append((fork, .block(block)))
                blocks.append(block)
            } else if fork == .petersburg, let before = forks.last, before.fork == .constantinople {
                // Where geth's configuration does not name Petersburg, it came with Constantinople.
                forks.append((fork, before.activation))
            }
        }
        var daoForkBlock: UInt64?
        if let block = try GenesisFile.integer(config, "daoForkBlock", "config: ") {
            blocks.append(block)
            if config["daoForkSupport"]?.bool == true { daoForkBlock = block }
        }
        let replayProtection = try GenesisFile.integer(config, "eip155Block", "config: ")
        if let replayProtection { blocks.append(replayProtection) }
        mergeNetsplitBlock = try GenesisFile.integer(config, "mergeNetsplitBlock", "config: ")
        if let mergeNetsplitBlock { blocks.append(mergeNetsplitBlock) }

        var lateForks: [(fork: Fork, activation: ChainConfiguration.Activation)] = [(.paris, .block(0))]
        var times: [UInt64] = []
        var schedule: [(timestamp: UInt64, parameters: BlobParameters)] = []
        for (key, blobs, fork) in ChainRules.timeForks {
            guard let time = try GenesisFile.integer(config, key, "config: ") else { continue }
            if fork.isDraft, !allowsDrafts { throw GenesisError("config: '\(key)' begins a draft fork") }
            lateForks.append((fork, .timestamp(time)))
            times.append(time)
            if let blobs, let parameters = try ChainRules.blobParameters(config, blobs) {
                schedule.append((time, parameters))
            }
        }
        for (key, blobs) in ChainRules.blobForks {
            guard let time = try GenesisFile.integer(config, key, "config: ") else { continue }
            guard let parameters = try ChainRules.blobParameters(config, blobs) else {
                throw GenesisError("config: '\(key)' needs an entry '\(blobs)' in 'blobSchedule'")
            }
            times.append(time)
            schedule.append((time, parameters))
        }
        // Condor's own: from this block on the chain has a venue.
        let venueActivation = try GenesisFile.integer(config, "venueBlock", "config: ")
        if let venueActivation { blocks.append(venueActivation) }
        var early = ChainConfiguration(
            chainID: chainID, forks: forks, daoForkBlock: daoForkBlock, venueActivation: venueActivation)
        if let address = GenesisFile.present(config["depositContractAddress"]) {
            guard let address = address.address else {
                throw GenesisError("config: 'depositContractAddress' must be an address")
            }
            early.depositContract = address
        }
        configuration = early
        forkBlocks = Set(blocks).subtracting([0]).sorted()
        forkTimestamps = Set(times).filter { $0 > genesisTimestamp }.sorted()
        guard let difficulty = try GenesisFile.word(config, "terminalTotalDifficulty", "config: ") else {
            guard times.isEmpty else {
                throw GenesisError("config: forks by time need 'terminalTotalDifficulty'")
            }
            terminal = nil
            return
        }
        var late = early
        late.forks += lateForks
        late.blobSchedule = schedule.sorted { $0.timestamp < $1.timestamp }
        terminal = BlockTree.Terminal(totalDifficulty: difficulty, configuration: late)
    }

    private static func blobParameters(
        _ config: JSONValue, _ name: StaticString
    ) throws(GenesisError) -> BlobParameters? {
        guard let entry = GenesisFile.present(config["blobSchedule"]?[name]) else { return nil }
        let place = "config: blobSchedule: \(name): "
        guard let target = try GenesisFile.integer(entry, "target", place),
            let max = try GenesisFile.integer(entry, "max", place),
            let fraction = try GenesisFile.integer(entry, "baseFeeUpdateFraction", place), target <= max,
            max <= 1 << 32, fraction > 0
        else { throw GenesisError(place + "needs target, max (not below target) and baseFeeUpdateFraction") }
        return BlobParameters(target: target, max: max, baseFeeUpdateFraction: fraction)
    }
}

/// The checksum of IEEE 802.3, as fork identifiers use it.
enum CRC32 {
    static func update(_ checksum: UInt32, _ bytes: some Sequence<UInt8>) -> UInt32 {
        var register = ~checksum
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = (register >> 1) ^ (register & 1 == 1 ? 0xedb8_8320 : 0) }
        }
        return ~register
    }
}
