import Agents
import Foundation
import Foundations
import JSONText
import Testing

@Suite struct AgentsTests {
    // MARK: Prices

    private static let markets = [
        ProcessTerms(symbol: "BTC", price: 100_000, volatility: 0.5, crash: 0.13),
        ProcessTerms(symbol: "SOL", price: 200, volatility: 0.8, crash: 0.26),
    ]

    private func prices(seed: UInt64, crash: Crash?) -> [[Double]] {
        var process = PriceProcess(AgentsTests.markets, crash: crash, seed: seed)
        return (0..<500).map { process.prices(at: 3 * $0) }
    }

    @Test func aSeedGivesOneSeriesOfPrices() {
        #expect(prices(seed: 7, crash: nil) == prices(seed: 7, crash: nil))
        #expect(prices(seed: 7, crash: nil) != prices(seed: 8, crash: nil))
        #expect(prices(seed: 7, crash: nil).allSatisfy { $0.allSatisfy { $0 > 0 } })
    }

    /// 10 October 2025: BTC lost 13 % and SOL 26 % within 12 minutes.
    @Test func theCrashIsAsDeepAsItsTermsSay() {
        let crash = Crash(start: 300, seconds: 720)
        #expect(crash.progress(at: 300) == 0 && crash.progress(at: 1020) == 1)
        let series = prices(seed: 3, crash: crash)
        for (index, market) in AgentsTests.markets.enumerated() {
            let fall = 1 - series[340][index] / series[100][index]
            #expect(abs(fall - market.crash) < 0.02, "\(market.symbol) fell by \(fall)")
        }
        // Part of it comes back.
        #expect(series[499][0] > series[340][0])
    }

    @Test func aTableGivesTheRowThatHolds() throws {
        let table = try PriceTable(parsing: "# prices\nseconds,BTC,ETH\n100, 1000, 50\n\n110,1010,51\r\n")
        #expect(table.symbols == ["BTC", "ETH"])
        #expect(table.prices(at: 0) == [1000, 50] && table.prices(at: 9) == [1000, 50])
        #expect(table.prices(at: 10) == [1010, 51] && table.prices(at: 1000) == [1010, 51])
    }

    @Test(arguments: [
        ("", "there are no prices"), ("BTC\n1", "line 1: a heading such as 'seconds,BTC,ETH' is expected"),
        ("seconds,BTC\n0,1,2", "line 2: 2 fields are expected, not 3"),
        ("seconds,BTC\nx,1", "line 2: 'x' is no whole number of seconds"),
        ("seconds,BTC\n0,-1", "line 2: '-1' is no price above 0 and below 1e12"),
        ("seconds,BTC\n5,1\n5,2", "line 3: seconds must ascend"),
        ("seconds,BTC\n5,1\n4,2", "line 3: seconds must ascend"),
    ])
    func aTableSaysWhatIsWrongWithIt(text: String, message: String) {
        #expect(throws: PriceTable.Malformed.self) { try PriceTable(parsing: text) }
        do { _ = try PriceTable(parsing: text) } catch { #expect("\(error)" == message) }
    }

    // MARK: Quotes

    private static let model = QuoteModel(
        halfSpread: 0.001, step: 0.001, levels: 3, notional: 1000, growth: 2, skew: 0.01, limit: 10_000)

    @Test func quotesLieAroundThePrice() {
        let quotes = AgentsTests.model.quotes(fair: 100, inventory: 0, stress: 0)
        let (bids, asks) = (quotes.filter(\.isBuy), quotes.filter { !$0.isBuy })
        #expect(bids.map(\.price) == [99.9, 99.8, 99.7] && asks.count == 3)
        #expect(bids.map(\.size) == [10, 20, 40] && asks.map(\.size) == [10, 20, 40])
        #expect(asks.allSatisfy { $0.price > 100 })
    }

    @Test func inventoryMovesQuotesAgainstItself() throws {
        let quotes = AgentsTests.model.quotes(fair: 100, inventory: 5_000, stress: 0)
        #expect(try #require(quotes.first { $0.isBuy }).price < 99.9)
        #expect(try #require(quotes.first { $0.isBuy }).size == 5)
        #expect(try #require(quotes.first { !$0.isBuy }).size == 10)
        // A full one takes no more.
        #expect(AgentsTests.model.quotes(fair: 100, inventory: 10_000, stress: 0).allSatisfy { !$0.isBuy })
        #expect(AgentsTests.model.quotes(fair: 100, inventory: -20_000, stress: 0).allSatisfy { $0.isBuy })
        #expect(AgentsTests.model.quotes(fair: 0, inventory: 0, stress: 0).isEmpty)
    }

    @Test func stressWidensAndThins() throws {
        let quote = try #require(AgentsTests.model.quotes(fair: 100, inventory: 0, stress: 1).first)
        #expect(quote.price == 99.8 && quote.size == 5)
        var gauge = StressGauge(volatility: 0.5)
        gauge.take(100, at: 0)
        gauge.take(100.001, at: 3)
        #expect(gauge.level == 0)
        gauge.take(98, at: 6)
        let level = gauge.level
        #expect(level > 1)
        gauge.take(98, at: 60)
        #expect(gauge.level < level / 2)
    }

    @Test func theOptionModelFindsItsOwnVolatility() throws {
        let price = try #require(
            OptionModel.price(isCall: true, forward: 100, strike: 110, years: 0.1, rate: 0.04, volatility: 0.6))
        let volatility = try #require(
            OptionModel.volatility(isCall: true, forward: 100, strike: 110, years: 0.1, rate: 0.04, price: price))
        #expect(abs(volatility - 0.6) < 1e-6)
        #expect(OptionModel.volatility(isCall: true, forward: 100, strike: 110, years: 0.1, rate: 0, price: 200) == nil)
        #expect(OptionModel.price(isCall: true, forward: 0, strike: 1, years: 1, rate: 0, volatility: 1) == nil)
    }

    // MARK: Files

    @Test func theUsualSetIsAFile() throws {
        let file = try AgentsFile(parsing: Array(AgentsFile.usual.utf8))
        #expect(file.entries.count >= 7 && file.symbols == ["BTC", "ETH", "SOL"])
    }

    @Test(arguments: [
        ("{", "no JSON"), ("[]", "an object is expected"), ("{}", "agents: is missing: a list of agents"),
        (#"{"agents": []}"#, "agents: a list with at least one element is expected"),
        (#"{"seeds": 1}"#, "seeds: there is no such member; accepted: seed, underlyings, mnemonic, agents"),
        (#"{"seed": -1, "agents": []}"#, "seed: a whole number from 0 to 9223372036854775807 is expected"),
        (
            #"{"agents": [{"kind": "fool"}]}"#,
            "agents[0].kind: one of publisher, maker, hedger, noise, liquidator, insurer is expected"
        ),
        (#"{"agents": [{"kind": "maker"}]}"#, "agents[0].key: is missing"),
        (#"{"agents": [{"kind": "maker", "key": "0x12"}]}"#, "agents[0].key: the number of an account below 1000"),
        (#"{"agents": [{"kind": "maker", "key": 1, "levels": 0}]}"#, "agents[0].levels: a whole number from 1 to 20"),
        (#"{"agents": [{"kind": "maker", "key": 1, "spread": 1}]}"#, "agents[0].spread: there is no such member"),
        (
            #"{"agents": [{"kind": "noise", "key": 1, "underlyings": ["DOGE"]}]}"#,
            "agents[0].underlyings[0]: one of BTC, ETH, SOL is expected"
        ),
        (
            #"{"agents": [{"kind": "noise", "key": 1, "leverage": [5, 2]}]}"#,
            "agents[0].leverage: the least and the most"
        ),
        (
            #"{"agents": [{"kind": "maker", "key": 1}, {"kind": "maker", "name": "b", "key": 1}]}"#,
            "agents[1].key: another agent has this key"
        ),
        (
            #"{"agents": [{"kind": "maker", "key": 1}, {"kind": "maker", "key": 2}]}"#,
            "agents[1].name: 'maker' is there twice"
        ),
        (#"{"agents": [{"kind": "publisher", "key": 1}]}"#, "agents[0].publishers: is missing"),
        (
            #"{"agents": [{"kind": "publisher", "key": 1, "publishers": [1], "markets": [{"underlying": "BTC"}]}]}"#,
            "agents[0].markets[0].price: is missing: a number from"
        ),
    ])
    func aFileSaysWhatIsWrongAndWhere(text: String, message: String) {
        do {
            _ = try AgentsFile(parsing: Array(text.utf8))
            Issue.record("\(text) was taken")
        } catch { #expect("\(error)".hasPrefix(message), "\(error)") }
    }

    // MARK: The wire

    /// Every function and log that agents use is one of the interface files, with the same results.
    @Test func theInterfaceIsTheVenues() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var signatures: Set<String> = []
        for name in ["Oracle", "Instruments", "Book", "Clearing", "Liquidation"] {
            let data = try Data(contentsOf: root.appendingPathComponent("contracts/interfaces/\(name).json"))
            for item in try #require(JSONDocument(parsing: [UInt8](data)).root.array) {
                let types = (item["inputs"]?.array ?? []).compactMap { $0["type"]?.string }.joined(separator: ",")
                signatures.insert("\(item["name"]?.string ?? "")(\(types))")
            }
        }
        let functions = [
            VenueABI.report, VenueABI.indexPrice, VenueABI.markPrice, VenueABI.forwardPrice, VenueABI.publishers,
            VenueABI.instrumentCount, VenueABI.instrumentByNumber, VenueABI.instrument, VenueABI.setParameter,
            VenueABI.underlyingCount, VenueABI.collateral, VenueABI.placeOrder, VenueABI.cancelAll, VenueABI.batch,
            VenueABI.top, VenueABI.deposit, VenueABI.setMarginMode, VenueABI.accountNumber, VenueABI.account,
            VenueABI.totalDeposits, VenueABI.collectedFees, VenueABI.insuranceFund, VenueABI.positions, VenueABI.bid,
            VenueABI.contribute, VenueABI.auction, VenueABI.queue, VenueABI.solvency,
        ]
        for function in functions { #expect(signatures.contains(function.signature), "\(function.signature)") }
        for kind in VenueLog.Kind.allCases { #expect(signatures.contains(kind.rawValue), "\(kind)") }
    }

    @Test(arguments: ["localhost:8545", "https://localhost", "http://", "http://host:port", "http://host:99999"])
    func aURLHasOneForm(url: String) {
        #expect(throws: RPCFailure.self) { try HTTPTransport(url: url) }
    }

    /// Answers come in any order, and some are errors.
    @Test func aBatchFindsItsAnswers() throws {
        final class Echo: RPCTransport {
            func exchange(_ request: [UInt8]) throws -> [UInt8] {
                Array(
                    #"[{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"execution reverted","data":"0x0102"}},{"jsonrpc":"2.0","id":1,"result":"0x7"}]"#
                        .utf8)
            }
        }
        let results = try RPCClient(Echo()).batch([RPCCall("a"), RPCCall("b"), RPCCall("c")])
        #expect(try results[0].get().quantity64 == 7)
        guard case .failure(let error) = results[1], case .failure(let missing) = results[2] else {
            Issue.record("no errors")
            return
        }
        #expect(error.code == 3 && error.data == [1, 2] && missing.code == 0)
    }
}
