import Chain
import EVM
import Foundation

extension Command {
    static let opcodes = Command(
        name: "opcodes", summary: "Print the opcode table as Markdown (docs/opcodes.md).",
        notes: "The same table drives both interpreters; docs/opcodes.md is its output and a test holds it fresh."
    ) { _ in
        print(OpcodeDocument.text, terminator: "")
        return 0
    }

    static let version = Command(name: "version", summary: "Print the version.") { _ in
        print("condor \(condorVersion)")
        return 0
    }
}

/// The version of this program.
let condorVersion = "0.1.0"

/// `docs/opcodes.md`.
enum OpcodeDocument {
    static var text: String {
        var text = """
            # Opcodes

            Written by `condor opcodes` from `Sources/VirtualMachines/EVM/Opcode.swift`; do not edit.
            Gas is the constant part; what depends on operands or state comes on top. A price with a fork holds from that fork on.

            | code | name | in | out | immediate | since | gas |
            |---|---|---:|---:|---:|---|---|

            """
        for row in OpcodeDefinition.all() {
            let code = String(format: "0x%02x", row.opcode)
            let prices = row.gas.enumerated().map { index, price in
                index == 0 ? "\(price.cost)" : "\(price.cost) from \(price.from.fixtureName)"
            }
            text += "| \(code) | \(row.name) | \(row.stackIn) | \(row.stackOut) | \(row.immediateBytes) "
            text += "| \(row.introducedIn.fixtureName) | \(prices.joined(separator: ", ")) |\n"
        }
        return text
    }
}
