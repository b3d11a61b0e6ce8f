import EVM
import Foundations

extension VenueFunctions {
    /// The functions of Book at `0x0c12` by selector.
    enum Book: UInt32, CaseIterable, VenueFunction {
        case place = 0x85d3_71c3
        case placeOrder = 0x9cc4_34fa
        case cancel = 0x2896_1d48
        case cancelByClientID = 0x133f_ea9e
        case cancelAll = 0xa3c3_e383
        case amend = 0x8a7f_8298
        case replace = 0x2f1b_198e
        case batch = 0xd242_3b51
        case setProtection = 0x4a7d_46d5
        case liftProtection = 0xda1e_08c6
        case resetProtection = 0x63a8_8d50
        case order = 0x2160_3f43
        case orders = 0x4d77_a476
        case orderByClientID = 0xaa0a_24a3
        case top = 0x313a_e541
        case depth = 0x737e_5153
        case impactPrice = 0xb127_1d79
        case frozenUntil = 0xf8cf_783f

        var declaration: NativeFunction {
            switch self {
            case .place:
                return function(
                    "place",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("isBuy", .bool),
                        NativeParameter("price", .unsigned(256)), NativeParameter("size", .unsigned(256)),
                        NativeParameter("timeInForce", .unsigned(8)), NativeParameter("clientID", .unsigned(64)),
                    ],
                    [
                        NativeParameter("order", .unsigned(256)), NativeParameter("filled", .unsigned(256)),
                        NativeParameter("cost", .unsigned(256)), NativeParameter("open", .unsigned(256)),
                        NativeParameter("removal", .unsigned(8)),
                    ], writes: true)
            case .placeOrder:
                return function(
                    "placeOrder",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("isBuy", .bool),
                        NativeParameter("price", .unsigned(256)), NativeParameter("size", .unsigned(256)),
                        NativeParameter("timeInForce", .unsigned(8)), NativeParameter("clientID", .unsigned(64)),
                        NativeParameter("expiry", .unsigned(64)), NativeParameter("flags", .unsigned(8)),
                        NativeParameter("trigger", .unsigned(8)), NativeParameter("triggerPrice", .unsigned(256)),
                    ],
                    [
                        NativeParameter("order", .unsigned(256)), NativeParameter("filled", .unsigned(256)),
                        NativeParameter("cost", .unsigned(256)), NativeParameter("open", .unsigned(256)),
                        NativeParameter("removal", .unsigned(8)),
                    ], writes: true)
            case .cancel:
                return function(
                    "cancel",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("order", .unsigned(256)),
                    ], [], writes: true)
            case .cancelByClientID:
                return function(
                    "cancelByClientID",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("clientID", .unsigned(64)),
                    ], [], writes: true)
            case .cancelAll:
                return function(
                    "cancelAll",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)),
                    ], [NativeParameter("count", .unsigned(32))], writes: true)
            case .amend:
                return function(
                    "amend",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("order", .unsigned(256)), NativeParameter("price", .unsigned(256)),
                        NativeParameter("size", .unsigned(256)),
                    ],
                    [
                        NativeParameter("order", .unsigned(256)), NativeParameter("filled", .unsigned(256)),
                        NativeParameter("cost", .unsigned(256)), NativeParameter("open", .unsigned(256)),
                        NativeParameter("removal", .unsigned(8)),
                    ], writes: true)
            case .replace:
                return function(
                    "replace",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("order", .unsigned(256)), NativeParameter("instrument", .unsigned(256)),
                        NativeParameter("isBuy", .bool), NativeParameter("price", .unsigned(256)),
                        NativeParameter("size", .unsigned(256)), NativeParameter("timeInForce", .unsigned(8)),
                        NativeParameter("clientID", .unsigned(64)),
                    ],
                    [
                        NativeParameter("order", .unsigned(256)), NativeParameter("filled", .unsigned(256)),
                        NativeParameter("cost", .unsigned(256)), NativeParameter("open", .unsigned(256)),
                        NativeParameter("removal", .unsigned(8)),
                    ], writes: true)
            case .batch:
                return function(
                    "batch",
                    [NativeParameter("calls", .array(.bytes), atMost: 100), NativeParameter("isAtomic", .bool)],
                    [
                        NativeParameter("succeeded", .array(.bool), atMost: 100),
                        NativeParameter("results", .array(.bytes), atMost: 100),
                    ], writes: true)
            case .setProtection:
                return function(
                    "setProtection",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("underlying", .unsigned(32)), NativeParameter("quantity", .unsigned(256)),
                        NativeParameter("delta", .unsigned(256)), NativeParameter("vega", .unsigned(256)),
                        NativeParameter("window", .unsigned(16)), NativeParameter("freeze", .unsigned(16)),
                    ], [], writes: true)
            case .liftProtection:
                return function(
                    "liftProtection",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("underlying", .unsigned(32)),
                    ], [], writes: true)
            case .resetProtection:
                return function(
                    "resetProtection",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("underlying", .unsigned(32)),
                    ], [], writes: true)
            case .order:
                return function(
                    "order", [NativeParameter("order", .unsigned(256))],
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("isBuy", .bool),
                        NativeParameter("price", .unsigned(256)), NativeParameter("sizeLeft", .unsigned(256)),
                        NativeParameter("sizePlaced", .unsigned(256)), NativeParameter("timeInForce", .unsigned(8)),
                        NativeParameter("clientID", .unsigned(64)), NativeParameter("expiry", .unsigned(64)),
                        NativeParameter("flags", .unsigned(8)), NativeParameter("trigger", .unsigned(8)),
                        NativeParameter("triggerPrice", .unsigned(256)),
                    ])
            case .orders:
                return function(
                    "orders", [NativeParameter("owner", .address), NativeParameter("index", .unsigned(32))],
                    [NativeParameter("orders", .array(.unsigned(256)), atMost: 1000)])
            case .orderByClientID:
                return function(
                    "orderByClientID",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("clientID", .unsigned(64)),
                    ], [NativeParameter("order", .unsigned(256))])
            case .top:
                return function(
                    "top", [NativeParameter("instrument", .unsigned(256))],
                    [
                        NativeParameter("bid", .unsigned(256)), NativeParameter("ask", .unsigned(256)),
                        NativeParameter("last", .unsigned(256)),
                    ])
            case .depth:
                return function(
                    "depth",
                    [
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("isBuy", .bool),
                        NativeParameter("levels", .unsigned(16)),
                    ],
                    [
                        NativeParameter("prices", .array(.unsigned(256)), atMost: 250),
                        NativeParameter("sizes", .array(.unsigned(256)), atMost: 250),
                        NativeParameter("counts", .array(.unsigned(32)), atMost: 250),
                    ])
            case .impactPrice:
                return function(
                    "impactPrice",
                    [
                        NativeParameter("instrument", .unsigned(256)), NativeParameter("isBuy", .bool),
                        NativeParameter("notional", .unsigned(256)),
                    ], [NativeParameter("price", .unsigned(256))])
            case .frozenUntil:
                return function(
                    "frozenUntil",
                    [
                        NativeParameter("owner", .address), NativeParameter("index", .unsigned(32)),
                        NativeParameter("underlying", .unsigned(32)),
                    ], [NativeParameter("time", .unsigned(64))])
            }
        }
    }
}
