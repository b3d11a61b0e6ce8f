import Derivatives
import EVM
public import Foundations

/// The native contract FixedPoint at `0x0c01`: elementary functions on numbers of 18 decimals, correctly rounded.
///
/// Every function takes the rounding last: 0 nearest, ties to even · 1 toward zero · 2 away from zero · 3 down · 4 up.
public enum FixedPointContract {
    public static var address: Address { Address(0x0c01) }

    /// The functions by selector.
    enum Function: UInt32, CaseIterable {
        case exp = 0x3bec_d33f
        case exp2 = 0x0dae_1785
        case ln = 0x1683_1f7b
        case log2 = 0x2bc5_5222
        case sqrt = 0xae2a_ffdd
        case pow = 0xf44d_e28a
        case erf = 0xeed8_8742
        case erfc = 0xef93_51b6
        case normalDensity = 0xb947_4088
        case normalDistribution = 0x56ee_196b
        case normalQuantile = 0xbd7c_1b64
        case mulDiv = 0x1a13_4248

        var declaration: NativeFunction {
            let signed = [NativeParameter("x", .signed(256)), rounding]
            let unsigned = [NativeParameter("x", .unsigned(256)), rounding]
            switch self {
            case .exp: return function("exp", signed, .unsigned(256))
            case .exp2: return function("exp2", signed, .unsigned(256))
            case .ln: return function("ln", unsigned, .signed(256))
            case .log2: return function("log2", unsigned, .signed(256))
            case .sqrt: return function("sqrt", unsigned, .unsigned(256))
            case .pow:
                let inputs = [NativeParameter("x", .unsigned(256)), NativeParameter("y", .signed(256)), rounding]
                return function("pow", inputs, .unsigned(256))
            case .erf: return function("erf", signed, .signed(256))
            case .erfc: return function("erfc", signed, .unsigned(256))
            case .normalDensity: return function("normalDensity", signed, .unsigned(256))
            case .normalDistribution: return function("normalDistribution", signed, .unsigned(256))
            case .normalQuantile:
                return function("normalQuantile", [NativeParameter("p", .unsigned(256)), rounding], .signed(256))
            case .mulDiv:
                let inputs = [
                    NativeParameter("a", .unsigned(256)), NativeParameter("b", .unsigned(256)),
                    NativeParameter("c", .unsigned(256)), rounding,
                ]
                return function("mulDiv", inputs, .unsigned(256))
            }
        }

        private var rounding: NativeParameter { NativeParameter("rounding", .unsigned(8)) }

        private func function(_ name: StaticString, _ inputs: [NativeParameter], _ output: ABIType) -> NativeFunction {
            NativeFunction(
                name: name, selector: rawValue, inputs: inputs, outputs: [NativeParameter("result", output)])
        }

        /// Arguments before the rounding.
        var operands: Int { self == .mulDiv ? 3 : self == .pow ? 2 : 1 }

        /// Results that pass 2^100 units need the exact path, and powers that may be whole or in the middle; they pay
        /// for it. Whether they may is told from the arguments alone.
        func gas(_ words: [UInt256]) -> UInt64 {
            let one = UInt256(1_000_000_000_000_000_000 as UInt64)
            let x = words[0]
            switch self {
            case .mulDiv: return 40
            case .normalQuantile: return 400
            case .exp: return x.isNegative || x < 28 &* one ? 100 : 900
            case .exp2: return x.isNegative || x < 40 &* one ? 100 : 900
            case .pow:
                // |log₂ x| < distance, so that the result is below 2^(distance·(⌊|y|⌋ + 1)).
                let width = x.bitWidth
                let distance = width > 60 ? width &- 59 : 60 &- width
                let whole = words[1].magnitude / one
                let isSmall = whole < 40 && distance &* (whole.limb0 &+ 1) < 40
                return isSmall && !Function.mayBeExact(x, words[1]) ? 160 : 2000
            default: return 100
            }
        }

        /// Whether x^y may be a whole number of half units.
        ///
        /// With x and y in lowest terms, y's denominator q must be a root that x has: beyond 512 only 1 has. For a whole
        /// y = n > 0 the powers of 2 and 5 in x's denominator count n times, and 2^19·5^18 is all there is room for.
        private static func mayBeExact(_ x: UInt256, _ y: UInt256) -> Bool {
            let size = y.magnitude
            let (twos, fives) = (18 &- factors(of: 2, in: size), 18 &- factors(of: 5, in: size))
            var root: UInt64 = 1 << twos
            for _ in 0..<fives { root = root > 512 ? root : root &* 5 }
            if root > 512 { return false }
            if root > 1 || y.isNegative { return true }
            let n = (size / UInt256(1_000_000_000_000_000_000)).clampedToUInt64
            return n < 20 && n &* (18 &- factors(of: 2, in: x)) <= 19 && n &* (18 &- factors(of: 5, in: x)) <= 18
        }

        /// How often a number that is not zero can be divided, up to 18 times.
        private static func factors(of divisor: UInt64, in value: UInt256) -> UInt64 {
            var (rest, count) = (value, 0 as UInt64)
            while count < 18, !rest.isZero {
                let (quotient, remainder) = rest.dividedReportingRemainder(by: UInt256(divisor))
                if !remainder.isZero { break }
                rest = quotient
                count &+= 1
            }
            return count
        }
    }

    static var interface: NativeInterface {
        NativeInterface(
            name: "FixedPoint", functions: Function.allCases.map { $0.declaration },
            errors: [outOfDomain, overflow, invalidInput])
    }

    static var outOfDomain: NativeRevert {
        NativeRevert(
            name: "OutOfDomain", selector: 0xf2b4_02bb,
            meaning: "the logarithm of 0, a negative power of 0, a division by 0, or a quantile of 0 or of 1 and more")
    }

    static var overflow: NativeRevert {
        NativeRevert(
            name: "Overflow", selector: 0x3527_8d12,
            meaning: "the result passes 2^255 units (2^256 for mulDiv)")
    }

    static var invalidInput: NativeRevert {
        NativeRevert(
            name: "InvalidInput", selector: 0xb4fa_3fb3,
            meaning: "the call data is no call of a function of this contract, or the rounding is above 4")
    }

    static func run(input: UnsafeRawBufferPointer, gasLimit: UInt64) -> NativeOutcome {
        let refusal = NativeGas.refusal(input.count)
        guard gasLimit >= refusal else { return .outOfGas }
        guard let call = NativeCall(input), let function = Function(rawValue: call.selector),
            call.words.count > function.operands,
            let rounding = call.byte(function.operands).flatMap({ Rounding(rawValue: $0) })
        else {
            return .revert(gasUsed: refusal, output: invalidInput.output)
        }
        let gas = max(function.gas(call.words), refusal)
        guard gasLimit >= gas else { return .outOfGas }
        do throws(FixedPointError) {
            return .success(gasUsed: gas, words: [try evaluate(function, call.words, rounding)])
        } catch {
            return .revert(gasUsed: gas, output: (error == .domain ? outOfDomain : overflow).output)
        }
    }

    private static func evaluate(
        _ function: Function, _ words: [UInt256], _ rounding: Rounding
    ) throws(FixedPointError) -> UInt256 {
        let x = words[0]
        switch function {
        case .exp: return try FixedPoint.exponential(x, rounding: rounding)
        case .exp2: return try FixedPoint.exponential2(x, rounding: rounding)
        case .ln: return try FixedPoint.naturalLogarithm(x, rounding: rounding)
        case .log2: return try FixedPoint.logarithm2(x, rounding: rounding)
        case .sqrt: return FixedPoint.squareRoot(x, rounding: rounding)
        case .pow: return try FixedPoint.power(x, words[1], rounding: rounding)
        case .erf: return FixedPoint.errorFunction(x, rounding: rounding)
        case .erfc: return FixedPoint.complementaryErrorFunction(x, rounding: rounding)
        case .normalDensity: return FixedPoint.normalDensity(x, rounding: rounding)
        case .normalDistribution: return FixedPoint.normalDistribution(x, rounding: rounding)
        case .normalQuantile: return try FixedPoint.normalQuantile(x, rounding: rounding)
        case .mulDiv: return try FixedPoint.multiplyDivide(x, words[1], words[2], rounding: rounding)
        }
    }
}
