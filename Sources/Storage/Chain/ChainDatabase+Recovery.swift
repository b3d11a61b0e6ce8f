import Chain
import Commitment
import Foundations
import State
import Synchronization

// Opening: the store may be behind the archive, and, where blocks are not synced one by one, before it.

extension ChainDatabase {
    func recover() throws(StorageError) {
        var position = BlockArchive.Position.start
        if let bytes = try store.get(ChainKey.position) {
            guard let stored = BlockArchive.Position(bytes) else { throw .damaged("position in the archive") }
            position = stored
        }
        // The whole segment, since a store that is before its archive may have seen records that were lost. What is
        // unfinished is cut off.
        var places: [BlockArchive.Position] = []
        try archive.recover(from: BlockArchive.Position(segment: position.segment, offset: 0)) {
            (place, _) throws(StorageError) in places.append(place)
        }
        // What a process that was killed had not synced yet is there, and is reported from now on.
        try archive.sync()
        try loadPoints()
        if position > archive.end { position = try goBack(to: archive.end) }
        var waiting = places.filter { $0 >= position }
        if let first = places.first, position < first {
            waiting = []
            try archive.recover(from: position) { (place, _) throws(StorageError) in waiting.append(place) }
        }
        for place in waiting { try redo(try archive.record(at: place), at: place) }
        if !waiting.isEmpty {
            var batch = StoreBatch()
            batch.put(ChainKey.position, archive.end.encoded)
            try store.write(batch, durably: false)
        }
        metrics.recoveredRecords.store(waiting.count, ordering: .relaxed)
        guard head.hash != .zero else { return }
        let root = try TrieWalk(reader: history.reader(at: head.number), owner: nil).root()
        guard root == head.stateRoot else {
            throw .damaged("the state at block \(head.number) has root \(root), not \(head.stateRoot)")
        }
    }

    private func number(_ key: [UInt8]) throws(StorageError) -> UInt64? {
        guard let bytes = try store.get(key) else { return nil }
        guard bytes.count == 8 else { throw .damaged("a number of the database") }
        return bytes.bigEndian64(at: 0)
    }

    private func loadPoints() throws(StorageError) {
        let finalized = try number(ChainKey.finalized)
        let oldestBlock = try number(ChainKey.oldestBlock) ?? 0
        history.setOldest(try number(ChainKey.oldestState) ?? 0)
        points.withLock {
            $0.finalized = finalized
            $0.oldestBlock = oldestBlock
        }
        guard let hash = try store.get(ChainKey.head).flatMap({ Bytes32($0) }) else { return }
        guard let row = try row(hash) else { throw .damaged("the head's row") }
        history.setNewest(row.number)
        // A head that the archive lost has no content; going back gives one that has.
        let place: Place
        if row.position < archive.end, let stored = try block(hash) {
            place = ChainDatabase.place(stored)
        } else {
            place = Place(hash: hash, number: row.number, stateRoot: .zero, timestamp: 0)
        }
        points.withLock { $0.head = place }
    }

    /// Does again what a record of the archive says.
    private func redo(_ record: [UInt8], at position: BlockArchive.Position) throws(StorageError) {
        switch ArchiveRecord(record) {
        case nil: throw .damaged("a record of the archive")
        case .head(let hash): try move(to: hash, isLast: false)
        case .finalized(let hash):
            if let row = try row(hash) { try noteFinalized(hash, row.number, isLast: false) }
        case .block(let stored, _, let makesHead):
            var batch = StoreBatch()
            try addRow(stored, at: position, to: &batch)
            let isFirst = head.hash == .zero
            if isFirst || (makesHead && stored.block.header.parentHash == head.hash) {
                let reader: any StateReader = isFirst ? EmptyReader() : history.head
                let update = try StateUpdate(stored.diff, on: reader)
                guard update.root == stored.block.header.stateRoot else {
                    throw .damaged("block \(stored.block.header.number) does not lead to its state root again")
                }
                try extend(stored, update, batch, isLast: false)
            } else {
                try store.write(batch, durably: false)
                if makesHead, stored.hash != head.hash { try move(to: stored.hash, isLast: false) }
            }
        }
    }

    // MARK: A store before its archive

    /// Takes back every block whose record the archive lost, with the history rows alone, and forgets the rows of
    /// blocks that are gone. Only after a power cut, and only where blocks are not synced one by one.
    private func goBack(to end: BlockArchive.Position) throws(StorageError) -> BlockArchive.Position {
        var lost: [(hash: Bytes32, row: BlockRow)] = []
        var damaged = false
        try store.scan(from: [StoreTable.blockByHash], before: [StoreTable.blockByHash + 1]) { key, value in
            guard let hash = Bytes32(key.dropFirst()), let row = BlockRow(value) else {
                damaged = true
                return false
            }
            if row.position >= end { lost.append((hash, row)) }
            return true
        }
        if damaged { throw .damaged("rows of blocks") }
        let gone = Set(lost.map(\.hash))
        try history.whileUndoing { () throws(StorageError) in
            while gone.contains(head.hash) { try undoLostHead() }
        }
        var batch = StoreBatch()
        for (hash, _) in lost { batch.remove(ChainKey.block(hash)) }
        var position = BlockArchive.Position.start
        if let row = try row(head.hash) {
            // Everything behind the head's own record is done again; what was done already changes nothing.
            let size = try archive.record(at: row.position).count + RecordFile.overhead
            position = row.position
            position.offset += UInt64(size)
            if let finalizedNumber, finalizedNumber > row.number {
                batch.put(ChainKey.finalized, .bigEndian(row.number))
                points.withLock { $0.finalized = row.number }
            }
        } else {
            batch.remove(ChainKey.head)
            batch.remove(ChainKey.finalized)
            points.withLock {
                $0.head = Place(hash: .zero, number: 0, stateRoot: Trie.emptyRoot, timestamp: 0)
                $0.finalized = nil
            }
        }
        batch.put(ChainKey.position, position.encoded)
        // Synced before the archive grows again: rows of lost blocks that came back with another power cut would name
        // places that hold other records by then.
        try store.write(batch, durably: true)
        return position
    }

    /// Takes back a head of which only the store knows. Its keys are found by reading the whole history.
    private func undoLostHead() throws(StorageError) {
        let old = head
        guard let row = try row(old.hash) else { throw .damaged("the head's row") }
        var keys: [[UInt8]] = []
        for table in StoreTable.ofState {
            try store.scan(from: [table + StoreTable.history], before: [table + StoreTable.history + 1]) { key, _ in
                if key.bigEndian64(at: key.count - 8) == old.number {
                    var plain = Array(key.dropLast(8))
                    plain[0] = table
                    keys.append(plain)
                }
                return true
            }
        }
        var batch = StoreBatch()
        let changes = try history.undo(keys, block: old.number, to: &batch)
        // Rows of its transactions and logs lead nowhere: who follows them looks at the block.
        batch.remove(ChainKey.hash(old.number))
        let parent = row.number == 0 ? nil : try self.row(row.parent)
        if let parent {
            batch.put(ChainKey.head, row.parent.bytes)
            let stored = parent.position < archive.end ? try block(row.parent) : nil
            let place =
                stored.map(ChainDatabase.place)
                ?? Place(hash: row.parent, number: parent.number, stateRoot: .zero, timestamp: 0)
            try history.write(batch, changes, head: parent.number)
            points.withLock { $0.head = place }
        } else {
            batch.remove(ChainKey.head)
            try history.write(batch, changes, head: 0)
            points.withLock { $0.head = Place(hash: .zero, number: 0, stateRoot: Trie.emptyRoot, timestamp: 0) }
        }
    }
}
