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
        accounts.value(for: StateTrie.key(address)).flatMap { AccountCoding.decode($0)?.account }
    }

    public func storage(at address: Address, slot: UInt256) -> UInt256 {
        guard let value = storageTrie(at: address).value(for: StateTrie.key(slot)) else { return .zero }
        return AccountCoding.decodeWord(value) ?? .zero
    }

    public func storageTrie(at address: Address) -> Trie {
        Trie(root: accounts.leaf(for: StateTrie.key(address))?.storage)
    }

    /// Takes in what a block changed. Only changed paths are hashed, when a root is next asked for.
    public mutating func apply(_ diff: StateDiff) {
        for change in diff.accounts {
            let key = StateTrie.key(change.address)
            guard let account = change.account else {
                accounts.set(key, nil)
                continue
            }
            var storage = change.clearsStorage ? Trie() : Trie(root: accounts.leaf(for: key)?.storage)
            for (slot, value) in change.slots {
                storage.set(StateTrie.key(slot), value.isZero ? [] : AccountCoding.encode(value))
            }
            let value = AccountCoding.encode(account, storageRoot: storage.rootHash)
            accounts.set(key, TrieNode.Leaf(value: value, storage: storage.root))
        }
    }

    /// The proof of an account, root first, as `eth_getProof` gives it.
    public func accountProof(_ address: Address) -> [[UInt8]] { accounts.proof(for: StateTrie.key(address)) }

    /// The proof of a slot under its account's storage root.
    public func storageProof(_ address: Address, slot: UInt256) -> [[UInt8]] {
        storageTrie(at: address).proof(for: StateTrie.key(slot))
    }

    // MARK: Encoding

    static func key(_ address: Address) -> [UInt8] { Keccak256.hash(address.bytes).bytes }
    static func key(_ slot: UInt256) -> [UInt8] { Keccak256.hash(slot.bigEndianBytes).bytes }
}
