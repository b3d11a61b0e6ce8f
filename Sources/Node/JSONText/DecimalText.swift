public import Foundations

/// Numbers of 18 decimals as people write them.
public enum DecimalText {
    /// `-12.5` and the like, exactly, in two's complement; nil for anything else, and for more than 18 decimals that are
    /// not zeros.
    public static func wad(_ text: some StringProtocol) -> UInt256? {
        guard let number = ScientificNumber(text), number.exponent >= -60 else { return nil }
        var digits = number.digits
        var power = number.exponent + 18
        while power < 0 {
            let (quotient, rest) = digits.dividedReportingRemainder(by: 10)
            guard rest.isZero else { return nil }
            digits = quotient
            power += 1
        }
        guard let scaled = digits.timesPowerOfTen(power), !scaled.isNegative else { return nil }
        return number.isNegative ? scaled.negated : scaled
    }

    /// The number without trailing zeros.
    public static func text(_ wad: UInt256) -> String {
        var digits = decimal(wad.magnitude)
        if digits.count < 19 { digits = String(repeating: "0", count: 19 - digits.count) + digits }
        let whole = digits.dropLast(18)
        var places = digits.suffix(18)
        while places.last == "0" { places.removeLast() }
        return (wad.isNegative ? "-" : "") + whole + (places.isEmpty ? "" : "." + places)
    }

    private static func decimal(_ value: UInt256) -> String {
        var parts: [String] = []
        var rest = value
        repeat {
            let (quotient, part) = rest.dividedReportingRemainder(by: UInt256(1_000_000_000_000_000_000 as UInt64))
            let text = String(part.limb0)
            parts.append(quotient.isZero ? text : String(repeating: "0", count: 18 - text.count) + text)
            rest = quotient
        } while !rest.isZero
        return parts.reversed().joined()
    }
}

/// A decimal number as it stands in a file: ±digits·10^exponent.
public struct ScientificNumber {
    public let isNegative: Bool
    public let digits: UInt256
    public let exponent: Int

    /// nil for what is no number, and for more digits than 256 bits hold.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "e", omittingEmptySubsequences: false)
        guard parts.count <= 2, var mantissa = parts.first else { return nil }
        isNegative = mantissa.first == "-"
        if isNegative { mantissa = mantissa.dropFirst() }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, !halves[0].isEmpty else { return nil }
        let places = halves.count > 1 ? String(halves[1]) : ""
        guard let digits = UInt256(decimal: String(halves[0]) + places) else { return nil }
        self.digits = digits
        var power = 0
        if parts.count > 1 {
            let written = parts[1].first == "+" ? parts[1].dropFirst() : parts[1]
            guard let number = Int(written), abs(number) < 100_000 else { return nil }
            power = number
        }
        exponent = power - places.utf8.count
    }
}

extension UInt256 {
    /// self·10^power; nil beyond 256 bits and for negative powers.
    public func timesPowerOfTen(_ power: Int) -> UInt256? {
        guard power >= 0 else { return nil }
        if isZero { return .zero }
        guard power <= 77 else { return nil }
        var result = self
        for _ in 0..<power {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            result = product
        }
        return result
    }

    /// The number to 53 bits.
    public var approximate: Double {
        Double(limb3) * 0x1p192 + Double(limb2) * 0x1p128 + Double(limb1) * 0x1p64 + Double(limb0)
    }
}
