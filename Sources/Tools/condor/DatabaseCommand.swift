import Foundation
import Foundations
import Node
import Storage

extension Command {
    static let database = Command(
        name: "database", summary: "Look at a data folder: what it holds, whether all of it is sound.",
        positional: "show|verify|prune|set-head",
        options: [
            Option(name: "data-dir", value: "DIR", help: "the folder that holds the chain"),
            Option(name: "block", value: "N", help: "set-head: the block of the chain that becomes the head"),
        ] + StorageOptions.options,
        notes: """
            show prints the head, the readable range and the sizes. verify reads the whole state at the head: every trie
            node against its parent's hash up to the state root, every account, slot and code. prune forgets what --retain
            no longer covers and gives the space back. set-head goes back to a block; the later ones stay importable.
            A node that has the folder open must be stopped first.
            """
    ) { arguments in
        guard let action = arguments.positional.first, arguments.positional.count == 1 else {
            throw UsageError(message: "needs one of show, verify, prune, set-head")
        }
        guard let folder = arguments.value("data-dir") else { throw UsageError(message: "--data-dir is needed") }
        let database = try DataDirectory(folder, options: StorageOptions.read(arguments)).database
        let head = database.head
        switch action {
        case "show":
            let size = database.size
            print("Head: block \(head.number), \(head.hash), state root \(head.stateRoot)")
            print("States of blocks \(database.stateRange.lowerBound) to \(database.stateRange.upperBound)")
            print("Content of blocks \(database.oldestBlock) to \(head.number)")
            print("Finalized: \(database.finalizedNumber.map { "block \($0)" } ?? "nothing")")
            print("Archive \(size.archive >> 10) KiB, store \(size.store >> 10) KiB")
        case "verify":
            let found = try database.verify()
            print(
                "State at block \(head.number) is sound: \(found.accounts) accounts, \(found.slots) slots, "
                    + "\(found.codes) codes, \(found.nodes) trie nodes, root \(head.stateRoot)")
        case "prune":
            while try database.pruneStep(blocks: 256) {}
            try database.compact()
            let size = database.size
            print(
                "States of blocks \(database.stateRange.lowerBound) to \(head.number); "
                    + "archive \(size.archive >> 10) KiB, store \(size.store >> 10) KiB")
        case "set-head":
            guard arguments.value("block") != nil else { throw UsageError(message: "set-head needs --block N") }
            let number = try arguments.integer("block", default: 0, in: 0...UInt64.max)
            guard let hash = try database.hash(of: number) else {
                throw UsageError(message: "the chain ends at block \(head.number)")
            }
            try database.setHead(hash)
            print("Head: block \(database.head.number), \(database.head.hash)")
        default: throw UsageError(message: "unknown action '\(action)'; accepted: show, verify, prune, set-head")
        }
        return 0
    }
}
