/// An account's scenario P&Ls, before they are put together: a vector for each underlying and expiry, what open orders at their worst
/// side add to it, contingencies and values. Everything is a sum over assets, so that a changed asset is one taken out and one put in,
/// and the order of changes does not matter. Exact: two ways to the same holdings give the same integers.
struct AccountSums {
    /// Places in `RiskTable.groups`, in the order in which assets brought them.
    private(set) var groups: [Int32] = []
    /// `width` sums a group, of positions.
    private(set) var sums: [Int128] = []
    /// Of open orders, each scenario's worse side; empty without orders.
    private(set) var orderSums: [Int128] = []
    private(set) var strikes: [Strike] = []
    /// Σ lots · value − owed.
    private(set) var value: Int128 = 0
    private(set) var maintenanceCharge: Int128 = 0
    private(set) var initialCharge: Int128 = 0

    struct Strike {
        let place: Int32
        /// Net size at the strike, and less what sell orders could add.
        var net: Int128
        var worstNet: Int128
    }

    mutating func removeAll() {
        groups.removeAll(keepingCapacity: true)
        sums.removeAll(keepingCapacity: true)
        orderSums.removeAll(keepingCapacity: true)
        strikes.removeAll(keepingCapacity: true)
        (value, maintenanceCharge, initialCharge) = (0, 0, 0)
    }

    /// Puts an asset in. Its row must be filled.
    ///
    /// - Throws: as `change`.
    mutating func add(_ asset: Portfolio.Asset, _ table: RiskTable) throws(VenueError) {
        try change(Portfolio.Asset(instrument: asset.instrument), to: asset, table)
    }

    /// Takes an asset out and puts it in as it is now, which costs what the two differ in. Its row must be filled.
    ///
    /// - Throws: `overflow`, with nothing changed, for products of 2^119 and more; 256 of them fit a sum.
    mutating func change(
        _ old: Portfolio.Asset, to new: Portfolio.Asset, _ table: RiskTable
    ) throws(VenueError) {
        guard old.instrument == new.instrument, let place = table.knownPlace(of: new.instrument) else {
            throw .corrupt
        }
        let row = table.rows[place]
        guard row.isFilled else { throw .corrupt }
        let most = max(new.lots.magnitude, new.orders.buyLots.magnitude, new.orders.sellLots.magnitude)
        guard 64 - most.leadingZeroBitCount + row.bits <= 118, new.owed.magnitude < 1 << 119 else {
            throw .overflow
        }
        let (loss, lossBefore) = (try OrderLoss(new.orders, row), try OrderLoss(old.orders, row))
        let width = table.width
        let group = self.place(ofGroup: row.group, width)
        let lots = Int128(new.lots) &- Int128(old.lots)
        value &+= lots &* row.value &- (new.owed &- old.owed)
        if row.isSettled { return }
        maintenanceCharge &+= (Int128(new.lots.magnitude) &- Int128(old.lots.magnitude)) &* row.maintenanceCharge
        initialCharge &+= (new.worstSize &- old.worstSize) &* row.initialCharge
        if row.strikePlace >= 0 {
            let sells = Int128(new.orders.sellLots) &- Int128(old.orders.sellLots)
            addStrike(row.strikePlace, lots &* row.lot, (lots &- sells) &* row.lot)
        }
        if new.orders != old.orders {
            if orderSums.isEmpty { orderSums = Array(repeating: 0, count: sums.count) }
            let (before, after) = (WorstSide(old.orders, lossBefore), WorstSide(new.orders, loss))
            if before.isLossless, after.isLossless {
                // Of orders whose prices are no worse than the mark one side counts in each scenario: the one that the move hurts.
                let (buys, sells) = (after.buys &- before.buys, before.sells &- after.sells)
                let larger = max(before.buys, before.sells) &- max(after.buys, after.sells)
                add(to: &orderSums, group, place, table) { gain, isSkew in
                    isSkew ? Int128(gain.magnitude) &* larger : gain &* (gain < 0 ? buys : sells)
                }
            } else {
                add(to: &orderSums, group, place, table) { after.gain($0, isSkew: $1) &- before.gain($0, isSkew: $1) }
            }
        }
        if lots != 0 { add(to: &sums, group, place, table) { gain, _ in gain &* lots } }
    }

    /// Adds to a group's vector what `part` makes of each of a row's gains, and of whether it is a skew scenario's.
    @inline(__always)
    private func add(
        to vectors: inout [Int128], _ group: Int, _ place: Int, _ table: RiskTable, _ part: (Int128, Bool) -> Int128
    ) {
        let width = table.width
        table.gains.withUnsafeBufferPointer { gains in
            table.isSkew.withUnsafeBufferPointer { isSkew in
                vectors.withUnsafeMutableBufferPointer { vectors in
                    let from = gains[(place &* width)..<((place &+ 1) &* width)]
                    let to = (group &* width)..<((group &+ 1) &* width)
                    for (index, gain) in zip(to, zip(from, isSkew)) { vectors[index] &+= part(gain.0, gain.1) }
                }
            }
        }
    }

    private mutating func place(ofGroup group: Int, _ width: Int) -> Int {
        let name = Int32(truncatingIfNeeded: group)
        for index in groups.indices where groups[index] == name { return index }
        groups.append(name)
        sums.append(contentsOf: repeatElement(0, count: width))
        if !orderSums.isEmpty { orderSums.append(contentsOf: repeatElement(0, count: width)) }
        return groups.count - 1
    }

    private mutating func addStrike(_ place: Int, _ net: Int128, _ worstNet: Int128) {
        let name = Int32(truncatingIfNeeded: place)
        for index in strikes.indices where strikes[index].place == name {
            strikes[index].net &+= net
            strikes[index].worstNet &+= worstNet
            return
        }
        strikes.append(Strike(place: name, net: net, worstNet: worstNet))
    }
}

/// What an account's open orders in one instrument add to its scenarios.
private struct WorstSide {
    let buys: Int128
    let sells: Int128
    let loss: OrderLoss

    init(_ orders: OrderAggregate, _ loss: OrderLoss) {
        (buys, sells) = (Int128(orders.buyLots), Int128(orders.sellLots))
        self.loss = loss
    }

    var isLossless: Bool { loss.buy == 0 && loss.sell == 0 }

    /// In each scenario the worse of all buys, all sells and none, at what they lose against the mark by their prices. In a skew
    /// scenario, whose sign is taken away, the larger side counts whole.
    @inline(__always)
    func gain(_ gain: Int128, isSkew: Bool) -> Int128 {
        if isSkew { return 0 &- Int128(gain.magnitude) &* max(buys, sells) &- max(loss.buy, loss.sell) }
        return min(0, min(gain &* buys &- loss.buy, 0 &- gain &* sells &- loss.sell))
    }
}

extension Portfolio.Asset {
    /// The larger of the position with all buys and with all sells.
    fileprivate var worstSize: Int128 {
        let long = Int128(lots) &+ Int128(orders.buyLots)
        let short = Int128(lots) &- Int128(orders.sellLots)
        return max(Int128(long.magnitude), Int128(short.magnitude))
    }
}

/// What orders lose by their prices when they fill at the mark: buys above it, sells below it.
struct OrderLoss {
    let buy: Int128
    let sell: Int128

    init(_ orders: OrderAggregate, _ row: RiskRow) throws(VenueError) {
        if orders.isEmpty {
            (buy, sell) = (0, 0)
            return
        }
        let bought = try row.tickValue.times(Int128(orders.buyCost))
        let sold = try row.tickValue.times(Int128(orders.sellCost))
        buy = max(0, try bought.subtracting(row.markPerLot.times(Int128(orders.buyLots))))
        sell = max(0, try row.markPerLot.times(Int128(orders.sellLots)).subtracting(sold))
        guard buy < Int128(1) << 119, sell < Int128(1) << 119 else { throw .overflow }
    }
}
