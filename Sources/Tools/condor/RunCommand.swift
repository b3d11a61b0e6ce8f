import Chain
import EVM
import Execution
import Foundation
import Foundations
import JSONText
import State
import Storage

extension Command {
    static let run = Command(
        name: "run", summary: "Execute EVM code in an empty world; print output, gas and speed.",
        options: [
            Option(
                name: "code", value: "HEX", help: "the code to run; @FILE reads it from a file, @- from standard input"),
            Option(name: "input", value: "HEX", help: "call data; @FILE reads it from a file, @- from standard input"),
            Option(name: "gas", value: "N", help: "gas to run with (default 1000000000)"),
            Option(name: "value", value: "WEI", help: "wei sent along (default 0)"),
            Option(name: "fork", value: "NAME", help: "rules (default Osaka)"),
            Option(name: "trace", help: "one EIP-3155 JSON line per operation, on standard error"),
            Option(name: "natives", help: "the venue's native contracts are there, as on a development chain"),
            .interpreter, Option(name: "json", help: "the result as one JSON object"),
        ],
        notes: """
            Exit code 0 when the code succeeds, 1 when it reverts or halts.

            Example: condor run --code 600160020160005260206000f3
            """
    ) { arguments in
        guard let text = arguments.value("code") else { throw UsageError(message: "--code is required: HEX or @FILE") }
        let code = try readHex("code", text)
        let input = try readHex("input", arguments.value("input") ?? "")
        let gas = try arguments.integer("gas", default: 1_000_000_000, in: 0...(1 << 62))
        let fork = try arguments.value("fork").map(parseFork) ?? .latest
        guard let value = UInt256(decimal: arguments.value("value") ?? "0") else {
            throw UsageError(message: "--value takes a decimal number of wei")
        }
        let run = CodeRun(
            code: code, input: input, gas: gas, value: value, fork: fork, hasNatives: arguments.flag("natives"),
            interpreter: try parseInterpreter(arguments))
        let report: CodeRunReport
        if arguments.flag("trace") {
            report = run.execute(TraceWriter { printError($0) })
        } else {
            report = run.execute(NoTracer())
        }
        print(arguments.flag("json") ? report.json : report.text)
        return report.result.status.isSuccess ? 0 : 1
    }

    static func readHex(_ name: String, _ text: String) throws -> [UInt8] {
        var digits = text
        if text.hasPrefix("@") {
            let path = String(text.dropFirst())
            let content =
                path == "-"
                ? String(data: FileHandle.standardInput.readDataToEndOfFile(), encoding: .utf8)
                : try? String(contentsOfFile: path, encoding: .utf8)
            guard let content else {
                throw UsageError(message: "--\(name): the file '\(path)' cannot be read")
            }
            digits = content.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let bytes = Hex.decode(digits) else {
            throw UsageError(message: "--\(name) takes an even number of hexadecimal digits, with or without 0x")
        }
        return bytes
    }
}

extension Option {
    static let interpreter = Option(
        name: "interpreter", value: "NAME", help: "fast (default) or reference; results are the same")
}

func parseInterpreter(_ arguments: Arguments) throws -> Interpreter {
    switch arguments.value("interpreter") ?? "fast" {
    case "fast": return .fast
    case "reference": return .reference
    case let other: throw UsageError(message: "--interpreter knows no '\(other)'; accepted: fast, reference")
    }
}

/// A single call of code that stands alone in the world.
struct CodeRun {
    let code: [UInt8]
    let input: [UInt8]
    let gas: UInt64
    let value: UInt256
    let fork: Fork
    let hasNatives: Bool
    let interpreter: Interpreter

    static let sender = Address(0x1000)
    static let target = Address(0x2000)

    func execute(_ tracer: some Tracer) -> CodeRunReport {
        let state = MemoryState([
            GenesisAccount(address: CodeRun.sender, balance: value),
            GenesisAccount(address: CodeRun.target, code: code),
        ])
        let block = BlockContext(
            number: 1, timestamp: 1, beneficiary: .zero, gasLimit: gas, chainID: 1, fork: fork,
            blobParameters: .standard(fork), venueIsActive: hasNatives)
        var machine = Machine(
            view: state, block: block, natives: VenueNatives(isActive: hasNatives), tracer: tracer,
            interpreter: interpreter)
        machine.begin(TransactionContext(origin: CodeRun.sender, gasPrice: .zero))
        _ = machine.journal.warm(machine.journal.load(CodeRun.target))
        let message = Message(sender: CodeRun.sender, to: CodeRun.target, value: value, input: input, gas: gas)
        let start = ContinuousClock.now
        let result = machine.run(message)
        let elapsed = ContinuousClock.now - start
        return CodeRunReport(
            result: result, logs: machine.journal.logs, gasUsed: gas - result.gasLeft, elapsed: elapsed)
    }
}

struct CodeRunReport {
    let result: MessageResult
    let logs: [Log]
    let gasUsed: UInt64
    let elapsed: Duration

    private var seconds: Double { elapsed / .seconds(1) }
    /// Millions of gas per second.
    private var speed: Double { seconds > 0 ? Double(gasUsed) / seconds / 1e6 : 0 }

    private var status: String {
        switch result.status {
        case .success: "success"
        case .revert: "revert"
        case .halt(let reason): "halt: \(reason.name)"
        }
    }

    var text: String {
        var lines = [
            "status   \(status)", "output   \(Hex.encodePrefixed(result.output))", "gas used \(gasUsed)",
            "time     \(String(format: "%.3f", seconds * 1000)) ms, \(String(format: "%.1f", speed)) Mgas/s",
        ]
        for log in logs {
            lines.append(
                "log      topics [\(log.topics.map(\.description).joined(separator: ", "))] data \(Hex.encodePrefixed(log.data))"
            )
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("status")
            writer.value(status)
            writer.key("output")
            writer.value(hex: result.output)
            writer.key("gasUsed")
            writer.value(gasUsed)
            writer.key("nanoseconds")
            writer.value(Int64(seconds * 1e9))
            writer.key("mgasPerSecond")
            writer.value((speed * 10).rounded() / 10)
            writer.key("logs")
            writer.array(logs) { writer, log in
                writer.object { writer in
                    writer.key("topics")
                    writer.array(log.topics) { $0.value(hex: $1.bytes) }
                    writer.key("data")
                    writer.value(hex: log.data)
                }
            }
        }
        return writer.text
    }
}
