import EVM
import Foundations

extension VenueFunctions {
    /// The functions of Instruments at `0x0c11` by selector.
    enum Instruments: UInt32, CaseIterable, VenueFunction {
        case setCashToken = 0xbc58_1f74
        case addUnderlying = 0xc9c6_a539
        case list = 0x19ae_b490
        case setStatus = 0xd896_dd64
        case retire = 0x3790_cf57
        case settle = 0x7595_1064
        case setParameter = 0x2278_5022
        case setLeverageTiers = 0xa7cd_c1d0
        case setFeeTiers = 0xf59a_c082
        case setScenarios = 0x8fec_700b
        case setPublishers = 0x46bf_b136
        case addCollateral = 0xe6b8_6553
        case setHaircut = 0xa876_3682
        case setBookParameters = 0x02e5_ba5c
        case setOwner = 0x13af_4035
        case setGuardian = 0x8a0d_ac4a
        case owner = 0x8da5_cb5b
        case guardian = 0x452a_9320
        case instrument = 0x1b4c_4b80
        case instrumentByNumber = 0x3ccb_6964
        case instrumentCount = 0xf28b_bdb2
        case underlyingCount = 0x4591_78f0
        case parameter = 0x6226_6455
        case collateral = 0xe431_8070
        case collateralCount = 0xb6fa_af8a

        var declaration: NativeFunction {
            switch self {
            case .setCashToken:
                return function(
                    "setCashToken", [NativeParameter("token", .address), NativeParameter("decimals", .unsigned(8))], [],
                    writes: true)
            case .addUnderlying:
                return function(
                    "addUnderlying", [NativeParameter("symbol", .unsigned(64))],
                    [NativeParameter("underlying", .unsigned(32))], writes: true)
            case .list:
                return function(
                    "list",
                    [
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("tick", .unsigned(256)),
                        NativeParameter("lot", .unsigned(256)),
                    ], [NativeParameter("number", .unsigned(32))], writes: true)
            case .setStatus:
                return function(
                    "setStatus",
                    [NativeParameter("instrument", .unsigned(256)), NativeParameter("status", .unsigned(8))], [],
                    writes: true)
            case .retire: return function("retire", [NativeParameter("instrument", .unsigned(256))], [], writes: true)
            case .settle:
                return function(
                    "settle",
                    [NativeParameter("instrument", .unsigned(256)), NativeParameter("budget", .unsigned(16))], [],
                    writes: true)
            case .setParameter:
                return function(
                    "setParameter",
                    [
                        NativeParameter("parameter", .unsigned(8)), NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("setting", .signed(256)),
                    ], [], writes: true)
            case .setLeverageTiers:
                return function(
                    "setLeverageTiers",
                    [
                        NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("lower", .array(.unsigned(256)), atMost: 8),
                        NativeParameter("leverage", .array(.unsigned(64)), atMost: 8),
                    ], [], writes: true)
            case .setFeeTiers:
                return function(
                    "setFeeTiers",
                    [
                        NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("volume", .array(.unsigned(256)), atMost: 8),
                        NativeParameter("maker", .array(.signed(64)), atMost: 8),
                        NativeParameter("taker", .array(.signed(64)), atMost: 8),
                    ], [], writes: true)
            case .setScenarios:
                return function(
                    "setScenarios",
                    [
                        NativeParameter("shifts", .array(.signed(64)), atMost: 64),
                        NativeParameter("volatility", .array(.unsigned(8)), atMost: 64),
                        NativeParameter("damping", .array(.signed(64)), atMost: 64),
                    ], [], writes: true)
            case .setPublishers:
                return function(
                    "setPublishers",
                    [
                        NativeParameter("addresses", .array(.address), atMost: 16),
                        NativeParameter("weights", .array(.unsigned(64)), atMost: 16),
                    ], [], writes: true)
            case .addCollateral:
                return function(
                    "addCollateral",
                    [
                        NativeParameter("token", .address), NativeParameter("decimals", .unsigned(8)),
                        NativeParameter("underlying", .unsigned(32)), NativeParameter("haircut", .unsigned(256)),
                    ], [NativeParameter("collateral", .unsigned(32))], writes: true)
            case .setHaircut:
                return function(
                    "setHaircut",
                    [NativeParameter("collateral", .unsigned(32)), NativeParameter("haircut", .unsigned(256))], [],
                    writes: true)
            case .setBookParameters:
                return function(
                    "setBookParameters",
                    [
                        NativeParameter("orderingRule", .unsigned(8)), NativeParameter("ordersPerAct", .unsigned(16)),
                        NativeParameter("levelsPerWalk", .unsigned(16)),
                        NativeParameter("triggersPerBlock", .unsigned(16)),
                        NativeParameter("expiriesPerBlock", .unsigned(16)),
                        NativeParameter("ordersPerBatch", .unsigned(16)),
                        NativeParameter("minimumNotional", .unsigned(32)),
                    ], [], writes: true)
            case .setOwner: return function("setOwner", [NativeParameter("holder", .address)], [], writes: true)
            case .setGuardian: return function("setGuardian", [NativeParameter("holder", .address)], [], writes: true)
            case .owner: return function("owner", [], [NativeParameter("holder", .address)])
            case .guardian: return function("guardian", [], [NativeParameter("holder", .address)])
            case .instrument:
                return function(
                    "instrument", [NativeParameter("instrument", .unsigned(256))],
                    [
                        NativeParameter("number", .unsigned(32)), NativeParameter("tick", .unsigned(256)),
                        NativeParameter("lot", .unsigned(256)), NativeParameter("status", .unsigned(8)),
                        NativeParameter("isPriced", .bool), NativeParameter("settlementPerLot", .signed(256)),
                    ])
            case .instrumentByNumber:
                return function(
                    "instrumentByNumber", [NativeParameter("number", .unsigned(32))],
                    [NativeParameter("instrument", .unsigned(256))])
            case .instrumentCount: return function("instrumentCount", [], [NativeParameter("count", .unsigned(32))])
            case .underlyingCount: return function("underlyingCount", [], [NativeParameter("count", .unsigned(32))])
            case .parameter:
                return function(
                    "parameter",
                    [NativeParameter("parameter", .unsigned(8)), NativeParameter("underlying", .unsigned(32))],
                    [NativeParameter("value", .signed(256))])
            case .collateral:
                return function(
                    "collateral", [NativeParameter("collateral", .unsigned(32))],
                    [
                        NativeParameter("token", .address), NativeParameter("decimals", .unsigned(8)),
                        NativeParameter("underlying", .unsigned(32)), NativeParameter("haircut", .unsigned(256)),
                    ])
            case .collateralCount: return function("collateralCount", [], [NativeParameter("count", .unsigned(32))])
            }
        }
    }
}
