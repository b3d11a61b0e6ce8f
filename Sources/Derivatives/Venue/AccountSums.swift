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

    /// Puts an asset in, or with `sign` −1 takes it out. The row must be filled.
    ///
    /// - Throws: `overflow`, with nothing changed, for products of 2^119 and more; 256 of them fit a sum.
    mutating func add(_ asset: Portfolio.Asset, sign: Int64, _ table: RiskTable) throws(VenueError) {
        guard let place = table.knownPlace(of: asset.instrument) else { throw .corrupt }
        let row = table.rows[place]
        let orders = asset.orders
        let most = max(asset.lots.magnitude, orders.buyLots.magnitude, orders.sellLots.magnitude)
        guard 64 - most.leadingZeroBitCount + row.bits <= 118, asset.owed.magnitude < 1 << 119 else {
            throw .overflow
        }
        let losses = try OrderLoss(orders, row)
        let width = table.width
        let group = self.place(ofGroup: row.group, width)
        let lots = Int128(asset.lots &* sign)
        value &+= lots &* row.value &- Int128(sign) &* asset.owed
        if row.isSettled { return }
        let size = Int128(asset.lots.magnitude)
        let sized = Int128(sign)
        maintenanceCharge &+= sized &* size &* row.maintenanceCharge
        if !orders.isEmpty {
            let long = Int128(asset.lots) &+ Int128(orders.buyLots)
            let short = Int128(asset.lots) &- Int128(orders.sellLots)
            initialCharge &+= sized &* max(Int128(long.magnitude), Int128(short.magnitude)) &* row.initialCharge
            addOrders(orders, losses, sign: sized, group, place, table)
        } else {
            initialCharge &+= sized &* size &* row.initialCharge
        }
        if row.strikePlace >= 0 {
            addStrike(
                row.strikePlace, lots &* row.lot,
                (lots &- sized &* Int128(orders.sellLots)) &* row.lot)
        }
        if asset.lots == 0 { return }
        let start = group &* width
        table.gains.withUnsafeBufferPointer { gains in
            sums.withUnsafeMutableBufferPointer { sums in
                let from = gains.baseAddress! + place &* width
                let to = sums.baseAddress! + start
                for index in 0..<width { to[index] &+= from[index] &* lots }
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

    /// In each scenario the worse of all buys, all sells and none, at what they lose against the mark by their prices. In a skew
    /// scenario, whose sign is taken away, the larger side counts whole.
    private mutating func addOrders(
        _ orders: OrderAggregate, _ loss: OrderLoss, sign: Int128, _ group: Int, _ place: Int, _ table: RiskTable
    ) {
        let width = table.width
        if orderSums.isEmpty { orderSums = Array(repeating: 0, count: sums.count) }
        let (buys, sells) = (Int128(orders.buyLots), Int128(orders.sellLots))
        for index in 0..<width {
            let gain = table.gains[place &* width &+ index]
            var worst: Int128
            if table.isSkew[index] {
                worst = 0 &- Int128(gain.magnitude) &* max(buys, sells) &- max(loss.buy, loss.sell)
            } else {
                worst = min(0, min(gain &* buys &- loss.buy, 0 &- gain &* sells &- loss.sell))
            }
            worst = worst &* sign
            orderSums[group &* width &+ index] &+= worst
        }
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
