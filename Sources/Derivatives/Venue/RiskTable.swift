import Foundations

// The revaluation table: what one lot of each instrument gains in each scenario. It depends on marks alone, is filled lazily after
// they change, and shared by all accounts. It is no state: every entry is a function of the storage's words, and whoever changes one
// of those drops the rows that depend on it.

/// One instrument's row, but for its gains. All amounts are for one lot.
struct RiskRow {
    var isFilled = false
    var kind = InstrumentKind.perpetual
    var isCollateral = false
    var isSettled = false
    /// What a position is worth: the mark less cumulative funding, of collateral after the haircut, rounded down.
    var value: Int128 = 0
    /// The price, and what a lot costs at it, rounded down.
    var mark: Int128 = 0
    var markPerLot: Int128 = 0
    var lot: Int128 = 0
    var tickValue: Int128 = 0
    /// Contingencies, and what low confidence adds to the initial one.
    var maintenanceCharge: Int128 = 0
    var initialCharge: Int128 = 0
    /// For standard margin: price of the underlying, forward, strike.
    var index: Int128 = 0
    var forward: Int128 = 0
    var strike: Int128 = 0
    /// ∂V/∂F and ∂V/∂σ of one unit; F is the price itself of what has no other forward.
    var delta: Int128 = 0
    var vega: Int128 = 0
    /// Those two are still to be found.
    var isWithoutGreeks = false
    /// Where it belongs in `RiskTable.groups`, and in `strikes`, −1 for none.
    var group = 0
    var strikePlace = -1
    /// The price band in ticks, once somebody has asked for it.
    var band: ClosedRange<Int64>?
    /// The bits of the largest amount in the row: products with lots must stay below 2^119.
    var bits = 0
}

/// What moves together: the instruments of one underlying and expiry, or all of an underlying that do not expire (expiry 0).
struct RiskGroup {
    var underlying: UInt32
    var expiry: UInt64
    var market: ExpiryMarket?
    var grid: ScenarioGrid?
    var slices: [SurfaceSlice] = []
    var index: Int128 = 0
    /// basisBase + basisSlope · τ.
    var basisFactor: Int128 = 0
}

/// A strike of an expiry: short options count net of long ones at the same place.
struct RiskStrike {
    var group: Int
    var strike: Int128
    /// What one unit of net short options is charged, by kind of margin.
    var maintenance: Int128 = 0
    var initial: Int128 = 0
}

struct RiskTable {
    private(set) var scenarios: [Scenario] = []
    /// The scenarios, then the forward down and up by the basis shift.
    private(set) var columns: [Scenario] = []
    private(set) var isSkew: [Bool] = []
    /// The columns in which it is true.
    private(set) var skews: [Int] = []
    var width: Int { columns.count }

    var rows: [RiskRow] = []
    var groups: [RiskGroup] = []
    var strikes: [RiskStrike] = []
    /// `width` gains a row; of a scenario damped, of the two basis columns times the basis factor.
    private(set) var gains: [Int128] = []
    /// Row + 1 of an instrument and of a kind of collateral.
    private var instrumentRows: [Int32] = []
    private var collateralRows: [Int32] = []
    /// Grows whenever a row changes: an account's sums of another generation are worth nothing.
    private(set) var generation: UInt64 = 1

    init() {}

    mutating func begin(_ set: ScenarioSet) {
        clear()
        scenarios = set.scenarios
        columns = set.columns
        isSkew = columns.map { $0.volatility == .skewLinear || $0.volatility == .skewAbsolute }
        skews = columns.indices.filter { isSkew[$0] }
    }

    var isEmpty: Bool { columns.isEmpty }

    mutating func clear() {
        let next = generation &+ 1
        self = RiskTable()
        generation = next
    }

    /// The place of an instrument's row, whether filled or not.
    mutating func place(of number: InstrumentNumber) -> Int {
        let isCollateral = number >= collateralBase
        let index = Int(isCollateral ? number - collateralBase : number)
        if let known = knownPlace(of: number) { return known }
        rows.append(RiskRow())
        gains.append(contentsOf: repeatElement(0, count: width))
        if isCollateral {
            while collateralRows.count <= index { collateralRows.append(0) }
            collateralRows[index] = Int32(rows.count)
        } else {
            while instrumentRows.count <= index { instrumentRows.append(0) }
            instrumentRows[index] = Int32(rows.count)
        }
        return rows.count - 1
    }

    @inline(__always)
    func knownPlace(of number: InstrumentNumber) -> Int? {
        let isCollateral = number >= collateralBase
        let index = Int(isCollateral ? number - collateralBase : number)
        let place =
            isCollateral
            ? (index < collateralRows.count ? collateralRows[index] : 0)
            : (index < instrumentRows.count ? instrumentRows[index] : 0)
        return place == 0 ? nil : Int(place) - 1
    }

    func group(underlying: UInt32, expiry: UInt64) -> Int? {
        groups.firstIndex { $0.underlying == underlying && $0.expiry == expiry }
    }

    mutating func fill(_ place: Int, _ row: RiskRow, gains list: [Int128]) throws(VenueError) {
        var row = row
        var most = max(row.value.magnitude, row.markPerLot.magnitude, row.lot.magnitude)
        most = max(most, row.maintenanceCharge.magnitude, row.initialCharge.magnitude)
        most = max(most, row.tickValue.magnitude)
        for (index, gain) in list.enumerated() {
            gains[place * width + index] = gain
            most = max(most, gain.magnitude)
        }
        row.bits = 128 - most.leadingZeroBitCount
        row.isFilled = true
        rows[place] = row
    }

    mutating func drop(_ number: InstrumentNumber) {
        generation &+= 1
        if let place = knownPlace(of: number) { rows[place].isFilled = false }
    }

    /// Rows and groups of an underlying, which has new marks.
    mutating func drop(underlying: UInt32) {
        generation &+= 1
        for index in groups.indices where groups[index].underlying == underlying {
            groups[index].market = nil
            groups[index].grid = nil
            groups[index].index = 0
        }
        for index in rows.indices where groups[rows[index].group].underlying == underlying {
            rows[index].isFilled = false
        }
    }
}

/// Kinds of collateral stand among an account's assets as numbers from here.
let collateralBase: InstrumentNumber = 0x8000_0000
