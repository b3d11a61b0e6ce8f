import Derivatives
import Foundations

/// `condor price unrounded FUNCTION`: what a function computes before it rounds, for Scripts/check-bounds.
enum PriceUnrounded {
    private static let names: [(name: String, function: Unrounded)] = [
        ("exp", .exp), ("exp2", .exp2), ("ln", .ln), ("log2", .log2), ("erf", .erf), ("erfc", .erfc),
        ("normalDensity", .normalDensity), ("normalDistribution", .normalDistribution),
        ("normalQuantile", .normalQuantile),
    ]

    /// Everything there is: with two arguments, and an option's terms.
    static var functions: [String] { names.map(\.name) + ["pow", "european"] }

    static func lines(_ name: String, count: UInt64, seed: UInt64, isFast: Bool) -> [String]? {
        if name == "pow" { return powers(count: count, seed: seed, isFast: isFast) }
        if name == "european" { return europeans(count: count, seed: seed) }
        return names.first { $0.name == name }.map { lines($0.function, count: count, seed: seed, isFast: isFast) }
    }

    private static func text(_ value: Real) -> String {
        "\(value.isNegative ? "-" : "+") \(String(value.mantissa, radix: 16)) \(value.exponent - 127)"
    }

    /// The same for x^y, both printed.
    private static func powers(count: UInt64, seed: UInt64, isFast: Bool) -> [String] {
        var random = SeededRandom(seed: seed, stream: 99)
        let errors = Unrounded.powerErrors
        var lines = ["relative \(errors.fast) \(errors.wide)"]
        while lines.count <= count {
            let x = random.word() >> UInt64(140 + random.below(110))
            let size = random.word() >> UInt64(188 + random.below(60))
            let y = random.chance(500) ? size : size.negated
            if x.isZero || y.isZero { continue }
            let product = Unrounded.powerExponent(x, y)
            guard product.exponent < 6 else { continue }
            var line = "\(signed(x)) \(signed(y)) \(text(Unrounded.power(exponent: product)))"
            if !isFast {
                let (value, exponent) = Unrounded.widePower(x, y)
                line += " \(hexadecimal(value.high))\(hexadecimal(value.low)) \(exponent)"
            }
            lines.append(line)
        }
        return lines
    }

    /// Kind, spot, strike, τ, σ, rate and yield of an option; price, delta, gamma, vega, theta, rho, vanna and volga.
    private static func europeans(count: UInt64, seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed, stream: 98)
        let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
        var lines: [String] = []
        while lines.count < count {
            let spot = wad &* UInt256(UInt64(1 + random.below(100_000))) / 100
            let strike =
                spot &* UInt256(UInt64(random.chance(800) ? 500 + random.below(1500) : 10 + random.below(9000))) / 1000
            let terms = OptionTerms(
                kind: random.chance(500) ? .call : .put, spot: spot, strike: strike &+ .one,
                tau: UInt256(random.next() >> UInt64(2 + random.below(12))),
                sigma: UInt256(random.next() >> UInt64(2 + random.below(8))),
                rate: UInt256(random.next() >> 6), yield: UInt256(random.next() >> 6).negated)
            guard let value = try? EuropeanValue(terms) else { continue }
            let numbers = [
                value.price, value.delta, value.gamma, value.vega, value.theta, value.rho, value.vanna, value.volga,
            ]
            let inputs = [terms.spot, terms.strike, terms.tau, terms.sigma, terms.rate, terms.yield]
            lines.append(
                "\(terms.kind == .call ? "call" : "put") \(inputs.map(signed).joined(separator: " ")) "
                    + numbers.map(text).joined(separator: " "))
        }
        return lines
    }

    /// A first line `relative|absolute FAST WIDE` with the stated errors' exponents, then a line for each random argument:
    /// the argument (18 decimals), the fast path's sign, mantissa and exponent − 127, and unless `isFast` the exact path's
    /// 512 bits in two's complement (448 binary places) and exponent.
    private static func lines(_ function: Unrounded, count: UInt64, seed: UInt64, isFast: Bool) -> [String] {
        var random = SeededRandom(seed: seed, stream: UInt64(function.rawValue))
        var lines = ["\(function.isRelative ? "relative" : "absolute") \(function.fastError) \(function.wideError)"]
        for _ in 0..<count {
            let x = argument(function, &random)
            let fast = function.fast(x)
            var line = "\(signed(x)) \(text(fast))"
            if !isFast {
                let (value, exponent) = function.wide(x)
                line += " \(hexadecimal(value.high))\(hexadecimal(value.low)) \(exponent)"
            }
            lines.append(line)
        }
        return lines
    }

    private static func signed(_ x: UInt256) -> String { (x.isNegative ? "-0x" : "0x") + hexadecimal(x.magnitude) }

    private static func hexadecimal(_ word: UInt256) -> String { Hex.encode(word.bigEndianBytes) }

    /// Of all sizes in the domain, small ones as often as large ones.
    private static func argument(_ function: Unrounded, _ random: inout SeededRandom) -> UInt256 {
        let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
        func below(_ limit: UInt256) -> UInt256 {
            while true {
                let word = random.word() >> (256 - 1 - UInt64(random.below(Int(limit.bitWidth))))
                if word < limit, !word.isZero { return word }
            }
        }
        let isNegative = random.chance(500)
        switch function {
        case .exp: return isNegative ? below(43 &* wad).negated : below(135 &* wad)
        case .exp2: return isNegative ? below(62 &* wad).negated : below(195 &* wad)
        case .ln, .log2:
            if random.chance(300) { return isNegative ? wad &- below(wad >> 4) : wad &+ below(wad >> 4) }
            return below(.one << 255)
        case .erf, .erfc: return isNegative ? below(8 &* wad).negated : below(8 &* wad)
        case .normalDensity: return below(9 &* wad)
        case .normalDistribution: return isNegative ? below(9 &* wad).negated : below(9 &* wad)
        case .normalQuantile: return isNegative ? wad &- below(wad >> 1) : below(wad >> 1)
        }
    }
}
