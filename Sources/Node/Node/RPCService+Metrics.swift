import Chain
import Glibc
import Storage
import Synchronization

// What a Prometheus server reads at /metrics.

extension RPCService {
    static func nanoseconds(since start: ContinuousClock.Instant) -> Int {
        let spent = (ContinuousClock.now - start).components
        return Int(spent.seconds) * 1_000_000_000 + Int(spent.attoseconds / 1_000_000_000)
    }

    /// Asks the process to stop, as SIGTERM from outside does: the database takes no more blocks.
    func stopProcess() { kill(getpid(), SIGTERM) }

    /// Prometheus text, format 0.0.4.
    func metrics() -> [UInt8] {
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: String) {
            text += "# HELP condor_\(name) \(help)\n# TYPE condor_\(name) \(kind)\ncondor_\(name) \(value)\n"
        }
        func seconds(_ nanoseconds: borrowing Atomic<Int>) -> String {
            "\(Double(nanoseconds.load(ordering: .relaxed)) / 1e9)"
        }
        let database = chain.database
        let head = chain.head
        let metrics = database.metrics
        let size = database.size
        let range = database.stateRange
        add("head_number", "gauge", "Number of the newest block.", "\(head.number)")
        add("head_timestamp_seconds", "gauge", "Timestamp of the newest block.", "\(head.header.timestamp)")
        add("head_gas_used", "gauge", "Gas used by the newest block.", "\(head.header.gasUsed)")
        add("blocks_total", "counter", "Blocks added since the start.", count(metrics.blockCount))
        add("gas_used_total", "counter", "Gas of the blocks added since the start.", count(metrics.gasUsed))
        add("oldest_state_number", "gauge", "Oldest block whose state can be read.", "\(range.lowerBound)")
        add("oldest_block_number", "gauge", "Oldest block whose content can be read.", "\(database.oldestBlock)")
        add("pruned_blocks_total", "counter", "States forgotten since the start.", count(metrics.prunedBlocks))
        add("syncs_total", "counter", "Syncs of the archive.", count(metrics.syncCount))
        add("sync_seconds_total", "counter", "Time spent in syncs.", seconds(metrics.syncNanoseconds))
        add(
            "commit_seconds_total", "counter", "Time spent in writing to the store.", seconds(metrics.commitNanoseconds)
        )
        add("state_cache_hits_total", "counter", "State reads answered from memory.", "\(database.cacheHits)")
        add("state_cache_misses_total", "counter", "State reads that went to the store.", "\(database.cacheMisses)")
        add("archive_bytes", "gauge", "Size of the block archive.", "\(size.archive)")
        add("store_bytes", "gauge", "Size of the store.", "\(size.store)")
        add("proofs_total", "counter", "Answers of eth_getProof.", count(proofCount))
        add("proof_seconds_total", "counter", "Time spent in reading proofs.", seconds(proofNanoseconds))
        add("log_dropped_total", "counter", "Events that the log had no room for.", "\(chain.log.droppedCount)")
        let pool = chain.poolStatus()
        add("pool_pending", "gauge", "Transactions that could be executed now.", "\(pool.pending.count)")
        add("pool_queued", "gauge", "Transactions that wait for others.", "\(pool.queued.count)")
        return Array(text.utf8)
    }

    private func count(_ value: borrowing Atomic<Int>) -> String { "\(value.load(ordering: .relaxed))" }
}
