import Chain
import Node
import State
import Storage
import Synchronization

/// Databases for official tests: one for each test, all in one store on disk.
final class FixtureDatabases: Sendable {
    private let store: RocksStore
    private let folder: String
    private let count = Atomic<UInt32>(0)

    init(folder: String) throws {
        _ = try SystemDisk(folder: folder)
        store = try RocksStore(folder: folder + "/store")
        self.folder = folder
    }

    /// An importer into a new database that begins with a test's first block.
    func importer(
        _ genesis: Block, _ accounts: [GenesisAccount], rules: ChainRules, seals: EthashEpochs?
    ) throws -> ChainImporter {
        let number = count.add(1, ordering: .relaxed).newValue
        let prefix = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
        var options = ChainDatabase.Options()
        // What a test leaves behind nobody needs after a power cut.
        options.syncEvery = 1_000_000
        options.cacheBytes = 4 << 20
        let first = StoredBlock(
            block: genesis, receipts: [], transactions: [], totalDifficulty: genesis.header.difficulty,
            diff: StateDiff(genesis: accounts))
        let database = try ChainDatabase(
            store: PartStore(store, prefix: prefix), disk: SystemDisk(folder: "\(folder)/blocks/\(number)"),
            options: options, genesis: first)
        return ChainImporter(database: database, rules: rules, seals: seals)
    }
}
