import EVM
import Foundations

extension VenueFunctions {
    /// The functions of Oracle at `0x0c10` by selector.
    enum Oracle: UInt32, CaseIterable, VenueFunction {
        case report = 0x1c57_a2e8
        case updateMarks = 0xa8f3_c875
        case digest = 0x30d6_52f6
        case indexPrice = 0x9406_e8b9
        case validity = 0xb2be_19b3
        case markPrice = 0xddc0_4609
        case forwardPrice = 0x1709_7e7d
        case marksTime = 0x325a_a0f5
        case surfaceExpiries = 0x227e_d1f0
        case publishers = 0x16f1_14aa

        var declaration: NativeFunction {
            switch self {
            case .report:
                return function(
                    "report",
                    [
                        NativeParameter("kind", .unsigned(8)), NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("expiry", .unsigned(64)),
                        NativeParameter("values", .array(.signed(256)), atMost: 5),
                        NativeParameter("confidence", .unsigned(256)), NativeParameter("timestamp", .unsigned(64)),
                        NativeParameter("yParity", .unsigned(8)), NativeParameter("r", .unsigned(256)),
                        NativeParameter("s", .unsigned(256)),
                    ], [], writes: true)
            case .updateMarks:
                return function("updateMarks", [NativeParameter("underlying", .unsigned(32))], [], writes: true)
            case .digest:
                return function(
                    "digest",
                    [
                        NativeParameter("kind", .unsigned(8)), NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("expiry", .unsigned(64)),
                        NativeParameter("values", .array(.signed(256)), atMost: 5),
                        NativeParameter("confidence", .unsigned(256)), NativeParameter("timestamp", .unsigned(64)),
                    ], [NativeParameter("hash", .fixedBytes(32))])
            case .indexPrice:
                return function(
                    "indexPrice", [NativeParameter("underlying", .unsigned(32))],
                    [NativeParameter("price", .signed(256)), NativeParameter("validity", .unsigned(8))])
            case .validity:
                return function(
                    "validity",
                    [
                        NativeParameter("kind", .unsigned(8)), NativeParameter("underlying", .unsigned(32)),
                        NativeParameter("expiry", .unsigned(64)),
                    ], [NativeParameter("rung", .unsigned(8))])
            case .markPrice:
                return function(
                    "markPrice", [NativeParameter("instrument", .unsigned(256))],
                    [NativeParameter("price", .signed(256))])
            case .forwardPrice:
                return function(
                    "forwardPrice",
                    [NativeParameter("underlying", .unsigned(32)), NativeParameter("expiry", .unsigned(64))],
                    [NativeParameter("price", .signed(256))])
            case .marksTime:
                return function(
                    "marksTime", [NativeParameter("underlying", .unsigned(32))],
                    [NativeParameter("time", .unsigned(64))])
            case .surfaceExpiries:
                return function(
                    "surfaceExpiries", [NativeParameter("underlying", .unsigned(32))],
                    [NativeParameter("expiries", .array(.unsigned(64)), atMost: 64)])
            case .publishers:
                return function(
                    "publishers", [],
                    [
                        NativeParameter("addresses", .array(.address), atMost: 16),
                        NativeParameter("weights", .array(.unsigned(64)), atMost: 16),
                    ])
            }
        }
    }
}
