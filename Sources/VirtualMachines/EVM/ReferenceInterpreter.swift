import Foundations

/// Why an interpreter handed control back to the machine.
enum Exit: Equatable {
    case stop
    case returned
    case reverted
    case halted(HaltReason)
    /// An operation that needs state; its constant gas is paid, its operands are on the stack.
    case operation(UInt8)
    /// One step of a traced run is done.
    case stepped
}

/// The reference interpreter: a `switch` over the bytes of the code, one case per opcode. Runs traced and cold code and
/// is the oracle for the fast one.
enum ReferenceInterpreter {
    /// Runs the context's frame from its program counter until something only the machine can do. With `singleStep`
    /// it comes back after each operation.
    static func run(
        _ context: UnsafeMutablePointer<Context>, _ table: UnsafePointer<OpcodeTable.Entry>, singleStep: Bool
    ) -> Exit {
        var pc = context.pointee.frame.programCounter
        var sp = context.pointee.stackPointer
        var gas = context.pointee.frame.gas
        let code = context.pointee.codeBytes
        let codeSize = context.pointee.codeSize
        let bottom = context.pointee.stackBottom

        @inline(__always) func leave(_ exit: Exit) -> Exit {
            context.pointee.frame.programCounter = pc
            context.pointee.stackPointer = sp
            context.pointee.frame.gas = gas
            return exit
        }

        repeat {
            if pc >= codeSize { return leave(.stop) }
            let opcode = code[pc]
            let entry = table[Int(opcode)]
            guard entry.isDefined else { return leave(.halted(.invalidOpcode)) }
            let height = sp - bottom + 1
            if height < Int(entry.stackIn) { return leave(.halted(.stackUnderflow)) }
            if height - Int(entry.stackIn) + Int(entry.stackOut) > Workspace.stackLimit {
                return leave(.halted(.stackOverflow))
            }
            gas -= Int64(entry.gas)
            if gas < 0 { return leave(.halted(.outOfGas)) }

            var isPaid = true
            var next = pc + 1 + Int(entry.immediateBytes)
            switch opcode {
            case 0x00: return leave(.stop)
            case 0x01: Operations.add(sp)
            case 0x02: Operations.mul(sp)
            case 0x03: Operations.sub(sp)
            case 0x04: Operations.div(sp)
            case 0x05: Operations.sdiv(sp)
            case 0x06: Operations.mod(sp)
            case 0x07: Operations.smod(sp)
            case 0x08: Operations.addmod(sp)
            case 0x09: Operations.mulmod(sp)
            case 0x0a: isPaid = Operations.exp(context, sp, &gas)
            case 0x0b: Operations.signextend(sp)
            case 0x10: Operations.lt(sp)
            case 0x11: Operations.gt(sp)
            case 0x12: Operations.slt(sp)
            case 0x13: Operations.sgt(sp)
            case 0x14: Operations.eq(sp)
            case 0x15: Operations.iszero(sp)
            case 0x16: Operations.and(sp)
            case 0x17: Operations.or(sp)
            case 0x18: Operations.xor(sp)
            case 0x19: Operations.not(sp)
            case 0x1a: Operations.byte(sp)
            case 0x1b: Operations.shl(sp)
            case 0x1c: Operations.shr(sp)
            case 0x1d: Operations.sar(sp)
            case 0x1e: Operations.clz(sp)
            case 0x20: isPaid = Operations.keccak256(context, sp, &gas)
            case 0x30: sp[1] = context.pointee.frame.address
            case 0x32: sp[1] = context.pointee.origin
            case 0x33: sp[1] = context.pointee.frame.caller
            case 0x34: sp[1] = context.pointee.frame.value
            case 0x35: Operations.calldataload(context, sp)
            case 0x36: sp[1] = UInt256(UInt64(truncatingIfNeeded: context.pointee.frame.inputSize))
            case 0x37: isPaid = Operations.calldatacopy(context, sp, &gas)
            case 0x38: sp[1] = UInt256(UInt64(truncatingIfNeeded: codeSize))
            case 0x39: isPaid = Operations.codecopy(context, sp, &gas)
            case 0x3a: sp[1] = context.pointee.gasPrice
            case 0x3d: sp[1] = UInt256(UInt64(truncatingIfNeeded: context.pointee.returnDataSize))
            case 0x3e:
                if let reason = Operations.returndatacopy(context, sp, &gas) { return leave(.halted(reason)) }
            case 0x41: sp[1] = context.pointee.beneficiary
            case 0x42: sp[1] = context.pointee.timestamp
            case 0x43: sp[1] = context.pointee.number
            case 0x44: sp[1] = context.pointee.randomness
            case 0x45: sp[1] = context.pointee.blockGasLimit
            case 0x46: sp[1] = context.pointee.chainID
            case 0x48: sp[1] = context.pointee.baseFee
            case 0x49: Operations.blobhash(context, sp)
            case 0x4a: sp[1] = context.pointee.blobBaseFee
            case 0x4b: sp[1] = context.pointee.slotNumber
            case 0x50, 0x5b: break
            case 0x51: isPaid = Operations.mload(context, sp, &gas)
            case 0x52: isPaid = Operations.mstore(context, sp, &gas)
            case 0x53: isPaid = Operations.mstore8(context, sp, &gas)
            case 0x56:
                guard let target = Operations.jumpTarget(context, sp[0]) else { return leave(.halted(.invalidJump)) }
                next = target
            case 0x57:
                if !sp[-1].isZero {
                    guard let target = Operations.jumpTarget(context, sp[0]) else {
                        return leave(.halted(.invalidJump))
                    }
                    next = target
                }
            case 0x58: sp[1] = UInt256(UInt64(truncatingIfNeeded: pc))
            case 0x59: sp[1] = UInt256(UInt64(truncatingIfNeeded: context.pointee.frame.memorySize))
            case 0x5a: sp[1] = UInt256(UInt64(truncatingIfNeeded: gas))
            case 0x5e: isPaid = Operations.mcopy(context, sp, &gas)
            case 0x5f: sp[1] = .zero
            case 0x60...0x7f: Operations.push(context, pc, Int(entry.immediateBytes), sp)
            case 0x80...0x8f: sp[1] = sp[0x80 - Int(opcode)]
            case 0x90...0x9f: swap(&sp[0], &sp[0x8f - Int(opcode)])
            case 0xe6...0xe8:
                guard let immediate = StackImmediate(opcode, code[pc + 1]) else {
                    return leave(.halted(.invalidOpcode))
                }
                if height < immediate.wordsNeeded { return leave(.halted(.stackUnderflow)) }
                if opcode == 0xe6 {
                    sp[1] = sp[-immediate.far]
                } else {
                    swap(&sp[-immediate.near], &sp[-immediate.far])
                }
            case 0xf3:
                return leave(Operations.output(context, sp, &gas) ? .returned : .halted(.outOfGas))
            case 0xfd:
                return leave(Operations.output(context, sp, &gas) ? .reverted : .halted(.outOfGas))
            default:
                // The machine takes the operands and moves the program counter on.
                return leave(.operation(opcode))
            }
            if !isPaid { return leave(.halted(.outOfGas)) }
            sp += Int(entry.stackOut) - Int(entry.stackIn)
            pc = next
        } while !singleStep
        return leave(.stepped)
    }
}
