import Foundation

extension Command {
    static let node = Command(name: "node", summary: "Start a node.") { _ in 1 }
    static let run = Command(name: "run", summary: "Execute code.") { _ in 1 }
    static let opcodes = Command(name: "opcodes", summary: "Print the opcode table.") { _ in 1 }
    static let version = Command(name: "version", summary: "Print the version.") { _ in
        print("condor 0.1.0")
        return 0
    }
}
