/// The rules of docs/architecture.md that a program can check, each a function from source text to complaints.
enum Rules {
    /// Modules of the operating system and its libraries, which guest-clean code must not know.
    static let operatingSystem: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Dispatch", "Synchronization", "Darwin", "WASILibc",
    ]

    /// Every import is declared in the manifest, stands above the module in the house, and is no operating system in
    /// guest-clean code.
    static func imports(_ text: String, of module: House.Module, in house: [House.Module]) -> [String] {
        var complaints: [String] = []
        let order = house.map(\.name)
        let own = order.firstIndex(of: module.name) ?? order.endIndex
        for line in SourceLine.lines(of: text) {
            guard
                let match = line.code.firstMatch(
                    of:
                        /^(?:@\w+(?:\([^)]*\))? )*(?:public |package |internal |fileprivate |private )?import (?:\w+ )?(\w+)/
                )
            else { continue }
            let name = String(match.1)
            if let place = order.firstIndex(of: name) {
                if place >= own {
                    complaints.append("\(line.number): imports \(name), which stands below \(module.name)")
                }
                if !module.imports.contains(name) {
                    complaints.append("\(line.number): imports \(name) without declaring it in Package.swift")
                }
            } else if operatingSystem.contains(name) {
                if module.isGuest, !line.isHostOnly {
                    complaints.append("\(line.number): guest-clean code imports \(name)")
                }
            } else if module.systemLibraries.contains(name) {
                if module.isGuest, !line.isHostOnly {
                    complaints.append(
                        "\(line.number): guest-clean code imports \(name) outside #if !hasFeature(Embedded)")
                }
            } else {
                complaints.append("\(line.number): imports \(name), which nothing declares")
            }
        }
        return complaints
    }

    /// What guest-clean code must not contain. See design rules 1–10.
    private static var forbiddenInGuests: [(Regex<Substring>, String)] {
        [
            (/\b(?:Double|Float|Float16|Float32|Float64|CGFloat)\b/, "floating point"),
            (/\b(?:Dictionary|Set)\s*[<(]/, "a hash-seeded collection; use Table"),
            (/:\s*\[\w+\s*:\s*\w+\]/, "a dictionary; use Table"),
            (/\bany [A-Z]\w*/, "an existential"),
            (/\bAny\b/, "Any"),
            (/\bthrows(?!\()\s*(?:->|\{|$)/, "untyped throws"),
            (/\bMirror\(|\bCodable\b|\bEncodable\b|\bDecodable\b/, "reflection"),
            (/\\[A-Z]?\w*\.\w+\)/, "a key path"),
            (/\basync\b|\bawait\b/, "concurrency"),
            (/\bweak var\b|\bunowned (?:let|var)\b/, "a counted weak reference"),
        ]
    }

    static func guestClean(_ text: String) -> [String] {
        var complaints: [String] = []
        for line in SourceLine.lines(of: text) where !line.isHostOnly {
            let code = line.code.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"")
            for (pattern, what) in forbiddenInGuests where code.contains(pattern) {
                complaints.append("\(line.number): \(what) in guest-clean code")
            }
        }
        return complaints
    }

    /// Nothing unfinished is left behind.
    static func finished(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            line.contains(/\b(?:TODO|FIXME|XXX|HACK)\b/) ? "\(index + 1): unfinished: \(line)" : nil
        }
    }

    /// A module shares its name with no type in it: the name could not be qualified.
    static func typeNames(_ text: String, module: String) -> [String] {
        SourceLine.lines(of: text).compactMap { line in
            guard let match = line.code.firstMatch(of: /\b(?:struct|class|enum|actor|protocol) (\w+)/),
                match.1 == module
            else { return nil }
            return "\(line.number): a type has the name of its module, \(module)"
        }
    }

    /// Files are about one thing: no longer than this, in lines.
    static let longestFile = 600

    static func size(_ text: String) -> [String] {
        let count = text.split(separator: "\n", omittingEmptySubsequences: false).count
        return count > longestFile ? ["\(count) lines, over \(longestFile)"] : []
    }
}
