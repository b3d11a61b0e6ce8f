import Chain
import Commitment
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage
import Synchronization

// Reading the state at a block, and running calls on it.

extension RPCService {
    static let stateMethods: [String: Method] = [
        "eth_getBalance": { service, parameters, writer in
            let address = try parameters.address(0)
            let account = try service.block(parameters, 1).state.account(at: address)
            writer.value(quantity: account?.balance ?? .zero)
        },
        "eth_getTransactionCount": { service, parameters, writer in
            let address = try parameters.address(0)
            if parameters.optional(1)?.string == "pending" {
                writer.value(quantity: service.chain.pendingNonce(address))
            } else {
                let account = try service.block(parameters, 1).state.account(at: address)
                writer.value(quantity: account?.nonce ?? 0)
            }
        },
        "eth_getCode": { service, parameters, writer in
            let address = try parameters.address(0)
            let state = try service.block(parameters, 1).state
            let account = try state.account(at: address) ?? Account()
            writer.value(hex: account.hasCode ? try state.code(withHash: account.codeHash) : [])
        },
        "eth_getStorageAt": { service, parameters, writer in
            let address = try parameters.address(0)
            let slot = try parameters.slot(1)
            let state = try service.block(parameters, 2).state
            writer.value(hex: try state.storage(at: address, slot: slot).bigEndianBytes)
        },
        "eth_getProof": { service, parameters, writer in try service.proof(parameters, &writer) },
        "eth_getStorageValues": { service, parameters, writer in try service.storageValues(parameters, &writer) },
    ]

    private func proof(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        let address = try parameters.address(0)
        guard let keys = try parameters.required(1).array else {
            throw RPCError.invalidParameters("invalid argument 1: an array of slots is expected")
        }
        guard keys.count <= 1024 else {
            throw RPCError.invalidParameters("too many storage keys requested (max 1024, got \(keys.count))")
        }
        let slots = try keys.map { try RPCParameters.slot($0) }
        let state = try block(parameters, 2).state
        let account = try state.account(at: address) ?? Account()
        let storage = state.trie.storageTrie(at: address)
        writer.object { writer in
            writer.member("address", address: address)
            writer.key("accountProof")
            writer.array(state.trie.accountProof(address)) { $0.value(hex: $1) }
            writer.member("balance", quantity: account.balance)
            writer.member("codeHash", hash: account.codeHash)
            writer.member("nonce", quantity: account.nonce)
            writer.member("storageHash", hash: storage.rootHash)
            writer.key("storageProof")
            writer.array(slots) { writer, entry in
                writer.object { writer in
                    writer.key("key")
                    // A key of 32 bytes comes back as such, any other as a quantity.
                    if entry.byteCount == 32 {
                        writer.value(hex: entry.slot.bigEndianBytes)
                    } else {
                        writer.value(quantity: entry.slot)
                    }
                    writer.member("value", quantity: state.trie.storage(at: address, slot: entry.slot))
                    writer.key("proof")
                    writer.array(state.trie.storageProof(address, slot: entry.slot)) { $0.value(hex: $1) }
                }
            }
        }
    }

    private func storageValues(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        guard let requests = try parameters.required(0).object else {
            throw RPCError.invalidParameters("invalid argument 0: an object of slots by address is expected")
        }
        var wanted: [(address: Address, slots: [UInt256])] = []
        var count = 0
        for entry in requests {
            guard let address = entry.key.hasPrefix("0x") ? Address(hex: entry.key) : nil else {
                throw RPCError.invalidParameters("invalid argument 0: invalid address '\(entry.key.prefix(80))'")
            }
            guard let keys = entry.value.array else {
                throw RPCError.invalidParameters("invalid argument 0: an object of slots by address is expected")
            }
            count += keys.count
            if count > RPCService.storageValueLimit {
                throw RPCError(code: -38026, message: "too many slots (max \(RPCService.storageValueLimit))")
            }
            wanted.append((address, try keys.map { try RPCParameters.hash($0, .argument(0)).word }))
        }
        if count == 0 { throw RPCError.invalidParameters("empty request") }
        let state = try block(parameters, 1).state
        writer.object { writer in
            for (address, slots) in wanted {
                writer.key(Hex.encodePrefixed(address.bytes))
                writer.array(slots) { $0.value(hex: state.trie.storage(at: address, slot: $1).bigEndianBytes) }
            }
        }
    }

    /// The most slots that one `eth_getStorageValues` may ask for, as with geth.
    static let storageValueLimit = 1024
}
