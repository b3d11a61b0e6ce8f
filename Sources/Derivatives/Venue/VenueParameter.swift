/// A number that the venue's owner may set within bounds, for all underlyings or for one. Ratios and money have 18 decimals, times
/// are seconds, counts whole.
public enum VenueParameter: UInt8, Sendable, CaseIterable {
    // Oracle.
    case quorum, indexClamp, sourceMaximumAge, futureTolerance
    case spotHeartbeat, forwardHeartbeat, volatilityHeartbeat, rateHeartbeat
    case maximumMove, maximumDispersion, averageSeconds, markAverageSeconds
    // Portfolio margin.
    case correlationCredit, initialFactor, maintenanceFactor
    case basisShift, basisBase, basisSlope
    case perpetualMaintenance, perpetualInitialExtra, shortMaintenance, shortInitialExtra
    case confidenceFloor, quoteFloor, quoteSlope
    // Standard margin.
    case standardMaintenance, standardInitial, standardInitialLeast, standardPutFactor
    case unpairedInitial, unpairedMaintenance, openInterestLower, openInterestUpper
    // Funding.
    case impactNotional, interestRate, fundingClamp, fundingCap, fundingDivisor
    // Settlement.
    case settlementWindow, settlementReportAge, latticeSteps
    // Breakers and limits.
    case priceBand, divergenceLimit, accountOpenInterestCap, venueOpenInterestCap
    case withdrawalHourShare, withdrawalHourFloor, withdrawalDayShare, withdrawalDayFloor, badDebtBlocks
    case assetsPerAccount, holdersPerAmerican
    // Fees.
    case optionFeeCap
    // Work of one block: positions, instruments and orders that settlements pay and close.
    case settlementsPerBlock
    // Liquidation: which steps there are, 0 for none. Cancelling: 1 all orders. Books: 1 in parts, 2 at once. Auctions: 1 Dutch.
    // Insolvency: 1 a rising share. Deleveraging: `DeleveragingPolicy`. Socialisation: 1 among the day's profitable accounts.
    case cancelPolicy, bookPolicy, auctionPolicy, insolvencyPolicy, deleveragingPolicy, socialisationPolicy
    // Step 2.
    case bookPenalty, bookPartialNotional, bookPartialShare, bookPauseSeconds, bookBuffer, bookSeconds
    // Steps 3 and 4.
    case auctionFirstDiscount, auctionSecondDiscount, auctionFastSeconds, auctionSlowSeconds, auctionBuffer
    case auctionLeastShare, insolvencySeconds
    // Limits of a block, a day, and of work.
    case liquidationInterest, insuranceBlockCap, insuranceDayCap, badDebtLeast, sweepAccounts, liquidationWork

    /// The least and most that it may be set to, and what it is until then.
    public var range: (least: Int128, initial: Int128, most: Int128) {
        let percent: Int128 = 10_000_000_000_000_000
        let basisPoint: Int128 = 100_000_000_000_000
        let unlimited: Int128 = 1 << 119
        switch self {
        case .quorum: return (1, 1, 16)
        case .indexClamp: return (basisPoint, 50 * basisPoint, 10 * percent)
        case .sourceMaximumAge: return (1, 180, 86_400)
        case .futureTolerance: return (0, 2, 60)
        case .spotHeartbeat: return (1, 60, 3600)
        case .forwardHeartbeat, .volatilityHeartbeat: return (1, 1200, 86_400)
        case .rateHeartbeat: return (1, 43_200, 604_800)
        case .maximumMove: return (percent, 50 * percent, wad)
        case .maximumDispersion: return (basisPoint, 2 * percent, 50 * percent)
        case .averageSeconds: return (10, 300, 3600)
        case .markAverageSeconds: return (1, 150, 3600)
        case .correlationCredit: return (0, 50 * percent, wad)
        case .initialFactor: return (50 * percent, wad, 5 * wad)
        case .maintenanceFactor: return (30 * percent, 80 * percent, 5 * wad)
        case .basisShift: return (basisPoint, 450 * basisPoint, 50 * percent)
        case .basisBase: return (0, 50 * percent, 8 * wad)
        case .basisSlope: return (0, 2 * wad, 8 * wad)
        case .perpetualMaintenance: return (0, 3 * percent, wad)
        case .perpetualInitialExtra: return (0, percent, wad)
        case .shortMaintenance: return (0, 30 * basisPoint, wad)
        case .shortInitialExtra: return (0, 20 * basisPoint, wad)
        case .confidenceFloor: return (0, 55 * percent, wad)
        case .quoteFloor: return (0, 99 * percent, wad)
        case .quoteSlope: return (0, 4 * wad, 100 * wad)
        case .standardMaintenance: return (basisPoint, 9 * percent, wad)
        case .standardInitial: return (basisPoint, 15 * percent, wad)
        case .standardInitialLeast: return (basisPoint, 13 * percent, wad)
        case .standardPutFactor: return (wad, 105 * percent, 5 * wad)
        case .unpairedInitial: return (0, 120 * percent, 5 * wad)
        case .unpairedMaintenance: return (0, 110 * percent, 5 * wad)
        case .openInterestLower: return (0, 500_000_000 * wad, unlimited)
        case .openInterestUpper: return (wad, 1_000_000_000 * wad, unlimited)
        case .impactNotional: return (wad, 20_000 * wad, 10_000_000 * wad)
        case .interestRate: return (-percent, basisPoint, percent)
        case .fundingClamp: return (0, 5 * basisPoint, percent)
        case .fundingCap: return (basisPoint, 4 * percent, 10 * percent)
        case .fundingDivisor: return (1, 8, 24)
        case .settlementWindow: return (60, 1800, 14_400)
        case .settlementReportAge: return (1, 60, 600)
        case .latticeSteps: return (11, 101, 501)
        case .priceBand: return (10 * basisPoint, 5 * percent, wad)
        case .divergenceLimit: return (percent, 10 * percent, wad)
        case .accountOpenInterestCap: return (0, 1_000_000_000 * wad, unlimited)
        case .venueOpenInterestCap: return (0, 10_000_000_000 * wad, unlimited)
        case .withdrawalHourShare: return (0, percent, wad)
        case .withdrawalHourFloor: return (0, 1_000_000 * wad, unlimited)
        case .withdrawalDayShare: return (0, 10 * percent, wad)
        case .withdrawalDayFloor: return (0, 10_000_000 * wad, unlimited)
        case .badDebtBlocks: return (0, 50, 100_000)
        case .assetsPerAccount: return (1, 128, 128)
        case .holdersPerAmerican: return (2, 1024, 4096)
        case .optionFeeCap: return (0, 1250 * basisPoint, wad)
        case .settlementsPerBlock: return (1, 1000, 100_000)
        case .cancelPolicy, .auctionPolicy, .insolvencyPolicy, .socialisationPolicy: return (0, 1, 1)
        case .bookPolicy: return (0, 1, 2)
        case .deleveragingPolicy: return (0, 1, 3)
        case .bookPenalty: return (0, 150 * percent, 10 * wad)
        case .bookPartialNotional: return (0, 100_000 * wad, unlimited)
        case .bookPartialShare: return (percent, 20 * percent, wad)
        case .bookPauseSeconds: return (0, 30, 3600)
        case .bookBuffer: return (0, 10 * percent, wad)
        case .bookSeconds: return (1, 300, 86_400)
        case .auctionFirstDiscount: return (0, 5 * percent, wad)
        case .auctionSecondDiscount: return (0, 30 * percent, wad)
        case .auctionFastSeconds: return (1, 900, 86_400)
        case .auctionSlowSeconds: return (1, 43_200, 604_800)
        case .auctionBuffer: return (0, 15 * percent, wad)
        case .auctionLeastShare: return (0, 10 * percent, wad)
        case .insolvencySeconds: return (1, 3600, 86_400)
        case .liquidationInterest: return (basisPoint, 10 * percent, wad)
        case .insuranceBlockCap: return (wad, 1_000_000 * wad, unlimited)
        case .insuranceDayCap: return (0, 10_000_000 * wad, unlimited)
        case .badDebtLeast: return (0, 100 * wad, unlimited)
        case .sweepAccounts: return (1, 100_000, 10_000_000)
        case .liquidationWork: return (1, 20_000, 10_000_000)
        }
    }
}

/// A list that the venue's owner sets whole, for all underlyings or for one.
public enum VenueList: UInt8, Sendable, CaseIterable {
    /// Each the lower notional (low) and the greatest leverage (limb2), ascending from notional 0.
    case leverageTiers
    /// Each the least volume of 30 days (low) and the maker's and taker's fee in 1e-8 (limb2, limb3, signed), ascending from 0.
    case feeTiers
    /// Each a shift (limb0), a volatility shock (limb1) and a damping (limb2).
    case scenarios
    /// Each an address, and above its 160 bits its weight in 1e-8.
    case publishers

    /// The most entries.
    public var limit: Int {
        switch self {
        case .leverageTiers, .feeTiers: 8
        case .scenarios: 64
        case .publishers: 16
        }
    }
}

public enum VenueRole: UInt8, Sendable, CaseIterable {
    case owner, guardian
}
