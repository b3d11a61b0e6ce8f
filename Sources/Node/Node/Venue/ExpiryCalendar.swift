/// Days on which options and futures expire, all at 08:00 UTC (derivatives.md, section 7).
enum ExpiryCalendar {
    static let day: UInt64 = 86_400
    /// An expiry is listed from this long before it.
    private static let notice: UInt64 = 3600

    /// The first 08:00 that comes at least an hour behind `time`, as a number of days since 1970.
    private static func firstDay(after time: UInt64) -> UInt64 { (time + notice + day - 28_800 - 1) / day }

    private static func expiry(_ day: UInt64) -> UInt64 { day * ExpiryCalendar.day + 28_800 }

    static func daily(_ count: Int, after time: UInt64) -> [UInt64] {
        (0..<UInt64(count)).map { expiry(firstDay(after: time) + $0) }
    }

    /// Fridays.
    static func weekly(_ count: Int, after time: UInt64) -> [UInt64] {
        let first = firstDay(after: time)
        // The first of January 1970 was a Thursday.
        let friday = first + (8 - first % 7) % 7
        return (0..<UInt64(count)).map { expiry(friday + 7 * $0) }
    }

    /// The last Fridays of months.
    static func monthly(_ count: Int, after time: UInt64) -> [UInt64] {
        var found: [UInt64] = []
        var friday = (weekly(1, after: time)[0] - 28_800) / day
        while found.count < count {
            if month(of: friday) != month(of: friday + 7) { found.append(expiry(friday)) }
            friday += 7
        }
        return found
    }

    /// 08:00 of `YYYY-MM-DD`; nil for another text, or no day.
    static func date(_ text: String) -> UInt64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = UInt64(parts[0]), let month = UInt64(parts[1]),
            let dayOfMonth = UInt64(parts[2]), year >= 1970, (1...12).contains(month), (1...31).contains(dayOfMonth)
        else { return nil }
        let days = self.days(year: year, month: month, day: dayOfMonth)
        return civil(days) == (year, month, dayOfMonth) ? expiry(days) : nil
    }

    private static func month(of day: UInt64) -> UInt64 { civil(day).month }

    /// Years begin in March here, so that a leap day is a year's last.
    private static func days(year: UInt64, month: UInt64, day: UInt64) -> UInt64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear
        return days - 719_468
    }

    private static func civil(_ days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * place + 2) / 5 + 1)
    }
}
