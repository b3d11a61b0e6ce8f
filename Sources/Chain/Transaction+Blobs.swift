import Cryptography
public import Foundations

// Blob transactions travel with their blobs, and are stripped of them before they enter a block.
// https://eips.ethereum.org/EIPS/eip-4844#networking, https://eips.ethereum.org/EIPS/eip-7594#networking

extension Transaction {
    /// Bytes of one blob, of a commitment, and of a proof.
    private static var blobSize: Int { 131_072 }
    private static var pointSize: Int { 48 }
    /// Proofs of one blob in version 1: one per cell of the extended blob.
    private static var cellsPerBlob: Int { 128 }

    /// Reads a transaction as clients send it: a blob transaction may carry its blobs, commitments and proofs, which
    /// are checked for form and against the transaction's hashes, and dropped. The proofs themselves are not verified.
    public init(decodingNetworkForm bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        guard bytes.first == TransactionType.blob.rawValue else {
            try self.init(decoding: bytes)
            return
        }
        let type = try Transaction.type(&decoder)
        var probe = decoder
        var parts = try probe.list()
        guard parts.nextIsList else {
            try self.init(decoding: bytes)
            return
        }
        try self.init(type, &parts)
        try Transaction.checkSidecar(&parts, hashes: blobVersionedHashes)
        try parts.finish()
        try probe.finish()
    }

    /// The lists behind the transaction: blobs, commitments, proofs, with the version in front from version 1 on.
    private static func checkSidecar(_ parts: inout RLPDecoder, hashes: [Bytes32]) throws(RLPError) {
        var proofsPerBlob = 1
        if !parts.nextIsList {
            let position = parts.position
            guard try parts.integer() == 1 else { throw RLPError(.invalidValue, at: position) }
            proofsPerBlob = cellsPerBlob
        }
        try checkStrings(&parts, size: blobSize, count: hashes.count)
        let start = parts.position
        let commitments = try parts.array { (item: inout RLPDecoder) throws(RLPError) in
            try item.string(count: pointSize)
        }
        guard commitments.map(versionedHash) == hashes else { throw RLPError(.invalidValue, at: start) }
        try checkStrings(&parts, size: pointSize, count: hashes.count * proofsPerBlob)
    }

    private static func checkStrings(_ parts: inout RLPDecoder, size: Int, count: Int) throws(RLPError) {
        let start = parts.position
        var items = try parts.list()
        var found = 0
        while !items.isAtEnd {
            let position = items.position
            guard try items.skipString() == size else { throw RLPError(.wrongSize, at: position) }
            found += 1
        }
        guard found == count else { throw RLPError(.wrongItemCount, at: start) }
    }

    /// What the transaction names a blob by: its commitment's hash with version 1 in the first byte.
    private static func versionedHash(_ commitment: [UInt8]) -> Bytes32 {
        let hash = SHA256.hash(commitment).word
        return Bytes32(((hash << 8) >> 8) | (UInt256(1 as UInt64) << 248))
    }
}
