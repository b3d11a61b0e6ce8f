import Foundation

/// One option of a command: `--name VALUE`, `--name=VALUE`, or a flag without value.
struct Option {
    let name: String
    /// What the value is called in the help text; nil for a flag.
    var value: String?
    let help: String
}

extension Option {
    static let draft = Option(name: "draft", help: "also cases of draft forks (Amsterdam)")
}

/// A command of the program: what it takes, and what it does.
struct Command {
    let name: String
    let summary: String
    /// How positional arguments are called in the help text, empty for none.
    var positional = ""
    var options: [Option] = []
    /// Longer help behind the options.
    var notes = ""
    /// Runs the command and answers its exit code.
    let run: @Sendable (Arguments) throws -> Int32
}

/// A mistake in how the program was called: message, exit code 64.
struct UsageError: Error {
    let message: String
}

/// What a command was called with, already checked against its options.
struct Arguments: Sendable {
    fileprivate(set) var positional: [String] = []
    fileprivate var values: [String: String] = [:]
    fileprivate var flags: Set<String> = []

    func flag(_ name: String) -> Bool { flags.contains(name) }

    func value(_ name: String) -> String? { values[name] }

    /// An unsigned integer in a range.
    func integer(_ name: String, default fallback: UInt64, in range: ClosedRange<UInt64>) throws -> UInt64 {
        guard let text = values[name] else { return fallback }
        guard let number = UInt64(text.replacingOccurrences(of: "_", with: "")), range.contains(number) else {
            throw UsageError(
                message: "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
            )
        }
        return number
    }
}

extension Command {
    /// Checks raw arguments against the command's options. nil when help was asked for.
    func parse(_ raw: [String]) throws -> Arguments? {
        var arguments = Arguments()
        var index = 0
        var onlyPositional = false
        while index < raw.count {
            let argument = raw[index]
            index += 1
            if onlyPositional || !argument.hasPrefix("-") || argument == "-" {
                arguments.positional.append(argument)
                continue
            }
            if argument == "--" {
                onlyPositional = true
                continue
            }
            if argument == "--help" || argument == "-h" { return nil }
            let body = argument.drop { $0 == "-" }
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map(String.init) ?? ""
            guard let option = options.first(where: { $0.name == name }) else {
                let accepted = options.map { "--" + $0.name }.joined(separator: ", ")
                throw UsageError(message: "unknown option '\(argument)'; accepted: \(accepted + ", --help")")
            }
            if option.value == nil {
                if parts.count > 1 { throw UsageError(message: "--\(name) takes no value") }
                arguments.flags.insert(name)
            } else if parts.count > 1 {
                arguments.values[name] = String(parts[1])
            } else {
                guard index < raw.count else { throw UsageError(message: "--\(name) needs a value: \(option.help)") }
                arguments.values[name] = raw[index]
                index += 1
            }
        }
        if positional.isEmpty, let surplus = arguments.positional.first {
            throw UsageError(message: "unexpected argument '\(surplus)'; condor \(name) takes options only")
        }
        return arguments
    }

    var help: String {
        var text = "\(summary)\n\nUsage: condor \(name)"
        if !positional.isEmpty { text += " \(positional)" }
        if !options.isEmpty { text += " [options]" }
        text += "\n"
        if !options.isEmpty {
            text += "\nOptions:\n"
            let names = options.map { "--\($0.name)" + ($0.value.map { " " + $0 } ?? "") }
            let width = (names.map(\.count).max() ?? 0) + 2
            for (name, option) in zip(names, options) {
                text += "  " + name.padding(toLength: width, withPad: " ", startingAt: 0) + option.help + "\n"
            }
        }
        if !notes.isEmpty { text += "\n\(notes)\n" }
        return text
    }
}

/// Where messages to people go, apart from results on standard output.
func printError(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
}
