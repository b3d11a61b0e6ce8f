import Foundations

// Step 3: a Dutch auction of a fraction of the whole portfolio, cash included, and what of it step 4 shares: bids.

public enum AuctionRule {
    /// 1 less the discount: the first at the start, growing evenly to the second over `fast` seconds and from there to 1 over `slow`.
    public static func priceFactor(
        elapsed: UInt64, first: Int128, second: Int128, fast: Int128, slow: Int128
    ) throws(VenueError) -> Int128 {
        let seconds = Int128(elapsed)
        if seconds <= fast { return try wad - first - (second - first).times(seconds, over: fast, .down) }
        return try wad - second - (wad - second).times(min(seconds - fast, slow), over: slow, .down)
    }

    /// f = BM ÷ (BM − MtM·d − R·(1 − d)), BM = MM + buffer·(MM − MtM): what, sold at the factor d, brings the buffered margin to 0.
    /// Rounded up; 1 where no fraction does.
    public static func largestFraction(
        margin: Int128, markToMarket: Int128, reserved: Int128, factor: Int128, buffer: Int128
    ) throws(VenueError) -> Int128 {
        let buffered = try margin.adding(margin.subtracting(markToMarket).timesWad(buffer, .down))
        let paid = try markToMarket.timesWad(factor, .down).adding(reserved.timesWad(wad - factor, .down))
        let divisor = try buffered.subtracting(paid)
        guard buffered < 0, divisor < 0 else { return wad }
        return min(wad, try buffered.overWad(divisor, .up))
    }
}

/// A portfolio for sale, as it stands now.
public struct Auction: Equatable, Sendable {
    public let account: AccountNumber
    public let step: LiquidationStep
    /// What a bid must name.
    public let lastTrade: UInt64
    public let start: UInt64
    /// The portfolio's value less what is reserved; below 0 in insolvency.
    public let value: Int128
    /// What the whole of it costs now: in insolvency below 0, as the insurance fund pays the bidder.
    public let price: Int128
    /// The largest part that may be sold now, and the smallest bid.
    public let most: Int128
    public let least: Int128
}

/// What a bid came to.
public struct AuctionFill: Equatable, Sendable {
    /// Of the portfolio, by notional; at most what was bid for.
    public let fraction: Int128
    /// What the bidder paid; below 0 what it got.
    public let price: Int128
    public let value: Int128
    /// What the next bid must name.
    public let trade: UInt64
}

extension Venue {
    /// The auction of an account as it stands.
    ///
    /// - Throws: `noAuction`; `liquidationPaused` where nothing may be sold now.
    public mutating func auction(of account: AccountNumber) throws(VenueError) -> Auction {
        let state = liquidation(of: account)
        guard state.step == .auction || state.step == .insolvency else { throw .noAuction }
        let margin = try marginBreakdown(of: account, .maintenance)
        // A portfolio that changed sides changes its auction with the end of the block.
        guard margin.margin < 0, (margin.equity < 0) == (state.step == .insolvency) else { throw .noAuction }
        guard try mayLiquidate(account) else { throw .liquidationPaused }
        let elapsed = time - min(state.start, time)
        var (value, price, most) = (margin.equity, margin.equity, wad)
        if state.step == .insolvency {
            // From what the portfolio lacks to what its requirement asks.
            let span = parameter(.insolvencySeconds)
            let requirement = try margin.equity.subtracting(margin.margin)
            price = try margin.equity.subtracting(requirement.times(min(Int128(elapsed), span), over: span, .down))
            let available = insuranceAvailable(state.underlying).now
            if available < 0 - price { most = try available.overWad(0 - price, .down) }
        } else {
            let factor = try AuctionRule.priceFactor(
                elapsed: elapsed, first: parameter(.auctionFirstDiscount), second: parameter(.auctionSecondDiscount),
                fast: parameter(.auctionFastSeconds), slow: parameter(.auctionSlowSeconds))
            // Where nothing but what bidders paid is left, it is for sale too.
            let reserved = state.reserved < margin.equity ? state.reserved : 0
            value = margin.equity - reserved
            price = try value.timesWad(factor, .up)
            most = try AuctionRule.largestFraction(
                margin: margin.margin, markToMarket: margin.equity, reserved: reserved, factor: factor,
                buffer: parameter(.auctionBuffer))
        }
        let least = try most.timesWad(parameter(.auctionLeastShare), .down)
        most = min(most, try fractionLeft(account))
        guard most > 0 else { throw .liquidationPaused }
        return Auction(
            account: account, step: state.step, lastTrade: state.lastTrade, start: state.start, value: value,
            price: price, most: most, least: max(1, min(least, most)))
    }

    /// Takes a fraction of a portfolio that is for sale, at its price of now.
    ///
    /// Every position moves at its mark, so that neither side's equity changes, and then the discount is paid in cash: that is the same as
    /// buying the fraction of everything, cash included. Lots are whole: each position gives the nearest number of them, and the
    /// bidder pays, and is paid, for what moved. A bid for more than is for sale gets what is.
    ///
    /// - Throws: `staleBid` where another trade came before; `priceLimit` where the fraction costs more than `limit` (below 0: where the
    ///   bidder is paid less); `bidTooSmall`; what an act that adds risk throws.
    public mutating func bid(
        on account: AccountNumber, by bidder: AccountNumber, fraction: Int128, limit: Int128, lastTrade: UInt64
    ) throws(VenueError) -> AuctionFill {
        guard account != bidder else { throw .unauthorized }
        try requireUnfrozen(bidder)
        var state = liquidation(of: account)
        let auction = try auction(of: account)
        guard lastTrade == auction.lastTrade else { throw .staleBid(lastTrade: auction.lastTrade) }
        guard fraction >= auction.least, fraction > 0 else {
            throw .bidTooSmall(fraction: fraction, least: auction.least)
        }
        let before = try marginBreakdown(of: account, .maintenance)
        let share = try moveFraction(min(fraction, auction.most), of: account, to: bidder)
        var price = try auction.price.timesWad(share, .up)
        let value = try auction.value.timesWad(share, .down)
        // Whole lots may be a little more than what the fund can pay for.
        if price < 0 { price = max(price, 0 - insuranceAvailable(state.underlying).now) }
        guard price <= limit else { throw .priceLimit(price: price, limit: limit) }
        if state.step == .insolvency {
            // The fund makes up what the fraction lacks, and pays the bidder for taking it.
            let lack = min(0 - value, 0 - price)
            try payLoss(lack, of: account, to: account, state.underlying)
            try payLoss((0 - price) - lack, of: account, to: bidder, state.underlying)
        } else {
            try addCash(account, price - value)
            try addCash(bidder, value - price)
            state.reserved = try state.reserved.adding(price)
        }
        state.lastTrade = nextTrade()
        try addTotals(2, low: Int128(value.magnitude))
        store(state, account)
        storage.emit(
            VenueEvent(
                .auctionBid,
                [
                    UInt256(UInt64(account)), UInt256(UInt64(bidder)), UInt256(state.lastTrade), share.word, price.word,
                    value.word,
                ]))
        let after = try marginBreakdown(of: account, .maintenance)
        guard after.margin >= before.margin else {
            throw .insufficientMargin(available: after.margin, required: before.margin)
        }
        try requireInitialMargin(bidder)
        if after.margin >= 0 { try leaveLiquidation(account, after) }
        return AuctionFill(fraction: share, price: price, value: value, trade: state.lastTrade)
    }

    /// How large a part of the account's positions the block's limits on open interest leave.
    private mutating func fractionLeft(_ account: AccountNumber) throws(VenueError) -> Int128 {
        var sizes = Array(repeating: Int128(0), count: Int(underlyingCount()) + 1)
        for number in try assets(of: account) where number < collateralBase {
            let instrument = try instrument(number)
            let lots = position(of: account, in: number).lots
            let place = Int(instrument.underlying)
            sizes[place] = try sizes[place].adding(instrument.size(lots: Int64(clamping: lots.magnitude)))
        }
        var most = wad
        for place in sizes.indices where sizes[place] > 0 {
            let (left, used) = try interestLeft(UInt32(place))
            let part = try left.overWad(sizes[place], .down)
            // The first bid of a block takes a lot, whatever the limit.
            most = min(most, used == 0 ? max(1, part) : part)
        }
        return most
    }

    /// Moves a fraction of every position and collateral at its mark, and returns what that is of the whole, by notional.
    private mutating func moveFraction(
        _ fraction: Int128, of account: AccountNumber, to bidder: AccountNumber
    ) throws(VenueError) -> Int128 {
        var parts: [(number: InstrumentNumber, held: Int64, moved: Int64, notional: Int128)] = []
        var movesSome = false
        for number in try assets(of: account) {
            let held = position(of: account, in: number).lots
            if held == 0 { continue }
            let moved = Int64(clamping: try Int128(held).timesWad(fraction, .nearestEven))
            movesSome = movesSome || moved != 0
            parts.append((number, held, moved, try notionalPerLot(of: number)))
        }
        var (whole, sold) = (Int128(0), Int128(0))
        for part in parts {
            // Of positions too small to be divided so finely, a lot each.
            let moved = movesSome ? part.moved : part.held.signum()
            whole = try whole.adding(part.notional.times(Int128(part.held.magnitude)))
            sold = try sold.adding(part.notional.times(Int128(moved.magnitude)))
            if moved == 0 { continue }
            if part.number >= collateralBase {
                let value = caches.risk.rows[try row(of: part.number)].value
                let cost = try value.times(Int128(moved))
                let kind = part.number - collateralBase
                try addCollateral(bidder, kind, collateralLot.times(Int128(moved)))
                try addCollateral(account, kind, collateralLot.times(Int128(0 - moved)))
                try addCash(account, cost)
                try addCash(bidder, 0 - cost)
            } else {
                let instrument = try instrument(part.number)
                try useInterest(instrument, lots: Int64(clamping: moved.magnitude))
                let mark = caches.risk.rows[try row(of: part.number)].markPerLot
                try move(moved, of: instrument, from: account, to: bidder, perLot: mark)
            }
        }
        guard sold > 0 else { throw .zeroSize }
        return try sold.overWad(whole, .down)
    }
}
