import JSONText

/// What is wrong with an agents file, and where.
public struct AgentsFileError: Error, Equatable, CustomStringConvertible {
    public let place: String
    public let message: String

    public var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

/// An object of a file, read member by member. Every member must be read by somebody: `finish` complains of the others.
struct FileObject {
    let place: String
    private let members: [(key: String, value: JSONValue)]

    /// `accepted` are the members that the object may have.
    init(_ value: JSONValue, place: String, accepted: [String]) throws(AgentsFileError) {
        guard let members = value.object else {
            throw AgentsFileError(place: place, message: "an object is expected")
        }
        self.place = place
        self.members = members
        var seen: [String] = []
        for (key, _) in members {
            guard accepted.contains(key) else {
                throw error(key, "there is no such member; accepted: \(accepted.joined(separator: ", "))")
            }
            guard !seen.contains(key) else { throw error(key, "is there twice") }
            seen.append(key)
        }
    }

    func error(_ key: String, _ message: String) -> AgentsFileError {
        AgentsFileError(place: place.isEmpty ? key : "\(place).\(key)", message: message)
    }

    subscript(key: String) -> JSONValue? { members.first { $0.key == key }?.value }

    func number(
        _ key: String, default fallback: Double? = nil, in range: ClosedRange<Double>
    ) throws(AgentsFileError) -> Double {
        guard let value = self[key] else {
            if let fallback { return fallback }
            throw error(key, "is missing: a number from \(text(range.lowerBound)) to \(text(range.upperBound))")
        }
        guard let number = value.double, range.contains(number) else {
            throw error(key, "a number from \(text(range.lowerBound)) to \(text(range.upperBound)) is expected")
        }
        return number
    }

    private func text(_ number: Double) -> String {
        number.rounded() == number && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
    }

    func whole(
        _ key: String, default fallback: UInt64, in range: ClosedRange<UInt64>
    ) throws(AgentsFileError) -> UInt64 {
        guard let value = self[key] else { return fallback }
        guard let number = value.unsigned, range.contains(number) else {
            throw error(key, "a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    func string(_ key: String) throws(AgentsFileError) -> String? {
        guard let value = self[key] else { return nil }
        guard let text = value.string, !text.isEmpty else { throw error(key, "a text is expected") }
        return text
    }

    func flag(_ key: String, default fallback: Bool) throws(AgentsFileError) -> Bool {
        guard let value = self[key] else { return fallback }
        guard let flag = value.bool else { throw error(key, "true or false is expected") }
        return flag
    }

    /// A list with at least one element; nil where there is none.
    func list(_ key: String) throws(AgentsFileError) -> [JSONValue]? {
        guard let value = self[key] else { return nil }
        guard let list = value.array, !list.isEmpty else {
            throw error(key, "a list with at least one element is expected")
        }
        return list
    }

    /// Names out of a choice, all of it where nothing is said.
    func names(_ key: String, of choice: [String]) throws(AgentsFileError) -> [String] {
        guard let list = try list(key) else { return choice }
        var names: [String] = []
        for (index, value) in list.enumerated() {
            guard let name = value.string, choice.contains(name) else {
                throw error("\(key)[\(index)]", "one of \(choice.joined(separator: ", ")) is expected")
            }
            names.append(name)
        }
        return names
    }
}
