import Derivatives
import EVM
import Foundations

/// One call of a contract of the venue, and the calls of its batch.
struct VenueCall<Host: NativeHost> {
    var venue: Venue<HostVenueStorage<Host>>
    let contract: VenueContract
    let caller: Address
    let isStatic: Bool

    /// Runs the call, with the guard around it where it writes.
    mutating func run(_ input: [UInt8]) throws(VenueRefusal) -> [UInt8] {
        guard let selector = UInt32(selectorOf: input) else { throw .invalidInput }
        switch contract {
        case .oracle:
            guard let function = VenueFunctions.Oracle(rawValue: selector) else { throw .invalidInput }
            let declaration = function.declaration
            let arguments = try begin(declaration, input)
            defer { end(declaration) }
            return encode(try oracle(function, arguments), declaration)
        case .instruments:
            guard let function = VenueFunctions.Instruments(rawValue: selector) else { throw .invalidInput }
            let declaration = function.declaration
            let arguments = try begin(declaration, input)
            defer { end(declaration) }
            return encode(try instruments(function, arguments), declaration)
        case .book:
            guard let function = VenueFunctions.Book(rawValue: selector) else { throw .invalidInput }
            let declaration = function.declaration
            let arguments = try begin(declaration, input)
            defer { end(declaration) }
            return encode(try book(function, arguments), declaration)
        case .clearing:
            guard let function = VenueFunctions.Clearing(rawValue: selector) else { throw .invalidInput }
            let declaration = function.declaration
            let arguments = try begin(declaration, input)
            defer { end(declaration) }
            return encode(try clearing(function, arguments), declaration)
        case .liquidation:
            guard let function = VenueFunctions.Liquidation(rawValue: selector) else { throw .invalidInput }
            let declaration = function.declaration
            let arguments = try begin(declaration, input)
            defer { end(declaration) }
            return encode(try liquidation(function, arguments), declaration)
        }
    }

    private mutating func begin(
        _ function: NativeFunction, _ input: [UInt8]
    ) throws(VenueRefusal) -> VenueArguments {
        guard let arguments = VenueArguments(input, function.inputs) else { throw .invalidInput }
        if function.writes {
            if isStatic { throw .revert(VenueReverts.staticCall, []) }
            guard venue.storage.beginWriting() else { throw .revert(VenueReverts.reentrant, []) }
        }
        return arguments
    }

    private mutating func end(_ function: NativeFunction) {
        if function.writes { venue.storage.endWriting() }
    }

    func encode(_ values: [ABIValue], _ function: NativeFunction) -> [UInt8] {
        ABI.encode(values, as: function.outputs.map { $0.type })
    }

    // MARK: - What the contracts share

    /// The library's act, its error as a refusal.
    mutating func venue<Value>(
        _ act: (inout Venue<HostVenueStorage<Host>>) throws(VenueError) -> Value
    ) throws(VenueRefusal) -> Value {
        do throws(VenueError) { return try act(&venue) } catch { throw .venue(error) }
    }

    mutating func requireRole(_ role: VenueRole) throws(VenueRefusal) {
        let caller = caller
        try venue { venue throws(VenueError) in try venue.require(role, caller) }
    }

    /// The number of a known account.
    mutating func number(of id: AccountID) throws(VenueRefusal) -> AccountNumber {
        let number = venue.accountNumber(of: id)
        if number == 0 { throw .venue(.unknownAccount) }
        return number
    }

    /// The number of an account that the caller may act for; the owner's first act opens it.
    mutating func actingNumber(of id: AccountID, takingMoney: Bool = false) throws(VenueRefusal) -> AccountNumber {
        let caller = caller
        let known = venue.accountNumber(of: id)
        if known == 0 {
            guard id.owner == caller else { throw .venue(.unauthorized) }
            return try venue { venue throws(VenueError) in try venue.openAccount(id) }
        }
        let isAllowed = try venue { venue throws(VenueError) in
            try venue.mayAct(caller, for: known, takingMoney: takingMoney)
        }
        if !isAllowed { throw .venue(.unauthorized) }
        return known
    }

    /// The listing that an instrument's id names.
    mutating func instrument(_ word: UInt256) throws(VenueRefusal) -> Instrument {
        guard let id = InstrumentID(word: word) else { throw .venue(.unknownInstrument) }
        return try venue { venue throws(VenueError) in try venue.instrument(venue.instrumentNumber(of: id)) }
    }

    /// A price in ticks, a size in lots: refused where it is no multiple.
    func ticks(_ price: UInt256, _ instrument: Instrument) throws(VenueRefusal) -> Int64 {
        let (ticks, rest) = try VenueArguments.amount(price).divided(by: instrument.tick)
        if rest != 0 { throw .revert(VenueReverts.offTick, [instrument.tick.word]) }
        guard let ticks = Int64(exactly: ticks) else { throw .venue(.overflow) }
        return ticks
    }

    func lots(_ size: UInt256, _ instrument: Instrument) throws(VenueRefusal) -> Int64 {
        let (lots, rest) = try VenueArguments.amount(size).divided(by: instrument.lot)
        if rest != 0 { throw .revert(VenueReverts.offLot, [instrument.lot.word]) }
        guard let lots = Int64(exactly: lots) else { throw .venue(.overflow) }
        return lots
    }

    func size(_ lots: Int64, _ instrument: Instrument) throws(VenueRefusal) -> Int128 {
        try amount { () throws(VenueError) in try instrument.size(lots: lots) }
    }

    func price(_ ticks: Int64, _ instrument: Instrument) throws(VenueRefusal) -> Int128 {
        try amount { () throws(VenueError) in try instrument.price(ticks: ticks) }
    }

    func amount(_ value: () throws(VenueError) -> Int128) throws(VenueRefusal) -> Int128 {
        do throws(VenueError) { return try value() } catch { throw .venue(error) }
    }
}
