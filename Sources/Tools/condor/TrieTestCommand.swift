import Commitment
import Cryptography
import Foundations
import JSONText

extension Command {
    static let trieTest = Command.fixtures(
        "trietest", "Run official TrieTests: the roots of tries, and the neighbours of keys.",
        notes: "Files whose name says 'secure' hash their keys first."
    ) { arguments, selection in
        try selection.runTests(arguments.positional) { label, test, report in
            let isSecure = label.prefix { $0 != ":" }.lowercased().contains("secure")
            guard let input = test["in"] else { throw FixtureError(description: "no 'in'") }
            if let questions = test["tests"]?.array {
                report.record(label, problems: try neighbours(of: input, questions))
                return
            }
            guard let expected = test["root"]?.bytes32 else { throw FixtureError(description: "no 'root'") }
            let entries = try entries(input)
            // Objects have no order: any must do.
            let orders = input.array != nil ? [entries] : [entries, entries.reversed()]
            var problems: [String] = []
            for order in orders {
                var trie = Trie()
                for entry in order { trie.set(isSecure ? Keccak256.hash(entry.key).bytes : entry.key, entry.value) }
                if trie.rootHash != expected { problems.append("root: expected \(expected), actual \(trie.rootHash)") }
            }
            report.record(label, problems: problems)
        }
    }

    /// Each question is a key with the next smaller and the next greater key of the trie, empty for none.
    private static func neighbours(of input: JSONValue, _ questions: [JSONValue]) throws -> [String] {
        var trie = Trie()
        for key in input.array ?? [] { trie.set(try bytes(key), [1]) }
        var keys: [[UInt8]] = []
        trie.visitEntries { key, _ in keys.append(key) }
        var problems: [String] = []
        for question in questions {
            guard let key = question[0], let before = question[1], let after = question[2] else {
                throw FixtureError(description: "a question is a key and its two neighbours")
            }
            let wanted = try bytes(key)
            let actual = (
                keys.last { $0.lexicographicallyPrecedes(wanted) } ?? [],
                keys.first { wanted.lexicographicallyPrecedes($0) } ?? []
            )
            if try actual.0 != bytes(before) || actual.1 != bytes(after) {
                problems.append("neighbours of \(Hex.encode(wanted)): actual \(actual)")
            }
        }
        return problems
    }

    private static func entries(_ input: JSONValue) throws -> [(key: [UInt8], value: [UInt8])] {
        if let pairs = input.array {
            return try pairs.map { pair in
                guard let key = pair[0], let value = pair[1] else {
                    throw FixtureError(description: "an entry is a key and a value")
                }
                return (try bytes(key), try bytes(value))
            }
        }
        return try (input.object ?? []).map { (bytes($0.key), try bytes($0.value)) }
    }

    /// Text, or hexadecimal behind `0x`; null deletes.
    private static func bytes(_ json: JSONValue) throws -> [UInt8] {
        if json.isNull { return [] }
        guard let text = json.string else { throw FixtureError(description: "keys and values are strings or null") }
        return bytes(text)
    }

    private static func bytes(_ text: String) -> [UInt8] {
        text.hasPrefix("0x") ? Hex.decode(text) ?? Array(text.utf8) : Array(text.utf8)
    }
}
