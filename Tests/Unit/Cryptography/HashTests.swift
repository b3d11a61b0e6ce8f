import Cryptography
import Foundations
import Testing

/// Hashes every message of 0 to 299 bytes behind the digest before it, so that all lengths and paddings are met.
/// The expected ends come from hashlib, pycryptodome and eth_utils.
private func chain(_ hash: ([UInt8]) -> [UInt8]) -> String {
    var digest: [UInt8] = []
    for count in 0..<300 {
        digest = hash(digest + (0..<count).map { UInt8(truncatingIfNeeded: count * $0 + 7) })
    }
    return Hex.encode(digest)
}

@Suite struct HashTests {
    @Test func sha256() {
        #expect(
            chain { SHA256.hash($0).bytes } == "fa75c2730057aed16e9731f6d9ec7cc7df2c5852f8a0994e57e63257a699cd7c")
    }

    @Test func ripemd160() {
        #expect(chain { RIPEMD160.hash($0) } == "1551bedb2d4a57c7e955a3e1e87e9913f2257e1b")
    }

    @Test func keccak256() {
        #expect(
            chain { Keccak256.hash($0).bytes } == "bb32e64cc5b56b1d754671eb9d82179ca8031a28dd0b8761bdafdfa44d5cb819")
    }

    /// Every kernel that this processor has gives the hashes of one by one, for any number of messages of any lengths.
    @Test(arguments: KeccakBatch.Kernel.available) func keccakBatches(_ kernel: KeccakBatch.Kernel) {
        for count in [0, 1, 2, 3, 4, 5, 8, 9, 31] {
            for lengths in [[0], [32], [135, 136, 137], [532, 70, 20, 272, 1], [3000, 0, 1, 40]] {
                let messages = (0..<count).map { index in
                    (0..<lengths[index % lengths.count]).map { UInt8(truncatingIfNeeded: index * 31 + $0 * 7) }
                }
                var batch = KeccakBatch()
                for message in messages { batch.append(message) }
                #expect(batch.hashes(kernel: kernel) == messages.map { Keccak256.hash($0) })
            }
        }
    }

    @Test func keccakBatchOfAddressesAndWords() {
        let word = UInt256(limbs: 1, 2, 3, 0xfe00_0000_0000_0004)
        let address = Address(word)
        var batch = KeccakBatch()
        batch.append(address)
        batch.append(word)
        batch.append([1, 2, 3])
        #expect(
            batch.hashes() == [
                Keccak256.hash(address.bytes), Keccak256.hash(word.bigEndianBytes), Keccak256.hash([1, 2, 3]),
            ])
        batch.removeAll()
        #expect(batch.isEmpty && batch.hashes().isEmpty)
        #expect(Keccak256.hashes(of: [[], [7]]) == [Keccak256.hash([]), Keccak256.hash([7])])
    }

    /// BLAKE2b of "abc" (hashlib), and the same with one round (vector 7 of EIP-152).
    @Test(
        arguments: zip(
            [12, 1] as [UInt32],
            [
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                    + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
                "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fb"
                    + "a551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421",
            ]))
    func blake2Compression(_ rounds: UInt32, _ expected: String) {
        var state: InlineArray<8, UInt64> = [
            0x6a09_e667_f2bd_c948, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
        ]
        var message = InlineArray<16, UInt64>(repeating: 0)
        message[0] = 0x0063_6261
        Blake2.compress(rounds: rounds, state: &state, message: message, offset: (3, 0), isFinal: true)
        let bytes = (0..<8).flatMap { UInt256(state[$0].byteSwapped).bigEndianBytes.suffix(8) }
        #expect(Hex.encode(bytes) == expected)
    }
}

@Suite struct ModularExponentiationTests {
    @Test func plainSwiftEqualsGMP() {
        var word = UInt256.one
        func bytes(_ count: Int) -> [UInt8] {
            var result: [UInt8] = []
            while result.count < count {
                word = Keccak256.hash(word.bigEndianBytes).word
                result += word.bigEndianBytes
            }
            return [UInt8](result.prefix(count))
        }
        for round in 0..<300 {
            let (base, exponent) = (bytes(round % 70), bytes(round % 9))
            var modulus = bytes(round % 67)
            // Moduli of zero and one, even ones, sparse ones, and ones with a full top limb.
            switch round % 5 {
            case 0: modulus = modulus.map { $0 & 1 }
            case 1: modulus = modulus.map { $0 | 0xf0 }
            case 2: if !modulus.isEmpty { modulus[modulus.count - 1] &= 0xfe }
            default: break
            }
            #expect(
                ModularExponentiation.portablePower(base: base, exponent: exponent, modulus: modulus)
                    == ModularExponentiation.power(base: base, exponent: exponent, modulus: modulus),
                "\(Hex.encode(base)) ^ \(Hex.encode(exponent)) mod \(Hex.encode(modulus))")
        }
    }

    @Test func hardQuotientDigits() {
        // Dividends and divisors of all ones and single ones, where estimates of quotient digits go wrong.
        let patterns: [[UInt8]] = [
            [UInt8](repeating: 0xff, count: 24), [0x80] + [UInt8](repeating: 0, count: 23),
            [0x80] + [UInt8](repeating: 0, count: 22) + [1],
            [UInt8](repeating: 0xff, count: 12) + [UInt8](repeating: 0, count: 12),
            [0x7f] + [UInt8](repeating: 0xff, count: 15), [1] + [UInt8](repeating: 0, count: 8), [0, 0, 1], [],
        ]
        for base in patterns {
            for modulus in patterns {
                for exponent in [[], [0], [1], [2], [3], [0, 0, 5]] as [[UInt8]] {
                    #expect(
                        ModularExponentiation.portablePower(base: base, exponent: exponent, modulus: modulus)
                            == ModularExponentiation.power(base: base, exponent: exponent, modulus: modulus),
                        "\(Hex.encode(base)) ^ \(Hex.encode(exponent)) mod \(Hex.encode(modulus))")
                }
            }
        }
    }
}
