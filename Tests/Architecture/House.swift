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
        modules = try House.modules(
            inManifest: String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8))
    }

    /// Why the manifest's table cannot be read.
    struct UnreadableManifest: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the `floors` table out of the manifest's text. Throws when anything stands in it that is no row of the
    /// known form: a module that the rules overlook would be held to none.
    static func modules(inManifest text: String) throws(UnreadableManifest) -> [Module] {
        guard let table = text.firstMatch(of: /let floors: \[Module\] = \[\n((?s).*?)\n\]/)?.1 else {
            throw UnreadableManifest(description: "Package.swift has no table `floors`")
        }
        let row =
            /\s*Module\(\s*name: "(\w+)", kind: \.(guest|host), path: "([\w\/]+)",\s*imports: \[([^\]]*)\](?:,\s*systemLibraries: \[([^\]]*)\])?\s*\),?/
        func names(_ list: Substring) -> [String] { list.matches(of: /"(\w+)"/).map { String($0.1) } }
        var modules: [Module] = []
        var rest = table
        while let match = rest.prefixMatch(of: row) {
            modules.append(
                Module(
                    name: String(match.1), isGuest: match.2 == "guest", path: String(match.3), imports: names(match.4),
                    systemLibraries: match.5.map(names) ?? []))
            rest = rest[match.range.upperBound...]
        }
        guard rest.allSatisfy(\.isWhitespace) else {
            throw UnreadableManifest(description: "a row of `floors` has another form: \(rest.prefix(200))")
        }
        return modules
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
