import Commitment
import Cryptography
import Foundations
import State

/// What a `StateDiff` comes to in the store's tables, with the root behind it. A function of the state before and the
/// diff alone.
struct StateUpdate {
    struct Change {
        let key: [UInt8]
        let old: [UInt8]?
        let new: [UInt8]?
    }

    /// Accounts, slots and trie nodes, each key once.
    private(set) var changes: [Change] = []
    let codes: [StateDiff.CodeAddition]
    private(set) var root: Bytes32 = .zero

    /// What one account's change comes to.
    private struct Part {
        let hash: Bytes32
        let change: StateDiff.AccountChange
        var old: [UInt8]?
        var storageRoot = Trie.emptyRoot
        /// What was in the storage that the change clears, until something takes its place.
        var removed: [[UInt8]: [UInt8]] = [:]
        var changes: [Change] = []

        /// How many slots a storage trie takes in.
        var slotCount: Int { change.account == nil ? 0 : change.slots.count }

        mutating func add(_ key: [UInt8], old: [UInt8]?, new: [UInt8]?) {
            let old = removed.isEmpty ? old : removed.removeValue(forKey: key) ?? old
            if old != new { changes.append(Change(key: key, old: old, new: new)) }
        }
    }

    /// Slots that one thread takes at a time: enough for their hashes to be found side by side.
    private static let slotsAtATime = 256

    init(_ diff: StateDiff, on reader: any StateReader) throws(StorageError) {
        codes = diff.codes
        var addresses = KeccakBatch()
        for change in diff.accounts { addresses.append(change.address) }
        var parts = zip(addresses.hashes(), diff.accounts).map { Part(hash: $0, change: $1) }
        parts.sort { $0.hash < $1.hash }
        parts = try StateUpdate.updateStorages(parts, reader)
        var entries: [TrieUpdate.Entry] = []
        entries.reserveCapacity(parts.count)
        changes.reserveCapacity(parts.reduce(parts.count * 4) { $0 + $1.changes.count })
        for part in parts {
            let new = part.change.account.map { AccountCoding.encode($0, storageRoot: part.storageRoot) }
            changes += part.changes
            if new == part.old { continue }
            changes.append(Change(key: StateKey.account(part.hash), old: part.old, new: new))
            entries.append(TrieUpdate.Entry(hash: part.hash, value: new))
        }
        let accounts = try TrieUpdate.inParallel(owner: nil, entries, reader: reader)
        for change in accounts.changes { changes.append(Change(key: change.key, old: change.old, new: change.new)) }
        root = accounts.root(of: 0)
    }

    // MARK: Storage

    /// The parts with their accounts read and their storage changed, on several threads when there is much to do.
    private static func updateStorages(_ parts: [Part], _ reader: any StateReader) throws(StorageError) -> [Part] {
        var groups: [Range<Int>] = []
        var start = 0
        var count = 0
        for (index, part) in parts.enumerated() {
            // Each account costs at least a read.
            count += 1 + part.slotCount
            if count >= slotsAtATime {
                groups.append(start..<(index + 1))
                (start, count) = (index + 1, 0)
            }
        }
        if start < parts.count { groups.append(start..<parts.count) }
        if groups.count < 2 { return try updateStorage(parts, reader) }
        let ranges = groups
        return try Parallel.map(ranges.count) { (index) throws(StorageError) in
            try updateStorage(Array(parts[ranges[index]]), reader)
        }.flatMap { $0 }
    }

    private static func updateStorage(_ before: [Part], _ reader: any StateReader) throws(StorageError) -> [Part] {
        var parts = before
        var slots = KeccakBatch()
        for part in parts where part.slotCount > 0 {
            for slot in part.change.slots { slots.append(slot.slot) }
        }
        let hashes = slots.hashes()
        var first = 0
        var update = TrieUpdate(reader: reader)
        /// The parts whose tries `update` changes, by the tries' numbers.
        var owners: [Int] = []
        for index in parts.indices {
            let isNew = try readAccount(&parts[index], reader)
            let count = parts[index].slotCount
            if count == 0 { continue }
            var entries: [TrieUpdate.Entry] = []
            entries.reserveCapacity(count)
            for (slot, hash) in zip(parts[index].change.slots, hashes[first..<(first + count)]) {
                entries.append(
                    TrieUpdate.Entry(hash: hash, value: slot.value.isZero ? nil : AccountCoding.encode(slot.value)))
            }
            first += count
            entries.sort { $0.key < $1.key }
            let owner = parts[index].hash
            if count >= TrieUpdate.parallelCount {
                take(
                    try TrieUpdate.inParallel(owner: owner, entries, reader: reader, isNew: isNew), [index], &parts)
            } else {
                _ = try update.change(owner: owner, entries, isNew: isNew)
                owners.append(index)
            }
        }
        update.settle()
        take(update, owners, &parts)
        for index in parts.indices {
            for (key, old) in parts[index].removed {
                parts[index].changes.append(Change(key: key, old: old, new: nil))
            }
        }
        return parts
    }

    /// Reads an account as it was, and its storage if that is to go; true when it begins with none.
    private static func readAccount(_ part: inout Part, _ reader: any StateReader) throws(StorageError) -> Bool {
        part.old = try reader.value(StateKey.account(part.hash))
        guard let old = part.old else { return true }
        guard let root = AccountCoding.decode(old)?.storageRoot else { throw .damaged("account \(part.hash)") }
        if part.change.account == nil || part.change.clearsStorage {
            if root != Trie.emptyRoot { part.removed = try storage(of: part.hash, reader) }
            return true
        }
        part.storageRoot = root
        return root == Trie.emptyRoot
    }

    /// Hands what became of tries to the accounts that own them.
    private static func take(_ update: TrieUpdate, _ owners: [Int], _ parts: inout [Part]) {
        for (trie, index) in owners.enumerated() {
            parts[index].storageRoot = update.root(of: trie)
            for entry in update.entries[update.tries[trie].entries] {
                let key = StateKey.slot(parts[index].hash, Bytes32(entry.key))
                parts[index].add(key, old: entry.old, new: entry.value)
            }
        }
        for change in update.changes { parts[owners[change.trie]].add(change.key, old: change.old, new: change.new) }
    }

    /// Every slot and node of an account's storage, by key.
    private static func storage(
        of account: Bytes32, _ reader: any StateReader
    ) throws(StorageError) -> [[UInt8]: [UInt8]] {
        var found: [[UInt8]: [UInt8]] = [:]
        try TrieWalk(reader: reader, owner: account).visit(
            node: { path, encoded in found[StateKey.node(account, path)] = encoded },
            leaf: { hash, value in
                found[StateKey.slot(account, hash)] = value
                return true
            })
        return found
    }
}
