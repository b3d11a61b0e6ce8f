import Chain
import Foundations
import State
import Storage

/// A chain whose blocks are made of differences: accounts that trade, and markets whose slots change in every block. What
/// a block changes is a function of its number, so that other programs know what to ask for (Benchmarks/storage.py).
///
/// Account `i` is at address 2^64 + i, market `i` at 2^32 + i. A block has new accounts, which are numbered on, traders
/// that change their nonces, and writes to four markets: one in five to one of 16 slots that are always the same, the
/// others to new slots 2^128 + number · 2^16 + index.
struct VenueChain {
    let database: ChainDatabase
    let newAccounts: UInt64
    let slots: UInt64

    static let marketCount: UInt64 = 64

    /// Opens the chain in a folder, or begins it.
    init(folder: String, newAccounts: UInt64, slots: UInt64, options: ChainDatabase.Options) throws {
        self.newAccounts = newAccounts
        self.slots = slots
        _ = try SystemDisk(folder: folder)
        database = try ChainDatabase(
            store: RocksStore(folder: folder + "/store"), disk: SystemDisk(folder: folder + "/blocks"),
            options: options, genesis: VenueChain.genesis, description: Array(VenueChain.description.utf8))
    }

    /// So that `condor node --data-dir` serves the folder.
    private static let description = "condor development chain 31337"

    private static var genesis: StoredBlock {
        let markets = (0..<marketCount).map { GenesisAccount(address: market($0), nonce: 1) }
        let diff = StateDiff(genesis: markets)
        var state = MemoryState()
        state.apply(diff)
        var header = Header()
        header.stateRoot = state.root
        header.baseFeePerGas = 7
        header.withdrawalsRoot = .zero
        return StoredBlock(
            block: Block(header: header, transactions: [], withdrawals: []), receipts: [], transactions: [],
            totalDifficulty: .zero, diff: diff)
    }

    static func account(_ index: UInt64) -> Address { Address((UInt256(1) << 64) &+ UInt256(index)) }
    static func market(_ index: UInt64) -> Address { Address(UInt256((1 as UInt64) << 32 + index)) }

    /// What the block of a number changes.
    func diff(_ number: UInt64) -> StateDiff {
        var random = SplitMix(state: number)
        var accounts: [UInt64: Account] = [:]
        for _ in 0..<(slots / 2) {
            accounts[random.next() % (number * newAccounts)] = Account(nonce: number + 1, balance: 1000)
        }
        for index in ((number - 1) * newAccounts)..<(number * newAccounts) {
            accounts[index] = Account(nonce: 1, balance: 1000)
        }
        var writes: [[(slot: UInt256, value: UInt256)]] = [[], [], [], []]
        var hot: Set<UInt64> = []
        for index in 0..<slots {
            let value = UInt256(random.next() | 1)
            let market = Int(index % 4)
            if index % 5 == 4 {
                let slot = random.next() % 16
                if hot.insert(UInt64(market) << 32 | slot).inserted { writes[market].append((UInt256(slot), value)) }
            } else {
                writes[market].append(((UInt256(1) << 128) &+ UInt256(number << 16 | index), value))
            }
        }
        var diff = StateDiff()
        for (index, account) in accounts {
            diff.accounts.append(.init(address: VenueChain.account(index), account: account))
        }
        for (index, writes) in writes.enumerated() where !writes.isEmpty {
            var change = StateDiff.AccountChange(
                address: VenueChain.market((number * 4 + UInt64(index)) % VenueChain.marketCount),
                account: Account(nonce: 1))
            change.slots = writes.sorted { $0.slot < $1.slot }
            diff.accounts.append(change)
        }
        diff.accounts.sort { $0.address < $1.address }
        return diff
    }

    /// Adds the next block.
    func add() throws {
        let head = database.head
        let diff = diff(head.number + 1)
        var state = try database.stateForExecution(after: head.hash)
        // As execution reads what it changes.
        for change in diff.accounts {
            _ = try state.account(at: change.address)
            for slot in change.slots { _ = try state.storage(at: change.address, slot: slot.slot) }
        }
        try state.apply(diff)
        var header = Header()
        header.parentHash = head.hash
        header.number = head.number + 1
        header.timestamp = head.number + 1
        header.stateRoot = state.root
        header.baseFeePerGas = 7
        header.withdrawalsRoot = .zero
        try database.append(
            StoredBlock(
                block: Block(header: header, transactions: [], withdrawals: []), receipts: [], transactions: [],
                totalDifficulty: .zero, diff: diff), state: state, makesHead: true)
    }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ count: UInt64) -> UInt64 { next() % count }
}
