import Foundation
import Foundations
import State
import Storage
import Synchronization

/// A venue-like chain in a database on disk. Measures what the storage does, without a virtual machine.
enum StorageBenchmark {
    /// Archives are pruned by segments: those of short chains are smaller than usual.
    private static func segmentBytes(blocks: UInt64) -> UInt64 { min(32 << 20, max(64 << 10, blocks * 320)) }

    /// `storage FOLDER BLOCKS ACCOUNTS SLOTS [sync-every]`: makes the chain, or goes on with one that was made with the
    /// same numbers.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count >= 4, let blocks = UInt64(arguments[1]), let accounts = UInt64(arguments[2]),
            let slots = UInt64(arguments[3]), blocks > 1, accounts >= blocks, slots >= blocks
        else { Benchmark.fail("storage takes FOLDER BLOCKS ACCOUNTS SLOTS [sync-every], with BLOCKS the least") }
        var options = ChainDatabase.Options()
        options.syncEvery = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
        options.segmentBytes = segmentBytes(blocks: blocks)
        let chain = try VenueChain(
            folder: arguments[0], newAccounts: accounts / blocks, slots: slots / blocks, options: options)
        try importBlocks(chain, upTo: blocks)
        try measureRoot(chain, accounts: min(1000, accounts))
    }

    private static func importBlocks(_ chain: VenueChain, upTo last: UInt64) throws {
        var quarters: [UInt64] = []
        var times: [UInt64] = []
        let begin = ContinuousClock.now
        let processor = processTime()
        while chain.database.head.number < last {
            let start = ContinuousClock.now
            try chain.add()
            times.append(nanoseconds(since: start))
            let number = chain.database.head.number
            if number % max(1, last / 4) == 0 { quarters.append(ProcessMemory.resident) }
            if number % max(1, last / 20) == 0 {
                FileHandle.standardError.write(
                    Data("block \(number), \(ProcessMemory.resident >> 20) MiB resident\n".utf8))
            }
        }
        try chain.database.sync()
        let elapsed = nanoseconds(since: begin)
        let spent = processTime() - processor
        let written = chain.database.size
        try chain.database.compact()
        let size = chain.database.size
        times.sort()
        let metrics = chain.database.metrics
        Benchmark.report(
            "import",
            [
                ("blocks", UInt64(times.count)), ("accounts", chain.newAccounts * UInt64(times.count)),
                ("slots", chain.slots * UInt64(times.count)), ("nanoseconds", elapsed), ("processorNanoseconds", spent),
                ("syncNanoseconds", UInt64(metrics.syncNanoseconds.load(ordering: .relaxed))),
                ("commitNanoseconds", UInt64(metrics.commitNanoseconds.load(ordering: .relaxed))),
                ("blockMedian", times.isEmpty ? 0 : times[times.count / 2]),
                ("blockP99", times.isEmpty ? 0 : times[times.count * 99 / 100]), ("archiveBytes", size.archive),
                ("storeBytesBefore", written.store), ("storeBytes", size.store), ("peakBytes", ProcessMemory.peak),
                ("residentAtQuarter", quarters.first ?? 0), ("residentAtHalf", quarters.dropFirst().first ?? 0),
                ("residentAtEnd", quarters.last ?? 0),
            ])
    }

    /// 10 slots of each of many accounts, changed in one block; after the first time the paths are in memory.
    private static func measureRoot(_ chain: VenueChain, accounts: UInt64) throws {
        var best = UInt64.max
        for round in 0..<5 as Range<UInt64> {
            var diff = StateDiff()
            for index in 0..<accounts {
                var change = StateDiff.AccountChange(
                    address: VenueChain.account(index), account: Account(nonce: round + 2, balance: UInt256(index)))
                for slot in 0..<10 as Range<UInt64> {
                    change.slots.append((UInt256(slot), UInt256(round * 77 + slot + 1)))
                }
                diff.accounts.append(change)
            }
            var state = try chain.database.stateForExecution(after: chain.database.head.hash)
            let start = ContinuousClock.now
            try state.apply(diff)
            if round > 0 { best = min(best, nanoseconds(since: start)) }
        }
        Benchmark.report("root", [("slots", accounts * 10), ("accounts", accounts), ("nanoseconds", best)])
    }

    // MARK: Pruning

    /// `pruning FOLDER ACCOUNTS-A-BLOCK SLOTS-A-BLOCK RETAIN BLOCKS MILLISECONDS`: goes on with a chain, a block every
    /// so many milliseconds, first alone, then while another thread prunes; at the end the folder is held to one that
    /// never had more than the retained blocks.
    @Sendable static func runPruning(_ arguments: [String]) throws {
        let numbers = arguments.dropFirst().compactMap { UInt64($0) }
        guard numbers.count == 5, numbers[3] > 1 else {
            Benchmark.fail("pruning takes FOLDER ACCOUNTS-A-BLOCK SLOTS-A-BLOCK RETAIN BLOCKS MILLISECONDS")
        }
        var options = ChainDatabase.Options()
        options.retention = .blocks(numbers[2])
        options.segmentBytes = segmentBytes(blocks: numbers[2])
        let chain = try VenueChain(
            folder: arguments[0], newAccounts: numbers[0], slots: numbers[1], options: options)
        let alone = try produce(numbers[3], every: numbers[4], chain)
        let isDone = Atomic<Bool>(false)
        let finished = DispatchSemaphore(value: 0)
        let database = chain.database
        let before = database.metrics.prunedBlocks.load(ordering: .relaxed)
        DispatchQueue.global(qos: .utility).async {
            // As LocalNode does it.
            var start = ContinuousClock.now
            while !isDone.load(ordering: .relaxed), (try? database.pruneStep(blocks: 4)) ?? false {
                usleep(UInt32(clamping: nanoseconds(since: start) / 1000 * 2))
                start = .now
            }
            finished.signal()
        }
        let pruning = try produce(numbers[3], every: numbers[4], chain)
        isDone.store(true, ordering: .relaxed)
        finished.wait()
        let pruned = database.metrics.prunedBlocks.load(ordering: .relaxed) - before
        while try database.pruneStep(blocks: 256) {}
        try database.compact()
        let fresh = try freshSize(database, folder: arguments[0] + "-fresh", options)
        Benchmark.report(
            "pruning",
            [
                ("blocks", numbers[3]), ("prunedMeanwhile", UInt64(pruned)), ("intervalMedianAlone", alone.median),
                ("intervalMaxAlone", alone.max), ("intervalMedian", pruning.median), ("intervalMax", pruning.max),
                ("storeBytes", database.size.store), ("archiveBytes", database.size.archive),
                ("freshStoreBytes", fresh.store), ("freshArchiveBytes", fresh.archive),
            ])
    }

    /// Times from one block to the next, as a client sees them, in nanoseconds.
    private static func produce(
        _ count: UInt64, every milliseconds: UInt64, _ chain: VenueChain
    ) throws -> (median: UInt64, max: UInt64) {
        var intervals: [UInt64] = []
        var due = ContinuousClock.now
        var last: ContinuousClock.Instant?
        for _ in 0..<count {
            due += .milliseconds(milliseconds)
            try chain.add()
            let now = ContinuousClock.now
            if let last { intervals.append(nanoseconds(since: last, until: now)) }
            last = now
            // What comes late does not make the next one early.
            if now < due { usleep(UInt32(nanoseconds(since: now, until: due) / 1000)) } else { due = now }
        }
        intervals.sort()
        return (intervals[intervals.count / 2], intervals[intervals.count - 1])
    }

    /// What a folder takes that begins with a snapshot of the oldest retained state and has the same blocks behind it.
    private static func freshSize(
        _ database: ChainDatabase, folder: String, _ options: ChainDatabase.Options
    ) throws -> (archive: UInt64, store: UInt64) {
        let disk = try SystemDisk(folder: folder)
        let first = database.stateRange.lowerBound
        _ = try Snapshot.export(database, block: first, to: disk, name: "state.snapshot")
        let store = try RocksStore(folder: folder + "/store")
        let blocks = try SystemDisk(folder: folder + "/blocks")
        _ = try Snapshot.load(disk, name: "state.snapshot", into: store, blocks: blocks)
        var options = options
        options.retention = .everything
        options.syncEvery = 1000
        let fresh = try ChainDatabase(store: store, disk: blocks, options: options)
        for number in (first + 1)...database.head.number {
            guard let block = try database.block(number: number) else { throw StorageError.unknownBlock }
            var state = try fresh.stateForExecution(after: fresh.head.hash)
            try state.apply(block.diff)
            try fresh.append(block, state: state, makesHead: true)
        }
        try fresh.compact()
        return fresh.size
    }

    private static func nanoseconds(
        since start: ContinuousClock.Instant, until end: ContinuousClock.Instant = .now
    ) -> UInt64 {
        let spent = (end - start).components
        return UInt64(spent.seconds) * 1_000_000_000 + UInt64(spent.attoseconds / 1_000_000_000)
    }
}

/// What this process holds in memory, in bytes.
enum ProcessMemory {
    static var resident: UInt64 { value("VmRSS:") }
    static var peak: UInt64 { value("VmHWM:") }

    private static func value(_ name: String) -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ UInt64($0) })
        else { return 0 }
        return kilobytes << 10
    }
}

/// The processor time of all threads of this process in nanoseconds.
func processTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
