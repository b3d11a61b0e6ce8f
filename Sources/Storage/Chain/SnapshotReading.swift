import Chain
import Commitment
import Cryptography
import Foundations
import State

/// A snapshot being read, record by record, into a store or just to be checked.
struct SnapshotReading {
    private typealias Kind = Snapshot.Kind

    private let store: (any Store)?
    private let batchBytes: Int
    private let rows = Rows()
    private var accounts: TrieBuilder
    private var storage: TrieBuilder?
    private var current: (hash: Bytes32, storageRoot: Bytes32)?
    private var block: StoredBlock?
    private var hashes: [Bytes32] = []
    private var description: [UInt8] = []
    private var mayResume = true
    private(set) var content = Snapshot.Content()
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

    /// Rows go to the store when there are `batchBytes` of them.
    init(store: (any Store)?, batchBytes: Int) {
        self.store = store
        self.batchBytes = batchBytes
        let rows = self.rows
        accounts = TrieBuilder { path, encoded in rows.put(StateKey.node(nil, path), encoded) }
    }

    private static let malformed = StorageError.damaged("a record of the snapshot")

    /// Takes the next record, which ends at byte `end` of the file.
    mutating func take(_ record: [UInt8], end: UInt64) throws(StorageError) {
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
                    try takeSlot(hash, try decoder.string())
                }
            case Kind.end where block != nil:
                var fields = try decoder.list()
                let counts = (try fields.integer(), try fields.integer())
                try closeAccount()
                guard counts == (UInt64(content.accounts), UInt64(content.slots)),
                    accounts.finish() == content.stateRoot
                else { throw RLPError(.invalidValue, at: 0) }
                isComplete = true
            default: throw RLPError(.invalidValue, at: 0)
            }
            if account != nil { try closeAccount() }
        } catch {
            throw SnapshotReading.malformed
        }
        if let account { try takeAccount(account.hash, account.value, account.code) }
        if rows.bytes >= batchBytes, !isComplete { try flush(upTo: end) }
    }

    private mutating func takeAccount(_ hash: Bytes32, _ value: [UInt8], _ code: [UInt8]) throws(StorageError) {
        guard let (account, storageRoot) = AccountCoding.decode(value), accounts.add(hash, value),
            account.hasCode ? Keccak256.hash(code) == account.codeHash : code.isEmpty
        else { throw .damaged("account \(hash) of the snapshot") }
        rows.put(StateKey.account(hash), value)
        if account.hasCode { rows.put(StateKey.code(account.codeHash), code) }
        storage = storageBuilder(hash)
        current = (hash, storageRoot)
        content.accounts += 1
    }

    private func storageBuilder(_ account: Bytes32) -> TrieBuilder {
        let rows = self.rows
        return TrieBuilder { path, encoded in rows.put(StateKey.node(account, path), encoded) }
    }

    private mutating func takeSlot(_ hash: Bytes32, _ value: [UInt8]) throws(RLPError) {
        guard let current, storage?.add(hash, value) == true else { throw RLPError(.invalidValue, at: 0) }
        rows.put(StateKey.slot(current.hash, hash), value)
        content.slots += 1
    }

    /// The storage root is checked as soon as the account's last slot is there.
    private mutating func closeAccount() throws(RLPError) {
        guard let current, var builder = storage else { return }
        let root = builder.finish()
        storage = nil
        self.current = nil
        if root != current.storageRoot { throw RLPError(.invalidValue, at: 0) }
    }

    // MARK: Interruptions

    /// Writes the rows, and with them all that is needed to go on behind byte `end` of the file.
    private mutating func flush(upTo end: UInt64) throws(StorageError) {
        guard let store else {
            rows.batch = StoreBatch()
            rows.bytes = 0
            return
        }
        rows.put(ChainKey.snapshot, progress(end))
        try store.write(rows.batch, durably: false)
        rows.batch = StoreBatch()
        rows.bytes = 0
    }

    private func progress(_ end: UInt64) -> [UInt8] {
        RLPEncoder.list { encoder in
            encoder.append(content.hash)
            encoder.append(end)
            encoder.append(UInt64(content.accounts))
            encoder.append(UInt64(content.slots))
            accounts.encode(to: &encoder)
            encoder.list { encoder in
                guard let current, let storage else { return }
                encoder.append(current.hash)
                encoder.append(current.storageRoot)
                storage.encode(to: &encoder)
            }
        }
    }

    /// After the first record: where an import of the same snapshot that was interrupted goes on; nil when there is none.
    mutating func resumed() throws(StorageError) -> UInt64? {
        guard mayResume else { return nil }
        mayResume = false
        guard let store, let bytes = try store.get(ChainKey.snapshot) else { return nil }
        let rows = self.rows
        let hash: Bytes32
        let end: UInt64
        do throws(RLPError) {
            var decoder = RLPDecoder(bytes)
            var fields = try decoder.list()
            hash = try fields.hash()
            end = try fields.integer()
            content.accounts = Int(clamping: try fields.integer())
            content.slots = Int(clamping: try fields.integer())
            accounts = try TrieBuilder(&fields) { path, encoded in rows.put(StateKey.node(nil, path), encoded) }
            var open = try fields.list()
            if !open.isAtEnd {
                let account = try open.hash()
                current = (account, try open.hash())
                storage = try TrieBuilder(&open) { path, encoded in rows.put(StateKey.node(account, path), encoded) }
            }
        } catch {
            throw .damaged("the place at which an import of a snapshot stopped")
        }
        guard hash == content.hash else {
            throw .otherChain("the data folder holds part of another snapshot: begin with an empty one")
        }
        content.resumedAt = content.accounts
        return end
    }

    // MARK: The end

    /// Everything durable, then the archive's first record and the store's head.
    mutating func begin(_ blocks: any Disk) throws(StorageError) {
        guard let store, let block else { return }
        let archive = try BlockArchive(disk: blocks, segmentLimit: .max)
        var position = BlockArchive.Position.start
        if archive.end == .start {
            position = try archive.append(ArchiveRecord.block(block, changedKeys: [], makesHead: true).encoded)
        } else {
            // Of an attempt that ended just here.
            guard case .block(let earlier, _, _)? = ArchiveRecord(try archive.record(at: .start)),
                earlier.hash == block.hash
            else { throw .otherChain("the data folder holds blocks already") }
        }
        try archive.sync()
        // The last rows with the head: until then the import can be done again.
        var batch = rows.batch
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
        ChainDatabase.indexHashes(of: block, to: &batch)
        for key in ChainDatabase.logKeys(block) { batch.put(key, []) }
        batch.put(ChainKey.segment(position.segment), .bigEndian(number))
        batch.put(ChainKey.oldestState, .bigEndian(number))
        batch.put(ChainKey.oldestBlock, .bigEndian(number))
        batch.put(ChainKey.position, archive.end.encoded)
        batch.put(ChainKey.head, block.hash.bytes)
        batch.remove(ChainKey.snapshot)
        try store.write(batch, durably: true)
    }
}
