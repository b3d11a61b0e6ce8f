import Testing

private func complaints(
    _ house: House, _ check: (String, House.Module) -> [String], where included: (House.Module) -> Bool = { _ in true }
) throws -> [String] {
    try house.modules.filter(included).flatMap { module in
        try house.files(in: "Sources/\(module.path)").flatMap { file in
            check(file.text, module).map { "\(file.path):\($0)" }
        }
    }
}

/// Each complaint becomes an issue of its own, so that the output names file, line and rule.
private func expectNone(_ complaints: [String]) {
    for complaint in complaints { Issue.record("\(complaint)") }
}

@Suite struct ArchitectureTests {
    @Test func theManifestIsRead() throws {
        let house = try House()
        #expect(house.modules.count >= 12)
        #expect(house.modules.first?.name == "Foundations")
        for module in house.modules {
            #expect(try !house.files(in: "Sources/\(module.path)").isEmpty, "\(module.name)")
        }
    }

    @Test func declaredImportsPointUp() throws {
        let house = try House()
        for (index, module) in house.modules.enumerated() {
            for name in module.imports {
                let place = house.modules.firstIndex { $0.name == name }
                #expect(place != nil && place! < index, "\(module.name) declares \(name)")
            }
        }
    }

    @Test func guestModulesImportOnlyGuestModules() throws {
        let house = try House()
        let guests = Set(house.modules.filter(\.isGuest).map(\.name))
        for module in house.modules where module.isGuest {
            #expect(guests.isSuperset(of: module.imports), "\(module.name)")
        }
    }

    @Test func everyImportIsDeclaredAndPointsUp() throws {
        let house = try House()
        expectNone(try complaints(house) { Rules.imports($0, of: $1, in: house.modules) })
    }

    @Test func guestModulesAreGuestClean() throws {
        expectNone(try complaints(House(), { text, _ in Rules.guestClean(text) }, where: \.isGuest))
    }

    @Test func nothingIsUnfinished() throws {
        let house = try House()
        for folder in ["Sources", "Tests/Unit", "Tests/Properties"] {
            for file in try house.files(in: folder) { #expect(Rules.finished(file.text) == [], "\(file.path)") }
        }
    }

    @Test func noTypeHasTheNameOfItsModule() throws {
        expectNone(try complaints(House()) { Rules.typeNames($0, module: $1.name) })
    }

    @Test func filesAreAboutOneThing() throws {
        expectNone(try complaints(House()) { text, _ in Rules.size(text) })
    }
}

/// Canaries: what must be refused is refused, so that the checks above can fail.
@Suite struct RuleTests {
    private let house = House.modules(
        inManifest: """
            Module(name: "Low", kind: .guest, path: "Low", imports: []),
            Module(
                name: "High", kind: .guest, path: "High", imports: ["Low"],
                systemLibraries: ["CThing"]),
            Module(name: "Host", kind: .host, path: "Host", imports: ["Low", "High"]),
            """)

    @Test func theTableIsParsed() {
        #expect(house.map(\.name) == ["Low", "High", "Host"])
        #expect(house[1].imports == ["Low"] && house[1].systemLibraries == ["CThing"] && !house[2].isGuest)
    }

    @Test(arguments: [
        "import High", "public import High", "import Foundation", "import Glibc", "import Unknown",
        "@testable import High", "import struct High.Thing",
    ])
    func aWrongImportIsRefused(_ text: String) {
        #expect(!Rules.imports(text, of: house[0], in: house).isEmpty)
    }

    @Test func anUndeclaredImportIsRefused() {
        let bare = House.Module(name: "Host", isGuest: false, path: "Host", imports: [], systemLibraries: [])
        #expect(!Rules.imports("import Low", of: bare, in: house).isEmpty)
        #expect(Rules.imports("import Foundation\nimport Low", of: house[2], in: house).isEmpty)
    }

    @Test func aLibraryOutsideTheHostConditionIsRefused() {
        #expect(!Rules.imports("import CThing", of: house[1], in: house).isEmpty)
        #expect(Rules.imports("#if !hasFeature(Embedded)\n    import CThing\n#endif", of: house[1], in: house).isEmpty)
        #expect(!Rules.imports("#if !hasFeature(Embedded)\n#endif\nimport CThing", of: house[1], in: house).isEmpty)
    }

    @Test(arguments: [
        "let x: Double = 1", "var m: [Int: Int] = [:]", "let s = Set<Int>()", "func f(_ p: any P)", "var x: Any",
        "func f() throws -> Int", "func f() throws {", "items.map(\\.name)", "func f() async", "weak var owner",
        "let d = Dictionary(grouping: a, by: b)",
    ])
    func whatIsNotGuestCleanIsRefused(_ text: String) {
        #expect(!Rules.guestClean(text).isEmpty)
    }

    @Test(arguments: [
        "func f() throws(E) -> Int", "// a Double in a comment",
        "#if !hasFeature(Embedded)\nlet x = 1 as Double\n#endif",
        "let text: StaticString = \"any Thing\"", "let pair: (a: Int, b: Int)",
    ])
    func whatIsGuestCleanPasses(_ text: String) {
        #expect(Rules.guestClean(text).isEmpty)
    }

    @Test func unfinishedTextNamesLongFilesAreRefused() {
        #expect(!Rules.finished("// TO" + "DO: later").isEmpty)
        #expect(!Rules.typeNames("public struct State {", module: "State").isEmpty)
        #expect(!Rules.size(String(repeating: "\n", count: Rules.longestFile)).isEmpty)
    }
}
