import EVM
import Foundations

extension VenueFunctions {
    /// The functions of Liquidation at `0x0c14` by selector.
    enum Liquidation: UInt32, CaseIterable, VenueFunction {
        case bid = 0xc256_2877
        case contribute = 0x1fb6_142d
        case auction = 0x96f5_12a8
        case step = 0xeb17_eaca
        case queueLength = 0xab91_c7b0
        case queue = 0xf054_cafc
        case solvency = 0x773c_5049
        case underlyingSolvency = 0x6494_604e
        case totals = 0xc038_a38e

        var declaration: NativeFunction {
            switch self {
            case .bid:
                return function(
                    "bid",
                    [
                        NativeParameter("bidderOwner", .address), NativeParameter("bidderIndex", .unsigned(32)),
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("fraction", .unsigned(256)), NativeParameter("limit", .signed(256)),
                        NativeParameter("lastTrade", .unsigned(64)),
                    ],
                    [
                        NativeParameter("sold", .unsigned(256)), NativeParameter("price", .signed(256)),
                        NativeParameter("trade", .unsigned(64)),
                    ], writes: true)
            case .contribute:
                return function(
                    "contribute", [NativeParameter("index", .unsigned(32)), NativeParameter("amount", .unsigned(256))],
                    [], writes: true)
            case .auction:
                return function(
                    "auction", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [
                        NativeParameter("step", .unsigned(8)), NativeParameter("lastTrade", .unsigned(64)),
                        NativeParameter("start", .unsigned(64)), NativeParameter("value", .signed(256)),
                        NativeParameter("price", .signed(256)), NativeParameter("most", .unsigned(256)),
                        NativeParameter("least", .unsigned(256)),
                    ])
            case .step:
                return function(
                    "step", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [NativeParameter("step", .unsigned(8))])
            case .queueLength:
                return function("queueLength", [], [NativeParameter("length", .unsigned(64))])
            case .queue:
                return function(
                    "queue", [NativeParameter("first", .unsigned(64)), NativeParameter("most", .unsigned(64))],
                    [
                        NativeParameter("owners", .array(.address), atMost: 250),
                        NativeParameter("indexes", .array(.unsigned(32)), atMost: 250),
                        NativeParameter("steps", .array(.unsigned(8)), atMost: 250),
                    ])
            case .solvency:
                return function(
                    "solvency", [],
                    [
                        NativeParameter("equity", .signed(256)), NativeParameter("cash", .signed(256)),
                        NativeParameter("insurance", .signed(256)), NativeParameter("badDebt", .signed(256)),
                        NativeParameter("worstRatio", .signed(256)), NativeParameter("inLiquidation", .unsigned(64)),
                        NativeParameter("number", .unsigned(64)), NativeParameter("time", .unsigned(64)),
                    ])
            case .underlyingSolvency:
                return function(
                    "underlyingSolvency", [NativeParameter("underlying", .unsigned(32))],
                    [
                        NativeParameter("openInterest", .signed(256)), NativeParameter("equity", .signed(256)),
                        NativeParameter("insurancePaidToday", .signed(256)),
                        NativeParameter("worstRatio", .signed(256)), NativeParameter("holders", .unsigned(64)),
                        NativeParameter("number", .unsigned(64)),
                    ])
            case .totals:
                return function(
                    "totals", [],
                    [
                        NativeParameter("insurancePaid", .signed(256)), NativeParameter("socialised", .signed(256)),
                        NativeParameter("closedInBook", .signed(256)), NativeParameter("deleveraged", .signed(256)),
                        NativeParameter("auctioned", .signed(256)),
                    ])
            }
        }
    }
}
