import COpenSSL
import Cryptography
public import Foundations

/// A key pair that the node holds for its user.
public struct DevAccount: Sendable {
    public let address: Address
    public let privateKey: Bytes32
}

/// Accounts from a phrase of words, as wallets derive them. Sources: BIP-39, BIP-32, BIP-44 (m/44'/60'/0'/0/i).
public enum MnemonicAccounts {
    /// The phrase that development chains have in common.
    public static let usualPhrase = "test test test test test test test test test test test junk"

    /// The first `count` accounts. nil when a key falls outside the group, which happens to no known phrase.
    public static func derive(_ phrase: String, count: Int) -> [DevAccount]? {
        let words = Array(phrase.split(separator: " ").joined(separator: " ").utf8)
        let salt = Array("mnemonic".utf8)
        var seed = [UInt8](repeating: 0, count: 64)
        words.withUnsafeBytes { words in
            _ = PKCS5_PBKDF2_HMAC(
                words.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(words.count), salt, Int32(salt.count),
                2048, EVP_sha512(), 64, &seed)
        }
        guard let master = ExtendedKey(seed: seed) else { return nil }
        var node: ExtendedKey? = master
        for index in [44 | hardened, 60 | hardened, 0 | hardened, 0] { node = node?.child(index) }
        guard let node else { return nil }
        var accounts: [DevAccount] = []
        for index in 0..<UInt32(count) {
            guard let key = node.child(index)?.key, let address = Secp256k1.address(of: Bytes32(key)) else {
                return nil
            }
            accounts.append(DevAccount(address: address, privateKey: Bytes32(key)))
        }
        return accounts
    }

    private static let hardened: UInt32 = 1 << 31

    /// A private key and its chain code.
    private struct ExtendedKey {
        let key: UInt256
        let chainCode: [UInt8]

        init?(seed: [UInt8]) {
            self.init(hmac(key: Array("Bitcoin seed".utf8), seed), parent: .zero)
        }

        private init?(_ digest: [UInt8], parent: UInt256) {
            let left = UInt256(bigEndian: digest.prefix(32))
            guard left < Secp256k1.order else { return nil }
            key = left.addingModulo(parent, Secp256k1.order)
            guard !key.isZero else { return nil }
            chainCode = [UInt8](digest.suffix(32))
        }

        func child(_ index: UInt32) -> ExtendedKey? {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: index >> UInt32(24 - 8 * $0)) }
            if index >= hardened {
                return ExtendedKey(hmac(key: chainCode, [0] + key.bigEndianBytes + number), parent: key)
            }
            guard let point = Secp256k1.publicKey(of: Bytes32(key)) else { return nil }
            let compressed = [point[63] & 1 == 0 ? 2 : 3] + point.prefix(32)
            return ExtendedKey(hmac(key: chainCode, compressed + number), parent: key)
        }
    }

    private static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        HMAC(EVP_sha512(), key, Int32(key.count), message, message.count, &digest, nil)
        return digest
    }
}
