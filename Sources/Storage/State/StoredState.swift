import Commitment
public import Foundations
public import State

/// The state at a block of a database, or what changes make of it. A value; reads go to the store.
public struct StoredState: StateView, Sendable {
    private var reader: any StateReader
    private let store: any StoreReader
    private var codes: [Bytes32: [UInt8]] = [:]
    /// Hashes of blocks that are not of the chain in the store.
    private var blockHashes: [UInt64: Bytes32] = [:]
    /// The state root.
    public private(set) var root: Bytes32
    /// What the last `apply` came to.
    private(set) var update: StateUpdate?

    /// The trie nodes that the last `apply` wrote: what hashing it needed, for benchmarks.
    package var changedNodes: [[UInt8]] {
        update?.changes.compactMap { StateKey.isNode($0.key) ? $0.new : nil } ?? []
    }

    init(reader: any StateReader, store: any StoreReader, root: Bytes32) {
        self.reader = reader
        self.store = store
        self.root = root
    }

    private func value(_ key: [UInt8]) throws(StateError) -> [UInt8]? {
        do throws(StorageError) { return try reader.value(key) } catch { throw StateError(error) }
    }

    // MARK: Reading

    public func account(at address: Address) throws(StateError) -> Account? {
        try stored(StateKey.hash(address))?.account
    }

    private func stored(_ hash: Bytes32) throws(StateError) -> (account: Account, storageRoot: Bytes32)? {
        guard let value = try value(StateKey.account(hash)) else { return nil }
        guard let stored = AccountCoding.decode(value) else { throw .unreadable(code: -1) }
        return stored
    }

    public func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256 {
        let key = StateKey.slot(StateKey.hash(address), StateKey.hash(slot: slot))
        guard let value = try value(key) else { return .zero }
        guard let word = AccountCoding.decodeWord(value) else { throw .unreadable(code: -1) }
        return word
    }

    public func hasStorage(at address: Address) throws(StateError) -> Bool {
        try storageRoot(at: address) != Trie.emptyRoot
    }

    /// The root of an account's storage trie; that of an empty trie for an account without storage.
    public func storageRoot(at address: Address) throws(StateError) -> Bytes32 {
        try stored(StateKey.hash(address))?.storageRoot ?? Trie.emptyRoot
    }

    public func code(withHash hash: Bytes32) throws(StateError) -> [UInt8] {
        if hash == Account.emptyCodeHash { return [] }
        if let code = codes[hash] { return code }
        do throws(StorageError) { return try store.get(StateKey.code(hash)) ?? [] } catch { throw StateError(error) }
    }

    public func blockHash(number: UInt64) throws(StateError) -> Bytes32? {
        if let hash = blockHashes[number] { return hash }
        do throws(StorageError) {
            return try store.get(ChainKey.hash(number)).flatMap { Bytes32($0) }
        } catch {
            throw StateError(error)
        }
    }

    // MARK: Proofs

    /// The proof of an account, root first, as `eth_getProof` gives it.
    public func accountProof(_ address: Address) throws(StateError) -> [[UInt8]] {
        try proof(owner: nil, StateKey.hash(address))
    }

    /// The proof of a slot under its account's storage root.
    public func storageProof(_ address: Address, slot: UInt256) throws(StateError) -> [[UInt8]] {
        try proof(owner: StateKey.hash(address), StateKey.hash(slot: slot))
    }

    private func proof(owner: Bytes32?, _ hash: Bytes32) throws(StateError) -> [[UInt8]] {
        do throws(StorageError) {
            return try TrieWalk(reader: reader, owner: owner).proof(hash)
        } catch {
            throw StateError(error)
        }
    }

    // MARK: Changes on top

    /// Takes in what a block changed; the store is not touched.
    public mutating func apply(_ diff: StateDiff) throws(StateError) {
        do throws(StorageError) {
            let update = try StateUpdate(diff, on: reader)
            reader = LayeredReader(reader, update)
            for addition in update.codes { codes[addition.hash] = addition.code }
            root = update.root
            self.update = update
        } catch {
            throw StateError(error)
        }
    }

    /// Remembers a block's hash for BLOCKHASH.
    public mutating func setBlockHash(_ hash: Bytes32, number: UInt64) { blockHashes[number] = hash }
}

extension StateError {
    public init(_ error: StorageError) {
        if case .system(_, _, let code) = error { self = .unreadable(code: code) } else { self = .unreadable(code: -1) }
    }
}
