public import Chain
public import Foundations

/// A state being changed: reads through to a view, keeps every change with its undo, and says what changed.
///
/// One journal serves the transactions of a block in turn. Within a transaction it knows which accounts and slots are
/// warm (EIP-2929), which accounts were touched (EIP-161), created or destroyed (EIP-6780), the refund counter and the
/// transient storage (EIP-1153). `checkpoint` and `revert(to:)` nest as call frames do.
///
/// Accounts and slots have stable positions; the virtual machine keeps the position of the running contract, so that
/// reaching its slots costs one probe. A read that the view cannot answer sets `failure` once and reads as empty;
/// whoever runs the transaction checks `failure` and throws the result away.
public struct Journal<View: StateView> {
    public let view: View
    /// The first read that failed, if any.
    public private(set) var failure: StateError?
    /// Logs of the current transaction.
    public private(set) var logs: [Log] = []
    /// Gas to give back at the end of the transaction; may be negative between checkpoints.
    public private(set) var refund: Int64 = 0

    @usableFromInline var accounts = Table<Address, AccountEntry>()
    @usableFromInline var slots = Table<SlotKey, SlotEntry>()
    /// Where the slot lies that was reached last: mostly it, or the one first met after it, is the next.
    @usableFromInline var lastSlot = 0
    /// The slots that were ever written, in the order of first writes.
    @usableFromInline var writtenSlots: [WrittenSlot] = []
    /// What the block touches and changes, where its access list is wanted.
    var recorder: AccessRecorder?
    private var transient = Table<SlotKey, UInt256>()
    private(set) var codes = Table<Bytes32, [UInt8]>()
    private var undo: [Undo] = []
    /// Accounts touched or destroyed in this transaction, to be looked at when it ends.
    private var touched: [Int32] = []
    private var destroyed: [Int32] = []
    /// Marks what belongs to the current transaction without clearing flags between transactions.
    @usableFromInline var transaction: UInt32 = 1

    public init(view: View) {
        self.view = view
    }
}

/// An account as the journal holds it.
@usableFromInline
struct AccountEntry {
    @usableFromInline var account: Account
    @usableFromInline var exists: Bool
    /// What the view had, nil for nothing.
    @usableFromInline var original: Account?
    /// The transactions in which the account was last warm, touched, created, destroyed.
    @usableFromInline var warmIn: UInt32 = 0
    @usableFromInline var touchedIn: UInt32 = 0
    @usableFromInline var createdIn: UInt32 = 0
    @usableFromInline var destroyedIn: UInt32 = 0
    /// The storage that the view has for this account is gone.
    @usableFromInline var storageCleared = false

    @usableFromInline init(account: Account, exists: Bool, original: Account?) {
        self.account = account
        self.exists = exists
        self.original = original
    }
}

@usableFromInline
struct SlotKey: FixedHashable {
    @usableFromInline let account: Int32
    @usableFromInline let slot: UInt256

    @inlinable @inline(__always)
    init(account: Int, slot: UInt256) {
        self.account = Int32(truncatingIfNeeded: account)
        self.slot = slot
    }

    @inlinable @inline(__always)
    func fixedHash(seed: UInt64) -> UInt64 {
        slot.fixedSlotHash(seed: seed &+ UInt64(truncatingIfNeeded: account) &* 0xA076_1D64_78BD_642F)
    }
}

/// A slot as the journal holds it: only what every access needs, since most accesses miss the processor's caches.
@usableFromInline
struct SlotEntry {
    @usableFromInline var value: UInt256
    /// The transaction in which the slot was last warm.
    @usableFromInline var warmIn: UInt32 = 0
    /// The transaction that wrote it last, reverted or not.
    @usableFromInline var writtenIn: UInt32 = 0
    /// Its place in `writtenSlots` plus 1; 0 for one that was never written.
    @usableFromInline var writing: UInt32 = 0

    @usableFromInline init(value: UInt256) { self.value = value }

    /// Takes a new value, and returns the entry as it was.
    mutating func write(_ value: UInt256, in transaction: UInt32) -> SlotEntry {
        let before = self
        self.value = value
        writtenIn = transaction
        return before
    }
}

/// What stands beside the value of a slot that was written.
@usableFromInline
struct WrittenSlot {
    @usableFromInline let position: Int32
    /// The value in the view.
    @usableFromInline let committed: UInt256
    /// The value when transaction `writtenIn` began; the current value for any later transaction.
    @usableFromInline var original: UInt256
}

/// How to take one change back. Positions, and the value from before.
private enum Undo {
    case balance(Int32, UInt256)
    case nonce(Int32, UInt64)
    case codeHash(Int32, Bytes32)
    case existence(Int32, Bool)
    case warmAccount(Int32, UInt32)
    case touched(Int32, UInt32)
    case created(Int32, UInt32)
    case destroyed(Int32, UInt32)
    case slot(Int32, UInt256)
    case warmSlot(Int32, UInt32)
    case transient(Int32, UInt256)
}

/// A point to return to.
public struct Checkpoint: Sendable, BitwiseCopyable {
    fileprivate let undoCount: Int
    fileprivate let logCount: Int
    fileprivate let refund: Int64

    /// Where every transaction starts.
    public static var start: Checkpoint { Checkpoint(undoCount: 0, logCount: 0, refund: 0) }
}

// MARK: - Accounts

extension Journal {
    /// Loads an account, existing or not, and returns its position.
    @inlinable
    public mutating func load(_ address: Address) -> Int {
        accounts.position(of: address) ?? loadFromView(address)
    }

    @usableFromInline @inline(never)
    mutating func loadFromView(_ address: Address) -> Int {
        var account: Account?
        do throws(StateError) { account = try view.account(at: address) } catch { note(error) }
        return accounts.insertNew(
            address, AccountEntry(account: account ?? Account(), exists: account != nil, original: account))
    }

    private mutating func note(_ error: StateError) {
        if failure == nil { failure = error }
    }

    public func address(at position: Int) -> Address { accounts.keys[position] }

    @inlinable public func account(at position: Int) -> Account { accounts.values[position].account }
    @inlinable public func exists(_ position: Int) -> Bool { accounts.values[position].exists }
    @inlinable public func balance(_ position: Int) -> UInt256 { accounts.values[position].account.balance }
    @inlinable public func nonce(_ position: Int) -> UInt64 { accounts.values[position].account.nonce }
    @inlinable public func codeHash(_ position: Int) -> Bytes32 { accounts.values[position].account.codeHash }

    /// Neither nonce nor balance nor code, or not there at all. Source: EIP-161.
    @inlinable public func isEmpty(_ position: Int) -> Bool { accounts.values[position].account.isEmpty }

    /// Whether the account was created in the current transaction. Source: EIP-6780.
    public func isCreatedInTransaction(_ position: Int) -> Bool { accounts.values[position].createdIn == transaction }

    /// Whether a contract may be created here: no nonce, no code, no storage. Sources: EIP-684, EIP-7610.
    public mutating func isFreeForCreation(_ position: Int) -> Bool {
        let entry = accounts.values[position]
        if entry.account.nonce != 0 || entry.account.hasCode { return false }
        // Storage without nonce and code exists only in a view from before EIP-161, or in fixtures.
        guard entry.original != nil, !entry.storageCleared else { return true }
        do throws(StateError) {
            return try !view.hasStorage(at: accounts.keys[position])
        } catch {
            note(error)
            return false
        }
    }

    /// The account's code; empty without code.
    public mutating func code(_ position: Int) -> [UInt8] {
        let hash = accounts.values[position].account.codeHash
        if hash == Account.emptyCodeHash { return [] }
        if let code = codes[hash] { return code }
        do throws(StateError) {
            return try view.code(withHash: hash)
        } catch {
            note(error)
            return []
        }
    }

    /// The hash of a recent block; zero when the view does not know it.
    public mutating func blockHash(_ number: UInt64) -> Bytes32 {
        do throws(StateError) {
            return try view.blockHash(number: number) ?? .zero
        } catch {
            note(error)
            return .zero
        }
    }

    /// Marks an account as touched; it then exists, and goes at the end of the transaction if it is empty and the
    /// fork clears empty accounts.
    public mutating func touch(_ position: Int) {
        let index = Int32(truncatingIfNeeded: position)
        if accounts.values[position].touchedIn != transaction {
            undo.append(.touched(index, accounts.values[position].touchedIn))
            accounts.values[position].touchedIn = transaction
            touched.append(index)
        }
        if !accounts.values[position].exists {
            undo.append(.existence(index, false))
            accounts.values[position].exists = true
        }
    }

    public mutating func setBalance(_ position: Int, _ balance: UInt256) {
        touch(position)
        undo.append(.balance(Int32(truncatingIfNeeded: position), accounts.values[position].account.balance))
        accounts.values[position].account.balance = balance
    }

    public mutating func setNonce(_ position: Int, _ nonce: UInt64) {
        touch(position)
        undo.append(.nonce(Int32(truncatingIfNeeded: position), accounts.values[position].account.nonce))
        accounts.values[position].account.nonce = nonce
    }

    /// Sets the code; `hash` is its Keccak-256.
    public mutating func setCode(_ position: Int, _ code: [UInt8], hash: Bytes32) {
        touch(position)
        undo.append(.codeHash(Int32(truncatingIfNeeded: position), accounts.values[position].account.codeHash))
        accounts.values[position].account.codeHash = hash
        if !codes.contains(hash) { codes.insertNew(hash, code) }
    }

    /// Adds to a balance and touches the account. False, and nothing changed, when the sum passes 256 bits.
    public mutating func credit(_ position: Int, _ amount: UInt256) -> Bool {
        let (sum, overflow) = accounts.values[position].account.balance.addingReportingOverflow(amount)
        if overflow { return false }
        setBalance(position, sum)
        return true
    }

    /// Moves value between accounts. False, and nothing changed, when the sender has less.
    public mutating func transfer(from sender: Int, to receiver: Int, _ amount: UInt256) -> Bool {
        if amount.isZero {
            touch(receiver)
            return true
        }
        let balance = accounts.values[sender].account.balance
        if balance < amount { return false }
        setBalance(sender, balance &- amount)
        // Total supply is below 2^256, but a fixture's allocation may not be: refuse rather than wrap.
        return credit(receiver, amount)
    }

    /// The accounts that the end of the transaction will destroy.
    public var accountsToDestroy: [Int] {
        destroyed.map(Int.init).filter { accounts.values[$0].destroyedIn == transaction }
    }

    /// How many slots of the account hold something, of those that were touched.
    public func occupiedSlotCount(_ position: Int) -> Int {
        slots.keys.indices.count { Int(slots.keys[$0].account) == position && !slots.values[$0].value.isZero }
    }

    /// Marks the account as created in this transaction.
    public mutating func markCreated(_ position: Int) {
        undo.append(.created(Int32(truncatingIfNeeded: position), accounts.values[position].createdIn))
        accounts.values[position].createdIn = transaction
    }

    /// Marks the account for destruction at the end of the transaction; false when it was already marked.
    public mutating func markDestroyed(_ position: Int) -> Bool {
        if accounts.values[position].destroyedIn == transaction { return false }
        let index = Int32(truncatingIfNeeded: position)
        undo.append(.destroyed(index, accounts.values[position].destroyedIn))
        accounts.values[position].destroyedIn = transaction
        destroyed.append(index)
        return true
    }

    @inlinable @inline(__always)
    public func isWarm(_ position: Int) -> Bool { accounts.values[position].warmIn == transaction }

    /// Makes the account warm; true when it was cold.
    @inlinable @inline(__always)
    @discardableResult
    public mutating func warm(_ position: Int) -> Bool {
        if isWarm(position) { return false }
        warmColdAccount(position)
        return true
    }

    @usableFromInline @inline(never)
    mutating func warmColdAccount(_ position: Int) {
        undo.append(.warmAccount(Int32(truncatingIfNeeded: position), accounts.values[position].warmIn))
        accounts.values[position].warmIn = transaction
        noteAccess(position)
    }
}

// MARK: - Storage

extension Journal {
    /// Loads a slot of the account at `position` and returns the slot's own position.
    @inlinable
    public mutating func loadSlot(_ position: Int, _ slot: UInt256) -> Int {
        lastSlot =
            slots.position(of: SlotKey(account: position, slot: slot), near: lastSlot)
            ?? loadSlotFromView(position, slot)
        return lastSlot
    }

    @usableFromInline @inline(never)
    mutating func loadSlotFromView(_ position: Int, _ slot: UInt256) -> Int {
        var value = UInt256.zero
        let entry = accounts.values[position]
        if entry.original != nil, !entry.storageCleared {
            do throws(StateError) {
                value = try view.storage(at: accounts.keys[position], slot: slot)
            } catch {
                note(error)
            }
        }
        return slots.insertNew(SlotKey(account: position, slot: slot), SlotEntry(value: value))
    }

    @inlinable public func value(ofSlot slotPosition: Int) -> UInt256 { slots.values[slotPosition].value }

    /// The value that the slot had when the current transaction began.
    @inlinable
    public func originalValue(ofSlot slotPosition: Int) -> UInt256 {
        let entry = slots.values[slotPosition]
        return entry.writtenIn == transaction ? writtenSlots[Int(entry.writing) - 1].original : entry.value
    }

    public mutating func setSlot(_ slotPosition: Int, _ value: UInt256) {
        let index = Int32(truncatingIfNeeded: slotPosition)
        let before = slots.values[slotPosition].write(value, in: transaction)
        if before.writtenIn != transaction {
            // Stays when the write is reverted: the original is then the current value again.
            if before.writing == 0 {
                writtenSlots.append(WrittenSlot(position: index, committed: before.value, original: before.value))
                slots.values[slotPosition].writing = UInt32(truncatingIfNeeded: writtenSlots.count)
            } else {
                writtenSlots[Int(before.writing) - 1].original = before.value
            }
        }
        undo.append(.slot(index, before.value))
    }

    @inlinable @inline(__always)
    public func isWarmSlot(_ slotPosition: Int) -> Bool { slots.values[slotPosition].warmIn == transaction }

    /// Makes the slot warm; true when it was cold.
    @inlinable @inline(__always)
    @discardableResult
    public mutating func warmSlot(_ slotPosition: Int) -> Bool {
        if isWarmSlot(slotPosition) { return false }
        warmColdSlot(slotPosition)
        return true
    }

    @usableFromInline @inline(never)
    mutating func warmColdSlot(_ slotPosition: Int) {
        undo.append(.warmSlot(Int32(truncatingIfNeeded: slotPosition), slots.values[slotPosition].warmIn))
        slots.values[slotPosition].warmIn = transaction
        noteSlotAccess(slotPosition)
    }

    public func transientValue(_ position: Int, _ slot: UInt256) -> UInt256 {
        transient[SlotKey(account: position, slot: slot)] ?? .zero
    }

    public mutating func setTransient(_ position: Int, _ slot: UInt256, _ value: UInt256) {
        let key = SlotKey(account: position, slot: slot)
        let index = transient.position(of: key) ?? transient.insertNew(key, .zero)
        undo.append(.transient(Int32(truncatingIfNeeded: index), transient.values[index]))
        transient.values[index] = value
    }
}

// MARK: - Logs, refund, checkpoints

extension Journal {
    public mutating func emit(_ log: Log) { logs.append(log) }

    public mutating func addRefund(_ amount: Int64) { refund &+= amount }

    public var checkpoint: Checkpoint {
        Checkpoint(undoCount: undo.count, logCount: logs.count, refund: refund)
    }

    /// Takes back everything since `checkpoint`.
    public mutating func revert(to checkpoint: Checkpoint) {
        while undo.count > checkpoint.undoCount {
            switch undo.removeLast() {
            case .balance(let position, let balance): accounts.values[Int(position)].account.balance = balance
            case .nonce(let position, let nonce): accounts.values[Int(position)].account.nonce = nonce
            case .codeHash(let position, let hash): accounts.values[Int(position)].account.codeHash = hash
            case .existence(let position, let exists): accounts.values[Int(position)].exists = exists
            case .warmAccount(let position, let mark): accounts.values[Int(position)].warmIn = mark
            case .touched(let position, let mark):
                // Mainnet's block 2,675,119 deleted the RIPEMD-160 precompile although the call that touched it ran
                // out of gas, so its touch survives a revert on every client.
                if accounts.keys[Int(position)] != Address(3) { accounts.values[Int(position)].touchedIn = mark }
            case .created(let position, let mark): accounts.values[Int(position)].createdIn = mark
            case .destroyed(let position, let mark): accounts.values[Int(position)].destroyedIn = mark
            case .slot(let position, let value): slots.values[Int(position)].value = value
            case .warmSlot(let position, let mark): slots.values[Int(position)].warmIn = mark
            case .transient(let position, let value): transient.values[Int(position)] = value
            }
        }
        logs.removeLast(logs.count - checkpoint.logCount)
        refund = checkpoint.refund
    }
}

// MARK: - Transactions and the diff

extension Journal {
    /// Ends the current transaction: destroyed accounts go, and touched empty ones too if the fork says so (EIP-161).
    /// Returns the transaction's logs.
    public mutating func finishTransaction(clearsEmptyAccounts: Bool) -> [Log] {
        var hasDestroyed = false
        for index in destroyed {
            let position = Int(index)
            guard accounts.values[position].destroyedIn == transaction else { continue }
            hasDestroyed = true
            accounts.values[position].account = Account()
            accounts.values[position].exists = false
            accounts.values[position].storageCleared = true
        }
        if hasDestroyed {
            for slotPosition in slots.keys.indices {
                let owner = Int(slots.keys[slotPosition].account)
                if accounts.values[owner].destroyedIn == transaction { slots.values[slotPosition].value = .zero }
            }
        }
        if clearsEmptyAccounts {
            for index in touched {
                let position = Int(index)
                if accounts.values[position].touchedIn == transaction, accounts.values[position].account.isEmpty {
                    accounts.values[position].exists = false
                }
            }
        }
        recordChanges()
        let finished = logs
        beginTransaction()
        return finished
    }

    /// Takes back everything that the current transaction did, as if it had never been run. Returns the logs that it had.
    @discardableResult
    public mutating func discardTransaction() -> [Log] {
        let discarded = logs
        revert(to: .start)
        recorder?.discardTransaction()
        beginTransaction()
        return discarded
    }

    /// About how many bytes of memory its entries take.
    public var footprint: Int {
        accounts.count * 256 + slots.count * 128 + writtenSlots.count * 96 + codes.values.reduce(0) { $0 + $1.count }
    }

    /// Hands the recorder what the transaction changed: what the undo log, which holds only what stays, could take back.
    private mutating func recordChanges() {
        guard let index = recorder?.index else { return }
        for entry in undo {
            switch entry {
            case .balance(let position, let before):
                let after = accounts.values[Int(position)].account.balance
                recorder?.balances.append(AccessRecorder.Change(position, at: index, from: before, to: after))
            case .nonce(let position, let before):
                let after = accounts.values[Int(position)].account.nonce
                recorder?.nonces.append(AccessRecorder.Change(position, at: index, from: before, to: after))
            case .codeHash(let position, let before):
                let after = accounts.values[Int(position)].account.codeHash
                recorder?.codes.append(AccessRecorder.Change(position, at: index, from: before, to: after))
            case .slot(let position, let before):
                let after = slots.values[Int(position)].value
                recorder?.values.append(AccessRecorder.Change(position, at: index, from: before, to: after))
            default: break
            }
        }
    }

    private mutating func beginTransaction() {
        transaction &+= 1
        undo.removeAll(keepingCapacity: true)
        touched.removeAll(keepingCapacity: true)
        destroyed.removeAll(keepingCapacity: true)
        if !transient.isEmpty { transient.removeAll() }
        logs = []
        refund = 0
        recorder?.beginTransaction()
    }

    /// What changed against the view, over all finished transactions.
    public func diff() -> StateDiff {
        var diff = StateDiff()
        var changedSlots = Table<PositionKey, [(slot: UInt256, value: UInt256)]>()
        for written in writtenSlots {
            let key = slots.keys[Int(written.position)]
            let value = slots.values[Int(written.position)].value
            let before = accounts.values[Int(key.account)].storageCleared ? UInt256.zero : written.committed
            if value != before {
                let owner = PositionKey(key.account)
                let position = changedSlots.position(of: owner) ?? changedSlots.insertNew(owner, [])
                changedSlots.values[position].append((key.slot, value))
            }
        }
        let addresses = accounts.keys
        for position in addresses.indices.sorted(by: { addresses[$0] < addresses[$1] }) {
            let entry = accounts.values[position]
            let account = entry.exists ? entry.account : nil
            var changed = changedSlots[PositionKey(Int32(truncatingIfNeeded: position))] ?? []
            // Of an account that went, or whose storage was cleared where there was none, nothing more is to say.
            if account == nil { changed = [] }
            let clearsStorage = entry.storageCleared && entry.original != nil
            if account == entry.original, changed.isEmpty, !clearsStorage { continue }
            changed.sort { $0.slot < $1.slot }
            diff.accounts.append(
                StateDiff.AccountChange(
                    address: addresses[position], account: account, clearsStorage: clearsStorage, slots: changed))
            if let account, account.hasCode, account.codeHash != entry.original?.codeHash,
                let code = codes[account.codeHash]
            {
                diff.codes.append(StateDiff.CodeAddition(hash: account.codeHash, code: code))
            }
        }
        return diff
    }
}

/// An account or a slot by its position.
struct PositionKey: FixedHashable {
    let position: Int32

    init(_ position: Int32) { self.position = position }

    func fixedHash(seed: UInt64) -> UInt64 {
        foldedMultiply(UInt64(truncatingIfNeeded: position) ^ seed, 0x9E37_79B9_7F4A_7C15)
    }
}
