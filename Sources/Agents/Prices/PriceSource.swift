import Foundations

/// Where a publisher has its prices from: one for each of its underlyings, at a second since it began.
public protocol PriceSource {
    /// Times ascend from call to call.
    mutating func prices(at second: UInt64) -> [Double]
}

/// A fall that all markets share, and what comes after it.
public struct Crash: Equatable, Sendable {
    /// A moment in parts of the fall's time, and how much of the depth has gone then.
    public struct Point: Equatable, Sendable {
        public var time: Double
        public var depth: Double

        public init(time: Double, depth: Double) {
            self.time = time
            self.depth = depth
        }
    }

    /// The second at which it begins, and how long prices fall.
    public var start: UInt64
    public var seconds: UInt64
    /// Times ascend from 0; behind the last point its depth holds.
    public var shape: [Point]

    public init(start: UInt64, seconds: UInt64, shape: [Point] = Crash.october) {
        self.start = start
        self.seconds = seconds
        self.shape = shape
    }

    /// The form of 10 October 2025: slow at first, steepest near the end, then part of the way back.
    public static let october: [Point] = [
        (0, 0), (0.3, 0.1), (0.6, 0.25), (0.75, 0.38), (0.8, 0.5), (0.9, 0.85), (1, 1), (1.1, 0.85), (1.4, 0.72),
        (2, 0.62), (4, 0.55),
    ].map { Point(time: $0.0, depth: $0.1) }

    /// How much of the depth has gone at a second: 0 before, 1 at the bottom.
    public func progress(at second: UInt64) -> Double {
        guard second > start, seconds > 0, var before = shape.first else { return 0 }
        let time = Double(second - start) / Double(seconds)
        for point in shape {
            if time < point.time {
                return before.depth + (point.depth - before.depth) * (time - before.time) / (point.time - before.time)
            }
            before = point
        }
        return before.depth
    }
}

/// One underlying of a seeded process.
public struct ProcessTerms: Equatable, Sendable {
    public var symbol: String
    public var price: Double
    /// Per year.
    public var volatility: Double
    /// What of the price is gone at the bottom of the crash, 0 to 0.95.
    public var crash: Double

    public init(symbol: String, price: Double, volatility: Double, crash: Double) {
        self.symbol = symbol
        self.price = price
        self.volatility = volatility
        self.crash = crash
    }
}

/// Prices that wander by a seed, all markets partly together, and fall in a crash.
public struct PriceProcess: PriceSource {
    private let terms: [ProcessTerms]
    private let crash: Crash?
    private var random: SeededRandom
    /// The wandering part, as a multiple of the first price.
    private var levels: [Double]
    private var second: UInt64 = 0
    /// The share of a move that all markets have in common.
    private static let common = 0.8
    private static let secondsPerYear = 31_536_000.0

    public init(_ terms: [ProcessTerms], crash: Crash?, seed: UInt64) {
        self.terms = terms
        self.crash = crash
        random = SeededRandom(seed: seed, stream: 0)
        levels = Array(repeating: 1, count: terms.count)
    }

    public mutating func prices(at second: UInt64) -> [Double] {
        let elapsed = Double(second - min(second, self.second))
        self.second = max(second, self.second)
        let root = (elapsed / PriceProcess.secondsPerYear).squareRoot()
        let together = random.normal()
        let own = (1 - PriceProcess.common * PriceProcess.common).squareRoot()
        let gone = crash?.progress(at: second) ?? 0
        return terms.indices.map { index in
            let move = PriceProcess.common * together + own * random.normal()
            levels[index] = max(0.05, levels[index] * (1 + terms[index].volatility * root * move))
            return terms[index].price * levels[index] * (1 - terms[index].crash * gone)
        }
    }
}

/// Prices of a table: a line names the columns, then a line a time. Between two lines the earlier one holds; behind the last, the last.
public struct PriceTable: PriceSource, Equatable {
    public let symbols: [String]
    private let rows: [(second: UInt64, prices: [Double])]

    /// What is wrong with a table, with the line.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// `seconds,BTC,ETH` and lines such as `0,100000,4000`; seconds ascend, from any first one. Empty lines and lines that begin with
    /// `#` count for nothing.
    public init(parsing text: String) throws(Malformed) {
        var symbols: [String]?
        var rows: [(second: UInt64, prices: [Double])] = []
        var first: UInt64 = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(PriceTable.trimmed)
            if fields.count == 1, fields[0].isEmpty || fields[0].hasPrefix("#") { continue }
            if fields[0].hasPrefix("#") { continue }
            func wrong(_ message: String) -> Malformed { Malformed(description: "line \(index + 1): \(message)") }
            guard let names = symbols else {
                guard fields.count >= 2, fields[0] == "seconds", !fields.contains("") else {
                    throw wrong("a heading such as 'seconds,BTC,ETH' is expected")
                }
                symbols = Array(fields.dropFirst())
                continue
            }
            guard fields.count == names.count + 1 else {
                throw wrong("\(names.count + 1) fields are expected, not \(fields.count)")
            }
            guard let second = UInt64(fields[0]) else { throw wrong("'\(fields[0])' is no whole number of seconds") }
            var prices: [Double] = []
            for field in fields.dropFirst() {
                guard let price = Double(field), price > 0, price < 1e12 else {
                    throw wrong("'\(field)' is no price above 0 and below 1e12")
                }
                prices.append(price)
            }
            if let last = rows.last {
                guard second >= first, second - first > last.second else { throw wrong("seconds must ascend") }
            } else {
                first = second
            }
            rows.append((second - first, prices))
        }
        guard let symbols, !rows.isEmpty else { throw Malformed(description: "there are no prices") }
        self.symbols = symbols
        self.rows = rows
    }

    private static func trimmed(_ field: Substring) -> String {
        var field = field
        while let last = field.last, last == " " || last == "\r" || last == "\t" { field.removeLast() }
        return String(field.drop { $0 == " " || $0 == "\t" })
    }

    public func prices(at second: UInt64) -> [Double] {
        (rows.last { $0.second <= second } ?? rows[0]).prices
    }

    public static func == (left: PriceTable, right: PriceTable) -> Bool {
        left.symbols == right.symbols && left.rows.count == right.rows.count
            && zip(left.rows, right.rows).allSatisfy { $0.second == $1.second && $0.prices == $1.prices }
    }
}
