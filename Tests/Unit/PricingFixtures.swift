import Foundation
import Foundations

/// The golden data of `../shared/fixtures/pricing`: computed by mpmath at 160 digits.
enum PricingFixtures {
    /// The rows of a file as columns by name.
    static func rows(_ file: String) throws -> [[String: String]] {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/fixtures/pricing/\(file).csv").path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FixtureUnavailable(description: "the golden data is missing: \(path)")
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let names = lines[0].split(separator: ",").map(String.init)
        return lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(names, cells))
        }
    }
}

/// A decimal number as integer digits and a power of ten.
struct DecimalText {
    let isNegative: Bool
    let digits: UInt256
    let exponent: Int

    /// Nil when the digits pass 256 bits.
    init?(_ text: String) {
        let parts = text.split(separator: "e")
        var mantissa = parts[0]
        isNegative = mantissa.first == "-"
        if isNegative { mantissa = mantissa.dropFirst() }
        let halves = mantissa.split(separator: ".")
        let places = halves.count > 1 ? String(halves[1]) : ""
        guard let digits = UInt256(decimal: String(halves[0]) + places) else { return nil }
        self.digits = digits
        exponent = (parts.count > 1 ? Int(parts[1])! : 0) - places.count
    }

    /// The number with 18 decimals when that is exact, in two's complement.
    var exactWad: UInt256? {
        var (value, power) = (digits, exponent + 18)
        while power < 0 {
            let (quotient, remainder) = value.dividedReportingRemainder(by: 10)
            if !remainder.isZero { return nil }
            (value, power) = (quotient, power + 1)
        }
        guard let scaled = DecimalText.scaled(value, power) else { return nil }
        return isNegative ? scaled.negated : scaled
    }

    /// The nearest number with 18 decimals, in two's complement; nil beyond 256 bits.
    var nearestWad: UInt256? {
        let power = exponent + 18
        let magnitude: UInt256
        if power >= 0 {
            guard let scaled = DecimalText.scaled(digits, power) else { return nil }
            magnitude = scaled
        } else if let divisor = DecimalText.scaled(.one, -power) {
            magnitude = (digits + (divisor >> 1)) / divisor
        } else {
            magnitude = .zero
        }
        return isNegative ? magnitude.negated : magnitude
    }

    private static func scaled(_ value: UInt256, _ power: Int) -> UInt256? {
        var result = value
        for _ in 0..<power {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        return result
    }
}

/// |a − b| of two's complement words.
func distance(_ a: UInt256, _ b: UInt256) -> UInt256 { (a &- b).magnitude }
