import Foundations

/// Table 2: the terms of an open order.
struct OrderTerms {
    var lots: Int64
    var placed: Int64
    var ticks: UInt32
    /// 0: the place is free, and `lots` is the next free place.
    var account: AccountNumber
    /// Below 2^48.
    var sequence: UInt64
    var flags: OrderFlags

    @inline(__always)
    init(_ word: UInt256) {
        lots = Int64(bitPattern: word.limb0)
        placed = Int64(bitPattern: word.limb1)
        ticks = word.limb2.lowHalf
        account = word.limb2.highHalf
        sequence = word.limb3 & 0xffff_ffff_ffff
        flags = OrderFlags(bits: UInt16(truncatingIfNeeded: word.limb3 &>> 48))
    }

    @inline(__always)
    init(lots: Int64, ticks: UInt32, account: AccountNumber, sequence: UInt64, flags: OrderFlags) {
        self.lots = lots
        placed = lots
        self.ticks = ticks
        self.account = account
        self.sequence = sequence
        self.flags = flags
    }

    @inline(__always)
    var word: UInt256 {
        UInt256(
            limbs: UInt64(bitPattern: lots), UInt64(bitPattern: placed), UInt64(low: ticks, high: account),
            sequence | UInt64(flags.bits) &<< 48)
    }

    @inline(__always)
    var side: Side { flags.isSell ? .sell : .buy }
}

/// What an order is, in the top 16 bits of its terms.
struct OrderFlags {
    var bits: UInt16

    @inline(__always)
    init(bits: UInt16) { self.bits = bits }

    init(_ request: OrderRequest) {
        bits = request.side == .sell ? 1 : 0
        if request.isReduceOnly { bits |= 1 &<< 1 }
        bits |= UInt16(request.selfTrade.rawValue) &<< 2
        if request.isQuote { bits |= 1 &<< 4 }
        if request.expiry != 0 { bits |= 1 &<< 5 }
        if let trigger = request.trigger {
            bits |= 1 &<< 6
            bits |= UInt16(trigger.kind.rawValue) &<< 7
            bits |= UInt16(trigger.price.rawValue) &<< 8
        }
        bits |= UInt16(request.timeInForce.rawValue) &<< 9
        if request.ticks == nil { bits |= 1 &<< 12 }
    }

    @inline(__always)
    private func has(_ bit: UInt16) -> Bool { bits & 1 &<< bit != 0 }

    var isSell: Bool { @inline(__always) get { has(0) } }
    var isReduceOnly: Bool { @inline(__always) get { has(1) } }
    var isQuote: Bool { @inline(__always) get { has(4) } }
    var expires: Bool { @inline(__always) get { has(5) } }
    var isDormant: Bool { @inline(__always) get { has(6) } }
    var isMarket: Bool { has(12) }
    var selfTrade: SelfTradePrevention { SelfTradePrevention(rawValue: UInt8(bits &>> 2 & 3)) ?? .expireMaker }
    var timeInForce: TimeInForce { TimeInForce(rawValue: UInt8(bits &>> 9 & 7)) ?? .goodTillCancelled }

    var triggerKind: TriggerKind { has(7) ? .takeProfit : .stop }
    var triggerPrice: TriggerPrice { has(8) ? .index : .mark }

    /// Where an order with these flags lies.
    var ladder: Ladder {
        @inline(__always)
        get {
            if !isDormant { return isSell ? .asks : .bids }
            // A stop to buy and a profit to sell wake at or above their trigger.
            let rises = isSell == (triggerKind == .takeProfit)
            return switch triggerPrice {
            case .mark: rises ? .risingMark : .fallingMark
            case .index: rises ? .risingIndex : .fallingIndex
            }
        }
    }

    /// Whether the order has a word of conditions.
    var hasConditions: Bool { @inline(__always) get { bits & (1 &<< 5 | 1 &<< 6) != 0 } }

    mutating func wake() { bits &= ~(1 &<< 6) }
}

/// Table 2, field 1: an order's neighbours, and what its account calls it.
struct OrderLinks {
    /// In the queue of its level.
    var next: UInt32
    var previous: UInt32
    /// Among the orders of its account.
    var older: OrderReference
    var newer: OrderReference
    var clientID: UInt64

    @inline(__always)
    init(_ word: UInt256) {
        next = word.limb0.lowHalf
        previous = word.limb0.highHalf
        older = OrderReference(word.limb1)
        newer = OrderReference(word.limb2)
        clientID = word.limb3
    }

    @inline(__always)
    init(clientID: UInt64) {
        (next, previous, older, newer) = (0, 0, .none, .none)
        self.clientID = clientID
    }

    @inline(__always)
    var word: UInt256 {
        UInt256(limbs: UInt64(low: next, high: previous), older.packed, newer.packed, clientID)
    }
}

/// Table 2, field 2: until when an order is good, and at which price it wakes.
struct OrderConditions {
    /// In the list of its second of expiry.
    var next: OrderReference
    var previous: OrderReference
    /// Below 2^40; 0: none.
    var expiry: UInt64
    var triggerTicks: UInt32
    /// The low bits of the number of the block in which the order was placed.
    var block: UInt32

    init(_ word: UInt256) {
        next = OrderReference(word.limb0)
        previous = OrderReference(word.limb1)
        expiry = word.limb2
        triggerTicks = word.limb3.lowHalf
        block = word.limb3.highHalf
    }

    init(expiry: UInt64, triggerTicks: UInt32, block: UInt64) {
        (next, previous) = (.none, .none)
        self.expiry = expiry
        self.triggerTicks = triggerTicks
        self.block = UInt32(truncatingIfNeeded: block)
    }

    var word: UInt256 {
        UInt256(limbs: next.packed, previous.packed, expiry, UInt64(low: triggerTicks, high: block))
    }
}
