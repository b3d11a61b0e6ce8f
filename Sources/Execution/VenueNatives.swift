public import Derivatives
public import EVM
public import Foundations

/// The venue's native contracts, where the chain configuration enables them; none at all elsewhere.
public struct VenueNatives: NativeContracts {
    public let isActive: Bool
    /// One for all calls of a block, and for its pipeline.
    let americanRows: AmericanRows

    public init(isActive: Bool, americanRows: AmericanRows = AmericanRows()) {
        self.isActive = isActive
        self.americanRows = americanRows
    }

    /// Where the natives live, ascending.
    public static var addresses: [Address] {
        [FixedPointContract.address, PricingContract.address] + VenueContracts.all.map { $0.address }
    }

    public func contains(_ address: Address) -> Bool {
        guard isActive else { return false }
        let word = address.word
        guard word.limb2 == 0, word.limb1 == 0 else { return false }
        return word.limb0 == 0x0c01 || word.limb0 == 0x0c02 || VenueContracts.contract(at: address) != nil
    }

    public func run(_ message: NativeMessage, host: inout some NativeHost) -> NativeOutcome {
        if let contract = VenueContracts.contract(at: message.contract) {
            return VenueContracts.run(contract, message, americanRows, host: &host)
        }
        return message.input.withUnsafeBytes {
            VenueNatives.runPure(message.contract, input: $0, gasLimit: message.gas)
        }
    }

    /// FixedPoint or Pricing, which need no host.
    public static func runPure(_ contract: Address, input: UnsafeRawBufferPointer, gasLimit: UInt64) -> NativeOutcome {
        contract == FixedPointContract.address
            ? FixedPointContract.run(input: input, gasLimit: gasLimit)
            : PricingContract.run(input: input, gasLimit: gasLimit)
    }
}
