/// Rows of American options by what they come from. Each takes 36 lattices, some two milliseconds, and every call of a contract values
/// its accounts anew: whoever runs many calls on the same marks gives them all the same rows.
///
/// Only results of a pure function of what is compared: nobody can tell whether a row was here.
public final class AmericanRows {
    private struct Entry {
        let option: AmericanOption
        let columns: [Scenario]
        let price: Int128
        let row: RevaluationRow
        var greeks: (delta: Int128, vega: Int128)?
    }

    /// The last row of each instrument, by its number.
    private var entries: [Entry?] = []

    public init() {}

    /// What the option is worth, and what it gains in each of the grid's columns. `number` is that of a listing, so that the array is no
    /// longer than the list.
    func row(
        _ number: InstrumentNumber, of option: AmericanOption, _ grid: ScenarioGrid
    ) throws(PricingError) -> (price: Int128, row: RevaluationRow) {
        let index = Int(number)
        while entries.count <= index { entries.append(nil) }
        if let known = entries[index], known.option == option, known.columns == grid.columns {
            return (known.price, known.row)
        }
        let price = try option.price()
        let row = try grid.row(of: option, price: price)
        entries[index] = Entry(option: option, columns: grid.columns, price: price, row: row)
        return (price, row)
    }

    /// Delta by the forward, and vega, of an option that is worth `price`.
    func greeks(
        _ number: InstrumentNumber, of option: AmericanOption, price: Int128
    ) throws(PricingError) -> (delta: Int128, vega: Int128) {
        let index = Int(number)
        let isKnown = index < entries.count && entries[index]?.option == option
        if isKnown, let greeks = entries[index]?.greeks { return greeks }
        let greeks = (delta: try option.forwardGreeks(price: price).delta, vega: try option.vega())
        if isKnown { entries[index]?.greeks = greeks }
        return greeks
    }
}
