import Derivatives

/// Days on which options and futures expire.
enum ExpiryCalendar {
    /// An expiry is listed from this many seconds before it.
    private static let notice: UInt64 = 3600

    static func daily(_ count: Int, after time: UInt64) -> [UInt64] {
        let first = CalendarDay(expiringFrom: time + notice)
        return (0..<UInt64(count)).map { (first + $0).expiry }
    }

    /// Fridays.
    static func weekly(_ count: Int, after time: UInt64) -> [UInt64] {
        let friday = firstFriday(after: time)
        return (0..<UInt64(count)).map { (friday + 7 * $0).expiry }
    }

    /// The last Fridays of months.
    static func monthly(_ count: Int, after time: UInt64) -> [UInt64] {
        var found: [UInt64] = []
        var friday = firstFriday(after: time)
        while found.count < count {
            if friday.date.month != (friday + 7).date.month { found.append(friday.expiry) }
            friday = friday + 7
        }
        return found
    }

    private static func firstFriday(after time: UInt64) -> CalendarDay {
        let first = CalendarDay(expiringFrom: time + notice)
        // The first of January 1970 was a Thursday.
        return first + (8 - first.number % 7) % 7
    }

    /// The expiry of `YYYY-MM-DD`; nil for another text, or no day.
    static func date(_ text: String) -> UInt64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = UInt64(parts[0]), let month = UInt64(parts[1]),
            let day = UInt64(parts[2])
        else { return nil }
        return CalendarDay(year: year, month: month, day: day)?.expiry
    }
}
