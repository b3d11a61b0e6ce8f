public import Chain
import EVM
import Execution
public import Foundations
public import Storage

/// Blocks with the state behind each, grown by import: every block is checked and executed on its parent's state.
///
/// Branches are kept; the head is the tip with the most work, and from Paris on the block imported last, since the
/// consensus layer, which would choose, is not there. Everything stays in memory.
public struct BlockTree: Sendable {
    /// An imported block.
    public struct Entry: Sendable {
        public let block: Block
        public let hash: Bytes32
        /// The state after the block.
        public private(set) var state: MemoryState
        public let totalDifficulty: UInt256

        init(_ block: Block, _ state: MemoryState, totalDifficulty: UInt256) {
            self.block = block
            hash = block.header.hash
            self.state = state
            self.totalDifficulty = totalDifficulty
            self.state.setBlockHash(hash, number: block.header.number)
        }
    }

    /// Rules that begin when the parent's total difficulty reaches a value, as Paris did. EIP-3675.
    public struct Terminal: Equatable, Sendable {
        public let totalDifficulty: UInt256
        public let configuration: ChainConfiguration

        public init(totalDifficulty: UInt256, configuration: ChainConfiguration) {
            self.totalDifficulty = totalDifficulty
            self.configuration = configuration
        }
    }

    private let configuration: ChainConfiguration
    private let terminal: Terminal?
    private let seals: EthashEpochs?
    private var entries: [Bytes32: Entry] = [:]
    public private(set) var head: Entry

    /// With `seals`, proofs of work before Paris are checked.
    public init(
        genesis: Block, state: MemoryState, configuration: ChainConfiguration, terminal: Terminal? = nil,
        seals: EthashEpochs? = nil
    ) {
        self.seals = seals
        self.configuration = configuration
        self.terminal = terminal
        head = Entry(genesis, state, totalDifficulty: genesis.header.difficulty)
        entries[head.hash] = head
    }

    public init(genesis: GenesisFile, seals: EthashEpochs? = nil) {
        self.init(
            genesis: genesis.block, state: genesis.state, configuration: genesis.rules.configuration,
            terminal: genesis.rules.terminal, seals: seals)
    }

    public subscript(hash: Bytes32) -> Entry? { entries[hash] }

    /// The rules of a block on `parent`.
    private func rules(after parent: Entry) -> ChainConfiguration {
        if let terminal, parent.totalDifficulty >= terminal.totalDifficulty { return terminal.configuration }
        return configuration
    }

    // MARK: Import

    /// Reads, checks and executes a block on the parent that it names.
    @discardableResult
    public mutating func add(encoded: [UInt8]) throws(ImportError) -> Entry {
        let block: Block
        do throws(RLPError) {
            block = try Block(decoding: encoded)
        } catch {
            throw .malformed(error)
        }
        guard let parent = entries[block.header.parentHash] else {
            throw .unknownParent(block.header.parentHash)
        }
        let rules = rules(after: parent)
        let setting = BlockExecution.Setting(
            parent: parent.block.header, ancestors: ancestors(from: parent), rules: rules, seals: seals)
        let result = try BlockExecution.run(block, encodedCount: encoded.count, in: setting, on: parent.state)
        let entry = Entry(
            block, result.state,
            totalDifficulty: parent.totalDifficulty.addingReportingOverflow(block.header.difficulty).partialValue)
        entries[entry.hash] = entry
        let fork = rules.fork(number: block.header.number, timestamp: block.header.timestamp)
        if fork >= .paris || entry.totalDifficulty > head.totalDifficulty { head = entry }
        return entry
    }

    private func ancestors(from parent: Entry) -> [(hash: Bytes32, block: Block)] {
        var found: [(hash: Bytes32, block: Block)] = []
        var next: Entry? = parent
        while let entry = next, UInt64(found.count) <= HeaderValidation.maxOmmerDepth {
            found.append((entry.hash, entry.block))
            next = entries[entry.block.header.parentHash]
        }
        return found
    }
}

extension BlockContext {
    /// The environment of the transactions of the block with this header.
    init(_ header: Header, configuration: ChainConfiguration) {
        let fork = configuration.fork(number: header.number, timestamp: header.timestamp)
        let parameters = configuration.blobParameters(number: header.number, timestamp: header.timestamp)
        self.init(
            number: header.number, timestamp: header.timestamp, beneficiary: header.beneficiary,
            gasLimit: header.gasLimit, baseFeePerGas: header.baseFeePerGas ?? .zero,
            prevRandao: fork >= .paris ? header.mixHash : .zero, difficulty: header.difficulty,
            blobBaseFee: parameters.map {
                BlobGas.baseFee(excessBlobGas: header.excessBlobGas ?? 0, parameters: $0)
            } ?? .zero,
            slotNumber: header.slotNumber ?? 0, chainID: configuration.chainID, fork: fork, blobParameters: parameters,
            venueIsActive: configuration.venueIsActive(number: header.number))
        depositContract = configuration.depositContract
    }
}
