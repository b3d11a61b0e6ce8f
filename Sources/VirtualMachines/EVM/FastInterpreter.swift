import Foundations

/// The fast interpreter: runs an `InstructionStream` by handlers that tail-call each other.
///
/// A tail call is an optimisation, not a guarantee: a handler must touch only trivial types and keep nothing whose
/// address is taken, or the host stack grows with every instruction. Whatever needs more is an `@inline(never)` helper
/// below. `Scripts/check-handlers` disassembles the program and holds every handler to this. Debug builds, which make no
/// tail calls, use the reference interpreter.
enum FastInterpreter {
    #if DEBUG
        static var isAvailable: Bool { false }
    #else
        static var isAvailable: Bool { true }
    #endif

    /// Runs the context's frame from its program counter, an index into `stream`, until something only the machine can
    /// do. On an operation the program counter stands at its instruction.
    static func run(_ context: ContextPointer, _ stream: UnsafeMutablePointer<Instruction>) -> Exit {
        context.pointee.stream = UnsafeRawPointer(stream)
        let first = UnsafeRawPointer(stream + context.pointee.frame.programCounter)
        dispatch(
            first, UnsafeMutableRawPointer(context.pointee.stackPointer), context.pointee.frame.gas,
            UnsafeMutableRawPointer(context))
        return context.pointee.exit
    }

    // MARK: Blocks, jumps, constants

    /// Gas (32 bits), words needed (11), words grown (11) of the block that begins here.
    static var enterBlock: Handler {
        { instruction, sp, gas, context in
            let figures = operand(instruction)
            let left = gas - Int64(figures & 0xffff_ffff)
            let height = (sp - UnsafeMutableRawPointer(of(context).pointee.stackBottom)) / 32 + 1
            if left < 0 || height < Int(figures >> 32 & 0x7ff) || height + Int(figures >> 43) > 1024 {
                return refuseBlock(instruction, sp, gas, context)
            }
            next(instruction, sp, 0, left, context)
        }
    }

    /// As `enterBlock`, for a JUMPDEST with others directly behind it: pays for them too, and goes on behind as many
    /// instructions as the upper 10 bits say.
    static var enterRun: Handler {
        { instruction, sp, gas, context in
            let figures = operand(instruction)
            let left = gas - Int64(figures & 0xffff_ffff)
            let height = (sp - UnsafeMutableRawPointer(of(context).pointee.stackBottom)) / 32 + 1
            if left < 0 || height < Int(figures >> 32 & 0x7ff) || height + Int(figures >> 43 & 0x7ff) > 1024 {
                return refuseBlock(instruction, sp, gas, context)
            }
            next(instruction + 16 * Int(figures >> 54), sp, 0, left, context)
        }
    }

    static var stop: Handler {
        { leave($0, $1, $2, $3, .stop) }
    }
    static var invalid: Handler {
        { leave($0, $1, $2, $3, .halted(.invalidOpcode)) }
    }

    /// When a jump to a constant place is taken.
    enum Condition {
        case always, ifNotZero, ifZero
    }

    static func jump(_ condition: Condition) -> Handler {
        switch condition {
        case .always: jumpTo
        case .ifNotZero: jumpToIf
        case .ifZero: jumpToIfZero
        }
    }

    /// A jump to what is no JUMPDEST: halts when it is taken.
    static func jumpNowhere(_ condition: Condition) -> Handler {
        switch condition {
        case .always: { leave($0, $1, $2, $3, .halted(.invalidJump)) }
        case .ifNotZero:
            { instruction, sp, gas, context in
                if !stack(sp)[0].isZero { return leave(instruction, sp, gas, context, .halted(.invalidJump)) }
                next(instruction, sp, -1, gas, context)
            }
        case .ifZero:
            { instruction, sp, gas, context in
                if stack(sp)[0].isZero { return leave(instruction, sp, gas, context, .halted(.invalidJump)) }
                next(instruction, sp, -1, gas, context)
            }
        }
    }

    private static var jumpTo: Handler {
        { instruction, sp, gas, context in
            let target = UnsafeRawPointer(bitPattern: UInt(operand(instruction))).unsafelyUnwrapped
            dispatch(target, sp, gas, context)
        }
    }

    private static var jumpToIf: Handler {
        { instruction, sp, gas, context in
            if stack(sp)[0].isZero { return next(instruction, sp, -1, gas, context) }
            let target = UnsafeRawPointer(bitPattern: UInt(operand(instruction))).unsafelyUnwrapped
            dispatch(target, sp - 32, gas, context)
        }
    }

    /// ISZERO and JUMPI in one.
    private static var jumpToIfZero: Handler {
        { instruction, sp, gas, context in
            if !stack(sp)[0].isZero { return next(instruction, sp, -1, gas, context) }
            let target = UnsafeRawPointer(bitPattern: UInt(operand(instruction))).unsafelyUnwrapped
            dispatch(target, sp - 32, gas, context)
        }
    }

    private static var jump: Handler {
        { instruction, sp, gas, context in
            guard let target = target(sp, context) else {
                return leave(instruction, sp, gas, context, .halted(.invalidJump))
            }
            dispatch(target, sp - 32, gas, context)
        }
    }

    private static var jumpIf: Handler {
        { instruction, sp, gas, context in
            if stack(sp)[-1].isZero { return next(instruction, sp, -2, gas, context) }
            guard let target = target(sp, context) else {
                return leave(instruction, sp, gas, context, .halted(.invalidJump))
            }
            dispatch(target, sp - 64, gas, context)
        }
    }

    static var pushSmall: Handler {
        { instruction, sp, gas, context in
            stack(sp)[1] = UInt256(operand(instruction))
            next(instruction, sp, 1, gas, context)
        }
    }

    static var pushWord: Handler {
        { instruction, sp, gas, context in
            let word = UnsafePointer<UInt256>(bitPattern: UInt(operand(instruction))).unsafelyUnwrapped
            stack(sp)[1] = word.pointee
            next(instruction, sp, 1, gas, context)
        }
    }

    /// The word that the PUSH at `index` pushes.
    static func immediate(_ code: Code, _ index: Int, _ count: Int) -> UInt256 {
        count == 0
            ? .zero
            : UInt256(loadingBigEndian: code.bytes + index + 1) >> UInt64(256 - 8 * count)
    }

    // MARK: The table

    /// What the opcode's instruction carries: how deep DUP and SWAP reach in bytes, where PC is, the opcode itself for
    /// operations that the machine performs.
    static func argument(_ opcode: UInt8, _ index: Int) -> UInt64 {
        switch opcode {
        case 0x58: UInt64(index)
        case 0x80...0x8f: 32 * UInt64(opcode - 0x80)
        case 0x90...0x9f: 32 * UInt64(opcode - 0x8f)
        default: UInt64(opcode)
        }
    }

    /// Whether the operation lets the gas, the state or another place in the code be seen.
    static func endsBlock(_ opcode: UInt8) -> Bool {
        switch opcode {
        case 0x00, 0x31, 0x3b, 0x3c, 0x3f, 0x40, 0x47, 0x54...0x57, 0x5a, 0x5c, 0x5d, 0xa0...0xa4, 0xf0...0xff: true
        default: false
        }
    }

    /// The handler of a defined opcode other than PUSH and JUMPDEST.
    static func handler(_ opcode: UInt8) -> Handler {
        switch opcode {
        case 0x00: stop
        case 0x01: { step(Operations.add, $0, $1, -1, $2, $3) }
        case 0x02: { step(Operations.mul, $0, $1, -1, $2, $3) }
        case 0x03: { step(Operations.sub, $0, $1, -1, $2, $3) }
        case 0x04: { step(div, $0, $1, -1, $2, $3) }
        case 0x05: { step(sdiv, $0, $1, -1, $2, $3) }
        case 0x06: { step(mod, $0, $1, -1, $2, $3) }
        case 0x07: { step(smod, $0, $1, -1, $2, $3) }
        case 0x08: { step(addmod, $0, $1, -2, $2, $3) }
        case 0x09: { step(mulmod, $0, $1, -2, $2, $3) }
        case 0x0a: { nextIfPaid($0, $1, -1, exp($1, $2, $3), $3) }
        case 0x0b: { step(signextend, $0, $1, -1, $2, $3) }
        case 0x10: { step(Operations.lt, $0, $1, -1, $2, $3) }
        case 0x11: { step(Operations.gt, $0, $1, -1, $2, $3) }
        case 0x12: { step(Operations.slt, $0, $1, -1, $2, $3) }
        case 0x13: { step(Operations.sgt, $0, $1, -1, $2, $3) }
        case 0x14: { step(Operations.eq, $0, $1, -1, $2, $3) }
        case 0x15: { step(Operations.iszero, $0, $1, 0, $2, $3) }
        case 0x16: { step(Operations.and, $0, $1, -1, $2, $3) }
        case 0x17: { step(Operations.or, $0, $1, -1, $2, $3) }
        case 0x18: { step(Operations.xor, $0, $1, -1, $2, $3) }
        case 0x19: { step(Operations.not, $0, $1, 0, $2, $3) }
        case 0x1a: { step(Operations.byte, $0, $1, -1, $2, $3) }
        case 0x1b: { step(Operations.shl, $0, $1, -1, $2, $3) }
        case 0x1c: { step(Operations.shr, $0, $1, -1, $2, $3) }
        case 0x1d: { step(Operations.sar, $0, $1, -1, $2, $3) }
        case 0x1e: { step(Operations.clz, $0, $1, 0, $2, $3) }
        case 0x20: { nextIfPaid($0, $1, -1, keccak256($1, $2, $3), $3) }
        case 0x30: { push(of($3).pointee.frame.address, $0, $1, $2, $3) }
        case 0x32: { push(of($3).pointee.origin, $0, $1, $2, $3) }
        case 0x33: { push(of($3).pointee.frame.caller, $0, $1, $2, $3) }
        case 0x34: { push(of($3).pointee.frame.value, $0, $1, $2, $3) }
        case 0x35:
            {
                Operations.calldataload(of($3), stack($1))
                next($0, $1, 0, $2, $3)
            }
        case 0x36: { pushCount(of($3).pointee.frame.inputSize, $0, $1, $2, $3) }
        case 0x37: { nextIfPaid($0, $1, -3, calldatacopy($1, $2, $3), $3) }
        case 0x38: { pushCount(of($3).pointee.codeSize, $0, $1, $2, $3) }
        case 0x39: { nextIfPaid($0, $1, -3, codecopy($1, $2, $3), $3) }
        case 0x3a: { push(of($3).pointee.gasPrice, $0, $1, $2, $3) }
        case 0x3d: { pushCount(of($3).pointee.returnDataSize, $0, $1, $2, $3) }
        case 0x3e: returnDataCopy
        case 0x41: { push(of($3).pointee.beneficiary, $0, $1, $2, $3) }
        case 0x42: { push(of($3).pointee.timestamp, $0, $1, $2, $3) }
        case 0x43: { push(of($3).pointee.number, $0, $1, $2, $3) }
        case 0x44: { push(of($3).pointee.randomness, $0, $1, $2, $3) }
        case 0x45: { push(of($3).pointee.blockGasLimit, $0, $1, $2, $3) }
        case 0x46: { push(of($3).pointee.chainID, $0, $1, $2, $3) }
        case 0x48: { push(of($3).pointee.baseFee, $0, $1, $2, $3) }
        case 0x49:
            {
                Operations.blobhash(of($3), stack($1))
                next($0, $1, 0, $2, $3)
            }
        case 0x4a: { push(of($3).pointee.blobBaseFee, $0, $1, $2, $3) }
        case 0x4b: { push(of($3).pointee.slotNumber, $0, $1, $2, $3) }
        case 0x50: { next($0, $1, -1, $2, $3) }
        case 0x51: memoryLoad
        case 0x52: memoryStore
        case 0x53: { nextIfPaid($0, $1, -2, mstore8($1, $2, $3), $3) }
        case 0x56: jump
        case 0x57: jumpIf
        case 0x58: { push(UInt256(operand($0)), $0, $1, $2, $3) }
        case 0x59: { pushCount(of($3).pointee.frame.memorySize, $0, $1, $2, $3) }
        case 0x5a: { push(UInt256(UInt64($2)), $0, $1, $2, $3) }
        case 0x5e: { nextIfPaid($0, $1, -3, mcopy($1, $2, $3), $3) }
        case 0x80...0x8f: duplicate
        case 0x90...0x9f: exchange
        case 0xf3: { leaveWithOutput($0, $1, $2, $3, .returned) }
        case 0xfd: { leaveWithOutput($0, $1, $2, $3, .reverted) }
        default: { leave($0, $1, $2, $3, .operation(UInt8(truncatingIfNeeded: operand($0)))) }
        }
    }

    /// Swaps two words: how deep they lie, in bytes, 32 bits each.
    static var exchangePair: Handler {
        { instruction, sp, gas, context in
            let depths = operand(instruction)
            let near = stack(sp - Int(depths & 0xffff_ffff))
            let far = stack(sp - Int(depths >> 32))
            let word = near[0]
            near[0] = far[0]
            far[0] = word
            next(instruction, sp, 0, gas, context)
        }
    }

    static var duplicate: Handler {
        { instruction, sp, gas, context in
            let source = sp - Int(operand(instruction))
            stack(sp)[1] = stack(source)[0]
            next(instruction, sp, 1, gas, context)
        }
    }

    private static var exchange: Handler {
        { instruction, sp, gas, context in
            let other = stack(sp - Int(operand(instruction)))
            let word = stack(sp)[0]
            stack(sp)[0] = other[0]
            other[0] = word
            next(instruction, sp, 0, gas, context)
        }
    }

    private static var memoryLoad: Handler {
        { instruction, sp, gas, context in
            let offset = stack(sp)[0]
            let size = of(context).pointee.frame.memorySize
            if offset.clampedToUInt64 < UInt64(truncatingIfNeeded: size) &- 31, size > 31 {
                let place = of(context).pointee.memory + Int(truncatingIfNeeded: offset.limb0)
                stack(sp)[0] = UInt256(loadingBigEndian: UnsafeRawPointer(place))
                return next(instruction, sp, 0, gas, context)
            }
            nextIfPaid(instruction, sp, 0, mload(sp, gas, context), context)
        }
    }

    private static var memoryStore: Handler {
        { instruction, sp, gas, context in
            let offset = stack(sp)[0]
            let size = of(context).pointee.frame.memorySize
            if offset.clampedToUInt64 < UInt64(truncatingIfNeeded: size) &- 31, size > 31 {
                let place = of(context).pointee.memory + Int(truncatingIfNeeded: offset.limb0)
                stack(sp)[-1].storeBigEndian(to: place)
                return next(instruction, sp, -2, gas, context)
            }
            nextIfPaid(instruction, sp, -2, mstore(sp, gas, context), context)
        }
    }

    private static var returnDataCopy: Handler {
        { instruction, sp, gas, context in
            let paid = returndatacopy(sp, gas, context)
            if paid == outOfBounds {
                return leave(instruction, sp, 0, context, .halted(.returnDataOutOfBounds))
            }
            nextIfPaid(instruction, sp, -3, paid, context)
        }
    }
}

// MARK: - What handlers are made of

@inline(__always)
func dispatch(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) {
    instruction.load(as: Handler.self)(instruction, sp, gas, context)
}

/// The next instruction, with the stack moved by `move` words.
@inline(__always)
func next(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ move: Int, _ gas: Int64,
    _ context: UnsafeMutableRawPointer
) {
    dispatch(instruction + 16, sp + 32 * move, gas, context)
}

@inline(__always)
func operand(_ instruction: UnsafeRawPointer) -> UInt64 {
    instruction.load(fromByteOffset: 8, as: UInt64.self)
}

@inline(__always)
func stack(_ sp: UnsafeMutableRawPointer) -> StackPointer {
    sp.assumingMemoryBound(to: UInt256.self)
}

@inline(__always)
func of(_ context: UnsafeMutableRawPointer) -> ContextPointer {
    context.assumingMemoryBound(to: Context.self)
}

/// Leaves the interpreter: registers go back into the context.
@inline(never)
private func leave(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64,
    _ context: UnsafeMutableRawPointer,
    _ exit: Exit
) {
    let context = of(context)
    context.pointee.frame.programCounter = (instruction - context.pointee.stream) / 16
    context.pointee.stackPointer = stack(sp)
    context.pointee.frame.gas = gas
    context.pointee.exit = exit
}

/// Goes on when `paid` is not negative, halts out of gas otherwise.
@inline(__always)
func nextIfPaid(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ move: Int, _ paid: Int64,
    _ context: UnsafeMutableRawPointer
) {
    if paid < 0 { return leave(instruction, sp, 0, context, .halted(.outOfGas)) }
    next(instruction, sp, move, paid, context)
}

@inline(never)
private func refuseBlock(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) {
    let figures = operand(instruction)
    let height = (sp - UnsafeMutableRawPointer(of(context).pointee.stackBottom)) / 32 + 1
    let reason: HaltReason =
        height < Int(figures >> 32 & 0x7ff)
        ? .stackUnderflow : gas < Int64(figures & 0xffff_ffff) ? .outOfGas : .stackOverflow
    leave(instruction, sp, 0, context, .halted(reason))
}

/// The instruction that the word on top names; nil when it is no jump destination.
@inline(__always)
private func target(_ sp: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) -> UnsafeRawPointer? {
    let context = of(context)
    guard let place = stack(sp)[0].asUInt64, place < UInt64(context.pointee.codeSize) else { return nil }
    let index = context.pointee.jumpTargets[Int(place)]
    return index < 0 ? nil : context.pointee.stream + 16 * Int(index)
}

/// Performs an operation on the stack and goes on.
@inline(__always)
func step(
    _ operation: (StackPointer) -> Void, _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ move: Int,
    _ gas: Int64, _ context: UnsafeMutableRawPointer
) {
    operation(stack(sp))
    next(instruction, sp, move, gas, context)
}

/// Pushes a word and goes on.
@inline(__always)
private func push(
    _ word: UInt256, _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64,
    _ context: UnsafeMutableRawPointer
) {
    stack(sp)[1] = word
    next(instruction, sp, 1, gas, context)
}

@inline(__always)
private func pushCount(
    _ count: Int, _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64,
    _ context: UnsafeMutableRawPointer
) {
    push(UInt256(UInt64(truncatingIfNeeded: count)), instruction, sp, gas, context)
}
@inline(never) private func div(_ sp: StackPointer) { Operations.div(sp) }
@inline(never) private func sdiv(_ sp: StackPointer) { Operations.sdiv(sp) }
@inline(never) private func mod(_ sp: StackPointer) { Operations.mod(sp) }
@inline(never) private func smod(_ sp: StackPointer) { Operations.smod(sp) }
@inline(never) private func addmod(_ sp: StackPointer) { Operations.addmod(sp) }
@inline(never) private func mulmod(_ sp: StackPointer) { Operations.mulmod(sp) }
@inline(never) private func signextend(_ sp: StackPointer) { Operations.signextend(sp) }

@inline(__always)
private func paid(_ gas: Int64, _ work: (inout Int64) -> Bool) -> Int64 {
    var left = gas
    return work(&left) ? left : -1
}

@inline(never)
private func exp(_ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer) -> Int64 {
    paid(gas) { Operations.exp(of(context), stack(sp), &$0) }
}

@inline(never)
private func keccak256(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    paid(gas) { Operations.keccak256(of(context), stack(sp), &$0) }
}

@inline(never)
private func calldatacopy(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    paid(gas) { Operations.calldatacopy(of(context), stack(sp), &$0) }
}

@inline(never)
private func codecopy(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    paid(gas) { Operations.codecopy(of(context), stack(sp), &$0) }
}

@inline(never)
func mload(_ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer) -> Int64 {
    paid(gas) { Operations.mload(of(context), stack(sp), &$0) }
}

@inline(never)
func mstore(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    paid(gas) { Operations.mstore(of(context), stack(sp), &$0) }
}

@inline(never)
private func mstore8(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    paid(gas) { Operations.mstore8(of(context), stack(sp), &$0) }
}

@inline(never)
private func mcopy(_ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer) -> Int64 {
    paid(gas) { Operations.mcopy(of(context), stack(sp), &$0) }
}

@inline(never)
private func returndatacopy(
    _ sp: UnsafeMutableRawPointer, _ gas: Int64, _ context: UnsafeMutableRawPointer
) -> Int64 {
    var left = gas
    switch Operations.returndatacopy(of(context), stack(sp), &left) {
    case nil: return left
    case .returnDataOutOfBounds: return outOfBounds
    default: return -1
    }
}

@inline(never)
private func leaveWithOutput(
    _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer, _ gas: Int64,
    _ context: UnsafeMutableRawPointer,
    _ exit: Exit
) {
    var left = gas
    let isPaid = Operations.output(of(context), stack(sp), &left)
    leave(instruction, sp, left, context, isPaid ? exit : .halted(.outOfGas))
}

/// What `returndatacopy` answers for a read beyond the data.
private var outOfBounds: Int64 { .min }
