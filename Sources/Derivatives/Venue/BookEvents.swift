import Foundations

extension ClearingHouse {
    mutating func emitPlacement(_ id: OrderID, _ incoming: Incoming, ticks: UInt32, lots: Int64) {
        var flags = OrderFlags(incoming.request)
        flags.bits &= ~1
        storage.emit(
            VenueEvent(
                .orderPlaced,
                [
                    id.word, UInt256(UInt64(incoming.account)), UInt256(UInt64(incoming.request.side.rawValue)),
                    UInt256(UInt64(ticks)), Int128(lots).word, UInt256(incoming.request.clientID),
                    UInt256(UInt64(flags.bits)),
                ]))
    }

    mutating func emitMatch(_ fill: Fill, taker: OrderID, maker: OrderReference, _ terms: OrderTerms) {
        let id = OrderID(instrument: maker.instrument, sequence: terms.sequence, place: maker.place)
        storage.emit(VenueEvent(.orderMatched, [taker.word, id.word, Int128(fill.ticks).word, Int128(fill.lots).word]))
    }

    mutating func emitRemoval(_ id: OrderID, _ account: AccountNumber, _ reason: RemovalReason, lots: Int64) {
        storage.emit(
            VenueEvent(
                .orderRemoved,
                [id.word, UInt256(UInt64(account)), UInt256(UInt64(reason.rawValue)), Int128(lots).word]))
    }

    mutating func emitChange(_ order: OrderReference, _ terms: OrderTerms) {
        let id = OrderID(instrument: order.instrument, sequence: terms.sequence, place: order.place)
        storage.emit(VenueEvent(.orderResized, [id.word, UInt256(UInt64(terms.account)), Int128(terms.lots).word]))
    }
}
