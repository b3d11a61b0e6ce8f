import Foundations
import JSONText
import Node
import Testing

/// `eth_getLogs` beside a look at every block.
struct LogQueryTests {
    /// Emits one log with the three words of its input as topics.
    private static let runtime = "6040356020355f355f5fa300"

    private let node: LocalNode
    private let from: String

    init() throws {
        node = try LocalNode(development: DevelopmentChain(), host: "127.0.0.1", port: 0, threadCount: 1)
        from = "\(node.accounts[0].address)"
    }

    private func request(_ method: String, _ parameters: String) throws -> JSONValue {
        let text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":[\(parameters)]}"
        let root = try JSONDocument(parsing: node.respond(to: Array(text.utf8))).root
        return try #require(root["result"], "\(root["error"]?["message"]?.string ?? "")")
    }

    private func send(_ fields: String) throws -> String {
        let text = "{\"from\":\"\(from)\",\"gas\":\"0x186a0\",\(fields)}"
        return try request("eth_sendTransaction", text).string ?? ""
    }

    private func word(_ value: Int) -> String { Hex.encode(UInt256(UInt64(value)).bigEndianBytes) }

    @Test func everyQueryFindsWhatALookAtEveryBlockFinds() throws {
        let size = Hex.encode([UInt8(LogQueryTests.runtime.count / 2)])
        let hash = try send("\"data\":\"0x60\(size)600a5f3960\(size)5ff3\(LogQueryTests.runtime)\"")
        let receipt = try request("eth_getTransactionReceipt", "\"\(hash)\"")
        let contract = try #require(receipt["contractAddress"]?.string)
        // The first topic is in every block, the second in every third, the third in every thirtieth.
        var topics: [[Int]] = []
        for index in 0..<180 {
            topics.append([7, index % 3, index % 30])
            _ = try send("\"to\":\"\(contract)\",\"data\":\"0x\(topics[index].map(word).joined())\"")
        }
        let queries: [[[Int]]] = [
            [], [[7]], [[8]], [[7], [1]], [[], [1]], [[], [], [4]], [[7], [1], [4]], [[7], [2], [4]],
            [[], [0, 1], [3, 4, 5]],
            [[], [0, 1, 2]], [[7], [0, 1]],
        ]
        for (first, last) in [(2, 181), (10, 60), (100, 100)] {
            for query in queries {
                let wanted = (first...last).filter { block in
                    zip(query, topics[block - 2]).allSatisfy { $0.isEmpty || $0.contains($1) }
                }
                let positions = query.map { "[\($0.map { "\"0x\(word($0))\"" }.joined(separator: ","))]" }
                for address in ["", "\"address\":\"\(contract)\","] {
                    let filter =
                        "{\(address)\"fromBlock\":\"0x\(String(first, radix: 16))\",\"toBlock\":\"0x\(String(last, radix: 16))\","
                        + "\"topics\":[\(positions.joined(separator: ","))]}"
                    let logs = try #require(try request("eth_getLogs", filter).array)
                    #expect(logs.map { Int($0["blockNumber"]?.quantity64 ?? 0) } == wanted, "\(filter)")
                }
            }
        }
    }
}
