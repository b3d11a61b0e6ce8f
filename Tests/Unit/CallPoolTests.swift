import Foundations
import JSONText
import Node
import Testing

/// Calls share machines; nobody may be able to tell.
struct CallPoolTests {
    /// Raises a slot and a transient slot, creates a contract, and returns the new contract, both slots and the gas that
    /// is left; with input it destroys itself instead.
    private static let runtime: String = {
        let body =
            "5f546001015f55" + "5f5c6001015f5d" + "5f5f5ff05f52" + "5f54602052" + "5f5c604052" + "5a606052" + "60805ff3"
        // CALLDATASIZE PUSH1 destination JUMPI body JUMPDEST PUSH0 SELFDESTRUCT
        let destination = 4 + body.count / 2
        return "3660" + Hex.encode([UInt8(destination)]) + "57" + body + "5b5fff"
    }()

    private let node: LocalNode

    init() throws {
        node = try LocalNode(development: DevelopmentChain(), host: "127.0.0.1", port: 0, threadCount: 1)
    }

    private func request(_ method: String, _ parameters: String...) throws -> JSONValue {
        let text =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":[\(parameters.joined(separator: ","))]}"
        let root = try JSONDocument(parsing: node.respond(to: Array(text.utf8))).root
        return try #require(root["result"], "\(root["error"]?["message"]?.string ?? "")")
    }

    private func deploy() throws -> String {
        let size = Hex.encode([UInt8(CallPoolTests.runtime.count / 2)])
        let code = "0x60\(size)600a5f3960\(size)5ff3\(CallPoolTests.runtime)"
        let from = "\(node.accounts[0].address)"
        let hash = try request("eth_sendTransaction", "{\"from\":\"\(from)\",\"data\":\"\(code)\"}").string ?? ""
        return try #require(try request("eth_getTransactionReceipt", "\"\(hash)\"")["contractAddress"]?.string)
    }

    private func call(_ contract: String, input: String = "0x", _ more: String...) throws -> [UInt8] {
        let fields = "{\"to\":\"\(contract)\",\"input\":\"\(input)\"}"
        let parameters = ([fields, "\"latest\""] + more).joined(separator: ",")
        return try #require(try request("eth_call", parameters).bytes)
    }

    @Test func aCallFindsNothingOfTheOnesBefore() throws {
        let contract = try deploy()
        // Overrides, though there are none, make a machine of its own.
        let alone = try call(contract, "{}")
        #expect(alone.count == 128 && alone[63] == 1 && alone[95] == 1)
        for _ in 0..<3 {
            #expect(try call(contract) == alone)
            #expect(try call(contract, input: "0x01") == [])
        }
        #expect(try call(contract) == alone)
    }

    @Test func aCallSeesTheBlockThatItNames() throws {
        let contract = try deploy()
        let before = try call(contract)
        let from = "\(node.accounts[0].address)"
        _ = try request("eth_sendTransaction", "{\"from\":\"\(from)\",\"to\":\"\(contract)\",\"gas\":\"0x186a0\"}")
        let after = try call(contract)
        #expect(before[63] == 1 && after[63] == 2)
        let earlier = try request("eth_call", "{\"to\":\"\(contract)\"}", "\"0x1\"")
        #expect(earlier.bytes == before)
    }

    @Test func aMachineThatHasReadMuchIsLetGo() throws {
        // Takes 5 MB of memory, more than a waiting machine may hold.
        let large = "0x5f624c000052"
        for _ in 0..<3 { #expect(try request("eth_call", "{\"input\":\"\(large)\"}", "\"latest\"").bytes == []) }
    }
}
