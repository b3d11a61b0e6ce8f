import Chain
import Cryptography
import Foundation
import Foundations
import State
import Storage

/// The state below the virtual machine: reads warm and cold, checkpoints, the root of what a block changed.
enum StateBenchmark {
    /// `state FOLDER ACCOUNTS SLOTS MILLISECONDS [journal|database|memory]`: a state of so many accounts in FOLDER, made
    /// when it is not there; a block that changes so many slots, ten an account.
    @Sendable static func run(_ arguments: [String]) throws {
        guard arguments.count >= 4, let accounts = Int(arguments[1]), let slots = Int(arguments[2]),
            let milliseconds = UInt64(arguments[3]), slots >= 10, accounts >= slots / 10
        else { Benchmark.fail("state takes FOLDER ACCOUNTS SLOTS MILLISECONDS, with ten slots an account") }
        let world = World(accounts: accounts, changed: slots / 10)
        let database = try world.database(folder: arguments[0])
        let only = arguments.count > 4 ? arguments[4] : nil
        if only ?? "journal" == "journal" { try journal(world, database, milliseconds: milliseconds) }
        if only ?? "database" == "database" { try stored(world, database, milliseconds: milliseconds) }
        if only ?? "memory" == "memory" { memory(world, milliseconds: milliseconds) }
    }

    // MARK: Journal

    private static func journal(_ world: World, _ database: ChainDatabase, milliseconds: UInt64) throws {
        let view = try database.stateForExecution(after: database.head.hash)
        let order = world.order
        var sum: UInt64 = 0
        func report(_ name: String, count: Int, _ body: () -> UInt64) {
            let least = measure(milliseconds: milliseconds, body)
            Benchmark.report(
                name, [("count", UInt64(count)), ("picoseconds", least * 1000 / UInt64(max(1, count)))],
                texts: [("result", String(sum, radix: 16))])
        }
        /// The least time of `body` on a journal that has been made ready, which does not count.
        func time(
            _ name: String, count: Int, prepare: (inout Journal<StoredState>) -> Void = { _ in },
            _ body: (inout Journal<StoredState>) -> Void
        ) {
            report(name, count: count) {
                var journal = Journal(view: view)
                prepare(&journal)
                sum = 0
                let start = processorTime()
                body(&journal)
                return processorTime() - start
            }
        }
        func loadAccounts(_ journal: inout Journal<StoredState>) {
            for address in order {
                let account = journal.load(address)
                sum &+= journal.balance(account).limb0
            }
        }
        func loadSlots(_ journal: inout Journal<StoredState>) {
            for address in order {
                let account = journal.load(address)
                for slot in 0..<10 as Range<UInt64> {
                    let position = journal.loadSlot(account, UInt256(slot))
                    sum &+= journal.value(ofSlot: position).limb0
                }
            }
        }
        time("account, first read", count: order.count, loadAccounts)
        time("account, read again", count: order.count, prepare: loadAccounts, loadAccounts)
        time("slot, first read", count: order.count * 10, prepare: loadAccounts, loadSlots)
        time("slot, read again", count: order.count * 10, prepare: loadSlots, loadSlots)
        time("slot, written", count: order.count * 10, prepare: loadSlots) { journal in
            for address in order {
                let account = journal.load(address)
                for slot in 0..<10 as Range<UInt64> {
                    let position = journal.loadSlot(account, UInt256(slot))
                    journal.warmSlot(position)
                    journal.setSlot(position, UInt256(slot &+ 1))
                }
            }
        }
        time("checkpoint and revert, nothing changed", count: 10_000) { journal in
            for _ in 0..<10_000 { journal.revert(to: journal.checkpoint) }
        }
        time("checkpoint, 10 slots written, revert", count: order.count, prepare: loadSlots) { journal in
            for address in order {
                let account = journal.load(address)
                let checkpoint = journal.checkpoint
                for slot in 0..<10 as Range<UInt64> {
                    let position = journal.loadSlot(account, UInt256(slot))
                    journal.setSlot(position, UInt256(slot &+ 1))
                }
                journal.revert(to: checkpoint)
            }
        }
        time("transfer of value", count: order.count, prepare: loadAccounts) { journal in
            let receiver = journal.load(order[0])
            for address in order {
                let sender = journal.load(address)
                sum &+= journal.transfer(from: sender, to: receiver, UInt256(1 as UInt64)) ? 1 : 0
            }
        }
    }

    // MARK: Root

    /// The root in the database, whose paths are in memory from the second round on, and what hashing alone takes of it.
    private static func stored(_ world: World, _ database: ChainDatabase, milliseconds: UInt64) throws {
        var first: UInt64 = 0
        var hashing = UInt64.max
        var hashed = 0
        var root = Bytes32.zero
        var times: [UInt64] = []
        var processor: [UInt64] = []
        let start = ContinuousClock.now
        var round: UInt64 = 0
        repeat {
            let diff = world.diff(round: round)
            var state = try database.stateForExecution(after: database.head.hash)
            let time = try spent { try state.apply(diff) }
            if round == 0 {
                first = time.wall
            } else {
                times.append(time.wall)
                processor.append(time.processor)
            }
            if round == 1 { root = state.root }
            var batch = KeccakBatch()
            for node in state.changedNodes { batch.append(node) }
            for change in diff.accounts {
                batch.append(change.address)
                for slot in change.slots { batch.append(slot.slot) }
            }
            hashed = batch.count
            hashing = min(hashing, spent { _ = batch.hashes() }.processor)
            round += 1
        } while round < 4 || nanoseconds(ContinuousClock.now - start) < milliseconds * 5_000_000
        times.sort()
        processor.sort()
        Benchmark.report(
            "root, database",
            [
                ("slots", UInt64(world.changed * 10)), ("accounts", UInt64(world.changed)),
                ("stateAccounts", UInt64(world.accounts)), ("nanoseconds", times[times.count / 2]),
                ("processorNanoseconds", processor[processor.count / 2]), ("firstNanoseconds", first),
                ("hashes", UInt64(hashed)), ("hashingNanoseconds", hashing),
            ], texts: [("result", "\(root)")])
    }

    /// The same in memory.
    private static func memory(_ world: World, milliseconds: UInt64) {
        var state = MemoryState()
        world.eachBlock { state.apply($0) }
        _ = state.root
        var times: [UInt64] = []
        var processor: [UInt64] = []
        var root = Bytes32.zero
        let start = ContinuousClock.now
        var round: UInt64 = 0
        repeat {
            let diff = world.diff(round: round)
            var next = state
            let time = spent {
                next.apply(diff)
                _ = next.root
            }
            times.append(time.wall)
            processor.append(time.processor)
            if round == 1 { root = next.root }
            round += 1
        } while round < 4 || nanoseconds(ContinuousClock.now - start) < milliseconds * 5_000_000
        times.sort()
        processor.sort()
        Benchmark.report(
            "root, memory",
            [
                ("slots", UInt64(world.changed * 10)), ("accounts", UInt64(world.changed)),
                ("stateAccounts", UInt64(world.accounts)), ("nanoseconds", times[times.count / 2]),
                ("processorNanoseconds", processor[processor.count / 2]),
            ], texts: [("result", "\(root)")])
    }

    /// Nanoseconds that passed, and that all threads together were running.
    private static func spent(_ body: () throws -> Void) rethrows -> (wall: UInt64, processor: UInt64) {
        let (start, processor) = (ContinuousClock.now, processTime())
        try body()
        return (nanoseconds(ContinuousClock.now - start), processTime() - processor)
    }

    private static func processTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        UInt64(duration.components.seconds) * 1_000_000_000 + UInt64(duration.components.attoseconds / 1_000_000_000)
    }
}

/// Many accounts, the first of which hold 64 slots each and change in every block.
private struct World {
    let accounts: Int
    let changed: Int

    private static let slotsEach: UInt64 = 64
    private static let accountsABlock = 20_000

    func address(_ index: Int) -> Address { Address(Keccak256.hash(UInt256(UInt64(index)).bigEndianBytes).word) }

    /// The accounts that change, in an order that no cache likes.
    var order: [Address] { (0..<changed).map { address($0 * 7919 % changed) } }

    /// The differences that make the state, in blocks of bounded size.
    func eachBlock(_ body: (StateDiff) throws -> Void) rethrows {
        for start in stride(from: 0, to: accounts, by: World.accountsABlock) {
            var diff = StateDiff()
            for index in start..<min(accounts, start + World.accountsABlock) {
                var change = StateDiff.AccountChange(
                    address: address(index), account: Account(nonce: 1, balance: UInt256(UInt64(index) + 1_000_000)))
                if index < changed {
                    change.slots = (0..<World.slotsEach).map { (UInt256($0), UInt256($0 + 1)) }
                }
                diff.accounts.append(change)
            }
            diff.accounts.sort { $0.address < $1.address }
            try body(diff)
        }
    }

    /// What a block changes: ten slots of each, and its account.
    func diff(round: UInt64) -> StateDiff {
        var diff = StateDiff()
        for index in 0..<changed {
            var change = StateDiff.AccountChange(
                address: address(index), account: Account(nonce: round + 2, balance: UInt256(UInt64(index) + round)))
            for slot in 0..<10 as Range<UInt64> {
                change.slots.append((UInt256(slot), UInt256((round + 1) &* 0x9E37_79B9_7F4A_7C15 &+ slot)))
            }
            diff.accounts.append(change)
        }
        diff.accounts.sort { $0.address < $1.address }
        return diff
    }

    /// A database that holds the state; one that is there already is opened.
    func database(folder: String) throws -> ChainDatabase {
        _ = try SystemDisk(folder: folder)
        var genesis = Header()
        genesis.stateRoot = MemoryState().root
        var options = ChainDatabase.Options()
        options.syncEvery = 1000
        let database = try ChainDatabase(
            store: RocksStore(folder: folder + "/store"), disk: SystemDisk(folder: folder + "/blocks"),
            options: options,
            genesis: StoredBlock(
                block: Block(header: genesis, transactions: []), receipts: [], transactions: [],
                totalDifficulty: .zero, diff: StateDiff()), description: Array("\(accounts) \(changed)".utf8))
        if database.head.number > 0 { return database }
        try eachBlock { diff in
            var state = try database.stateForExecution(after: database.head.hash)
            try state.apply(diff)
            var header = Header()
            header.parentHash = database.head.hash
            header.number = database.head.number + 1
            header.stateRoot = state.root
            try database.append(
                StoredBlock(
                    block: Block(header: header, transactions: []), receipts: [], transactions: [],
                    totalDifficulty: .zero, diff: diff), state: state, makesHead: true)
        }
        try database.sync()
        return database
    }
}
