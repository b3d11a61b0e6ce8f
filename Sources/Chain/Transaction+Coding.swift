import Cryptography
public import Foundations

// The wire form: RLP for legacy transactions, a type byte and RLP for the others (EIP-2718).

extension Transaction {
    /// The bytes that the transactions trie, `eth_sendRawTransaction` and `hash` use.
    public var encoded: [UInt8] {
        let list = RLPEncoder.list { encoder in
            encodeUnsigned(&encoder)
            encoder.append(type == .legacy ? legacyV : UInt256(signature.yParity))
            encoder.append(signature.r)
            encoder.append(signature.s)
        }
        return type == .legacy ? list : [type.rawValue] + list
    }

    public var hash: Bytes32 { Keccak256.hash(encoded) }

    /// What the sender signs.
    public var signingHash: Bytes32 {
        let list = RLPEncoder.list { encoder in
            encodeUnsigned(&encoder)
            if type == .legacy, let chainID {
                // https://eips.ethereum.org/EIPS/eip-155
                encoder.append(chainID)
                encoder.append(0 as UInt64)
                encoder.append(0 as UInt64)
            }
        }
        return Keccak256.hash(type == .legacy ? list : [type.rawValue] + list)
    }

    /// Who signed; nil for a signature that is none. `requiresLowS` holds from Homestead on (EIP-2).
    public func sender(requiresLowS: Bool = true) -> Address? {
        guard signature.yParity <= 1, !requiresLowS || Secp256k1.isLow(signature.s) else { return nil }
        return Secp256k1.recoverAddress(
            hash: signingHash, yParity: UInt8(signature.yParity), r: signature.r, s: signature.s)
    }

    /// Who signed, by the rules of `fork`; nil for a signature that is none there. Sources: EIP-2, EIP-155.
    public func sender(fork: Fork) -> Address? {
        if type == .legacy, chainID != nil, fork < .spuriousDragon { return nil }
        return sender(requiresLowS: fork >= .homestead)
    }

    /// `v` of a legacy transaction: 27 or 28, or 35 + 2·chainID + parity from EIP-155. 0 without a signature, as
    /// simulations have it.
    public var legacyV: UInt256 {
        if signature == .unsignedLegacy { return .zero }
        guard let chainID else { return UInt256(27 + signature.yParity) }
        return UInt256(35 + signature.yParity) &+ UInt256(chainID) &+ UInt256(chainID)
    }

    private func encodeUnsigned(_ encoder: inout RLPEncoder) {
        if type != .legacy { encoder.append(chainID ?? 0) }
        encoder.append(nonce)
        if type.rawValue >= TransactionType.dynamicFee.rawValue { encoder.append(maxPriorityFeePerGas) }
        encoder.append(maxFeePerGas)
        encoder.append(gasLimit)
        encoder.append(to)
        encoder.append(value)
        encoder.append(data)
        if type == .legacy { return }
        encoder.list { encoder in
            for entry in accessList {
                encoder.list { encoder in
                    encoder.append(entry.address)
                    encoder.list { encoder in
                        for key in entry.storageKeys { encoder.append(Bytes32(key)) }
                    }
                }
            }
        }
        if type == .blob {
            encoder.append(maxFeePerBlobGas)
            encoder.list { encoder in
                for hash in blobVersionedHashes { encoder.append(hash) }
            }
        }
        if type == .setCode {
            encoder.list { encoder in
                for authorization in authorizations { authorization.encode(&encoder) }
            }
        }
    }
}

extension Transaction {
    /// Reads one transaction; nothing may follow it.
    public init(decoding bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        try self.init(envelope: &decoder)
        try decoder.finish()
    }

    /// Reads a transaction as it stands in a block's body: a list, or a string around the typed form.
    public init(inBlock decoder: inout RLPDecoder) throws(RLPError) {
        if decoder.nextIsList {
            try self.init(legacy: &decoder)
        } else {
            let start = decoder.position
            var envelope = try decoder.nested()
            if envelope.nextIsList { throw RLPError(.invalidValue, at: start) }
            try self.init(envelope: &envelope)
            try envelope.finish()
        }
    }

    private init(envelope decoder: inout RLPDecoder) throws(RLPError) {
        if decoder.nextIsList {
            try self.init(legacy: &decoder)
            return
        }
        let type = try Transaction.type(&decoder)
        try self.init(type, &decoder)
    }

    /// The type byte of a typed transaction.
    static func type(_ decoder: inout RLPDecoder) throws(RLPError) -> TransactionType {
        let start = decoder.position
        guard let type = TransactionType(rawValue: try decoder.byte()), type != .legacy else {
            throw RLPError(.invalidValue, at: start)
        }
        return type
    }

    private init(legacy decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        self.init()
        nonce = try fields.integer()
        maxFeePerGas = try fields.word()
        maxPriorityFeePerGas = maxFeePerGas
        gasLimit = try fields.integer()
        to = try fields.optionalAddress()
        value = try fields.word()
        data = try fields.string()
        let position = fields.position
        let v = try fields.word()
        if v == 27 || v == 28 {
            signature.yParity = v.limb0 - 27
        } else if v >= 35, let chain = ((v - 35) >> 1).asUInt64 {
            chainID = chain
            signature.yParity = (v - 35).limb0 & 1
        } else {
            throw RLPError(.invalidValue, at: position)
        }
        signature.r = try fields.word()
        signature.s = try fields.word()
        try fields.finish()
    }

    /// Reads what follows the type byte.
    init(_ type: TransactionType, _ decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        self.init()
        self.type = type
        chainID = try fields.integer()
        nonce = try fields.integer()
        if type != .accessList { maxPriorityFeePerGas = try fields.word() }
        maxFeePerGas = try fields.word()
        if type == .accessList { maxPriorityFeePerGas = maxFeePerGas }
        gasLimit = try fields.integer()
        to = try fields.optionalAddress()
        value = try fields.word()
        data = try fields.string()
        accessList = try fields.array { (entry: inout RLPDecoder) throws(RLPError) in
            var parts = try entry.list()
            let address = try parts.address()
            let keys = try parts.array { (key: inout RLPDecoder) throws(RLPError) in try key.hash().word }
            try parts.finish()
            return AccessListEntry(address: address, storageKeys: keys)
        }
        if type == .blob {
            maxFeePerBlobGas = try fields.word()
            blobVersionedHashes = try fields.array { (hash: inout RLPDecoder) throws(RLPError) in try hash.hash() }
        }
        if type == .setCode {
            authorizations = try fields.array { (entry: inout RLPDecoder) throws(RLPError) in
                try Authorization(&entry)
            }
        }
        signature = try Signature(&fields)
        try fields.finish()
    }
}

extension Signature {
    fileprivate init(_ fields: inout RLPDecoder) throws(RLPError) {
        let yParity = try fields.integer()
        let r = try fields.word()
        self.init(yParity: yParity, r: r, s: try fields.word())
    }
}

extension Authorization {
    fileprivate func encode(_ encoder: inout RLPEncoder) {
        encoder.list { encoder in
            encoder.append(chainID)
            encoder.append(address)
            encoder.append(nonce)
            encoder.append(signature.yParity)
            encoder.append(signature.r)
            encoder.append(signature.s)
        }
    }

    fileprivate init(_ decoder: inout RLPDecoder) throws(RLPError) {
        var fields = try decoder.list()
        let chainID = try fields.word()
        let address = try fields.address()
        let nonce = try fields.integer()
        let position = fields.position
        let signature = try Signature(&fields)
        // A larger parity makes the whole transaction malformed, not just this entry void.
        if signature.yParity > 255 { throw RLPError(.invalidValue, at: position) }
        self.init(chainID: chainID, address: address, nonce: nonce, signature: signature)
        try fields.finish()
    }

    /// The account that signed; nil when the signature is none.
    public func authority() -> Address? {
        guard signature.yParity <= 1, Secp256k1.isLow(signature.s) else { return nil }
        let message =
            [0x05]
            + RLPEncoder.list { encoder in
                encoder.append(chainID)
                encoder.append(address)
                encoder.append(nonce)
            }
        return Secp256k1.recoverAddress(
            hash: Keccak256.hash(message), yParity: UInt8(signature.yParity), r: signature.r, s: signature.s)
    }
}
