import Foundations

// The storage layout of the book: every table of `VenueContract.book`, field by field.
//
// A word is given as its four 64-bit limbs, limb 0 the least significant; «a | b» are fields of one limb, a in the low bits.
// Slots are those of `VenueSlot`: table in the top byte, `field`, then `high`, `middle` and `low` of the key.
//
//  table  key                                       word
//  ─────  ────────────────────────────────────────  ─────────────────────────────────────────────────────────────────
//    1    high: instrument                          the book: best bid 32 | best ask 32; orders ever 64;
//                                                   first free place 32 | places in use or freed 32; last trade 32 | open 32
//    1    high: instrument, field 1                 its triggers: nearest falling 32 | rising 32 on mark; the same on index;
//                                                   dormant orders 32
//    2    high: instrument, low: place              an order's terms: lots left 64; lots placed 64; ticks 32 | account 32;
//                                                   sequence 48 | flags 16. A free place holds the next free place alone
//    2    the same, field 1                         its links: next in its queue 32 | previous 32; older order of its
//                                                   account 64; newer 64; client id 64
//    2    the same, field 2                         its conditions, where it has any: next order of its expiry 64;
//                                                   previous 64; expiry 64; trigger ticks 32 | block placed (low bits) 32
//    3    field: ladder, high: instrument,          a price level: first place 32 | last 32; lots 64; orders 32
//         low: ticks
//    4    field: ladder · 256 + depth,              a node of the ladder's index: bit i tells that child i is there
//         high: instrument, low: ticks >> 8(depth+1)
//    5    high: account                             its orders: newest 64; oldest 64; open 32 | of those reduce-only 32
//    6    high: account, low: client id             the open order of that name: sequence 64; place 32 | instrument 32
//    7    high: account, low: underlying            protection's limits: quantity, delta, vega 64 each (1e-9 units);
//                                                   window 16 | freeze 16 (seconds)
//    7    the same, field 1                         what was filled within the window: quantity; delta; vega (signed);
//                                                   frozen until 40 | first record 12 | records 12
//    8    high: account, middle: underlying,        one second's fills: quantity; delta; vega; time
//         low: record
//    9    low: second                               the orders that expire then: first 64; last 64; orders 32
//   10    field: depth, low: second >> 8(depth+1)   a node of the index of those seconds
//   11    field: depth, low: instrument >> 8(…)     a node of the index of books that have triggers
//   12    -                                         the first second in table 9
//   12    field 1                                   the book with which the next block's triggers begin
//   13    field 0 and 1                             `BookParameters`
//   14    field: depth, low: instrument >> 8(…)     a node of the index of books with orders for the batch auction
//
// «64 of an order» is instrument 32 (high) | place 32 (low): no hash anywhere, and an order's id leads to its slots.
// A resting order is two words; a level is one; an operation that neither makes nor empties a level touches no index.

/// What lies in the book's storage under a price: orders to trade, or dormant orders that a price would wake.
enum Ladder: UInt64 {
    case bids, asks, fallingMark, risingMark, fallingIndex, risingIndex

    /// Whether the lowest price is the first to be reached (asks, triggers of a rising price).
    @inline(__always)
    var ascends: Bool { rawValue & 1 == 1 }
}

extension VenueSlot {
    @inline(__always)
    static func book(_ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.book, table: 1, high: UInt64(instrument))
    }

    @inline(__always)
    static func bookTriggers(_ instrument: InstrumentNumber) -> VenueSlot {
        VenueSlot(.book, table: 1, field: 1, high: UInt64(instrument))
    }

    @inline(__always)
    static func orderTerms(_ order: OrderReference) -> VenueSlot {
        VenueSlot(.book, table: 2, high: UInt64(order.instrument), low: UInt64(order.place))
    }

    @inline(__always)
    static func orderLinks(_ order: OrderReference) -> VenueSlot {
        VenueSlot(.book, table: 2, field: 1, high: UInt64(order.instrument), low: UInt64(order.place))
    }

    @inline(__always)
    static func orderConditions(_ order: OrderReference) -> VenueSlot {
        VenueSlot(.book, table: 2, field: 2, high: UInt64(order.instrument), low: UInt64(order.place))
    }

    @inline(__always)
    static func bookLevel(_ instrument: InstrumentNumber, _ ladder: Ladder, _ ticks: UInt32) -> VenueSlot {
        VenueSlot(.book, table: 3, field: ladder.rawValue, high: UInt64(instrument), low: UInt64(ticks))
    }

    @inline(__always)
    static func accountOrders(_ account: AccountNumber) -> VenueSlot {
        VenueSlot(.book, table: 5, high: UInt64(account))
    }

    @inline(__always)
    static func clientOrder(_ account: AccountNumber, _ clientID: UInt64) -> VenueSlot {
        VenueSlot(.book, table: 6, high: UInt64(account), low: clientID)
    }

    static func protectionLimits(_ account: AccountNumber, _ underlying: UInt32) -> VenueSlot {
        VenueSlot(.book, table: 7, high: UInt64(account), low: UInt64(underlying))
    }

    static func protectionWindow(_ account: AccountNumber, _ underlying: UInt32) -> VenueSlot {
        VenueSlot(.book, table: 7, field: 1, high: UInt64(account), low: UInt64(underlying))
    }

    static func protectionRecord(_ account: AccountNumber, _ underlying: UInt32, _ record: UInt64) -> VenueSlot {
        VenueSlot(.book, table: 8, high: UInt64(account), middle: UInt64(underlying), low: record)
    }

    static func expiringOrders(at second: UInt64) -> VenueSlot { VenueSlot(.book, table: 9, low: second) }

    static var firstExpiry: VenueSlot { VenueSlot(.book, table: 12) }

    static var triggerCursor: VenueSlot { VenueSlot(.book, table: 12, field: 1) }

    static func bookParameters(_ field: UInt64) -> VenueSlot { VenueSlot(.book, table: 13, field: field) }
}

extension UInt64 {
    /// Two fields of one limb.
    @inline(__always)
    init(low: UInt32, high: UInt32) { self = UInt64(high) &<< 32 | UInt64(low) }

    @inline(__always)
    var lowHalf: UInt32 { UInt32(truncatingIfNeeded: self) }

    @inline(__always)
    var highHalf: UInt32 { UInt32(truncatingIfNeeded: self &>> 32) }
}

/// Table 1: one instrument's book.
struct BookHeader: Equatable {
    var bestBid: UInt32
    var bestAsk: UInt32
    /// How many orders this book has numbered.
    var sequence: UInt64
    var freePlace: UInt32
    var placesUsed: UInt32
    /// The ticks of the last trade; 0 before the first.
    var lastTrade: UInt32
    /// Orders in the book, dormant triggers included.
    var openOrders: UInt32

    @inline(__always)
    init(_ word: UInt256) {
        bestBid = word.limb0.lowHalf
        bestAsk = word.limb0.highHalf
        sequence = word.limb1
        freePlace = word.limb2.lowHalf
        placesUsed = word.limb2.highHalf
        lastTrade = word.limb3.lowHalf
        openOrders = word.limb3.highHalf
    }

    @inline(__always)
    var word: UInt256 {
        UInt256(
            limbs: UInt64(low: bestBid, high: bestAsk), sequence, UInt64(low: freePlace, high: placesUsed),
            UInt64(low: lastTrade, high: openOrders))
    }

    /// The best price of the orders that wait on `side`; 0 where none does.
    @inline(__always)
    func best(_ side: Side) -> UInt32 { side == .buy ? bestBid : bestAsk }

    /// Whether the best price of the other side is one at which an order of `side`, limited at `limit`, trades.
    func isReached(by side: Side, limit: UInt32) -> Bool {
        let best = best(side.opposite)
        return best != 0 && side.reaches(best, limit: limit)
    }
}

/// Table 1, field 1: the nearest trigger of each ladder, and how many orders are dormant.
struct TriggerHeader {
    /// By ladder, from `fallingMark`; 0 where there is none.
    var nearest: (UInt32, UInt32, UInt32, UInt32)
    var dormant: UInt32

    init(_ word: UInt256) {
        nearest = (word.limb0.lowHalf, word.limb0.highHalf, word.limb1.lowHalf, word.limb1.highHalf)
        dormant = word.limb2.lowHalf
    }

    var word: UInt256 {
        UInt256(
            limbs: UInt64(low: nearest.0, high: nearest.1), UInt64(low: nearest.2, high: nearest.3), UInt64(dormant), 0)
    }

    subscript(ladder: Ladder) -> UInt32 {
        get {
            switch ladder {
            case .fallingMark: nearest.0
            case .risingMark: nearest.1
            case .fallingIndex: nearest.2
            default: nearest.3
            }
        }
        set {
            switch ladder {
            case .fallingMark: nearest.0 = newValue
            case .risingMark: nearest.1 = newValue
            case .fallingIndex: nearest.2 = newValue
            default: nearest.3 = newValue
            }
        }
    }
}

/// Table 3: the queue of orders at one price.
struct BookLevelWord {
    var first: UInt32
    var last: UInt32
    var lots: Int64
    var orders: UInt32

    @inline(__always)
    init(_ word: UInt256) {
        first = word.limb0.lowHalf
        last = word.limb0.highHalf
        lots = Int64(bitPattern: word.limb1)
        orders = word.limb2.lowHalf
    }

    @inline(__always)
    var word: UInt256 { UInt256(limbs: UInt64(low: first, high: last), UInt64(bitPattern: lots), UInt64(orders), 0) }
}

/// Table 5: the list of an account's orders, in the order in which they came.
struct AccountOrders {
    var newest: OrderReference
    var oldest: OrderReference
    var open: UInt32
    var reduceOnly: UInt32

    @inline(__always)
    init(_ word: UInt256) {
        newest = OrderReference(word.limb0)
        oldest = OrderReference(word.limb1)
        open = word.limb2.lowHalf
        reduceOnly = word.limb2.highHalf
    }

    @inline(__always)
    var word: UInt256 { UInt256(limbs: newest.packed, oldest.packed, UInt64(low: open, high: reduceOnly), 0) }
}

/// Table 9: the list of orders that expire in one second.
struct ExpiringOrders {
    var first: OrderReference
    var last: OrderReference
    var count: UInt64

    init(_ word: UInt256) {
        first = OrderReference(word.limb0)
        last = OrderReference(word.limb1)
        count = word.limb2
    }

    var word: UInt256 { UInt256(limbs: first.packed, last.packed, count, 0) }
}
