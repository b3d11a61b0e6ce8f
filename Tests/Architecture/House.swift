import Foundation

/// The repository as the architecture tests read it: the manifest's table of modules, and every source file.
struct House {
    struct Module {
        let name: String
        let isGuest: Bool
        let path: String
        let imports: [String]
        let systemLibraries: [String]
    }

    /// In the manifest's order: a module may import only modules above it.
    let modules: [Module]
    let root: URL

    init() throws {
        root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        modules = House.modules(
            inManifest: try String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8))
    }

    /// Reads the `floors` table out of the manifest's text.
    static func modules(inManifest text: String) -> [Module] {
        let rows = text.matches(
            of:
                /Module\(\s*name: "(\w+)", kind: \.(guest|host), path: "([\w\/]+)",\s*imports: \[([^\]]*)\](?:,\s*systemLibraries: \[([^\]]*)\])?/
        )
        func names(_ list: Substring) -> [String] { list.matches(of: /"(\w+)"/).map { String($0.1) } }
        return rows.map { row in
            Module(
                name: String(row.1), isGuest: row.2 == "guest", path: String(row.3), imports: names(row.4),
                systemLibraries: row.5.map(names) ?? [])
        }
    }

    /// The Swift files of a folder under the root, with their text.
    func files(in path: String) throws -> [(path: String, text: String)] {
        let folder = root.appendingPathComponent(path)
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            ("\(path)/\(name)", try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
        }
    }
}

/// A line of a source file with what matters for the rules: no comment, and whether only host builds take it.
struct SourceLine {
    let number: Int
    let code: String
    let isHostOnly: Bool

    /// The lines of a text. `#if !hasFeature(Embedded)` makes its branch host-only.
    static func lines(of text: String) -> [SourceLine] {
        var lines: [SourceLine] = []
        // For each open #if: whether the branch that we are in is for the host alone.
        var conditions: [Bool] = []
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = raw.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("#if ") {
                conditions.append(trimmed == "#if !hasFeature(Embedded)")
            } else if trimmed.hasPrefix("#else"), let last = conditions.popLast() {
                let wasGuest = lines.last { $0.code.hasPrefix("#if ") || $0.code.hasPrefix("#else") }
                conditions.append(!last && wasGuest?.code == "#if hasFeature(Embedded)")
            } else if trimmed == "#endif" {
                _ = conditions.popLast()
            }
            let code = trimmed.hasPrefix("//") ? "" : trimmed.components(separatedBy: " //")[0]
            lines.append(SourceLine(number: index + 1, code: code, isHostOnly: conditions.contains(true)))
        }
        return lines
    }
}
