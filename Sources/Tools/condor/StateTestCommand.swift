import Chain
import EVM
import Execution
import Foundation
import Foundations
import JSONText
import Storage

extension Command {
    static let stateTest = Command(
        name: "statetest", summary: "Run official GeneralStateTests and compare roots, logs and reasons.",
        positional: "PATH…",
        options: [
            Option(
                name: "fork", value: "NAME", help: "only cases of this fork (Frontier … Osaka, or a draft: Amsterdam)"),
            Option(name: "filter", value: "TEXT", help: "only tests whose file or name contains TEXT"),
            Option(name: "jobs", value: "N", help: "files read at the same time (default: all cores)"),
            .draft, .interpreter, Option(name: "json", help: "one JSON object per case instead of text"),
        ],
        notes: """
            PATH is a JSON file or a folder, searched with its subfolders. A case is one fork with one choice of data,
            gas limit and value. Failures are printed with what was expected and what came out; the last line counts.
            """
    ) { arguments in
        guard !arguments.positional.isEmpty else { throw UsageError(message: "needs at least one file or folder") }
        var fork: Fork?
        if let name = arguments.value("fork") { fork = try parseFork(name) }
        let files = try FixtureFiles.find(arguments.positional)
        let jobs = try arguments.integer(
            "jobs", default: UInt64(ProcessInfo.processInfo.activeProcessorCount), in: 1...256)
        let suite = StateTestSuite(
            fork: fork, filter: arguments.value("filter"), runsDrafts: arguments.flag("draft"),
            isJSON: arguments.flag("json"), interpreter: try parseInterpreter(arguments))
        let tally = FixtureFiles.forEach(files, jobs: Int(jobs)) { suite.run($0) }
        print(tally.summary)
        return tally.failed == 0 ? 0 : 1
    }
}

func parseFork(_ name: String) throws -> Fork {
    if let fork = Fork(name: name) { return fork }
    let accepted = Fork.allCases.map(\.fixtureName).joined(separator: ", ")
    throw UsageError(message: "--fork knows no '\(name)'; accepted: \(accepted)")
}

/// Runs state test files and says what came of each case.
private struct StateTestSuite: Sendable {
    let fork: Fork?
    let filter: String?
    /// Whether forks that are drafts are run; the fork that is asked for by name is.
    let runsDrafts: Bool
    let isJSON: Bool
    let interpreter: Interpreter

    func run(_ file: String) -> FixtureReport {
        var report = FixtureReport()
        do {
            let document = try JSONDocument(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
            guard let tests = document.root.object else { throw FixtureError(description: "no JSON object") }
            for test in tests where filter.map({ test.key.contains($0) || file.contains($0) }) ?? true {
                try run(test.value, name: test.key, file: file, &report)
            }
        } catch {
            report.fail("\(file): cannot be read: \(error)")
        }
        return report
    }

    private func run(_ json: JSONValue, name: String, file: String, _ report: inout FixtureReport) throws {
        guard let posts = json["post"]?.object else { throw FixtureError(description: "test \(name) has no 'post'") }
        let setup = try StateTestSetup(json)
        for post in posts {
            guard let caseFork = Fork(name: post.key) else {
                report.skip("\(file): \(name): fork \(post.key) is not known")
                continue
            }
            if let fork, fork != caseFork { continue }
            if caseFork.isDraft, !runsDrafts, fork == nil {
                for _ in post.value.array ?? [] { report.skip("\(file): \(name): \(FixtureReport.draftReason)") }
                continue
            }
            for entry in post.value.array ?? [] {
                guard let testCase = StateTestCase(fork: caseFork, entry) else {
                    throw FixtureError(
                        description: "test \(name), fork \(post.key): a case lacks indexes, hash or logs")
                }
                let result = try run(testCase, setup)
                let indexes = testCase.indexes
                let label =
                    "\(file): \(name) [\(post.key) d\(indexes.data) g\(indexes.gas) v\(indexes.value)]"
                if isJSON {
                    report.lines.append(jsonLine(label, testCase, result))
                }
                if result.problems.isEmpty {
                    report.passed += 1
                } else {
                    report.fail(isJSON ? nil : "FAIL \(label)\n  " + result.problems.joined(separator: "\n  "))
                }
            }
        }
    }

    private struct CaseResult {
        var root: Bytes32
        var logs: Bytes32
        var reason: String
        var problems: [String] = []
    }

    private func run(_ testCase: StateTestCase, _ setup: StateTestSetup) throws -> CaseResult {
        var state = setup.state
        var result = CaseResult(root: .zero, logs: Log.hash(of: []), reason: "")
        var exception: String?
        switch setup.transaction(testCase.indexes) {
        case .failure(let invalid): exception = invalid.name
        case .success(let (transaction, sender)):
            let block = try setup.block(testCase.fork)
            var processor = TransactionProcessor(
                view: setup.state, block: block, natives: NoNativeContracts(), tracer: NoTracer(),
                interpreter: interpreter)
            do {
                let outcome = try processor.execute(transaction, sender: sender, gasAvailable: block.gasLimit)
                state.apply(processor.diff())
                result.logs = Log.hash(of: outcome.logs)
                result.reason = "\(outcome.status)"
            } catch {
                exception = "\(error.name)"
            }
        }
        result.root = state.root
        if let exception { result.reason = exception }
        if result.root != testCase.expectedRoot {
            result.problems.append("state root: expected \(testCase.expectedRoot), actual \(result.root)")
        }
        if result.logs != testCase.expectedLogs {
            result.problems.append("logs hash: expected \(testCase.expectedLogs), actual \(result.logs)")
        }
        let expected = testCase.expectedExceptions
        if expected.isEmpty ? exception != nil : !expected.contains(exception ?? "") {
            let wanted = expected.isEmpty ? "a valid transaction" : expected.joined(separator: " or ")
            result.problems.append("reason: expected \(wanted), actual \(exception ?? "a valid transaction")")
        }
        if !result.problems.isEmpty {
            result.problems.append("outcome: \(result.reason)")
        }
        return result
    }

    private func jsonLine(_ label: String, _ testCase: StateTestCase, _ result: CaseResult) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("name")
            writer.value(label)
            writer.key("fork")
            writer.value(testCase.fork.fixtureName)
            writer.key("pass")
            writer.value(result.problems.isEmpty)
            writer.key("stateRoot")
            writer.value("\(result.root)")
            writer.key("expectedStateRoot")
            writer.value("\(testCase.expectedRoot)")
            writer.key("logsHash")
            writer.value("\(result.logs)")
            writer.key("reason")
            writer.value(result.reason)
        }
        return writer.text
    }
}
