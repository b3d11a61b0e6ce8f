import Chain
import Cryptography
import Foundation
import Foundations
import Node
import Storage

extension Command {
    static let importBlocks = Command(
        name: "import", summary: "Check and execute the blocks of files and keep them in a data folder.",
        positional: "FILE…",
        options: [
            Option(name: "genesis", value: "FILE", help: "genesis file in geth's format; needed for a new folder"),
            Option(name: "data-dir", value: "DIR", help: "the folder that holds the chain; made if it is not there"),
        ] + StorageOptions.options + [
            Option(name: "no-seals", help: "leave out the check of proofs of work before Paris"),
            Option(name: "report-every-block", help: "print each block when it is durable, not one line a second"),
            Option(name: "quiet", help: "print the last line only"),
        ],
        notes: """
            A FILE is a sequence of RLP-encoded blocks, as geth exports it. Blocks that are there already are passed over,
            so that an import which was stopped, by whatever, goes on when it is started again. A block that is not valid
            ends the import with its reason; those before it are kept.
            """
    ) { arguments in
        guard let folder = arguments.value("data-dir") else { throw UsageError(message: "--data-dir is needed") }
        guard !arguments.positional.isEmpty else { throw UsageError(message: "needs at least one file of blocks") }
        let options = try StorageOptions.read(arguments)
        let directory: DataDirectory
        if let path = arguments.value("genesis") {
            directory = try DataDirectory(folder, genesis: [UInt8](FileBytes.read(path)), options: options)
        } else {
            directory = try DataDirectory(folder, options: options)
        }
        let importer = ChainImporter(
            database: directory.database, rules: directory.rules,
            seals: arguments.flag("no-seals") ? nil : EthashEpochs())
        var run = ImportRun(
            importer: importer, isQuiet: arguments.flag("quiet"),
            reportsAll: arguments.flag("report-every-block"))
        for path in arguments.positional {
            guard try run.importFile(path) else { return 1 }
        }
        try directory.database.sync()
        while try directory.database.pruneStep() {}
        _ = try directory.database.compactIfDue()
        run.summarise()
        return 0
    }
}

/// How a chain is kept, as several commands take it.
enum StorageOptions {
    static let options = [
        Option(
            name: "sync-every", value: "N",
            help: "blocks per sync to disk (default 1: each block is durable when it is reported)"),
        Option(name: "retain", value: "N", help: "readable states: all, N blocks, or an age like 30d (default all)"),
        Option(name: "cache", value: "MB", help: "megabytes of state kept in memory (default 256)"),
    ]

    static func read(_ arguments: Arguments) throws -> ChainDatabase.Options {
        var options = ChainDatabase.Options()
        options.syncEvery = Int(try arguments.integer("sync-every", default: 1, in: 1...1_000_000))
        options.cacheBytes = Int(try arguments.integer("cache", default: 256, in: 1...65536)) << 20
        if let text = arguments.value("retain") { options.retention = try retention(text) }
        return options
    }

    private static func retention(_ text: String) throws -> ChainDatabase.Retention {
        if text == "all" { return .everything }
        if let count = UInt64(text), count > 0 { return .blocks(count) }
        let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        if let last = text.last, let unit = units[last], let count = UInt64(text.dropLast()), count > 0,
            count < 1 << 40
        {
            return .seconds(count * unit)
        }
        throw UsageError(
            message: "--retain takes all, a number of blocks, or an age like 90s, 30m, 12h, 30d, not '\(text)'")
    }
}

/// Whole files, with an error that names them.
enum FileBytes {
    static func read(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw UsageError(message: "cannot read '\(path)': \(error.localizedDescription)")
        }
    }
}

/// An import in progress.
private struct ImportRun {
    let importer: ChainImporter
    let isQuiet: Bool
    let reportsAll: Bool
    private let start = ContinuousClock.now
    private var lastReport = ContinuousClock.now
    private var imported = 0
    private var known = 0
    private var gas: UInt64 = 0

    init(importer: ChainImporter, isQuiet: Bool, reportsAll: Bool) {
        self.reportsAll = reportsAll
        self.importer = importer
        self.isQuiet = isQuiet
    }

    /// False when a block was refused; it is reported.
    mutating func importFile(_ path: String) throws -> Bool {
        let file = try BlockFile(path)
        while let encoded = try file.next() {
            // A database that was pruned, or began with a snapshot, lies behind its first blocks.
            if let (hash, number) = BlockFile.name(of: encoded),
                try number < importer.database.oldestBlock || importer.database.contains(hash)
            {
                known += 1
                continue
            }
            do {
                let block = try importer.add(encoded: encoded)
                imported += 1
                gas += block.block.header.gasUsed
            } catch {
                if case .storage(let error) = error { throw error }
                printError("condor import: block \(imported + known) of \(path) is not valid: \(error.name): \(error)")
                return false
            }
            // Faster than blocks come, so that little is left to be forgotten at the end.
            if imported % 16 == 0 { _ = try importer.database.pruneStep(blocks: 32) }
            report()
        }
        return true
    }

    private mutating func report() {
        guard !isQuiet, reportsAll || ContinuousClock.now - lastReport >= .seconds(1) else { return }
        lastReport = .now
        let head = importer.database.head
        print("block \(head.number)  \(rate())")
        fflush(nil)
    }

    private func rate() -> String {
        let seconds = max(
            0.001,
            Double((ContinuousClock.now - start).components.attoseconds) / 1e18
                + Double((ContinuousClock.now - start).components.seconds))
        return String(
            format: "%.0f blocks/s, %.1f million gas/s", Double(imported) / seconds, Double(gas) / 1e6 / seconds)
    }

    func summarise() {
        let head = importer.database.head
        let size = importer.database.size
        print(
            "Imported \(imported) blocks (\(known) were there), \(rate()). Head: block \(head.number), \(head.hash), "
                + "state root \(head.stateRoot). On disk: archive \(size.archive >> 10) KiB, "
                + "store \(size.store >> 10) KiB.")
    }
}

/// Blocks one behind the other in a file, read one at a time.
private final class BlockFile {
    private let file: FileHandle
    private let path: String
    private var buffer = Data()
    private var offset = 0

    init(_ path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw UsageError(message: "cannot read '\(path)'")
        }
        self.file = file
        self.path = path
    }

    /// The bytes of the next block; nil at the end.
    func next() throws -> [UInt8]? {
        guard try fill(1) else { return nil }
        let first = Int(buffer[buffer.startIndex])
        guard first >= 0xc0 else { throw UsageError(message: "'\(path)' holds no block at byte \(offset)") }
        var count = first - 0xc0
        var headerCount = 1
        if count > 55 {
            headerCount += count - 55
            guard headerCount <= 5, try fill(headerCount) else {
                throw UsageError(message: "'\(path)' ends within a block, or is damaged, at byte \(offset)")
            }
            count = buffer.prefix(headerCount).dropFirst().reduce(0) { $0 << 8 | Int($1) }
        }
        guard try fill(headerCount + count) else {
            throw UsageError(message: "'\(path)' ends within the block at byte \(offset)")
        }
        let block = [UInt8](buffer.prefix(headerCount + count))
        buffer = buffer.dropFirst(headerCount + count)
        offset += headerCount + count
        return block
    }

    private func fill(_ count: Int) throws -> Bool {
        while buffer.count < count {
            guard let more = try file.read(upToCount: max(1 << 20, count - buffer.count)), !more.isEmpty else {
                return false
            }
            buffer = Data(buffer) + more
        }
        return true
    }

    /// The hash and number of a block, by its header as it stands; nil when there is none.
    static func name(of encoded: [UInt8]) -> (hash: Bytes32, number: UInt64)? {
        var decoder = RLPDecoder(encoded)
        guard var parts = try? decoder.list(), let bytes = try? parts.encodedItem() else { return nil }
        var fields = RLPDecoder(bytes)
        guard let header = try? Header(&fields) else { return nil }
        return (Keccak256.hash(bytes), header.number)
    }
}
