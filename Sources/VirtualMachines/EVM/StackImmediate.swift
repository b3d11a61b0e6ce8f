/// What the byte behind DUPN, SWAPN and EXCHANGE says: which words of the stack they mean.
///
/// The bytes that would read as JUMPDEST or PUSH mean nothing, so that no code has other jump destinations than before
/// these opcodes. https://eips.ethereum.org/EIPS/eip-8024
struct StackImmediate {
    /// Words below the top: what DUPN copies, what SWAPN and EXCHANGE swap with `near`.
    let far: Int
    /// 0, the top itself, but for EXCHANGE.
    let near: Int

    /// nil for a byte that means nothing.
    init?(_ opcode: UInt8, _ byte: UInt8) {
        if opcode == 0xe8 {
            if byte > 81, byte < 128 { return nil }
            let (row, column) = (Int(byte ^ 143) / 16, Int(byte ^ 143) % 16)
            (near, far) = row < column ? (row + 1, column + 1) : (column + 1, 29 - row)
        } else {
            if byte > 90, byte < 128 { return nil }
            let depth = Int(byte &+ 145)
            (near, far) = (0, opcode == 0xe6 ? depth - 1 : depth)
        }
    }

    /// How many words must be there.
    var wordsNeeded: Int { far + 1 }
}
