import Cryptography
import Foundations

typealias StackPointer = UnsafeMutablePointer<UInt256>
typealias ContextPointer = UnsafeMutablePointer<Context>

/// What each opcode does that needs no state, written once for both interpreters.
///
/// `sp` points at the top of the stack; the operands lie at `sp[0]`, `sp[-1]`, …, and the result goes where the top
/// will be once the interpreter has moved the pointer by the table's stack difference. The interpreter has checked the
/// stack and charged the constant gas. Operations with a dynamic price take `gas` and answer false when out of it.
enum Operations {
    // MARK: Arithmetic

    @inline(__always) static func add(_ sp: StackPointer) { sp[-1] = sp[0] &+ sp[-1] }
    @inline(__always) static func mul(_ sp: StackPointer) { sp[-1] = sp[0] &* sp[-1] }
    @inline(__always) static func sub(_ sp: StackPointer) { sp[-1] = sp[0] &- sp[-1] }
    @inline(__always) static func div(_ sp: StackPointer) { sp[-1] = sp[0] / sp[-1] }
    @inline(__always) static func sdiv(_ sp: StackPointer) { sp[-1] = sp[0].signedDivided(by: sp[-1]) }
    @inline(__always) static func mod(_ sp: StackPointer) { sp[-1] = sp[0] % sp[-1] }
    @inline(__always) static func smod(_ sp: StackPointer) { sp[-1] = sp[0].signedRemainder(dividingBy: sp[-1]) }
    @inline(__always) static func addmod(_ sp: StackPointer) { sp[-2] = sp[0].addingModulo(sp[-1], sp[-2]) }
    @inline(__always) static func mulmod(_ sp: StackPointer) { sp[-2] = sp[0].multipliedModulo(sp[-1], sp[-2]) }
    @inline(__always) static func signextend(_ sp: StackPointer) { sp[-1] = sp[-1].signExtended(fromByte: sp[0]) }

    @inline(__always)
    static func exp(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        gas -= context.pointee.expByteGas * Int64(truncatingIfNeeded: sp[-1].byteWidth)
        guard gas >= 0 else { return false }
        sp[-1] = sp[0].power(sp[-1])
        return true
    }

    // MARK: Comparison and bits

    @inline(__always) static func word(_ flag: Bool) -> UInt256 { UInt256(flag ? 1 as UInt64 : 0) }
    @inline(__always) static func lt(_ sp: StackPointer) { sp[-1] = word(sp[0] < sp[-1]) }
    @inline(__always) static func gt(_ sp: StackPointer) { sp[-1] = word(sp[-1] < sp[0]) }
    @inline(__always) static func slt(_ sp: StackPointer) { sp[-1] = word(sp[0].signedIsLess(than: sp[-1])) }
    @inline(__always) static func sgt(_ sp: StackPointer) { sp[-1] = word(sp[-1].signedIsLess(than: sp[0])) }
    @inline(__always) static func eq(_ sp: StackPointer) { sp[-1] = word(sp[0] == sp[-1]) }
    @inline(__always) static func iszero(_ sp: StackPointer) { sp[0] = word(sp[0].isZero) }
    @inline(__always) static func and(_ sp: StackPointer) { sp[-1] = sp[0] & sp[-1] }
    @inline(__always) static func or(_ sp: StackPointer) { sp[-1] = sp[0] | sp[-1] }
    @inline(__always) static func xor(_ sp: StackPointer) { sp[-1] = sp[0] ^ sp[-1] }
    @inline(__always) static func not(_ sp: StackPointer) { sp[0] = ~sp[0] }
    @inline(__always) static func clz(_ sp: StackPointer) { sp[0] = UInt256(sp[0].leadingZeroBitCount) }
    @inline(__always) static func shl(_ sp: StackPointer) { sp[-1].shiftLeft(by: sp[0].clampedToUInt64) }
    @inline(__always) static func shr(_ sp: StackPointer) { sp[-1].shiftRight(by: sp[0].clampedToUInt64) }

    @inline(__always) static func sar(_ sp: StackPointer) { sp[-1].arithmeticShiftRight(by: sp[0].clampedToUInt64) }

    @inline(__always)
    static func byte(_ sp: StackPointer) {
        let index = sp[0].clampedToUInt64
        guard index < 32 else {
            sp[-1] = .zero
            return
        }
        // A word lies in memory with its least significant byte first.
        let byte = UnsafeRawPointer(sp - 1).load(fromByteOffset: 31 &- Int(truncatingIfNeeded: index), as: UInt8.self)
        sp[-1] = UInt256(UInt64(byte))
    }

    // MARK: Hashing

    @inline(never)
    static func keccak256(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        guard let place = context.cover(sp[0], sp[-1], &gas) else { return false }
        let count = sp[-1].limb0
        gas -= 6 * wordCount(count)
        guard gas >= 0 else { return false }
        sp[-1] = Keccak256.hash(UnsafeRawBufferPointer(start: place, count: Int(truncatingIfNeeded: count))).word
        return true
    }

    /// Words that `count` bytes fill. `count` is what memory was covered for, so far below 2^63.
    @inline(__always)
    static func wordCount(_ count: UInt64) -> Int64 { Int64(truncatingIfNeeded: (count &+ 31) / 32) }

    // MARK: Input, code, return data

    @inline(__always)
    static func calldataload(_ context: ContextPointer, _ sp: StackPointer) {
        let size = UInt64(truncatingIfNeeded: context.pointee.frame.inputSize)
        let input = UnsafeRawPointer(context.pointee.memoryBuffer + context.pointee.frame.inputOffset)
        let offset = sp[0].clampedToUInt64
        if offset < size, size &- offset >= 32 {
            sp[0] = UInt256(loadingBigEndian: input + Int(truncatingIfNeeded: offset))
        } else {
            calldataloadAtEnd(input, Int(truncatingIfNeeded: size), sp)
        }
    }

    @inline(never)
    private static func calldataloadAtEnd(_ input: UnsafeRawPointer, _ size: Int, _ sp: StackPointer) {
        var buffer = UInt256.zero
        let offset = sp[0]
        withUnsafeMutableBytes(of: &buffer) {
            copyPadded(to: $0.baseAddress!, from: input, sourceSize: size, offset: offset, count: 32)
        }
        sp[0] = withUnsafeBytes(of: &buffer) { UInt256(loadingBigEndian: $0.baseAddress!) }
    }

    @inline(never)
    static func calldatacopy(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        copy(context, sp, &gas) { context in
            (
                UnsafeRawPointer(context.pointee.memoryBuffer + context.pointee.frame.inputOffset),
                context.pointee.frame.inputSize
            )
        }
    }

    @inline(never)
    static func codecopy(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        copy(context, sp, &gas) { (UnsafeRawPointer($0.pointee.codeBytes), $0.pointee.codeSize) }
    }

    /// Memory offset, source offset, size from the stack; 3 gas a word. The source is asked for after memory has grown.
    @inline(__always)
    private static func copy(
        _ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64,
        from source: (ContextPointer) -> (UnsafeRawPointer, Int)
    ) -> Bool {
        guard let place = context.cover(sp[0], sp[-2], &gas) else { return false }
        let count = sp[-2].limb0
        gas -= 3 * wordCount(count)
        guard gas >= 0 else { return false }
        let (bytes, size) = source(context)
        copyPadded(
            to: place, from: bytes, sourceSize: size, offset: sp[-1], count: Int(truncatingIfNeeded: count))
        return true
    }

    /// Unlike the other copies it halts when it reads past the end. https://eips.ethereum.org/EIPS/eip-211
    @inline(never)
    static func returndatacopy(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> HaltReason? {
        let (end, overflow) = sp[-1].addingReportingOverflow(sp[-2])
        if overflow || end > UInt256(UInt64(truncatingIfNeeded: context.pointee.returnDataSize)) {
            return .returnDataOutOfBounds
        }
        let isPaid = copy(context, sp, &gas) { (UnsafeRawPointer($0.pointee.returnData), $0.pointee.returnDataSize) }
        return isPaid ? nil : .outOfGas
    }

    @inline(__always)
    static func blobhash(_ context: ContextPointer, _ sp: StackPointer) {
        let index = sp[0].clampedToUInt64
        sp[0] =
            index < UInt64(truncatingIfNeeded: context.pointee.blobHashCount)
            ? context.pointee.blobHashes[Int(truncatingIfNeeded: index)] : .zero
    }

    // MARK: Memory

    @inline(__always)
    static func mload(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        guard let offset = sp[0].asUInt64, let place = context.cover(offset, 32, &gas) else { return false }
        sp[0] = UInt256(loadingBigEndian: UnsafeRawPointer(place))
        return true
    }

    @inline(__always)
    static func mstore(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        guard let offset = sp[0].asUInt64, let place = context.cover(offset, 32, &gas) else { return false }
        sp[-1].storeBigEndian(to: place)
        return true
    }

    @inline(__always)
    static func mstore8(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        guard let offset = sp[0].asUInt64, let place = context.cover(offset, 1, &gas) else { return false }
        place.storeBytes(of: UInt8(truncatingIfNeeded: sp[-1].limb0), as: UInt8.self)
        return true
    }

    /// https://eips.ethereum.org/EIPS/eip-5656
    @inline(never)
    static func mcopy(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        let farther = Swift.max(sp[0], sp[-1])
        guard context.cover(farther, sp[-2], &gas) != nil else { return false }
        let count = sp[-2].limb0
        gas -= 3 * wordCount(count)
        guard gas >= 0 else { return false }
        if count > 0 {
            let memory = context.pointee.memory
            // copyMemory allows overlap.
            (memory + Int(truncatingIfNeeded: sp[0].limb0)).copyMemory(
                from: memory + Int(truncatingIfNeeded: sp[-1].limb0), byteCount: Int(truncatingIfNeeded: count))
        }
        return true
    }

    // MARK: Flow

    /// The place in the code to go on at, or nil when it is no jump destination.
    @inline(__always)
    static func jumpTarget(_ context: ContextPointer, _ target: UInt256) -> Int? {
        guard let place = target.asUInt64, place < UInt64(truncatingIfNeeded: context.pointee.codeSize) else {
            return nil
        }
        let index = Int(truncatingIfNeeded: place)
        return context.pointee.jumpDestinations[index] != 0 ? index : nil
    }

    /// RETURN and REVERT: remembers where the output lies.
    @inline(__always)
    static func output(_ context: ContextPointer, _ sp: StackPointer, _ gas: inout Int64) -> Bool {
        guard context.cover(sp[0], sp[-1], &gas) != nil else { return false }
        context.pointee.outputSize = Int(truncatingIfNeeded: sp[-1].limb0)
        context.pointee.outputOffset = sp[-1].isZero ? 0 : Int(truncatingIfNeeded: sp[0].limb0)
        return true
    }

    @inline(__always)
    static func push(_ context: ContextPointer, _ programCounter: Int, _ count: Int, _ sp: StackPointer) {
        // Code has 33 bytes of zeros behind it, so that a cut-off immediate reads as zeros.
        let bytes = UnsafeRawPointer(context.pointee.codeBytes + programCounter + 1)
        if count <= 8 {
            let word = bytes.loadUnaligned(as: UInt64.self).bigEndian &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
            sp[1] = UInt256(word)
        } else {
            sp[1] = UInt256(loadingBigEndian: bytes) >> UInt64(truncatingIfNeeded: 256 &- 8 &* count)
        }
    }
}
