import Chain
import Execution
import Foundations
import JSONText
import Testing

@Suite struct DifficultyTests {
    private func check(_ json: JSONValue, fork: Fork, hasOmmers: Bool, _ label: String) throws {
        let actual = Difficulty.next(
            number: try #require(json["currentBlockNumber"]?.quantity64),
            timestamp: try #require(json["currentTimestamp"]?.quantity64),
            parentDifficulty: try #require(json["parentDifficulty"]?.quantity256),
            parentTimestamp: try #require(json["parentTimestamp"]?.quantity64), parentHasOmmers: hasOmmers, fork: fork)
        #expect(actual == json["currentDifficulty"]?.quantity256, "\(label)")
    }

    @Test func officialTests() throws {
        var count = 0
        for document in try OfficialFixtures.documents("ethtests_DifficultyTests") {
            for test in document.json.object ?? [] {
                for group in test.value.object ?? [] where group.key != "_info" {
                    // EIP-2384 is the bomb's delay that came with Muir Glacier.
                    let fork = group.key == "EIP2384" ? Fork.muirGlacier : try #require(Fork(name: group.key))
                    for entry in group.value.object ?? [] {
                        let label = "\(document.path) \(entry.key)"
                        let ommers = try #require(entry.value["parentUncles"]?.quantity64)
                        try check(entry.value, fork: fork, hasOmmers: ommers != 0, label)
                        count += 1
                    }
                }
            }
        }
        #expect(count > 10_000)
    }

    @Test func officialBasicTests() throws {
        let mainnet = ChainConfiguration.mainnet
        var count = 0
        let names = [
            "difficultyMainNetwork.json", "difficultyCustomMainNetwork.json", "difficultyCustomHomestead.json",
        ]
        for document in try OfficialFixtures.documents("ethtests_BasicTests", names: names) {
            let isHomestead = document.path.hasSuffix("Homestead.json")
            for entry in document.json.object ?? [] {
                let number = try #require(entry.value["currentBlockNumber"]?.quantity64)
                let fork =
                    isHomestead ? .homestead : mainnet.fork(number: number, timestamp: 0)
                let hasOmmers = entry.value["parentUncles"]?.bytes32.map { $0 != Block.emptyOmmersHash } ?? false
                try check(entry.value, fork: fork, hasOmmers: hasOmmers, "\(document.path) \(entry.key)")
                count += 1
            }
        }
        #expect(count > 2_000)
    }
}
