import Foundations

/// How the actions of one block are put in order, and whether orders trade one by one.
public enum OrderingRule: UInt8, Sendable, CaseIterable {
    /// As the sequencer had them.
    case fifo
    /// What cannot take, then cancels, then what can; stable within each class.
    case cancelsFirst
    /// The orders of a block, and what rests, clear together at one price at its end.
    case batchAuction
}

/// An account whose equity is at least this may have so many open orders.
public struct OpenOrderTier: Equatable, Sendable {
    /// In whole units of the quote token.
    public let equity: UInt64
    public let orders: UInt16

    public init(equity: UInt64, orders: UInt16) {
        self.equity = equity
        self.orders = orders
    }
}

/// The book's part of the venue's configuration, in table 13. Every bound on work over stored data is here.
public struct BookParameters: Equatable, Sendable {
    public var orderingRule = OrderingRule.fifo
    /// How many resting orders one act may trade with or remove.
    public var ordersPerAct: UInt16 = 500
    /// How many levels a reader's walk (impact price, depth) looks at.
    public var levelsPerWalk: UInt16 = 250
    /// How many triggers may wake, and how many expired orders may go, in one block; the rest follow in the next.
    public var triggersPerBlock: UInt16 = 1000
    public var expiriesPerBlock: UInt16 = 1000
    /// How many orders one batch may name.
    public var ordersPerBatch: UInt16 = 100
    /// An order's least value, in whole units of the quote token; one that only reduces may be smaller.
    public var minimumNotional: UInt32 = 10
    /// How many open orders an account may have by its equity: ascending in both, the first from equity 0.
    public var openOrderTiers = (
        OpenOrderTier(equity: 0, orders: 20), OpenOrderTier(equity: 1_000, orders: 50),
        OpenOrderTier(equity: 10_000, orders: 100), OpenOrderTier(equity: 100_000, orders: 200)
    )

    public init() {}

    public static func == (left: BookParameters, right: BookParameters) -> Bool { left.words == right.words }

    /// Whether each value is within its bounds.
    public var isValid: Bool {
        let tiers = openOrderTiers
        let ascends =
            tiers.0.equity == 0 && tiers.0.equity < tiers.1.equity && tiers.1.equity < tiers.2.equity
            && tiers.2.equity < tiers.3.equity && tiers.3.equity < 1 << 48 && tiers.0.orders <= tiers.1.orders
            && tiers.1.orders <= tiers.2.orders && tiers.2.orders <= tiers.3.orders
        return (10...10_000).contains(ordersPerAct) && (10...10_000).contains(levelsPerWalk)
            && (1...10_000).contains(triggersPerBlock) && (1...10_000).contains(expiriesPerBlock)
            && (1...1_000).contains(ordersPerBatch) && minimumNotional <= 1_000_000 && tiers.0.orders >= 1
            && tiers.3.orders <= 1_000 && ascends
    }

    /// The first word is never 0, so that 0 says that nothing was set and the defaults hold.
    var words: [UInt256] {
        let limits =
            UInt64(ordersPerAct) | UInt64(levelsPerWalk) &<< 16 | UInt64(triggersPerBlock) &<< 32
            | UInt64(expiriesPerBlock) &<< 48
        let tiers = openOrderTiers
        func limb(_ tier: OpenOrderTier) -> UInt64 { tier.equity &<< 16 | UInt64(tier.orders) }
        return [
            UInt256(
                limbs: limits, UInt64(minimumNotional) | UInt64(orderingRule.rawValue) &<< 32,
                UInt64(ordersPerBatch) | UInt64(tiers.0.orders) &<< 16, 0),
            UInt256(limbs: limb(tiers.0), limb(tiers.1), limb(tiers.2), limb(tiers.3)),
        ]
    }

    init(first: UInt256) {
        guard !first.isZero else { return }
        ordersPerAct = UInt16(truncatingIfNeeded: first.limb0)
        levelsPerWalk = UInt16(truncatingIfNeeded: first.limb0 &>> 16)
        triggersPerBlock = UInt16(truncatingIfNeeded: first.limb0 &>> 32)
        expiriesPerBlock = UInt16(truncatingIfNeeded: first.limb0 &>> 48)
        minimumNotional = UInt32(truncatingIfNeeded: first.limb1)
        orderingRule = OrderingRule(rawValue: UInt8(truncatingIfNeeded: first.limb1 &>> 32)) ?? .fifo
        ordersPerBatch = UInt16(truncatingIfNeeded: first.limb2)
        openOrderTiers.0 = OpenOrderTier(equity: 0, orders: UInt16(truncatingIfNeeded: first.limb2 &>> 16))
    }

    mutating func readTiers(_ word: UInt256) {
        guard !word.isZero else { return }
        func tier(_ limb: UInt64) -> OpenOrderTier {
            OpenOrderTier(equity: limb &>> 16, orders: UInt16(truncatingIfNeeded: limb))
        }
        openOrderTiers = (tier(word.limb0), tier(word.limb1), tier(word.limb2), tier(word.limb3))
    }
}

extension ClearingHouse {
    /// The book's configuration.
    public mutating func bookParameters() -> BookParameters {
        var parameters = limits()
        parameters.readTiers(storage.load(.bookParameters(1)))
        return parameters
    }

    /// Sets the book's configuration; nothing changes where a value is out of its bounds.
    public mutating func setBookParameters(_ parameters: BookParameters) throws(VenueError) {
        guard parameters.isValid else { throw .bookParametersOutOfRange }
        let words = parameters.words
        storage.store(.bookParameters(0), words[0])
        storage.store(.bookParameters(1), words[1])
    }

    /// What most acts need of the configuration: all but the higher tiers of open orders.
    @inline(__always)
    mutating func limits() -> BookParameters { BookParameters(first: storage.load(.bookParameters(0))) }
}
