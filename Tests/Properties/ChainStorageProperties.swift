import Chain
import Commitment
import Cryptography
import Foundations
import State
import Storage
import Testing

/// Random chains of state changes in a database, beside a `MemoryState` for every block.
struct ChainModel {
    var random: SeededGenerator
    /// Every block that was made, by hash, with the state after it.
    private(set) var states: [Bytes32: MemoryState] = [:]
    private(set) var blocks: [Bytes32: StoredBlock] = [:]
    let genesis: StoredBlock

    static let addresses: Range<UInt64> = 0..<24
    static let slots: Range<UInt64> = 0..<10

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let diff = StateDiff(
            genesis: ChainModel.addresses.filter { $0 % 3 == 0 }.map {
                GenesisAccount(address: Address(UInt256($0)), balance: 7, storage: [(1, 5)])
            })
        var state = MemoryState()
        state.apply(diff)
        var header = Header()
        header.stateRoot = state.root
        genesis = StoredBlock(
            block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
            diff: diff)
        states[genesis.hash] = state
        blocks[genesis.hash] = genesis
    }

    /// A block on `parent` with random changes.
    mutating func makeBlock(on parent: Bytes32) -> StoredBlock {
        var diff = StateDiff()
        for index in ChainModel.addresses where random.next() % 5 == 0 {
            let address = Address(UInt256(index))
            let existing = try? states[parent]?.account(at: address)
            if random.next() % 7 == 0 {
                if existing != nil { diff.accounts.append(.init(address: address, account: nil)) }
                continue
            }
            var slots: [(slot: UInt256, value: UInt256)] = []
            for slot in ChainModel.slots where random.next() % 3 == 0 {
                slots.append((UInt256(slot), random.next() % 3 == 0 ? .zero : UInt256(random.next() >> 40)))
            }
            let account = Account(nonce: random.next() % 9, balance: UInt256(random.next() % 1000 + 1))
            diff.accounts.append(
                .init(
                    address: address, account: account, clearsStorage: existing != nil && random.next() % 9 == 0,
                    slots: slots))
        }
        var state = states[parent]!
        state.apply(diff)
        var header = Header()
        header.parentHash = parent
        header.number = blocks[parent]!.block.header.number + 1
        header.timestamp = header.number * 10
        header.stateRoot = state.root
        // So that no two blocks are the same.
        header.nonce = random.next()
        let stored = StoredBlock(
            block: Block(header: header, transactions: []), receipts: [], transactions: [], totalDifficulty: .zero,
            diff: diff)
        states[stored.hash] = state
        blocks[stored.hash] = stored
        return stored
    }

    /// Adds a block as an importer does: its parent's state with the diff applied.
    static func add(_ block: StoredBlock, to database: ChainDatabase, makesHead: Bool = true) throws {
        var state = try database.stateForExecution(after: block.block.header.parentHash)
        try state.apply(block.diff)
        try database.append(block, state: state, makesHead: makesHead)
    }

    /// Compares every account, slot and proof of a block.
    func check(_ hash: Bytes32, in database: ChainDatabase, proofs: Bool = true) throws {
        let expected = try #require(states[hash])
        let actual = try database.state(after: hash)
        #expect(actual.root == expected.root)
        for index in ChainModel.addresses {
            let address = Address(UInt256(index))
            #expect(try actual.account(at: address) == expected.account(at: address))
            #expect(try actual.hasStorage(at: address) == expected.hasStorage(at: address))
            for slot in ChainModel.slots {
                let slot = UInt256(slot)
                #expect(try actual.storage(at: address, slot: slot) == expected.storage(at: address, slot: slot))
                if proofs {
                    #expect(
                        try actual.storageProof(address, slot: slot) == expected.trie.storageProof(address, slot: slot))
                }
            }
            if proofs { #expect(try actual.accountProof(address) == expected.trie.accountProof(address)) }
        }
    }

    /// The hashes from a block down to the first.
    func chain(to hash: Bytes32) -> [Bytes32] {
        var hashes = [hash]
        while let block = blocks[hashes[hashes.count - 1]], block.block.header.number > 0 {
            hashes.append(block.block.header.parentHash)
        }
        return hashes
    }
}

@Suite struct ChainStorageProperties {
    private func temporaryFolder() throws -> String {
        let folder = "/tmp/condor-test-\(UInt64.random(in: 0 ... .max))"
        _ = try SystemDisk(folder: folder)
        return folder
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyBlockIsReadableInMemory(seed: UInt64) throws {
        var model = ChainModel(seed: seed)
        let database = try ChainDatabase(store: MemoryStore(), disk: MemoryDisk(), genesis: model.genesis)
        for _ in 0..<60 { try ChainModel.add(model.makeBlock(on: database.head.hash), to: database) }
        for hash in model.chain(to: database.head.hash) { try model.check(hash, in: database) }
        #expect(try database.verify().accounts > 0)
    }

    @Test func aRestartChangesNothingOnDisk() throws {
        let folder = try temporaryFolder()
        var model = ChainModel(seed: 4)
        var head = model.genesis.hash
        for _ in 0..<4 {
            let database = try ChainDatabase(
                store: RocksStore(folder: folder + "/store"), disk: SystemDisk(folder: folder + "/blocks"),
                genesis: model.genesis)
            #expect(database.head.hash == head)
            for hash in model.chain(to: head) { try model.check(hash, in: database) }
            for _ in 0..<12 { try ChainModel.add(model.makeBlock(on: database.head.hash), to: database) }
            head = database.head.hash
            #expect(try database.verify().nodes > 0)
        }
    }

    /// The head moves between branches at random: back, over, forward, with blocks beside the chain.
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func anyRetainedBlockCanBecomeTheHead(seed: UInt64) throws {
        var model = ChainModel(seed: seed)
        let database = try ChainDatabase(store: MemoryStore(), disk: MemoryDisk(), genesis: model.genesis)
        var hashes = [model.genesis.hash]
        for step in 0..<60 {
            let parent = hashes[Int(model.random.next() % UInt64(hashes.count))]
            let block = model.makeBlock(on: step % 2 == 0 ? database.head.hash : parent)
            let makesHead = model.random.next() % 3 > 0
            try ChainModel.add(block, to: database, makesHead: makesHead)
            hashes.append(block.hash)
            if makesHead { #expect(database.head.hash == block.hash) }
            if step % 5 == 0 {
                let target = hashes[Int(model.random.next() % UInt64(hashes.count))]
                try database.setHead(target)
                #expect(database.head.hash == target)
            }
            let some = hashes[Int(model.random.next() % UInt64(hashes.count))]
            try model.check(some, in: database, proofs: step % 6 == 0)
        }
        #expect(try database.verify().accounts > 0)
        for hash in hashes { try model.check(hash, in: database, proofs: false) }
        for (index, hash) in model.chain(to: database.head.hash).reversed().enumerated() {
            #expect(try database.hash(of: UInt64(index)) == hash)
        }
    }

    @Test func finalizedBlocksStay() throws {
        var model = ChainModel(seed: 21)
        let database = try ChainDatabase(store: MemoryStore(), disk: MemoryDisk(), genesis: model.genesis)
        var hashes = [model.genesis.hash]
        for _ in 0..<10 {
            try ChainModel.add(model.makeBlock(on: database.head.hash), to: database)
            hashes.append(database.head.hash)
        }
        try database.finalize(hashes[5])
        #expect(throws: StorageError.finalized(block: 5)) { try database.setHead(hashes[4]) }
        let rival = model.makeBlock(on: hashes[3])
        #expect(throws: StorageError.finalized(block: 5)) { try ChainModel.add(rival, to: database) }
        try database.setHead(hashes[5])
        #expect(database.head.number == 5)
        // A refusal is no failure: the chain goes on.
        try ChainModel.add(model.makeBlock(on: hashes[5]), to: database)
        #expect(database.head.number == 6)
    }

    @Test(arguments: [31, 32] as [UInt64])
    func pruningForgetsTheOldAndKeepsTheRest(seed: UInt64) throws {
        var model = ChainModel(seed: seed)
        var options = ChainDatabase.Options()
        options.retention = .blocks(20)
        options.segmentBytes = 4096
        let store = MemoryStore()
        let disk = MemoryDisk()
        let database = try ChainDatabase(store: store, disk: disk, options: options, genesis: model.genesis)
        var hashes = [model.genesis.hash]
        for _ in 0..<120 {
            try ChainModel.add(model.makeBlock(on: database.head.hash), to: database)
            hashes.append(database.head.hash)
            _ = try database.pruneStep(blocks: 3)
        }
        while try database.pruneStep() {}
        #expect(database.stateRange == 100...120)
        for number in 100...120 { try model.check(hashes[number], in: database) }
        #expect(throws: StorageError.self) {
            _ = try database.state(after: hashes[99]).account(at: .zero)
        }
        #expect(try database.block(number: 2)?.hash == nil)
        #expect(try database.block(number: 100)?.hash == hashes[100])
        try database.setHead(hashes[101])
        try model.check(hashes[101], in: database)
        // Opened again, with the archive's first segments gone.
        let again = try ChainDatabase(store: store, disk: disk, options: options)
        #expect(again.head.hash == hashes[101])
        try model.check(hashes[100], in: again)
        #expect(try again.verify().nodes > 0)
    }
}
