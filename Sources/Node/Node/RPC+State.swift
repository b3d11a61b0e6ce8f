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
            let account = try service.block(parameters.optional(1)).state.account(at: address)
            writer.value(quantity: account?.balance ?? .zero)
        },
        "eth_getTransactionCount": { service, parameters, writer in
            let address = try parameters.address(0)
            if parameters.optional(1)?.string == "pending" {
                writer.value(quantity: service.chain.pendingNonce(address))
            } else {
                let account = try service.block(parameters.optional(1)).state.account(at: address)
                writer.value(quantity: account?.nonce ?? 0)
            }
        },
        "eth_getCode": { service, parameters, writer in
            let address = try parameters.address(0)
            let state = try service.block(parameters.optional(1)).state
            let account = try state.account(at: address) ?? Account()
            writer.value(hex: account.hasCode ? try state.code(withHash: account.codeHash) : [])
        },
        "eth_getStorageAt": { service, parameters, writer in
            let address = try parameters.address(0)
            let slot = try parameters.slot(1)
            let state = try service.block(parameters.optional(2)).state
            writer.value(hex: try state.storage(at: address, slot: slot).bigEndianBytes)
        },
        "eth_getProof": { service, parameters, writer in try service.proof(parameters, &writer) },
        "eth_call": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0, "transaction"))
            let record = try service.block(parameters.optional(1))
            let outcome = try service.run(request, at: record, gas: request.gas ?? RPCService.callGasLimit)
            writer.value(hex: try RPCService.output(outcome))
        },
        "eth_estimateGas": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0, "transaction"))
            let record = try service.block(parameters.optional(1))
            writer.value(quantity: try service.estimateGas(request, at: record))
        },
    ]

    /// The most gas that a call may use.
    static let callGasLimit: UInt64 = 50_000_000

    /// Runs a call on the state behind a block, in that block's environment.
    func run(_ request: CallRequest, at record: BlockRecord, gas: UInt64) throws(RPCError) -> TransactionOutcome {
        let sender = request.from ?? .zero
        var context = chain.context(of: record)
        // A call that states no fees pays none and sees none, as with geth.
        if !request.statesFees { context.baseFeePerGas = .zero }
        var processor = TransactionProcessor(
            view: record.state, block: context, natives: VenueNatives(isActive: context.venueIsActive),
            tracer: NoTracer())
        let limit = min(gas, RPCService.callGasLimit)
        do throws(TransactionError) {
            return try processor.execute(
                request.transaction(gas: limit), sender: sender, gasAvailable: .max, mode: .simulation)
        } catch {
            throw RPCError(error, nonce: 0, sender: sender)
        }
    }

    static func output(_ outcome: TransactionOutcome) throws(RPCError) -> [UInt8] {
        switch outcome.status {
        case .success: return outcome.output
        case .revert: throw .reverted(outcome.output)
        case .halt(let reason): throw .server("\(reason.name)")
        }
    }

    /// The least gas with which a call succeeds, found by halving.
    func estimateGas(_ request: CallRequest, at record: BlockRecord) throws(RPCError) -> UInt64 {
        // The largest transaction that a block of the fork takes.
        let cap = min(RPCService.callGasLimit, record.header.gasLimit, 1 << 24)
        var high = min(request.gas ?? cap, cap)
        let first = try run(request, at: record, gas: high)
        guard first.status.isSuccess else {
            if case .halt(.outOfGas) = first.status {
                throw .server("gas required exceeds allowance (\(high))")
            }
            _ = try RPCService.output(first)
            return 0
        }
        // Refunds come after the work: the work needs at least what was paid for.
        var low = max(20_999, first.gasUsed - 1)
        if let sure = try? run(request, at: record, gas: first.gasUsed), sure.status.isSuccess { return first.gasUsed }
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if let outcome = try? run(request, at: record, gas: middle), outcome.status.isSuccess {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    private func proof(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        let address = try parameters.address(0)
        guard let keys = parameters.optional(1)?.array else {
            throw RPCError.invalidParameters("argument 1 must be an array of slots")
        }
        guard keys.count <= 1024 else { throw RPCError.invalidParameters("at most 1024 slots in one proof") }
        let slots = try keys.map { try RPCParameters.slot($0) }
        let state = try block(parameters.optional(2)).state
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
            writer.array(zip(keys, slots)) { writer, entry in
                writer.object { writer in
                    writer.key("key")
                    // The key goes back in the form in which it came.
                    writer.value(entry.0.string ?? "")
                    writer.member("value", quantity: state.trie.storage(at: address, slot: entry.1))
                    writer.key("proof")
                    writer.array(state.trie.storageProof(address, slot: entry.1)) { $0.value(hex: $1) }
                }
            }
        }
    }
}
