import Chain
import Cryptography
import Foundations
import Testing

@Suite struct TransactionTests {
    /// The example of EIP-155.
    @Test func replayProtectedExample() throws {
        var transaction = Transaction()
        transaction.chainID = 1
        transaction.nonce = 9
        transaction.maxFeePerGas = UInt256(20_000_000_000 as UInt64)
        transaction.maxPriorityFeePerGas = transaction.maxFeePerGas
        transaction.gasLimit = 21000
        transaction.to = Address(hex: "0x3535353535353535353535353535353535353535")
        transaction.value = UInt256(1_000_000_000_000_000_000 as UInt64)
        let signingHash = "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
        #expect("\(transaction.signingHash)" == signingHash)
        let key = try #require(Bytes32([UInt8](repeating: 0x46, count: 32)))
        let signed = try #require(Secp256k1.sign(hash: transaction.signingHash, privateKey: key))
        transaction.signature = Signature(yParity: UInt64(signed.yParity), r: signed.r, s: signed.s)
        let wire = """
            f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195\
            fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83
            """
        #expect(Hex.encode(transaction.encoded) == wire)
        let decoded = try Transaction(decoding: #require(Hex.decode(wire)))
        #expect(decoded == transaction)
        #expect(decoded.sender() == Secp256k1.address(of: key))
        #expect(decoded.sender(fork: .homestead) == nil)
        #expect(decoded.sender(fork: .spuriousDragon) == Secp256k1.address(of: key))
    }

    private func example(_ type: TransactionType) -> Transaction {
        var transaction = Transaction()
        transaction.type = type
        transaction.chainID = 1
        transaction.nonce = 7
        transaction.maxFeePerGas = UInt256(300 as UInt64)
        transaction.maxPriorityFeePerGas = type.rawValue < 2 ? transaction.maxFeePerGas : UInt256(2 as UInt64)
        transaction.gasLimit = 90_000
        transaction.to = Address(UInt256(0xabcd as UInt64))
        transaction.value = .one
        transaction.data = [0, 1, 2, 0xff]
        if type != .legacy {
            transaction.accessList = [
                AccessListEntry(address: .zero, storageKeys: [.zero, .max]),
                AccessListEntry(address: Address(.one), storageKeys: []),
            ]
        }
        if type == .blob {
            transaction.maxFeePerBlobGas = UInt256(1000 as UInt64)
            transaction.blobVersionedHashes = [Bytes32(UInt256(1 as UInt64) << 248)]
        }
        if type == .setCode {
            transaction.authorizations = [
                Authorization(
                    chainID: .zero, address: Address(.one), nonce: 3,
                    signature: Signature(yParity: 1, r: .one, s: .max))
            ]
        }
        transaction.signature = Signature(yParity: 1, r: UInt256(5 as UInt64), s: UInt256(6 as UInt64))
        return transaction
    }

    @Test(arguments: TransactionType.allCases)
    func everyTypeComesBack(type: TransactionType) throws {
        let transaction = example(type)
        let bytes = transaction.encoded
        #expect(try Transaction(decoding: bytes) == transaction)
        #expect(try Transaction(decodingNetworkForm: bytes) == transaction)
        #expect(transaction.hash == Keccak256.hash(bytes))
        // In a block's body typed transactions stand in a string.
        var encoder = RLPEncoder()
        if type == .legacy { encoder.appendEncoded(bytes) } else { encoder.append(bytes) }
        var decoder = RLPDecoder(encoder.bytes)
        #expect(try Transaction(inBlock: &decoder) == transaction)
        #expect(decoder.isAtEnd)
    }

    /// No shortening, lengthening or change of a byte traps, and what still decodes encodes to the same bytes.
    @Test(arguments: TransactionType.allCases)
    func damageIsAnErrorOrAnotherTransaction(type: TransactionType) {
        let bytes = example(type).encoded
        for count in bytes.indices {
            #expect(throws: RLPError.self) { try Transaction(decoding: [UInt8](bytes.prefix(count))) }
        }
        #expect(throws: RLPError(.trailingBytes, at: bytes.count)) { try Transaction(decoding: bytes + [0]) }
        for index in bytes.indices {
            for change: UInt8 in [1, 0x40, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] ^= change
                if let decoded = try? Transaction(decoding: damaged) { #expect(decoded.encoded == damaged) }
                _ = try? Transaction(decodingNetworkForm: damaged)
            }
        }
    }

    @Test func errorsNameTheByte() throws {
        #expect(throws: RLPError(.invalidValue, at: 0)) { try Transaction(decoding: [0x05, 0xc0]) }
        #expect(throws: RLPError(.invalidValue, at: 0)) { try Transaction(decoding: [0x00, 0xc0]) }
        #expect(throws: RLPError(.endOfInput, at: 0)) { try Transaction(decoding: []) }
        // Chain id 1, then a nonce with a leading zero in byte 3 of the envelope.
        #expect(throws: RLPError(.leadingZero, at: 3)) { try Transaction(decoding: [0x02, 0xc2, 0x01, 0x00]) }
        var transaction = example(.setCode)
        transaction.authorizations[0].signature.yParity = 256
        #expect(throws: RLPError.self) { try Transaction(decoding: transaction.encoded) }
    }

    @Test(arguments: [0, 1])
    func blobsAreCheckedAndDropped(version: Int) throws {
        var transaction = example(.blob)
        let commitment = [0xc0] + [UInt8](repeating: 0, count: 47)
        let hash = SHA256.hash(commitment).bytes
        transaction.blobVersionedHashes = [try #require(Bytes32([1] + hash.dropFirst()))]
        let list = [UInt8](transaction.encoded.dropFirst())
        func wrapped(blobSize: Int = 131_072, proofs: Int, commitment: [UInt8] = commitment, version: Int) -> [UInt8] {
            [3]
                + RLPEncoder.list { encoder in
                    encoder.appendEncoded(list)
                    if version > 0 { encoder.append(UInt64(version)) }
                    encoder.list { $0.append([UInt8](repeating: 0, count: blobSize)) }
                    encoder.list { $0.append(commitment) }
                    encoder.list { encoder in for _ in 0..<proofs { encoder.append(commitment) } }
                }
        }
        let proofs = version == 0 ? 1 : 128
        let good = wrapped(proofs: proofs, version: version)
        #expect(try Transaction(decodingNetworkForm: good) == transaction)
        // Blocks hold the transaction alone.
        #expect(throws: RLPError.self) { try Transaction(decoding: good) }
        let bad = [
            wrapped(blobSize: 131_071, proofs: proofs, version: version),
            wrapped(proofs: proofs + 1, version: version),
            wrapped(proofs: proofs, commitment: [UInt8](repeating: 1, count: 48), version: version),
            wrapped(proofs: proofs, version: 2), good + [0],
        ]
        for bytes in bad { #expect(throws: RLPError.self) { try Transaction(decodingNetworkForm: bytes) } }
    }

    @Test func authorizationNamesItsSigner() throws {
        let key = try #require(Bytes32(hex: "0x" + String(repeating: "00", count: 31) + "07"))
        var authorization = Authorization(
            chainID: .one, address: Address(.max), nonce: 42, signature: Signature(yParity: 0, r: .zero, s: .zero))
        let message =
            [0x05]
            + RLPEncoder.list { encoder in
                encoder.append(UInt256.one)
                encoder.append(Address(.max))
                encoder.append(42 as UInt64)
            }
        let signed = try #require(Secp256k1.sign(hash: Keccak256.hash(message), privateKey: key))
        authorization.signature = Signature(yParity: UInt64(signed.yParity), r: signed.r, s: signed.s)
        #expect(authorization.authority() == Secp256k1.address(of: key))
        authorization.signature.yParity = 2
        #expect(authorization.authority() == nil)
        authorization.signature = Signature(yParity: 0, r: .zero, s: .one)
        #expect(authorization.authority() == nil)
    }
}
