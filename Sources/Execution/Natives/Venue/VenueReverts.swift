public import Derivatives
import Foundations

/// The custom errors of the venue's contracts: what a call that is refused returns.
enum VenueReverts {
    static var overflow: NativeRevert {
        NativeRevert(name: "Overflow", selector: 0x3527_8d12, meaning: "a number passes what 128 bits hold")
    }
    static var corrupt: NativeRevert {
        NativeRevert(
            name: "Corrupt", selector: 0x8b50_e986, meaning: "a word of the storage that no version of the venue wrote")
    }
    static var unknownAccount: NativeRevert {
        NativeRevert(name: "UnknownAccount", selector: 0x8305_be27, meaning: "the account has not acted yet")
    }
    static var unknownInstrument: NativeRevert {
        NativeRevert(name: "UnknownInstrument", selector: 0x9c84_8c00, meaning: "no such listing")
    }
    static var unknownUnderlying: NativeRevert {
        NativeRevert(name: "UnknownUnderlying", selector: 0x315e_086d, meaning: "no such underlying")
    }
    static var unknownCollateral: NativeRevert {
        NativeRevert(name: "UnknownCollateral", selector: 0x0e68_7f5c, meaning: "no such token")
    }
    static var unknownPublisher: NativeRevert {
        NativeRevert(
            name: "UnknownPublisher", selector: 0x4556_cfe3, meaning: "the report's signature is no publisher's")
    }
    static var unauthorized: NativeRevert {
        NativeRevert(name: "Unauthorized", selector: 0x82b4_2900, meaning: "the caller may not do this")
    }
    static var limitReached: NativeRevert {
        NativeRevert(
            name: "LimitReached", selector: 0x7aad_62d2, meaning: "a list is full",
            inputs: [NativeParameter("limit", .signed(256))])
    }
    static var alreadyListed: NativeRevert {
        NativeRevert(name: "AlreadyListed", selector: 0xa3d5_82ec, meaning: "it is there already")
    }
    static var invalidListing: NativeRevert {
        NativeRevert(
            name: "InvalidListing", selector: 0xd5a6_e0b8, meaning: "tick, lot, expiry or strike that cannot be listed")
    }
    static var parameterOutOfRange: NativeRevert {
        NativeRevert(
            name: "ParameterOutOfRange", selector: 0x44a5_eba0, meaning: "a setting outside its bounds",
            inputs: [
                NativeParameter("value", .signed(256)), NativeParameter("least", .signed(256)),
                NativeParameter("most", .signed(256)),
            ])
    }
    static var reportFromFuture: NativeRevert {
        NativeRevert(
            name: "ReportFromFuture", selector: 0xaafa_9243,
            meaning: "stamped later than now by more than is tolerated",
            inputs: [NativeParameter("timestamp", .unsigned(64)), NativeParameter("time", .unsigned(64))])
    }
    static var reportNotNewer: NativeRevert {
        NativeRevert(
            name: "ReportNotNewer", selector: 0xcefc_9650, meaning: "not later than the publisher's last",
            inputs: [NativeParameter("timestamp", .unsigned(64)), NativeParameter("last", .unsigned(64))])
    }
    static var invalidReport: NativeRevert {
        NativeRevert(name: "InvalidReport", selector: 0xb55a_c754, meaning: "values of the wrong number or range")
    }
    static var surface: NativeRevert {
        NativeRevert(
            name: "SurfaceArbitrage", selector: 0x5170_cc73,
            meaning: "a volatility surface with arbitrage or without sense")
    }
    static var oracleStale: NativeRevert {
        NativeRevert(name: "OracleStale", selector: 0x0457_8698, meaning: "the price that the act needs is too old")
    }
    static var oracleInvalid: NativeRevert {
        NativeRevert(name: "OracleInvalid", selector: 0xb421_e522, meaning: "there is no price to act on")
    }
    static var zeroSize: NativeRevert {
        NativeRevert(name: "ZeroSize", selector: 0xc459_d23f, meaning: "nothing to trade or move")
    }
    static var zeroPrice: NativeRevert {
        NativeRevert(name: "ZeroPrice", selector: 0x4dfb_a023, meaning: "a price that is not above 0")
    }
    static var instrumentClosed: NativeRevert {
        NativeRevert(
            name: "InstrumentClosed", selector: 0x8deb_df69, meaning: "the listing takes no such act in its status",
            inputs: [NativeParameter("status", .unsigned(8))])
    }
    static var reduceOnly: NativeRevert {
        NativeRevert(name: "ReduceOnly", selector: 0x5b0f_71a2, meaning: "only acts that lower a position")
    }
    static var insufficientMargin: NativeRevert {
        NativeRevert(
            name: "InsufficientMargin", selector: 0x884a_341c, meaning: "the account cannot carry it",
            inputs: [NativeParameter("available", .signed(256)), NativeParameter("required", .signed(256))])
    }
    static var openInterestCap: NativeRevert {
        NativeRevert(
            name: "OpenInterestCap", selector: 0x9b1e_5930, meaning: "more open interest than is allowed",
            inputs: [NativeParameter("value", .signed(256)), NativeParameter("limit", .signed(256))])
    }
    static var divergence: NativeRevert {
        NativeRevert(
            name: "Divergence", selector: 0xd7cc_b252, meaning: "mark and index lie too far apart",
            inputs: [NativeParameter("value", .signed(256)), NativeParameter("limit", .signed(256))])
    }
    static var unpriced: NativeRevert {
        NativeRevert(name: "Unpriced", selector: 0xd166_019c, meaning: "an option that no model prices")
    }
    static var unknownOrder: NativeRevert {
        NativeRevert(name: "UnknownOrder", selector: 0xb838_de96, meaning: "no such open order")
    }
    static var contradictoryOrder: NativeRevert {
        NativeRevert(name: "ContradictoryOrder", selector: 0xe544_261f, meaning: "options that exclude each other")
    }
    static var orderExpired: NativeRevert {
        NativeRevert(
            name: "OrderExpired", selector: 0xc98b_a387, meaning: "its time has passed",
            inputs: [NativeParameter("expiry", .unsigned(64)), NativeParameter("time", .unsigned(64))])
    }
    static var orderTooSmall: NativeRevert {
        NativeRevert(
            name: "OrderTooSmall", selector: 0x7e45_2434, meaning: "below the least value",
            inputs: [NativeParameter("notional", .signed(256)), NativeParameter("least", .signed(256))])
    }
    static var openOrderCap: NativeRevert {
        NativeRevert(
            name: "OpenOrderCap", selector: 0x5436_5539, meaning: "too many open orders",
            inputs: [NativeParameter("open", .unsigned(32)), NativeParameter("limit", .unsigned(32))])
    }
    static var clientIDInUse: NativeRevert {
        NativeRevert(
            name: "ClientIDInUse", selector: 0x5dfc_8b3a, meaning: "an open order of the account has that name",
            inputs: [NativeParameter("clientID", .unsigned(64))])
    }
    static var postOnlyWouldTrade: NativeRevert {
        NativeRevert(
            name: "PostOnlyWouldTrade", selector: 0x8c15_6195, meaning: "it would trade at once",
            inputs: [NativeParameter("bestTicks", .signed(64))])
    }
    static var fillOrKill: NativeRevert {
        NativeRevert(
            name: "FillOrKill", selector: 0x9925_c06f, meaning: "less than all could be had",
            inputs: [NativeParameter("availableLots", .signed(64))])
    }
    static var quotesFrozen: NativeRevert {
        NativeRevert(
            name: "QuotesFrozen", selector: 0x19cc_095e, meaning: "market-maker protection was breached",
            inputs: [NativeParameter("until", .unsigned(64))])
    }
    static var bookFull: NativeRevert {
        NativeRevert(name: "BookFull", selector: 0x9cce_15fc, meaning: "the book has numbered as many orders as it can")
    }
    static var bookParametersOutOfRange: NativeRevert {
        NativeRevert(name: "BookParametersOutOfRange", selector: 0x843f_72f7, meaning: "a setting outside its bounds")
    }
    static var insufficientCash: NativeRevert {
        NativeRevert(
            name: "InsufficientCash", selector: 0x4899_e4d2, meaning: "less is there",
            inputs: [NativeParameter("available", .signed(256))])
    }
    static var withdrawalLimit: NativeRevert {
        NativeRevert(
            name: "WithdrawalLimit", selector: 0xddfc_58a9, meaning: "more than may leave in an hour or a day",
            inputs: [NativeParameter("value", .signed(256)), NativeParameter("limit", .signed(256))])
    }
    static var withdrawalsClosed: NativeRevert {
        NativeRevert(
            name: "WithdrawalsClosed", selector: 0xa067_7f9e, meaning: "after a bad debt",
            inputs: [NativeParameter("untilBlock", .unsigned(64))])
    }
    static var depositInThisBlock: NativeRevert {
        NativeRevert(
            name: "DepositInThisBlock", selector: 0x078e_5780, meaning: "what came in this block stays in it",
            inputs: [NativeParameter("available", .signed(256))])
    }
    static var notExpired: NativeRevert {
        NativeRevert(name: "NotExpired", selector: 0xd040_4f85, meaning: "too early")
    }
    static var expired: NativeRevert { NativeRevert(name: "Expired", selector: 0x203d_82d8, meaning: "too late") }
    static var notExercisable: NativeRevert {
        NativeRevert(
            name: "NotExercisable", selector: 0x54ff_ac13, meaning: "not American, not in the money, or not held")
    }
    static var settlementPriceMissing: NativeRevert {
        NativeRevert(
            name: "SettlementPriceMissing", selector: 0xcd24_9e25, meaning: "no report of the end of the window")
    }
    static var modeUnchangeable: NativeRevert {
        NativeRevert(
            name: "ModeUnchangeable", selector: 0x4523_7c83, meaning: "the account would not be sound in that mode")
    }
    static var inLiquidation: NativeRevert {
        NativeRevert(name: "InLiquidation", selector: 0x7a12_697a, meaning: "the account's portfolio is in auction")
    }
    static var noAuction: NativeRevert {
        NativeRevert(name: "NoAuction", selector: 0x71d0_0de2, meaning: "nothing of the account is for sale")
    }
    static var staleBid: NativeRevert {
        NativeRevert(
            name: "StaleBid", selector: 0x0d92_0c4d, meaning: "another trade came before the bid",
            inputs: [NativeParameter("lastTrade", .unsigned(64))])
    }
    static var bidTooSmall: NativeRevert {
        NativeRevert(
            name: "BidTooSmall", selector: 0x2bf7_a088, meaning: "less than the smallest bid",
            inputs: [NativeParameter("fraction", .signed(256)), NativeParameter("least", .signed(256))])
    }
    static var priceLimit: NativeRevert {
        NativeRevert(
            name: "PriceLimit", selector: 0xacea_f336, meaning: "the fraction costs more than the bidder's limit",
            inputs: [NativeParameter("price", .signed(256)), NativeParameter("limit", .signed(256))])
    }
    static var liquidationPaused: NativeRevert {
        NativeRevert(
            name: "LiquidationPaused", selector: 0x0d3f_92fd,
            meaning: "a price is too old, mark and index lie apart, or the block's limit is reached")
    }
    static var invalidInput: NativeRevert {
        NativeRevert(
            name: "InvalidInput", selector: 0xb4fa_3fb3,
            meaning: "the call data is no call of a function of this contract")
    }
    static var notPayable: NativeRevert {
        NativeRevert(name: "NotPayable", selector: 0x1574_f9f3, meaning: "the venue takes no ether")
    }
    static var delegatedCall: NativeRevert {
        NativeRevert(name: "DelegatedCall", selector: 0xbad4_b796, meaning: "called in another contract's name")
    }
    static var staticCall: NativeRevert {
        NativeRevert(name: "StaticCall", selector: 0x1d53_8e3a, meaning: "the function writes")
    }
    static var reentrant: NativeRevert {
        NativeRevert(name: "Reentrant", selector: 0xed3b_a6a6, meaning: "the venue is writing already")
    }
    static var offTick: NativeRevert {
        NativeRevert(
            name: "OffTick", selector: 0x224a_75c5, meaning: "a price that is no multiple of the tick",
            inputs: [NativeParameter("tick", .unsigned(256))])
    }
    static var offLot: NativeRevert {
        NativeRevert(
            name: "OffLot", selector: 0x0696_ff02, meaning: "a size that is no multiple of the lot",
            inputs: [NativeParameter("lot", .unsigned(256))])
    }
    static var offDecimals: NativeRevert {
        NativeRevert(
            name: "OffDecimals", selector: 0x9ffb_ca24, meaning: "an amount that the token cannot express",
            inputs: [NativeParameter("decimals", .unsigned(8))])
    }
    static var tokenFailed: NativeRevert {
        NativeRevert(name: "TokenFailed", selector: 0x8e20_b1f9, meaning: "the token refused the transfer")
    }

    static var all: [NativeRevert] {
        [
            overflow, corrupt, unknownAccount, unknownInstrument, unknownUnderlying, unknownCollateral,
            unknownPublisher, unauthorized, limitReached, alreadyListed, invalidListing, parameterOutOfRange,
            reportFromFuture, reportNotNewer, invalidReport, surface, oracleStale, oracleInvalid, zeroSize, zeroPrice,
            instrumentClosed, reduceOnly, insufficientMargin, openInterestCap, divergence, unpriced, unknownOrder,
            contradictoryOrder, orderExpired, orderTooSmall, openOrderCap, clientIDInUse, postOnlyWouldTrade,
            fillOrKill, quotesFrozen, bookFull, bookParametersOutOfRange, insufficientCash, withdrawalLimit,
            withdrawalsClosed, depositInThisBlock, notExpired, expired, notExercisable, settlementPriceMissing,
            modeUnchangeable, inLiquidation, noAuction, staleBid, bidTooSmall, priceLimit, liquidationPaused,
            invalidInput, notPayable, delegatedCall, staticCall, reentrant, offTick, offLot,
            offDecimals, tokenFailed,
        ]
    }
}

extension VenueError {
    /// What a call that fails so returns.
    public var output: [UInt8] {
        switch self {
        case .overflow: VenueReverts.overflow.output
        case .corrupt: VenueReverts.corrupt.output
        case .unknownAccount: VenueReverts.unknownAccount.output
        case .unknownInstrument: VenueReverts.unknownInstrument.output
        case .unknownUnderlying: VenueReverts.unknownUnderlying.output
        case .unknownCollateral: VenueReverts.unknownCollateral.output
        case .unknownPublisher: VenueReverts.unknownPublisher.output
        case .unauthorized: VenueReverts.unauthorized.output
        case .limitReached(let a): VenueReverts.limitReached.output([a.word])
        case .alreadyListed: VenueReverts.alreadyListed.output
        case .invalidListing: VenueReverts.invalidListing.output
        case .parameterOutOfRange(let a, let b, let c):
            VenueReverts.parameterOutOfRange.output([a.word, b.word, c.word])
        case .reportFromFuture(let a, let b): VenueReverts.reportFromFuture.output([UInt256(a), UInt256(b)])
        case .reportNotNewer(let a, let b): VenueReverts.reportNotNewer.output([UInt256(a), UInt256(b)])
        case .invalidReport: VenueReverts.invalidReport.output
        case .surface: VenueReverts.surface.output
        case .oracleStale: VenueReverts.oracleStale.output
        case .oracleInvalid: VenueReverts.oracleInvalid.output
        case .zeroSize: VenueReverts.zeroSize.output
        case .zeroPrice: VenueReverts.zeroPrice.output
        case .instrumentClosed(let a): VenueReverts.instrumentClosed.output([UInt256(UInt64(a.rawValue))])
        case .reduceOnly: VenueReverts.reduceOnly.output
        case .insufficientMargin(let a, let b): VenueReverts.insufficientMargin.output([a.word, b.word])
        case .openInterestCap(let a, let b): VenueReverts.openInterestCap.output([a.word, b.word])
        case .divergence(let a, let b): VenueReverts.divergence.output([a.word, b.word])
        case .unpriced: VenueReverts.unpriced.output
        case .unknownOrder: VenueReverts.unknownOrder.output
        case .contradictoryOrder: VenueReverts.contradictoryOrder.output
        case .orderExpired(let a, let b): VenueReverts.orderExpired.output([UInt256(a), UInt256(b)])
        case .orderTooSmall(let a, let b): VenueReverts.orderTooSmall.output([a.word, b.word])
        case .openOrderCap(let a, let b): VenueReverts.openOrderCap.output([UInt256(UInt64(a)), UInt256(UInt64(b))])
        case .clientIDInUse(let a): VenueReverts.clientIDInUse.output([UInt256(a)])
        case .postOnlyWouldTrade(let a): VenueReverts.postOnlyWouldTrade.output([Int128(a).word])
        case .fillOrKill(let a): VenueReverts.fillOrKill.output([Int128(a).word])
        case .quotesFrozen(let a): VenueReverts.quotesFrozen.output([UInt256(a)])
        case .bookFull: VenueReverts.bookFull.output
        case .bookParametersOutOfRange: VenueReverts.bookParametersOutOfRange.output
        case .insufficientCash(let a): VenueReverts.insufficientCash.output([a.word])
        case .withdrawalLimit(let a, let b): VenueReverts.withdrawalLimit.output([a.word, b.word])
        case .withdrawalsClosed(let a): VenueReverts.withdrawalsClosed.output([UInt256(a)])
        case .depositInThisBlock(let a): VenueReverts.depositInThisBlock.output([a.word])
        case .notExpired: VenueReverts.notExpired.output
        case .expired: VenueReverts.expired.output
        case .notExercisable: VenueReverts.notExercisable.output
        case .settlementPriceMissing: VenueReverts.settlementPriceMissing.output
        case .modeUnchangeable: VenueReverts.modeUnchangeable.output
        case .inLiquidation: VenueReverts.inLiquidation.output
        case .noAuction: VenueReverts.noAuction.output
        case .staleBid(let a): VenueReverts.staleBid.output([UInt256(a)])
        case .bidTooSmall(let a, let b): VenueReverts.bidTooSmall.output([a.word, b.word])
        case .priceLimit(let a, let b): VenueReverts.priceLimit.output([a.word, b.word])
        case .liquidationPaused: VenueReverts.liquidationPaused.output
        }
    }
}
