import Foundation
import Foundations
import Node

extension Command {
    static let venue = Command(
        name: "venue", summary: "Check venue configurations; write the genesis file of a chain with one.",
        positional: "check FILE…|genesis FILE",
        options: [
            Option(name: "accounts", value: "N", help: "how many development accounts a file may name (default 10)"),
            Option(name: "chain-id", value: "N", help: "genesis: chain id (default 31337)"),
            Option(
                name: "genesis-time", value: "SECONDS",
                help: "when the chain begins, to which expiries are relative (default: now)"),
        ],
        notes: """
            check reads each FILE as condor node --venue would, tells all that is wrong with it, where, and what would be
            accepted, and ends with exit code 1 if anything is. What a file may hold: docs/venue.md, Configuration.
            genesis prints the first block of condor node --venue FILE with the same options, as a genesis file in geth's
            format: condor import --genesis takes that chain's blocks with it.
            """
    ) { arguments in
        guard let action = arguments.positional.first else { throw UsageError(message: "needs one of check, genesis") }
        let files = arguments.positional.dropFirst()
        switch action {
        case "check":
            guard !files.isEmpty else { throw UsageError(message: "check needs at least one file") }
            var isGood = true
            for path in files {
                do {
                    let venue = try VenueOptions.genesis(path, arguments).venue
                    print("\(path): \(venue.map { "\($0.content)" } ?? "")")
                } catch let error as VenueFileError {
                    isGood = false
                    for problem in error.problems { printError("\(path): \(problem)") }
                }
            }
            return isGood ? 0 : 1
        case "genesis":
            guard let path = files.first, files.count == 1 else { throw UsageError(message: "genesis needs one file") }
            let genesis = try VenueOptions.named(path) { try VenueOptions.genesis(path, arguments) }
            FileHandle.standardOutput.write(Data(genesis.genesisFile + [10]))
            return 0
        default: throw UsageError(message: "unknown action '\(action)'; accepted: check, genesis")
        }
    }
}

/// What commands that begin a chain with a venue have in common.
enum VenueOptions {
    fileprivate static func genesis(_ path: String, _ arguments: Arguments) throws -> DevelopmentGenesis {
        var chain = DevelopmentChain()
        chain.accountCount = Int(try arguments.integer("accounts", default: 10, in: 1...1000))
        chain.chainID = try arguments.integer("chain-id", default: chain.chainID, in: 1...(1 << 53))
        chain.venue = [UInt8](try FileBytes.read(path))
        chain.genesisTime = try genesisTime(arguments)
        return try DevelopmentGenesis(chain)
    }

    /// The development venue: of the folder one is in, or of the repository that the program was built in.
    static func usual() throws -> [UInt8] {
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folders = [URL(fileURLWithPath: ".")]
        var folder = program.deletingLastPathComponent()
        for _ in 0..<4 {
            folders.append(folder)
            folder.deleteLastPathComponent()
        }
        for folder in folders {
            let file = folder.appendingPathComponent("venues/dev.json")
            if let data = FileManager.default.contents(atPath: file.path) { return [UInt8](data) }
        }
        throw UsageError(
            message: "venues/dev.json is neither here nor where the program was built; --venue FILE names one")
    }

    /// nil for now.
    static func genesisTime(_ arguments: Arguments) throws -> UInt64? {
        guard arguments.value("genesis-time") != nil else { return nil }
        return try arguments.integer("genesis-time", default: 0, in: 1...(1 << 40))
    }

    /// Tells of a file what is wrong with it as a mistake in the call.
    static func named<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as VenueFileError {
            throw UsageError(
                message: "\(path) is no venue:\n" + error.problems.map { "  \($0)" }.joined(separator: "\n") + "\n")
        }
    }
}
