import Agents
import Derivatives
import Foundations
import JSONText

/// What of the waterfall (derivatives.md, section 8) was seen, step by step.
struct LiquidationTally {
    /// Accounts that entered the waterfall, each time they did, and that left it sound.
    private(set) var entered = 0
    private(set) var left = 0
    private(set) var ordersCancelled = 0
    private(set) var bookFills = 0
    /// In quote money.
    private(set) var closedInBook = 0.0
    private(set) var auctions = 0
    private(set) var bids = 0
    private(set) var auctioned = 0.0
    private(set) var insolvencies = 0
    private(set) var insurancePaid: Int128 = 0
    private(set) var deleveragings = 0
    private(set) var deleveraged = 0.0
    /// What those who were deleveraged gave up against the mark.
    private(set) var deleveragingCost = 0.0
    private(set) var socialised: Int128 = 0
    /// What accounts lacked when their insolvency was noted.
    private(set) var badDebts = 0
    private(set) var badDebt: Int128 = 0
    /// When the first account entered, when the first position was deleveraged, in seconds since the start.
    private(set) var first: UInt64?
    private(set) var firstDeleveraging: UInt64?
    /// Of the summary records of all blocks: the least ratio of equity to requirement, the most accounts in the waterfall, the last of
    /// the insurance fund, in how many blocks somebody was carried over, the most and the last that accounts owed together.
    private(set) var worstRatio: Double?
    private(set) var mostAtOnce = 0
    private(set) var now = 0
    private(set) var busyBlocks = 0
    private(set) var insurance: Int128 = 0
    private(set) var debtAtMost: Int128 = 0
    private(set) var debtLeft: Int128 = 0

    mutating func take(_ log: VenueLog, _ market: Market, at second: UInt64) throws {
        switch log.kind {
        case .orderRemoved: if log.integer(2) == UInt64(RemovalReason.liquidation.rawValue) { ordersCancelled += 1 }
        case .liquidationStep:
            guard let step = LiquidationStep(rawValue: UInt8(clamping: log.integer(1))) else { return }
            switch step {
            case .orders:
                entered += 1
                first = first ?? second
            case .auction: auctions += 1
            case .insolvency: insolvencies += 1
            case .none: left += 1
            case .book, .deleveraging, .socialisation: break
            }
        case .liquidationFilled:
            bookFills += 1
            closedInBook += abs(Money.number(log.amount(3)))
        case .auctionBid:
            bids += 1
            auctioned += abs(Money.number(log.amount(5)))
        case .insurancePaid: insurancePaid += log.amount(2)
        case .deleveraged:
            deleveragings += 1
            firstDeleveraging = firstDeleveraging ?? second
            if let instrument = market.instrument(log.number(2)) {
                let (size, price) = (
                    Money.number(log.amount(3)), Money.number(log.amount(4)) / Money.number(instrument.lot)
                )
                deleveraged += abs(size) * price
                if let mark = try market.marks(of: [instrument])[0] { deleveragingCost += size * (price - mark) }
            }
        case .socialised: socialised += log.amount(2)
        case .badDebt:
            badDebts += 1
            badDebt += log.amount(1)
        default: break
        }
    }

    /// The venue's summary record of a block.
    mutating func take(summary: [ABIValue]) {
        let ratio = summary[4].amount
        if ratio < Int128(Int64.max) { worstRatio = min(worstRatio ?? .infinity, Money.number(ratio)) }
        insurance = summary[2].amount
        debtLeft = summary[3].amount
        debtAtMost = max(debtAtMost, debtLeft)
        now = Int(summary[5].integer)
        mostAtOnce = max(mostAtOnce, now)
        if now > 0 { busyBlocks += 1 }
    }

    /// For the report.
    var members: [(name: String, text: String, json: JSONMember)] {
        func whole(_ name: String, _ number: Int) -> (String, String, JSONMember) {
            (name, "\(number)", .number(Double(number)))
        }
        func money(_ name: String, _ amount: Double) -> (String, String, JSONMember) {
            (name, DemoText.money(amount), .text(DemoText.fixed(amount, 2)))
        }
        func exact(_ name: String, _ amount: Int128) -> (String, String, JSONMember) {
            (name, DecimalText.text(amount.word), .text(DecimalText.text(amount.word)))
        }
        func moment(_ name: String, _ second: UInt64?) -> (String, String, JSONMember) {
            (name, second.map(DemoText.time) ?? "none", second.map { .number(Double($0)) } ?? .none)
        }
        return [
            moment("firstAt", first), moment("firstDeleveragingAt", firstDeleveraging), whole("entered", entered),
            whole("leftSound", left), whole("ordersCancelled", ordersCancelled), whole("bookFills", bookFills),
            money("closedInBook", closedInBook), whole("auctions", auctions), whole("bids", bids),
            money("auctioned", auctioned), whole("insolvencies", insolvencies), whole("badDebts", badDebts),
            exact("badDebt", badDebt), exact("insurancePaid", insurancePaid), whole("deleveragings", deleveragings),
            money("deleveraged", deleveraged), money("deleveragingCost", deleveragingCost),
            exact("socialised", socialised), exact("debtAtMost", debtAtMost), exact("debtLeft", debtLeft),
            (
                "worstMarginRatio", worstRatio.map { DemoText.fixed($0, 4) } ?? "none",
                worstRatio.map { .text(DemoText.fixed($0, 6)) } ?? .none
            ), whole("mostAtOnce", mostAtOnce), whole("blocksWithSome", busyBlocks), whole("stillThere", now),
        ]
    }

    var line: String {
        "liquidations \(entered) (\(now) now)  book \(DemoText.money(closedInBook))  bids \(bids)  insurance "
            + "\(DemoText.money(Money.number(insurance)))  deleveraged \(deleveragings)"
    }

    var lines: [String] {
        [
            "Liquidations   \(entered) entered, \(now) now, \(left) left sound",
            "  1 orders cancelled     \(ordersCancelled)",
            "  2 through the book     \(bookFills) fills, \(DemoText.money(closedInBook))",
            "  3 auctions             \(auctions), \(bids) bids, \(DemoText.money(auctioned))",
            "  4 insurance            \(DemoText.money(Money.number(insurancePaid))) paid, "
                + "\(DemoText.money(Money.number(insurance))) left",
            "  5 deleveraged          \(deleveragings), \(DemoText.money(deleveraged)), at a cost of "
                + DemoText.money(deleveragingCost),
            "  6 socialised           \(DemoText.money(Money.number(socialised)))",
            "  debt                   \(DemoText.money(Money.number(debtAtMost))) at most, "
                + "\(DemoText.money(Money.number(debtLeft))) left",
        ]
    }
}
