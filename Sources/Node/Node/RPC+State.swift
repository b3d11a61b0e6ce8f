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
        let start = ContinuousClock.now
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
        let accountProof = try state.accountProof(address)
        let storageRoot = try state.storageRoot(at: address)
        let storage = try slots.map { entry in
            (
                value: try state.storage(at: address, slot: entry.slot),
                proof: try state.storageProof(address, slot: entry.slot)
            )
        }
        proofCount.add(1, ordering: .relaxed)
        proofNanoseconds.add(RPCService.nanoseconds(since: start), ordering: .relaxed)
        writer.object { writer in
            writer.member("address", address: address)
            writer.key("accountProof")
            writer.array(accountProof) { $0.value(hex: $1) }
            writer.member("balance", quantity: account.balance)
            writer.member("codeHash", hash: account.codeHash)
            writer.member("nonce", quantity: account.nonce)
            writer.member("storageHash", hash: storageRoot)
            writer.key("storageProof")
            writer.array(zip(slots, storage)) { writer, pair in
                let entry = pair.0
                writer.object { writer in
                    writer.key("key")
                    // A key of 32 bytes comes back as such, any other as a quantity.
                    if entry.byteCount == 32 {
                        writer.value(hex: entry.slot.bigEndianBytes)
                    } else {
                        writer.value(quantity: entry.slot)
                    }
                    writer.member("value", quantity: pair.1.value)
                    writer.key("proof")
                    writer.array(pair.1.proof) { $0.value(hex: $1) }
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
        let values = try wanted.map { entry in
            try entry.slots.map { try state.storage(at: entry.address, slot: $0) }
        }
        writer.object { writer in
            for ((address, _), values) in zip(wanted, values) {
                writer.key(Hex.encodePrefixed(address.bytes))
                writer.array(values) { $0.value(hex: $1.bigEndianBytes) }
            }
        }
    }

    /// The most slots that one `eth_getStorageValues` may ask for, as with geth.
    static let storageValueLimit = 1024
}
