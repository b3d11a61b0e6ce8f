import Chain
import EVM
import Execution
import Foundations
import JSONText
import Storage

extension Command {
    static let stateTest = Command.fixtures(
        "statetest", "Run official GeneralStateTests and VMTests: roots, logs and reasons.",
        options: [.draft, .interpreter],
        notes: "A case is one fork with one choice of data, gas limit and value. VMTests have Frontier's rules."
    ) { arguments, selection in
        let suite = StateTestSuite(selection: selection, interpreter: try parseInterpreter(arguments))
        if let name = arguments.value("fork") { _ = try parseFork(name) }
        return try selection.runTests(arguments.positional) { label, test, report in
            if test["exec"] != nil {
                if selection.includes(fork: VMTest.fork.fixtureName) {
                    report.record(
                        label, fork: VMTest.fork.fixtureName,
                        problems: try VMTest(test).problems(suite.interpreter))
                }
            } else {
                try suite.run(test, label, &report)
            }
        }
    }
}

func parseFork(_ name: String) throws -> Fork {
    if let fork = Fork(name: name) { return fork }
    let accepted = Fork.allCases.map(\.fixtureName).joined(separator: ", ")
    throw UsageError(message: "--fork knows no '\(name)'; accepted: \(accepted)")
}

/// Runs state tests and says what came of each case.
private struct StateTestSuite: Sendable {
    let selection: FixtureSelection
    let interpreter: Interpreter

    func run(_ json: JSONValue, _ label: String, _ report: inout FixtureReport) throws {
        guard let posts = json["post"]?.object else { throw FixtureError(description: "no 'post'") }
        let setup = try StateTestSetup(json)
        for post in posts {
            guard let fork = Fork(name: post.key) else {
                if selection.includes(fork: post.key) {
                    report.skip(label, fork: post.key, reason: "the fork is not known")
                }
                continue
            }
            guard selection.includes(fork: post.key, isDraft: fork.isDraft, label, &report) else { continue }
            for entry in post.value.array ?? [] {
                guard let testCase = StateTestCase(fork: fork, entry) else {
                    throw FixtureError(description: "fork \(post.key): a case lacks indexes, hash or logs")
                }
                let result = try run(testCase, setup)
                let indexes = testCase.indexes
                report.record(
                    label, fork: "\(post.key) d\(indexes.data) g\(indexes.gas) v\(indexes.value)",
                    problems: result.problems,
                    details: [
                        ("stateRoot", "\(result.root)"), ("expectedStateRoot", "\(testCase.expectedRoot)"),
                        ("logsHash", "\(result.logs)"), ("reason", result.reason),
                    ])
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
        let expected = testCase.expectedException
        if exception != nil || expected != nil, !FixtureReasons.matches(expected ?? "", exception ?? "") {
            result.problems.append(
                "reason: expected \(expected ?? "a valid transaction"), actual \(exception ?? "a valid transaction")")
        }
        if !result.problems.isEmpty {
            result.problems.append("outcome: \(result.reason)")
        }
        return result
    }
}
