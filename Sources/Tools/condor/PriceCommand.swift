import Derivatives
import Foundations
import JSONText

extension Command {
    static let price = Command(
        name: "price", summary: "Price options, or check the library against golden files.",
        positional: "[check FILE… | laws | unrounded FUNCTION]",
        options: [
            Option(name: "kind", value: "KIND", help: "call or put (default call)"),
            Option(name: "spot", value: "X", help: "price of the underlying"),
            Option(name: "forward", value: "X", help: "its forward price instead (Black-76)"),
            Option(name: "strike", value: "X[,X…]", help: "strike; several give a chain"),
            Option(name: "days", value: "N", help: "days to expiry, in years of 365"),
            Option(name: "tau", value: "X", help: "years to expiry instead"),
            Option(name: "sigma", value: "X", help: "volatility per year, 0.55 for 55 %"),
            Option(name: "price", value: "X", help: "a price instead: gives its implied volatility, and what follows"),
            Option(name: "rate", value: "X", help: "rate of interest per year (default 0)"),
            Option(name: "yield", value: "X", help: "yield of the underlying per year (default 0)"),
            Option(name: "american", help: "with exercise at any time"),
            Option(
                name: "model", value: "NAME", help: "lattice lr, crr or jr, or integral for the equation (default lr)"),
            Option(name: "steps", value: "N", help: "the lattice's steps (default 101)"),
            Option(
                name: "count", value: "N",
                help:
                    "laws: random calls of the natives, and a tenth as many options; unrounded: arguments (default 100000)"
            ),
            Option(name: "seed", value: "N", help: "laws, unrounded: which random ones (default 1)"),
            Option(name: "fast", help: "unrounded: the fast path only"),
            Option(name: "json", help: "as JSON"),
        ],
        notes: """
            Numbers are exact decimals with up to 18 places, and results are those of the natives FixedPoint and Pricing.
            `condor price check FILE…` reads golden CSV files (formats and limits: docs/quant.md), prints the worst rows
            and ends with `N passed, N failed`; exit code 1 on any failure. `condor price laws` calls the natives with
            garbage and near-garbage, holds put-call parity on random options, and the order of neighbours across every
            edge of the functions' tables. `condor price unrounded FUNCTION` prints what a function computes before it
            rounds, for Scripts/check-bounds. Benchmarks/quant.py times the library.

            Example: condor price --spot 104210 --strike 114631 --days 7 --sigma 0.55 --rate 0.04
            """
    ) { arguments in
        if let word = arguments.positional.first {
            let count = try arguments.integer("count", default: 100_000, in: 1...1_000_000_000)
            let seed = try arguments.integer("seed", default: 1, in: 0...UInt64.max)
            if word == "laws", arguments.positional.count == 1 { return checkLaws(count: count, seed: seed) }
            if word == "unrounded" {
                let isFast = arguments.flag("fast")
                guard arguments.positional.count == 2,
                    let lines = PriceUnrounded.lines(
                        arguments.positional[1], count: count, seed: seed, isFast: isFast)
                else {
                    throw UsageError(
                        message: "unrounded takes one of \(PriceUnrounded.functions.joined(separator: ", "))")
                }
                print(lines.joined(separator: "\n"))
                return 0
            }
            guard word == "check" else {
                throw UsageError(message: "unknown argument '\(word)'; accepted: check FILE…, laws, unrounded FUNCTION")
            }
            let files = Array(arguments.positional.dropFirst())
            guard !files.isEmpty else { throw UsageError(message: "check needs files") }
            return checkGoldenFiles(files)
        }
        let request = try PriceRequest(arguments)
        let quotes = try request.strikes.map { strike in try request.quote(strike: strike) }
        print(arguments.flag("json") ? PriceReport.json(quotes) : PriceReport.table(quotes))
        return 0
    }

    private static func checkLaws(count: UInt64, seed: UInt64) -> Int32 {
        var fuzzer = NativeFuzzer(seed: seed)
        fuzzer.run(count)
        let report = fuzzer.report
        let (dearest, call) = report.dearest
        print(
            """
            natives: \(report.calls) calls, \(report.successes) with a result, \(report.refusals) refused, \
            \(report.outOfGas) out of gas; at most \(Double(Int(dearest * 10)) / 10) ns per gas (\(call))
            """)
        if let failure = report.failure { print("FAIL \(failure)") }
        let parity = PriceLaws.parity(count: max(1, count / 10), seed: seed)
        print(
            "put-call parity: \(parity.passed) options, \(parity.failed) failed, off by \(parity.worst.limb0) units at most"
        )
        let edges = PriceLaws.edges()
        print(
            "neighbours: \(edges.passed) in order, \(edges.failed) not\(edges.failed > 0 ? ", first \(edges.first)" : "")"
        )
        let failed = (report.failure == nil ? 0 : 1) + parity.failed + edges.failed
        print("\(report.calls + parity.passed + edges.passed) passed, \(failed) failed")
        return failed == 0 ? 0 : 1
    }

    private static func checkGoldenFiles(_ files: [String]) -> Int32 {
        var (passed, failed) = (0, 0)
        for file in files {
            do throws(GoldenError) {
                let report = try GoldenCheck.check(file)
                passed += report.passed
                failed += report.failed
                let skipped = report.skipped > 0 ? ", \(report.skipped) skipped (inputs beyond 18 decimals)" : ""
                print("\(file): \(report.passed) passed, \(report.failed) failed\(skipped)")
                for (row, outcome) in report.worst {
                    let share =
                        outcome.share.isFinite ? "\(Double(Int(outcome.share * 1e4)) / 1e4) of the limit" : "fails"
                    print("  line \(row.line): \(share), \(outcome.detail)")
                    if outcome.share > 1 { print("    \(row.text)") }
                }
            } catch {
                failed += 1
                print("\(file): FAIL \(error)")
            }
        }
        print("\(passed) passed, \(failed) failed")
        return failed == 0 ? 0 : 1
    }
}

/// What the options ask for.
private struct PriceRequest {
    private let base: OptionTerms
    let strikes: [UInt256]
    private let price: UInt256?
    private let lattice: (model: LatticeModel, steps: Int)?
    private let isIntegral: Bool

    init(_ arguments: Arguments) throws {
        func number(_ name: String, default fallback: UInt256? = nil) throws -> UInt256 {
            guard let text = arguments.value(name) else {
                guard let fallback else { throw UsageError(message: "--\(name) is required") }
                return fallback
            }
            guard let wad = DecimalText.wad(text) else {
                throw UsageError(message: "--\(name) takes a decimal number of up to 18 places, not '\(text)'")
            }
            return wad
        }
        let kinds: [String: OptionKind] = ["call": .call, "put": .put]
        guard let kind = kinds[arguments.value("kind") ?? "call"] else {
            throw UsageError(message: "--kind takes call or put")
        }
        let tau: UInt256
        if arguments.value("tau") != nil {
            tau = try number("tau")
        } else {
            tau = try number("days") / UInt256(365)
        }
        let rate = try number("rate", default: .zero)
        let isForward = arguments.value("forward") != nil
        if isForward, arguments.value("spot") != nil || arguments.value("yield") != nil {
            throw UsageError(message: "--forward stands for --spot and --yield")
        }
        price = arguments.value("price") == nil ? nil : try number("price")
        let sigma = price == nil ? try number("sigma") : .zero
        base = OptionTerms(
            kind: kind, spot: try number(isForward ? "forward" : "spot"), strike: .one, tau: tau, sigma: sigma,
            rate: rate, yield: isForward ? rate : try number("yield", default: .zero))
        guard let list = arguments.value("strike") else { throw UsageError(message: "--strike is required") }
        strikes = try list.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let wad = DecimalText.wad(text) else {
                throw UsageError(message: "--strike takes decimal numbers of up to 18 places, not '\(text)'")
            }
            return wad
        }
        isIntegral = arguments.flag("american") && arguments.value("model") == "integral"
        if arguments.flag("american"), !isIntegral {
            let models: [String: LatticeModel] = ["lr": .leisenReimer, "crr": .coxRossRubinstein, "jr": .jarrowRudd]
            guard let model = models[arguments.value("model") ?? "lr"] else {
                throw UsageError(message: "--model takes lr, crr, jr or integral")
            }
            lattice = (model, Int(try arguments.integer("steps", default: 101, in: 1...UInt64(Lattice.maximumSteps))))
        } else {
            lattice = nil
        }
    }

    func quote(strike: UInt256) throws -> [(name: String, value: UInt256)] {
        var terms = base
        terms.strike = strike
        do throws(PricingError) {
            if let price { terms.sigma = try BlackScholes.impliedVolatility(terms, price: price) }
            var columns = [("strike", strike), ("sigma", terms.sigma)]
            if let lattice {
                let value = try Lattice.value(terms, model: lattice.model, steps: lattice.steps, isAmerican: true)
                let european = try BlackScholes.value(terms)
                let boundary = value.boundary.first { !$0.isZero } ?? .zero
                columns += [
                    ("price", value.price), ("delta", value.delta), ("boundary", boundary),
                    ("european", european.price),
                ]
            } else if isIntegral {
                let value = try American.value(terms)
                columns += [
                    ("price", value.price), ("boundary", value.boundary), ("european", value.european),
                ]
            } else {
                let value = try BlackScholes.value(terms)
                columns += [
                    ("price", value.price), ("delta", value.delta), ("gamma", value.gamma), ("vega", value.vega),
                    ("theta", value.theta), ("rho", value.rho), ("vanna", value.vanna), ("volga", value.volga),
                ]
            }
            return columns
        } catch {
            throw UsageError(message: "strike \(DecimalText.text(strike)): \(PriceReport.reason(error))")
        }
    }
}

private enum PriceReport {
    static func reason(_ error: PricingError) -> String {
        switch error {
        case .price: "spot and strike must be positive and below 2^96 units of 1e-18"
        case .time: "the time to expiry must be at most 100 years, and positive for lattices and implied volatilities"
        case .volatility: "the volatility must be at most 100, and positive for lattices"
        case .rate: "rates must be within ±10, and times the time to expiry below 40"
        case .overflow: "a result passes 2^255 units of 1e-18"
        case .belowIntrinsic: "the price is what the option is worth without volatility, or less"
        case .aboveBound: "the price is what the option is worth with infinite volatility, or more"
        case .steps: "Leisen and Reimer's lattice takes an odd number of steps"
        case .probability: "the lattice's probabilities leave (0, 1): take more steps"
        case .portfolio: "the portfolio passes a cap, or a position stands on an unknown expiry"
        }
    }

    /// One option down the page, several as a table to 10 significant places.
    static func table(_ quotes: [[(name: String, value: UInt256)]]) -> String {
        if quotes.count == 1 {
            return quotes[0].map { $0.name.padded(to: 10) + DecimalText.text($0.value) }.joined(separator: "\n")
        }
        var rows = [quotes[0].map(\.name)]
        rows += quotes.map { quote in quote.map { short(DecimalText.text($0.value)) } }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Cut behind the sixth decimal.
    private static func short(_ text: String) -> String {
        guard let point = text.firstIndex(of: ".") else { return text }
        return String(text[..<point] + text[point...].prefix(7))
    }

    static func json(_ quotes: [[(name: String, value: UInt256)]]) -> String {
        var writer = JSONWriter()
        writer.array(quotes) { writer, quote in
            writer.object { writer in
                for (name, value) in quote {
                    writer.key(name)
                    writer.value(DecimalText.text(value))
                }
            }
        }
        return writer.text
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
