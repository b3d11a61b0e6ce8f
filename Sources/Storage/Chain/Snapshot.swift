import Chain
import Commitment
import Cryptography
public import Foundations
import State
import Synchronization

/// The state at one block in one file: exported from a database, checked against its root while it is read, the beginning
/// of another database.
///
/// Records as in the archive, each with size and checksum: first the block and the hashes before it, then accounts in
/// the order of the trie, each followed by its slots in chunks, and an end. Nothing is held in memory but one path of
/// each trie.
public enum Snapshot {
    /// What a snapshot says of itself.
    public struct Content: Sendable, Equatable {
        public var number: UInt64 = 0
        public var hash: Bytes32 = .zero
        public var stateRoot: Bytes32 = .zero
        public var accounts = 0
        public var slots = 0
        /// The accounts that were there already when an interrupted export or import went on.
        public var resumedAt = 0
    }

    enum Kind {
        static let head: UInt8 = 1
        static let account: UInt8 = 2
        static let slots: UInt8 = 3
        static let end: UInt8 = 4
    }

    private static let slotsInChunk = 1024
    // MARK: Writing

    /// Writes the state at a retained block of the chain. Blocks may be added meanwhile. A file that an earlier export of
    /// the same block left unfinished is gone on with.
    public static func export(
        _ database: ChainDatabase, block number: UInt64, to disk: any Disk, name: String,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        guard let stored = try database.block(number: number) else { throw .unknownBlock }
        guard database.stateRange.contains(number) else { throw .pruned(block: number) }
        let file = try RecordFile(disk: disk, name: name)
        var hashes: [Bytes32] = []
        for previous in (number >= 256 ? number - 256 : 0)..<number {
            guard let hash = try database.hash(of: previous) else { continue }
            hashes.append(hash)
        }
        let description = try ChainDatabase.description(of: database.store) ?? []
        let block = ArchiveRecord.block(stored.withoutDiff, changedKeys: [], makesHead: true).encoded
        let head =
            [Kind.head]
            + RLPEncoder.list { encoder in
                encoder.append(description)
                encoder.append(block)
                encoder.list { encoder in for hash in hashes { encoder.append(hash) } }
            }
        var content = Content(number: number, hash: stored.hash, stateRoot: stored.block.header.stateRoot)
        let next = try resume(file, name: name, head: head, &content)
        let reader = database.history.reader(at: number)
        try TrieWalk(reader: reader, owner: nil).visit(from: next) { (hash, value) throws(StorageError) in
            guard let (account, _) = AccountCoding.decode(value) else { throw .damaged("account \(hash)") }
            let code = account.hasCode ? try database.store.get(StateKey.code(account.codeHash)) ?? [] : []
            _ = try file.append(
                [Kind.account]
                    + RLPEncoder.list { encoder in
                        encoder.append(hash)
                        encoder.append(value)
                        encoder.append(code)
                    })
            content.accounts += 1
            try exportSlots(of: hash, reader, to: file, &content)
            progress(content.accounts)
            return true
        }
        _ = try file.append(
            [Kind.end]
                + RLPEncoder.list { encoder in
                    encoder.append(UInt64(content.accounts))
                    encoder.append(UInt64(content.slots))
                })
        try file.sync()
        return content
    }

    /// Cuts a file off before the last account that it holds; answers that account's hash. An empty one gets its head.
    private static func resume(
        _ file: RecordFile, name: String, head: [UInt8], _ content: inout Content
    ) throws(StorageError) -> Bytes32 {
        var last: (hash: Bytes32, offset: UInt64, slots: Int)?
        var isWhole = false
        var isFirst = true
        try file.recover { (offset, record) throws(StorageError) in
            defer { isFirst = false }
            var decoder = RLPDecoder(Array(record.dropFirst()))
            switch record[0] {
            case Kind.account:
                guard var fields = try? decoder.list(), let hash = try? fields.hash() else { break }
                last = (hash, offset, content.slots)
                content.accounts += 1
            case Kind.slots:
                var items = 0
                while (try? decoder.encodedItem()) != nil { items += 1 }
                content.slots += items / 2
            case Kind.end: isWhole = true
            default: if !isFirst || record != head { throw .otherChain("\(name) is there already") }
            }
        }
        if isWhole { throw .otherChain("\(name) is there already") }
        guard let last else {
            try file.file.truncate(to: 0)
            _ = try file.append(head)
            return .zero
        }
        try file.file.truncate(to: last.offset)
        content.accounts -= 1
        content.slots = last.slots
        content.resumedAt = content.accounts
        return last.hash
    }

    private static func exportSlots(
        of account: Bytes32, _ reader: any StateReader, to file: RecordFile, _ content: inout Content
    ) throws(StorageError) {
        var chunk = RLPEncoder()
        var count = 0
        try TrieWalk(reader: reader, owner: account).visit { (hash, value) throws(StorageError) in
            chunk.append(hash)
            chunk.append(value)
            count += 1
            content.slots += 1
            if count == slotsInChunk {
                _ = try file.append([Kind.slots] + chunk.bytes)
                chunk = RLPEncoder()
                count = 0
            }
            return true
        }
        if count > 0 { _ = try file.append([Kind.slots] + chunk.bytes) }
    }

    // MARK: Reading

    /// Reads a snapshot to its end and holds it to its state root.
    public static func verify(_ disk: any Disk, name: String) throws(StorageError) -> Content {
        try read(disk, name: name, into: nil)
    }

    /// Begins a database with a snapshot; open it afterwards as any other. After an interruption the same call goes on
    /// where the rows that were written end; the folder has no head before all of them are there. Rows go to the store
    /// `batchBytes` at a time.
    public static func load(
        _ disk: any Disk, name: String, into store: any Store, blocks: any Disk, batchBytes: Int = 8 << 20,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        if try store.get(ChainKey.head) != nil { throw .otherChain("the data folder holds a chain already") }
        return try read(disk, name: name, into: (store, blocks), batchBytes: batchBytes, progress: progress)
    }

    private static func read(
        _ disk: any Disk, name: String, into target: (store: any Store, blocks: any Disk)?, batchBytes: Int = 0,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        guard try disk.names().contains(name) else {
            throw .system(operation: "open", path: name, code: 2)
        }
        let file = try RecordFile(disk: disk, name: name)
        var reading = SnapshotReading(store: target?.store, batchBytes: batchBytes)
        var offset: UInt64 = 0
        while !reading.isComplete {
            guard let record = try file.record(at: offset) else {
                throw .damaged("\(name) at byte \(offset): the snapshot ends there or is damaged")
            }
            offset += UInt64(record.count + RecordFile.overhead)
            try reading.take(record, end: offset)
            // Only the first record says what snapshot this is.
            if let next = try reading.resumed() { offset = next }
            progress(reading.content.accounts)
        }
        guard offset == file.size else { throw .damaged("\(name) goes on behind its end") }
        if let target { try reading.begin(target.blocks) }
        return reading.content
    }
}

extension StoredBlock {
    /// A snapshot's block comes with its whole state instead.
    fileprivate var withoutDiff: StoredBlock {
        StoredBlock(
            block: block, receipts: receipts, transactions: transactions, totalDifficulty: totalDifficulty,
            diff: StateDiff())
    }
}
