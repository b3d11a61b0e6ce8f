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
    }

    private enum Kind {
        static let head: UInt8 = 1
        static let account: UInt8 = 2
        static let slots: UInt8 = 3
        static let end: UInt8 = 4
    }

    private static let slotsInChunk = 1024
    /// Bytes of rows that go to the store at once while a snapshot is read.
    private static let batchBytes = 8 << 20

    // MARK: Writing

    /// Writes the state at a retained block of the chain. Blocks may be added meanwhile.
    public static func export(
        _ database: ChainDatabase, block number: UInt64, to disk: any Disk, name: String,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        guard let stored = try database.block(number: number) else { throw .unknownBlock }
        guard database.stateRange.contains(number) else { throw .pruned(block: number) }
        let file = try RecordFile(disk: disk, name: name)
        guard file.size == 0 else { throw .otherChain("\(name) is there already") }
        var hashes: [Bytes32] = []
        for previous in (number >= 256 ? number - 256 : 0)..<number {
            guard let hash = try database.hash(of: previous) else { continue }
            hashes.append(hash)
        }
        let description = try ChainDatabase.description(of: database.store) ?? []
        let block = ArchiveRecord.block(stored.withoutDiff, changedKeys: [], makesHead: true).encoded
        _ = try file.append(
            [Kind.head]
                + RLPEncoder.list { encoder in
                    encoder.append(description)
                    encoder.append(block)
                    encoder.list { encoder in for hash in hashes { encoder.append(hash) } }
                })
        var content = Content(number: number, hash: stored.hash, stateRoot: stored.block.header.stateRoot)
        let reader = database.history.reader(at: number)
        try TrieWalk(reader: reader, owner: nil).visit { (hash, value) throws(StorageError) in
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

    /// Begins a database with a snapshot; open it afterwards as any other. After an interruption the same call does it
    /// again: what was written before is written as it was, and the folder has no head before all of it is there.
    public static func load(
        _ disk: any Disk, name: String, into store: any Store, blocks: any Disk,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        if try store.get(ChainKey.head) != nil { throw .otherChain("the data folder holds a chain already") }
        return try read(disk, name: name, into: (store, blocks), progress: progress)
    }

    private static func read(
        _ disk: any Disk, name: String, into target: (store: any Store, blocks: any Disk)?,
        progress: (Int) -> Void = { _ in }
    ) throws(StorageError) -> Content {
        guard try disk.names().contains(name) else {
            throw .system(operation: "open", path: name, code: 2)
        }
        let file = try RecordFile(disk: disk, name: name)
        var reading = Reading(store: target?.store)
        var offset: UInt64 = 0
        while !reading.isComplete {
            guard let record = try file.record(at: offset) else {
                throw .damaged("\(name) at byte \(offset): the snapshot ends there or is damaged")
            }
            try reading.take(record)
            offset += UInt64(record.count + RecordFile.overhead)
            progress(reading.content.accounts)
        }
        guard offset == file.size else { throw .damaged("\(name) goes on behind its end") }
        if let target { try reading.begin(target.blocks) }
        return reading.content
    }

    /// A snapshot being read.
    private struct Reading {
        private let store: (any Store)?
        private let rows = Rows()
        private var accounts: TrieBuilder
        private var storage: TrieBuilder?
        private var current: (hash: Bytes32, storageRoot: Bytes32)?
        private var block: StoredBlock?
        private var hashes: [Bytes32] = []
        private var description: [UInt8] = []
        private(set) var content = Content()
        private(set) var isComplete = false

        /// What goes to the store next.
        private final class Rows {
            var batch = StoreBatch()
            var bytes = 0

            func put(_ key: [UInt8], _ value: [UInt8]) {
                batch.put(key, value)
                bytes += key.count + value.count
            }
        }

        init(store: (any Store)?) {
            self.store = store
            let rows = self.rows
            accounts = TrieBuilder { path, encoded in rows.put(StateKey.node(nil, path), encoded) }
        }

        private static let malformed = StorageError.damaged("a record of the snapshot")

        mutating func take(_ record: [UInt8]) throws(StorageError) {
            var account: (hash: Bytes32, value: [UInt8], code: [UInt8])?
            do throws(RLPError) {
                var decoder = RLPDecoder(Array(record.dropFirst()))
                switch record[0] {
                case Kind.head where block == nil:
                    var fields = try decoder.list()
                    description = try fields.string()
                    let encoded = try fields.string()
                    hashes = try fields.array { (hash: inout RLPDecoder) throws(RLPError) in try hash.hash() }
                    guard case .block(let stored, _, _)? = ArchiveRecord(encoded) else {
                        throw RLPError(.invalidValue, at: 0)
                    }
                    block = stored
                    content.number = stored.block.header.number
                    content.hash = stored.hash
                    content.stateRoot = stored.block.header.stateRoot
                case Kind.account where block != nil:
                    var fields = try decoder.list()
                    let hash = try fields.hash()
                    let value = try fields.string()
                    account = (hash, value, try fields.string())
                case Kind.slots where current != nil:
                    while !decoder.isAtEnd {
                        let hash = try decoder.hash()
                        try takeSlot(hash, try decoder.string()).get()
                    }
                case Kind.end where block != nil:
                    var fields = try decoder.list()
                    let counts = (try fields.integer(), try fields.integer())
                    try closeAccount().get()
                    guard counts == (UInt64(content.accounts), UInt64(content.slots)),
                        accounts.finish() == content.stateRoot
                    else { throw RLPError(.invalidValue, at: 0) }
                    isComplete = true
                default: throw RLPError(.invalidValue, at: 0)
                }
            } catch {
                throw Reading.malformed
            }
            if let account { try takeAccount(account.hash, account.value, account.code) }
            try flush(limit: Snapshot.batchBytes)
        }

        private mutating func takeAccount(
            _ hash: Bytes32, _ value: [UInt8], _ code: [UInt8]
        ) throws(StorageError) {
            do throws(RLPError) { try closeAccount().get() } catch { throw Reading.malformed }
            guard let (account, storageRoot) = AccountCoding.decode(value), accounts.add(hash, value),
                account.hasCode ? Keccak256.hash(code) == account.codeHash : code.isEmpty
            else { throw .damaged("account \(hash) of the snapshot") }
            rows.put(StateKey.account(hash), value)
            if account.hasCode { rows.put(StateKey.code(account.codeHash), code) }
            let rows = self.rows
            storage = TrieBuilder { path, encoded in rows.put(StateKey.node(hash, path), encoded) }
            current = (hash, storageRoot)
            content.accounts += 1
        }

        private mutating func takeSlot(_ hash: Bytes32, _ value: [UInt8]) -> Result<Void, RLPError> {
            guard let current, storage?.add(hash, value) == true else {
                return .failure(RLPError(.invalidValue, at: 0))
            }
            rows.put(StateKey.slot(current.hash, hash), value)
            content.slots += 1
            return .success(())
        }

        /// The storage root is checked as soon as the account's last slot is there.
        private mutating func closeAccount() -> Result<Void, RLPError> {
            guard let current, var builder = storage else { return .success(()) }
            let root = builder.finish()
            storage = nil
            self.current = nil
            return root == current.storageRoot ? .success(()) : .failure(RLPError(.invalidValue, at: 0))
        }

        private mutating func flush(limit: Int) throws(StorageError) {
            guard rows.bytes > limit else { return }
            if let store { try store.write(rows.batch, durably: false) }
            rows.batch = StoreBatch()
            rows.bytes = 0
        }

        /// Everything durable, then the archive's first record and the store's head.
        mutating func begin(_ blocks: any Disk) throws(StorageError) {
            guard let store, let block else { return }
            try flush(limit: -1)
            let archive = try BlockArchive(disk: blocks, segmentLimit: .max)
            var position = BlockArchive.Position.start
            if archive.end == .start {
                position = try archive.append(
                    ArchiveRecord.block(block, changedKeys: [], makesHead: true).encoded)
            } else {
                // Of an attempt that ended just here.
                guard case .block(let earlier, _, _)? = ArchiveRecord(try archive.record(at: .start)),
                    earlier.hash == block.hash
                else { throw .otherChain("the data folder holds blocks already") }
            }
            try archive.sync()
            var batch = StoreBatch()
            let number = block.block.header.number
            batch.put(ChainKey.layout, .bigEndian(ChainDatabase.layout))
            batch.put(ChainKey.description, description)
            batch.put(
                ChainKey.block(block.hash),
                BlockRow(position: position, number: number, parent: block.block.header.parentHash).encoded)
            for (index, hash) in hashes.enumerated() {
                batch.put(ChainKey.hash(number - UInt64(hashes.count - index)), hash.bytes)
            }
            batch.put(ChainKey.hash(number), block.hash.bytes)
            for (index, transaction) in block.transactions.enumerated() {
                var place: [UInt8] = .bigEndian(number)
                place.append(bigEndian: UInt32(index))
                batch.put(ChainKey.transaction(transaction.hash), place)
            }
            for key in ChainDatabase.logKeys(block) { batch.put(key, []) }
            batch.put(ChainKey.segment(position.segment), .bigEndian(number))
            batch.put(ChainKey.oldestState, .bigEndian(number))
            batch.put(ChainKey.oldestBlock, .bigEndian(number))
            batch.put(ChainKey.position, archive.end.encoded)
            batch.put(ChainKey.head, block.hash.bytes)
            try store.write(batch, durably: true)
        }
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
