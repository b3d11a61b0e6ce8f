import Derivatives
import Foundation
import Foundations
import JSONText

/// One row of a golden file: cells by column.
struct GoldenRow {
    let line: Int
    let text: String
    fileprivate let cells: [String: Substring]

    subscript(_ column: String) -> Substring {
        get throws(GoldenError) {
            guard let cell = cells[column] else { throw .missingColumn(column) }
            return cell
        }
    }

    /// An input with 18 decimals; nil when it has more.
    func wad(_ column: String) throws(GoldenError) -> UInt256? {
        let text = try self[column]
        if text.isEmpty || !text.allSatisfy({ "0123456789.-".contains($0) }) { throw .notANumber(String(text)) }
        return DecimalText.wad(text)
    }

    func number(_ column: String) throws(GoldenError) -> GoldenNumber { try GoldenNumber(try self[column]) }
}

/// What came of one row: the worst of its comparisons, as a share of its limit; above 1 it fails.
struct GoldenOutcome {
    /// Which number was worst, and what it should have been.
    var detail = ""
    var share = 0.0

    mutating func add(
        _ name: String, _ distance: Double, limit: Double, _ actual: UInt256?, _ expected: some StringProtocol
    ) {
        let next = distance / limit
        if next > share || next.isNaN {
            share = next.isNaN ? .infinity : next
            detail = "\(name): \(actual.map(DecimalText.text) ?? "refused") for \(expected)"
        }
    }

    mutating func fail(_ text: String) {
        share = .infinity
        detail = text
    }
}

/// Golden files, each judged by the limits that its name stands for (docs/quant.md).
enum GoldenCheck {
    typealias Judge = @Sendable (GoldenRow) throws(GoldenError) -> GoldenOutcome?

    /// Names without ending, and how a row of each is judged; nil from a judge skips the row: its inputs have more than
    /// 18 decimals.
    static let judges: [(name: String, judge: Judge)] =
        GoldenFunctions.judges + [
            ("bs_european", GoldenModels.european), ("bs_limits", GoldenModels.limits),
            ("implied_vol", GoldenModels.impliedVolatility), ("trees", GoldenModels.lattice),
            ("american_quantlib", GoldenModels.american),
        ]

    static var names: [String] { judges.map(\.name) }

    struct Report {
        var passed = 0
        var failed = 0
        var skipped = 0
        var worst: [(row: GoldenRow, outcome: GoldenOutcome)] = []
    }

    /// Judges a file by its name: `exp.csv`, also with something behind a dash or a dot, as in `exp-heldout.csv`.
    static func check(_ path: String) throws(GoldenError) -> Report {
        let file = (path as NSString).lastPathComponent
        let name = file.prefix { $0 != "." && $0 != "-" }
        guard let judge = judges.first(where: { $0.name == name })?.judge else { throw .unknownFile(file) }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw .unreadable(path)
        }
        var lines = text.split(whereSeparator: \.isNewline).makeIterator()
        let columns = (lines.next() ?? "").split(separator: ",").map(String.init)
        var report = Report()
        var number = 1
        while let line = lines.next() {
            number += 1
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            let row = GoldenRow(
                line: number, text: String(line),
                cells: Dictionary(zip(columns, cells), uniquingKeysWith: { first, _ in first }))
            guard let outcome = try judge(row) else {
                report.skipped += 1
                continue
            }
            if outcome.share <= 1 { report.passed += 1 } else { report.failed += 1 }
            report.worst.append((row, outcome))
            if report.worst.count > 200 { report.worst = leading(report.worst) }
        }
        report.worst = leading(report.worst)
        return report
    }

    private static func leading(
        _ rows: [(row: GoldenRow, outcome: GoldenOutcome)]
    ) -> [(row: GoldenRow, outcome: GoldenOutcome)] {
        Array(rows.sorted { ($0.outcome.share, $1.row.line) > ($1.outcome.share, $0.row.line) }.prefix(3))
    }
}
