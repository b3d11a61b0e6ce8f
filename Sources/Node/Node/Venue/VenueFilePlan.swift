import Derivatives
import Foundations
import JSONText
import Storage

/// What a venue's file asks for: acts of the library in their order, each with its place in the file.
struct VenueFilePlan {
    typealias Act = (inout Venue<VenueMemory>) throws(VenueError) -> Void

    let developmentAccounts: [Address]
    let time: UInt64
    var name = ""
    var steps: [(path: String, act: Act)] = []
    var tokens: [GenesisAccount] = []
    var content = VenueFile.Content()

    init(developmentAccounts: [Address], time: UInt64) {
        self.developmentAccounts = developmentAccounts
        self.time = time
    }

    mutating func add(_ path: String, _ act: @escaping Act) { steps.append((path, act)) }

    // MARK: - The venue

    mutating func read(_ file: VenueFileValue) {
        let keys = [
            "name", "owner", "guardian", "publishers", "cash", "collateral", "orderingRule", "book", "policies",
            "parameters", "leverageTiers", "feeTiers", "scenarios", "underlyings",
        ]
        guard let root = file.object(keys) else { return }
        name =
            root.required("name")?.text("1 to 32 letters, digits and hyphens") {
                (1...32).contains($0.utf8.count) && $0.utf8.allSatisfy(VenueFilePlan.isNameByte)
            } ?? ""
        if let owner = root.required("owner").flatMap(account) {
            let guardian = root["guardian"].map(account) ?? owner
            add("owner") { venue throws(VenueError) in
                venue.set(.owner, to: owner)
                venue.set(.guardian, to: guardian ?? owner)
            }
        }
        readUnderlyingNames(root)
        if let cash = root.required("cash") { readCash(cash) }
        if let publishers = root.required("publishers") { readPublishers(publishers) }
        readBook(root)
        if let scenarios = root["scenarios"] { readScenarios(scenarios) }
        if let policies = root["policies"] { readPolicies(policies) }
        readSettings(root, underlying: 0)
        if let collateral = root["collateral"] { readCollateral(collateral) }
        readUnderlyings(root)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// An address, or the number of a development account.
    private func account(_ value: VenueFileValue) -> Address? {
        if let number = value.json.unsigned {
            guard number < UInt64(developmentAccounts.count) else {
                value.refuse(
                    "an address, or the number of one of the \(developmentAccounts.count) development accounts")
                return nil
            }
            return developmentAccounts[Int(number)]
        }
        guard let address = value.address() else { return nil }
        if address == .zero { value.refuse("an address that somebody has") }
        return address
    }

    // MARK: - Money

    private mutating func readCash(_ value: VenueFileValue) {
        guard let cash = value.object(["faucet", "token", "decimals"]) else { return }
        let decimals = cash.required("decimals")?.whole(0...18)
        guard (cash["faucet"] == nil) != (cash["token"] == nil) else {
            return value.refuse("either 'token', a contract that is there, or 'faucet', where one shall be")
        }
        guard let place = cash["faucet"] ?? cash["token"], let token = place.address(), let decimals else { return }
        guard token.word.bitWidth > 16 else { return place.refuse("an address above 0xffff, as those below are taken") }
        if cash["faucet"] != nil { tokens.append(FaucetToken.account(at: token, decimals: UInt8(decimals))) }
        add(place.path) { venue throws(VenueError) in venue.setCashToken(token, decimals: UInt8(decimals)) }
    }

    private mutating func readCollateral(_ value: VenueFileValue) {
        for entry in value.array(atMost: 16) ?? [] {
            guard let kind = entry.object(["token", "decimals", "underlying", "haircut"]) else { continue }
            let token = kind.required("token")?.address()
            let decimals = kind.required("decimals")?.whole(0...18)
            let haircut = kind.required("haircut")?.decimal(0...VenueFilePlan.one)
            let underlying = kind["underlying"].map(underlyingNumber) ?? 0
            guard let token, let decimals, let haircut, let underlying else { continue }
            add(entry.path) { venue throws(VenueError) in
                try venue.addCollateral(
                    Collateral(token: token, decimals: UInt8(decimals), underlying: underlying, haircut: haircut))
            }
        }
    }

    private func underlyingNumber(_ value: VenueFileValue) -> UInt32? {
        value.choice(content.underlyings.enumerated().map { ($1, UInt32($0 + 1)) })
    }

    private mutating func readPublishers(_ value: VenueFileValue) {
        var publishers: [Publisher] = []
        for entry in value.array(atMost: 16, atLeast: 1) ?? [] {
            guard let publisher = entry.object(["account", "weight"]) else { continue }
            let address = publisher.required("account").flatMap(account)
            let weight =
                publisher["weight"].map { units($0, 10_000_000_000...(10_000 * VenueFilePlan.one)) } ?? 100_000_000
            guard let address, let weight else { continue }
            if publishers.contains(where: { $0.address == address }) { entry.refuse("each publisher once") }
            publishers.append(Publisher(address: address, weight: UInt64(weight)))
        }
        content.publishers = publishers.count
        let all = publishers
        add(value.path) { venue throws(VenueError) in try venue.setPublishers(all) }
    }

    /// A number of 8 decimals.
    private func units(_ value: VenueFileValue, _ range: ClosedRange<Int128>) -> Int64? {
        guard let number = value.decimal(range) else { return nil }
        guard number % 10_000_000_000 == 0 else {
            value.refuse("a number of at most 8 decimals")
            return nil
        }
        return Int64(number / 10_000_000_000)
    }

    // MARK: - Rules

    private mutating func readBook(_ root: VenueFileObject) {
        var parameters = BookParameters()
        if let rule = root["orderingRule"]?.choice(OrderingRule.allCases.map { ("\($0)", $0) }) {
            parameters.orderingRule = rule
        }
        content.orderingRule = "\(parameters.orderingRule)"
        let keys = [
            "ordersPerAct", "levelsPerWalk", "triggersPerBlock", "expiriesPerBlock", "ordersPerBatch",
            "minimumNotional",
            "openOrderTiers",
        ]
        if let book = root["book"]?.object(keys) {
            func set(_ key: String, _ range: ClosedRange<Int128>, _ field: WritableKeyPath<BookParameters, UInt16>) {
                if let number = book[key]?.whole(range) { parameters[keyPath: field] = UInt16(number) }
            }
            set("ordersPerAct", 10...10_000, \.ordersPerAct)
            set("levelsPerWalk", 10...10_000, \.levelsPerWalk)
            set("triggersPerBlock", 1...10_000, \.triggersPerBlock)
            set("expiriesPerBlock", 1...10_000, \.expiriesPerBlock)
            set("ordersPerBatch", 1...1000, \.ordersPerBatch)
            if let least = book["minimumNotional"]?.whole(0...1_000_000) { parameters.minimumNotional = UInt32(least) }
            if let tiers = book["openOrderTiers"] { readOpenOrderTiers(tiers, &parameters) }
        }
        let all = parameters
        add("book") { venue throws(VenueError) in try venue.setBookParameters(all) }
    }

    private func readOpenOrderTiers(_ value: VenueFileValue, _ parameters: inout BookParameters) {
        var tiers: [OpenOrderTier] = []
        for entry in value.array(atMost: 4, atLeast: 4) ?? [] {
            guard let tier = entry.object(["equity", "orders"]),
                let equity = tier.required("equity")?.whole(0...((1 << 48) - 1)),
                let orders = tier.required("orders")?.whole(1...1000)
            else { continue }
            tiers.append(OpenOrderTier(equity: UInt64(equity), orders: UInt16(orders)))
        }
        guard tiers.count == 4 else { return }
        parameters.openOrderTiers = (tiers[0], tiers[1], tiers[2], tiers[3])
        if !parameters.isValid { value.refuse("tiers that ascend in equity, from 0, and in orders") }
    }

    private mutating func readScenarios(_ value: VenueFileValue) {
        var scenarios: [Scenario] = []
        for entry in value.array(atMost: 64, atLeast: 1) ?? [] {
            guard let fields = entry.object(["shift", "volatility", "damping"]) else { continue }
            let shift = fields.required("shift")?.decimal((1 - VenueFilePlan.one)...(8 * VenueFilePlan.one))
            let shock = fields.required("volatility")?.choice(VolatilityShock.allCases.map { ("\($0)", $0) })
            let damping = fields["damping"].map { $0.decimal(0...VenueFilePlan.one) } ?? VenueFilePlan.one
            guard let shift, let shock, let damping,
                let scenario = Scenario(shift: Int64(shift), volatility: shock, damping: Int64(damping))
            else { continue }
            scenarios.append(scenario)
        }
        let all = scenarios
        add(value.path) { venue throws(VenueError) in try venue.setScenarios(all) }
    }

    /// The steps of a liquidation (derivatives.md, section 8) and how each may be done, in the numbers' order of the parameter that
    /// has the step's name.
    private static let policies: [(step: String, ways: [String])] = [
        ("cancel", ["none", "all"]), ("book", ["none", "parts", "atOnce"]), ("auction", ["none", "dutch"]),
        ("insolvency", ["none", "risingShare"]), ("deleveraging", ["none", "queue", "proRata", "minimal"]),
        ("socialisation", ["none", "profitable"]),
    ]

    private static let policySuffix = "Policy"

    private mutating func readPolicies(_ value: VenueFileValue) {
        let known = VenueFilePlan.policies.compactMap { step, ways in
            VenueParameter.allCases.first { "\($0)" == step + VenueFilePlan.policySuffix }.map { (step, ways, $0) }
        }
        guard let object = value.object(known.map(\.0)) else { return }
        for (step, ways, parameter) in known {
            guard let entry = object[step],
                let number = entry.choice(ways.enumerated().map { ($1, Int128($0)) })
            else { continue }
            add(entry.path) { venue throws(VenueError) in try venue.set(parameter, to: number) }
        }
    }

    /// What may be set for all underlyings (0) and for one.
    mutating func readSettings(_ object: VenueFileObject, underlying: UInt32) {
        if let parameters = object["parameters"] { readParameters(parameters, underlying) }
        if let tiers = object["leverageTiers"] { readLeverageTiers(tiers, underlying) }
        if let tiers = object["feeTiers"] { readFeeTiers(tiers, underlying) }
    }

    private mutating func readParameters(_ value: VenueFileValue, _ underlying: UInt32) {
        let known = VenueParameter.allCases.map { (name: "\($0)", parameter: $0) }
            .filter { !$0.name.hasSuffix(VenueFilePlan.policySuffix) }
        guard let object = value.object(known.map(\.name)) else { return }
        for (key, entry) in object.all {
            guard let parameter = known.first(where: { $0.name == key })?.parameter else { continue }
            let range = parameter.range.least...parameter.range.most
            guard let number = parameter.isWhole ? entry.whole(range) : entry.decimal(range) else { continue }
            add(entry.path) { venue throws(VenueError) in
                try venue.set(parameter, underlying: underlying, to: number)
            }
        }
    }

    private mutating func readLeverageTiers(_ value: VenueFileValue, _ underlying: UInt32) {
        var tiers: [LeverageTier] = []
        for entry in value.array(atMost: 8, atLeast: 1) ?? [] {
            guard let tier = entry.object(["from", "leverage"]),
                let lower = tier.required("from")?.decimal(0...(1 << 110)),
                let leverage = tier.required("leverage")?.whole(1...1000)
            else { continue }
            if tiers.isEmpty ? lower != 0 : lower <= tiers[tiers.count - 1].lower {
                entry.refuse("tiers that ascend in 'from', the first from 0")
            }
            if let last = tiers.last, leverage > last.maximumLeverage {
                entry.refuse("leverage that falls from tier to tier")
            }
            tiers.append(LeverageTier(lower: lower, maximumLeverage: UInt64(leverage)))
        }
        let all = tiers
        add(value.path) { venue throws(VenueError) in try venue.setLeverageTiers(all, underlying: underlying) }
    }

    private mutating func readFeeTiers(_ value: VenueFileValue, _ underlying: UInt32) {
        let percent = VenueFilePlan.one / 100
        var tiers: [FeeTier] = []
        for entry in value.array(atMost: 8, atLeast: 1) ?? [] {
            guard let tier = entry.object(["volume", "maker", "taker"]) else { continue }
            let volume = tier.required("volume")?.decimal(0...((1 << 110) - 1))
            let maker = tier.required("maker").flatMap { units($0, (0 - percent)...percent) }
            let taker = tier.required("taker").flatMap { units($0, 0...percent) }
            guard let volume, let maker, let taker else { continue }
            if tiers.isEmpty ? volume != 0 : volume <= tiers[tiers.count - 1].volume {
                entry.refuse("tiers that ascend in 'volume', the first from 0")
            }
            tiers.append(FeeTier(volume: volume, maker: maker, taker: taker))
        }
        let lowest = tiers.map(\.taker).min() ?? 0
        for tier in tiers where tier.maker > tier.taker || tier.maker < 0 - lowest {
            value.refuse("makers that pay no more than takers, and get back no more than the lowest of them pays")
            break
        }
        let all = tiers
        add(value.path) { venue throws(VenueError) in try venue.setFeeTiers(all, underlying: underlying) }
    }

    static let one: Int128 = 1_000_000_000_000_000_000
}

extension VenueParameter {
    /// Whether it counts something, as seconds; the others have 18 decimals, and bounds to fit.
    var isWhole: Bool { range.most < 1_000_000_000 }
}
