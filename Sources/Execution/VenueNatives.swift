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
        message.input.withUnsafeBytes { VenueNatives.runPure(message.contract, input: $0, gasLimit: message.gas) }
    }

    /// FixedPoint or Pricing, which need no host.
    public static func runPure(_ contract: Address, input: UnsafeRawBufferPointer, gasLimit: UInt64) -> NativeOutcome {
        contract == FixedPointContract.address
            ? FixedPointContract.run(input: input, gasLimit: gasLimit)
            : PricingContract.run(input: input, gasLimit: gasLimit)
    }
}
