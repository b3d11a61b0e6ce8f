import Chain
import EVM
import Foundations
import JSONText

extension Command {
    static let precompile = Command(
        name: "precompile", summary: "Run one precompiled contract; print output, gas and time.",
        options: [
            Option(name: "address", value: "HEX", help: "which contract: 0x1 to 0x11, or 0x100"),
            Option(name: "input", value: "HEX", help: "its input; @FILE reads it from a file, @- from standard input"),
            Option(name: "gas", value: "N", help: "gas to run with (default 1000000000)"),
            Option(name: "fork", value: "NAME", help: "rules and prices (default Osaka)"),
            Option(
                name: "milliseconds", value: "N", help: "repeat for at least this long, for a steady time (default 0)"),
            Option(name: "json", help: "the result as one JSON object"),
        ],
        notes: """
            Exit code 0 when the contract succeeds, 1 when it fails.

            Example: condor precompile --address 0x2 --input 0x616263
            """
    ) { arguments in
        guard let text = arguments.value("address") else { throw UsageError(message: "--address is required") }
        let fork = try arguments.value("fork").map(parseFork) ?? .latest
        guard let number = UInt256(hex: text), Precompiles.contains(Address(number), fork: fork) else {
            let accepted = Precompiles.addresses(fork: fork).map { "0x" + String($0.word.limb0, radix: 16) }
            throw UsageError(
                message: "--address: \(fork.fixtureName) has no precompiled contract at '\(text)'; accepted: "
                    + accepted.joined(separator: ", "))
        }
        let input = try readHex("input", arguments.value("input") ?? "")
        let gas = try arguments.integer("gas", default: 1_000_000_000, in: 0...(1 << 62))
        let span = Duration.milliseconds(try arguments.integer("milliseconds", default: 0, in: 0...600_000))
        var runs = 0
        var result = PrecompileResult.failure
        let start = ContinuousClock.now
        var elapsed = Duration.zero
        repeat {
            result = input.withUnsafeBytes {
                Precompiles.run(Address(number), input: $0, gasLimit: gas, fork: fork)
            }
            runs += 1
            elapsed = ContinuousClock.now - start
        } while elapsed < span
        let nanoseconds = elapsed / .nanoseconds(1) / Double(runs)
        print(arguments.flag("json") ? json(of: result, nanoseconds) : describe(result, nanoseconds))
        return result == .failure ? 1 : 0
    }

    private static func describe(_ result: PrecompileResult, _ nanoseconds: Double) -> String {
        guard case .success(let gasUsed, let output) = result else {
            return "failure: the input is refused or the gas does not suffice"
        }
        return """
            output   \(Hex.encode(output))
            gas      \(gasUsed)
            time     \(Int(nanoseconds)) ns
            """
    }

    private static func json(of result: PrecompileResult, _ nanoseconds: Double) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("success")
            writer.value(result != .failure)
            if case .success(let gasUsed, let output) = result {
                writer.key("gasUsed")
                writer.value(gasUsed)
                writer.key("output")
                writer.value(Hex.encode(output))
            }
            writer.key("nanoseconds")
            writer.value(UInt64(nanoseconds))
        }
        return writer.text
    }
}
