import Foundation
import Foundations
import Node
import Storage

extension Command {
    static let snapshot = Command(
        name: "snapshot", summary: "Write, check or load the state at one block as a file.",
        positional: "export|import|verify FILE",
        options: [
            Option(name: "data-dir", value: "DIR", help: "export: the chain's folder; import: a folder to begin"),
            Option(name: "block", value: "N", help: "export: the block (default: the head)"),
        ],
        notes: """
            export writes accounts, slots and code at any retained block, streamed. verify reads a file to its end: every
            storage root, every code hash, and the state root in the block's header. import does the same and begins a data
            folder with it; node and import go on from there. An export or import that was stopped goes on when it is started
            again.
            """
    ) { arguments in
        guard arguments.positional.count == 2 else {
            throw UsageError(message: "needs one of export, import, verify, and a file")
        }
        let url = URL(fileURLWithPath: arguments.positional[1])
        let disk = try SystemDisk(folder: url.deletingLastPathComponent().path)
        let name = url.lastPathComponent
        let content: Snapshot.Content
        switch arguments.positional[0] {
        case "export":
            let database = try DataDirectory(folder(arguments), options: ChainDatabase.Options()).database
            let number = try arguments.integer("block", default: database.head.number, in: 0...UInt64.max)
            content = try Snapshot.export(database, block: number, to: disk, name: name)
        case "import": content = try DataDirectory.load(snapshot: name, on: disk, into: folder(arguments))
        case "verify": content = try Snapshot.verify(disk, name: name)
        case let other:
            throw UsageError(message: "unknown action '\(other)'; accepted: export, import, verify")
        }
        if content.resumedAt > 0 { print("Went on behind account \(content.resumedAt)") }
        print(
            "Block \(content.number), \(content.hash), state root \(content.stateRoot): \(content.accounts) accounts, "
                + "\(content.slots) slots")
        return 0
    }

    private static func folder(_ arguments: Arguments) throws -> String {
        guard let folder = arguments.value("data-dir") else { throw UsageError(message: "--data-dir is needed") }
        return folder
    }
}
