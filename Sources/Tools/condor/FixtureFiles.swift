import Foundation
import Synchronization

/// Finding fixture files, and running them in parallel with their output in order.
enum FixtureFiles {
    /// JSON files named directly or found in folders, sorted.
    static func find(_ paths: [String]) throws -> [String] {
        var files: [String] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw UsageError(message: "there is no file or folder '\(path)'")
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            guard let found = FileManager.default.enumerator(atPath: path) else {
                throw UsageError(message: "the folder '\(path)' cannot be read")
            }
            let names = found.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") && !$0.contains(".meta/") }
            files += names.sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
        }
        if files.isEmpty { throw UsageError(message: "no .json files under \(paths.joined(separator: ", "))") }
        return files
    }

    /// Runs `body` for every file on `jobs` threads, prints what they report in the files' order, and adds it up.
    static func forEach(
        _ files: [String], jobs: Int, _ body: @escaping @Sendable (String) -> FixtureReport
    ) -> FixtureReport {
        struct Progress {
            var next = 0
            var waiting: [Int: FixtureReport] = [:]
            var printed = 0
            var total = FixtureReport()
        }
        let progress = Mutex(Progress())
        DispatchQueue.concurrentPerform(iterations: min(jobs, files.count)) { _ in
            while true {
                let index = progress.withLock { progress in
                    defer { progress.next += 1 }
                    return progress.next
                }
                if index >= files.count { return }
                let report = body(files[index])
                progress.withLock { progress in
                    progress.waiting[index] = report
                    while let ready = progress.waiting.removeValue(forKey: progress.printed) {
                        for line in ready.lines { print(line) }
                        progress.total.passed += ready.passed
                        progress.total.failed += ready.failed
                        progress.total.skipped += ready.skipped
                        progress.printed += 1
                    }
                }
            }
        }
        return progress.withLock { $0.total }
    }
}
