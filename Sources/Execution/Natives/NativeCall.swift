import EVM
import Foundations

/// A call of a native: its selector, and words behind it. Reads from the call data only while the call runs.
struct NativeCall {
    let selector: UInt32
    /// The arguments, up to the most that a function has before its lists.
    let words: [UInt256]
    private let arguments: UnsafeRawBufferPointer

    /// nil when the call data has no selector. Whole words behind it are arguments; what follows them is ignored.
    init?(_ callData: UnsafeRawBufferPointer) {
        guard callData.count >= 4 else { return nil }
        selector = callData.prefix(4).reduce(0) { ($0 << 8) | UInt32($1) }
        arguments = UnsafeRawBufferPointer(rebasing: callData.dropFirst(4))
        // No function has more than this.
        let count = min(arguments.count / 32, 16)
        var words: [UInt256] = []
        words.reserveCapacity(count)
        for index in 0..<count {
            words.append(UInt256(loadingBigEndian: arguments.baseAddress! + 32 * index))
        }
        self.words = words
    }

    /// The argument as a number of 8 bits; nil when it is larger.
    func byte(_ index: Int) -> UInt8? {
        words[index] < 256 ? UInt8(truncatingIfNeeded: words[index].limb0) : nil
    }

    /// A list of static tuples of `width` words, whose offset is the argument; nil when it is not all there, or has more
    /// elements than `cap`.
    func list(_ index: Int, width: Int, atMost cap: Int) -> NativeList? {
        guard let offset = words[index].asUInt64, offset <= UInt64(arguments.count) else { return nil }
        let start = Int(offset)
        guard arguments.count - start >= 32,
            let count = UInt256(loadingBigEndian: arguments.baseAddress! + start).asUInt64, count <= UInt64(cap),
            Int(count) * width * 32 <= arguments.count - start - 32
        else { return nil }
        return NativeList(
            bytes: UnsafeRawBufferPointer(rebasing: arguments[(start + 32)...]), count: Int(count), width: width)
    }
}

/// The elements of a list argument.
struct NativeList {
    fileprivate let bytes: UnsafeRawBufferPointer
    let count: Int
    fileprivate let width: Int

    /// Word `field` of element `index`.
    func word(_ index: Int, _ field: Int) -> UInt256 {
        UInt256(loadingBigEndian: bytes.baseAddress! + 32 * (index * width + field))
    }

    /// The same as a number of up to 62 bits; nil when it has more than `bits`.
    func integer(_ index: Int, _ field: Int, bits: UInt64) -> Int? {
        let word = word(index, field)
        return word.bitWidth <= bits ? Int(truncatingIfNeeded: word.limb0) : nil
    }

    /// The same as a signed number of 64 bits; `limit` instead of what is more, with the number's sign.
    func signed(_ index: Int, _ field: Int, clampedTo limit: Int64) -> Int64 {
        let word = word(index, field)
        let magnitude = word.magnitude
        let size = magnitude.bitWidth <= 62 ? min(Int64(truncatingIfNeeded: magnitude.limb0), limit) : limit
        return word.isNegative ? -size : size
    }
}

extension NativeOutcome {
    static func success(gasUsed: UInt64, words: [UInt256]) -> NativeOutcome {
        let output = [UInt8](unsafeUninitializedCapacity: 32 * words.count) { buffer, count in
            for (index, word) in words.enumerated() {
                word.storeBigEndian(to: UnsafeMutableRawPointer(buffer.baseAddress! + 32 * index))
            }
            count = 32 * words.count
        }
        return .success(gasUsed: gasUsed, output: output)
    }
}

/// What natives charge, in gas: a unit buys no more time in a native than in the interpreter's dearest arithmetic
/// opcode (`Benchmarks/quant.py` prints both).
enum NativeGas {
    /// Reading the selector and refusing.
    static var refusal: UInt64 { 100 }

    /// The same for call data of this size: what is longer than any call of single words costs by its words.
    static func refusal(_ size: Int) -> UInt64 { refusal &+ (size > 516 ? UInt64((size - 516) / 32) : 0) }
}
