import Chain
import Commitment
import Cryptography
import Foundations
import Node

/// What is fuzzed: each target reads bytes that anybody may send. It must not trap, and what it accepts must come back.
let decoderTargets: [String: @Sendable ([UInt8]) -> Void] = [
    "rlp": { bytes in
        guard let item = try? RLPItem(decoding: bytes) else { return }
        precondition(item.encoded == bytes, "RLP that was accepted encodes to other bytes")
    },
    "transaction": { bytes in
        if let transaction = try? Transaction(decoding: bytes) {
            precondition(transaction.encoded == bytes, "a transaction that was accepted encodes to other bytes")
            _ = transaction.sender()
            _ = transaction.hash
            for authorization in transaction.authorizations { _ = authorization.authority() }
        }
        _ = try? Transaction(decodingNetworkForm: bytes)
    },
    "block": { bytes in
        guard let block = try? Block(decoding: bytes) else { return }
        precondition(block.encoded == bytes, "a block that was accepted encodes to other bytes")
        _ = block.header.hash
        _ = BlockRoots.transactions(block.transactions)
    },
    "trie": { bytes in
        // The first bytes are the key, the rest is a list of nodes, whose first one the root names.
        let key = [UInt8](bytes.prefix(4))
        guard case .list(let items)? = try? RLPItem(decoding: [UInt8](bytes.dropFirst(4))) else { return }
        let nodes = items.compactMap { item in if case .string(let node) = item { node } else { nil } }
        guard let first = nodes.first else { return }
        _ = try? Trie.verify(nodes, root: Keccak256.hash(first), key: key)
    },
    "abi": { bytes in
        for types in abiTypes {
            guard let values = try? ABI.decode(bytes, as: types) else { continue }
            let encoded = ABI.encode(values, as: types)
            // Offsets may point anywhere, so that bytes need not come back, but values must.
            let again = try? ABI.decode(encoded, as: types)
            precondition(again == values, "values that were accepted do not come back")
        }
    },
    "rpc": { bytes in RPCTarget.respond(bytes) },
]

private let abiTypes: [[ABIType]] = [
    [.unsigned(256), .signed(64), .bool, .address, .fixedBytes(4)],
    [.bytes, .string],
    [.array(.unsigned(8)), .fixedArray(.bool, 3)],
    [.array(.tuple([.address, .bytes, .array(.string)]))],
    [.tuple([.fixedArray(.bytes, 2), .tuple([])])],
]

/// A development node without clients: requests go straight to its JSON-RPC service.
private enum RPCTarget {
    /// Used by libFuzzer's one thread only.
    private nonisolated(unsafe) static var node: LocalNode?
    private nonisolated(unsafe) static var calls = 0

    static func respond(_ bytes: [UInt8]) {
        // A fresh chain now and then: requests may add blocks.
        if calls % 2000 == 0 {
            node?.stop()
            node = try? LocalNode(development: DevelopmentChain(), host: "127.0.0.1", port: 0, threadCount: 1)
        }
        calls += 1
        _ = node?.respond(to: bytes)
    }
}
