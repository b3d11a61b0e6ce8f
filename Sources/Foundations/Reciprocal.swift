// Division of a few 64-bit digits through a reciprocal instead of a hardware division.
// Source: Möller and Granlund, "Improved division by invariant integers" (2011); the numbers are the paper's algorithms.

/// ⌊(2^128 − 1) ÷ d⌋ − 2^64 for a normalized d (top bit set): algorithm 3.
@inline(__always)
func reciprocal(_ d: UInt64) -> UInt64 {
    // A start with 11 bits from a table, then Newton steps that double them.
    let d0 = d & 1
    let d40 = (d &>> 24) &+ 1
    let d63 = (d &>> 1) &+ d0
    let v0 = UInt64(ReciprocalTable.start[Int(truncatingIfNeeded: d &>> 55) & 255])
    let v1 = (v0 &<< 11) &- ((v0 &* v0 &* d40) &>> 40) &- 1
    let v2 = (v1 &<< 13) &+ ((v1 &* ((1 as UInt64 &<< 60) &- v1 &* d40)) &>> 47)
    let e = ((v2 &>> 1) & (0 &- d0)) &- v2 &* d63
    let v3 = (v2 &<< 31) &+ (v2.multipliedFullWidth(by: e).high &>> 1)
    let product = UInt128(v3) &* UInt128(d) &+ UInt128(d)
    return v3 &- product.highDigit &- d
}

/// ⌊(2^192 − 1) ÷ d⌋ − 2^64 for two normalized digits: algorithm 6.
@inline(__always)
func reciprocal(_ d: UInt128) -> UInt64 {
    let (d1, d0) = (d.highDigit, d.lowDigit)
    var v = reciprocal(d1)
    var p = d1 &* v &+ d0
    if p < d0 {
        v &-= 1
        if p >= d1 {
            v &-= 1
            p = p &- d1
        }
        p = p &- d1
    }
    let (high, low) = v.multipliedFullWidth(by: d0)
    p = p &+ high
    if p < high {
        v &-= 1
        if p > d1 || (p == d1 && low >= d0) { v &-= 1 }
    }
    return v
}

/// (high, low) ÷ d for a normalized d, its reciprocal v, and high < d: algorithm 4.
@inline(__always)
func divideTwoByOne(_ high: UInt64, _ low: UInt64, _ d: UInt64, _ v: UInt64) -> (
    quotient: UInt64, remainder: UInt64
) {
    let product = UInt128(v) &* UInt128(high) &+ UInt128(digits: high, low)
    var q = product.highDigit &+ 1
    var r = low &- q &* d
    // Taken about every second time: a mask, not a branch.
    let tooLarge: UInt64 = r > product.lowDigit ? .max : 0
    q = q &+ tooLarge
    r = r &+ (tooLarge & d)
    if r >= d {
        q &+= 1
        r = r &- d
    }
    return (q, r)
}

/// (u2, u1, u0) ÷ d for a normalized d, its reciprocal v, and (u2, u1) < d: algorithm 5.
@inline(__always)
func divideThreeByTwo(
    _ u2: UInt64, _ u1: UInt64, _ u0: UInt64, _ d: UInt128, _ v: UInt64
) -> (quotient: UInt64, remainder: UInt128) {
    let product = UInt128(v) &* UInt128(u2) &+ UInt128(digits: u2, u1)
    var q = product.highDigit
    // The divisor is taken away first, while the quotient is not there yet.
    let less = UInt128(digits: u1, u0) &- d
    let high = less.highDigit &- q &* d.highDigit
    var r = UInt128(digits: high, less.lowDigit) &- UInt128(d.lowDigit) &* UInt128(q)
    // Taken about every second time: both are computed and one is chosen.
    let isTooLarge = r.highDigit >= product.lowDigit
    let more = r &+ d
    q = isTooLarge ? q : q &+ 1
    r = UInt128(digits: isTooLarge ? more.highDigit : r.highDigit, isTooLarge ? more.lowDigit : r.lowDigit)
    // Nearly never: as a branch it keeps out of the way to the next digit.
    if _slowPath(r >= d) {
        q &+= 1
        r = r &- d
    }
    return (q, r)
}

/// The bits that a shift left by less than 64 pushes out of a limb.
@inline(__always)
func carryOut(_ limb: UInt64, _ shift: UInt64) -> UInt64 {
    (limb &>> 1) &>> (63 &- shift)
}

/// ⌊(2^19 − 3·2^8) ÷ d⌋ for d from 256 to 511: reciprocals of nine bits.
private enum ReciprocalTable {
    static let start: InlineArray<256, UInt16> = [
        2045, 2037, 2029, 2021, 2013, 2005, 1998, 1990, 1983, 1975, 1968, 1960, 1953, 1946, 1938, 1931,
        1924, 1917, 1910, 1903, 1896, 1889, 1883, 1876, 1869, 1863, 1856, 1849, 1843, 1836, 1830, 1824,
        1817, 1811, 1805, 1799, 1792, 1786, 1780, 1774, 1768, 1762, 1756, 1750, 1745, 1739, 1733, 1727,
        1722, 1716, 1710, 1705, 1699, 1694, 1688, 1683, 1677, 1672, 1667, 1661, 1656, 1651, 1646, 1641,
        1636, 1630, 1625, 1620, 1615, 1610, 1605, 1600, 1596, 1591, 1586, 1581, 1576, 1572, 1567, 1562,
        1558, 1553, 1548, 1544, 1539, 1535, 1530, 1526, 1521, 1517, 1513, 1508, 1504, 1500, 1495, 1491,
        1487, 1483, 1478, 1474, 1470, 1466, 1462, 1458, 1454, 1450, 1446, 1442, 1438, 1434, 1430, 1426,
        1422, 1418, 1414, 1411, 1407, 1403, 1399, 1396, 1392, 1388, 1384, 1381, 1377, 1374, 1370, 1366,
        1363, 1359, 1356, 1352, 1349, 1345, 1342, 1338, 1335, 1332, 1328, 1325, 1322, 1318, 1315, 1312,
        1308, 1305, 1302, 1299, 1295, 1292, 1289, 1286, 1283, 1280, 1276, 1273, 1270, 1267, 1264, 1261,
        1258, 1255, 1252, 1249, 1246, 1243, 1240, 1237, 1234, 1231, 1228, 1226, 1223, 1220, 1217, 1214,
        1211, 1209, 1206, 1203, 1200, 1197, 1195, 1192, 1189, 1187, 1184, 1181, 1179, 1176, 1173, 1171,
        1168, 1165, 1163, 1160, 1158, 1155, 1153, 1150, 1148, 1145, 1143, 1140, 1138, 1135, 1133, 1130,
        1128, 1125, 1123, 1121, 1118, 1116, 1113, 1111, 1109, 1106, 1104, 1102, 1099, 1097, 1095, 1092,
        1090, 1088, 1086, 1083, 1081, 1079, 1077, 1074, 1072, 1070, 1068, 1066, 1064, 1061, 1059, 1057,
        1055, 1053, 1051, 1049, 1047, 1044, 1042, 1040, 1038, 1036, 1034, 1032, 1030, 1028, 1026, 1024,
    ]
}

extension UInt128 {
    @inlinable @inline(__always)
    package init(digits high: UInt64, _ low: UInt64) {
        self = (UInt128(high) &<< 64) | UInt128(low)
    }

    /// Takes the divisor away when that does not go below zero; answers how often, 0 or 1.
    @inline(__always)
    mutating func reduceOnce(_ divisor: UInt128) -> UInt64 {
        let (less, borrow) = subtractingReportingOverflow(divisor)
        if !borrow { self = less }
        return borrow ? 0 : 1
    }

    var lowDigit: UInt64 { @inline(__always) get { UInt64(truncatingIfNeeded: self) } }
    var highDigit: UInt64 { @inline(__always) get { UInt64(truncatingIfNeeded: self &>> 64) } }
}
