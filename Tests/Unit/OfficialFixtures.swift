import Foundation
import Foundations
import JSONText
import Synchronization

/// Why official tests cannot be read.
struct FixtureUnavailable: Error, CustomStringConvertible {
    let description: String
}

/// Official Ethereum tests, unpacked once into `.cache/fixtures`.
enum OfficialFixtures {
    private static let lock = Mutex(())

    /// Every JSON file of an archive with its path below the archive's root, in order of the paths; or those only
    /// whose path ends in one of `names`.
    static func documents(_ archive: String, names: [String] = [".json"]) throws -> [(path: String, json: JSONValue)] {
        let folder = try lock.withLock { _ in try unpack(archive) }
        guard let found = FileManager.default.enumerator(atPath: folder.path) else {
            throw FixtureUnavailable(description: "\(folder.path) cannot be read")
        }
        let paths = found.compactMap { $0 as? String }.filter { path in names.contains { path.hasSuffix($0) } }
            .sorted()
        return try paths.map { path in
            let data = try Data(contentsOf: folder.appendingPathComponent(path))
            return (path, try JSONDocument(parsing: [UInt8](data)).root)
        }
    }

    private static func unpack(_ archive: String) throws -> URL {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = repository.appendingPathComponent(".cache/fixtures/\(archive)")
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        let source = repository.deletingLastPathComponent()
            .appendingPathComponent("shared/fixtures/ethereum/\(archive).tar.zst")
        guard FileManager.default.fileExists(atPath: source.path) else {
            throw FixtureUnavailable(description: "the official tests are missing: \(source.path)")
        }
        // Unpacked beside and then moved, so that a run that was stopped leaves no half folder behind.
        let partial = folder.path + ".partial"
        let script = """
            rm -rf '\(partial)' && mkdir -p '\(partial)' \
            && zstd -dc --long=27 '\(source.path)' | tar -x -C '\(partial)' && mv '\(partial)' '\(folder.path)'
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-o", "pipefail", "-c", script]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FixtureUnavailable(description: "\(source.path) could not be unpacked (zstd and tar are needed)")
        }
        return folder
    }
}
