import Agents
import Foundation
import Foundations

/// What of the demo is seen while it runs: a table that is drawn again and again in a terminal, plain lines elsewhere.
final class DemoTable {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var lastDrawing = ContinuousClock.now - .seconds(1)
    private var lastLine: UInt64?
    private var height = 0

    /// A line for each minute of the venue's time, or a drawing for each tenth of a second of ours: only what is seen depends on the
    /// clock.
    func show(_ tally: DemoTally, elapsed: UInt64, block: UInt64) {
        if isTerminal {
            guard ContinuousClock.now - lastDrawing > .milliseconds(100) else { return }
            lastDrawing = .now
            draw(tally, elapsed, block)
        } else if lastLine.map({ elapsed >= $0 + 60 }) ?? true {
            lastLine = elapsed
            let prices = tally.markets.map { "\($0.symbol) \(DemoText.price($0.last))" }.joined(separator: "  ")
            print(
                "\(DemoText.time(elapsed))  block \(block)  \(prices)  fills \(tally.fills)  volume "
                    + "\(DemoText.money(tally.volume))  " + tally.liquidations.line)
            fflush(nil)
        }
    }

    private func draw(_ tally: DemoTally, _ elapsed: UInt64, _ block: UInt64) {
        var lines = ["Condor demo   \(DemoText.time(elapsed))   block \(block)", ""]
        lines.append(DemoText.columns(["", "index", "from start", "mark", "fills", "volume"]))
        for market in tally.markets {
            lines.append(
                DemoText.columns([
                    market.symbol, DemoText.price(market.last), DemoText.percent(market.last / market.first - 1),
                    DemoText.price(market.mark), "\(market.fills)", DemoText.money(market.volume),
                ]))
        }
        lines.append("")
        lines += tally.liquidations.lines
        // Back to the first line, and each line anew.
        if height > 0 { print("\u{1b}[\(height)A", terminator: "") }
        height = lines.count
        for line in lines { print("\u{1b}[2K" + line) }
        fflush(nil)
    }

    func end() {
        if isTerminal, height > 0 { print("") }
    }
}

/// Numbers as people read them.
enum DemoText {
    static func time(_ seconds: UInt64) -> String {
        "\(seconds / 3600 > 0 ? "\(seconds / 3600):" : "")\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }

    private static func padded(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static func price(_ price: Double) -> String { fixed(price, price < 1000 ? 2 : 0) }

    static func percent(_ share: Double) -> String { fixed(share * 100, 2) + " %" }

    /// In units, thousands or millions of quote money.
    static func money(_ amount: Double) -> String {
        switch abs(amount) {
        case 1e6...: fixed(amount / 1e6, 2) + " M"
        case 1e4...: fixed(amount / 1e3, 1) + " k"
        default: fixed(amount, 2)
        }
    }

    static func fixed(_ number: Double, _ places: Int) -> String { String(format: "%.\(places)f", number) }

    static func columns(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let width = index == 0 ? 8 : 14
            let fill = String(repeating: " ", count: max(0, width - cell.count))
            return index == 0 ? cell + fill : fill + cell
        }.joined()
    }
}
