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
        trie.apply(diff)
    }

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
