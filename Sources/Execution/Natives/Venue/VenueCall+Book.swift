import Derivatives
import EVM
import Foundations

// Book at 0x0c12: orders. Prices and sizes come with 18 decimals and must be multiples of tick and lot.

extension VenueCall {
    mutating func book(
        _ function: VenueFunctions.Book, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .place, .placeOrder:
            let instrument = try instrument(arguments.word(2))
            var request = try request(arguments, 3, instrument)
            if function == .placeOrder { try extend(&request, arguments, instrument) }
            let account = try actingNumber(of: arguments.account())
            let order = request
            return try placed(instrument) { venue throws(VenueError) in try venue.place(order, for: account) }
        case .cancel:
            let (account, order) = (try actingNumber(of: arguments.account()), try orderID(arguments.word(2)))
            try venue { venue throws(VenueError) in try venue.cancel(order, of: account) }
            return []
        case .cancelByClientID:
            let (account, clientID) = (try actingNumber(of: arguments.account()), arguments.integer(2))
            try venue { venue throws(VenueError) in try venue.cancel(clientID: clientID, of: account) }
            return []
        case .cancelAll:
            let account = try actingNumber(of: arguments.account())
            let number = arguments.word(2).isZero ? nil : try instrument(arguments.word(2)).number
            let count = try venue { venue throws(VenueError) in try venue.cancelAll(of: account, on: number) }
            return [.integer(UInt64(count))]
        case .amend: return try amend(arguments)
        case .replace:
            let (account, order) = (try actingNumber(of: arguments.account()), try orderID(arguments.word(2)))
            let instrument = try instrument(arguments.word(3))
            let request = try request(arguments, 4, instrument)
            return try placed(instrument) { venue throws(VenueError) in
                try venue.replace(order, of: account, with: request)
            }
        case .batch: return try batch(arguments)
        case .setProtection: return try setProtection(arguments)
        case .liftProtection:
            let (account, underlying) = (try actingNumber(of: arguments.account()), arguments.index(2))
            try venue { venue throws(VenueError) in
                try venue.setProtection(nil, of: account, underlying: underlying)
            }
            return []
        case .resetProtection:
            venue.resetProtection(
                of: try actingNumber(of: arguments.account()), underlying: arguments.index(2))
            return []
        default: return try view(function, arguments)
        }
    }

    // MARK: - Requests

    /// side, price (0: market), size, time in force and client id, from `place` on.
    private func request(
        _ arguments: VenueArguments, _ place: Int, _ instrument: Instrument
    ) throws(VenueRefusal) -> OrderRequest {
        guard let timeInForce = TimeInForce(rawValue: arguments.byte(place + 3)) else { throw .invalidInput }
        let price = arguments.word(place + 1)
        return OrderRequest(
            instrument: instrument.number, side: arguments.flag(place) ? .buy : .sell,
            ticks: price.isZero ? nil : try ticks(price, instrument),
            lots: try lots(arguments.word(place + 2), instrument),
            timeInForce: timeInForce, clientID: arguments.integer(place + 4))
    }

    /// The rest of `placeOrder`. flags: bit 0 only reduces, bit 1 a quote, bits 2 and 3 what happens to a trade with oneself. trigger: 0
    /// none, else bit 0 set, bit 1 take profit rather than stop, bit 2 on the index rather than the mark.
    private func extend(
        _ request: inout OrderRequest, _ arguments: VenueArguments, _ instrument: Instrument
    ) throws(VenueRefusal) {
        let (flags, trigger) = (arguments.byte(9), arguments.byte(10))
        guard flags < 16, let selfTrade = SelfTradePrevention(rawValue: flags >> 2), trigger < 8,
            trigger == 0 || trigger & 1 == 1
        else { throw .invalidInput }
        request.expiry = arguments.integer(8)
        request.isReduceOnly = flags & 1 != 0
        request.isQuote = flags & 2 != 0
        request.selfTrade = selfTrade
        if trigger != 0 {
            request.trigger = Trigger(
                kind: trigger & 2 != 0 ? .takeProfit : .stop, price: trigger & 4 != 0 ? .index : .mark,
                ticks: try ticks(arguments.word(11), instrument))
        }
    }

    private func orderID(_ word: UInt256) throws(VenueRefusal) -> OrderID {
        guard let id = OrderID(word: word) else { throw .venue(.unknownOrder) }
        return id
    }

    /// What `place`, `amend` and `replace` answer.
    private mutating func placed(
        _ instrument: Instrument, _ act: (inout Venue<HostVenueStorage<Host>>) throws(VenueError) -> Placement
    ) throws(VenueRefusal) -> [ABIValue] {
        let placement = try venue(act)
        let cost = try amount { () throws(VenueError) in try placement.cost.times(instrument.tickValue) }
        return [
            .word(placement.id.word), .amount(try size(placement.lotsFilled, instrument)), .amount(cost),
            .amount(try size(placement.lotsOpen, instrument)),
            .integer(UInt64(placement.removal.map { $0.rawValue } ?? 0)),
        ]
    }

    private mutating func amend(_ arguments: VenueArguments) throws(VenueRefusal) -> [ABIValue] {
        let (account, order) = (try actingNumber(of: arguments.account()), try orderID(arguments.word(2)))
        let instrument = try venue { venue throws(VenueError) in
            guard venue.order(order) != nil else { throw .unknownOrder }
            return try venue.instrument(order.instrument)
        }
        let price = arguments.word(3).isZero ? nil : try ticks(arguments.word(3), instrument)
        let lots = try lots(arguments.word(4), instrument)
        return try placed(instrument) { venue throws(VenueError) in
            try venue.amend(order, of: account, ticks: price, lots: lots)
        }
    }

    /// Calls of this contract in their order, all or each for itself. None of them is a batch.
    private mutating func batch(_ arguments: VenueArguments) throws(VenueRefusal) -> [ABIValue] {
        let calls = arguments.list(0)
        guard calls.count <= Int(venue.bookParameters().ordersPerBatch) else {
            throw .venue(.limitReached(limit: Int128(venue.bookParameters().ordersPerBatch)))
        }
        var succeeded: [ABIValue] = []
        var results: [ABIValue] = []
        for call in calls {
            venue.storage.charge(VenueGas.act)
            let before = venue.checkpoint
            do throws(VenueRefusal) {
                guard case .bytes(let input) = call else { throw .invalidInput }
                results.append(.bytes(try act(input)))
                succeeded.append(.bool(true))
            } catch {
                // What has run out of gas ends as a whole.
                if arguments.flag(1) || venue.storage.isExhausted { throw error }
                venue.revert(to: before)
                results.append(.bytes(error.output))
                succeeded.append(.bool(false))
            }
        }
        return [.list(succeeded), .list(results)]
    }

    private mutating func act(_ input: [UInt8]) throws(VenueRefusal) -> [UInt8] {
        guard let selector = UInt32(selectorOf: input), let function = VenueFunctions.Book(rawValue: selector),
            function != .batch
        else { throw .invalidInput }
        let declaration = function.declaration
        guard let arguments = VenueArguments(input, declaration.inputs) else { throw .invalidInput }
        return encode(try book(function, arguments), declaration)
    }

    private mutating func setProtection(_ arguments: VenueArguments) throws(VenueRefusal) -> [ABIValue] {
        let protection = QuoteProtection(
            quantity: try arguments.amount(3), delta: try arguments.amount(4), vega: try arguments.amount(5),
            window: UInt16(truncatingIfNeeded: arguments.integer(6)),
            freeze: UInt16(truncatingIfNeeded: arguments.integer(7)))
        let (account, underlying) = (try actingNumber(of: arguments.account()), arguments.index(2))
        try venue { venue throws(VenueError) in
            try venue.setProtection(protection, of: account, underlying: underlying)
        }
        return []
    }

    // MARK: - Views

    private mutating func view(
        _ function: VenueFunctions.Book, _ arguments: VenueArguments
    ) throws(VenueRefusal) -> [ABIValue] {
        switch function {
        case .order: return try order(orderID(arguments.word(0)))
        case .orders:
            let account = try number(of: arguments.account())
            return [.list(venue.openOrders(of: account).map { .word($0.id.word) })]
        case .orderByClientID:
            let account = try number(of: arguments.account())
            let id = venue.orderID(clientID: arguments.integer(2), of: account)
            return [.word(id?.word ?? .zero)]
        case .top:
            let instrument = try instrument(arguments.word(0))
            let top = venue.topOfBook(of: instrument.number)
            return [
                .amount(try price(top.bid, instrument)), .amount(try price(top.ask, instrument)),
                .amount(try price(top.last, instrument)),
            ]
        case .depth:
            let instrument = try instrument(arguments.word(0))
            let most = min(Int(arguments.integer(2)), 250)
            let levels = venue.depth(of: instrument.number, arguments.flag(1) ? .buy : .sell, levels: most)
            var prices: [ABIValue] = []
            var sizes: [ABIValue] = []
            for level in levels {
                prices.append(.amount(try price(level.ticks, instrument)))
                sizes.append(.amount(try size(level.lots, instrument)))
            }
            return [.list(prices), .list(sizes), .list(levels.map { .integer(UInt64($0.orders)) })]
        case .impactPrice:
            let (number, side) = (try instrument(arguments.word(0)).number, arguments.flag(1) ? Side.buy : .sell)
            let notional = try arguments.amount(2)
            let price = try venue { venue throws(VenueError) in
                try venue.impactPrice(of: number, side, notional: notional)
            }
            return [.amount(price ?? 0)]
        case .frozenUntil:
            let account = try number(of: arguments.account())
            return [.integer(venue.frozenUntil(account, underlying: arguments.index(2)))]
        default: throw .invalidInput
        }
    }

    private mutating func order(_ id: OrderID) throws(VenueRefusal) -> [ABIValue] {
        guard let order = venue.order(id) else { throw .venue(.unknownOrder) }
        let instrument = try venue { venue throws(VenueError) in try venue.instrument(id.instrument) }
        let account = try venue { venue throws(VenueError) in try venue.accountID(order.account) }
        let flags: UInt8 = (order.isReduceOnly ? 1 : 0) | (order.isQuote ? 2 : 0) | order.selfTrade.rawValue << 2
        var trigger: UInt8 = 0
        if let condition = order.trigger {
            trigger = 1 | (condition.kind == .takeProfit ? 2 : 0) | (condition.price == .index ? 4 : 0)
        }
        return [
            .address(account.owner), .integer(UInt64(account.index)), .word(instrument.id.word),
            .bool(order.side == .buy), .amount(try price(order.ticks, instrument)),
            .amount(try size(order.lotsLeft, instrument)), .amount(try size(order.lotsPlaced, instrument)),
            .integer(UInt64(order.timeInForce.rawValue)), .integer(order.clientID), .integer(order.expiry),
            .integer(UInt64(flags)), .integer(UInt64(trigger)),
            .amount(try price(order.trigger.map { $0.ticks } ?? 0, instrument)),
        ]
    }
}
