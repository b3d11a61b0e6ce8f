/// A line of a source file with what matters for the rules: no comment, no text of strings, and whether only host
/// builds take it.
struct SourceLine {
    let number: Int
    let code: String
    let isHostOnly: Bool

    /// The lines of a text. `#if !hasFeature(Embedded)` makes its branch host-only.
    static func lines(of text: String) -> [SourceLine] {
        /// An open `#if`: which condition its last branch with one has, and whether that branch is the host's alone.
        struct Condition {
            var text: String
            var isHostOnly: Bool
        }
        var lines: [SourceLine] = []
        var conditions: [Condition] = []
        let code = SourceText.code(of: text)
        for (index, raw) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = String(raw.trimmingPrefix { $0 == " " || $0 == "\t" }.reversed().trimmingPrefix(" ").reversed())
            if line.hasPrefix("#if") {
                let condition = String(line.dropFirst(3).trimmingPrefix(" "))
                conditions.append(Condition(text: condition, isHostOnly: condition == "!hasFeature(Embedded)"))
            } else if line.hasPrefix("#elseif"), !conditions.isEmpty {
                // What is left of a chain of conditions is held to the rules in every branch.
                conditions[conditions.count - 1] = Condition(text: "", isHostOnly: false)
            } else if line.hasPrefix("#else"), let last = conditions.indices.last {
                conditions[last].isHostOnly = conditions[last].text == "hasFeature(Embedded)"
            } else if line.hasPrefix("#endif") {
                _ = conditions.popLast()
            }
            let isHostOnly = conditions.contains { $0.isHostOnly }
            lines.append(SourceLine(number: index + 1, code: line, isHostOnly: isHostOnly))
        }
        return lines
    }
}

/// Swift source without what is not code.
enum SourceText {
    /// The same lines, with comments and the text of strings left out. Code interpolated into a string stays.
    static func code(of text: String) -> String {
        var scanner = Scanner(text)
        return scanner.code()
    }

    private struct Scanner {
        private let text: [Character]
        private var place = 0
        private var result = ""

        init(_ text: String) { self.text = Array(text) }

        mutating func code() -> String {
            while place < text.count { scan() }
            return result
        }

        private func isAt(_ word: String) -> Bool {
            text[place...].starts(with: word)
        }

        /// One character of code, a comment, or a string.
        private mutating func scan() {
            if isAt("//") {
                while place < text.count, text[place] != "\n" { place += 1 }
            } else if isAt("/*") {
                skipBlockComment()
            } else if text[place] == "\"" || text[place] == "#", let pounds = poundsBeforeQuote() {
                skipString(pounds: pounds)
            } else {
                result.append(text[place])
                place += 1
            }
        }

        private mutating func keepLineBreak() {
            if text[place] == "\n" { result.append("\n") }
            place += 1
        }

        private mutating func skipBlockComment() {
            var depth = 0
            repeat {
                if isAt("/*") {
                    depth += 1
                    place += 2
                } else if isAt("*/") {
                    depth -= 1
                    place += 2
                } else {
                    keepLineBreak()
                }
            } while depth > 0 && place < text.count
        }

        /// How many `#` open the string that begins here; nil when none does.
        private func poundsBeforeQuote() -> Int? {
            let quote = text[place...].firstIndex { $0 != "#" } ?? text.endIndex
            return quote < text.endIndex && text[quote] == "\"" ? quote - place : nil
        }

        private mutating func skipString(pounds: Int) {
            place += pounds
            let quotes = isAt("\"\"\"") ? "\"\"\"" : "\""
            let fence = String(repeating: "#", count: pounds)
            place += quotes.count
            result += "\"\""
            while place < text.count {
                if isAt(quotes + fence) {
                    place += quotes.count + pounds
                    return
                }
                if isAt("\\" + fence + "(") {
                    place += 1 + pounds
                    keepInterpolation()
                } else if isAt("\\" + fence) {
                    place += 1 + pounds
                    if place < text.count { keepLineBreak() }
                } else if quotes == "\"", text[place] == "\n" {
                    return
                } else {
                    keepLineBreak()
                }
            }
        }

        /// Code in parentheses, which may hold strings again.
        private mutating func keepInterpolation() {
            var depth = 0
            repeat {
                if text[place] == "(" { depth += 1 }
                if text[place] == ")" { depth -= 1 }
                scan()
            } while depth > 0 && place < text.count
        }
    }
}
