/// Finds the types and literals of dictionaries, which need brackets read as a language does: they nest, they go over
/// several lines, and a colon in them may belong to a label or to `? :`.
enum Brackets {
    private struct Open {
        let bracket: Character
        let line: Int
        /// `[` that begins a type or a literal, not a subscript of what stands before it.
        let isOwn: Bool
        var openQuestions = 0
        var hasColon = false
    }

    /// The numbers of the lines in which a dictionary's bracket opens.
    static func dictionaries(in lines: [SourceLine]) -> [Int] {
        var found: [Int] = []
        var open: [Open] = []
        for line in lines {
            var previous: Character = " "
            let code = Array(line.code)
            for (index, character) in code.enumerated() {
                switch character {
                case "(", "{": open.append(Open(bracket: character, line: line.number, isOwn: false))
                case "[":
                    let isSubscript = previous.isLetter || previous.isNumber || "_)]}?!\"`".contains(previous)
                    open.append(Open(bracket: character, line: line.number, isOwn: !isSubscript))
                case ")", "}", "]":
                    if let last = open.popLast(), last.isOwn, last.hasColon { found.append(last.line) }
                case "?":
                    // `?` with room before it asks; without, it makes an optional or chains. `??` has a default.
                    let next = index + 1 < code.count ? code[index + 1] : " "
                    if previous == " ", next != "?", !open.isEmpty { open[open.count - 1].openQuestions += 1 }
                case ":":
                    guard let last = open.indices.last else { break }
                    if open[last].openQuestions > 0 {
                        open[last].openQuestions -= 1
                    } else {
                        open[last].hasColon = true
                    }
                default: break
                }
                previous = character
            }
        }
        return found.sorted()
    }
}
