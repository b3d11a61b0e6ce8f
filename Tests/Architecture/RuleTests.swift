import Testing

/// Canaries: what must be refused is refused, so that the architecture tests can fail.
@Suite struct RuleTests {
    private let house: [House.Module]

    init() throws {
        house = try House.modules(inManifest: RuleTests.manifest(RuleTests.rows))
    }

    private static let rows = """
            Module(name: "Low", kind: .guest, path: "Low", imports: []),
            Module(
                name: "High", kind: .guest, path: "High", imports: ["Low"],
                systemLibraries: ["CThing"]),
            Module(name: "Host", kind: .host, path: "Host", imports: ["Low", "High"]),
        """

    private static func manifest(_ rows: String) -> String {
        "struct Module {}\n\nlet floors: [Module] = [\n\(rows)\n]\n\nlet modules = floors.map { module in [module] }\n"
    }

    @Test func theTableIsParsed() {
        #expect(house.map(\.name) == ["Low", "High", "Host"])
        #expect(house[1].imports == ["Low"] && house[1].systemLibraries == ["CThing"] && !house[2].isGuest)
    }

    @Test(arguments: [
        "Module(kind: .guest, name: \"Low\", path: \"Low\", imports: []),",
        "Module(name: name, kind: .guest, path: \"Low\", imports: []),",
        "Module(name: \"Low\", kind: .guest, path: \"Low\", imports: common),",
        "Module(name: \"Low\", kind: .guest, path: \"Low\", imports: [] + [\"High\"]),",
        "guest(\"Low\"),", "// Module(name: \"Low\", kind: .guest, path: \"Low\", imports: []),",
    ])
    func aRowOfAnotherFormIsRefused(_ row: String) {
        for text in ["\(row)\n\(RuleTests.rows)", "\(RuleTests.rows)\n\(row)"] {
            #expect(throws: House.UnreadableManifest.self) {
                try House.modules(inManifest: RuleTests.manifest(text))
            }
        }
        #expect(throws: House.UnreadableManifest.self) { try House.modules(inManifest: RuleTests.rows) }
    }

    @Test(arguments: [
        "import High", "public import High", "import Foundation", "import Glibc", "import Unknown",
        "@testable import High", "import struct High.Thing", "/* see */ import High",
    ])
    func aWrongImportIsRefused(_ text: String) {
        #expect(!Rules.imports(text, of: house[0], in: house).isEmpty)
    }

    @Test func anUndeclaredImportIsRefused() {
        let bare = House.Module(name: "Host", isGuest: false, path: "Host", imports: [], systemLibraries: [])
        #expect(!Rules.imports("import Low", of: bare, in: house).isEmpty)
        #expect(Rules.imports("import Foundation\nimport Low", of: house[2], in: house).isEmpty)
    }

    @Test func aPackageImportIsRefused() {
        #expect(Rules.imports("public import Low", of: house[2], in: house).isEmpty)
        #expect(!Rules.imports("package import Low", of: house[2], in: house).isEmpty)
    }

    @Test func aLibraryOutsideTheHostConditionIsRefused() {
        #expect(!Rules.imports("import CThing", of: house[1], in: house).isEmpty)
        #expect(Rules.imports("#if !hasFeature(Embedded)\n    import CThing\n#endif", of: house[1], in: house).isEmpty)
        #expect(!Rules.imports("#if !hasFeature(Embedded)\n#endif\nimport CThing", of: house[1], in: house).isEmpty)
    }

    @Test(arguments: [
        "let x: Double = 1", "let x = 1.5", "let x = -1_000.25", "let x = 1e5", "let x = 0x1p3", "f(.pi, 0.5)",
        "func f<T: BinaryFloatingPoint>(_ x: T)", "func f<T: FloatingPoint>(_ x: T)",
        "func f(_ p: any P)", "var x: Any", "items.map(\\.name)", "func f() async", "weak var owner",
    ])
    func whatIsNotGuestCleanIsRefused(_ text: String) {
        #expect(!Rules.guestClean(text).isEmpty)
    }

    @Test(arguments: [
        "func f() throws -> Int", "func f() throws {", "func f() throws", "func f<T>() throws where T: P {",
        "let f: () throws -> Void", "init() throws { x = 1 }",
    ])
    func untypedThrowsIsRefused(_ text: String) {
        #expect(!Rules.guestClean(text).isEmpty)
    }

    @Test(arguments: [
        "var m: [Int: Int] = [:]", "func f() -> [Int: Int]", "func f()->[Int: Int]", "var m = [Int: Int]()",
        "var m: [Int: [UInt8]]", "var m: [[UInt8]: Int]", "var m: [Bytes32: Foo.Bar]", "var m: [(Int, Int): Int]",
        "typealias M = [Int: Int]", "f([1: 2])", "let m = [\n    1: 2,\n    3: 4,\n]", "let m: [Int: Int]?",
        "return [:]", "let m = [a ? b : c: 1]", "var m: [Int? : Int]", "x[[1: 2]]", "let t = \"\\([1: 2])\"",
        "let s = Set<Int>()", "let s: Set = [1]", "let s = Set([1])", "let d = Dictionary(grouping: a, by: b)",
        "extension Dictionary {",
    ])
    func hashedCollectionsAreRefused(_ text: String) {
        #expect(!Rules.guestClean(text).isEmpty)
    }

    @Test(arguments: [
        "#if !hasFeature(Embedded)\n    #if hasFeature(Embedded)\n    #endif\n#else\n    var x: Any\n#endif",
        "#if A\n    #if hasFeature(Embedded)\n    #endif\n#else\n    var x: Any\n#endif",
        "#if hasFeature(Embedded)\n#elseif A\n#else\n    var x: Any\n#endif",
        "#if hasFeature(Embedded)\n    var x: Any\n#else\n#endif",
        "#if !hasFeature(Embedded)\n#else\nvar x: Any\n#endif",
        "#if !hasFeature(Embedded)\n#endif // done\nvar x: Any", "#if !hasFeature(Embedded) || A\nvar x: Any\n#endif",
    ])
    func whatAGuestMayCompileIsNotTakenForTheHosts(_ text: String) {
        #expect(!Rules.guestClean(text).isEmpty)
    }

    @Test(arguments: [
        "func f() throws(E) -> Int", "// a Double in a comment", "let x = 1 // 1.5",
        "/* a Double\n  [1: 2] */ let x = 1",
        "#if !hasFeature(Embedded)\nlet x = 1 as Double\n#endif",
        "#if !hasFeature(Embedded) // the host\nlet x = 1 as Double\n#endif",
        "#if hasFeature(Embedded)\n#else\nlet x = 1 as Double\n#endif",
        "#if hasFeature(Embedded)\n    #if A\n    #endif\n#else\nvar x: Any\n#endif",
        "let text: StaticString = \"any Thing\"", "let text = \"\"\"\n    [1: 2] 1.5 \\\"\"\" Any\n    \"\"\"",
        "let text = #\"[\"a\": 1.5]\"#", "let text = \"\\(f(\"Any\"))\"", "let pair: (a: Int, b: Int)",
        "let x = pair.0.1", "0...5", "1..<2", "let x = 0x1e5", "table[key, default: 0]", "let a = [x ? y : z]",
        "let a = [x ? y : z, f(label: 1)]", "let a: [Int] = [b ?? c]", "f { [a] in b(c: d) }", "let a = [(x: 1, y: 2)]",
        "case .set: offset", "bytes[unchecked: 1]", "self.items[index]?[label: 2]",
    ])
    func whatIsGuestCleanPasses(_ text: String) {
        #expect(Rules.guestClean(text) == [])
    }

    @Test func unfinishedTextNamesLongFilesAreRefused() {
        #expect(!Rules.finished("// TO" + "DO: later").isEmpty)
        #expect(!Rules.typeNames("public struct State {", module: "State").isEmpty)
        #expect(!Rules.size(String(repeating: "\n", count: Rules.longestFile)).isEmpty)
    }
}
