import Chain
import EVM
import Execution
import Foundations
import JSONText
import State
import Storage

// Blocks that are made for whoever asks and do not join the chain.

extension RPCService {
    static let buildingMethods: [String: Method] = [
        "testing_buildBlockV1": { service, parameters, writer in try service.buildBlock(parameters, &writer) }
    ]

    /// A block on the head with the given transactions, or with what waits where none are given. Source: execution-apis.
    private func buildBlock(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        let head = chain.head
        guard try parameters.hash(0) == head.hash else { throw RPCError.server("parentHash is not current head") }
        let attributes = FieldReader(try parameters.required(1), type: "PayloadAttributes", argument: 1)
        guard let timestamp = try attributes.quantity64("timestamp") else { throw attributes.missing("timestamp") }
        guard timestamp > head.header.timestamp else {
            throw RPCError.server(
                "invalid timestamp, parent \(head.header.timestamp) given \(timestamp)")
        }
        guard let randao = try attributes.hash("prevRandao") else { throw attributes.missing("prevRandao") }
        guard let recipient = try attributes.address("suggestedFeeRecipient") else {
            throw attributes.missing("suggestedFeeRecipient")
        }
        var header = chain.header(at: timestamp)
        header.mixHash = randao
        header.beneficiary = recipient
        if header.parentBeaconBlockRoot != nil {
            guard let root = try attributes.hash("parentBeaconBlockRoot") else {
                throw attributes.missing("parentBeaconBlockRoot")
            }
            header.parentBeaconBlockRoot = root
        }
        if parameters.optional(3) != nil { header.extraData = try parameters.bytes(3) }
        let withdrawals = try (attributes.array("withdrawals") ?? []).map { try Withdrawal($0, argument: 1) }
        let record: BlockRecord
        if let list = parameters.optional(2) {
            guard let list = list.array else {
                throw RPCError.invalidParameters("invalid argument 2: an array of transactions is expected")
            }
            let encoded = try list.map { try RPCParameters.bytes($0, .argument(2)) }
            record = try build(header, on: head, encoded, withdrawals)
        } else {
            record = try chain.preview(header, withdrawals: withdrawals)
        }
        writer.payload(record)
    }

    private func build(
        _ header: Header, on head: BlockRecord, _ encoded: [[UInt8]], _ withdrawals: [Withdrawal]
    ) throws -> BlockRecord {
        let context = chain.context(for: header)
        var builder = try BlockBuilder(header: header, state: try head.state, context: context, tracer: NoTracer())
        for (index, bytes) in encoded.enumerated() {
            let transaction: Transaction
            do throws(RLPError) { transaction = try Transaction(decodingNetworkForm: bytes) } catch {
                throw RPCError.server("invalid transaction \(index): \(error.reason) at byte \(error.position)")
            }
            guard let sender = transaction.sender(fork: context.fork) else {
                throw RPCError.server("invalid transaction \(index): invalid sender")
            }
            let account = builder.account(at: sender)
            do throws(TransactionError) {
                try builder.add(transaction, hash: transaction.hash, sender: sender)
            } catch {
                throw RPCError.server(
                    Refusal(error: error, transaction: transaction, sender: sender, account: account, block: context)
                        .message)
            }
        }
        return try builder.finish(withdrawals: withdrawals)
    }
}

extension JSONWriter {
    /// The Engine API's answer to `engine_getPayload`. Blobs are not kept, so the bundle is empty.
    fileprivate mutating func payload(_ record: BlockRecord) {
        let header = record.header
        let fee = header.baseFeePerGas ?? .zero
        let value = record.transactions.reduce(UInt256.zero) { sum, transaction in
            sum &+ (transaction.effectiveGasPrice &- fee) &* UInt256(transaction.gasUsed)
        }
        object { writer in
            writer.key("executionPayload")
            writer.object { writer in
                writer.member("parentHash", hash: header.parentHash)
                writer.member("feeRecipient", address: header.beneficiary)
                writer.member("stateRoot", hash: header.stateRoot)
                writer.member("receiptsRoot", hash: header.receiptsRoot)
                writer.member("logsBloom", hex: header.bloom.bytes)
                writer.member("prevRandao", hash: header.mixHash)
                writer.member("blockNumber", quantity: header.number)
                writer.member("gasLimit", quantity: header.gasLimit)
                writer.member("gasUsed", quantity: header.gasUsed)
                writer.member("timestamp", quantity: header.timestamp)
                writer.member("extraData", hex: header.extraData)
                writer.member("baseFeePerGas", quantity: fee)
                writer.member("blockHash", hash: record.hash)
                writer.key("transactions")
                writer.array(record.block.transactions) { $0.value(hex: $1.encoded) }
                if let withdrawals = record.block.withdrawals {
                    writer.key("withdrawals")
                    writer.value(withdrawals)
                }
                if let gas = header.blobGasUsed { writer.member("blobGasUsed", quantity: gas) }
                if let gas = header.excessBlobGas { writer.member("excessBlobGas", quantity: gas) }
            }
            writer.member("blockValue", quantity: value)
            writer.key("blobsBundle")
            writer.object { writer in
                for key in ["commitments", "proofs", "blobs"] {
                    writer.key(key)
                    writer.array { _ in }
                }
            }
            if let requests = record.requests {
                writer.key("executionRequests")
                writer.array(requests.filter { $0.count > 1 }) { $0.value(hex: $1) }
            }
            writer.key("shouldOverrideBuilder")
            writer.value(false)
        }
    }
}
