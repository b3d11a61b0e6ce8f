import Foundations

// The handlers that ask for the frame, the call's data, the transaction and the block.

@inline(__always)
func handleAddress(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.frame.address, at, sp, gas, context)
}

@inline(__always)
func handleOrigin(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.origin, at, sp, gas, context)
}

@inline(__always)
func handleCaller(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.frame.caller, at, sp, gas, context)
}

@inline(__always)
func handleCallvalue(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.frame.value, at, sp, gas, context)
}

@inline(__always)
func handleGasprice(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.gasPrice, at, sp, gas, context)
}

@inline(__always)
func handleCoinbase(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.beneficiary, at, sp, gas, context)
}

@inline(__always)
func handleTimestamp(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.timestamp, at, sp, gas, context)
}

@inline(__always)
func handleNumber(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.number, at, sp, gas, context)
}

@inline(__always)
func handlePrevrandao(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.randomness, at, sp, gas, context)
}

@inline(__always)
func handleGaslimit(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.blockGasLimit, at, sp, gas, context)
}

@inline(__always)
func handleChainid(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.chainID, at, sp, gas, context)
}

@inline(__always)
func handleBasefee(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.baseFee, at, sp, gas, context)
}

@inline(__always)
func handleBlobbasefee(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.blobBaseFee, at, sp, gas, context)
}

@inline(__always)
func handleSlotnum(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(of(context).pointee.slotNumber, at, sp, gas, context)
}

@inline(__always)
func handleCalldatasize(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    pushCount(of(context).pointee.frame.inputSize, at, sp, gas, context)
}

@inline(__always)
func handleCodesize(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    pushCount(of(context).pointee.codeSize, at, sp, gas, context)
}

@inline(__always)
func handleReturndatasize(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    pushCount(of(context).pointee.returnDataSize, at, sp, gas, context)
}

@inline(__always)
func handleMsize(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    pushCount(of(context).pointee.frame.memorySize, at, sp, gas, context)
}

@inline(__always)
func handlePc(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(UInt256(operand(at)), at, sp, gas, context)
}

@inline(__always)
func handleGas(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(UInt256(UInt64(gas)), at, sp, gas, context)
}

@inline(__always)
func handleCalldataload(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    Operations.calldataload(of(context), stack(sp))
    next(at, sp, 0, gas, context)
}

@inline(__always)
func handleBlobhash(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    Operations.blobhash(of(context), stack(sp))
    next(at, sp, 0, gas, context)
}

@inline(__always)
func handleCalldatacopy(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -3, calldatacopy(sp, gas, context), context)
}

@inline(__always)
func handleCodecopy(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    nextIfPaid(at, sp, -3, codecopy(sp, gas, context), context)
}

@inline(__always)
func handleReturndatacopy(_ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    let paid = returndatacopy(sp, gas, context)
    if paid == outOfBounds { return leave(at, sp, 0, context, .halted(.returnDataOutOfBounds)) }
    nextIfPaid(at, sp, -3, paid, context)
}

// MARK: - What they are made of

/// Pushes a word and goes on.
@inline(__always)
private func push(_ word: UInt256, _ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    stack(sp)[1] = word
    next(at, sp, 1, gas, context)
}

@inline(__always)
private func pushCount(_ count: Int, _ at: InstructionPointer, _ sp: RawStack, _ gas: Int64, _ context: RawContext) {
    push(UInt256(UInt64(truncatingIfNeeded: count)), at, sp, gas, context)
}

@inline(never)
private func calldatacopy(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.calldatacopy(of(context), stack(sp), &$0) }
}

@inline(never)
private func codecopy(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    paid(gas) { Operations.codecopy(of(context), stack(sp), &$0) }
}

@inline(never)
private func returndatacopy(_ sp: RawStack, _ gas: Int64, _ context: RawContext) -> Int64 {
    var left = gas
    switch Operations.returndatacopy(of(context), stack(sp), &left) {
    case nil: return left
    case .returnDataOutOfBounds: return outOfBounds
    default: return -1
    }
}

/// What `returndatacopy` answers for a read beyond the data.
private var outOfBounds: Int64 { .min }
