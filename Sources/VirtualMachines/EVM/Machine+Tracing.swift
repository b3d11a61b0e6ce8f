import Foundations
import State

// What a tracer is told. All of it is compiled away in a machine without one.

extension Machine {
    /// Notes the operation about to run; its cost is known when it is done.
    mutating func traceStep() {
        // Init code of no bytes runs nothing, not even the STOP behind it.
        guard context.pointee.codeSize > 0 else { return }
        let bottom = context.pointee.stackBottom
        let height = context.pointee.stackPointer - bottom + 1
        let frame = context.pointee.frame
        let atEnd = frame.programCounter >= context.pointee.codeSize
        var step = TraceStep(
            programCounter: frame.programCounter,
            opcode: atEnd ? 0 : context.pointee.codeBytes[frame.programCounter], gas: UInt64(frame.gas), gasCost: 0,
            depth: depth + 1, memorySize: frame.memorySize, refund: journal.refund,
            stack: [UInt256](UnsafeBufferPointer(start: bottom, count: height)), address: Address(frame.address))
        if tracer.detail.contains(.memory) {
            step.memory = [UInt8](UnsafeRawBufferPointer(start: context.pointee.memory, count: frame.memorySize))
        }
        if tracer.detail.contains(.returnData) { step.returnData = context.pointee.returnDataBytes }
        pendingStep = step
    }

    /// Tells the cost of the pending step before gas moves between frames.
    @inline(__always)
    mutating func noteCost() {
        guard Trace.isEnabled, let step = pendingStep else { return }
        notedCost = step.gas - UInt64(context.pointee.frame.gas)
    }

    mutating func finishStep(_ exit: Exit) {
        guard var step = pendingStep else { return }
        pendingStep = nil
        step.gasCost = notedCost ?? step.gas - Swift.min(step.gas, UInt64(clamping: context.pointee.frame.gas))
        if case .halted(.outOfGas) = exit { step.gasCost = step.gas }
        notedCost = nil
        step.refund = journal.refund
        if step.opcode == 0x54, exit == .stepped { step.loaded = context.pointee.stackPointer.pointee }
        tracer.step(step)
        if case .halted(let reason) = exit { tracer.fault(reason) }
    }

    // MARK: Frames

    mutating func traceEnter(_ call: Call) {
        let input = UnsafeRawBufferPointer(
            start: context.pointee.memoryBuffer + call.inputOffset, count: call.inputSize)
        tracer.enter(
            TraceFrame(
                kind: call.kind, from: call.kind == .delegateCall ? call.address : Address(call.caller),
                to: call.codeAddress, value: call.value, gas: UInt64(call.gas), input: [UInt8](input)))
    }

    mutating func traceEnter(_ creation: Creation, code: [UInt8]) {
        tracer.enter(
            TraceFrame(
                kind: creation.kind, from: Address(creation.senderWord), to: creation.address, value: creation.value,
                gas: UInt64(creation.gas), input: code))
    }

    /// For a call or creation that ended without running code.
    mutating func traceEnd(_ begun: Begun) {
        guard case .finished(let status, let gasLeft) = begun else { return }
        tracer.leave(status, gasLeft: UInt64(gasLeft), output: context.pointee.returnDataBytes)
    }

    mutating func traceSelfDestruct(to beneficiary: Address, _ balance: UInt256) {
        tracer.enter(
            TraceFrame(
                kind: .selfDestruct, from: Address(context.pointee.frame.address), to: beneficiary, value: balance,
                gas: 0, input: []))
        tracer.leave(.success, gasLeft: 0, output: [])
    }
}
