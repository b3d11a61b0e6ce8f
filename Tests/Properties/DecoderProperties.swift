import Chain
import Commitment
import Cryptography
import Foundations
import Testing

/// Bytes from outside never trap a decoder, and whatever it takes, it took whole: encoding gives the same bytes.
@Suite struct DecoderProperties {
    private func block() -> Block {
        var header = Header()
        header.extraData = [1, 2, 3]
        header.number = 1_000_000
        header.baseFeePerGas = 7
        header.withdrawalsRoot = .zero
        header.blobGasUsed = 131_072
        header.excessBlobGas = 0
        header.parentBeaconBlockRoot = .zero
        header.requestsHash = .zero
        let transactions = TransactionType.allCases.map { type in
            var transaction = Transaction()
            transaction.type = type
            transaction.chainID = 1
            transaction.to = type == .legacy ? nil : Address(.one)
            transaction.data = [UInt8](repeating: 0x60, count: 70)
            if type != .legacy { transaction.accessList = [AccessListEntry(address: .zero, storageKeys: [.one])] }
            if type == .blob { transaction.blobVersionedHashes = [.zero] }
            let signature = Signature(yParity: 1, r: .max, s: .one)
            if type == .setCode {
                transaction.authorizations = [
                    Authorization(chainID: .one, address: .zero, nonce: .max, signature: signature)
                ]
            }
            transaction.signature = signature
            return transaction
        }
        return Block(
            header: header, transactions: transactions, ommers: [Header()],
            withdrawals: [Withdrawal(index: 1, validatorIndex: .max, address: .zero, amount: 0)])
    }

    /// Changes, cuts out, doubles or inserts bytes, as a fuzzer would.
    private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...(random.next() % 3) {
            if bytes.isEmpty { return bytes }
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 6 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert([0x80, 0xc0, 0xbf, 0xff, 0xb8, 0xf8, 0x00][Int(random.next() % 7)], at: place)
            case 4: bytes.removeLast(bytes.count - place)
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
            }
        }
        return bytes
    }

    @Test(arguments: [21, 22] as [UInt64])
    func blocks(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = block().encoded
        var whole = RLPDecoder(bytes)
        #expect(try Block(&whole) == block())
        var taken = 0
        for _ in 0..<20_000 {
            let damaged = damaged(bytes, &random)
            var decoder = RLPDecoder(damaged)
            guard let block = try? Block(&decoder), decoder.isAtEnd else { continue }
            taken += 1
            #expect(block.encoded == damaged)
        }
        // Damage inside hashes and integers leaves blocks that are well formed.
        #expect(taken > 1_000)
    }

    @Test(arguments: [31, 32] as [UInt64])
    func proofNodes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var trie = Trie()
        for index: UInt8 in 0..<40 {
            trie.set([index, index &* 7, 3], [UInt8](repeating: index, count: Int(index % 5) + 1))
        }
        for index: UInt8 in 0..<40 {
            let key = [index, index &* 7, 3]
            let proof = trie.proof(for: key)
            for _ in 0..<300 {
                // The damaged node is the root, so that its hash is right and its content is read.
                let node = damaged(proof[proof.count - 1], &random)
                _ = try? Trie.verify([node], root: Keccak256.hash(node), key: key)
                _ = try? Trie.verify([node], root: Keccak256.hash(node), key: [])
            }
        }
    }
}
