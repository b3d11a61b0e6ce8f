import Foundation
import JSONText

/// Which of the tests of a suite are run, and how they report: what every suite's command takes.
struct FixtureSelection: Sendable {
    let fork: String?
    private let filter: String?
    let isJSON: Bool
    let runsDrafts: Bool
    private let knownBad: KnownBadCases
    private let jobs: Int

    static let options = [
        Option(name: "fork", value: "NAME", help: "only cases of this fork or network, as the fixtures name it"),
        Option(name: "filter", value: "TEXT", help: "only tests whose file or name contains TEXT"),
        Option(name: "known-bad", value: "FILE", help: "cases that must fail, one a line; they count as skipped"),
        Option(name: "jobs", value: "N", help: "files read at the same time (default: all cores)"),
        Option(name: "json", help: "one JSON object per case instead of text"),
    ]

    init(_ arguments: Arguments) throws {
        fork = arguments.value("fork")
        filter = arguments.value("filter")
        isJSON = arguments.flag("json")
        runsDrafts = arguments.flag("draft")
        knownBad = try arguments.value("known-bad").map(KnownBadCases.init(file:)) ?? KnownBadCases()
        let cores = UInt64(ProcessInfo.processInfo.activeProcessorCount)
        jobs = Int(try arguments.integer("jobs", default: cores, in: 1...256))
    }

    func includes(file: String, test: String) -> Bool {
        filter.map { test.contains($0) || file.contains($0) } ?? true
    }

    /// Whether a case of a fork is run; of draft forks only when asked for, else it is counted as skipped.
    func includes(fork name: String, isDraft: Bool, _ label: String, _ report: inout FixtureReport) -> Bool {
        guard includes(fork: name) else { return false }
        guard isDraft, !runsDrafts, fork == nil else { return true }
        report.skip(label, fork: name, reason: "draft fork, run with --draft")
        return false
    }

    func includes(fork name: String) -> Bool {
        fork.map { $0.lowercased() == name.lowercased() } ?? true
    }

    /// Runs `body` on every JSON document under `paths`, prints what came of it, and answers the exit code. Files for
    /// which `skipReason` answers are not read.
    func run(
        _ paths: [String], skipReason: @escaping @Sendable (String) -> String? = { _ in nil },
        _ body: @escaping @Sendable (String, JSONValue, inout FixtureReport) throws -> Void
    ) throws -> Int32 {
        guard !paths.isEmpty else { throw UsageError(message: "needs at least one file or folder") }
        let (isJSON, knownBad) = (isJSON, knownBad)
        let tally = FixtureFiles.forEach(try FixtureFiles.find(paths), jobs: jobs) { file in
            var report = FixtureReport(isJSON: isJSON, knownBad: knownBad)
            if let reason = skipReason(file) {
                report.skip(file, reason: reason)
                return report
            }
            do {
                let document = try JSONDocument(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
                try body(file, document.root, &report)
            } catch {
                report.record(file, problems: ["cannot be read: \(error)"])
            }
            return report
        }
        print(tally.summary)
        return tally.failed == 0 ? 0 : 1
    }

    /// As `run`, with `body` called on each test of files that hold an object of them.
    func runTests(
        _ paths: [String],
        _ body: @escaping @Sendable (_ label: String, _ test: JSONValue, inout FixtureReport) throws -> Void
    ) throws -> Int32 {
        try run(paths) { file, root, report in
            guard let tests = root.object else { throw FixtureError(description: "no JSON object") }
            for test in tests where includes(file: file, test: test.key) {
                let label = "\(file): \(test.key)"
                do { try body(label, test.value, &report) } catch { report.record(label, problems: ["\(error)"]) }
            }
        }
    }
}

extension Command {
    /// A command that runs official tests.
    static func fixtures(
        _ name: String, _ summary: String, options: [Option] = [], notes: String = "",
        run: @escaping @Sendable (Arguments, FixtureSelection) throws -> Int32
    ) -> Command {
        Command(
            name: name, summary: summary, positional: "PATH…", options: FixtureSelection.options + options,
            notes: """
                PATH is a JSON file or a folder, searched with its subfolders. Failures are printed with what was expected
                and what came out; the last line counts: N passed, N failed, N skipped. Exit code 0 when none failed.
                """ + (notes.isEmpty ? "" : "\n" + notes)
        ) { arguments in
            try run(arguments, FixtureSelection(arguments))
        }
    }
}
