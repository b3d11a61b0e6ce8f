import Foundations

// The handlers of blocks, jumps, stack and memory.

/// Gas (32 bits), words needed (11), words grown (11) of the block that begins here.
@inline(__always)
func handleBlock(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let figures = operand(at)
    let left = gas &- Int64(truncatingIfNeeded: figures & 0xffff_ffff)
    let height = height(sp, context)
    let excess = height &- Int(truncatingIfNeeded: figures >> 32 & 0x7ff)
    let room = 1024 &- height &- Int(truncatingIfNeeded: figures >> 43)
    // One branch for all three.
    if left | Int64(truncatingIfNeeded: excess | room) < 0 { return refuseBlock(at, sp, gas, context) }
    next(at, sp, 0, left, context)
}

/// As `handleBlock`, for a JUMPDEST with others directly behind it: pays for them too, and goes on behind as many
/// instructions as the upper 10 bits say.
@inline(__always)
func handleRun(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let figures = operand(at)
    let left = gas &- Int64(truncatingIfNeeded: figures & 0xffff_ffff)
    let height = height(sp, context)
    let excess = height &- Int(truncatingIfNeeded: figures >> 32 & 0x7ff)
    let room = 1024 &- height &- Int(truncatingIfNeeded: figures >> 43 & 0x7ff)
    // One branch for all three.
    if left | Int64(truncatingIfNeeded: excess | room) < 0 { return refuseBlock(at, sp, gas, context) }
    next(at + 16 &* Int(truncatingIfNeeded: figures >> 54), sp, 0, left, context)
}

@inline(__always)
func handleStop(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leave(at, sp, gas, context, .stop)
}

@inline(__always)
func handleInvalid(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leave(at, sp, gas, context, .halted(.invalidOpcode))
}

/// What only the machine can do: the argument is the opcode.
@inline(__always)
func handleMachineOperation(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leave(at, sp, gas, context, .operation(UInt8(truncatingIfNeeded: operand(at))))
}

@inline(__always)
func handleReturn(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leaveWithOutput(at, sp, gas, context, .returned)
}

@inline(__always)
func handleRevert(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leaveWithOutput(at, sp, gas, context, .reverted)
}

// MARK: - Jumps

@inline(__always)
func handleJump(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    guard let target = target(sp, context) else { return leave(at, sp, gas, context, .halted(.invalidJump)) }
    dispatch(target, sp - 32, gas, context)
}

@inline(__always)
func handleJumpi(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if stack(sp)[-1].isZero { return next(at, sp, -2, gas, context) }
    guard let target = target(sp, context) else { return leave(at, sp, gas, context, .halted(.invalidJump)) }
    dispatch(target, sp - 64, gas, context)
}

/// PUSH and JUMP: the argument is the instruction to go on with.
@inline(__always)
func handleJumpTo(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    dispatch(destination(at), sp, gas, context)
}

/// PUSH and JUMPI.
@inline(__always)
func handleJumpToIf(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if stack(sp)[0].isZero { return next(at, sp, -1, gas, context) }
    dispatch(destination(at), sp - 32, gas, context)
}

/// ISZERO, PUSH and JUMPI.
@inline(__always)
func handleJumpToIfZero(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if !stack(sp)[0].isZero { return next(at, sp, -1, gas, context) }
    dispatch(destination(at), sp - 32, gas, context)
}

/// As `handleJumpTo`, where there is no JUMPDEST.
@inline(__always)
func handleJumpNowhere(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    leave(at, sp, gas, context, .halted(.invalidJump))
}

@inline(__always)
func handleJumpNowhereIf(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if !stack(sp)[0].isZero { return leave(at, sp, gas, context, .halted(.invalidJump)) }
    next(at, sp, -1, gas, context)
}

@inline(__always)
func handleJumpNowhereIfZero(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if stack(sp)[0].isZero { return leave(at, sp, gas, context, .halted(.invalidJump)) }
    next(at, sp, -1, gas, context)
}

// MARK: - Stack

@inline(__always)
func handlePop(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    next(at, sp, -1, gas, context)
}

/// PUSH of at most 64 bits, the argument.
@inline(__always)
func handlePushSmall(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[1] = UInt256(operand(at))
    next(at, sp, 1, gas, context)
}

/// PUSH of the word that the argument points to.
@inline(__always)
func handlePushWord(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let word = UnsafePointer<UInt256>(bitPattern: UInt(operand(at))).unsafelyUnwrapped
    stack(sp)[1] = word.pointee
    next(at, sp, 1, gas, context)
}

/// DUP of the word as many bytes below the top as the argument says.
@inline(__always)
func handleDuplicate(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[1] = below(sp, at)[0]
    next(at, sp, 1, gas, context)
}

/// SWAP of the top and the word as many bytes below it as the argument says.
@inline(__always)
func handleExchange(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let other = below(sp, at)
    let word = stack(sp)[0]
    stack(sp)[0] = other[0]
    other[0] = word
    next(at, sp, 0, gas, context)
}

/// Swaps two words: how deep they lie, in bytes, 32 bits each.
@inline(__always)
func handleExchangePair(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let depths = operand(at)
    let near = stack(sp.advanced(by: 0 &- Int(truncatingIfNeeded: depths & 0xffff_ffff)))
    let far = stack(sp.advanced(by: 0 &- Int(truncatingIfNeeded: depths >> 32)))
    let word = near[0]
    near[0] = far[0]
    far[0] = word
    next(at, sp, 0, gas, context)
}

// MARK: - Memory

@inline(__always)
func handleMload(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if let place = place(stack(sp)[0], context) {
        stack(sp)[0] = UInt256(loadingBigEndian: UnsafeRawPointer(place))
        return next(at, sp, 0, gas, context)
    }
    growThenMload(at, sp, gas, context)
}

@inline(__always)
func handleMstore(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    if let place = place(stack(sp)[0], context) {
        stack(sp)[-1].storeBigEndian(to: place)
        return next(at, sp, -2, gas, context)
    }
    growThenMstore(at, sp, gas, context)
}

@inline(__always)
func handleMstore8(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -2, mstore8(sp, gas, context), context)
}

@inline(__always)
func handleMcopy(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -3, mcopy(sp, gas, context), context)
}

// MARK: - What they are made of

/// The instruction that the argument points to.
@inline(__always)
private func destination(_ at: InstructionPointer) -> InstructionPointer {
    InstructionPointer(bitPattern: UInt(operand(at))).unsafelyUnwrapped
}

/// The instruction that the word on top names; nil when it is no jump destination.
@inline(__always)
private func target(_ sp: RawStack, _ context: RawContext) -> InstructionPointer? {
    let context = of(context)
    guard let place = stack(sp)[0].asUInt64, place < UInt64(truncatingIfNeeded: context.pointee.codeSize) else {
        return nil
    }
    let index = context.pointee.jumpTargets[Int(truncatingIfNeeded: place)]
    return index < 0 ? nil : context.pointee.stream + 16 * Int(index)
}

/// Words on the stack.
@inline(__always)
private func height(_ sp: RawStack, _ context: RawContext) -> Int {
    (Int(bitPattern: sp) &- Int(bitPattern: of(context).pointee.stackBottom)) &>> 5 &+ 1
}

@inline(never)
private func refuseBlock(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let figures = operand(at)
    let height = height(sp, context)
    let reason: HaltReason =
        height < Int(figures >> 32 & 0x7ff)
        ? .stackUnderflow : gas < Int64(figures & 0xffff_ffff) ? .outOfGas : .stackOverflow
    leave(at, sp, 0, context, .halted(reason))
}

@inline(never)
private func leaveWithOutput(
    _ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext, _ exit: Exit
) {
    var left = gas
    let isPaid = Operations.output(of(context), stack(sp), &left)
    leave(at, sp, left, context, isPaid ? exit : .halted(.outOfGas))
}

// These go on themselves, so that what calls them last needs no frame of its own.

@inline(never)
func growThenMload(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, 0, paid(gas) { Operations.mload(of(context), stack(sp), &$0) }, context)
}

@inline(never)
func growThenMstore(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -2, paid(gas) { Operations.mstore(of(context), stack(sp), &$0) }, context)
}

@inline(never)
private func mstore8(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.mstore8(of(context), stack(sp), &$0) }
}

@inline(never)
private func mcopy(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.mcopy(of(context), stack(sp), &$0) }
}
