/// The rules of docs/architecture.md that a program can check, each a function from source text to complaints.
enum Rules {
    /// Modules of the operating system and its libraries, which guest-clean code must not know.
    static let operatingSystem: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Dispatch", "Synchronization", "Darwin", "WASILibc",
    ]

    /// Every import is declared in the manifest, stands above the module in the house, and is no operating system in
    /// guest-clean code. None is `package`: one such line in one file, and the compiler keeps every generic function of the
    /// module that names a type of the imported one from being specialised in other modules.
    static func imports(_ text: String, of module: House.Module, in house: [House.Module]) -> [String] {
        var complaints: [String] = []
        let order = house.map(\.name)
        let own = order.firstIndex(of: module.name) ?? order.endIndex
        let pattern =
            /^(?:@\w+(?:\([^)]*\))? )*(?:public |package |internal |fileprivate |private )?import (?:\w+ )?(\w+)/
        for line in SourceLine.lines(of: text) where line.code.contains("import ") {
            guard let match = line.code.firstMatch(of: pattern) else { continue }
            let name = String(match.1)
            if line.code.contains("package import ") {
                complaints.append(
                    "\(line.number): a package import of \(name) ends cross-module optimisation of the module")
            }
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
            (/\b(?:Double|CGFloat|TimeInterval|Float\w*|BinaryFloatingPoint)\b/, "floating point"),
            // A tuple's or range's digits follow a point themselves.
            (/(?:^|[^\w.])\d[\d_]*(?:\.\d|[eE][+-]?\d)/, "a floating-point literal"),
            (/\b0x[\da-fA-F_.]+[pP]/, "a floating-point literal"),
            (/\b(?:Dictionary|Set)\b/, "a hash-seeded collection; use Table"),
            (/\bany [A-Z]\w*/, "an existential"),
            (/\bAny\b/, "Any"),
            (/\bthrows\b(?!\()/, "untyped throws"),
            (/\bMirror\(|\bCodable\b|\bEncodable\b|\bDecodable\b/, "reflection"),
            (/\\[A-Z]?\w*\.\w+\)/, "a key path"),
            (/\basync\b|\bawait\b/, "concurrency"),
            (/\bweak var\b|\bunowned (?:let|var)\b/, "a counted weak reference"),
        ]
    }

    static func guestClean(_ text: String) -> [String] {
        let lines = SourceLine.lines(of: text).filter { !$0.isHostOnly }
        var complaints = Brackets.dictionaries(in: lines).map { "\($0): a dictionary in guest-clean code; use Table" }
        // Once for all lines, as every new value of a pattern is compiled anew.
        let forbidden = forbiddenInGuests
        for line in lines {
            for (pattern, what) in forbidden where line.code.contains(pattern) {
                complaints.append("\(line.number): \(what) in guest-clean code")
            }
        }
        return complaints
    }

    /// Nothing unfinished is left behind.
    static func finished(_ text: String) -> [String] {
        let pattern = /\b(?:TODO|FIXME|XXX|HACK)\b/
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            line.contains(pattern) ? "\(index + 1): unfinished: \(line)" : nil
        }
    }

    /// A module shares its name with no type in it: the name could not be qualified.
    static func typeNames(_ text: String, module: String) -> [String] {
        let pattern = /\b(?:struct|class|enum|actor|protocol) (\w+)/
        return SourceLine.lines(of: text).compactMap { line in
            guard let match = line.code.firstMatch(of: pattern), match.1 == module else { return nil }
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
