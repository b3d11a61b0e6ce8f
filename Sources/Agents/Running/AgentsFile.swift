public import Foundations
import JSONText

/// A set of agents as a JSON file describes it (docs/agents.md).
public struct AgentsFile: Sendable {
    /// Where an agent's key comes from.
    public enum Key: Equatable, Sendable {
        /// An account of the file's mnemonic.
        case account(UInt32)
        case secret(Bytes32)
    }

    public enum Role: Sendable {
        case publisher(PublisherTerms, publishers: [Key], source: Source)
        case maker(MakerTerms)
        case hedger(HedgerTerms)
        case noise(CrowdTerms)
        case liquidator(LiquidatorTerms)
        case insurer(cash: Double)
    }

    public enum Source: Sendable {
        /// The path of a table, as the file has it.
        case table(String)
        case process([ProcessTerms], Crash?)
    }

    public struct Entry: Sendable {
        public let name: String
        public let key: Key
        public let role: Role
    }

    public var seed: UInt64
    public let symbols: [String]
    /// The phrase that accounts count in; nil for that of development chains.
    public let mnemonic: String?
    public var entries: [Entry]

    public init(parsing bytes: [UInt8]) throws(AgentsFileError) {
        let document: JSONDocument
        do throws(JSONError) { document = try JSONDocument(parsing: bytes) } catch {
            throw AgentsFileError(place: "", message: "no JSON: \(error)")
        }
        let file = try FileObject(
            document.root, place: "", accepted: ["seed", "underlyings", "mnemonic", "agents"])
        seed = try file.whole("seed", default: 1, in: 0...UInt64(Int64.max))
        mnemonic = try file.string("mnemonic")
        var symbols: [String] = []
        for (index, value) in (try file.list("underlyings") ?? []).enumerated() {
            guard let symbol = value.string, (1...8).contains(symbol.utf8.count), !symbols.contains(symbol) else {
                throw file.error(
                    "underlyings[\(index)]", "a name of 1 to 8 characters that is not there yet is expected")
            }
            symbols.append(symbol)
        }
        self.symbols = symbols.isEmpty ? ["BTC", "ETH", "SOL"] : symbols
        guard let agents = try file.list("agents") else { throw file.error("agents", "is missing: a list of agents") }
        entries = []
        for (index, value) in agents.enumerated() {
            let entry = try AgentsFile.entry(value, place: "agents[\(index)]", self.symbols)
            guard !entries.contains(where: { $0.name == entry.name }) else {
                throw AgentsFileError(place: "agents[\(index)].name", message: "'\(entry.name)' is there twice")
            }
            guard !entries.contains(where: { $0.key == entry.key }) else {
                // Two who sign with one key would take each other's nonces.
                throw AgentsFileError(place: "agents[\(index)].key", message: "another agent has this key")
            }
            entries.append(entry)
        }
    }

    /// All keys that are named.
    public var keys: [Key] {
        entries.flatMap { entry -> [Key] in
            if case .publisher(_, let publishers, _) = entry.role { return publishers + [entry.key] }
            return [entry.key]
        }
    }

    /// Puts a crash into every seeded process that has none, and makes all `scale` times as deep as the file has them.
    public mutating func setCrash(_ crash: Crash, scale: Double) {
        for (index, entry) in entries.enumerated() {
            guard case .publisher(let terms, let publishers, .process(var markets, let own)) = entry.role else {
                continue
            }
            for place in markets.indices { markets[place].crash = min(0.95, markets[place].crash * scale) }
            entries[index] = Entry(
                name: entry.name, key: entry.key,
                role: .publisher(terms, publishers: publishers, source: .process(markets, own ?? crash)))
        }
    }

    private static let common = ["kind", "name", "key"]
    private static let members: [(kind: String, members: [String])] = [
        ("publisher", ["publishers", "csv", "markets", "crash", "carry", "rate", "dispersion"]),
        (
            "maker",
            [
                "underlyings", "cash", "halfSpread", "step", "levels", "notional", "growth", "skew", "limit",
                "patience",
                "calm", "volatility", "options", "strikes", "volatilitySpread", "optionNotional",
            ]
        ),
        ("hedger", ["underlyings", "cash", "buys", "notional", "appetite", "limit", "band"]),
        ("noise", ["underlyings", "accounts", "cash", "leverage", "longs", "activity"]),
        ("liquidator", ["cash", "discount", "limit"]),
        ("insurer", ["cash"]),
    ]

    private static func entry(
        _ value: JSONValue, place: String, _ symbols: [String]
    ) throws(AgentsFileError) -> Entry {
        let kinds = members.map(\.kind).joined(separator: ", ")
        guard let kind = value["kind"]?.string, let accepted = members.first(where: { $0.kind == kind })?.members else {
            throw AgentsFileError(place: "\(place).kind", message: "one of \(kinds) is expected")
        }
        let object = try FileObject(value, place: place, accepted: common + accepted)
        let name = try object.string("name") ?? kind
        guard let key = object["key"] else {
            throw object.error("key", "is missing: the number of an account, or a secret key of 32 bytes as 0x…")
        }
        let role: Role =
            switch kind {
            case "publisher": try publisher(object, name, symbols)
            case "maker": .maker(try maker(object, name, symbols))
            case "hedger": .hedger(try hedger(object, name, symbols))
            case "noise": .noise(try crowd(object, name, symbols))
            case "liquidator": .liquidator(try liquidator(object, name))
            default: .insurer(cash: try object.number("cash", default: 1_000_000, in: 1...1e12))
            }
        return Entry(name: name, key: try self.key(key, object, "key"), role: role)
    }

    private static func key(
        _ value: JSONValue, _ object: FileObject, _ member: String
    ) throws(AgentsFileError) -> Key {
        if let number = value.unsigned, number < 1000 { return .account(UInt32(number)) }
        guard let text = value.string, text.hasPrefix("0x"), let secret = value.bytes32 else {
            throw object.error(
                member, "the number of an account below 1000, or a secret key of 32 bytes as 0x…, is expected")
        }
        return .secret(secret)
    }

    // MARK: Roles

    private static func publisher(
        _ object: FileObject, _ name: String, _ symbols: [String]
    ) throws(AgentsFileError) -> Role {
        var publishers: [Key] = []
        for (index, value) in (try object.list("publishers") ?? []).enumerated() {
            publishers.append(try key(value, object, "publishers[\(index)]"))
        }
        guard !publishers.isEmpty else {
            throw object.error("publishers", "is missing: the keys that the venue knows as its publishers'")
        }
        guard let list = try object.list("markets") else {
            throw object.error("markets", "is missing: a list of objects, one for each underlying")
        }
        let table = try object.string("csv")
        var markets: [ProcessTerms] = []
        for (index, value) in list.enumerated() {
            let market = try FileObject(
                value, place: "\(object.place).markets[\(index)]",
                accepted: ["underlying", "price", "volatility", "crash"])
            guard let symbol = try market.string("underlying"), symbols.contains(symbol) else {
                throw market.error("underlying", "one of \(symbols.joined(separator: ", ")) is expected")
            }
            markets.append(
                ProcessTerms(
                    symbol: symbol, price: try market.number("price", default: table == nil ? nil : 1, in: 1e-6...1e9),
                    volatility: try market.number("volatility", default: 0.6, in: 0.01...5),
                    crash: try market.number("crash", default: 0, in: 0...0.95)))
        }
        let crash = try object["crash"].map { value throws(AgentsFileError) in
            try self.crash(value, place: "\(object.place).crash")
        }
        var terms = PublisherTerms(
            name: name, symbols: markets.map(\.symbol), volatilities: markets.map(\.volatility))
        terms.carry = try object.number("carry", default: terms.carry, in: -1...1)
        terms.rate = try object.number("rate", default: terms.rate, in: -1...1)
        terms.dispersion = try object.number("dispersion", default: terms.dispersion, in: 0...0.01)
        return .publisher(
            terms, publishers: publishers, source: table.map { .table($0) } ?? .process(markets, crash))
    }

    private static func crash(_ value: JSONValue, place: String) throws(AgentsFileError) -> Crash {
        let fall = try FileObject(value, place: place, accepted: ["start", "seconds", "shape"])
        var crash = Crash(
            start: try fall.whole("start", default: 600, in: 0...31_536_000),
            seconds: try fall.whole("seconds", default: 720, in: 1...31_536_000))
        guard let list = try fall.list("shape") else { return crash }
        crash.shape = [Crash.Point(time: 0, depth: 0)]
        for (index, value) in list.enumerated() {
            guard let time = value[0]?.double, let depth = value[1]?.double, value.array?.count == 2,
                time > crash.shape[index].time, time <= 1000, (0...1).contains(depth)
            else {
                throw fall.error(
                    "shape[\(index)]", "[time, depth] with ascending times above 0 and a depth of 0 to 1 is expected")
            }
            crash.shape.append(Crash.Point(time: time, depth: depth))
        }
        return crash
    }

    private static func maker(
        _ object: FileObject, _ name: String, _ symbols: [String]
    ) throws(AgentsFileError) -> MakerTerms {
        MakerTerms(
            name: name, underlyings: try object.names("underlyings", of: symbols),
            cash: try object.number("cash", default: 10_000_000, in: 0...1e12),
            model: QuoteModel(
                halfSpread: try object.number("halfSpread", default: 0.0004, in: 0.000001...0.2),
                step: try object.number("step", default: 0.0006, in: 0...0.2),
                levels: Int(try object.whole("levels", default: 4, in: 1...20)),
                notional: try object.number("notional", default: 100_000, in: 10...1e9),
                growth: try object.number("growth", default: 1.5, in: 0.1...10),
                skew: try object.number("skew", default: 0.002, in: 0...0.2),
                limit: try object.number("limit", default: 10_000_000, in: 100...1e12)),
            patience: try object.number("patience", default: 0.0002, in: 0...0.1),
            calm: try object.number("calm", default: 4, in: 0.1...1000),
            volatility: try object.number("volatility", default: 0.6, in: 0.01...5),
            options: try object.names("options", of: symbols),
            strikes: Int(try object.whole("strikes", default: 3, in: 0...20)),
            volatilitySpread: try object.number("volatilitySpread", default: 0.03, in: 0.001...1),
            optionNotional: try object.number("optionNotional", default: 100_000, in: 10...1e9))
    }

    private static func hedger(
        _ object: FileObject, _ name: String, _ symbols: [String]
    ) throws(AgentsFileError) -> HedgerTerms {
        HedgerTerms(
            name: name, underlyings: try object.names("underlyings", of: symbols),
            cash: try object.number("cash", default: 2_000_000, in: 0...1e12),
            buys: try object.flag("buys", default: true),
            notional: try object.number("notional", default: 50_000, in: 10...1e9),
            appetite: try object.number("appetite", default: 0.05, in: 0...1),
            limit: try object.number("limit", default: 2_000_000, in: 10...1e12),
            band: try object.number("band", default: 20_000, in: 10...1e12))
    }

    private static func crowd(
        _ object: FileObject, _ name: String, _ symbols: [String]
    ) throws(AgentsFileError) -> CrowdTerms {
        var leverage = 2.0...10.0
        if let list = try object.list("leverage") {
            guard list.count == 2, let least = list[0].double, let most = list[1].double, least >= 0.1, most >= least,
                most <= 100
            else { throw object.error("leverage", "the least and the most, such as [2, 10], from 0.1 to 100") }
            leverage = least...most
        }
        return CrowdTerms(
            name: name, underlyings: try object.names("underlyings", of: symbols),
            accounts: Int(try object.whole("accounts", default: 20, in: 1...1000)),
            cash: try object.number("cash", default: 50_000, in: 0...1e12), leverage: leverage,
            longs: try object.number("longs", default: 0.5, in: 0...1),
            activity: try object.number("activity", default: 0.1, in: 0...1))
    }

    private static func liquidator(_ object: FileObject, _ name: String) throws(AgentsFileError) -> LiquidatorTerms {
        LiquidatorTerms(
            name: name, cash: try object.number("cash", default: 5_000_000, in: 0...1e12),
            discount: try object.number("discount", default: 0.05, in: 0...1),
            limit: try object.number("limit", default: 5_000_000, in: 0...1e12))
    }
}
