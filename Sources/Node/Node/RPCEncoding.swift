import Chain
import Derivatives
import Execution
import Foundations
import JSONText
import Storage

// The JSON forms of blocks, transactions, receipts and logs, field for field as geth writes them.

extension JSONWriter {
    mutating func member(_ key: String, quantity: UInt64) {
        self.key(key)
        value(quantity: quantity)
    }

    mutating func member(_ key: String, quantity: UInt256) {
        self.key(key)
        value(quantity: quantity)
    }

    mutating func member(_ key: String, hash: Bytes32) {
        self.key(key)
        value(hash)
    }

    mutating func member(_ key: String, address: Address?) {
        self.key(key)
        if let address { value(address) } else { null() }
    }

    mutating func member(_ key: String, hex: some Collection<UInt8>) {
        self.key(key)
        value(hex: hex)
    }

    /// The fields of a header, inside an object.
    mutating func headerFields(_ header: Header, hash: Bytes32) {
        member("hash", hash: hash)
        member("parentHash", hash: header.parentHash)
        member("sha3Uncles", hash: header.ommersHash)
        member("miner", address: header.beneficiary)
        member("stateRoot", hash: header.stateRoot)
        member("transactionsRoot", hash: header.transactionsRoot)
        member("receiptsRoot", hash: header.receiptsRoot)
        member("logsBloom", hex: header.bloom.bytes)
        member("difficulty", quantity: header.difficulty)
        member("number", quantity: header.number)
        member("gasLimit", quantity: header.gasLimit)
        member("gasUsed", quantity: header.gasUsed)
        member("timestamp", quantity: header.timestamp)
        member("extraData", hex: header.extraData)
        member("mixHash", hash: header.mixHash)
        member("nonce", hex: UInt256(header.nonce).bigEndianBytes.suffix(8))
        if let fee = header.baseFeePerGas { member("baseFeePerGas", quantity: fee) }
        if let root = header.withdrawalsRoot { member("withdrawalsRoot", hash: root) }
        if let gas = header.blobGasUsed { member("blobGasUsed", quantity: gas) }
        if let gas = header.excessBlobGas { member("excessBlobGas", quantity: gas) }
        if let root = header.parentBeaconBlockRoot { member("parentBeaconBlockRoot", hash: root) }
        if let hash = header.requestsHash { member("requestsHash", hash: hash) }
        if let hash = header.blockAccessListHash { member("blockAccessListHash", hash: hash) }
        if let slot = header.slotNumber { member("slotNumber", quantity: slot) }
    }

    /// A block; `more` adds members to its object.
    mutating func value(
        _ record: BlockRecord, fullTransactions: Bool, more: (inout JSONWriter) -> Void = { _ in }
    ) {
        object { writer in
            more(&writer)
            writer.headerFields(record.header, hash: record.hash)
            writer.member("size", quantity: UInt64(record.size))
            writer.key("transactions")
            writer.array { writer in
                for index in record.transactions.indices {
                    if fullTransactions {
                        writer.transaction(in: record, at: index)
                    } else {
                        writer.value(record.transactions[index].hash)
                    }
                }
            }
            writer.key("uncles")
            writer.array(record.block.ommers) { $0.value($1.hash) }
            if let withdrawals = record.block.withdrawals {
                writer.key("withdrawals")
                writer.value(withdrawals)
            }
        }
    }

    mutating func value(_ withdrawals: [Withdrawal]) {
        array(withdrawals) { writer, withdrawal in
            writer.object { writer in
                writer.member("index", quantity: withdrawal.index)
                writer.member("validatorIndex", quantity: withdrawal.validatorIndex)
                writer.member("address", address: withdrawal.address)
                writer.member("amount", quantity: withdrawal.amount)
            }
        }
    }

    mutating func transaction(in record: BlockRecord, at index: Int) {
        let entry = record.transactions[index]
        object { writer in
            writer.member("blockHash", hash: record.hash)
            writer.member("blockNumber", quantity: record.number)
            writer.member("blockTimestamp", quantity: record.header.timestamp)
            writer.member("transactionIndex", quantity: UInt64(index))
            writer.transactionFields(
                record.block.transactions[index], hash: entry.hash, sender: entry.sender,
                gasPrice: entry.effectiveGasPrice)
        }
    }

    /// A transaction that waits for its block.
    mutating func value(_ pooled: PooledTransaction) {
        object { writer in
            for key in ["blockHash", "blockNumber", "blockTimestamp", "transactionIndex"] {
                writer.key(key)
                writer.null()
            }
            writer.transactionFields(
                pooled.transaction, hash: pooled.hash, sender: pooled.sender,
                gasPrice: pooled.transaction.maxFeePerGas)
        }
    }

    private mutating func transactionFields(
        _ transaction: Transaction, hash: Bytes32, sender: Address, gasPrice: UInt256
    ) {
        member("hash", hash: hash)
        member("from", address: sender)
        member("to", address: transaction.to)
        member("nonce", quantity: transaction.nonce)
        member("gas", quantity: transaction.gasLimit)
        member("gasPrice", quantity: gasPrice)
        member("value", quantity: transaction.value)
        member("input", hex: transaction.data)
        member("type", quantity: UInt64(transaction.type.rawValue))
        if let chainID = transaction.chainID { member("chainId", quantity: chainID) }
        if transaction.type.rawValue >= TransactionType.dynamicFee.rawValue {
            member("maxFeePerGas", quantity: transaction.maxFeePerGas)
            member("maxPriorityFeePerGas", quantity: transaction.maxPriorityFeePerGas)
        }
        if transaction.type != .legacy {
            key("accessList")
            value(transaction.accessList)
        }
        if transaction.type == .blob {
            member("maxFeePerBlobGas", quantity: transaction.maxFeePerBlobGas)
            key("blobVersionedHashes")
            array(transaction.blobVersionedHashes) { $0.value($1) }
        }
        if transaction.type == .setCode {
            key("authorizationList")
            array(transaction.authorizations) { writer, authorization in
                writer.object { writer in
                    writer.member("chainId", quantity: authorization.chainID)
                    writer.member("address", address: authorization.address)
                    writer.member("nonce", quantity: authorization.nonce)
                    writer.member("yParity", quantity: authorization.signature.yParity)
                    writer.member("r", quantity: authorization.signature.r)
                    writer.member("s", quantity: authorization.signature.s)
                }
            }
        }
        let v = transaction.type == .legacy ? transaction.legacyV : UInt256(transaction.signature.yParity)
        member("v", quantity: v)
        member("r", quantity: transaction.signature.r)
        member("s", quantity: transaction.signature.s)
        if transaction.type != .legacy { member("yParity", quantity: transaction.signature.yParity) }
    }

    mutating func value(_ accessList: [AccessListEntry]) {
        array(accessList) { writer, entry in
            writer.object { writer in
                writer.member("address", address: entry.address)
                writer.key("storageKeys")
                writer.array(entry.storageKeys) { $0.value(hex: $1.bigEndianBytes) }
            }
        }
    }

    mutating func receipt(in record: BlockRecord, at index: Int, blobBaseFee: UInt256) {
        guard index < record.transactions.count else { return venueReceipt(in: record, at: index) }
        let transaction = record.block.transactions[index]
        let entry = record.transactions[index]
        let receipt = record.receipts[index]
        object { writer in
            writer.member("blockHash", hash: record.hash)
            writer.member("blockNumber", quantity: record.number)
            writer.member("contractAddress", address: entry.createdAddress)
            writer.member("cumulativeGasUsed", quantity: receipt.cumulativeGasUsed)
            writer.member("effectiveGasPrice", quantity: entry.effectiveGasPrice)
            writer.member("from", address: entry.sender)
            writer.member("gasUsed", quantity: entry.gasUsed)
            writer.logs(in: record, at: index)
            if let root = receipt.postState {
                writer.member("root", hash: root)
            } else {
                writer.member("status", quantity: receipt.succeeded ? 1 : 0 as UInt64)
            }
            writer.member("to", address: transaction.to)
            writer.member("transactionHash", hash: entry.hash)
            writer.member("transactionIndex", quantity: UInt64(index))
            writer.member("type", quantity: UInt64(transaction.type.rawValue))
            if transaction.type == .blob {
                writer.member("blobGasUsed", quantity: BlobGas.perBlob * UInt64(transaction.blobVersionedHashes.count))
                writer.member("blobGasPrice", quantity: blobBaseFee)
            }
        }
    }

    /// The receipt of what the venue did by itself: as of a call of `Liquidation` by the system, which nobody has paid for.
    private mutating func venueReceipt(in record: BlockRecord, at index: Int) {
        let receipt = record.receipts[index]
        object { writer in
            writer.member("blockHash", hash: record.hash)
            writer.member("blockNumber", quantity: record.number)
            writer.member("contractAddress", address: nil)
            writer.member("cumulativeGasUsed", quantity: receipt.cumulativeGasUsed)
            writer.member("effectiveGasPrice", quantity: 0 as UInt64)
            writer.member("from", address: SystemContracts.caller)
            writer.member("gasUsed", quantity: 0 as UInt64)
            writer.logs(in: record, at: index)
            writer.member("status", quantity: 1 as UInt64)
            writer.member("to", address: VenueContract.liquidation.address)
            writer.member("transactionHash", hash: record.origin(ofReceipt: index).hash)
            writer.member("transactionIndex", quantity: UInt64(index))
            writer.member("type", quantity: 0 as UInt64)
        }
    }

    /// The logs of a receipt and their bloom.
    private mutating func logs(in record: BlockRecord, at index: Int) {
        let receipt = record.receipts[index]
        let firstIndex = record.origin(ofReceipt: index).firstLogIndex
        key("logs")
        array(receipt.logs.indices) { writer, offset in
            writer.value(receipt.logs[offset], index: firstIndex + offset, in: record, at: index)
        }
        member("logsBloom", hex: receipt.bloom.bytes)
    }

    /// A log of the receipt at `index`.
    mutating func log(in record: BlockRecord, at index: Int, offset: Int, removed: Bool = false) {
        let logIndex = record.origin(ofReceipt: index).firstLogIndex + offset
        value(record.receipts[index].logs[offset], index: logIndex, in: record, at: index, removed: removed)
    }

    /// A log of the receipt at `receipt`, the block's `index`th.
    mutating func value(
        _ log: Log, index: Int, in record: BlockRecord, at receipt: Int, removed: Bool = false
    ) {
        object { writer in
            writer.member("address", address: log.address)
            writer.key("topics")
            writer.array(log.topics) { $0.value($1) }
            writer.member("data", hex: log.data)
            writer.member("blockNumber", quantity: record.number)
            writer.member("transactionHash", hash: record.origin(ofReceipt: receipt).hash)
            writer.member("transactionIndex", quantity: UInt64(receipt))
            writer.member("blockHash", hash: record.hash)
            writer.member("blockTimestamp", quantity: record.header.timestamp)
            writer.member("logIndex", quantity: UInt64(index))
            writer.key("removed")
            writer.value(removed)
        }
    }
}
