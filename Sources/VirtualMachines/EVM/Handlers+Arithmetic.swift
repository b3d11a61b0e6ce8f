import Foundations

// The handlers of arithmetic, comparison, bits and hashing.

@inline(__always)
func handleAdd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.add, at, sp, -1, gas, context)
}

@inline(__always)
func handleMul(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.mul, at, sp, -1, gas, context)
}

@inline(__always)
func handleSub(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.sub, at, sp, -1, gas, context)
}

@inline(__always)
func handleDiv(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(div, at, sp, -1, gas, context)
}

@inline(__always)
func handleSdiv(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(sdiv, at, sp, -1, gas, context)
}

@inline(__always)
func handleMod(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(mod, at, sp, -1, gas, context)
}

@inline(__always)
func handleSmod(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(smod, at, sp, -1, gas, context)
}

@inline(__always)
func handleAddmod(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(addmod, at, sp, -2, gas, context)
}

@inline(__always)
func handleMulmod(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(mulmod, at, sp, -2, gas, context)
}

@inline(__always)
func handleExp(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -1, exp(sp, gas, context), context)
}

@inline(__always)
func handleSignextend(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.signextend, at, sp, -1, gas, context)
}

@inline(__always)
func handleLt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.lt, at, sp, -1, gas, context)
}

@inline(__always)
func handleGt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.gt, at, sp, -1, gas, context)
}

@inline(__always)
func handleSlt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.slt, at, sp, -1, gas, context)
}

@inline(__always)
func handleSgt(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.sgt, at, sp, -1, gas, context)
}

@inline(__always)
func handleEq(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.eq, at, sp, -1, gas, context)
}

@inline(__always)
func handleIszero(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.iszero, at, sp, 0, gas, context)
}

@inline(__always)
func handleAnd(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.and, at, sp, -1, gas, context)
}

@inline(__always)
func handleOr(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.or, at, sp, -1, gas, context)
}

@inline(__always)
func handleXor(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.xor, at, sp, -1, gas, context)
}

@inline(__always)
func handleNot(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.not, at, sp, 0, gas, context)
}

@inline(__always)
func handleByte(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.byte, at, sp, -1, gas, context)
}

@inline(__always)
func handleShl(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.shl, at, sp, -1, gas, context)
}

@inline(__always)
func handleShr(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.shr, at, sp, -1, gas, context)
}

@inline(__always)
func handleSar(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.sar, at, sp, -1, gas, context)
}

@inline(__always)
func handleClz(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    step(Operations.clz, at, sp, 0, gas, context)
}

@inline(__always)
func handleKeccak256(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -1, keccak256(sp, gas, context), context)
}

// MARK: - What is too long to stand in a handler

@inline(never) private func div(_ sp: StackPointer) { Operations.div(sp) }
@inline(never) private func sdiv(_ sp: StackPointer) { Operations.sdiv(sp) }
@inline(never) private func mod(_ sp: StackPointer) { Operations.mod(sp) }
@inline(never) private func smod(_ sp: StackPointer) { Operations.smod(sp) }
@inline(never) private func addmod(_ sp: StackPointer) { Operations.addmod(sp) }
@inline(never) private func mulmod(_ sp: StackPointer) { Operations.mulmod(sp) }

@inline(never)
private func exp(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.exp(of(context), stack(sp), &$0) }
}

@inline(never)
private func keccak256(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.keccak256(of(context), stack(sp), &$0) }
}
