public import Foundations

#if !hasFeature(Embedded)
    import CSecp256k1
#endif

/// ECDSA over secp256k1, as transactions and the ecrecover precompile use it.
///
/// On the host this is libsecp256k1; guest builds take `PortableSecp256k1`, which tests hold equal to it.
public enum Secp256k1 {
    /// The order of the group.
    public static var order: UInt256 {
        UInt256(
            limbs: 0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff)
    }

    /// Whether s is in the lower half, as transactions must have it from Homestead on. https://eips.ethereum.org/EIPS/eip-2
    public static func isLow(_ s: UInt256) -> Bool { s <= order >> 1 }

    /// The address that signed `hash`, or nil when the signature recovers to no key.
    public static func recoverAddress(hash: Bytes32, yParity: UInt8, r: UInt256, s: UInt256) -> Address? {
        recoverPublicKey(hash: hash, yParity: yParity, r: r, s: s).map(address(ofPublicKey:))
    }

    /// The last 20 bytes of the hash of a public key's 64 bytes.
    public static func address(ofPublicKey key: [UInt8]) -> Address { Address(Keccak256.hash(key).word) }

    /// The uncompressed public key, x then y, 64 bytes, or nil when the signature recovers to no key.
    public static func recoverPublicKey(hash: Bytes32, yParity: UInt8, r: UInt256, s: UInt256) -> [UInt8]? {
        guard yParity <= 1, !r.isZero, !s.isZero, r < order, s < order else { return nil }
        #if hasFeature(Embedded)
            return PortableSecp256k1.recoverPublicKey(hash: hash, yParity: yParity, r: r, s: s)
        #else
            var signature = secp256k1_ecdsa_recoverable_signature()
            var key = secp256k1_pubkey()
            let compact = r.bigEndianBytes + s.bigEndianBytes
            guard
                secp256k1_ecdsa_recoverable_signature_parse_compact(
                    Library.context, &signature, compact, Int32(yParity)) == 1,
                secp256k1_ecdsa_recover(Library.context, &key, &signature, hash.bytes) == 1
            else { return nil }
            return Library.serialize(&key)
        #endif
    }
}

#if !hasFeature(Embedded)
    extension Secp256k1 {
        /// The public key, x then y, 64 bytes, of a private key; nil for zero or a value beyond the group's order.
        public static func publicKey(of privateKey: Bytes32) -> [UInt8]? {
            var key = secp256k1_pubkey()
            guard secp256k1_ec_pubkey_create(Library.context, &key, privateKey.bytes) == 1 else { return nil }
            return Library.serialize(&key)
        }

        /// The address of a private key; nil for zero or a value beyond the group's order.
        public static func address(of privateKey: Bytes32) -> Address? {
            publicKey(of: privateKey).map(address(ofPublicKey:))
        }

        /// Signs deterministically (RFC 6979) with a low s; nil for a key that is none.
        public static func sign(
            hash: Bytes32, privateKey: Bytes32
        ) -> (yParity: UInt8, r: UInt256, s: UInt256)? {
            var signature = secp256k1_ecdsa_recoverable_signature()
            guard
                secp256k1_ecdsa_sign_recoverable(
                    Library.context, &signature, hash.bytes, privateKey.bytes, nil, nil) == 1
            else { return nil }
            var compact = [UInt8](repeating: 0, count: 64)
            var recovery: Int32 = 0
            secp256k1_ecdsa_recoverable_signature_serialize_compact(Library.context, &compact, &recovery, &signature)
            return (
                UInt8(recovery), UInt256(bigEndian: compact.prefix(32)), UInt256(bigEndian: compact.suffix(32))
            )
        }
    }

    private enum Library {
        // libsecp256k1 documents that a context may be used by any number of threads once it is made; it lives as
        // long as the process.
        nonisolated(unsafe) static let context = secp256k1_context_create(
            UInt32(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY))!

        static func serialize(_ key: inout secp256k1_pubkey) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: 65)
            var count = 65
            secp256k1_ec_pubkey_serialize(context, &bytes, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
            return [UInt8](bytes.dropFirst())
        }
    }
#endif
