import Chain
import Derivatives
import Execution
import Foundations
import JSONText

/// The venue as it stood behind a block, for one request.
struct VenueReader {
    let record: BlockRecord
    var venue: Venue<VenueStateStorage>
    private let symbols: [UInt64]

    /// At the time of the block.
    init(_ chain: LocalChain, _ record: BlockRecord) throws(RPCError) {
        try self.init(chain, record, number: record.number, time: record.header.timestamp)
    }

    /// The state behind a block as a block of this number and time finds it.
    init(_ chain: LocalChain, _ record: BlockRecord, number: UInt64, time: UInt64) throws(RPCError) {
        guard chain.configuration(of: record).venueIsActive(number: record.number) else {
            throw .server("no venue: the chain has none at block \(record.number)")
        }
        self.record = record
        venue = Venue(storage: VenueStateStorage(try record.state), time: time, blockNumber: number)
        var symbols: [UInt64] = []
        do throws(VenueError) {
            for number in 0..<min(venue.underlyingCount(), 64) { symbols.append(try venue.symbol(of: number + 1)) }
        } catch { throw RPCError(error) }
        self.symbols = symbols
    }

    /// Says so where the state could not be read.
    func check() throws(RPCError) {
        if let fault = venue.storage.fault { throw RPCError(code: -32603, message: "internal error: \(fault)") }
    }

    // MARK: - Names

    var underlyings: ClosedRange<UInt32>? { symbols.isEmpty ? nil : 1...UInt32(symbols.count) }

    func symbol(of underlying: UInt32) -> String {
        guard underlying >= 1, Int(underlying) <= symbols.count else { return "" }
        return String(decoding: InstrumentName.characters(symbols[Int(underlying) - 1]), as: UTF8.self)
    }

    /// The instrument's name; its id in hexadecimal where it has none.
    func name(of id: InstrumentID) -> String {
        let place = Int(id.underlying) - 1
        guard symbols.indices.contains(place), let name = InstrumentName(id, symbol: symbols[place]) else {
            return Hex.encodePrefixed(id.word.bigEndianBytes)
        }
        return String(decoding: name.text, as: UTF8.self)
    }

    private func underlying(_ symbol: UInt64) -> UInt32? {
        symbols.firstIndex(of: symbol).map { UInt32($0) + 1 }
    }

    /// The listing that a name or an id in hexadecimal names.
    mutating func instrument(_ value: JSONValue, _ place: RPCParameters.Place) throws(RPCError) -> Instrument {
        guard let text = value.string else {
            throw place.error("an instrument is expected: a name such as BTC-PERP, or an id as 0x…")
        }
        var id: InstrumentID?
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            id = value.quantity256.flatMap { InstrumentID(word: $0) }
        } else if let name = InstrumentName(text.utf8) {
            guard let underlying = underlying(name.symbol) else {
                throw place.error("no underlying of '\(text.prefix(80))' is known")
            }
            id = name.id(underlying: underlying)
        }
        guard let id else {
            throw place.error(
                "'\(text.prefix(80))' is no instrument: a name such as BTC-PERP or BTC-25DEC26-100000-C, or an id as 0x…"
            )
        }
        do throws(VenueError) { return try venue.instrument(venue.instrumentNumber(of: id)) } catch {
            throw place.error("no instrument '\(text.prefix(80))' is listed")
        }
    }

    /// Which instruments a request is about: none given stands for all; a name, an id, an underlying's symbol, or an array of those.
    mutating func selection(_ value: JSONValue?, _ place: RPCParameters.Place) throws(RPCError) -> VenueSelection {
        guard let value else { return .all }
        var selection = VenueSelection(underlyings: [], instruments: [])
        for entry in value.array ?? [value] {
            if let text = entry.string, !text.contains("-"), !text.hasPrefix("0x"),
                let symbol = InstrumentName.symbol(text.utf8)
            {
                guard let underlying = underlying(symbol) else {
                    throw place.error("no underlying '\(text.prefix(80))' is known")
                }
                selection.underlyings?.append(underlying)
            } else {
                selection.instruments.append(try instrument(entry, place).number)
            }
        }
        return selection
    }

    /// The listings that a selection takes, by number; those that are settled only where they are named.
    mutating func instruments(_ selection: VenueSelection) throws(VenueError) -> [Instrument] {
        var instruments: [Instrument] = []
        var number: InstrumentNumber = 1
        while number <= venue.instrumentCount() {
            let instrument = try venue.instrument(number)
            number += 1
            guard selection.takes(instrument) else { continue }
            if instrument.status == .settled, !selection.instruments.contains(instrument.number) { continue }
            instruments.append(instrument)
        }
        return instruments
    }

    /// The underlyings that a selection is about.
    mutating func underlyings(_ selection: VenueSelection) throws(VenueError) -> [UInt32] {
        guard var chosen = selection.underlyings else { return underlyings.map { Array($0) } ?? [] }
        for number in selection.instruments { chosen.append(try venue.instrument(number).underlying) }
        return Array(Set(chosen)).sorted()
    }

    mutating func accountID(_ account: AccountNumber) throws(VenueError) -> AccountID {
        try venue.accountID(account)
    }
}

/// Instruments that someone asks for.
struct VenueSelection: Sendable {
    /// All instruments of these; nil: every one.
    var underlyings: [UInt32]?
    var instruments: [InstrumentNumber]

    static var all: VenueSelection { VenueSelection(underlyings: nil, instruments: []) }

    func takes(_ instrument: Instrument) -> Bool {
        guard let underlyings else { return true }
        return underlyings.contains(instrument.underlying) || instruments.contains(instrument.number)
    }
}

extension RPCError {
    /// What the venue refuses, as a call of its contract would be refused.
    init(_ error: VenueError) {
        self.init(code: 3, message: "execution reverted: \(error.text)", data: error.output)
    }
}

extension RPCService {
    /// A method that reads the venue at the block which the parameter at `block` names.
    static func reading(
        block: Int, _ write: @escaping @Sendable (inout VenueReader, RPCParameters, inout JSONWriter) throws -> Void
    ) -> Method {
        { service, parameters, writer in
            guard parameters.count <= block + 1 else {
                throw RPCError.invalidParameters("too many arguments, want at most \(block + 1)")
            }
            var reader = try VenueReader(service.chain, service.block(parameters, block))
            do { try write(&reader, parameters, &writer) } catch let error as VenueError {
                try reader.check()
                throw RPCError(error)
            }
            try reader.check()
        }
    }

    static var venueMethods: [String: Method] {
        marketMethods.merging(accountMethods) { $1 }.merging(soundnessMethods) { $1 }
    }
}
