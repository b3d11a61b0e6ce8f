import Cryptography
public import Foundations

extension Header {
    /// The hash that names the block.
    public var hash: Bytes32 { Keccak256.hash(encoded) }

    public var encoded: [UInt8] { RLPEncoder.list { encodeFields(&$0) } }

    /// Under which the receipt of what a venue did by itself in the block is found, as no transaction has made it:
    /// keccak256("condor-venue" ‖ number in 8 bytes ‖ parent hash).
    public var venueReceiptHash: Bytes32 {
        let name: [UInt8] = [99, 111, 110, 100, 111, 114, 45, 118, 101, 110, 117, 101]
        return Keccak256.hash(name + UInt256(number).bigEndianBytes.suffix(8) + parentHash.bytes)
    }

    /// What proof of work seals: the hash of the header without mix and nonce.
    public var sealHash: Bytes32 { Keccak256.hash(RLPEncoder.list { encodeFields(&$0, withSeal: false) }) }

    fileprivate func encodeFields(_ encoder: inout RLPEncoder, withSeal: Bool = true) {
        encoder.append(parentHash)
        encoder.append(ommersHash)
        encoder.append(beneficiary)
        encoder.append(stateRoot)
        encoder.append(transactionsRoot)
        encoder.append(receiptsRoot)
        encoder.append(bloom.bytes)
        encoder.append(difficulty)
        encoder.append(number)
        encoder.append(gasLimit)
        encoder.append(gasUsed)
        encoder.append(timestamp)
        encoder.append(extraData)
        if withSeal {
            encoder.append(mixHash)
            encoder.append(UInt256(nonce).bigEndianBytes.suffix(8))
        }
        if let baseFeePerGas { encoder.append(baseFeePerGas) }
        if let withdrawalsRoot { encoder.append(withdrawalsRoot) }
        if let blobGasUsed { encoder.append(blobGasUsed) }
        if let excessBlobGas { encoder.append(excessBlobGas) }
        if let parentBeaconBlockRoot { encoder.append(parentBeaconBlockRoot) }
        if let requestsHash { encoder.append(requestsHash) }
        if let blockAccessListHash { encoder.append(blockAccessListHash) }
        if let slotNumber { encoder.append(slotNumber) }
    }

    /// Reads a header of any fork; which fields it may have is for validation to say.
    public init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        self.init()
        parentHash = try fields.hash()
        ommersHash = try fields.hash()
        beneficiary = try fields.address()
        stateRoot = try fields.hash()
        transactionsRoot = try fields.hash()
        receiptsRoot = try fields.hash()
        bloom.bytes = try fields.string(count: 256)
        difficulty = try fields.word()
        number = try fields.integer()
        gasLimit = try fields.integer()
        gasUsed = try fields.integer()
        timestamp = try fields.integer()
        extraData = try fields.string()
        mixHash = try fields.hash()
        nonce = UInt256(bigEndian: try fields.string(count: 8)).limb0
        if !fields.isAtEnd { baseFeePerGas = try fields.word() }
        if !fields.isAtEnd { withdrawalsRoot = try fields.hash() }
        if !fields.isAtEnd { blobGasUsed = try fields.integer() }
        if !fields.isAtEnd { excessBlobGas = try fields.integer() }
        if !fields.isAtEnd { parentBeaconBlockRoot = try fields.hash() }
        if !fields.isAtEnd { requestsHash = try fields.hash() }
        if !fields.isAtEnd { blockAccessListHash = try fields.hash() }
        if !fields.isAtEnd { slotNumber = try fields.integer() }
        try fields.finish()
    }
}

extension Block {
    public var encoded: [UInt8] {
        RLPEncoder.list { encoder in
            encoder.list { header.encodeFields(&$0) }
            encoder.list { encoder in
                for transaction in transactions {
                    let bytes = transaction.encoded
                    if transaction.type == .legacy { encoder.appendEncoded(bytes) } else { encoder.append(bytes) }
                }
            }
            encoder.list { encoder in
                for ommer in ommers { encoder.list { ommer.encodeFields(&$0) } }
            }
            if let withdrawals {
                encoder.list { encoder in
                    for withdrawal in withdrawals { encoder.appendEncoded(withdrawal.encoded) }
                }
            }
        }
    }

    /// Reads a block that nothing follows.
    public init(decoding bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        try self.init(&decoder)
        try decoder.finish()
    }

    /// Reads the next block, as in a file of blocks one behind the other.
    public init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var parts = try decoder.list()
        let header = try Header(&parts)
        let transactions = try parts.array { (item: inout RLPDecoder) throws(RLPError) in
            try Transaction(inBlock: &item)
        }
        let ommers = try parts.array { (item: inout RLPDecoder) throws(RLPError) in try Header(&item) }
        var withdrawals: [Withdrawal]?
        if !parts.isAtEnd {
            withdrawals = try parts.array { (item: inout RLPDecoder) throws(RLPError) in try Withdrawal(&item) }
        }
        try parts.finish()
        self.init(header: header, transactions: transactions, ommers: ommers, withdrawals: withdrawals)
    }

    /// What headers of blocks without ommers carry: the hash of an empty list.
    public static var emptyOmmersHash: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0xf0a1_42fd_40d4_9347, 0xd312_451b_948a_7413, 0xab85_b567_b6cc_d41a, 0x1dcc_4de8_dec7_5d7a))
    }

    /// The hash of the list of ommers, as headers carry it.
    public static func hash(ofOmmers ommers: [Header]) -> Bytes32 {
        Keccak256.hash(RLPEncoder.list { encoder in for ommer in ommers { encoder.list { ommer.encodeFields(&$0) } } })
    }
}

extension Withdrawal {
    public var encoded: [UInt8] {
        RLPEncoder.list { encoder in
            encoder.append(index)
            encoder.append(validatorIndex)
            encoder.append(address)
            encoder.append(amount)
        }
    }

    init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        let index = try fields.integer()
        let validatorIndex = try fields.integer()
        let address = try fields.address()
        self.init(index: index, validatorIndex: validatorIndex, address: address, amount: try fields.integer())
        try fields.finish()
    }
}

extension Receipt {
    /// The bytes that the receipts trie holds. Sources: EIP-658 (status), EIP-2718 (type byte).
    public var encoded: [UInt8] {
        let list = RLPEncoder.list { encoder in
            if let postState { encoder.append(postState) } else { encoder.append(succeeded ? 1 as UInt64 : 0) }
            encoder.append(cumulativeGasUsed)
            encoder.append(bloom.bytes)
            encoder.append(logs)
        }
        return type == .legacy ? list : [type.rawValue] + list
    }
}

extension Receipt {
    /// Reads what `encoded` writes; nothing may follow it.
    public init(decoding bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        let type = decoder.nextIsList ? .legacy : try Transaction.type(&decoder)
        var fields = try decoder.list()
        try decoder.finish()
        let start = fields.position
        // A root of 32 bytes before Byzantium, 1 or nothing from then on.
        let status = try fields.string()
        let postState = Bytes32(status)
        if postState == nil, status != [1], !status.isEmpty { throw RLPError(.invalidValue, at: start) }
        let gasUsed = try fields.integer()
        var bloom = Bloom()
        bloom.bytes = try fields.string(count: 256)
        let logs = try fields.array { (item: inout RLPDecoder) throws(RLPError) in try Log(&item) }
        try fields.finish()
        self.init(
            type: type, postState: postState, succeeded: status == [1], cumulativeGasUsed: gasUsed, bloom: bloom,
            logs: logs)
    }
}

extension Log {
    init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        let address = try fields.address()
        let topics = try fields.array { (topic: inout RLPDecoder) throws(RLPError) in try topic.hash() }
        self.init(address: address, topics: topics, data: try fields.string())
        try fields.finish()
    }
}

extension RLPEncoder {
    /// A list of logs, each [address, topics, data].
    public mutating func append(_ logs: [Log]) {
        list { encoder in
            for log in logs {
                encoder.list { encoder in
                    encoder.append(log.address)
                    encoder.list { encoder in
                        for topic in log.topics { encoder.append(topic) }
                    }
                    encoder.append(log.data)
                }
            }
        }
    }
}

extension Log {
    /// Keccak-256 of the RLP of a list of logs, as state tests state it.
    public static func hash(of logs: [Log]) -> Bytes32 {
        var encoder = RLPEncoder()
        encoder.append(logs)
        return Keccak256.hash(encoder.bytes)
    }
}

extension Bloom {
    /// Adds the addresses and topics of logs, which are hashed side by side. Source: Yellow Paper, 4.3.1.
    public mutating func add(_ logs: [Log]) {
        if logs.isEmpty { return }
        var values = KeccakBatch()
        for log in logs {
            values.append(log.address)
            for topic in log.topics { values.append(topic.word) }
        }
        for hash in values.hashes() {
            for choice in 0..<3 {
                let bit = Bloom.bit(choice, of: hash)
                bytes[255 - bit / 8] |= 1 << UInt8(bit % 8)
            }
        }
    }

    public mutating func add(_ other: Bloom) {
        for index in bytes.indices { bytes[index] |= other.bytes[index] }
    }

    /// False only when no log with this address or topic went in.
    public func mayContain(_ value: [UInt8]) -> Bool {
        let hash = Keccak256.hash(value)
        return (0..<3).allSatisfy { choice in
            let bit = Bloom.bit(choice, of: hash)
            return bytes[255 - bit / 8] & 1 << UInt8(bit % 8) != 0
        }
    }

    /// One of three bits, each chosen by 11 bits of the hash: the lower ones of its first three pairs of bytes.
    private static func bit(_ choice: Int, of hash: Bytes32) -> Int {
        Int(truncatingIfNeeded: hash.word.limb3 >> UInt64(48 - 16 * choice)) & 0x7ff
    }
}
