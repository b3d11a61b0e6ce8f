import Cryptography
import Execution
import Foundation
import Foundations
import Testing

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("contracts/interfaces")

/// The interface files are what the declaration gives. `REGENERATE=1` writes them anew.
@Test func interfaceFilesAreFresh() throws {
    for file in NativeInterfaceFiles.all {
        let place = folder.appendingPathComponent(file.name)
        if ProcessInfo.processInfo.environment["REGENERATE"] == "1" {
            try file.content.write(to: place, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: place, encoding: .utf8) == file.content, "run this test with REGENERATE=1")
    }
}

@Test func selectorsAreTheirSignaturesHashes() {
    for (signature, selector) in NativeInterfaceFiles.contracts.flatMap({ $0.functions + $0.errors }) {
        let hash = Keccak256.hash(Array(signature.utf8))
        #expect(hash.word >> 224 == UInt256(UInt64(selector)), "\(signature)")
    }
}

@Test func topicsAreTheirSignaturesHashes() {
    for (signature, topic) in NativeInterfaceFiles.contracts.flatMap({ $0.events }) {
        #expect(Keccak256.hash(Array(signature.utf8)).word == topic, "\(signature)")
    }
}
