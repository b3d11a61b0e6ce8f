import Foundation

/// The `condor` program: picks the command and runs it.
@main
struct Condor {
    static let commands: [Command] = [
        .node, .venue, .agents, .demo, .importBlocks, .database, .snapshot, .run, .precompile, .price, .stateTest,
        .blockTest, .transactionTest,
        .trieTest, .rlpTest, .difficultyTest, .basicTest, .transition, .blockBuilder, .fuzz, .opcodes, .version,
    ]

    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) -> Int32 {
        guard let first = arguments.first else {
            print(overview)
            return 64
        }
        if ["--help", "-h", "help"].contains(first) {
            if arguments.count > 1, let command = commands.first(where: { $0.name == arguments[1] }) {
                print(command.help, terminator: "")
            } else {
                print(overview)
            }
            return 0
        }
        guard let command = commands.first(where: { $0.name == first || "--" + $0.name == first }) else {
            let accepted = commands.map(\.name).joined(separator: ", ")
            printError("condor: unknown command '\(first)'; accepted: \(accepted). See condor --help.")
            return 64
        }
        do {
            guard let parsed = try command.parse(Array(arguments.dropFirst())) else {
                print(command.help, terminator: "")
                return 0
            }
            return try command.run(parsed)
        } catch let error as UsageError {
            printError("condor \(command.name): \(error.message). See condor \(command.name) --help.")
            return 64
        } catch {
            printError("condor \(command.name): \(error)")
            return 1
        }
    }

    private static var overview: String {
        var text = """
            Condor, the execution layer for on-chain derivatives.

            Usage: condor COMMAND [options]

            Commands:

            """
        for command in commands {
            text += "  " + command.name.padding(toLength: 12, withPad: " ", startingAt: 0) + command.summary + "\n"
        }
        return text + "\ncondor COMMAND --help tells what a command takes. Exit codes: 0 success, 1 failure, 64 usage."
    }
}
