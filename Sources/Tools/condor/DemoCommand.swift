import Agents
import Foundation
import Foundations
import Node

extension Command {
    static let demo = Command(
        name: "demo", summary: "Run a venue with agents through a crash, and report what became of everybody's money.",
        options: [
            Option(name: "seed", value: "N", help: "the seed of prices and agents (default 1)"),
            Option(name: "crash", value: "N", help: "how deep the crash is, times that of 10 October 2025 (default 1)"),
            Option(name: "caps", value: "N", help: "the venue's caps per block, times the usual ones (default 1)"),
            Option(name: "seconds", value: "N", help: "how much of the venue's time passes at least (default 2520)"),
            Option(name: "step", value: "SECONDS", help: "from block to block (default 3)"),
            Option(name: "speed", value: "N", help: "times the speed of clocks (default: as fast as the machine goes)"),
            Option(name: "venue", value: "FILE", help: "the venue's configuration (default venues/dev.json)"),
            Option(name: "agents", value: "FILE", help: "who trades (default: what condor agents --print prints)"),
            Option(name: "json", help: "print the report as JSON alone"),
        ],
        notes: """
            Prices fall as on 10 October 2025: BTC by 13 % and SOL by 26 % within 12 minutes. The node runs in this process and has no
            port; agents speak JSON-RPC with it as they do with any other. Block times are fixed: the same options give the same
            report, to the last digit, on every run. What the report says is told in docs/agents.md.
            """
    ) { arguments in
        var options = DemoOptions()
        options.seed = try arguments.integer("seed", default: 1, in: 0...UInt64(Int64.max))
        options.crash = try decimal(arguments, "crash", default: 1, in: 0...3.6)
        options.caps = try decimal(arguments, "caps", default: 1, in: 0.001...10)
        options.seconds = try arguments.integer("seconds", default: 2520, in: 1...86_400)
        options.step = try arguments.integer("step", default: 3, in: 1...60)
        options.speed =
            arguments.value("speed") == nil ? nil : try decimal(arguments, "speed", default: 1, in: 0.1...100_000)
        options.agents = arguments.value("agents")
        options.venue = arguments.value("venue")
        let isJSON = arguments.flag("json")
        let report = try VenueOptions.named(options.venue ?? "venues/dev.json") {
            try Demo(options, table: isJSON ? nil : DemoTable()).run()
        }
        print(isJSON ? report.json : report.text)
        return report.isConserved ? 0 : 1
    }

    private static func decimal(
        _ arguments: Arguments, _ name: String, default fallback: Double, in range: ClosedRange<Double>
    ) throws -> Double {
        guard let text = arguments.value(name) else { return fallback }
        guard let number = Double(text), range.contains(number) else {
            throw UsageError(
                message: "--\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}

struct DemoOptions {
    var seed: UInt64 = 1
    var crash = 1.0
    var caps = 1.0
    var seconds: UInt64 = 2520
    var step: UInt64 = 3
    /// The path of the venue's configuration; nil for the development venue.
    var venue: String?
    /// The path of a file of agents; nil for the usual ones.
    var agents: String?
    /// Times the speed of clocks; nil for as fast as it goes.
    var speed: Double?
}

/// A node in this process, asked as others are asked: by JSON text.
final class NodeTransport: RPCTransport {
    private let node: LocalNode

    init(_ node: LocalNode) { self.node = node }

    func exchange(_ request: [UInt8]) -> [UInt8] { node.respond(to: request) }
}
