import Derivatives
import Foundations
import JSONText

/// Collects what is wrong with a file, so that all of it is told at once.
final class VenueFileProblems {
    private(set) var list: [VenueFileError.Problem] = []

    func add(_ path: String, found: String, accepted: String) {
        list.append(VenueFileError.Problem(path: path, found: found, accepted: accepted))
    }
}

/// A value of a venue's file and where it is. What is not as it should be is noted, and reads as nil.
struct VenueFileValue {
    let json: JSONValue
    let path: String
    let problems: VenueFileProblems

    func refuse(_ accepted: String) { problems.add(path, found: VenueFileValue.text(of: json), accepted: accepted) }

    /// The members of an object whose keys are among these.
    func object(_ keys: [String]) -> VenueFileObject? {
        guard let members = json.object else {
            refuse("an object")
            return nil
        }
        var seen: Set<String> = []
        for (key, value) in members {
            let place = path.isEmpty ? key : path + "." + key
            if !keys.contains(key) {
                problems.add(place, found: "an unknown key", accepted: keys.joined(separator: ", "))
            } else if !seen.insert(key).inserted {
                problems.add(
                    place, found: "the key again: \(VenueFileValue.text(of: value))", accepted: "one of each key")
            }
        }
        return VenueFileObject(value: self, members: members)
    }

    func array(atMost limit: Int, atLeast least: Int = 0) -> [VenueFileValue]? {
        guard let elements = json.array, elements.count <= limit, elements.count >= least else {
            refuse(least == 0 ? "an array of at most \(limit)" : "an array of \(least) to \(limit)")
            return nil
        }
        return elements.enumerated().map {
            VenueFileValue(json: $1, path: "\(path)[\($0)]", problems: problems)
        }
    }

    /// A number of 18 decimals: a JSON number, or a string for what a double does not hold.
    func decimal(_ range: ClosedRange<Int128>) -> Int128? {
        let accepted =
            "a number from \(DecimalText.text(range.lowerBound.word)) to \(DecimalText.text(range.upperBound.word))"
        guard let text = numberText else {
            refuse(accepted)
            return nil
        }
        guard let word = DecimalText.wad(text) else {
            refuse(accepted + ", with at most 18 decimals; one of more than 15 digits as a string")
            return nil
        }
        guard let value = Int128(signedWord: word), range.contains(value) else {
            refuse(accepted)
            return nil
        }
        return value
    }

    func whole(_ range: ClosedRange<Int128>) -> Int128? {
        let number =
            json.unsigned.map { Int128($0) } ?? json.integer.map { Int128($0) } ?? json.string.flatMap { Int128($0) }
        guard let number, range.contains(number) else {
            refuse("a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func text(_ accepted: String, where isAccepted: (String) -> Bool) -> String? {
        guard let text = json.string, isAccepted(text) else {
            refuse(accepted)
            return nil
        }
        return text
    }

    func choice<Value>(_ values: [(name: String, value: Value)]) -> Value? {
        if let text = json.string, let found = values.first(where: { $0.name == text }) { return found.value }
        refuse(values.map { "\"\($0.name)\"" }.joined(separator: ", "))
        return nil
    }

    func address() -> Address? {
        guard let text = json.string, text.hasPrefix("0x"), let address = json.address else {
            refuse("an address, as 0x and 40 hexadecimal digits")
            return nil
        }
        return address
    }

    /// A number as it stands in the file, where a double holds all of its digits.
    private var numberText: String? {
        if let number = json.unsigned { return String(number) }
        if let number = json.integer { return String(number) }
        if let text = json.string { return text }
        guard let number = json.double else { return nil }
        // The shortest text of a double is what was written, up to 15 digits.
        let text = "\(number)"
        let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
        return digits.count <= 15 ? text : "inexact"
    }

    /// A value in few words.
    static func text(of json: JSONValue) -> String {
        switch json.kind {
        case .null: return "null"
        case .bool: return json.bool == true ? "true" : "false"
        case .array: return "an array of \(json.array?.count ?? 0)"
        case .object: return "an object"
        case .string:
            let text = json.string ?? ""
            return "\"\(text.prefix(60))\"" + (text.count > 60 ? "…" : "")
        case .number:
            return json.unsigned.map { String($0) } ?? json.integer.map { String($0) } ?? json.double.map { "\($0)" }
                ?? "a number"
        }
    }
}

/// An object of a venue's file.
struct VenueFileObject {
    let value: VenueFileValue
    fileprivate let members: [(key: String, value: JSONValue)]

    private func path(_ key: String) -> String { value.path.isEmpty ? key : value.path + "." + key }

    /// The first with this key, as a second one is a problem of its own.
    subscript(key: String) -> VenueFileValue? {
        members.first { $0.key == key }.map {
            VenueFileValue(json: $0.value, path: path(key), problems: value.problems)
        }
    }

    /// A member that must be there.
    func required(_ key: String) -> VenueFileValue? {
        if let member = self[key] { return member }
        value.problems.add(path(key), found: "nothing", accepted: "a value: the key is needed")
        return nil
    }

    /// All members in order.
    var all: [(key: String, value: VenueFileValue)] {
        members.map { ($0.key, VenueFileValue(json: $0.value, path: path($0.key), problems: value.problems)) }
    }
}
