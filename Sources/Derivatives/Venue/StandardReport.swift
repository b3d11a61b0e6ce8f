/// What perpetuals and options of an account require in standard mode: in sum what stands below 0 in `MarginBreakdown.worst`.
public struct StandardReport: Equatable, Sendable {
    /// The options of one expiry.
    public struct Expiry: Equatable, Sendable {
        public let underlying: UInt32
        public let expiry: UInt64
        public let part: ExpiryRequirement
    }

    /// A perpetual or a future.
    public struct Leveraged: Equatable, Sendable {
        public let instrument: InstrumentNumber
        public let part: LeverageRequirement
    }

    public internal(set) var expiries: [Expiry] = []
    public internal(set) var leveraged: [Leveraged] = []
}

/// The smaller of `sum` and `payoffLoss`, less `premium`, and `reserve`.
public struct ExpiryRequirement: Equatable, Sendable {
    /// What the short options require by themselves, and the largest loss of all together at expiry; 0 without shorts. For initial
    /// margin with all open sells filled, where that requires more.
    public let sum: Int128
    public let payoffLoss: Int128
    /// What those sells bring; 0 where they do not count.
    public let premium: Int128
    /// What open buys pay.
    public let reserve: Int128
    public let requirement: Int128
}

public struct LeverageRequirement: Equatable, Sendable {
    /// Of the position at the mark, for initial margin with the open orders of its larger side.
    public let notional: Int128
    /// The tier in which that lies, and its rate: for maintenance ½ ÷ leverage, of what lies in the tier; for initial margin 1 ÷ leverage,
    /// raised by open interest, of the whole notional.
    public let tier: LeverageTier
    public let rate: Int128
    /// What open orders lose against the mark; 0 for maintenance.
    public let orderLoss: Int128
    public let requirement: Int128
}

extension Venue {
    /// What an account's margin is made of in standard mode; nil in portfolio mode.
    public mutating func standardReport(
        of account: AccountNumber, _ kind: MarginKind
    ) throws(VenueError) -> StandardReport? {
        let portfolio = try portfolio(of: account)
        guard portfolio.mode == .standard else { return nil }
        var report: StandardReport? = StandardReport()
        _ = try standardMargin(portfolio, kind, &report)
        return report
    }
}
