import Derivatives
import Foundations
import JSONText

/// An object of options among a call's parameters. What it does not know it refuses, so that nothing that was meant is passed over.
struct RPCOptions {
    private let json: JSONValue
    private let place: RPCParameters.Place

    init(_ json: JSONValue, argument: Int, known: Set<String>) throws(RPCError) {
        self.json = json
        place = .argument(argument)
        guard let members = json.object else {
            throw place.error("an object is expected, with any of: \(known.sorted().joined(separator: ", "))")
        }
        for (key, _) in members where !known.contains(key) {
            throw place.error(
                "unknown member '\(key.prefix(80))'; known are: \(known.sorted().joined(separator: ", "))")
        }
    }

    func error(_ reason: String) -> RPCError { place.error(reason) }

    func value(_ key: StaticString) -> JSONValue? { json[key].flatMap { $0.isNull ? nil : $0 } }

    func required(_ key: StaticString) throws(RPCError) -> JSONValue {
        guard let value = value(key) else { throw place.error("\(key) is missing") }
        return value
    }

    /// A number as hexadecimal text or a JSON number.
    func number(_ key: StaticString) throws(RPCError) -> UInt64? {
        guard let value = value(key) else { return nil }
        if let number = value.unsigned { return number }
        do throws(HexText.Reason) { return try HexText.quantity64(value) } catch {
            throw place.error("\(key): \(error.rawValue)")
        }
    }

    func flag(_ key: StaticString) throws(RPCError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw place.error("\(key): true or false is expected") }
        return flag
    }

    /// One of a list of words.
    func choice<Value>(_ key: StaticString, _ choices: [(name: String, value: Value)]) throws(RPCError) -> Value? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, let found = choices.first(where: { $0.name == text }) else {
            throw place.error("\(key): one of \(choices.map(\.name).joined(separator: ", ")) is expected")
        }
        return found.value
    }

    /// A number of 18 decimals, not below 0, as hexadecimal text.
    func amount(_ key: StaticString) throws(RPCError) -> Int128? {
        guard let value = value(key) else { return nil }
        let word: UInt256
        do throws(HexText.Reason) { word = try HexText.quantity256(value) } catch {
            throw place.error("\(key): \(error.rawValue)")
        }
        guard let amount = Int128(signedWord: word), amount >= 0 else {
            throw place.error("\(key): a number below 2^127 is expected")
        }
        return amount
    }

    func address(_ key: StaticString) throws(RPCError) -> Address? {
        guard let value = value(key) else { return nil }
        return try RPCParameters.address(value, place)
    }
}
