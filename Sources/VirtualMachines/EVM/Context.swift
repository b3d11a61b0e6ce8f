import Foundations
import State

/// A call frame: all that distinguishes one running contract from another. Plain data, so that suspending a frame is a
/// copy; the `Code` is kept alive by the machine's caches while the frame exists.
struct Frame {
    var code: Unmanaged<Code>
    /// Whether the frame runs in the fast interpreter; stays as it is for the frame's life.
    var isDecoded = false
    /// The next byte of code; in the fast interpreter the next instruction of its stream.
    var programCounter = 0
    /// Word index of the frame's first stack slot in the shared stack.
    var stackBase: Int
    /// Words on the stack; current only while the frame is not inside an interpreter.
    var stackHeight = 0
    /// Where the frame's memory begins in the shared buffer, and how many bytes of it are there (a multiple of 32).
    var memoryBase: Int
    var memorySize = 0
    var gas: Int64
    /// The input lies in the shared memory buffer, in the caller's part of it.
    var inputOffset: Int
    var inputSize: Int
    var address: UInt256
    var caller: UInt256
    var value: UInt256
    /// Journal position of the account whose storage and balance the code works on.
    var account: Int
    var isStatic: Bool
    var isCreation: Bool
    /// Where the caller wants the output, in the caller's memory.
    var outputOffset: Int
    var outputSize: Int
    var checkpoint: Checkpoint
}

/// Everything that operations touch which need no state: the frame that runs, its stack, memory and return data, and
/// the words of block and transaction. One per machine, at a fixed place in memory.
struct Context {
    var frame: Frame
    /// The frame's memory and how much of it there is; the same as in the shared buffer, kept for quick access.
    var memory: UnsafeMutableRawPointer
    /// The frame's lowest stack slot; the stack pointer of an empty stack is one below.
    var stackBottom: UnsafeMutablePointer<UInt256>
    var stackPointer: UnsafeMutablePointer<UInt256>
    var codeBytes: UnsafePointer<UInt8>
    var codeSize: Int
    var jumpDestinations: UnsafePointer<UInt8>
    /// The running code as the fast interpreter reads it; set while it runs.
    var stream: UnsafeRawPointer
    var jumpTargets: UnsafePointer<Int32>
    /// Why the fast interpreter left.
    var exit = Exit.stop

    var stackBuffer: UnsafeMutablePointer<UInt256>
    var stackCapacity: Int
    var memoryBuffer: UnsafeMutableRawPointer
    var memoryCapacity: Int
    var returnData: UnsafeMutableRawPointer
    var returnDataSize = 0
    var returnDataCapacity: Int
    /// What RETURN or REVERT named, inside the frame's memory.
    var outputOffset = 0
    var outputSize = 0

    var origin = UInt256.zero
    var gasPrice = UInt256.zero
    var beneficiary = UInt256.zero
    var timestamp = UInt256.zero
    var number = UInt256.zero
    /// PREVRANDAO, or DIFFICULTY before Paris.
    var randomness = UInt256.zero
    var blockGasLimit = UInt256.zero
    var chainID = UInt256.zero
    var baseFee = UInt256.zero
    var blobBaseFee = UInt256.zero
    var slotNumber = UInt256.zero
    var blobHashes: UnsafeMutablePointer<UInt256>
    var blobHashCount = 0
    var expByteGas: Int64 = 50
}

/// Owns the buffers behind a `Context` and the context itself. Freed together when the machine goes.
final class Workspace {
    let context: UnsafeMutablePointer<Context>
    /// Where `jumpTargets` points before any code runs.
    private let targets: UnsafeMutablePointer<Int32>

    static let stackLimit = 1024
    /// Memory beyond this would cost more than 2^43 gas, which no block has; it is out of gas without a look.
    static let memoryLimit: UInt64 = 0x7fff_ffe0

    init(emptyCode: Code) {
        let stackCapacity = 8 * Workspace.stackLimit
        let memoryCapacity = 64 * 1024
        let returnDataCapacity = 1024
        let stack = UnsafeMutablePointer<UInt256>.allocate(capacity: stackCapacity)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: memoryCapacity, alignment: 32)
        targets = .allocate(capacity: 1)
        targets.initialize(to: -1)
        context = .allocate(capacity: 1)
        context.initialize(
            to: Context(
                frame: Frame(
                    code: .passUnretained(emptyCode), stackBase: 1, memoryBase: 0, gas: 0, inputOffset: 0,
                    inputSize: 0, address: .zero, caller: .zero, value: .zero, account: 0, isStatic: false,
                    isCreation: false, outputOffset: 0, outputSize: 0, checkpoint: .start),
                memory: memory, stackBottom: stack + 1, stackPointer: stack, codeBytes: UnsafePointer(emptyCode.bytes),
                codeSize: 0, jumpDestinations: UnsafePointer(emptyCode.jumpDestinations),
                stream: UnsafeRawPointer(stack), jumpTargets: UnsafePointer(targets), stackBuffer: stack,
                stackCapacity: stackCapacity, memoryBuffer: memory, memoryCapacity: memoryCapacity,
                returnData: .allocate(byteCount: returnDataCapacity, alignment: 32),
                returnDataCapacity: returnDataCapacity, blobHashes: .allocate(capacity: 1)))
    }

    deinit {
        context.pointee.stackBuffer.deallocate()
        context.pointee.memoryBuffer.deallocate()
        context.pointee.returnData.deallocate()
        context.pointee.blobHashes.deallocate()
        targets.deallocate()
        context.deallocate()
    }
}

// MARK: - Frames in the shared buffers

extension Context {
    /// Makes `frame` the running one, with room for a full stack.
    mutating func enter(_ next: Frame) {
        frame = next
        let needed = next.stackBase + Workspace.stackLimit
        if needed > stackCapacity { growStack(needed) }
        let code = next.code._withUnsafeGuaranteedRef { ($0.bytes, $0.count, $0.jumpDestinations) }
        codeBytes = UnsafePointer(code.0)
        codeSize = code.1
        jumpDestinations = UnsafePointer(code.2)
        if next.isDecoded {
            jumpTargets = next.code._withUnsafeGuaranteedRef { UnsafePointer($0.stream.unsafelyUnwrapped.targets) }
        }
        stackBottom = stackBuffer + next.stackBase
        stackPointer = stackBottom + next.stackHeight - 1
        memory = memoryBuffer + next.memoryBase
    }

    /// The running frame as it must be kept while another runs.
    mutating func suspend() -> Frame {
        frame.stackHeight = stackPointer - stackBottom + 1
        return frame
    }

    @inline(never)
    private mutating func growStack(_ needed: Int) {
        let capacity = Swift.max(needed, stackCapacity * 2)
        let grown = UnsafeMutablePointer<UInt256>.allocate(capacity: capacity)
        grown.update(from: stackBuffer, count: stackCapacity)
        stackBuffer.deallocate()
        stackBuffer = grown
        stackCapacity = capacity
    }

    /// Makes the frame's memory at least `end` bytes long, rounded up to words, and charges for it: 3 gas for each
    /// word and words² ÷ 512. False, and gas below zero, when that is too much.
    @inline(never)
    mutating func growMemory(to end: UInt64, gas: inout Int64) -> Bool {
        guard end <= Workspace.memoryLimit else { return false }
        let words = Int64(end &+ 31) / 32
        let before = Int64(frame.memorySize / 32)
        let cost = 3 * (words - before) + (words * words / 512 - before * before / 512)
        gas -= cost
        guard gas >= 0 else { return false }
        reserveMemory(frame.memoryBase + Int(words) * 32)
        let size = Int(words) * 32
        (memory + frame.memorySize).initializeMemory(as: UInt8.self, repeating: 0, count: size - frame.memorySize)
        frame.memorySize = size
        return true
    }

    /// Gives the shared buffer room for `end` bytes; pointers into it move.
    mutating func reserveMemory(_ end: Int) {
        if end <= memoryCapacity { return }
        let capacity = Swift.max(end, memoryCapacity * 2)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 32)
        grown.copyMemory(from: memoryBuffer, byteCount: memoryCapacity)
        memoryBuffer.deallocate()
        memoryBuffer = grown
        memoryCapacity = capacity
        memory = memoryBuffer + frame.memoryBase
    }

    /// Takes over `count` bytes as the return data.
    mutating func setReturnData(_ source: UnsafeRawPointer?, count: Int) {
        if count > returnDataCapacity {
            returnData.deallocate()
            returnDataCapacity = Swift.max(count, returnDataCapacity * 2)
            returnData = .allocate(byteCount: returnDataCapacity, alignment: 32)
        }
        if count > 0, let source { returnData.copyMemory(from: source, byteCount: count) }
        returnDataSize = count
    }

    mutating func setReturnData(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { setReturnData($0.baseAddress, count: bytes.count) }
    }

    var returnDataBytes: [UInt8] {
        [UInt8](UnsafeRawBufferPointer(start: returnData, count: returnDataSize))
    }

    mutating func setBlobHashes(_ hashes: [UInt256]) {
        blobHashes.deallocate()
        blobHashes = .allocate(capacity: Swift.max(1, hashes.count))
        for index in hashes.indices { blobHashes[index] = hashes[index] }
        blobHashCount = hashes.count
    }
}

// MARK: - Memory access of operations

extension UnsafeMutablePointer<Context> {
    /// Makes memory cover `size` bytes from `offset`, charging for growth. nil when out of gas; the place of the first
    /// byte otherwise (any place for no bytes).
    @inline(__always)
    func cover(_ offset: UInt256, _ size: UInt256, _ gas: inout Int64) -> UnsafeMutableRawPointer? {
        if size.isZero { return pointee.memory }
        guard let start = offset.asUInt64, let count = size.asUInt64 else { return nil }
        return cover(start, count, &gas)
    }

    @inline(__always)
    func cover(_ start: UInt64, _ count: UInt64, _ gas: inout Int64) -> UnsafeMutableRawPointer? {
        let (end, overflow) = start.addingReportingOverflow(count)
        if overflow { return nil }
        if end > UInt64(truncatingIfNeeded: pointee.frame.memorySize) {
            guard pointee.growMemory(to: end, gas: &gas) else { return nil }
        }
        return pointee.memory + Int(truncatingIfNeeded: start)
    }
}

/// Copies `count` bytes from `offset` of a source, zeros beyond its end, as CALLDATACOPY and its kin do.
@inline(__always)
func copyPadded(
    to target: UnsafeMutableRawPointer, from source: UnsafeRawPointer, sourceSize: Int, offset: UInt256, count: Int
) {
    let start = Int(truncatingIfNeeded: Swift.min(offset.clampedToUInt64, UInt64(truncatingIfNeeded: sourceSize)))
    let available = Swift.min(count, sourceSize - start)
    if available > 0 { target.copyMemory(from: source + start, byteCount: available) }
    if available < count {
        (target + available).initializeMemory(as: UInt8.self, repeating: 0, count: count - available)
    }
}
