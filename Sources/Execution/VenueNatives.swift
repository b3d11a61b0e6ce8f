public import EVM
public import Foundations

/// The venue's native contracts, where the chain configuration enables them; none at all elsewhere.
public struct VenueNatives: NativeContracts {
    public let isActive: Bool

    public init(isActive: Bool) {
        self.isActive = isActive
    }

    /// Where the natives live, ascending.
    public static var addresses: [Address] { [FixedPointContract.address, PricingContract.address] }

    public func contains(_ address: Address) -> Bool {
        isActive && (address == FixedPointContract.address || address == PricingContract.address)
    }

    public func run(_ message: NativeMessage, host: inout some NativeHost) -> NativeOutcome {
        message.contract == FixedPointContract.address
            ? FixedPointContract.run(input: message.input, gasLimit: message.gas)
            : PricingContract.run(input: message.input, gasLimit: message.gas)
    }
}
