/// What points need of their coordinates' field.
protocol CurveField: Equatable, BitwiseCopyable {
    static var zero: Self { get }
    static var one: Self { get }
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    var squared: Self { get }
    var isZero: Bool { get }
    /// Zero for zero.
    var inverse: Self { get }
}

extension CurveField {
    @inline(__always)
    var doubled: Self { self + self }

    @inline(__always)
    static prefix func - (a: Self) -> Self { zero - a }

    /// self^exponent, four bits at a time.
    func power(_ exponent: some MontgomeryWord) -> Self {
        var powers = InlineArray<16, Self>(repeating: .one)
        for index in 1..<16 { powers[index] = powers[index - 1] * self }
        var result = Self.one
        let limbs = exponent.limbs
        var place = limbs.count * 16
        while place > 0 {
            place -= 1
            let digit = Int(limbs[place / 16] >> UInt64(place % 16 * 4) & 15)
            if result != .one { result = result.squared.squared.squared.squared }
            if digit != 0 { result = result * powers[digit] }
        }
        return result
    }
}

extension MontgomeryField: CurveField {}
