import Agents
import CLinux
import Foundation
import Foundations
import Node
import Synchronization

extension Command {
    static let agents = Command(
        name: "agents", summary: "Start agents that trade on a venue, by JSON-RPC, as a file describes them.",
        positional: "FILE",
        options: [
            Option(name: "url", value: "URL", help: "the node (default http://127.0.0.1:8545)"),
            Option(name: "interval", value: "MS", help: "at least so long between two rounds (default 500)"),
            Option(name: "rounds", value: "N", help: "stop after N rounds (default: Ctrl-C stops)"),
            Option(name: "seed", value: "N", help: "instead of the file's seed"),
            Option(name: "quiet", help: "no line for each kind of action of a round"),
            Option(name: "print", help: "print the set that condor node --with-agents starts, as a file to begin with"),
        ],
        notes: """
            The file is described in docs/agents.md. Agents sign with keys of the file or with accounts of its mnemonic. What they
            do depends on the chain, the file and the seed alone. A round comes with each new block: every agent acts on the market
            as it then is. Ctrl-C lets makers take back their quotes.
            """
    ) { arguments in
        if arguments.flag("print") {
            print(AgentsFile.usual)
            return 0
        }
        guard arguments.positional.count == 1 else { throw UsageError(message: "one FILE is expected") }
        var file = try AgentsSession.file(arguments.positional[0])
        if arguments.value("seed") != nil {
            file.seed = try arguments.integer("seed", default: 1, in: 0...UInt64(Int64.max))
        }
        let interval = try arguments.integer("interval", default: 500, in: 1...60_000)
        let rounds = try arguments.integer("rounds", default: .max, in: 1...UInt64.max)
        let transport: HTTPTransport
        do throws(RPCFailure) {
            transport = try HTTPTransport(url: arguments.value("url") ?? "http://127.0.0.1:8545")
        } catch { throw UsageError(message: "--url: \(error)") }
        condor_block_stop_signals()
        let isStopped = StopFlag()
        Thread.detachNewThread {
            _ = condor_wait_for_stop_signal()
            isStopped.raise()
        }
        try AgentsSession(
            file, folder: URL(fileURLWithPath: arguments.positional[0]).deletingLastPathComponent(),
            interval: interval, isQuiet: arguments.flag("quiet")
        ).run(transport, rounds: rounds, until: isStopped)
        return 0
    }
}

/// Told from one thread to another: it is time to stop.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRaised: Bool { flag.load(ordering: .acquiring) }

    func raise() { flag.store(true, ordering: .releasing) }
}

/// Agents at work against a node, with a line for what they do.
struct AgentsSession {
    private let file: AgentsFile
    /// Where the paths of the file begin.
    private let folder: URL
    private let interval: UInt64
    private let isQuiet: Bool

    init(_ file: AgentsFile, folder: URL, interval: UInt64, isQuiet: Bool) {
        self.file = file
        self.folder = folder
        self.interval = interval
        self.isQuiet = isQuiet
    }

    static func file(_ path: String) throws -> AgentsFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UsageError(message: "the file '\(path)' cannot be read")
        }
        do throws(AgentsFileError) { return try AgentsFile(parsing: [UInt8](data)) } catch {
            throw UsageError(message: "\(path): \(error)")
        }
    }

    /// The agents of a file against a node, with the keys of its mnemonic.
    static func runner(_ file: AgentsFile, folder: URL, _ client: RPCClient) throws -> AgentRunner {
        let phrase = file.mnemonic ?? MnemonicAccounts.usualPhrase
        let most = file.keys.compactMap { if case .account(let number) = $0 { Int(number) } else { nil } }.max() ?? 0
        guard let accounts = MnemonicAccounts.derive(phrase, count: most + 1) else {
            throw UsageError(message: "mnemonic: it gives no valid keys")
        }
        return try AgentRunner(file, client: client) { number in
            accounts.indices.contains(Int(number)) ? accounts[Int(number)].privateKey : nil
        } table: { path in
            let url = URL(fileURLWithPath: path, relativeTo: folder)
            guard let text = try? String(contentsOf: url, encoding: .utf8) else {
                throw UsageError(message: "csv: the file '\(url.path)' cannot be read")
            }
            do throws(PriceTable.Malformed) { return try PriceTable(parsing: text) } catch {
                throw UsageError(message: "\(path): \(error)")
            }
        }
    }

    func run(_ transport: any RPCTransport, rounds: UInt64, until isStopped: StopFlag) throws {
        let runner = try AgentsSession.runner(file, folder: folder, RPCClient(transport))
        say("agents: \(file.entries.map(\.name).joined(separator: ", ")); block \(runner.market.block)")
        var count: UInt64 = 0
        var reverted: [String: Int] = [:]
        while count < rounds, !isStopped.isRaised {
            if let tallies = try runner.round() {
                count += 1
                tell(tallies, runner)
                try runner.desk.settle()
                for (what, number) in runner.desk.reverted.sorted(by: { $0.key < $1.key })
                where number > reverted[what, default: 0] {
                    say(
                        "block \(runner.market.block): \(what): \(number - reverted[what, default: 0]) refused by the venue"
                    )
                }
                reverted = runner.desk.reverted
            }
            // In slices, so that a stop does not wait for the interval's end.
            var left = interval
            while left > 0, !isStopped.isRaised {
                let slice = min(left, 50)
                usleep(UInt32(slice) * 1000)
                left -= slice
            }
        }
        tell(try runner.leave(), runner)
        say("agents: stopped after \(count) rounds")
    }

    private func tell(_ tallies: [Desk.Tally], _ runner: AgentRunner) {
        for tally in tallies {
            var line = "block \(runner.market.block): \(tally.agent): \(tally.kind.rawValue) × \(tally.sent)"
            if tally.unsent > 0 { line += "; \(tally.unsent) not taken by the node: \(tally.reason)" }
            say(line)
        }
    }

    private func say(_ line: String) {
        guard !isQuiet else { return }
        print(line)
        fflush(nil)
    }
}

/// The usual agents beside a node of this process, which they know by its URL as others do.
final class BackgroundAgents: Sendable {
    private let isStopped = StopFlag()
    private let end = DispatchSemaphore(value: 0)

    init(usualAgainst url: String, isQuiet: Bool) throws {
        let file = try AgentsFile(parsing: Array(AgentsFile.usual.utf8))
        let (isStopped, end) = (isStopped, end)
        Thread.detachNewThread {
            do {
                let session = AgentsSession(file, folder: URL(fileURLWithPath: "."), interval: 500, isQuiet: isQuiet)
                try session.run(HTTPTransport(url: url), rounds: .max, until: isStopped)
            } catch {
                printError("agents: stopped because \(error)")
            }
            end.signal()
        }
    }

    /// Lets the agents take back their quotes; waits for that, but not for ever.
    func stop() {
        isStopped.raise()
        _ = end.wait(timeout: .now() + .seconds(3))
    }
}
