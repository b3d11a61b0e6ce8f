public import Chain
public import Foundations

/// What proof of work pays for a block, and for blocks beside the chain.
public enum BlockReward {
    /// A block that did not make it into the chain, named by one that did.
    public struct Ommer: Equatable, Sendable {
        public var beneficiary: Address
        /// How many blocks before the one that names it.
        public var distance: UInt64

        public init(beneficiary: Address, distance: UInt64) {
            self.beneficiary = beneficiary
            self.distance = distance
        }
    }

    /// In wei; nil from Paris on. Sources: Yellow Paper 11.3; EIP-649, EIP-1234 (reductions).
    public static func standard(_ fork: Fork) -> UInt256? {
        if fork >= .paris { return nil }
        let ether = UInt256(1_000_000_000_000_000_000 as UInt64)
        return ether * UInt256(fork >= .constantinople ? 2 : fork >= .byzantium ? 3 : 5 as UInt64)
    }
}
