import Foundation
import JSONText

/// Why a transition tool ends without a result. The exit codes are geth's, which drivers of such tools know.
struct ToolFailure: Error {
    enum Code: Int32 {
        /// The block cannot be executed here.
        case execution = 2
        /// Options or environment do not fit together.
        case configuration = 3
        /// BLOCKHASH asked for a block that the environment does not name.
        case missingBlockHash = 4
        case json = 10
        case inputOutput = 11
        case rlp = 12
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Runs a tool; a failure becomes a line on standard error and the exit code.
    static func report(_ body: () throws -> Void) rethrows -> Int32 {
        do {
            try body()
            return 0
        } catch let failure as ToolFailure {
            printError("ERROR(\(failure.code.rawValue)): \(failure.message)")
            return failure.code.rawValue
        }
    }
}

/// Where a transition tool's inputs come from: files, or members of one JSON object on standard input.
final class ToolInputs {
    private let arguments: Arguments
    private var standardInput: JSONValue?

    init(_ arguments: Arguments) { self.arguments = arguments }

    /// The document that `--input.NAME` names, by default the file `fallback`. On standard input it is the first of
    /// the members `keys` that is there, and nil when none is.
    func document(_ name: String, fallback: String, keys: StaticString...) throws(ToolFailure) -> JSONValue? {
        let place = arguments.value("input.\(name)") ?? fallback
        guard place == "stdin" else {
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: place)) else {
                throw ToolFailure(.inputOutput, "--input.\(name): the file '\(place)' cannot be read")
            }
            return try ToolInputs.parse(data, place)
        }
        if standardInput == nil {
            standardInput = try ToolInputs.parse(FileHandle.standardInput.readDataToEndOfFile(), "standard input")
        }
        for key in keys {
            if let value = standardInput?[key] { return value }
        }
        return nil
    }

    private static func parse(_ data: Data, _ place: String) throws(ToolFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONDocument(parsing: [UInt8](data)).root
        } catch {
            throw ToolFailure(.json, "\(place) is no JSON: \(error)")
        }
    }
}

/// Where a transition tool's outputs go: files below a folder, or members of one JSON object on standard output or
/// standard error.
struct ToolOutputs {
    private let folder: URL
    private var standardOutput: [(key: String, json: [UInt8])] = []
    private var standardError: [(key: String, json: [UInt8])] = []

    /// Makes the folder when it is not there.
    init(folder path: String?) throws(ToolFailure) {
        folder = URL(fileURLWithPath: path.flatMap { $0.isEmpty ? nil : $0 } ?? ".", isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ToolFailure(.inputOutput, "--output.basedir: the folder '\(folder.path)' cannot be made")
        }
    }

    func url(_ name: String) -> URL {
        name.hasPrefix("/") ? URL(fileURLWithPath: name) : folder.appendingPathComponent(name)
    }

    /// Puts a JSON text where `place` says: `stdout`, `stderr`, a file, or nowhere when empty.
    mutating func put(_ key: String, _ json: [UInt8], at place: String) throws(ToolFailure) {
        switch place {
        case "": break
        case "stdout": standardOutput.append((key, json))
        case "stderr": standardError.append((key, json))
        default:
            do {
                try Data(json + [10]).write(to: url(place))
            } catch {
                throw ToolFailure(.inputOutput, "the file '\(url(place).path)' cannot be written")
            }
        }
    }

    /// Writes what goes to standard output and standard error.
    func finish() {
        for (members, handle) in [(standardOutput, FileHandle.standardOutput), (standardError, .standardError)]
        where !members.isEmpty {
            var writer = JSONWriter()
            writer.object { writer in
                for member in members {
                    writer.key(member.key)
                    writer.raw(member.json)
                }
            }
            handle.write(Data(writer.bytes + [10]))
        }
    }

    /// Removes the traces of an earlier run.
    func removeTraces() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix("trace-") && name.hasSuffix(".jsonl") {
            try? FileManager.default.removeItem(at: url(name))
        }
    }
}
