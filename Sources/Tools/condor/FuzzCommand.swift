import Chain
import EVM
import Foundation
import Foundations
import JSONText

extension Command {
    static let fuzz = Command(
        name: "fuzz", summary: "Execute generated transactions on Condor and on a peer; compare everything.",
        options: [
            Option(name: "peer", value: "NAME", help: "pyrevm (default), eels, or none: Condor's interpreters alone"),
            Option(name: "seed", value: "N", help: "what all is generated from (default 1)"),
            Option(name: "count", value: "N", help: "executions to make (default 100000)"),
            Option(name: "time", value: "SECONDS", help: "end after this time, whatever the count"),
            Option(name: "first", value: "N", help: "first batch of the seed's, to go on or to repeat (default 0)"),
            Option(name: "forks", value: "A,B", help: "only these forks (default: all of the peer's but drafts)"),
            Option(name: "python", value: "PATH", help: "Python with the peer's package (default .venv/bin/python)"),
            Option(name: "replay", value: "PATH", help: "run the cases of a file or folder again, and nothing else"),
            Option(name: "canary", help: "give the peer wrong balances: fails unless that is noticed"),
            Option(name: "json", help: "the result as one JSON object"),
        ],
        notes: """
            Each execution runs on the fast and on the reference interpreter and on the peer; status, gas, output, logs and
            the state behind it must be equal. A mismatch is made as small as it gets, given to EELS for judgement, and
            written to Tests/Regressions. Run it in the repository: the peer is Scripts/fuzz-peer. docs/testing.md says
            what each peer is right about. Exit code 0 when there is no mismatch.

            Example: condor fuzz --peer none --seed 7 --count 20000
            """
    ) { arguments in
        if let path = arguments.value("replay") { return try FuzzReplay.run(path) }
        let run = try FuzzRun(arguments)
        return try run.run()
    }
}

/// One run of `condor fuzz`.
struct FuzzRun {
    private let kind: FuzzPeer.Kind?
    private let seed: UInt64
    private let count: UInt64
    private let seconds: Double
    private let first: UInt64
    private let forks: [Fork]
    private let python: String
    private let isJSON: Bool
    private let isCanary: Bool
    /// After so many mismatches there is enough to look at.
    private static let mismatchLimit = 12

    init(_ arguments: Arguments) throws {
        switch arguments.value("peer") ?? "pyrevm" {
        case "none": kind = nil
        case let name:
            guard let known = FuzzPeer.Kind(rawValue: name) else {
                throw UsageError(message: "--peer knows no '\(name)'; accepted: pyrevm, eels, none")
            }
            kind = known
        }
        seed = try arguments.integer("seed", default: 1, in: 0...UInt64.max)
        count = try arguments.integer("count", default: 100_000, in: 1...UInt64.max)
        seconds = Double(try arguments.integer("time", default: 1 << 40, in: 1...(1 << 40)))
        first = try arguments.integer("first", default: 0, in: 0...UInt64.max)
        let known = FuzzRun.forks(kind)
        if let names = arguments.value("forks") {
            forks = try names.split(separator: ",").map { try parseFork(String($0)) }
            if forks.isEmpty { throw UsageError(message: "--forks takes names of forks with commas between them") }
            if let unknown = forks.first(where: { !known.contains($0) }) {
                let accepted = known.map(\.fixtureName).joined(separator: ", ")
                throw UsageError(message: "the peer does not know \(unknown.fixtureName); accepted: \(accepted)")
            }
        } else {
            // The newest rules are asked most, drafts only by name.
            let settled = known.filter { $0 <= .latest }
            forks = settled + settled.suffix(3) + settled.suffix(2)
        }
        let own = ".venv/bin/python"
        python = arguments.value("python") ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
        isJSON = arguments.flag("json")
        isCanary = arguments.flag("canary")
        if isCanary, kind == nil { throw UsageError(message: "--canary needs a peer") }
    }

    /// The forks on which a peer is right.
    private static func forks(_ kind: FuzzPeer.Kind?) -> [Fork] {
        // Some forks changed nothing that a transaction sees.
        let all = Fork.allCases.filter { ![.muirGlacier, .arrowGlacier, .grayGlacier].contains($0) }
        switch kind {
        case nil: return all
        case .pyrevm: return all.filter { $0 <= .cancun && $0 != .constantinople }
        case .eels: return all.filter { $0 <= .osaka && $0 != .constantinople }
        }
    }

    func run() throws -> Int32 {
        let peer = try kind.map { try FuzzPeer($0, python: python, script: FuzzRun.script) }
        var tally = FuzzTally(peer: peer?.name ?? "none")
        let judge = FuzzJudge(kind: kind, peer: peer, python: python, seed: seed, isCanary: isCanary)
        var number = first
        var pending: FuzzBatch?
        while tally.executions < count, tally.elapsed < seconds, tally.mismatches < FuzzRun.mismatchLimit {
            // Without a peer both orders take turns.
            let order = kind?.order ?? (number.isMultiple(of: 2) ? .independent : .sequence)
            let batch = FuzzBatch(seed: seed, number: number, forks: forks, order: order)
            number &+= 1
            var found: [(batch: UInt64, mismatch: FuzzBatch.Mismatch)] = []
            if let peer {
                if let request = batch.request(isSpoiled: isCanary) { peer.send(request) }
                // While the peer works on this batch, the one before is compared.
                if let pending { found += try compare(pending, peer, &tally) }
                pending = batch
                if !found.isEmpty, let last = pending {
                    found += try compare(last, peer, &tally)
                    pending = nil
                }
            } else {
                tally.add(batch)
                found = batch.ownDifferences.map { (batch.number, $0) }
            }
            try judge.judge(found, &tally)
            tally.showProgress(next: number)
        }
        if let peer, let pending { try judge.judge(try compare(pending, peer, &tally), &tally) }
        let report = FuzzReport(tally: tally, seed: seed, first: first, next: number)
        print(isJSON ? report.json : report.text)
        return (tally.mismatches == 0) == isCanary ? 1 : 0
    }

    private func compare(
        _ batch: FuzzBatch, _ peer: FuzzPeer, _ tally: inout FuzzTally
    ) throws -> [(batch: UInt64, mismatch: FuzzBatch.Mismatch)] {
        var reply = try peer.receive()
        tally.add(batch)
        let (mismatches, unanswered) = try batch.compare(&reply)
        tally.unanswered += unanswered
        return mismatches.map { (batch.number, $0) }
    }

    /// `Scripts/fuzz-peer`, in the working directory or beside the build.
    static var script: String {
        let own = "Scripts/fuzz-peer"
        if FileManager.default.fileExists(atPath: own) { return own }
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return program.deletingLastPathComponent().appendingPathComponent("../../../\(own)").path
    }
}

/// What a run has done so far.
struct FuzzTally {
    let peer: String
    private(set) var executions: UInt64 = 0
    var mismatches = 0
    /// What the peer failed over.
    var unanswered = 0
    private(set) var byStatus = [UInt64](repeating: 0, count: 5)
    private(set) var byFork: [Fork: UInt64] = [:]
    private let start = ContinuousClock.now
    private var shown = ContinuousClock.now

    init(peer: String) {
        self.peer = peer
    }

    var elapsed: Double { FuzzTally.seconds(ContinuousClock.now - start) }
    var rate: Int { Int(Double(executions) / max(elapsed, 0.001)) }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    mutating func add(_ batch: FuzzBatch) {
        for entry in batch.entries {
            executions += UInt64(entry.executions.count)
            byFork[entry.testCase.block.context.fork, default: 0] += UInt64(entry.executions.count)
            for execution in entry.executions { byStatus[Int(execution.result.status.rawValue)] += 1 }
        }
    }

    mutating func showProgress(next: UInt64) {
        guard FuzzTally.seconds(ContinuousClock.now - shown) >= 10 else { return }
        shown = ContinuousClock.now
        printError("\(executions) executions, \(mismatches) mismatches, \(rate)/s, next batch \(next)")
    }
}

/// What a run says at its end.
struct FuzzReport {
    let tally: FuzzTally
    let seed: UInt64
    let first: UInt64
    let next: UInt64

    private var forks: [(name: String, count: UInt64)] {
        tally.byFork.sorted { $0.key < $1.key }.map { ($0.key.fixtureName, $0.value) }
    }

    var text: String {
        let forks = forks.map { "\($0.name) \($0.count)" }
        return """
            peer     \(tally.peer)
            seed     \(seed), batches \(first) to \(next &- 1)
            time     \(String(format: "%.1f", tally.elapsed)) s, \(tally.rate) executions/s
            outcomes \(tally.byStatus[0]) succeeded, \(tally.byStatus[1]) reverted, \(tally.byStatus[2]) halted, \(tally.byStatus[3]) refused, \(tally.unanswered) unanswered
            forks    \(forks.joined(separator: ", "))
            \(tally.executions) executions, \(tally.mismatches) mismatches
            """
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("peer")
            writer.value(tally.peer)
            writer.key("seed")
            writer.value(seed)
            writer.key("firstBatch")
            writer.value(first)
            writer.key("nextBatch")
            writer.value(next)
            writer.key("executions")
            writer.value(tally.executions)
            writer.key("mismatches")
            writer.value(tally.mismatches)
            writer.key("unanswered")
            writer.value(tally.unanswered)
            writer.key("seconds")
            writer.value((tally.elapsed * 1000).rounded() / 1000)
            writer.key("executionsPerSecond")
            writer.value(tally.rate)
            for (name, value) in zip(["succeeded", "reverted", "halted", "refused"], tally.byStatus) {
                writer.key(name)
                writer.value(value)
            }
            writer.key("forks")
            writer.object { writer in
                for (name, count) in forks {
                    writer.key(name)
                    writer.value(count)
                }
            }
        }
        return writer.text
    }
}
