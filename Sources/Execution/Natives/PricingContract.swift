import Derivatives
import EVM
public import Foundations

/// The native contract Pricing at `0x0c02`: option prices as pure functions.
///
///     blackScholes(uint256 spot, uint256 strike, uint256 tau, uint256 sigma, int256 rate)
///         → (uint256 price, int256 delta)
///
/// All numbers have 18 decimals; tau is in years.
public enum PricingContract {
    public static var address: Address { Address(0x0c02) }

    static var interface: NativeInterface {
        NativeInterface(
            name: "Pricing", functions: [blackScholes], errors: [outOfDomain, invalidInput])
    }

    static var blackScholes: NativeFunction {
        NativeFunction(
            name: "blackScholes", selector: 0x087b_95ea,
            inputs: [
                NativeParameter("spot", .unsigned(256)), NativeParameter("strike", .unsigned(256)),
                NativeParameter("tau", .unsigned(256)), NativeParameter("sigma", .unsigned(256)),
                NativeParameter("rate", .signed(256)),
            ],
            outputs: [NativeParameter("price", .unsigned(256)), NativeParameter("delta", .signed(256))])
    }

    static var outOfDomain: NativeRevert {
        NativeRevert(
            name: "OutOfDomain", selector: 0xf2b4_02bb,
            meaning:
                "spot or strike is 0 or 2^96 and more, tau or sigma over 100, |rate| over 10 or |rate|*tau 40 and more")
    }

    static var invalidInput: NativeRevert {
        NativeRevert(
            name: "InvalidInput", selector: 0xb4fa_3fb3,
            meaning: "the call data is no call of a function of this contract")
    }

    /// One evaluation takes up to 13 µs on the development machine, where the interpreter's dearest arithmetic opcode
    /// takes about 14 ns per gas: with 1,500 gas a unit buys no more time in here than there.
    static var gas: UInt64 { 1500 }

    /// What reading the selector and refusing costs.
    static var refusalGas: UInt64 { 100 }

    static func run(input: [UInt8], gasLimit: UInt64) -> NativeOutcome {
        guard gasLimit >= refusalGas else { return .outOfGas }
        guard let arguments = blackScholes.arguments(input) else {
            return .revert(gasUsed: refusalGas, output: invalidInput.output)
        }
        guard gasLimit >= gas else { return .outOfGas }
        let words = arguments.map { argument in
            if case .word(let word) = argument { word } else { UInt256.zero }
        }
        do throws(PricingError) {
            let value = try BlackScholes.call(
                spot: words[0], strike: words[1], tau: words[2], sigma: words[3], rate: words[4])
            let output = ABI.encode([.word(value.price), .word(value.delta)], as: blackScholes.outputs.map { $0.type })
            return .success(gasUsed: gas, output: output)
        } catch {
            return .revert(gasUsed: gas, output: outOfDomain.output)
        }
    }
}
