import Commitment
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

    /// Accounts, slots and trie nodes, each key once, in the order of keys.
    private(set) var changes: [Change] = []
    let codes: [StateDiff.CodeAddition]
    private(set) var root: Bytes32 = .zero

    /// What one account's change comes to.
    private struct Part {
        let hash: Bytes32
        let change: StateDiff.AccountChange
        let old: [UInt8]?
        var storageRoot = Trie.emptyRoot
        var changes: [Change] = []
    }

    /// Slots of several accounts from which threads pay off.
    private static let parallelCount = 64

    init(_ diff: StateDiff, on reader: any StateReader) throws(StorageError) {
        codes = diff.codes
        var parts: [Part] = []
        parts.reserveCapacity(diff.accounts.count)
        for change in diff.accounts {
            let hash = StateKey.hash(change.address)
            parts.append(Part(hash: hash, change: change, old: try reader.value(StateKey.account(hash))))
        }
        parts.sort { $0.hash < $1.hash }
        if parts.count > 1, parts.reduce(0, { $0 + $1.change.slots.count }) >= StateUpdate.parallelCount {
            let before = parts
            parts = try Parallel.map(parts.count) { (index) throws(StorageError) in
                var part = before[index]
                try StateUpdate.updateStorage(&part, reader)
                return part
            }
        } else {
            for index in parts.indices { try StateUpdate.updateStorage(&parts[index], reader) }
        }
        var entries: [TrieUpdate.Entry] = []
        entries.reserveCapacity(parts.count)
        for part in parts {
            let new = part.change.account.map { AccountCoding.encode($0, storageRoot: part.storageRoot) }
            changes += part.changes
            if new == part.old { continue }
            changes.append(Change(key: StateKey.account(part.hash), old: part.old, new: new))
            entries.append(TrieUpdate.Entry(hash: part.hash, value: new))
        }
        let accounts = try TrieUpdate.apply(entries, reader: reader, owner: nil)
        for change in accounts.changes {
            changes.append(Change(key: StateKey.node(nil, change.path), old: change.old, new: change.new))
        }
        root = accounts.root
        changes.sort { SortedMap.precedes($0.key, $1.key) }
    }

    private static func updateStorage(_ part: inout Part, _ reader: any StateReader) throws(StorageError) {
        var base = reader
        var removed: [[UInt8]: [UInt8]] = [:]
        if let old = part.old {
            guard let root = AccountCoding.decode(old)?.storageRoot else { throw .damaged("account \(part.hash)") }
            part.storageRoot = root
            if part.change.account == nil || part.change.clearsStorage {
                if root != Trie.emptyRoot { removed = try storage(of: part.hash, reader) }
                part.storageRoot = Trie.emptyRoot
                base = EmptyReader()
            }
        }
        if part.change.account != nil, !part.change.slots.isEmpty {
            var entries: [TrieUpdate.Entry] = []
            entries.reserveCapacity(part.change.slots.count)
            for (slot, value) in part.change.slots {
                entries.append(
                    TrieUpdate.Entry(
                        hash: StateKey.hash(slot: slot), value: value.isZero ? nil : AccountCoding.encode(value)))
            }
            let hashes = part.change.slots.map { StateKey.hash(slot: $0.slot) }
            let order = hashes.indices.sorted { hashes[$0] < hashes[$1] }
            let update = try TrieUpdate.apply(order.map { entries[$0] }, reader: base, owner: part.hash)
            part.storageRoot = update.root
            for (position, entry) in update.entries.enumerated() {
                let key = StateKey.slot(part.hash, hashes[order[position]])
                let old = removed.removeValue(forKey: key) ?? entry.old
                if old != entry.value { part.changes.append(Change(key: key, old: old, new: entry.value)) }
            }
            for change in update.changes {
                let key = StateKey.node(part.hash, change.path)
                let old = removed.removeValue(forKey: key) ?? change.old
                if old != change.new { part.changes.append(Change(key: key, old: old, new: change.new)) }
            }
        }
        for (key, old) in removed { part.changes.append(Change(key: key, old: old, new: nil)) }
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
