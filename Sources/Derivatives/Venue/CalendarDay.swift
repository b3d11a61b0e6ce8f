/// A day of the calendar, from 1970 on: the one place that knows how dates are counted and when instruments expire.
public struct CalendarDay: Equatable, Sendable {
    /// How many days lie between 1970-01-01 and it.
    public let number: UInt64

    private static var seconds: UInt64 { 86_400 }
    /// Futures and options expire at 08:00 UTC (derivatives.md, section 7).
    private static var expirySecond: UInt64 { 28_800 }

    public init(number: UInt64) { self.number = number }

    /// The day in which a time lies, in seconds since 1970.
    public init(of time: UInt64) { number = time / CalendarDay.seconds }

    /// The first day whose expiry is not before `time`.
    public init(expiringFrom time: UInt64) {
        number = (time &+ CalendarDay.seconds &- CalendarDay.expirySecond &- 1) / CalendarDay.seconds
    }

    /// nil for what is no day.
    public init?(year: UInt64, month: UInt64, day: UInt64) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Years begin in March here, so that a leap day is a year's last.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        number = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        guard date == (year, month, day) else { return nil }
    }

    public var date: (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * place + 2) / 5 + 1)
    }

    /// The second in which instruments of this day expire.
    public var expiry: UInt64 { number &* CalendarDay.seconds &+ CalendarDay.expirySecond }

    /// Whether instruments may expire in this second.
    public static func isExpiry(_ time: UInt64) -> Bool { time % seconds == expirySecond }

    /// The day so many days later.
    public static func + (day: CalendarDay, days: UInt64) -> CalendarDay { CalendarDay(number: day.number &+ days) }
}

extension Venue {
    /// The number of the day that it is.
    var today: UInt64 { CalendarDay(of: time).number }
}
