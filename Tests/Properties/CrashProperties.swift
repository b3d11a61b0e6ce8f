import Foundation
import Foundations
import Storage
import Synchronization
import Testing

/// Power cuts, failing writes and full disks at every moment, on simulated disks. CONDOR_CRASHES sets how many.
@Suite struct CrashProperties {
    private static var count: Int { ProcessInfo.processInfo.environment["CONDOR_CRASHES"].flatMap { Int($0) } ?? 2000 }

    /// Both disks of a database; the store's log and the archive lose their unsynced parts independently.
    private struct Machine {
        let blocks: SimulatedDisk
        let rows: SimulatedDisk
        var options = ChainDatabase.Options()

        init(seed: UInt64) {
            blocks = SimulatedDisk(seed: seed)
            rows = SimulatedDisk(seed: ~seed)
            options.segmentBytes = 3000
            options.cacheBytes = 1 << 20
        }

        func open(_ genesis: StoredBlock) throws -> ChainDatabase {
            try ChainDatabase(
                store: MemoryStore(disk: rows, log: "store"), disk: blocks, options: options, genesis: genesis)
        }

        func cutPower() {
            blocks.cutPower()
            rows.cutPower()
        }
    }

    /// One life of a database after the other, each ended by a power cut at a random moment, until `crashes` are done.
    private func run(seed: UInt64, crashes: Int, syncEvery: Int) throws {
        var model = ChainModel(seed: seed)
        var machine = Machine(seed: seed)
        machine.options.syncEvery = syncEvery
        /// The head that the database reported last, and how many blocks since then were not promised.
        var promised: Bytes32?
        var possible: Set<Bytes32> = []
        for crash in 0..<crashes {
            if crash % 40 == 0 {
                // A new chain, so that blocks stay few and each crash quick.
                model = ChainModel(seed: seed &+ UInt64(crash))
                machine = Machine(seed: seed &* 31 &+ UInt64(crash))
                machine.options.syncEvery = syncEvery
                (promised, possible) = (nil, [])
            }
            let database = try machine.open(model.genesis)
            let head = database.head.hash
            if let promised, syncEvery == 1 {
                #expect(head == promised || possible.contains(head), "seed \(seed), crash \(crash)")
            }
            try model.check(head, in: database, proofs: false)
            if crash % 16 == 0 { _ = try database.verify() }
            promised = head
            possible = []
            var faults = SimulatedDisk.Faults()
            switch model.random.next() % 4 {
            case 0: faults.failingOperation = Int(model.random.next() % 8)
            case 1: faults.capacity = machine.blocks.usedBytes + Int(model.random.next() % 4000)
            default: break
            }
            machine.blocks.setFaults(faults)
            var rowFaults = SimulatedDisk.Faults()
            if model.random.next() % 6 == 0 { rowFaults.failingOperation = Int(model.random.next() % 8) }
            machine.rows.setFaults(rowFaults)
            var known = model.chain(to: head)
            for _ in 0..<Int(model.random.next() % 5) {
                do {
                    if model.random.next() % 4 == 0 {
                        let target = known[Int(model.random.next() % UInt64(known.count))]
                        possible.insert(target)
                        try database.setHead(target)
                    } else {
                        let block = model.makeBlock(on: database.head.hash)
                        possible.insert(block.hash)
                        try ChainModel.add(block, to: database)
                        known.append(block.hash)
                    }
                    promised = database.head.hash
                    possible = []
                } catch {
                    // The database takes nothing more and says so.
                    #expect(database.failure != nil)
                    let next = model.makeBlock(on: database.head.hash)
                    #expect(throws: (any Error).self) { try ChainModel.add(next, to: database) }
                    break
                }
            }
            machine.cutPower()
        }
    }

    @Test func noDurableBlockIsLost() async throws {
        let seeds = 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 0..<seeds {
                group.addTask {
                    try run(
                        seed: UInt64(seed) * 1_000_003 + 17, crashes: CrashProperties.count / seeds / 2, syncEvery: 1)
                    // Synced more seldom, the last blocks may be lost, but never the database.
                    try run(seed: UInt64(seed) * 7_919 + 5, crashes: CrashProperties.count / seeds / 2, syncEvery: 3)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aFullDiskIsReportedByName() throws {
        var model = ChainModel(seed: 99)
        let machine = Machine(seed: 99)
        let database = try machine.open(model.genesis)
        var faults = SimulatedDisk.Faults()
        faults.capacity = machine.blocks.usedBytes + 10
        machine.blocks.setFaults(faults)
        let block = model.makeBlock(on: database.head.hash)
        let error = #expect(throws: StorageError.self) { try ChainModel.add(block, to: database) }
        #expect(error?.description.contains("No space left on device") == true)
        #expect(throws: StorageError.stopped) { try ChainModel.add(block, to: database) }
        // Nothing of the refused block is left when there is space again.
        machine.blocks.setFaults(SimulatedDisk.Faults())
        let again = try machine.open(model.genesis)
        #expect(again.head.hash == model.genesis.hash)
        try ChainModel.add(block, to: again)
        #expect(again.head.hash == block.hash)
    }
}
