import EVM
import Foundations

extension VenueFunctions {
    /// The functions of Clearing at `0x0c13` by selector.
    enum Clearing: UInt32, CaseIterable, VenueFunction {
        case deposit = 0x89ee_24fe
        case withdraw = 0x058d_5f45
        case transfer = 0x6071_3c16
        case setMarginMode = 0xe4d6_8391
        case setSessionKey = 0x04da_a953
        case exercise = 0x89f8_4b5f
        case insureFees = 0x0008_20a6
        case accountNumber = 0x0904_a4a8
        case account = 0xd3b7_0583
        case margin = 0xa1d1_2e9a
        case position = 0xca13_8e2e
        case positions = 0x160d_8b28
        case collateralBalance = 0xd5bd_762b
        case mayTrade = 0xbbc0_9c2a
        case openInterest = 0x88e5_3ec8
        case totalDeposits = 0x7d88_2097
        case collectedFees = 0x9003_adfe
        case insuranceFund = 0xb790_2303

        var declaration: NativeFunction {
            switch self {
            case .deposit:
                return function(
                    "deposit",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("collateral", .unsigned(32)), NativeParameter("amount", .unsigned(256)),
                    ], [], writes: true)
            case .withdraw:
                return function(
                    "withdraw",
                    [
                        NativeParameter("index", .unsigned(32)), NativeParameter("collateral", .unsigned(32)),
                        NativeParameter("amount", .unsigned(256)), NativeParameter("recipient", .address),
                    ], [], writes: true)
            case .transfer:
                return function(
                    "transfer",
                    [
                        NativeParameter("index", .unsigned(32)), NativeParameter("toOwner", .address),
                        NativeParameter("toIndex", .unsigned(32)), NativeParameter("collateral", .unsigned(32)),
                        NativeParameter("amount", .unsigned(256)),
                    ], [], writes: true)
            case .setMarginMode:
                return function(
                    "setMarginMode", [NativeParameter("index", .unsigned(32)), NativeParameter("mode", .unsigned(8))],
                    [], writes: true)
            case .setSessionKey:
                return function(
                    "setSessionKey",
                    [
                        NativeParameter("index", .unsigned(32)), NativeParameter("key", .address),
                        NativeParameter("expiry", .unsigned(64)),
                    ], [], writes: true)
            case .exercise:
                return function(
                    "exercise",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("size", .unsigned(256)),
                    ], [], writes: true)
            case .insureFees:
                return function("insureFees", [NativeParameter("amount", .unsigned(256))], [], writes: true)
            case .accountNumber:
                return function(
                    "accountNumber", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [NativeParameter("number", .unsigned(32))])
            case .account:
                return function(
                    "account", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [
                        NativeParameter("mode", .unsigned(8)), NativeParameter("cash", .signed(256)),
                        NativeParameter("equity", .signed(256)), NativeParameter("initialMargin", .signed(256)),
                        NativeParameter("maintenanceMargin", .signed(256)),
                    ])
            case .margin:
                return function(
                    "margin",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("kind", .unsigned(8)),
                    ],
                    [
                        NativeParameter("available", .signed(256)), NativeParameter("equity", .signed(256)),
                        NativeParameter("worst", .signed(256)), NativeParameter("contingencies", .signed(256)),
                        NativeParameter("markToMarket", .signed(256)), NativeParameter("cash", .signed(256)),
                    ])
            case .position:
                return function(
                    "position",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)),
                    ], [NativeParameter("size", .signed(256)), NativeParameter("cost", .signed(256))])
            case .positions:
                return function(
                    "positions", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [
                        NativeParameter("instruments", .array(.unsigned(256)), atMost: 128),
                        NativeParameter("sizes", .array(.signed(256)), atMost: 250),
                        NativeParameter("costs", .array(.signed(256)), atMost: 128),
                    ])
            case .collateralBalance:
                return function(
                    "collateralBalance",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("collateral", .unsigned(32)),
                    ], [NativeParameter("amount", .signed(256))])
            case .mayTrade:
                return function(
                    "mayTrade",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("key", .address),
                    ], [NativeParameter("allowed", .bool)])
            case .openInterest:
                return function(
                    "openInterest", [NativeParameter("instrument", .unsigned(256))],
                    [NativeParameter("size", .unsigned(256))])
            case .totalDeposits: return function("totalDeposits", [], [NativeParameter("amount", .signed(256))])
            case .collectedFees: return function("collectedFees", [], [NativeParameter("amount", .signed(256))])
            case .insuranceFund: return function("insuranceFund", [], [NativeParameter("amount", .signed(256))])
            }
        }
    }
}
