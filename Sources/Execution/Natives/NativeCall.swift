import EVM
import Foundations

/// A call of a native whose arguments are all of one word each.
struct NativeCall {
    let selector: UInt32
    let words: [UInt256]

    /// nil when the call data has no selector. Whole words behind it are arguments; what follows them is ignored.
    init?(_ callData: [UInt8]) {
        guard let selector = UInt32(selectorOf: callData) else { return nil }
        self.selector = selector
        // No function takes more than this.
        let count = min((callData.count - 4) / 32, 16)
        var words: [UInt256] = []
        words.reserveCapacity(count)
        for index in 0..<count {
            let start = 4 + 32 * index
            words.append(UInt256(bigEndian: callData[start..<start + 32]))
        }
        self.words = words
    }

    /// The argument as a number of 8 bits; nil when it is larger.
    func byte(_ index: Int) -> UInt8? {
        words[index] < 256 ? UInt8(truncatingIfNeeded: words[index].limb0) : nil
    }
}

extension NativeOutcome {
    static func success(gasUsed: UInt64, words: [UInt256]) -> NativeOutcome {
        var output: [UInt8] = []
        output.reserveCapacity(32 * words.count)
        for word in words { output += word.bigEndianBytes }
        return .success(gasUsed: gasUsed, output: output)
    }
}

/// What natives charge, in gas: estimates by which a unit buys no more time in a native than in the interpreter's
/// dearest arithmetic opcode, about 14 ns per gas.
enum NativeGas {
    /// Reading the selector and refusing.
    static var refusal: UInt64 { 100 }
}
