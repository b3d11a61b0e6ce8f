import EVM
import Execution
import Foundation
import Foundations

/// Calls the natives with seeded garbage and near-garbage, and holds every answer to the interface: results as long as
/// declared, errors of the contract's list, gas within the limit, the same answer twice.
struct NativeFuzzer {
    struct Report {
        var calls = 0
        var successes = 0
        var refusals = 0
        var outOfGas = 0
        /// The first answer that was wrong, and what it answered to.
        var failure: String?
        /// The most thread time that a unit of gas bought, in ns, and the call.
        var dearest = (nanoseconds: 0.0, call: "")
    }

    private let contracts = NativeInterfaceFiles.contracts
    private var random: SeededRandom
    private(set) var report = Report()

    init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: 0x0c02)
    }

    mutating func run(_ count: UInt64) {
        for _ in 0..<count where report.failure == nil { callOnce() }
    }

    private mutating func callOnce() {
        let contract = contracts[random.below(contracts.count)]
        let function = contract.functions[random.below(contract.functions.count)]
        let input = callData(function.selector, function.signature)
        // Mostly little gas, so that the dear calls do not take all the time.
        let gasLimit: UInt64 =
            random.chance(2) ? 30_000_000 : random.chance(100) ? UInt64(random.below(2000)) : 20_000
        let start = processorTime()
        let outcome = input.withUnsafeBytes { VenueNatives.runPure(contract.address, input: $0, gasLimit: gasLimit) }
        let elapsed = processorTime() - start
        report.calls += 1
        var gas = UInt64(0)
        switch outcome {
        case .success(let gasUsed, let output):
            gas = gasUsed
            report.successes += 1
            if !isResult(output, of: function.signature) { fail("a result of \(output.count) bytes", function, input) }
        case .revert(let gasUsed, let output):
            gas = gasUsed
            report.refusals += 1
            let selector = output.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            if output.count != 4 || !contract.errors.contains(where: { UInt64($0.selector) == selector }) {
                fail("no error of the contract: \(Hex.encode(output))", function, input)
            }
        case .outOfGas: report.outOfGas += 1
        }
        if gas > gasLimit { fail("more gas than there was: \(gas)", function, input) }
        if random.chance(10) {
            let again = input.withUnsafeBytes { VenueNatives.runPure(contract.address, input: $0, gasLimit: gasLimit) }
            if again != outcome { fail("another answer to the same call", function, input) }
        }
        guard gas > 0 else { return }
        var best = Double(elapsed)
        if best / Double(gas) > report.dearest.nanoseconds {
            // Only what repeats counts: an interrupt does not.
            for _ in 0..<5 {
                let start = processorTime()
                _ = input.withUnsafeBytes { VenueNatives.runPure(contract.address, input: $0, gasLimit: gasLimit) }
                best = min(best, Double(processorTime() - start))
            }
            if best / Double(gas) > report.dearest.nanoseconds {
                report.dearest = (best / Double(gas), "\(name(function.signature)) for \(gas) gas")
            }
        }
    }

    private mutating func fail(_ what: String, _ function: (signature: String, selector: UInt32), _ input: [UInt8]) {
        report.failure = "\(function.signature): \(what)\n  input \(Hex.encode(input))"
    }

    private func name(_ signature: String) -> String { String(signature.prefix { $0 != "(" }) }

    private func isResult(_ output: [UInt8], of signature: String) -> Bool {
        switch name(signature) {
        case "blackScholes": return output.count == 64
        case "greeks", "black76": return output.count == 256
        case "american": return output.count == 96
        case "portfolioGrid":
            guard output.count >= 96, UInt256(bigEndian: output[32..<64]) == 64 else { return false }
            return UInt256(bigEndian: output[64..<96]) == UInt256(UInt64(output.count / 32 - 3))
                && output.count % 32 == 0
        default: return output.count == 32
        }
    }
}

// MARK: - Inputs

extension NativeFuzzer {
    private mutating func callData(_ selector: UInt32, _ signature: String) -> [UInt8] {
        var input = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: selector >> $0) }
        if name(signature) == "portfolioGrid" {
            input += portfolio()
        } else {
            let types = signature.drop { $0 != "(" }.dropFirst().dropLast().split(separator: ",")
            for type in types { input += argument(type).bigEndianBytes }
        }
        // Three calls in four are as they should be in form.
        if random.chance(750) { return input }
        switch random.below(5) {
        case 0: input.removeLast(min(input.count, 1 + random.below(40)))
        case 1: input += random.bytes(random.below(80))
        case 2: input = random.bytes(random.below(400))
        case 3: input.removeLast(random.below(input.count + 1))
        default:
            for _ in 0...random.below(4) {
                input[random.below(input.count)] = UInt8(truncatingIfNeeded: random.next())
            }
        }
        return input
    }

    private mutating func argument(_ type: Substring) -> UInt256 {
        switch type {
        case "uint8": return random.chance(950) ? UInt256(UInt64(random.below(5))) : number()
        case "uint16":
            return random.chance(900) ? UInt256(UInt64(2 * random.below(random.chance(10) ? 1100 : 60) + 1)) : number()
        default: return number()
        }
    }

    /// A number of 18 decimals as markets have it, or one at an edge, or anything.
    private mutating func number() -> UInt256 {
        let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
        let value: UInt256
        switch random.below(12) {
        case 0...4: value = wad / UInt256(UInt64(1 + random.below(1000))) &* UInt256(UInt64(1 + random.below(1000)))
        case 5, 6: value = UInt256(random.next() % 3_000_000_000_000_000_000)
        case 7: value = wad &* UInt256(random.next() % 100_000)
        case 8: value = random.word() >> UInt64(160 + random.below(96))
        case 9: value = random.word() >> UInt64(random.below(256))
        case 10: value = UInt256.one << UInt64(random.below(256))
        default:
            value = random.pick([
                .zero, .one, .max, .one << 255, (.one << 255) - 1, (.one << 96) - 1, .one << 96, wad, 100 &* wad,
                100 &* wad &+ 1, 10 &* wad, 40 &* wad, 8 &* wad,
            ])
        }
        return random.chance(80) ? value.negated : value
    }

    private mutating func portfolio() -> [UInt8] {
        let counts = [
            random.below(4), random.below(random.chance(20) ? 40 : 5), random.below(random.chance(50) ? 70 : 3),
        ]
        let underlyings = 1 + random.below(3)
        var heads: [UInt256] = [UInt256(UInt64(underlyings)), random.chance(900) ? 500_000_000_000_000_000 : number()]
        var tails: [UInt256] = []
        for (list, count) in counts.enumerated() {
            heads.append(UInt256(UInt64(32 * (5 + tails.count))))
            tails.append(UInt256(UInt64(random.chance(980) ? count : random.below(2000))))
            for _ in 0..<count { tails += element(list, underlyings, counts[0]) }
        }
        if random.chance(30) { heads[2 + random.below(3)] = number() }
        return (heads + tails).flatMap { $0.bigEndianBytes }
    }

    private mutating func element(_ list: Int, _ underlyings: Int, _ expiries: Int) -> [UInt256] {
        let wad = UInt256(1_000_000_000_000_000_000 as UInt64)
        func small(_ count: Int, _ random: inout SeededRandom) -> UInt256 {
            UInt256(UInt64(random.chance(990) ? random.below(max(count, 1)) : random.below(100)))
        }
        var words: [UInt256]
        switch list {
        case 0:
            words = [
                small(underlyings, &random), wad &* UInt256(UInt64(1 + random.below(100))),
                wad &* UInt256(UInt64(1 + random.below(100))), UInt256(random.next() >> 3), UInt256(random.next() >> 6),
            ]
        case 1:
            let kind = random.chance(950) ? random.below(4) : random.below(7)
            words = [
                UInt256(UInt64(kind)), small(kind == 0 ? underlyings : expiries, &random),
                wad &* UInt256(UInt64(1 + random.below(200))), UInt256(random.next() >> 3), number(),
            ]
        default:
            words = [
                UInt256(random.next() >> 3), small(5, &random), UInt256(random.next() % 1_000_000_000_000_000_000),
            ]
        }
        if random.chance(40) { words[random.below(words.count)] = number() }
        return words
    }

    /// This thread's processor time in nanoseconds: what others do on the machine does not count.
    private func processorTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
