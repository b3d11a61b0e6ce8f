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
