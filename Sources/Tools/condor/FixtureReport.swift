import Foundation
import JSONText

/// What came of the cases of one file, or of many.
struct FixtureReport: Sendable {
    var isJSON = false
    var knownBad = KnownBadCases()
    var passed = 0
    var failed = 0
    var skipped = 0
    /// What to print, in order.
    var lines: [String] = []

    /// Counts a case, failed if there are problems; `details` are only written as JSON.
    mutating func record(
        _ label: String, fork: String? = nil, problems: [String], details: [(name: String, value: String)] = []
    ) {
        let name = label + (fork.map { " [\($0)]" } ?? "")
        var problems = problems
        if knownBad.contains(name) {
            guard problems.isEmpty else {
                skip(name, reason: "known-bad case, as listed: " + problems.joined(separator: "; "))
                return
            }
            problems = ["stands on the list of known-bad cases, but passes"]
        }
        if problems.isEmpty { passed += 1 } else { failed += 1 }
        if isJSON {
            addJSON(name, fork) { writer in
                writer.key("pass")
                writer.value(problems.isEmpty)
                for detail in details {
                    writer.key(detail.name)
                    writer.value(detail.value)
                }
                if !problems.isEmpty {
                    writer.key("problems")
                    writer.array(problems) { $0.value($1) }
                }
            }
        } else if !problems.isEmpty {
            lines.append("FAIL \(name)\n  " + problems.joined(separator: "\n  "))
        }
    }

    /// Counts a case that is not run, with the reason.
    mutating func skip(_ label: String, fork: String? = nil, reason: String) {
        skipped += 1
        let name = label + (fork.map { " [\($0)]" } ?? "")
        if isJSON {
            addJSON(name, fork) { writer in
                writer.key("skipped")
                writer.value(reason)
            }
        } else {
            lines.append("SKIP \(name): \(reason)")
        }
    }

    private mutating func addJSON(_ name: String, _ fork: String?, _ content: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("name")
            writer.value(name)
            if let fork {
                writer.key("fork")
                writer.value(fork)
            }
            content(&writer)
        }
        lines.append(writer.text)
    }

    var summary: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }
}

/// Cases whose expectation is wrong, each with evidence in the list itself: they must fail, and count as skipped.
struct KnownBadCases: Sendable {
    private var names: Set<String> = []

    init() {}

    /// Reads a list: a case a line as failures print it, from the last four parts of the path on; `#` begins a comment.
    init(file: String) throws {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw UsageError(message: "--known-bad: the file '\(file)' cannot be read")
        }
        names = Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init))
    }

    func contains(_ name: String) -> Bool {
        !names.isEmpty && names.contains(name.split(separator: "/").suffix(4).joined(separator: "/"))
    }
}
