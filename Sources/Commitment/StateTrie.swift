import Cryptography
public import Foundations
public import State

/// The world state's trie: accounts by keccak(address), each with its storage trie by keccak(slot).
///
/// A value that shares nodes with its earlier versions: keep a copy per block and every block's state, root and proofs
/// stay at hand.
public struct StateTrie: Sendable {
    private var accounts = Trie()

    public init() {}

    /// The state root.
    public var rootHash: Bytes32 { accounts.rootHash }

    public func account(at address: Address) -> Account? {
        accounts.leaf(for: StateTrie.key(address)).flatMap { AccountCoding.decode($0.value)?.account }
    }

    public func storage(at address: Address, slot: UInt256) -> UInt256 {
        guard let leaf = storageTrie(at: address).leaf(for: StateTrie.key(slot)) else { return .zero }
        return AccountCoding.decodeWord(leaf.value) ?? .zero
    }

    public func storageTrie(at address: Address) -> Trie { storageTrie(StateTrie.key(address)) }

    private func storageTrie(_ account: TrieKey) -> Trie { Trie(root: accounts.leaf(for: account)?.storage) }

    /// Takes in what a block changed. Only changed paths are hashed: those of storage now, those of accounts when the
    /// root is next asked for.
    public mutating func apply(_ diff: StateDiff) {
        apply(StateTrie.groups(of: diff).map { changes(diff.accounts[$0]) })
    }

    // MARK: - In parts

    /// Slots and accounts that are taken in together: enough to hash many nodes side by side, and few enough for the
    /// nodes to stay in the processor's cache until they are hashed.
    private static var groupCount: Int { 1024 }

    /// The accounts of a diff in parts of about as much work.
    package static func groups(of diff: StateDiff) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        var count = 0
        for (index, change) in diff.accounts.enumerated() {
            count += change.slots.count + 1
            if count >= groupCount {
                groups.append(start..<(index + 1))
                (start, count) = (index + 1, 0)
            }
        }
        if start < diff.accounts.count { groups.append(start..<diff.accounts.count) }
        return groups
    }

    /// What becomes of some accounts, their storage changed and hashed.
    package struct Changes: @unchecked Sendable {
        // Sendable: the leaves are new, and no trie has them yet.
        fileprivate var leaves: [TrieNode.Leaf] = []
    }

    /// What some changes of a diff come to. Several threads may ask for different accounts at once.
    package func changes(_ changes: ArraySlice<StateDiff.AccountChange>) -> Changes {
        var messages = KeccakBatch()
        for change in changes {
            messages.append(change.address)
            for slot in change.slots { messages.append(slot.slot) }
        }
        let hashes = messages.hashes()
        var next = 0
        var keys: [TrieKey] = []
        var storages: [Trie] = []
        for change in changes {
            let key = TrieKey(hashes[next])
            next += 1
            var storage = change.clearsStorage || change.account == nil ? Trie() : storageTrie(key)
            if change.account != nil, !change.slots.isEmpty {
                storage.update(
                    change.slots.indices.map { index in
                        let value = change.slots[index].value
                        return TrieNode.Leaf(
                            TrieKey(hashes[next + index]), value.isZero ? [] : AccountCoding.encode(value))
                    })
            }
            next += change.slots.count
            keys.append(key)
            storages.append(storage)
        }
        Trie.name(storages)
        var result = Changes()
        result.leaves.reserveCapacity(changes.count)
        for (index, change) in changes.enumerated() {
            let value = change.account.map { AccountCoding.encode($0, storageRoot: storages[index].rootHash) }
            result.leaves.append(TrieNode.Leaf(keys[index], value ?? [], storage: storages[index].root))
        }
        return result
    }

    /// Takes in the changes of all parts of a diff, each made on the trie as it is.
    package mutating func apply(_ parts: [Changes]) {
        accounts.update(parts.flatMap { $0.leaves })
    }

    // MARK: - Proofs

    /// The proof of an account, root first, as `eth_getProof` gives it.
    public func accountProof(_ address: Address) -> [[UInt8]] { accounts.proof(for: StateTrie.key(address)) }

    /// The proof of a slot under its account's storage root.
    public func storageProof(_ address: Address, slot: UInt256) -> [[UInt8]] {
        storageTrie(at: address).proof(for: StateTrie.key(slot))
    }

    private static func key(_ address: Address) -> TrieKey { TrieKey(Keccak256.hash(address)) }
    private static func key(_ slot: UInt256) -> TrieKey { TrieKey(Keccak256.hash(slot)) }
}
