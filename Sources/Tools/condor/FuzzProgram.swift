import Chain
import EVM
import Foundations

/// Bytecode being written, with a running guess of how many words are on the stack.
struct FuzzProgram {
    private(set) var code: [UInt8] = []
    var height = 0
    private let hasPushZero: Bool

    /// Words that each opcode takes and leaves.
    private static let stackUse: [(taken: Int, left: Int)] = {
        var table = [(taken: Int, left: Int)](repeating: (0, 0), count: 256)
        for row in OpcodeDefinition.all() { table[Int(row.opcode)] = (Int(row.stackIn), Int(row.stackOut)) }
        return table
    }()

    init(_ fork: Fork) {
        hasPushZero = fork >= .shanghai
    }

    static func operands(_ opcode: UInt8) -> Int { stackUse[Int(opcode)].taken }

    mutating func op(_ opcode: UInt8) {
        code.append(opcode)
        let (taken, left) = FuzzProgram.stackUse[Int(opcode)]
        height = max(0, height - taken) + left
    }

    mutating func ops(_ opcodes: UInt8...) { for opcode in opcodes { op(opcode) } }

    /// Pushes a word by the shortest push that holds it, or one of `width` bytes.
    mutating func push(_ word: UInt256, width: Int = 0) {
        let bytes = word.minimalBigEndianBytes
        if bytes.isEmpty, width == 0, hasPushZero {
            op(0x5f)
            return
        }
        let size = max(1, bytes.count, width)
        op(0x5f + UInt8(size))
        code += [UInt8](repeating: 0, count: size - bytes.count) + bytes
    }

    mutating func push(_ number: Int) { push(UInt256(UInt64(number))) }

    mutating func push(_ address: Address) { push(address.word) }

    /// Up to 32 bytes as one word, at the word's low end.
    mutating func push(bytes: [UInt8]) { push(UInt256(bigEndian: bytes)) }

    mutating func raw(_ bytes: [UInt8]) { code += bytes }

    /// Pushes a two-byte place for a jump destination; answers where it is to be filled in.
    mutating func pushDestination() -> Int {
        op(0x61)
        code += [0, 0]
        return code.count - 2
    }

    mutating func fill(_ place: Int, _ destination: Int) {
        code[place] = UInt8(truncatingIfNeeded: destination >> 8)
        code[place + 1] = UInt8(truncatingIfNeeded: destination)
    }

    /// Marks a jump destination here and answers it.
    mutating func destination() -> Int {
        op(0x5b)
        return code.count - 1
    }
}
