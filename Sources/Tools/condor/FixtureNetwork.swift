import Chain
import Foundations
import JSONText
import Node

/// The rules behind a network's name in official blockchain tests.
struct FixtureNetwork {
    let configuration: ChainConfiguration
    /// For transitions at a total difficulty.
    let terminal: BlockTree.Terminal?

    var isDraft: Bool { configuration.forks.contains { $0.fork.isDraft } }

    /// nil for a name that is not known. `config` is the test's own, with chain id and blob schedule.
    init?(_ name: String, config: JSONValue?) {
        let chainID = config?["chainid"]?.quantity64 ?? 1
        if let (from, difficulty) = FixtureNetwork.split(name, "ToParisAtDiff") {
            guard let before = FixtureNetwork.stage(from), let terminal = UInt256(hex: difficulty) else { return nil }
            configuration = ChainConfiguration(chainID: chainID, forks: [(before.fork, .block(0))])
            self.terminal = BlockTree.Terminal(
                totalDifficulty: terminal,
                configuration: ChainConfiguration(chainID: chainID, forks: [(.paris, .block(0))]))
            return
        }
        var stages: [(stage: Stage, activation: ChainConfiguration.Activation, timestamp: UInt64)] = []
        var dao: UInt64?
        if let (names, time) = FixtureNetwork.split(name, "AtTime"), let (from, to) = FixtureNetwork.split(names, "To"),
            let before = FixtureNetwork.stage(from), let after = FixtureNetwork.stage(to),
            let seconds = UInt64(time.replacing("k", with: "000"))
        {
            stages = [(before, .block(0), 0), (after, .timestamp(seconds), seconds)]
        } else if let (names, block) = FixtureNetwork.split(name, "At"), let number = UInt64(block),
            let (from, to) = FixtureNetwork.split(names, "To"), let before = FixtureNetwork.stage(from)
        {
            stages = [(before, .block(0), 0)]
            if to == "Dao" {
                dao = number
            } else {
                guard let after = FixtureNetwork.stage(to) else { return nil }
                stages.append((after, .block(number), 0))
            }
        } else if let stage = FixtureNetwork.stage(name) {
            stages = [(stage, .block(0), 0)]
        } else {
            return nil
        }
        var configuration = ChainConfiguration(
            chainID: chainID, forks: stages.map { ($0.stage.fork, $0.activation) }, daoForkBlock: dao)
        let schedule = config?["blobSchedule"]?.object ?? []
        for (stage, _, timestamp) in stages {
            let entry = schedule.first { $0.key == stage.name }?.value
            guard let parameters = entry.flatMap(BlobParameters.init(fixture:)) ?? FixtureNetwork.blobForks[stage.name]
            else { continue }
            configuration.blobSchedule.append((timestamp, parameters))
        }
        self.configuration = configuration
        terminal = nil
    }

    /// Forks that change nothing but blob parameters, with what official tests give them; the first two are mainnet's.
    /// https://eips.ethereum.org/EIPS/eip-7892
    private static let blobForks: [String: BlobParameters] = [
        "BPO1": BlobParameters(target: 10, max: 15, baseFeeUpdateFraction: 8_346_193),
        "BPO2": BlobParameters(target: 14, max: 21, baseFeeUpdateFraction: 11_684_671),
        "BPO3": BlobParameters(target: 21, max: 32, baseFeeUpdateFraction: 20_609_697),
        "BPO4": BlobParameters(target: 14, max: 21, baseFeeUpdateFraction: 13_739_630),
    ]

    /// Names of single forks, as `init` takes them.
    static var names: [String] { Fork.allCases.map(\.fixtureName) + blobForks.keys.sorted() }

    private typealias Stage = (name: String, fork: Fork)

    /// Forks that change blob parameters only have Osaka's rules.
    private static func stage(_ name: String) -> Stage? {
        if name.hasPrefix("BPO") { return (name, .osaka) }
        return Fork(name: name).map { (name, $0) }
    }

    private static func split(_ text: String, _ separator: String) -> (String, String)? {
        guard let range = text.firstRange(of: separator) else { return nil }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }
}

extension BlobParameters {
    /// Blob parameters as a fixture's configuration writes them.
    fileprivate init?(fixture json: JSONValue) {
        guard let target = json["target"]?.quantity64, let max = json["max"]?.quantity64,
            let fraction = json["baseFeeUpdateFraction"]?.quantity64
        else { return nil }
        self.init(target: target, max: max, baseFeeUpdateFraction: fraction)
    }
}
