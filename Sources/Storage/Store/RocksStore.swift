import CLinux
import CRocksDB
import Glibc
import Synchronization

/// The store on disk: RocksDB through its C interface.
///
/// One key space. The write-ahead log keeps every batch beyond the end of the process; `durably` syncs it.
public final class RocksStore: Store, @unchecked Sendable {
    // Sendable: RocksDB's handles may be used from any thread; they are freed with the last reference.
    private let handle: OpaquePointer
    private let cache: OpaquePointer
    private let readOptions = rocksdb_readoptions_create()
    /// For ranges within one prefix: files without the prefix are passed over.
    private let prefixOptions = rocksdb_readoptions_create()
    private let lazyWrite = rocksdb_writeoptions_create()
    private let durableWrite = rocksdb_writeoptions_create()
    private let isAbandoned = Atomic<Bool>(false)

    /// Files of 64 MiB each: a store of three tebibytes, beside connections.
    private static let descriptors = 65_536

    /// Bytes that the engine may hold in memory.
    public struct Memory: Sendable {
        public var blockCache = 192 << 20
        /// Rows that are not in files yet. Small, since the engine's list of them is fast while it fits in the processor's
        /// cache; but what is overwritten in it, as the tops of tries are, is never written to a file.
        public var writeBuffer = 32 << 20

        public init() {}
    }

    /// Opens the store in a folder, or makes it. Read only, nothing in the folder changes, not even when another process
    /// writes to it: the store stays as it was when it was opened.
    public init(folder: String, isReadOnly: Bool = false, memory: Memory = Memory()) throws(StorageError) {
        let options = rocksdb_options_create()
        defer { rocksdb_options_destroy(options) }
        rocksdb_options_set_create_if_missing(options, isReadOnly ? 0 : 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        // A log that a power cut tore ends there: what came before is whole batches.
        rocksdb_options_set_wal_recovery_mode(options, Int32(rocksdb_point_in_time_recovery))
        rocksdb_options_set_write_buffer_size(options, memory.writeBuffer)
        rocksdb_options_set_max_write_buffer_number(options, 3)
        rocksdb_options_set_max_background_jobs(options, 2)
        rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1)
        // Keys are hashes, so that every file overlaps every other: much at once and few levels rewrite rows less often.
        rocksdb_options_set_level0_file_num_compaction_trigger(options, 12)
        rocksdb_options_set_level0_slowdown_writes_trigger(options, 28)
        rocksdb_options_set_level0_stop_writes_trigger(options, 44)
        rocksdb_options_set_max_bytes_for_level_base(options, 1 << 30)
        // What compresses is structure, the rest is hashes: Zstandard saves 8 % more for half of the compaction's time.
        rocksdb_options_set_compression(options, Int32(rocksdb_lz4_compression))
        rocksdb_options_set_bytes_per_sync(options, 1 << 20)
        // All files are opened at once and stay open, where the system allows that many: otherwise the first read of each one
        // waits until its end has been read. Read only it must be so: another process may remove files.
        let isRoomy = condor_raise_descriptor_limit() >= UInt(RocksStore.descriptors)
        rocksdb_options_set_max_open_files(options, isReadOnly || isRoomy ? -1 : 512)
        // The engine's own log stays empty, beyond its highest level: writing to it would end the process when the disk is
        // full. Read only it is not even made, since it cannot be made there.
        rocksdb_options_set_info_log_level(options, 6)
        rocksdb_options_set_keep_log_file_num(options, 1)
        if isReadOnly { rocksdb_options_set_db_log_dir(options, "/dev/null") }
        cache = rocksdb_cache_create_lru(memory.blockCache)
        let table = rocksdb_block_based_options_create()
        rocksdb_block_based_options_set_block_cache(table, cache)
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(10))
        // Filters and indices by the page: whole, they are megabytes for each file, which push each other out of the cache.
        rocksdb_block_based_options_set_index_type(
            table, Int32(rocksdb_block_based_table_index_type_two_level_index_search))
        rocksdb_block_based_options_set_partition_filters(table, 1)
        rocksdb_block_based_options_set_pin_top_level_index_and_filter(table, 1)
        rocksdb_block_based_options_set_format_version(table, 5)
        rocksdb_options_set_prefix_extractor(options, RocksStore.historyPrefix())
        rocksdb_readoptions_set_total_order_seek(readOptions, 1)
        rocksdb_options_set_block_based_table_factory(options, table)
        rocksdb_block_based_options_destroy(table)
        rocksdb_writeoptions_set_sync(durableWrite, 1)
        var error: UnsafeMutablePointer<CChar>?
        let opened =
            isReadOnly
            ? rocksdb_open_for_read_only(options, folder, 0, &error) : rocksdb_open(options, folder, &error)
        guard let opened, error == nil else {
            let failure = RocksStore.failure(error)
            rocksdb_cache_destroy(cache)
            rocksdb_readoptions_destroy(readOptions)
            rocksdb_readoptions_destroy(prefixOptions)
            rocksdb_writeoptions_destroy(lazyWrite)
            rocksdb_writeoptions_destroy(durableWrite)
            throw failure
        }
        handle = opened
    }

    deinit {
        // On a disk that fails RocksDB ends the process when it is closed. What is not flushed is in its log anyway.
        if isAbandoned.load(ordering: .relaxed) { return }
        rocksdb_close(handle)
        rocksdb_cache_destroy(cache)
        rocksdb_readoptions_destroy(readOptions)
        rocksdb_readoptions_destroy(prefixOptions)
        rocksdb_writeoptions_destroy(lazyWrite)
        rocksdb_writeoptions_destroy(durableWrite)
    }

    private static func failure(_ error: UnsafeMutablePointer<CChar>?) -> StorageError {
        guard let error else { return .engine("no reason given") }
        defer { rocksdb_free(error) }
        let text = String(cString: error)
        if text.contains("LOCK") { return .engine("the data folder is in use by another process (\(text))") }
        return .engine(text)
    }

    public func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try RocksStore.get(handle, readOptions, key)
    }

    fileprivate static func get(
        _ handle: OpaquePointer, _ options: OpaquePointer?, _ key: [UInt8]
    ) throws(StorageError) -> [UInt8]? {
        var error: UnsafeMutablePointer<CChar>?
        let slice = withCharacters(key) { rocksdb_get_pinned(handle, options, $0, $1, &error) }
        if error != nil { throw failure(error) }
        guard let slice else { return nil }
        defer { rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let value = rocksdb_pinnableslice_value(slice, &count)
        return copy(value, count)
    }

    public func scan(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try RocksStore.scan(handle, readOptions, from: start, before: end, body)
    }

    public func scanVersions(
        from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        try RocksStore.scan(handle, prefixOptions, from: start, before: end, body)
    }

    /// What the filters of files know of keys of history beside the keys themselves: all but the number of the block.
    private static func historyPrefix() -> OpaquePointer? {
        rocksdb_slicetransform_create(
            nil, { _ in },
            { _, key, count, prefixCount in
                prefixCount?.pointee = count - 8
                return UnsafeMutablePointer(mutating: key)
            },
            { _, key, count in
                guard let key, count > 8 else { return 0 }
                return StoreTable.ofState.contains(UInt8(bitPattern: key[0]) &- StoreTable.history) ? 1 : 0
            }, { _, _, _ in 0 },
            { _ in UnsafeRawPointer(RocksStore.prefixName.utf8Start).assumingMemoryBound(to: CChar.self) })
    }

    private static let prefixName: StaticString = "condor.history"

    fileprivate static func scan(
        _ handle: OpaquePointer, _ options: OpaquePointer?, from start: [UInt8], before end: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StorageError) {
        let iterator = rocksdb_create_iterator(handle, options)
        defer { rocksdb_iter_destroy(iterator) }
        withCharacters(start) { rocksdb_iter_seek(iterator, $0, $1) }
        while rocksdb_iter_valid(iterator) != 0 {
            var count = 0
            let keyStart = rocksdb_iter_key(iterator, &count)
            let key = copy(keyStart, count)
            guard SortedMap.precedes(key, end) else { return }
            let valueStart = rocksdb_iter_value(iterator, &count)
            guard body(key, copy(valueStart, count)) else { return }
            rocksdb_iter_next(iterator)
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_iter_get_error(iterator, &error)
        if error != nil { throw failure(error) }
    }

    public func write(_ batch: StoreBatch, durably: Bool) throws(StorageError) {
        let changes = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(changes) }
        for (key, value) in batch.changes {
            RocksStore.withCharacters(key) { keyStart, keyCount in
                if let value {
                    RocksStore.withCharacters(value) {
                        rocksdb_writebatch_put(changes, keyStart, keyCount, $0, $1)
                    }
                } else {
                    rocksdb_writebatch_delete(changes, keyStart, keyCount)
                }
            }
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_write(handle, durably ? durableWrite : lazyWrite, changes, &error)
        if error != nil { throw RocksStore.failure(error) }
    }

    public func snapshot() -> any StoreReader { Snapshot(self, handle) }

    public var size: UInt64 {
        ["rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"].reduce(0) { sum, name in
            var value: UInt64 = 0
            return rocksdb_property_int(handle, name, &value) == 0 ? sum + value : sum
        }
    }

    public func compact() throws(StorageError) {
        let flush = rocksdb_flushoptions_create()
        defer { rocksdb_flushoptions_destroy(flush) }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_flush(handle, flush, &error)
        if error != nil { throw RocksStore.failure(error) }
        rocksdb_compact_range(handle, nil, 0, nil, 0)
    }

    public func compact(from start: [UInt8], before end: [UInt8]) throws(StorageError) {
        let options = rocksdb_compactoptions_create()
        defer { rocksdb_compactoptions_destroy(options) }
        // Writers whose files fill up do not wait for this.
        rocksdb_compactoptions_set_exclusive_manual_compaction(options, 0)
        RocksStore.withCharacters(start) { startBytes, startCount in
            RocksStore.withCharacters(end) { endBytes, endCount in
                rocksdb_compact_range_opt(handle, options, startBytes, startCount, endBytes, endCount)
            }
        }
    }

    public func abandon() { isAbandoned.store(true, ordering: .relaxed) }

    private final class Snapshot: StoreReader, @unchecked Sendable {
        // Sendable: as the store; the snapshot's handle never changes.
        private let store: RocksStore
        private let handle: OpaquePointer
        private let snapshot: OpaquePointer?
        private let options = rocksdb_readoptions_create()

        init(_ store: RocksStore, _ handle: OpaquePointer) {
            self.store = store
            self.handle = handle
            snapshot = rocksdb_create_snapshot(handle)
            rocksdb_readoptions_set_snapshot(options, snapshot)
            rocksdb_readoptions_set_total_order_seek(options, 1)
        }

        deinit {
            rocksdb_readoptions_destroy(options)
            rocksdb_release_snapshot(handle, snapshot)
        }

        func get(_ key: [UInt8]) throws(StorageError) -> [UInt8]? { try RocksStore.get(handle, options, key) }

        func scan(
            from start: [UInt8], before end: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
        ) throws(StorageError) {
            try RocksStore.scan(handle, options, from: start, before: end, body)
        }
    }

    // MARK: Bytes

    private static func withCharacters<Result>(
        _ bytes: [UInt8], _ body: (UnsafePointer<CChar>?, Int) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { body($0.bindMemory(to: CChar.self).baseAddress, $0.count) }
    }

    private static func copy(_ start: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
