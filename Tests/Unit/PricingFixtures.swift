import Foundations

/// Numbers for the tests of pricing.
enum PricingFixtures {
    /// A decimal number of up to 18 places, in two's complement.
    static func wad(_ text: String) -> UInt256? {
        let isNegative = text.hasPrefix("-")
        let halves = text.drop { $0 == "-" }.split(separator: ".")
        let places = halves.count > 1 ? String(halves[1]) : ""
        guard places.count <= 18,
            let magnitude = UInt256(
                decimal: String(halves[0]) + places + String(repeating: "0", count: 18 - places.count))
        else { return nil }
        return isNegative ? magnitude.negated : magnitude
    }
}

/// |a − b| of two's complement words.
func distance(_ a: UInt256, _ b: UInt256) -> UInt256 { (a &- b).magnitude }
