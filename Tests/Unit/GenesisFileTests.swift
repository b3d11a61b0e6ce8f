import Chain
import Foundation
import Foundations
import Node
import Testing

@Suite struct GenesisFileTests {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared/fixtures/execution-apis").standardizedFileURL
    }

    private func read(_ text: String) throws -> GenesisFile { try GenesisFile(parsing: Array(text.utf8)) }

    @Test func conformanceChain() throws {
        let file = Self.folder.appendingPathComponent("genesis.json")
        let genesis = try GenesisFile(parsing: [UInt8](Data(contentsOf: file)))
        #expect(
            "\(genesis.block.header.hash)" == "0x44fd89d504659cd58f48f4796b77a7e7012cf296a2409afa2f6c3cb99b5b3d99")
        let rules = try #require(genesis.rules.terminal)
        #expect(rules.totalDifficulty == 4_732_352)
        #expect(rules.configuration.fork(number: 36, timestamp: 360) == .paris)
        #expect(rules.configuration.fork(number: 54, timestamp: 540) == .osaka)
        #expect(rules.configuration.blobParameters(number: 54, timestamp: 540)?.max == 21)
        #expect(genesis.rules.configuration.fork(number: 35, timestamp: 350) == .grayGlacier)
        let identifier = genesis.rules.forkIdentifier(genesis: genesis.block.header.hash, timestamp: 540)
        #expect(identifier == 0xe272_ecbe)
    }

    @Test func draftForksHaveToBeAskedFor() throws {
        let text = #"{"config":{"chainId":1,"terminalTotalDifficulty":0,"osakaTime":0,"amsterdamTime":0},"alloc":{}}"#
        let error = #expect(throws: GenesisError.self) { try read(text) }
        #expect(error?.description == "config: 'amsterdamTime' begins a draft fork")
        let genesis = try GenesisFile(parsing: Array(text.utf8), allowsDrafts: true)
        #expect(genesis.rules.terminal?.configuration.fork(number: 1, timestamp: 1) == .amsterdam)
        #expect(genesis.block.header.slotNumber == 0)
        #expect(genesis.block.header.blockAccessListHash == BlockAccessList().hash)
    }

    @Test(arguments: [
        ("{", "no JSON"), ("{}", "field 'config' must be an object"),
        (#"{"config":{"chainId":1}}"#, "field 'alloc' must be an object"),
        (#"{"config":{},"alloc":{}}"#, "config: 'chainId' is missing"),
        (#"{"config":{"chainId":1},"alloc":{"0x1":{}}}"#, "alloc: '0x1' is no address"),
        (#"{"config":{"chainId":1,"shanghaiTime":0},"alloc":{}}"#, "config: forks by time need"),
        (#"{"config":{"chainId":1,"unheardOfTime":0},"alloc":{}}"#, "config: the rules of 'unheardOfTime'"),
        (#"{"config":{"chainId":1,"terminalTotalDifficulty":0,"bpo1Time":9},"alloc":{}}"#, "config: 'bpo1Time' needs"),
        (#"{"config":{"chainId":1},"alloc":{},"gasLimit":"lots"}"#, "'gasLimit' must be a number"),
    ])
    func refusals(_ text: String, _ reason: String) {
        let error = #expect(throws: GenesisError.self) { try read(text) }
        #expect(error?.description.hasPrefix(reason) == true, "\(error?.description ?? "")")
    }
}
