import Foundations

// A handler is a function of four words that live in registers from handler to handler, and goes on by a tail call.
//
// They are named functions that are always inlined, not closures: the compiler puts a C entry point in front of each, which
// for a closure jumps on to a body of its own.

/// Where the instruction lies that is being performed.
typealias InstructionPointer = UnsafeRawPointer
/// The top of the stack.
typealias RawStack = UnsafeMutableRawPointer
/// A `Context`.
typealias RawContext = UnsafeMutableRawPointer

@inline(__always)
func dispatch(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    at.load(as: Handler.self)(at, sp, gas, context)
}

/// The next instruction, with the stack moved by `move` words.
@inline(__always)
func next(_ at: InstructionPointer, _ sp: RawStack, _ move: Int, _ gas: Int64, _ context: RawContext) {
    dispatch(at + 16, sp + 32 * move, gas, context)
}

/// Goes on when `paid` is not negative, halts out of gas otherwise.
@inline(__always)
func nextIfPaid(_ at: InstructionPointer, _ sp: RawStack, _ move: Int, _ paid: Int64, _ context: RawContext) {
    if paid < 0 { return leave(at, sp, 0, context, .halted(.outOfGas)) }
    next(at, sp, move, paid, context)
}

/// Performs an operation on the stack and goes on.
@inline(__always)
func step(
    _ operation: (StackPointer) -> Void, _ at: InstructionPointer, _ sp: RawStack, _ move: Int, _ gas: Int64,
    _ context: RawContext
) {
    operation(stack(sp))
    next(at, sp, move, gas, context)
}

/// Leaves the interpreter: registers go back into the context.
@inline(never)
func leave(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext, _ exit: Exit) {
    let context = of(context)
    context.pointee.frame.programCounter = (at - context.pointee.stream) / 16
    context.pointee.stackPointer = stack(sp)
    context.pointee.frame.gas = gas
    context.pointee.exit = exit
}

@inline(__always)
func operand(_ at: InstructionPointer) -> UInt64 {
    at.load(fromByteOffset: 8, as: UInt64.self)
}

/// The word as many bytes below the top as the argument says.
@inline(__always)
func below(_ sp: RawStack, _ at: InstructionPointer) -> StackPointer {
    stack(sp.advanced(by: 0 &- at.load(fromByteOffset: 8, as: Int.self)))
}

@inline(__always)
func stack(_ sp: RawStack) -> StackPointer {
    sp.assumingMemoryBound(to: UInt256.self)
}

@inline(__always)
func of(_ context: RawContext) -> ContextPointer {
    context.assumingMemoryBound(to: Context.self)
}

/// What `work` leaves of the gas, or −1 when it answers false.
@inline(__always)
func paid(_ gas: Int64, _ work: (inout Int64) -> Bool) -> Int64 {
    var left = gas
    return work(&left) ? left : -1
}

/// Where the 32 bytes from `offset` lie, when memory has them already.
@inline(__always)
func place(_ offset: UInt256, _ context: RawContext) -> UnsafeMutableRawPointer? {
    (offset.limb1 | offset.limb2 | offset.limb3) == 0 ? place(offset.limb0, context) : nil
}

@inline(__always)
func place(_ offset: UInt64, _ context: RawContext) -> UnsafeMutableRawPointer? {
    let (end, overflow) = offset.addingReportingOverflow(32)
    if overflow || end > UInt64(truncatingIfNeeded: of(context).pointee.frame.memorySize) { return nil }
    return of(context).pointee.memory + Int(truncatingIfNeeded: offset)
}
