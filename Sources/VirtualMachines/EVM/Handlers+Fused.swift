import Foundations

// Two operations in one instruction, where compilers write them one behind the other all the time: a dispatch, a store and
// a load of 32 bytes less. The block's entry has paid for both and checked the stack for both.

extension FastInterpreter {
    /// PUSH of at most 64 bits, the argument, and `opcode` behind it; nil where the two stay apart.
    static func handler(pushBefore opcode: UInt8) -> Handler? {
        switch opcode {
        case 0x01: handlePushAdd
        case 0x02: handlePushMul
        case 0x03: handlePushSub
        case 0x10: handlePushLt
        case 0x11: handlePushGt
        case 0x14: handlePushEq
        case 0x16: handlePushAnd
        case 0x1b: handlePushShl
        case 0x1c: handlePushShr
        case 0x50: handleNothing
        case 0x51: handlePushMload
        case 0x52: handlePushMstore
        case 0x90: handlePushSwap
        default: nil
        }
    }

    /// DUP of the word as many bytes below the top as the argument says, and `opcode` behind it.
    static func handler(duplicateBefore opcode: UInt8) -> Handler? {
        switch opcode {
        case 0x01: handleDuplicateAdd
        case 0x02: handleDuplicateMul
        case 0x03: handleDuplicateSub
        case 0x10: handleDuplicateLt
        case 0x11: handleDuplicateGt
        case 0x14: handleDuplicateEq
        case 0x16: handleDuplicateAnd
        case 0x18: handleDuplicateXor
        default: nil
        }
    }
}

// MARK: - PUSH and another

@inline(__always)
func handlePushAdd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $0 &+ $1 }, at, sp, gas, context)
}

@inline(__always)
func handlePushMul(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $0 &* $1 }, at, sp, gas, context)
}

@inline(__always)
func handlePushSub(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $1 &- $0 }, at, sp, gas, context)
}

@inline(__always)
func handlePushLt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $1 < $0 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handlePushGt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $0 < $1 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handlePushEq(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $0 == $1 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handlePushAnd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithConstant({ $0 & $1 }, at, sp, gas, context)
}

@inline(__always)
func handlePushShl(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[0].shiftLeft(by: operand(at))
    next(at, sp, 0, gas, context)
}

@inline(__always)
func handlePushShr(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[0].shiftRight(by: operand(at))
    next(at, sp, 0, gas, context)
}

/// PUSH and POP.
@inline(__always)
func handleNothing(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    next(at, sp, 0, gas, context)
}

/// PUSH and SWAP1.
@inline(__always)
func handlePushSwap(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[1] = stack(sp)[0]
    stack(sp)[0] = UInt256(operand(at))
    next(at, sp, 1, gas, context)
}

@inline(__always)
func handlePushMload(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if let place = place(operand(at), context) {
        stack(sp)[1] = UInt256(loadingBigEndian: UnsafeRawPointer(place))
        return next(at, sp, 1, gas, context)
    }
    stack(sp)[1] = UInt256(operand(at))
    growThenMload(at, sp + 32, gas, context)
}

@inline(__always)
func handlePushMstore(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if let place = place(operand(at), context) {
        stack(sp)[0].storeBigEndian(to: place)
        return next(at, sp, -1, gas, context)
    }
    stack(sp)[1] = UInt256(operand(at))
    growThenMstore(at, sp + 32, gas, context)
}

/// Replaces the top by what `operation` makes of it and the instruction's constant, in this order.
@inline(__always)
private func stepWithConstant(
    _ operation: (UInt256, UInt256) -> UInt256, _ at: InstructionPointer, _ sp: RawStack, _ gas: Int64,
    _ context: RawContext
) {
    stack(sp)[0] = operation(stack(sp)[0], UInt256(operand(at)))
    next(at, sp, 0, gas, context)
}

// MARK: - DUP and another

@inline(__always)
func handleDuplicateAdd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 &+ $1 }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateMul(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 &* $1 }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateSub(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $1 &- $0 }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateLt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $1 < $0 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateGt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 < $1 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateEq(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 == $1 ? .one : .zero }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateAnd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 & $1 }, at, sp, gas, context)
}

@inline(__always)
func handleDuplicateXor(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stepWithDuplicate({ $0 ^ $1 }, at, sp, gas, context)
}

/// Replaces the top by what `operation` makes of it and of the word that the instruction names, in this order.
@inline(__always)
private func stepWithDuplicate(
    _ operation: (UInt256, UInt256) -> UInt256, _ at: InstructionPointer, _ sp: RawStack, _ gas: Int64,
    _ context: RawContext
) {
    stack(sp)[0] = operation(stack(sp)[0], below(sp, at)[0])
    next(at, sp, 0, gas, context)
}

// MARK: - Others

/// SWAP1 and POP.
@inline(__always)
func handleReplaceBelow(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[-1] = stack(sp)[0]
    next(at, sp, -1, gas, context)
}
