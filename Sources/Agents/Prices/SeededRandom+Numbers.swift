import Foundations

extension SeededRandom {
    /// From 0 up to, not including, 1, in steps of 2^-53.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// A normal number, by the sum of twelve uniform ones: additions alone, which every machine rounds alike, and no more than six
    /// deviations out.
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }
}
