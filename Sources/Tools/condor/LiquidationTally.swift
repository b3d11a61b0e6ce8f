import Agents
import Derivatives

/// What of the waterfall (derivatives.md, section 8) was seen, step by step.
struct LiquidationTally {
    private(set) var ordersCancelled = 0
    private(set) var badDebts = 0
    private(set) var badDebt: Int128 = 0

    mutating func take(_ log: VenueLog, at second: UInt64) {
        switch log.kind {
        case .orderRemoved: if log.integer(2) == UInt64(RemovalReason.liquidation.rawValue) { ordersCancelled += 1 }
        case .badDebt:
            badDebts += 1
            badDebt += log.amount(1)
        default: break
        }
    }

    /// For the report.
    var members: [(name: String, text: String, json: JSONMember)] {
        [
            ("ordersCancelled", "\(ordersCancelled)", .number(Double(ordersCancelled))),
            ("badDebt", DecimalText.text(badDebt.word), .text(DecimalText.text(badDebt.word))),
        ]
    }

    var line: String { "cancelled \(ordersCancelled)" }

    var lines: [String] { [line] }
}
