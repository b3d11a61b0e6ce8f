import Agents
import Derivatives
import Foundations
import JSONText

/// What became of everybody's money: counts from the logs, sums by reads of the chain's last block.
struct DemoReport {
    private let options: DemoOptions
    private let tally: DemoTally
    private let books: Books
    /// Transactions of agents that the venue reverted.
    private let refused: Int
    private let block: UInt64
    private let elapsed: UInt64
    private let root: Bytes32

    /// Everybody's money at the end, by reads: what came in is what is there.
    struct Books {
        var accounts = 0
        /// Σ over all accounts, in units of 1e-18.
        var cash: Int128 = 0
        var positions: Int128 = 0
        var fees: Int128 = 0
        var insurance: Int128 = 0
        var deposits: Int128 = 0
        /// Accounts with equity below 0, and with less than maintenance margin.
        var insolvent = 0
        var unsound = 0
        /// The least of equity ÷ maintenance requirement among accounts with positions; nil where there are none.
        var worstRatio: Double?
        /// Instruments whose longs and shorts are not of one size.
        var unbalanced = 0
        var openInterest = 0.0

        var difference: Int128 { cash + positions + fees + insurance - deposits }
    }

    init(_ options: DemoOptions, _ tally: DemoTally, _ runner: AgentRunner) throws {
        let market = runner.market
        self.options = options
        refused = runner.desk.reverted.values.reduce(0, +)
        self.tally = tally
        block = market.block
        let client = market.client
        let head = try client.call("eth_getBlockByNumber") { writer in
            writer.value(quantity: market.block)
            writer.value(false)
        }
        root = head["stateRoot"]?.bytes32 ?? .zero
        elapsed = tally.elapsed(at: market.time)
        books = try DemoReport.books(tally.accounts.sorted { $0.key < $1.key }.map(\.value), market)
    }

    var isConserved: Bool { books.difference == 0 && books.unbalanced == 0 }

    private static func books(_ accounts: [AccountID], _ market: Market) throws -> Books {
        let client = market.client
        var books = Books()
        books.accounts = accounts.count
        let states = try client.batch(
            accounts.map {
                .read(VenueABI.clearing, VenueABI.account.encode([.address($0.owner), .number($0.index)]))
            })
        for state in states {
            let values = try VenueABI.account.decode(state.get())
            let (cash, equity, maintenance) = (values[1].amount, values[2].amount, values[4].amount)
            books.cash += cash
            books.positions += equity - cash
            if equity < 0 { books.insolvent += 1 }
            if maintenance < 0 { books.unsound += 1 }
            // `maintenance` is what is left behind the requirement.
            let required = equity - maintenance
            guard required > 0 else { continue }
            let ratio = Money.number(equity) / Money.number(required)
            books.worstRatio = min(books.worstRatio ?? ratio, ratio)
        }
        let holdings = try client.batch(
            accounts.map {
                .read(VenueABI.clearing, VenueABI.positions.encode([.address($0.owner), .number($0.index)]))
            })
        var sums: [UInt256: (net: Int128, long: Int128)] = [:]
        for holding in holdings {
            let values = try VenueABI.positions.decode(holding.get())
            for (id, size) in zip(values[0].list, values[1].list) {
                sums[id.word, default: (0, 0)].net += size.amount
                sums[id.word, default: (0, 0)].long += max(0, size.amount)
            }
        }
        books.unbalanced = sums.values.count { $0.net != 0 }
        for instrument in market.instruments where instrument.id.kind == .perpetual {
            let long = Money.number(sums[instrument.id.word]?.long ?? 0)
            books.openInterest += long * (try market.mark(of: instrument) ?? 0)
        }
        books.fees = try client.read(VenueABI.clearing, VenueABI.collectedFees, [])[0].amount
        books.insurance = try client.read(VenueABI.clearing, VenueABI.insuranceFund, [])[0].amount
        books.deposits = try client.read(VenueABI.clearing, VenueABI.totalDeposits, [])[0].amount
        return books
    }
}

// MARK: - As text and as JSON

extension DemoReport {
    /// Groups of a heading and lines of name and value, which both forms show.
    private var groups: [(name: String, members: [(name: String, text: String, json: JSONMember)])] {
        var groups: [(name: String, members: [(name: String, text: String, json: JSONMember)])] = []
        func whole(_ name: String, _ number: Int) -> (String, String, JSONMember) {
            (name, "\(number)", .number(Double(number)))
        }
        func money(_ name: String, _ amount: Double) -> (String, String, JSONMember) {
            (name, DemoText.money(amount), .text(DemoText.fixed(amount, 2)))
        }
        func exact(_ name: String, _ amount: Int128) -> (String, String, JSONMember) {
            let text = DecimalText.text(amount.word)
            return (name, text, .text(text))
        }
        groups.append(
            (
                "run",
                [
                    whole("seed", Int(options.seed)), ("crash", "× \(options.crash)", .number(options.crash)),
                    ("caps", "× \(options.caps)", .number(options.caps)), whole("blocks", Int(block)),
                    ("seconds", DemoText.time(elapsed), .number(Double(elapsed))),
                    whole("transactions", tally.transactions),
                    whole("refused", refused),
                ]
            ))
        groups.append(
            (
                "prices",
                tally.markets.map { market in
                    (
                        market.symbol,
                        "\(DemoText.price(market.first)) → \(DemoText.price(market.lowest)) → "
                            + "\(DemoText.price(market.last)); fell by \(DemoText.percent(market.fall)) within 12 minutes",
                        .text(DemoText.fixed(market.fall, 6))
                    )
                }
            ))
        groups.append(
            (
                "trading",
                [
                    whole("fills", tally.fills), money("volume", tally.volume),
                    exact("fees", tally.fees), exact("funding", tally.funding),
                    whole("fundingPayments", tally.fundingPayments),
                    whole("breakers", tally.breakers.values.reduce(0, +)),
                ]
            ))
        groups.append(("liquidations", tally.liquidations.members))
        groups.append(
            (
                "atTheEnd",
                [
                    whole("accounts", books.accounts), money("openInterest", books.openInterest),
                    whole("belowMaintenance", books.unsound), whole("insolvent", books.insolvent),
                    (
                        "worstMarginRatio", books.worstRatio.map { DemoText.fixed($0, 4) } ?? "none",
                        books.worstRatio.map { .text(DemoText.fixed($0, 6)) } ?? .none
                    ),
                ]
            ))
        groups.append(
            (
                "conservation",
                [
                    exact("cash", books.cash), exact("positions", books.positions), exact("feesHeld", books.fees),
                    exact("insurance", books.insurance), exact("deposits", books.deposits),
                    exact("difference", books.difference), whole("unbalancedInstruments", books.unbalanced),
                ]
            ))
        return groups
    }

    var text: String {
        var text = ""
        for (name, members) in groups {
            text += "\n" + DemoReport.heading(name) + "\n"
            for member in members {
                text += "  " + DemoReport.heading(member.name).padding(26) + member.text + "\n"
            }
        }
        text += "\nState root  \(root)\n"
        text += isConserved ? "Conserved: every unit that came in is there." : "NOT CONSERVED."
        return text
    }

    /// `fundingPayments` as `Funding payments`.
    private static func heading(_ name: String) -> String {
        var words = ""
        for (index, letter) in name.enumerated() {
            if index == 0 {
                words += letter.uppercased()
            } else if letter.isUppercase, !name.allSatisfy(\.isUppercase) {
                words += " " + letter.lowercased()
            } else {
                words += String(letter)
            }
        }
        return words
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, members) in groups {
                writer.key(name)
                writer.object { writer in
                    for member in members {
                        writer.key(member.name)
                        switch member.json {
                        case .number(let number):
                            if number.rounded() == number {
                                writer.value(Int64(number))
                            } else {
                                writer.value(number)
                            }
                        case .text(let text): writer.value(text)
                        case .none: writer.null()
                        }
                    }
                }
            }
            writer.key("stateRoot")
            writer.value(root)
            writer.key("conserved")
            writer.value(isConserved)
        }
        return writer.text
    }
}

/// A value of the report in JSON: money as text, so that no digit is lost.
enum JSONMember {
    case number(Double)
    case text(String)
    case none
}

extension String {
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
