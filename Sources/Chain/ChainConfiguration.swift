/// Blob limits and pricing in force. Sources: EIP-4844, EIP-7691, EIP-7840, EIP-7892.
public struct BlobParameters: Equatable, Sendable {
    /// Blobs per block.
    public var target: UInt64
    public var max: UInt64
    public var baseFeeUpdateFraction: UInt64

    public init(target: UInt64, max: UInt64, baseFeeUpdateFraction: UInt64) {
        self.target = target
        self.max = max
        self.baseFeeUpdateFraction = baseFeeUpdateFraction
    }
}
