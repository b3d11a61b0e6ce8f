import Foundations

/// An instrument as people write it: `BTC-PERP`, `BTC-25DEC26`, `BTC-25DEC26-100000-C`, of an American option `…-AC` and `…-AP`.
///
/// The underlying's symbol, the day of expiry (08:00 UTC), the strike in USD without needless zeros, then what it is. This is the
/// one place that reads and writes such names.
public struct InstrumentName: Equatable, Sendable {
    /// Up to eight characters of ASCII, the first in the highest byte, as `Venue.addUnderlying` takes them.
    public let symbol: UInt64
    public let kind: InstrumentKind
    public let expiry: UInt64
    public let strike: UInt128

    /// nil for what is not listed under a name: an expiry at another time than 08:00, before 2000 or after 2099.
    public init?(_ id: InstrumentID, symbol: UInt64) {
        if id.kind != .perpetual {
            guard CalendarDay.isExpiry(id.expiry), InstrumentName.years.contains(CalendarDay(of: id.expiry).date.year)
            else { return nil }
        }
        self.symbol = symbol
        kind = id.kind
        expiry = id.expiry
        strike = id.strike
    }

    /// The id under an underlying's number.
    public func id(underlying: UInt32) -> InstrumentID? {
        InstrumentID(underlying: underlying, kind: kind, expiry: expiry, strike: strike)
    }

    // MARK: - Text

    /// Reads a name of ASCII capitals; nil for what is none.
    public init?(_ text: some Sequence<UInt8>) {
        var parts: [[UInt8]] = [[]]
        for byte in text {
            if byte == UInt8(ascii: "-") { parts.append([]) } else { parts[parts.count - 1].append(byte) }
            guard parts.count <= 4, parts[parts.count - 1].count <= 40 else { return nil }
        }
        guard parts.count >= 2, let symbol = InstrumentName.symbol(parts[0]) else { return nil }
        self.symbol = symbol
        if parts.count == 2, parts[1] == InstrumentName.perpetual {
            (kind, expiry, strike) = (.perpetual, 0, 0)
            return
        }
        guard let day = InstrumentName.day(parts[1]) else { return nil }
        expiry = day.expiry
        if parts.count == 2 {
            (kind, strike) = (.future, 0)
            return
        }
        guard parts.count == 4, let kind = InstrumentName.kind(parts[3]),
            let strike = InstrumentName.strike(parts[2]), strike != 0
        else { return nil }
        self.kind = kind
        self.strike = strike
    }

    public var text: [UInt8] {
        var text = InstrumentName.characters(symbol) + [UInt8(ascii: "-")]
        if kind == .perpetual { return text + InstrumentName.perpetual }
        text += InstrumentName.characters(CalendarDay(of: expiry))
        if kind == .future { return text }
        return text + [UInt8(ascii: "-")] + InstrumentName.digits(strike) + [UInt8(ascii: "-")] + suffix
    }

    /// A symbol's characters.
    public static func characters(_ symbol: UInt64) -> [UInt8] {
        var characters: [UInt8] = []
        for shift in [56, 48, 40, 32, 24, 16, 8, 0] as [UInt64] {
            let byte = UInt8(truncatingIfNeeded: symbol &>> shift)
            if byte != 0 { characters.append(byte) }
        }
        return characters
    }

    /// nil for none, for more than eight characters, and for such as end a part.
    public static func symbol(_ characters: some Sequence<UInt8>) -> UInt64? {
        var symbol: UInt64 = 0
        for byte in characters {
            guard byte > 32, byte < 127, byte != UInt8(ascii: "-"), symbol >> 56 == 0 else { return nil }
            symbol = symbol << 8 | UInt64(byte)
        }
        return symbol == 0 ? nil : symbol
    }

    private static var perpetual: [UInt8] { [UInt8]("PERP".utf8) }

    private var suffix: [UInt8] {
        (kind.isAmerican ? [UInt8(ascii: "A")] : []) + [kind.isCall ? UInt8(ascii: "C") : UInt8(ascii: "P")]
    }

    private static func kind(_ suffix: [UInt8]) -> InstrumentKind? {
        switch suffix {
        case [UInt8(ascii: "C")]: .europeanCall
        case [UInt8(ascii: "P")]: .europeanPut
        case [UInt8(ascii: "A"), UInt8(ascii: "C")]: .americanCall
        case [UInt8(ascii: "A"), UInt8(ascii: "P")]: .americanPut
        default: nil
        }
    }

    /// A number of at most eight decimals in units of 1e-8, written without needless zeros.
    private static func strike(_ text: [UInt8]) -> UInt128? {
        var (whole, decimals) = (UInt256.zero, -1)
        for (place, byte) in text.enumerated() {
            if byte == UInt8(ascii: ".") {
                guard decimals < 0, place > 0 else { return nil }
                decimals = 0
                continue
            }
            guard byte >= 48, byte <= 57, whole.bitWidth <= 96 else { return nil }
            if decimals >= 0 { decimals += 1 }
            if place == 1, text[0] == 48, decimals < 0 { return nil }
            whole = whole &* UInt256(10) &+ UInt256(UInt64(byte - 48))
        }
        guard decimals != 0, decimals <= 8, !text.isEmpty else { return nil }
        if decimals > 0, text[text.count - 1] == 48 { return nil }
        for _ in max(decimals, 0)..<8 { whole = whole &* UInt256(10) }
        guard whole.bitWidth <= 96 else { return nil }
        return whole.asUInt128
    }

    private static func digits(_ strike: UInt128) -> [UInt8] {
        var rest = UInt256(strike)
        var reversed: [UInt8] = []
        while !rest.isZero || reversed.count < 9 {
            let (next, digit) = rest.dividedReportingRemainder(by: UInt256(10))
            reversed.append(48 + UInt8(truncatingIfNeeded: digit.limb0))
            rest = next
        }
        var fraction = Array(reversed[..<8].reversed())
        while fraction.last == 48 { fraction.removeLast() }
        let whole = Array(reversed[8...].reversed())
        return fraction.isEmpty ? whole : whole + [UInt8(ascii: ".")] + fraction
    }

    // MARK: - Days

    /// A year has two digits.
    private static var years: ClosedRange<UInt64> { 2000...2099 }

    private static var months: [[UInt8]] {
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"].map { [UInt8]($0.utf8) }
    }

    /// `25DEC26`: one or two digits, three letters, two digits.
    private static func day(_ text: [UInt8]) -> CalendarDay? {
        guard text.count == 6 || text.count == 7, text[0] != 48 else { return nil }
        func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
            var value: UInt64 = 0
            for digit in digits {
                guard digit >= 48, digit <= 57 else { return nil }
                value = value * 10 + UInt64(digit - 48)
            }
            return value
        }
        let name = Array(text[(text.count - 5)..<(text.count - 2)])
        guard let day = number(text[..<(text.count - 5)]), let month = months.firstIndex(of: name),
            let year = number(text[(text.count - 2)...])
        else { return nil }
        return CalendarDay(year: years.lowerBound + year, month: UInt64(month) + 1, day: day)
    }

    private static func characters(_ day: CalendarDay) -> [UInt8] {
        func digit(_ value: UInt64) -> UInt8 { 48 + UInt8(truncatingIfNeeded: value % 10) }
        let (year, month, day) = day.date
        return (day > 9 ? [digit(day / 10)] : []) + [digit(day)] + months[Int(month) - 1]
            + [digit(year / 10), digit(year)]
    }
}
