import Commitment
import Cryptography
import Foundations
import State

// Looking at everything: the state at the head, from its root down.

extension ChainDatabase {
    /// What `verify` has seen.
    public struct Verified: Sendable, Equatable {
        public var accounts = 0
        public var slots = 0
        public var nodes = 0
        public var codes = 0
    }

    /// Reads the whole state at the head: every trie node has the hash that its parent states, up to the state root in
    /// the head's header; every account and slot stands in its table as in the trie; every code has its hash.
    public func verify() throws(StorageError) -> Verified {
        let head = self.head
        let reader = history.reader(at: head.number)
        var verified = Verified()
        var walk = TrieWalk(reader: reader, owner: nil)
        walk.checksHashes = true
        guard try walk.root() == head.stateRoot else { throw .damaged("the state root at block \(head.number)") }
        try walk.visit(
            node: { _, _ in verified.nodes += 1 },
            leaf: { (hash, value) throws(StorageError) in
                verified.accounts += 1
                guard let (account, storageRoot) = AccountCoding.decode(value),
                    try reader.value(StateKey.account(hash)) == value
                else { throw .damaged("account \(hash)") }
                if account.hasCode {
                    guard let code = try store.get(StateKey.code(account.codeHash)),
                        Keccak256.hash(code) == account.codeHash
                    else { throw .damaged("code \(account.codeHash)") }
                    verified.codes += 1
                }
                try verifyStorage(of: hash, root: storageRoot, reader, &verified)
                return true
            })
        try verifyCounts(verified)
        return verified
    }

    private func verifyStorage(
        of account: Bytes32, root: Bytes32, _ reader: any StateReader, _ verified: inout Verified
    ) throws(StorageError) {
        var walk = TrieWalk(reader: reader, owner: account)
        walk.checksHashes = true
        guard try walk.root() == root else { throw .damaged("the storage root of account \(account)") }
        try walk.visit(
            node: { _, _ in verified.nodes += 1 },
            leaf: { (hash, value) throws(StorageError) in
                verified.slots += 1
                guard try reader.value(StateKey.slot(account, hash)) == value else {
                    throw .damaged("slot \(hash) of account \(account)")
                }
                return true
            })
    }

    /// That the tables hold nothing that the tries do not.
    private func verifyCounts(_ verified: Verified) throws(StorageError) {
        func count(_ table: UInt8) throws(StorageError) -> Int {
            var count = 0
            try store.scan(from: [table], before: [table + 1]) { _, _ in
                count += 1
                return true
            }
            return count
        }
        let nodes = try count(StoreTable.accountNode) + count(StoreTable.storageNode)
        guard try count(StoreTable.account) == verified.accounts, try count(StoreTable.slot) == verified.slots,
            nodes == verified.nodes
        else { throw .damaged("the state's tables hold more than its tries") }
    }
}
