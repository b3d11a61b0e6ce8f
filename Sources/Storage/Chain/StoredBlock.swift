public import Chain
import Cryptography
public import Foundations
public import State

/// A block with all that was learnt by executing it, as the archive keeps it.
public struct StoredBlock: Sendable {
    public let block: Block
    public let hash: Bytes32
    /// The transactions' receipts, then perhaps one of what a venue did by itself.
    public let receipts: [Receipt]
    public let transactions: [TransactionRecord]
    public let totalDifficulty: UInt256
    /// What the block changed, forward.
    public let diff: StateDiff

    public init(
        block: Block, receipts: [Receipt], transactions: [TransactionRecord], totalDifficulty: UInt256,
        diff: StateDiff
    ) {
        self.block = block
        hash = block.header.hash
        self.receipts = receipts
        self.transactions = transactions
        self.totalDifficulty = totalDifficulty
        self.diff = diff
    }
}

extension StoredBlock {
    /// What is found by hash: the transactions, and the receipt of a venue behind them.
    var indexedHashes: [Bytes32] {
        let hashes = transactions.map(\.hash)
        return receipts.count > hashes.count ? hashes + [block.header.venueReceiptHash] : hashes
    }
}

/// What a transaction did in its block.
public struct TransactionRecord: Sendable {
    public let hash: Bytes32
    public let sender: Address
    public let gasUsed: UInt64
    public let effectiveGasPrice: UInt256
    public let createdAddress: Address?
    /// Index of its first log among the block's logs.
    public let firstLogIndex: Int

    public init(
        hash: Bytes32, sender: Address, gasUsed: UInt64, effectiveGasPrice: UInt256, createdAddress: Address?,
        firstLogIndex: Int
    ) {
        self.hash = hash
        self.sender = sender
        self.gasUsed = gasUsed
        self.effectiveGasPrice = effectiveGasPrice
        self.createdAddress = createdAddress
        self.firstLogIndex = firstLogIndex
    }
}

/// What the archive's records say, by their first byte.
enum ArchiveRecord {
    /// A block; with `makesHead` it is the head from then on.
    case block(StoredBlock, changedKeys: [[UInt8]], makesHead: Bool)
    /// The head moves to a block that is there.
    case head(Bytes32)
    /// A block is never undone from now on.
    case finalized(Bytes32)

    var encoded: [UInt8] {
        switch self {
        case .block(let stored, let keys, let makesHead):
            [makesHead ? 2 : 1] + ArchiveRecord.encode(stored, ChangedKeys.encode(keys))
        case .head(let hash): [3] + hash.bytes
        case .finalized(let hash): [4] + hash.bytes
        }
    }

    /// nil when the bytes are no record.
    init?(_ bytes: [UInt8]) {
        switch bytes.first {
        case 1, 2:
            guard let (block, keys) = try? ArchiveRecord.decode(Array(bytes.dropFirst())),
                let keys = ChangedKeys.decode(keys)
            else { return nil }
            self = .block(block, changedKeys: keys, makesHead: bytes[0] == 2)
        case 3, 4:
            guard let hash = Bytes32(bytes.dropFirst()) else { return nil }
            self = bytes[0] == 3 ? .head(hash) : .finalized(hash)
        default: return nil
        }
    }

    private static func encode(_ stored: StoredBlock, _ keys: [UInt8]) -> [UInt8] {
        RLPEncoder.list { encoder in
            encoder.appendEncoded(stored.block.encoded)
            encoder.list { encoder in for receipt in stored.receipts { encoder.append(receipt.encoded) } }
            encoder.list { encoder in
                for record in stored.transactions {
                    encoder.list { encoder in
                        encoder.append(record.sender)
                        encoder.append(record.gasUsed)
                        encoder.append(record.effectiveGasPrice)
                        encoder.append(record.createdAddress)
                    }
                }
            }
            encoder.append(stored.totalDifficulty)
            encoder.append(stored.diff)
            encoder.append(keys)
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(RLPError) -> (StoredBlock, keys: [UInt8]) {
        var decoder = RLPDecoder(bytes)
        var fields = try decoder.list()
        try decoder.finish()
        let block = try Block(&fields)
        let receipts = try fields.array { (item: inout RLPDecoder) throws(RLPError) in
            try Receipt(decoding: try item.string())
        }
        var index = 0
        var logCount = 0
        let records = try fields.array { (item: inout RLPDecoder) throws(RLPError) in
            let position = item.position
            guard index < block.transactions.count, index < receipts.count else {
                throw RLPError(.wrongItemCount, at: position)
            }
            var parts = try item.list()
            let sender = try parts.address()
            let gasUsed = try parts.integer()
            let price = try parts.word()
            let record = TransactionRecord(
                hash: block.transactions[index].hash, sender: sender, gasUsed: gasUsed, effectiveGasPrice: price,
                createdAddress: try parts.optionalAddress(), firstLogIndex: logCount)
            logCount += receipts[index].logs.count
            index += 1
            return record
        }
        let totalDifficulty = try fields.word()
        let diff = try StateDiff(&fields)
        let keys = try fields.string()
        return (
            StoredBlock(
                block: block, receipts: receipts, transactions: records, totalDifficulty: totalDifficulty, diff: diff),
            keys
        )
    }
}

extension RLPEncoder {
    /// Accounts as [address, account or nothing, whether storage is cleared, slots], then codes.
    fileprivate mutating func append(_ diff: StateDiff) {
        list { encoder in
            encoder.list { encoder in
                for change in diff.accounts {
                    encoder.list { encoder in
                        encoder.append(change.address)
                        encoder.list { encoder in
                            if let account = change.account {
                                encoder.append(account.nonce)
                                encoder.append(account.balance)
                                encoder.append(account.hasCode ? account.codeHash.bytes : [])
                            }
                        }
                        encoder.append(change.clearsStorage ? 1 : 0 as UInt64)
                        encoder.list { encoder in
                            for (slot, value) in change.slots {
                                encoder.append(slot)
                                encoder.append(value)
                            }
                        }
                    }
                }
            }
            encoder.list { encoder in for addition in diff.codes { encoder.append(addition.code) } }
        }
    }
}

extension StateDiff {
    fileprivate init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var parts = try decoder.list()
        self.init()
        accounts = try parts.array { (item: inout RLPDecoder) throws(RLPError) in
            var fields = try item.list()
            var change = AccountChange(address: try fields.address(), account: nil)
            var account = try fields.list()
            if !account.isAtEnd {
                let nonce = try account.integer()
                let balance = try account.word()
                let hash = Bytes32(try account.string()) ?? Account.emptyCodeHash
                change.account = Account(nonce: nonce, balance: balance, codeHash: hash)
            }
            change.clearsStorage = try fields.integer() == 1
            var slots = try fields.list()
            while !slots.isAtEnd {
                let slot = try slots.word()
                change.slots.append((slot, try slots.word()))
            }
            return change
        }
        codes = try parts.array { (item: inout RLPDecoder) throws(RLPError) in
            let code = try item.string()
            return CodeAddition(hash: Keccak256.hash(code), code: code)
        }
    }
}
