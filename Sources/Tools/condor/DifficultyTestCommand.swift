import Chain
import Execution
import Foundations
import JSONText

extension Command {
    static let difficultyTest = Command.fixtures(
        "difficultytest", "Run official DifficultyTests: the difficulty of a block from its parent's.",
        notes: "Also reads the difficulty files of BasicTests, whose rules come from the file's name."
    ) { arguments, selection in
        try selection.run(arguments.positional) { file, root, report in
            try DifficultyTests.run(file, root, selection, &report)
        }
    }
}

/// The difficulty of a block from its parent's, by the formulas of the forks.
enum DifficultyTests {
    static func run(
        _ file: String, _ root: JSONValue, _ selection: FixtureSelection, _ report: inout FixtureReport
    ) throws {
        for test in root.object ?? [] where selection.includes(file: file, test: test.key) {
            let label = "\(file): \(test.key)"
            if test.value["parentDifficulty"] != nil {
                let fork = basicFork(file, test.value)
                if selection.includes(fork: fork.fixtureName) { try check(test.value, label, fork, &report) }
                continue
            }
            for group in test.value.object ?? [] where group.key != "_info" && selection.includes(fork: group.key) {
                // EIP-2384 is the bomb's delay that came with Muir Glacier.
                guard let fork = group.key == "EIP2384" ? Fork.muirGlacier : Fork(name: group.key) else {
                    report.skip(label, fork: group.key, reason: "the fork is not known")
                    continue
                }
                for entry in group.value.object ?? [] {
                    try check(entry.value, "\(label) \(entry.key)", fork, &report)
                }
            }
        }
    }

    /// BasicTests name their rules by file: Homestead's, or the main network's by number.
    private static func basicFork(_ file: String, _ json: JSONValue) -> Fork {
        if file.hasSuffix("Homestead.json") { return .homestead }
        let number = json["currentBlockNumber"]
        return ChainConfiguration.mainnet.fork(
            number: number?.quantity64 ?? number?.string.flatMap(UInt64.init) ?? 0, timestamp: 0)
    }

    private static func check(
        _ json: JSONValue, _ label: String, _ fork: Fork, _ report: inout FixtureReport
    ) throws {
        // One file writes its numbers in decimal digits.
        func field(_ name: StaticString) -> UInt256? {
            guard let value = json[name] else { return nil }
            return value.quantity256 ?? value.string.flatMap { UInt256(decimal: $0) }
        }
        guard let block = field("currentBlockNumber")?.asUInt64, let timestamp = field("currentTimestamp")?.asUInt64,
            let parentDifficulty = field("parentDifficulty"),
            let parentTimestamp = field("parentTimestamp")?.asUInt64, let expected = field("currentDifficulty")
        else { throw FixtureError(description: "\(label): a field is missing or no number") }
        // A hash of the ommers, or whether there are some.
        let ommers: JSONValue? = json["parentUncles"]
        let hasOmmers = ommers?.bytes32.map { $0 != Block.emptyOmmersHash } ?? ((ommers?.quantity64 ?? 0) != 0)
        let actual = Difficulty.next(
            number: block, timestamp: timestamp, parentDifficulty: parentDifficulty, parentTimestamp: parentTimestamp,
            parentHasOmmers: hasOmmers, fork: fork)
        report.record(
            label, fork: fork.fixtureName,
            problems: actual == expected ? [] : ["difficulty: expected \(expected), actual \(actual)"],
            details: [("difficulty", "\(actual)")])
    }
}
