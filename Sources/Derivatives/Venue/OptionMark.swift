import Foundations

/// A European option's value and what market makers limit, as amounts.
struct OptionMark {
    let price: Int128
    let delta: Int128
    let vega: Int128

    init(_ terms: OptionTerms) throws(VenueError) {
        let value: EuropeanValue
        do { value = try EuropeanValue(terms) } catch { throw .unpriced(error) }
        guard let price = value.price.nearestWad, let delta = value.delta.nearestWad,
            let vega = value.vega.nearestWad, price.bitWidth < 127, vega.bitWidth < 127
        else { throw .overflow }
        self.price = price.lowHalf
        self.delta = delta.lowHalf
        self.vega = vega.lowHalf
    }
}
