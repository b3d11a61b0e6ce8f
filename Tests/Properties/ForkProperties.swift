import Foundations
import Storage
import Testing

/// Chains that go on from a block of another one, which is read through and stays as it is.
@Suite struct ForkProperties {
    /// A chain with blocks beside it and moves of its head, kept by the store and disk that come back.
    private func base(
        _ model: inout ChainModel, blocks: Int, retention: ChainDatabase.Retention = .everything
    ) throws -> (database: ChainDatabase, store: MemoryStore, disk: MemoryDisk) {
        var options = ChainDatabase.Options()
        options.segmentBytes = 4096
        options.retention = retention
        let (store, disk) = (MemoryStore(), MemoryDisk())
        let database = try ChainDatabase(store: store, disk: disk, options: options, genesis: model.genesis)
        while database.head.number < blocks {
            let number = database.head.number
            if number > 3, model.random.next() % 6 == 0 {
                let rival = model.makeBlock(on: try #require(try database.hash(of: number - 2)))
                try ChainModel.add(rival, to: database, makesHead: model.random.next() % 2 == 0)
            }
            try ChainModel.add(model.makeBlock(on: database.head.hash), to: database)
            _ = try database.pruneStep()
        }
        return (database, store, disk)
    }

    @Test(arguments: [51, 52] as [UInt64])
    func everyBlockCanBeForked(seed: UInt64) throws {
        var model = ChainModel(seed: seed)
        let (database, store, disk) = try base(&model, blocks: 30)
        let rows = store.size
        let files = try disk.names()
        for number in 0...database.head.number {
            let start = try #require(try database.hash(of: number))
            let fork = try ChainDatabase(
                forking: store, disk: disk, at: number, top: MemoryStore(), own: MemoryDisk())
            #expect(fork.head.hash == start)
            #expect(try fork.hash(of: number + 1) == nil)
            // Counts the rows of the past too.
            #expect(try fork.verify().accounts > 0)
            let before = model.chain(to: start)
            for hash in before { try model.check(hash, in: fork, proofs: hash == start) }
            for _ in 0..<4 { try ChainModel.add(model.makeBlock(on: fork.head.hash), to: fork) }
            let head = fork.head.hash
            for hash in model.chain(to: head) { try model.check(hash, in: fork, proofs: hash == head) }
            #expect(try fork.verify().accounts > 0)
            // Back behind the block where it began, and forward on another branch.
            let target = before[min(before.count - 1, 2)]
            try fork.setHead(target)
            try model.check(target, in: fork)
            try ChainModel.add(model.makeBlock(on: target), to: fork)
            try model.check(fork.head.hash, in: fork)
            #expect(try fork.verify().accounts > 0)
        }
        #expect(store.size == rows)
        #expect(try disk.names() == files)
        #expect(try database.verify().accounts > 0)
    }

    @Test func aForkOfAForkAndOfAPrunedChain() throws {
        var model = ChainModel(seed: 53)
        let (database, store, disk) = try base(&model, blocks: 60, retention: .blocks(20))
        while try database.pruneStep() {}
        func fork(_ number: UInt64?) throws -> ChainDatabase {
            try ChainDatabase(forking: store, disk: disk, at: number, top: MemoryStore(), own: MemoryDisk())
        }
        #expect(try fork(nil).head == database.head)
        #expect(throws: StorageError.pruned(block: 39)) { _ = try fork(39) }
        #expect(throws: StorageError.unknownBlock) { _ = try fork(61) }
        let first = try fork(45)
        #expect(first.stateRange == 40...45)
        for number in 40...45 as ClosedRange<UInt64> {
            try model.check(try #require(try database.hash(of: number)), in: first)
        }
        #expect(throws: StorageError.self) {
            _ = try ChainDatabase(
                forking: MemoryStore(), disk: MemoryDisk(), at: nil, top: MemoryStore(), own: MemoryDisk())
        }
    }
}
