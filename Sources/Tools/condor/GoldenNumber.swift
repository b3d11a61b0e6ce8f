import Derivatives
import Foundation
import Foundations
import JSONText

/// An exact number of a golden file against results of 18 decimals.
struct GoldenNumber {
    private let number: ScientificNumber
    /// The power of ten of the last digit, in units of 1e-18.
    private let power: Int

    init(_ text: some StringProtocol) throws(GoldenError) {
        guard let number = ScientificNumber(text) else { throw .notANumber(String(text)) }
        self.number = number
        power = number.exponent + 18
    }

    var approximate: Double {
        (number.isNegative ? -1 : 1) * number.digits.approximate * pow(10, Double(number.exponent))
    }
    var isNegative: Bool { number.isNegative }

    /// |result − number| in units of 1e-18.
    func distance(to result: UInt256) -> Double {
        let sameSign = result.isZero || number.digits.isZero || result.isNegative == number.isNegative
        if power >= 0 {
            guard let whole = number.digits.timesPowerOfTen(power) else { return .infinity }
            return GoldenNumber.gap(result.magnitude, whole, sameSign).approximate
        }
        // Both in the golden number's last digit; a result so large that this overflows is far off.
        guard -power <= 76, let scaled = result.magnitude.timesPowerOfTen(-power) else {
            return result.isZero ? number.digits.approximate * pow(10, Double(power)) : .infinity
        }
        return GoldenNumber.gap(scaled, number.digits, sameSign).approximate * pow(10, Double(power))
    }

    private static func gap(_ a: UInt256, _ b: UInt256, _ sameSign: Bool) -> UInt256 {
        sameSign ? (a < b ? b &- a : a &- b) : a &+ b
    }

    /// Whether a result is the number correctly rounded. The file's last digit is rounded itself, so that it stands for an
    /// interval, unless it has no digits left out: a result is right when some number of the interval rounds to it.
    func rounds(to result: UInt256?, _ rounding: Rounding, isExact: Bool) -> Bool {
        let (two, half): (UInt256, UInt256) = (
            number.digits &+ number.digits, isExact && power <= 0 ? .zero : .one
        )
        let (low, high) = (rounded(two < half ? two : two &- half, rounding), rounded(two &+ half, rounding))
        // Nothing that fits: the exact value passes 2^255.
        guard let result else { return high == nil }
        let sign = result.isZero || result.isNegative == number.isNegative
        guard let low else { return false }
        return sign && low <= result.magnitude && (high.map { result.magnitude <= $0 } ?? true)
    }

    /// doubled·10^power ÷ 2, rounded; nil from 2^255 on.
    private func rounded(_ doubled: UInt256, _ rounding: Rounding) -> UInt256? {
        if power >= 1 {
            // Ten is even.
            guard let scaled = doubled.timesPowerOfTen(power - 1) else { return nil }
            let (result, overflow) = scaled.multipliedReportingOverflow(by: 5)
            return overflow || result.isNegative ? nil : result
        }
        guard -power <= 75, let divisor = UInt256(2).timesPowerOfTen(-power) else { return .zero }
        let (whole, rest) = doubled.dividedReportingRemainder(by: divisor)
        guard rounding == .nearestEven else { return whole }
        let middle = divisor >> 1
        return middle < rest || (middle == rest && whole.limb0 & 1 == 1) ? whole &+ .one : whole
    }
}

/// Why a golden file cannot be judged.
enum GoldenError: Error, CustomStringConvertible {
    case unreadable(String)
    case unknownFile(String)
    case missingColumn(String)
    case notANumber(String)

    var description: String {
        switch self {
        case .unreadable(let path): "the file cannot be read: \(path)"
        case .unknownFile(let name):
            "no limits are known for a file called '\(name)'; accepted names: "
                + GoldenCheck.names.map { $0 + ".csv" }.joined(separator: ", ")
        case .missingColumn(let name): "there is no column '\(name)'"
        case .notANumber(let text): "'\(text)' is no number"
        }
    }
}
