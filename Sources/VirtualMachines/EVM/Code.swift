import Chain
import Foundations

/// Contract code, analysed once: the bytes with room behind them and the set of valid jump destinations.
///
/// Sendable, as nothing in it changes once it is decoded, and only decoded code is shared between machines.
final class Code: @unchecked Sendable {
    let count: Int
    /// `count` bytes of code and 33 zeros, so that a PUSH32 at the very end and the STOP behind it can be read.
    let bytes: UnsafeMutablePointer<UInt8>
    /// The account whose code runs instead.
    let delegate: Address?
    /// One byte for each byte of code: 1 at a JUMPDEST that is no immediate.
    let jumpDestinations: UnsafeMutablePointer<UInt8>
    /// The code decoded for the fast interpreter, from when it is worth it.
    private(set) var stream: InstructionStream?
    private var calls: Int
    /// The hash under which state keeps the code; nil for init code.
    let hash: Bytes32?
    private static let padding = 33

    /// `wasCalled` says that another machine has called it before.
    init(_ code: [UInt8], hash: Bytes32? = nil, wasCalled: Bool = false) {
        count = code.count
        self.hash = hash
        calls = wasCalled ? 1 : 0
        delegate = Delegation.target(of: code)
        // Owned by this object alone, freed in deinit, and never written after init.
        bytes = .allocate(capacity: count + Code.padding)
        jumpDestinations = .allocate(capacity: count + Code.padding)
        jumpDestinations.initialize(repeating: 0, count: count + Code.padding)
        (bytes + count).initialize(repeating: 0, count: Code.padding)
        for index in 0..<count { bytes[index] = code[index] }
        var index = 0
        while index < count {
            let opcode = bytes[index]
            if opcode == 0x5b {
                jumpDestinations[index] = 1
            } else if opcode >= 0x60, opcode <= 0x7f {
                index += Int(opcode) - 0x5f
            }
            index += 1
        }
    }

    /// Counts a call with `gas`; answers whether it is worth decoding now. Decoding costs about as much as interpreting a
    /// few times, so code gets it with its second call, or at once with gas enough for long loops.
    func isWorthDecoding(forCallWith gas: Int64) -> Bool {
        calls += 1
        return calls >= 2 || gas >= 5_000_000
    }

    func decode(_ table: UnsafePointer<OpcodeTable.Entry>) {
        if stream == nil { stream = InstructionStream(self, table) }
    }

    /// An upper bound of what decoded code takes in memory.
    var decodedBytes: Int { 42 * count + 256 }

    deinit {
        stream?.deallocate()
        bytes.deallocate()
        jumpDestinations.deallocate()
    }
}
