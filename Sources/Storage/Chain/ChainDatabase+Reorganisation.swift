import Chain
public import Foundations
import State
import Synchronization

// Moving the head to another block, one block after the other, each a batch of its own.

extension ChainDatabase {
    /// Makes a block the head, back or forward along the chain or over to another branch. Durable when it returns.
    public func setHead(_ hash: Bytes32) throws(StorageError) {
        try writing { (writer) throws(StorageError) in
            if hash == head.hash { return }
            _ = try route(to: hash)
            _ = try archive.append(ArchiveRecord.head(hash).encoded)
            try syncIfDue(&writer)
            try move(to: hash)
        }
    }

    /// From now on nothing takes this block back.
    public func finalize(_ hash: Bytes32) throws(StorageError) {
        try writing { (writer) throws(StorageError) in
            guard let row = try row(hash), try self.hash(of: row.number) == hash else { throw .unknownBlock }
            if let already = finalizedNumber, already >= row.number { return }
            _ = try archive.append(ArchiveRecord.finalized(hash).encoded)
            try syncIfDue(&writer)
            try noteFinalized(hash, row.number)
        }
    }

    func noteFinalized(_ hash: Bytes32, _ number: UInt64, isLast: Bool = true) throws(StorageError) {
        var batch = StoreBatch()
        batch.put(ChainKey.finalized, .bigEndian(number))
        if isLast { batch.put(ChainKey.position, archive.end.encoded) }
        try store.write(batch, durably: false)
        points.withLock { $0.finalized = number }
    }

    /// What leads from the head to a block: how far back, and the branch forward from there.
    func route(to hash: Bytes32) throws(StorageError) -> (ancestor: UInt64, branch: [Bytes32]) {
        guard let row = try row(hash) else { throw .unknownBlock }
        var branch: [Bytes32] = []
        var (next, number, parent) = (hash, row.number, row.parent)
        while try self.hash(of: number) != next {
            branch.append(next)
            guard number > 0, let above = try self.row(parent) else { throw .unknownBlock }
            (next, number, parent) = (parent, above.number, above.parent)
        }
        if let finalizedNumber, number < finalizedNumber { throw .finalized(block: finalizedNumber) }
        guard history.range.contains(number) else { throw .pruned(block: number) }
        return (number, branch.reversed())
    }

    /// Goes to a block that `route` can reach. The log says already that it is the head: after a crash on the way,
    /// the same is done again. While records are done again, those behind this one still wait.
    func move(to hash: Bytes32, isLast: Bool = true) throws(StorageError) {
        let (ancestor, branch) = try route(to: hash)
        try history.whileUndoing { () throws(StorageError) in
            while head.number > ancestor { try undoHead() }
        }
        for next in branch {
            guard let stored = try block(next) else { throw .unknownBlock }
            let update = try StateUpdate(stored.diff, on: history.head)
            guard update.root == stored.block.header.stateRoot else {
                throw .damaged("block \(stored.block.header.number) does not lead to its state root again")
            }
            try extend(stored, update, StoreBatch(), isLast: false)
        }
        guard isLast else { return }
        var batch = StoreBatch()
        batch.put(ChainKey.position, archive.end.encoded)
        try store.write(batch, durably: false)
    }

    /// Takes the head back to its parent.
    private func undoHead() throws(StorageError) {
        let old = head
        guard let (stored, keys) = try record(old.hash),
            let parent = try block(stored.block.header.parentHash)
        else { throw .pruned(block: old.number) }
        var batch = StoreBatch()
        let changes = try history.undo(keys, block: old.number, to: &batch)
        removeIndex(stored, to: &batch)
        batch.put(ChainKey.head, parent.hash.bytes)
        try history.write(batch, changes, head: parent.block.header.number)
        points.withLock { $0.head = ChainDatabase.place(parent) }
    }
}
