import Chain
import Derivatives
import Foundations
import JSONText

// How the venue's values stand in JSON: amounts of 18 decimals as hexadecimal quantities, below 0 with a minus in front.

extension JSONWriter {
    mutating func value(amount: Int128) {
        raw("\"" + (amount < 0 ? "-0x" : "0x") + String(amount.magnitude, radix: 16) + "\"")
    }

    mutating func member(_ key: String, amount: Int128?) {
        self.key(key)
        if let amount { value(amount: amount) } else { null() }
    }

    mutating func member(_ key: String, text: String?) {
        self.key(key)
        if let text { value(text) } else { null() }
    }

    mutating func member(_ key: String, flag: Bool) {
        self.key(key)
        value(flag)
    }

    /// null for 0.
    mutating func member(_ key: String, positive: UInt64) {
        self.key(key)
        if positive == 0 { null() } else { value(quantity: positive) }
    }

    mutating func member(_ key: String, _ id: AccountID) {
        self.key(key)
        object { writer in
            writer.member("owner", address: id.owner)
            writer.member("index", quantity: UInt64(id.index))
        }
    }

    mutating func member(_ key: String, _ content: (inout JSONWriter) throws -> Void) rethrows {
        self.key(key)
        try object(content)
    }

    mutating func member<Element>(
        _ key: String, each elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        self.key(key)
        try array(elements, write)
    }

    /// Which block something is of.
    mutating func block(_ record: BlockRecord) {
        member("blockNumber", quantity: record.number)
        member("blockHash", hash: record.hash)
        member("timestamp", quantity: record.header.timestamp)
    }

    mutating func instrument(_ instrument: Instrument, _ reader: VenueReader) {
        member("instrument", quantity: instrument.id.word)
        member("name", text: reader.name(of: instrument.id))
    }

    mutating func value(_ order: Order, _ instrument: Instrument, _ owner: AccountID, _ reader: VenueReader) throws {
        let price = order.ticks == 0 ? nil : try instrument.price(ticks: order.ticks)
        let (left, placed) = (try instrument.size(lots: order.lotsLeft), try instrument.size(lots: order.lotsPlaced))
        let condition = try order.trigger.map { ($0, try instrument.price(ticks: $0.ticks)) }
        object { writer in
            writer.member("order", quantity: order.id.word)
            writer.member("owner", address: owner.owner)
            writer.member("index", quantity: UInt64(owner.index))
            writer.instrument(instrument, reader)
            writer.member("side", text: "\(order.side)")
            writer.member("price", amount: price)
            writer.member("size", amount: left)
            writer.member("sizePlaced", amount: placed)
            writer.member("timeInForce", text: order.timeInForce.name)
            writer.member("clientId", positive: order.clientID)
            writer.member("expiry", positive: order.expiry)
            writer.member("reduceOnly", flag: order.isReduceOnly)
            writer.member("quote", flag: order.isQuote)
            writer.member("selfTrade", text: "\(order.selfTrade)")
            writer.key("trigger")
            guard let (trigger, at) = condition else { return writer.null() }
            writer.object { writer in
                writer.member("kind", text: "\(trigger.kind)")
                writer.member("on", text: "\(trigger.price)")
                writer.member("price", amount: at)
            }
        }
    }

    mutating func value(_ margin: MarginBreakdown) {
        object { writer in
            writer.member("available", amount: margin.margin)
            writer.member("equity", amount: margin.equity)
            writer.member("worst", amount: margin.worst)
            writer.member("factor", amount: margin.factor)
            writer.member("contingencies", amount: margin.contingencies)
            writer.member("markToMarket", amount: margin.markToMarket)
            writer.member("cash", amount: margin.cash)
        }
    }

    mutating func member(_ key: String, _ part: ExpiryRequirement) {
        member(key) { writer in
            writer.member("sum", amount: part.sum)
            writer.member("payoffLoss", amount: part.payoffLoss)
            writer.member("counts", text: part.sum <= part.payoffLoss ? "sum" : "payoffLoss")
            writer.member("premium", amount: part.premium)
            writer.member("reserve", amount: part.reserve)
            writer.member("requirement", amount: part.requirement)
        }
    }

    mutating func member(_ key: String, _ part: LeverageRequirement) {
        member(key) { writer in
            writer.member("notional", amount: part.notional)
            writer.member("tierFrom", amount: part.tier.lower)
            writer.member("leverage", quantity: part.tier.maximumLeverage)
            writer.member("rate", amount: part.rate)
            writer.member("orderLoss", amount: part.orderLoss)
            writer.member("requirement", amount: part.requirement)
        }
    }

    /// The members of an object.
    mutating func members(_ greeks: Greeks) {
        member("delta", amount: greeks.delta)
        member("gamma", amount: greeks.gamma)
        member("vega", amount: greeks.vega)
        member("theta", amount: greeks.theta)
    }
}

extension TimeInForce {
    var name: String {
        switch self {
        case .goodTillCancelled: "gtc"
        case .immediateOrCancel: "ioc"
        case .fillOrKill: "fok"
        case .postOnly: "postOnly"
        case .postOnlySlide: "postOnlySlide"
        }
    }
}

extension InstrumentKind {
    var name: String {
        switch self {
        case .perpetual: "perpetual"
        case .future: "future"
        case .europeanCall: "call"
        case .europeanPut: "put"
        case .americanCall: "americanCall"
        case .americanPut: "americanPut"
        }
    }
}
