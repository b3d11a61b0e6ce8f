import Chain
import Derivatives
import EVM
import Execution
import Foundations
import JSONText

// Accounts, and what an order would do.

extension RPCService {
    static let accountMethods: [String: Method] = [
        "condor_account": reading(block: 1) { reader, parameters, writer in
            let id = try RPCService.accountID(parameters.required(0), argument: 0)
            let account = reader.venue.accountNumber(of: id)
            // It has not acted yet.
            guard account != 0 else { return writer.null() }
            try reader.write(account: account, id, to: &writer)
        },
        "condor_simulateOrder": { service, parameters, writer in try service.simulateOrder(parameters, &writer) },
    ]

    /// An address stands for its account 0, an object names another.
    private static func accountID(_ value: JSONValue, argument: Int) throws(RPCError) -> AccountID {
        guard value.kind == .object else {
            return AccountID(owner: try RPCParameters.address(value, .argument(argument)))
        }
        let options = try RPCOptions(value, argument: argument, known: ["owner", "index"])
        return try accountID(options)
    }

    fileprivate static func accountID(_ options: RPCOptions) throws(RPCError) -> AccountID {
        guard let owner = try options.address("owner") else { throw options.error("owner is missing") }
        let index = try options.number("index") ?? 0
        guard let index = UInt32(exactly: index) else { throw options.error("index: a number below 2^32 is expected") }
        return AccountID(owner: owner, index: index)
    }
}

extension VenueReader {
    fileprivate mutating func write(account: AccountNumber, _ id: AccountID, to writer: inout JSONWriter) throws {
        let assets = try venue.assets(of: account).sorted()
        let (initial, maintenance) = try margins(of: account)
        var greeks = Array(repeating: Greeks(), count: (underlyings?.count ?? 0) + 1)
        try writer.object { writer in
            writer.block(record)
            writer.member("owner", address: id.owner)
            writer.member("index", quantity: UInt64(id.index))
            writer.member("number", quantity: UInt64(account))
            writer.member("marginMode", text: "\(try venue.marginMode(of: account))")
            writer.member("cash", amount: venue.cash(of: account))
            writer.member("equity", amount: maintenance?.equity)
            writer.member("volume30d", amount: try venue.volume(of: account))
            try writer.member("positions", each: assets.filter { isPosition($0, of: account) }) { writer, number in
                let instrument = try venue.instrument(number)
                try write(position: instrument, of: account, adding: &greeks[Int(instrument.underlying)], to: &writer)
            }
            let kinds = assets.compactMap { Venue<VenueStateStorage>.collateral(ofAsset: $0) }
            try writer.member("collateral", each: kinds) { writer, kind in
                try write(collateral: kind, of: account, adding: &greeks, to: &writer)
            }
            try writer.member("orders", each: venue.openOrders(of: account)) { writer, order in
                try writer.value(order, venue.instrument(order.id.instrument), id, self)
            }
            for (name, margin) in [("initialMargin", initial), ("maintenanceMargin", maintenance)] {
                writer.key(name)
                if let margin { writer.value(margin) } else { writer.null() }
            }
            writer.member("greeks", each: greeks.indices.filter { greeks[$0] != Greeks() }) { writer, underlying in
                writer.object { writer in
                    writer.member("underlying", text: symbol(of: UInt32(underlying)))
                    writer.members(greeks[underlying])
                }
            }
            writer.key("requirements")
            if initial != nil { try write(requirementsOf: account, to: &writer) } else { writer.null() }
            writer.key("scenarios")
            guard initial != nil else { return writer.null() }
            try write(scenariosOf: account, to: &writer)
        }
    }

    /// null in portfolio mode.
    private mutating func write(requirementsOf account: AccountNumber, to writer: inout JSONWriter) throws {
        // Both kinds have the same parts: those of what the account holds or has orders in.
        guard let initial = try venue.standardReport(of: account, .initial),
            let maintenance = try venue.standardReport(of: account, .maintenance)
        else { return writer.null() }
        try writer.object { writer in
            writer.member("expiries", each: zip(initial.expiries, maintenance.expiries)) { writer, parts in
                writer.object { writer in
                    writer.member("underlying", text: symbol(of: parts.0.underlying))
                    writer.member("expiry", quantity: parts.0.expiry)
                    writer.member("initial", parts.0.part)
                    writer.member("maintenance", parts.1.part)
                }
            }
            try writer.member("leveraged", each: zip(initial.leveraged, maintenance.leveraged)) { writer, parts in
                let instrument = try venue.instrument(parts.0.instrument)
                writer.object { writer in
                    writer.instrument(instrument, self)
                    writer.member("initial", parts.0.part)
                    writer.member("maintenance", parts.1.part)
                }
            }
        }
    }

    /// nil where something that the account holds has no price.
    mutating func margins(
        of account: AccountNumber
    ) throws(VenueError) -> (initial: MarginBreakdown?, maintenance: MarginBreakdown?) {
        do throws(VenueError) {
            return (
                try venue.marginBreakdown(of: account, .initial), try venue.marginBreakdown(of: account, .maintenance)
            )
        } catch {
            guard error == .oracleInvalid else { throw error }
            return (nil, nil)
        }
    }

    private mutating func isPosition(_ number: InstrumentNumber, of account: AccountNumber) -> Bool {
        Venue<VenueStateStorage>.collateral(ofAsset: number) == nil && venue.position(of: account, in: number).lots != 0
    }

    private mutating func write(
        position instrument: Instrument, of account: AccountNumber, adding greeks: inout Greeks,
        to writer: inout JSONWriter
    ) throws {
        let number = instrument.number
        let position = venue.position(of: account, in: number)
        let size = try instrument.size(lots: position.lots)
        let mark = (try? venue.quote(of: number))?.mark
        let value = try mark.map { try $0.timesWad(size, .down) }
        let funding = try venue.fundingDue(of: account, in: number)
        if let unit = try? venue.greeks(of: number) { try greeks.add(unit, size: size) }
        try writer.object { writer in
            writer.instrument(instrument, self)
            writer.member("size", amount: size)
            writer.member("cost", amount: position.cost)
            writer.member("mark", amount: mark)
            writer.member("value", amount: value)
            // What the position has brought since its cost was paid or owed, funding not yet paid counted.
            writer.member(
                "unrealizedProfit", amount: try value.map { try $0.subtracting(position.cost).subtracting(funding) })
            writer.member("fundingDue", amount: funding)
        }
    }

    private mutating func write(
        collateral kind: UInt32, of account: AccountNumber, adding greeks: inout [Greeks], to writer: inout JSONWriter
    ) throws {
        let collateral = try venue.collateral(kind)
        let balance = venue.collateralBalance(of: account, kind)
        var price: Int128? = wad
        if collateral.underlying != 0 {
            price = try? venue.indexPrice(underlying: collateral.underlying)
            greeks[Int(collateral.underlying)].delta = try greeks[Int(collateral.underlying)].delta.adding(balance)
        }
        try writer.object { writer in
            writer.member("collateral", quantity: UInt64(kind))
            writer.member("token", address: collateral.token)
            writer.member("balance", amount: balance)
            writer.member("price", amount: price)
            writer.member("haircut", amount: collateral.haircut)
            writer.member(
                "value",
                amount: try price.map { try $0.timesWad(wad - collateral.haircut, .down).timesWad(balance, .down) })
        }
    }

    private mutating func write(scenariosOf account: AccountNumber, to writer: inout JSONWriter) throws {
        let initial = try venue.scenarioReport(of: account, .initial)
        let maintenance = try venue.scenarioReport(of: account, .maintenance)
        writer.array { writer in
            for (place, scenario) in initial.scenarios.enumerated() {
                writer.object { writer in
                    writer.member("shift", amount: Int128(scenario.shift))
                    writer.member("volatility", text: "\(scenario.volatility)")
                    writer.member("damping", amount: Int128(scenario.damping))
                    writer.member("initial", amount: initial.joint[place])
                    writer.member("maintenance", amount: maintenance.joint[place])
                    writer.member("byUnderlying") { writer in
                        for row in maintenance.rows {
                            writer.member(symbol(of: row.underlying), amount: row.gains[place])
                        }
                    }
                }
            }
            guard !initial.scenarios.isEmpty else { return }
            writer.object { writer in
                writer.member("basis", flag: true)
                writer.member("initial", amount: initial.jointBasis)
                writer.member("maintenance", amount: maintenance.jointBasis)
                writer.member("byUnderlying") { writer in
                    for row in maintenance.rows { writer.member(symbol(of: row.underlying), amount: row.basis) }
                }
            }
        }
    }
}

// MARK: - What if

extension RPCService {
    /// Places an order on a copy of the venue, as the first act of the block after the one that is named.
    private func simulateOrder(_ parameters: RPCParameters, _ writer: inout JSONWriter) throws {
        guard parameters.count <= 2 else { throw RPCError.invalidParameters("too many arguments, want at most 2") }
        let options = try RPCOptions(parameters.required(0), argument: 0, known: OrderOptions.known)
        var reader = try VenueReader(openingBlockAfter: block(parameters, 1), chain)
        let id = try RPCService.accountID(options)
        let (instrument, request) = try OrderOptions.request(options, &reader)
        do {
            // An owner's first act opens the account.
            let account = try reader.venue.openAccount(id)
            let before = try reader.margins(of: account)
            let firstEvent = reader.venue.storage.events.count
            let placement = try reader.venue.place(request, for: account)
            let after = try reader.margins(of: account)
            let events = Array(reader.venue.storage.events[firstEvent...])
            try writer.object { writer in
                writer.member("blockNumber", quantity: reader.venue.blockNumber)
                writer.member("timestamp", quantity: reader.venue.time)
                writer.instrument(instrument, reader)
                writer.member("order", quantity: placement.id.word)
                writer.member("filled", amount: try instrument.size(lots: placement.lotsFilled))
                writer.member("cost", amount: try placement.cost.times(instrument.tickValue))
                writer.member("open", amount: try instrument.size(lots: placement.lotsOpen))
                writer.member("limit", amount: try instrument.price(ticks: placement.ticks))
                writer.member("removal", text: placement.removal.map { "\($0)" })
                try reader.write(fillsIn: events, of: account, to: &writer)
                for (name, margins) in [("before", before), ("after", after)] {
                    writer.member(name) { writer in
                        for (name, margin) in [
                            ("initialMargin", margins.initial), ("maintenanceMargin", margins.maintenance),
                        ] {
                            writer.key(name)
                            if let margin { writer.value(margin) } else { writer.null() }
                        }
                    }
                }
            }
        } catch let error as VenueError {
            try reader.check()
            throw RPCError(error)
        }
        try reader.check()
    }
}

extension VenueReader {
    /// The venue as the first transaction of the next block finds it: of the block that followed, or that would come now.
    fileprivate init(openingBlockAfter record: BlockRecord, _ chain: LocalChain) throws {
        if let next = try chain.block(number: record.number + 1) {
            try self.init(chain, record, number: next.number, time: next.header.timestamp)
        } else {
            let context = chain.pendingContext()
            try self.init(chain, record, number: context.number, time: context.timestamp)
        }
        if venue.instrumentCount() > 0 { venue.openBlock() }
    }

    /// Fills, and what the account pays in fees for them.
    fileprivate mutating func write(
        fillsIn events: [VenueEvent], of account: AccountNumber, to writer: inout JSONWriter
    ) throws {
        var fees: Int128 = 0
        try writer.member("fills", each: events.filter { $0.kind == .filled }) { writer, event in
            let maker = try accountID(AccountNumber(truncatingIfNeeded: event.words[2].limb0))
            let fee = Int128(signedWord: event.words[6]) ?? 0
            fees = try fees.adding(fee)
            writer.object { writer in
                writer.member("price", amount: Int128(signedWord: event.words[4]))
                writer.member("size", amount: Int128(signedWord: event.words[5]))
                writer.member("fee", amount: fee)
                writer.member("maker", maker)
            }
        }
        writer.member("fees", amount: fees)
    }
}

/// An order as a request describes it.
private enum OrderOptions {
    static let known: Set<String> = [
        "owner", "index", "instrument", "side", "price", "size", "timeInForce", "clientId", "expiry", "reduceOnly",
        "quote", "selfTrade", "trigger",
    ]

    static func request(
        _ options: RPCOptions, _ reader: inout VenueReader
    ) throws(RPCError) -> (Instrument, OrderRequest) {
        let instrument = try reader.instrument(options.required("instrument"), .argument(0))
        guard let side = try options.choice("side", [("buy", Side.buy), ("sell", .sell)]) else {
            throw options.error("side is missing")
        }
        guard let size = try options.amount("size") else { throw options.error("size is missing") }
        let price = try options.amount("price")
        let forces = TimeInForce.allCases.map { ($0.name, $0) }
        let preventions = SelfTradePrevention.allCases.map { ("\($0)", $0) }
        var request = OrderRequest(
            instrument: instrument.number, side: side,
            ticks: try price.map { (price) throws(RPCError) in
                try multiple(price, of: instrument.tick, "price", "tick", options)
            },
            lots: try multiple(size, of: instrument.lot, "size", "lot", options),
            timeInForce: try options.choice("timeInForce", forces) ?? .goodTillCancelled)
        request.clientID = try options.number("clientId") ?? 0
        request.expiry = try options.number("expiry") ?? 0
        request.isReduceOnly = try options.flag("reduceOnly") ?? false
        request.isQuote = try options.flag("quote") ?? false
        request.selfTrade = try options.choice("selfTrade", preventions) ?? .expireMaker
        if let json = options.value("trigger") { request.trigger = try trigger(json, instrument) }
        return (instrument, request)
    }

    private static func trigger(_ json: JSONValue, _ instrument: Instrument) throws(RPCError) -> Trigger {
        let options = try RPCOptions(json, argument: 0, known: ["kind", "on", "price"])
        guard let kind = try options.choice("kind", TriggerKind.allCases.map { ("\($0)", $0) }) else {
            throw options.error("trigger: kind is missing")
        }
        guard let price = try options.amount("price") else { throw options.error("trigger: price is missing") }
        return Trigger(
            kind: kind, price: try options.choice("on", TriggerPrice.allCases.map { ("\($0)", $0) }) ?? .mark,
            ticks: try multiple(price, of: instrument.tick, "trigger: price", "tick", options))
    }

    private static func multiple(
        _ amount: Int128, of unit: Int128, _ what: String, _ name: String, _ options: RPCOptions
    ) throws(RPCError) -> Int64 {
        let (count, rest) = amount.divided(by: unit)
        guard rest == 0 else {
            throw options.error("\(what) is no multiple of the instrument's \(name), 0x\(String(unit, radix: 16))")
        }
        guard let count = Int64(exactly: count) else { throw options.error("\(what) is too large") }
        return count
    }
}
