import Chain
import EVM
import Execution
import Foundation
import Foundations
import State
public import Storage

/// A folder that holds one chain: the archive of its blocks in `blocks`, the store in `store`.
public struct DataDirectory: Sendable {
    public let database: ChainDatabase
    public let rules: ChainRules

    /// Opens the chain of a genesis file, or begins it in an empty folder.
    public init(_ folder: String, genesis text: [UInt8], options: ChainDatabase.Options) throws {
        let file = try GenesisFile(parsing: text)
        rules = file.rules
        database = try DataDirectory.open(
            folder, options, genesis: DataDirectory.first(file.block, file.accounts), description: text)
    }

    /// The chain of a genesis file in memory.
    public init(inMemory file: GenesisFile) throws {
        rules = file.rules
        database = try ChainDatabase(
            store: MemoryStore(), disk: MemoryDisk(), genesis: DataDirectory.first(file.block, file.accounts))
    }

    /// Opens the chain that a folder holds already.
    public init(_ folder: String, options: ChainDatabase.Options) throws {
        let store = try DataDirectory.store(folder)
        guard let description = try ChainDatabase.description(of: store) else {
            throw NodeError("\(folder) holds no chain: condor import begins one, or condor node --dev --data-dir")
        }
        rules = try DataDirectory.rules(description)
        database = try ChainDatabase(store: store, disk: SystemDisk(folder: folder + "/blocks"), options: options)
    }

    /// A chain in memory that begins with a block of the chain in a folder, nil for its head. The folder is read through
    /// as it is now, and never written; another process may have it open.
    public init(forking folder: String, at block: UInt64?, options: ChainDatabase.Options) throws {
        let missing = NodeError("\(folder) holds no chain: condor import begins one, or condor node --dev --data-dir")
        guard FileManager.default.fileExists(atPath: folder + "/store/CURRENT") else { throw missing }
        let store = try RocksStore(folder: folder + "/store", isReadOnly: true)
        guard let description = try ChainDatabase.description(of: store) else { throw missing }
        rules = try DataDirectory.rules(description)
        database = try ChainDatabase(
            forking: store, disk: SystemDisk(folder: folder + "/blocks", isReadOnly: true), at: block,
            top: MemoryStore(), own: MemoryDisk(), options: options)
    }

    private static func rules(_ description: [UInt8]) throws -> ChainRules {
        if let development = DevelopmentChain(description: description) {
            return ChainRules(.development(chainID: development.chainID))
        }
        return try GenesisFile(parsing: description).rules
    }

    /// Opens a development chain, or begins it in an empty folder; without a folder it is kept in memory.
    static func development(
        _ folder: String?, _ configuration: DevelopmentChain, _ accounts: [Address], options: ChainDatabase.Options
    ) throws -> ChainDatabase {
        func genesis(_ time: UInt64) throws -> StoredBlock {
            try DevelopmentGenesis(configuration, accounts, time: time).block
        }
        let time = configuration.genesisTime ?? UInt64(Date().timeIntervalSince1970)
        guard let folder else {
            return try ChainDatabase(store: MemoryStore(), disk: MemoryDisk(), options: options, genesis: genesis(time))
        }
        // Before the folder is made, which a file that is not valid leaves alone.
        let first = try genesis(time)
        let store = try DataDirectory.store(folder)
        guard let description = try ChainDatabase.description(of: store) else {
            return try open(folder, store, options, genesis: first, description: configuration.description)
        }
        guard let earlier = DevelopmentChain(description: description), earlier.chainID == configuration.chainID
        else { throw NodeError("\(folder) holds another chain than --dev with chain id \(configuration.chainID)") }
        // The first block's time is when the chain was begun: the one that is there holds.
        let database = try ChainDatabase(store: store, disk: SystemDisk(folder: folder + "/blocks"), options: options)
        if configuration.venue != nil, let begun = try database.hash(of: 0).flatMap({ try database.block($0) }),
            try genesis(begun.block.header.timestamp).hash != begun.hash
        {
            throw NodeError(
                "the chain in \(folder) began with another venue or other accounts; without --venue it goes on as it is"
            )
        }
        return database
    }

    private static func open(
        _ folder: String, _ options: ChainDatabase.Options, genesis: StoredBlock, description: [UInt8]
    ) throws -> ChainDatabase {
        try open(folder, store(folder), options, genesis: genesis, description: description)
    }

    private static func open(
        _ folder: String, _ store: any Store, _ options: ChainDatabase.Options, genesis: StoredBlock,
        description: [UInt8]
    ) throws -> ChainDatabase {
        try ChainDatabase(
            store: store, disk: SystemDisk(folder: folder + "/blocks"), options: options, genesis: genesis,
            description: description)
    }

    private static func store(_ folder: String) throws -> any Store {
        _ = try SystemDisk(folder: folder)
        return try RocksStore(folder: folder + "/store")
    }

    /// Begins a folder with a snapshot.
    public static func load(snapshot name: String, on disk: any Disk, into folder: String) throws -> Snapshot.Content {
        try Snapshot.load(disk, name: name, into: store(folder), blocks: SystemDisk(folder: folder + "/blocks"))
    }

    static func first(_ block: Block, _ accounts: [GenesisAccount]) -> StoredBlock {
        StoredBlock(
            block: block, receipts: [], transactions: [], totalDifficulty: block.header.difficulty,
            diff: StateDiff(genesis: accounts))
    }
}

extension DevelopmentChain {
    private static let word = "condor development chain "

    /// How a data folder says that it holds a development chain.
    var description: [UInt8] { Array("\(DevelopmentChain.word)\(chainID)".utf8) }

    init?(description: [UInt8]) {
        let text = String(decoding: description, as: UTF8.self)
        guard text.hasPrefix(DevelopmentChain.word),
            let chainID = UInt64(text.dropFirst(DevelopmentChain.word.count))
        else { return nil }
        self.init()
        self.chainID = chainID
    }
}
