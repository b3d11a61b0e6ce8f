import Chain
import Cryptography
import EVM
import Execution
import Foundations
import JSONText
import Storage
import Synchronization

// Sending transactions and finding them again.

extension RPCService {
    static let transactionMethods: [String: Method] = [
        "eth_sendRawTransaction": { service, parameters, writer in
            let bytes = try parameters.bytes(0)
            let transaction: Transaction
            do throws(RLPError) {
                transaction = try Transaction(decodingNetworkForm: bytes)
            } catch {
                throw RPCError.server("rlp: \(error.reason) at byte \(error.position)")
            }
            guard transaction.chainID != nil else {
                throw RPCError.server("only replay-protected (EIP-155) transactions allowed over RPC")
            }
            guard let sender = transaction.sender() else { throw RPCError.server("invalid sender") }
            writer.value(hex: try service.submit(transaction, sender: sender).bytes)
        },
        "eth_sendTransaction": { service, parameters, writer in
            let request = try CallRequest(parameters.required(0))
            let (transaction, sender) = try service.signed(request)
            writer.value(hex: try service.submit(transaction, sender: sender).bytes)
        },
        "eth_accounts": { service, _, writer in
            writer.array(service.chain.accounts) { $0.value(hex: $1.address.bytes) }
        },
        "eth_sign": { service, parameters, writer in
            let account = try service.account(parameters.address(0))
            try service.sign(parameters.bytes(1), account, &writer)
        },
        "personal_sign": { service, parameters, writer in
            let account = try service.account(parameters.address(1))
            try service.sign(parameters.bytes(0), account, &writer)
        },
        "eth_getTransactionByHash": { service, parameters, writer in
            let hash = try parameters.hash(0)
            if let (record, index) = try service.chain.transaction(hash) {
                writer.transaction(in: record, at: index)
            } else if let pooled = service.chain.pooled(hash) {
                writer.value(pooled)
            } else {
                writer.null()
            }
        },
        "eth_getRawTransactionByHash": { service, parameters, writer in
            let hash = try parameters.hash(0)
            let found =
                try service.chain.transaction(hash).map { $0.block.block.transactions[$0.index] }
                ?? service.chain.pooled(hash)?.transaction
            if let found { writer.value(hex: found.encoded) } else { writer.null() }
        },
        "eth_getTransactionReceipt": { service, parameters, writer in
            guard let (record, index) = try service.chain.receipt(parameters.hash(0)) else {
                return writer.null()
            }
            writer.receipt(in: record, at: index, blobBaseFee: service.chain.context(of: record).blobBaseFee)
        },
        "eth_getTransactionByBlockNumberAndIndex": { service, parameters, writer in
            let record = try service.find(parameters, 0)
            try service.writeTransaction(record, parameters, &writer)
        },
        "eth_getTransactionByBlockHashAndIndex": { service, parameters, writer in
            let record = try service.chain.block(hash: parameters.hash(0))
            try service.writeTransaction(record, parameters, &writer)
        },
    ]

    private func writeTransaction(
        _ record: BlockRecord?, _ parameters: RPCParameters, _ writer: inout JSONWriter
    ) throws(RPCError) {
        let index = try parameters.number(1)
        guard let record, index < UInt64(record.transactions.count) else { return writer.null() }
        writer.transaction(in: record, at: Int(index))
    }

    /// Puts a transaction into the pool, and into a block at once when the chain is instant.
    private func submit(_ transaction: Transaction, sender: Address) throws -> Bytes32 {
        let hash: Bytes32
        do {
            hash = try chain.add(transaction, sender: sender)
        } catch let error as TransactionError {
            throw RPCError(error, nonce: transaction.nonce, sender: sender)
        } catch let error as PoolError {
            throw RPCError.server(error.message)
        }
        notifyPending(hash)
        // A call of the oracle behind another transaction of its sender comes first in a block of its own.
        if chain.isInstant { repeat { try seal() } while chain.hasDeferred }
        return hash
    }

    /// Seals a block and tells subscribers.
    @discardableResult
    func seal() throws -> BlockRecord {
        do {
            let record = try chain.seal()
            notify(record)
            return record
        } catch let error as StorageError {
            stopProcess()
            throw RPCError.server("the node stops: \(error)")
        }
    }

    private func account(_ address: Address) throws(RPCError) -> DevAccount {
        guard let account = chain.accounts.first(where: { $0.address == address }) else {
            throw .server("unknown account \(address): the node holds keys of eth_accounts only")
        }
        return account
    }

    /// Signs a message behind Ethereum's prefix (EIP-191, version 0x45).
    private func sign(_ message: [UInt8], _ account: DevAccount, _ writer: inout JSONWriter) throws(RPCError) {
        let prefix = Array("\u{19}Ethereum Signed Message:\n\(message.count)".utf8)
        guard let signature = Secp256k1.sign(hash: Keccak256.hash(prefix + message), privateKey: account.privateKey)
        else { throw .server("the key cannot sign") }
        writer.value(
            hex: signature.r.bigEndianBytes + signature.s.bigEndianBytes + [27 + signature.yParity])
    }

    /// Fills in what a request leaves out and signs it with the node's key.
    private func signed(_ request: CallRequest) throws(RPCError) -> (Transaction, Address) {
        guard let from = request.from else { throw .invalidParameters("field from is required") }
        let account = try account(from)
        try request.check(chainID: chain.rules.chainID)
        let head = chain.head
        var filled = request
        if !filled.statesFees {
            filled.maxPriorityFeePerGas = RPCService.suggestedTip
            filled.maxFeePerGas = BaseFee.next(after: head.header) &* 2 &+ RPCService.suggestedTip
        } else if filled.gasPrice == nil, filled.maxFeePerGas == nil {
            filled.maxFeePerGas = BaseFee.next(after: head.header) &* 2 &+ (filled.maxPriorityFeePerGas ?? .zero)
        }
        let gas: UInt64
        if let stated = request.gas {
            gas = stated
        } else {
            gas = try estimateGas(request, at: CallEnvironment(chain, head))
        }
        var transaction = filled.transaction(gas: gas, nonce: request.nonce ?? chain.pendingNonce(from))
        if request.gasPrice != nil, request.accessList != nil { transaction.type = .accessList }
        transaction.chainID = chain.rules.chainID
        guard let signature = Secp256k1.sign(hash: transaction.signingHash, privateKey: account.privateKey) else {
            throw .server("the key cannot sign")
        }
        transaction.signature = Signature(yParity: UInt64(signature.yParity), r: signature.r, s: signature.s)
        return (transaction, from)
    }
}
