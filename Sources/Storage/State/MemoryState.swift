public import Commitment
public import Foundations
public import State

/// A whole state in memory: accounts, storage, code, recent block hashes, with its root and proofs.
///
/// A value that shares structure with its copies, so that a copy per block is a cheap snapshot of that block.
public struct MemoryState: StateView, Sendable {
    public private(set) var trie = StateTrie()
    private var codes: [Bytes32: [UInt8]] = [:]
    private var blockHashes: [UInt64: Bytes32] = [:]

    public init() {}

    public var root: Bytes32 { trie.rootHash }

    public mutating func apply(_ diff: StateDiff) {
        for addition in diff.codes { codes[addition.hash] = addition.code }
        let groups = StateTrie.groups(of: diff)
        if groups.count < MemoryState.parallelCount { return trie.apply(diff) }
        let before = trie
        trie.apply(Parallel.map(groups.count) { before.changes(diff.accounts[groups[$0]]) })
    }

    /// Parts of a diff from which several threads pay off: fewer are done before another thread has begun.
    private static let parallelCount = 4

    /// Remembers a block's hash for BLOCKHASH, and forgets the one that it can no longer reach.
    public mutating func setBlockHash(_ hash: Bytes32, number: UInt64) {
        blockHashes[number] = hash
        if number >= 257 { blockHashes[number - 257] = nil }
    }

    public func account(at address: Address) throws(StateError) -> Account? { trie.account(at: address) }

    public func storage(at address: Address, slot: UInt256) throws(StateError) -> UInt256 {
        trie.storage(at: address, slot: slot)
    }

    public func hasStorage(at address: Address) throws(StateError) -> Bool { !trie.storageTrie(at: address).isEmpty }

    public func code(withHash hash: Bytes32) throws(StateError) -> [UInt8] { codes[hash] ?? [] }

    public func blockHash(number: UInt64) throws(StateError) -> Bytes32? { blockHashes[number] }
}
