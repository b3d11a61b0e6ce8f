import Derivatives
import EVM
public import Foundations

/// The native contract Pricing at `0x0c02`: options as pure functions.
///
/// All numbers have 18 decimals; tau is in years. `kind` is 0 for a call, 1 for a put; `model` is 0 for Leisen–Reimer
/// (odd steps), 1 for Cox–Ross–Rubinstein, 2 for Jarrow–Rudd.
public enum PricingContract {
    public static var address: Address { Address(0x0c02) }

    /// The functions by selector.
    enum Function: UInt32, CaseIterable {
        case blackScholes = 0x087b_95ea
        case greeks = 0x5fd4_5807
        case black76 = 0x6287_4613
        case impliedVolatility = 0x8577_df71
        case american = 0x1c77_1cf4
        case portfolioGrid = 0x79ca_8203

        var declaration: NativeFunction {
            let strike = NativeParameter("strike", .unsigned(256))
            let tau = NativeParameter("tau", .unsigned(256))
            let sigma = NativeParameter("sigma", .unsigned(256))
            let rate = NativeParameter("rate", .signed(256))
            let yield = NativeParameter("carry", .signed(256))
            let kind = NativeParameter("kind", .unsigned(8))
            let spot = NativeParameter("spot", .unsigned(256))
            let price = NativeParameter("price", .unsigned(256))
            let delta = NativeParameter("delta", .signed(256))
            let greeks = [
                price, delta, NativeParameter("gamma", .unsigned(256)), NativeParameter("vega", .unsigned(256)),
                NativeParameter("theta", .signed(256)), NativeParameter("rho", .signed(256)),
                NativeParameter("vanna", .signed(256)), NativeParameter("volga", .signed(256)),
            ]
            switch self {
            case .blackScholes:
                return NativeFunction(
                    name: "blackScholes", selector: rawValue, inputs: [spot, strike, tau, sigma, rate],
                    outputs: [price, delta])
            case .greeks:
                return NativeFunction(
                    name: "greeks", selector: rawValue, inputs: [kind, spot, strike, tau, sigma, rate, yield],
                    outputs: greeks)
            case .black76:
                return NativeFunction(
                    name: "black76", selector: rawValue,
                    inputs: [kind, NativeParameter("forward", .unsigned(256)), strike, tau, sigma, rate],
                    outputs: greeks)
            case .impliedVolatility:
                return NativeFunction(
                    name: "impliedVolatility", selector: rawValue,
                    inputs: [kind, spot, strike, tau, rate, yield, price], outputs: [sigma])
            case .american:
                return NativeFunction(
                    name: "american", selector: rawValue,
                    inputs: [
                        NativeParameter("model", .unsigned(8)), kind, spot, strike, tau, sigma, rate, yield,
                        NativeParameter("steps", .unsigned(16)),
                    ],
                    outputs: [price, delta, NativeParameter("boundary", .unsigned(256))])
            case .portfolioGrid:
                return NativeFunction(
                    name: "portfolioGrid", selector: rawValue, inputs: PricingContract.gridInputs,
                    outputs: PricingContract.gridOutputs)
            }
        }

        var inputCount: Int {
            switch self {
            case .blackScholes, .portfolioGrid: 5
            case .greeks, .impliedVolatility: 7
            case .black76: 6
            case .american: 9
            }
        }

    }

    /// A lattice's own costs, its steps' and its nodes'.
    static func latticeGas(steps: UInt64) -> UInt64 { 1000 &+ 40 &* steps &+ steps &* steps / 2 }

    static var interface: NativeInterface {
        NativeInterface(
            name: "Pricing", functions: Function.allCases.map { $0.declaration },
            errors: [outOfDomain, overflow, belowIntrinsic, aboveBound, invalidInput])
    }

    static var outOfDomain: NativeRevert {
        NativeRevert(
            name: "OutOfDomain", selector: 0xf2b4_02bb,
            meaning: """
                spot or strike is 0 or 2^96 and more, tau or sigma over 100, |rate| or |carry| over 10 or times tau 40 \
                and more; tau is 0 where a volatility is sought; a lattice without time, volatility or steps, of more \
                than 2047, even where odd ones are wanted, or with probabilities outside (0, 1); a portfolio with more than 16 \
                underlyings, a size of 2^96 and more, a position on an unknown expiry, or credit above 1
                """)
    }

    static var overflow: NativeRevert {
        NativeRevert(name: "Overflow", selector: 0x3527_8d12, meaning: "a result passes 2^255 units")
    }

    static var belowIntrinsic: NativeRevert {
        NativeRevert(
            name: "BelowIntrinsic", selector: 0xe76f_984a,
            meaning: "the price is what the option is worth without volatility, or less")
    }

    static var aboveBound: NativeRevert {
        NativeRevert(
            name: "AboveBound", selector: 0x9520_24f2,
            meaning: "the price is what the option is worth with infinite volatility, or more")
    }

    static var invalidInput: NativeRevert {
        NativeRevert(
            name: "InvalidInput", selector: 0xb4fa_3fb3,
            meaning:
                "the call data is no call of a function of this contract, a list has more elements than it may, or a scenario is none"
        )
    }

    static func run(input: UnsafeRawBufferPointer, gasLimit: UInt64) -> NativeOutcome {
        let refusal = NativeGas.refusal(input.count)
        guard gasLimit >= refusal else { return .outOfGas }
        guard let call = NativeCall(input), let function = Function(rawValue: call.selector),
            call.words.count >= function.inputCount
        else {
            return .revert(gasUsed: refusal, output: invalidInput.output)
        }
        // Lists are paid for before they are read.
        let reading = refusal &+ (function == .portfolioGrid ? GridRequest.readingGas(call) : 0)
        guard gasLimit >= reading else { return .outOfGas }
        guard let request = Request(function, call) else {
            return .revert(gasUsed: reading, output: invalidInput.output)
        }
        let gas = max(request.gas, reading)
        guard gasLimit >= gas else { return .outOfGas }
        do throws(PricingError) {
            return .success(gasUsed: gas, words: try request.results())
        } catch {
            return .revert(gasUsed: gas, output: revert(for: error).output)
        }
    }

    private static func revert(for error: PricingError) -> NativeRevert {
        switch error {
        case .price, .time, .volatility, .rate, .steps, .probability, .portfolio: outOfDomain
        case .overflow: overflow
        case .belowIntrinsic: belowIntrinsic
        case .aboveBound: aboveBound
        }
    }
}

/// A decoded call.
private enum Request {
    case premium(OptionTerms)
    case greeks(OptionTerms)
    case impliedVolatility(OptionTerms, price: UInt256)
    case american(OptionTerms, LatticeModel, steps: Int)
    case grid(GridRequest)

    /// nil when a number does not fit its type.
    init?(_ function: PricingContract.Function, _ call: NativeCall) {
        let x = call.words
        func kind(_ index: Int) -> OptionKind? { call.byte(index).flatMap { OptionKind(rawValue: $0) } }
        switch function {
        case .blackScholes:
            self = .premium(
                OptionTerms(
                    kind: .call, spot: x[0], strike: x[1], tau: x[2], sigma: x[3], rate: x[4], yield: .zero))
        case .greeks:
            guard let kind = kind(0) else { return nil }
            self = .greeks(
                OptionTerms(kind: kind, spot: x[1], strike: x[2], tau: x[3], sigma: x[4], rate: x[5], yield: x[6]))
        case .black76:
            guard let kind = kind(0) else { return nil }
            self = .greeks(
                OptionTerms(kind: kind, forward: x[1], strike: x[2], tau: x[3], sigma: x[4], rate: x[5]))
        case .impliedVolatility:
            guard let kind = kind(0) else { return nil }
            self = .impliedVolatility(
                OptionTerms(kind: kind, spot: x[1], strike: x[2], tau: x[3], sigma: .zero, rate: x[4], yield: x[5]),
                price: x[6])
        case .american:
            guard let model = call.byte(0).flatMap({ LatticeModel(rawValue: $0) }), let kind = kind(1),
                x[8].bitWidth <= 16
            else { return nil }
            self = .american(
                OptionTerms(kind: kind, spot: x[2], strike: x[3], tau: x[4], sigma: x[5], rate: x[6], yield: x[7]),
                model, steps: Int(truncatingIfNeeded: x[8].limb0))
        case .portfolioGrid:
            guard let request = GridRequest(call) else { return nil }
            self = .grid(request)
        }
    }

    var gas: UInt64 {
        switch self {
        case .premium, .greeks: 300
        case .impliedVolatility: 1200
        // Up to the most steps that are taken.
        case .american(_, _, let steps): PricingContract.latticeGas(steps: UInt64(min(steps, Lattice.maximumSteps)))
        case .grid(let request): request.gas
        }
    }

    func results() throws(PricingError) -> [UInt256] {
        switch self {
        case .premium(let terms):
            let value = try BlackScholes.value(terms)
            return [value.price, value.delta]
        case .greeks(let terms):
            let value = try BlackScholes.value(terms)
            return [
                value.price, value.delta, value.gamma, value.vega, value.theta, value.rho, value.vanna, value.volga,
            ]
        case .impliedVolatility(let terms, let price):
            return [try BlackScholes.impliedVolatility(terms, price: price)]
        case .american(let terms, let model, let steps):
            let value = try Lattice.value(terms, model: model, steps: steps, isAmerican: true)
            return [value.price, value.delta, value.boundary.first { !$0.isZero } ?? .zero]
        case .grid(let request): return try request.results()
        }
    }
}
