import Chain
import EVM
import Foundations
import State
import Storage

/// Cases as `Scripts/fuzz-peer` reads them, and its replies; the layout stands there.
struct FuzzRequest {
    private(set) var bytes: [UInt8] = []

    init(_ block: FuzzBlock, cases: Int) {
        let name = Array(block.context.fork.fixtureName.utf8)
        append(UInt16(name.count))
        bytes += name
        append(block.context.number)
        append(block.context.timestamp)
        bytes += block.context.beneficiary.bytes
        append(block.context.gasLimit)
        append(block.context.baseFeePerGas.clampedToUInt64)
        append(block.context.fork >= .paris ? block.context.prevRandao.word : block.context.difficulty)
        append(block.excessBlobGas)
        append(UInt16(cases))
    }

    /// `slots` has, for each transaction, what is to be read behind it.
    mutating func append(_ accounts: [GenesisAccount], _ transactions: [FuzzTransaction], slots: [[FuzzSlot]]) {
        append(UInt16(accounts.count))
        for account in accounts {
            bytes += account.address.bytes
            append(account.nonce)
            append(account.balance)
            append(UInt32(account.code.count))
            bytes += account.code
            append(UInt16(account.storage.count))
            for (slot, value) in account.storage {
                append(slot)
                append(value)
            }
        }
        append(UInt16(transactions.count))
        for (item, slots) in zip(transactions, slots) { append(item, slots) }
    }

    private mutating func append(_ item: FuzzTransaction, _ slots: [FuzzSlot]) {
        let transaction = item.transaction
        bytes.append(transaction.type.rawValue)
        bytes += item.sender.bytes
        bytes.append(transaction.to == nil ? 0 : 1)
        bytes += (transaction.to ?? .zero).bytes
        append(transaction.value)
        append(transaction.gasLimit)
        append(transaction.maxFeePerGas)
        append(transaction.maxPriorityFeePerGas)
        append(transaction.nonce)
        append(UInt32(transaction.data.count))
        bytes += transaction.data
        append(UInt16(transaction.accessList.count))
        for entry in transaction.accessList {
            bytes += entry.address.bytes
            append(UInt16(entry.storageKeys.count))
            for key in entry.storageKeys { append(key) }
        }
        append(UInt16(transaction.blobVersionedHashes.count))
        for hash in transaction.blobVersionedHashes { append(hash.word) }
        append(transaction.maxFeePerBlobGas)
        append(UInt16(transaction.authorizations.count))
        for authorization in transaction.authorizations {
            append(authorization.chainID)
            bytes += authorization.address.bytes
            append(authorization.nonce)
            bytes.append(UInt8(truncatingIfNeeded: authorization.signature.yParity))
            append(authorization.signature.r)
            append(authorization.signature.s)
        }
        append(UInt16(slots.count))
        for slot in slots {
            bytes += slot.address.bytes
            append(slot.slot)
        }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ word: UInt256) {
        for limb in [word.limb3, word.limb2, word.limb1, word.limb0] { append(limb) }
    }
}

/// What a peer says about a transaction: the result, and the accounts behind it, ascending. Of pyrevm these have the
/// slots that were asked for, zeros as well.
struct FuzzAnswer {
    var result: FuzzResult
    var accounts: [FuzzAccount]
}

/// A reply that does not have the form it must have.
struct FuzzWireError: Error {}

/// Reads a peer's reply.
struct FuzzReplyReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func answer() throws(FuzzWireError) -> FuzzAnswer {
        guard let status = FuzzStatus(rawValue: UInt8(truncatingIfNeeded: try integer(1))) else {
            throw FuzzWireError()
        }
        let gasUsed = try integer(8)
        let output = try take(Int(try integer(4)))
        var logs: [Log] = []
        for _ in 0..<(try integer(2)) {
            let address = try address()
            var topics: [Bytes32] = []
            for _ in 0..<(try integer(1)) { topics.append(Bytes32(try word())) }
            logs.append(Log(address: address, topics: topics, data: Array(try take(Int(try integer(4))))))
        }
        let reason = String(decoding: try take(Int(try integer(2))), as: UTF8.self)
        var accounts: [FuzzAccount] = []
        // A transaction that was refused or that the peer failed over may come without a state.
        for _ in 0..<(try integer(2)) {
            let address = try address()
            let nonce = try integer(8)
            let balance = try word()
            let account = Account(nonce: nonce, balance: balance, codeHash: Bytes32(try word()))
            var slots: [(slot: UInt256, value: UInt256)] = []
            for _ in 0..<(try integer(2)) {
                let slot = try word()
                let value = try word()
                slots.append((slot, value))
            }
            if slots.count > 1 { slots.sort { $0.slot < $1.slot } }
            accounts.append(FuzzAccount(address: address, account: account, slots: slots))
        }
        accounts.sort { $0.address < $1.address }
        return FuzzAnswer(
            result: FuzzResult(status: status, gasUsed: gasUsed, output: Array(output), logs: logs, reason: reason),
            accounts: accounts)
    }

    private mutating func take(_ count: Int) throws(FuzzWireError) -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw FuzzWireError() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func integer(_ count: Int) throws(FuzzWireError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try take(count) { value = value << 8 | UInt64(byte) }
        return value
    }

    private mutating func word() throws(FuzzWireError) -> UInt256 {
        let high = try integer(8)
        let upper = try integer(8)
        let lower = try integer(8)
        return UInt256(limbs: try integer(8), lower, upper, high)
    }

    private mutating func address() throws(FuzzWireError) -> Address {
        let high = try integer(4)
        let middle = try integer(8)
        return Address(UInt256(limbs: try integer(8), middle, high, 0))
    }
}
