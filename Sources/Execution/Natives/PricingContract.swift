import EVM
import Foundations

/// The native contract Pricing at `0x0c02`.
enum PricingContract {
    static var address: Address { Address(0x0c02) }

    static func run(input: [UInt8], gasLimit: UInt64) -> NativeOutcome { .outOfGas }
}
