import Foundations

// Two operations in one instruction, where compilers write them one behind the other all the time: a dispatch, a store and
// a load of 32 bytes less. The block's entry has paid for both and checked the stack for both.

extension FastInterpreter {
    /// PUSH of at most 64 bits, the argument, and `opcode` behind it; nil where the two stay apart.
    static func handler(pushBefore opcode: UInt8) -> Handler? {
        switch opcode {
        case 0x01: { stepWithConstant({ $0 &+ $1 }, $0, $1, $2, $3) }
        case 0x02: { stepWithConstant({ $0 &* $1 }, $0, $1, $2, $3) }
        case 0x03: { stepWithConstant({ $1 &- $0 }, $0, $1, $2, $3) }
        case 0x10: { stepWithConstant({ $1 < $0 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x11: { stepWithConstant({ $0 < $1 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x14: { stepWithConstant({ $0 == $1 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x16: { stepWithConstant({ $0 & $1 }, $0, $1, $2, $3) }
        case 0x1b: { stepWithConstant({ $0 << $1.limb0 }, $0, $1, $2, $3) }
        case 0x1c: { stepWithConstant({ $0 >> $1.limb0 }, $0, $1, $2, $3) }
        case 0x50: { next($0, $1, 0, $2, $3) }
        case 0x51: loadFromConstant
        case 0x52: storeToConstant
        case 0x90: swapInConstant
        default: nil
        }
    }

    /// DUP of the word as many bytes below the top as the argument says, and `opcode` behind it.
    static func handler(duplicateBefore opcode: UInt8) -> Handler? {
        switch opcode {
        case 0x01: { stepWithDuplicate({ $0 &+ $1 }, $0, $1, $2, $3) }
        case 0x02: { stepWithDuplicate({ $0 &* $1 }, $0, $1, $2, $3) }
        case 0x03: { stepWithDuplicate({ $1 &- $0 }, $0, $1, $2, $3) }
        case 0x10: { stepWithDuplicate({ $1 < $0 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x11: { stepWithDuplicate({ $0 < $1 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x14: { stepWithDuplicate({ $0 == $1 ? .one : .zero }, $0, $1, $2, $3) }
        case 0x16: { stepWithDuplicate({ $0 & $1 }, $0, $1, $2, $3) }
        case 0x18: { stepWithDuplicate({ $0 ^ $1 }, $0, $1, $2, $3) }
        default: nil
        }
    }

    /// SWAP1 and POP.
    static var replaceBelow: Handler {
        { instruction, sp, gas, context in
            stack(sp)[-1] = stack(sp)[0]
            next(instruction, sp, -1, gas, context)
        }
    }

    /// PUSH and SWAP1.
    private static var swapInConstant: Handler {
        { instruction, sp, gas, context in
            stack(sp)[1] = stack(sp)[0]
            stack(sp)[0] = UInt256(operand(instruction))
            next(instruction, sp, 1, gas, context)
        }
    }

    /// PUSH and MLOAD.
    private static var loadFromConstant: Handler {
        { instruction, sp, gas, context in
            let offset = operand(instruction)
            let size = of(context).pointee.frame.memorySize
            if offset < UInt64(truncatingIfNeeded: size) &- 31, size > 31 {
                let place = of(context).pointee.memory + Int(truncatingIfNeeded: offset)
                stack(sp)[1] = UInt256(loadingBigEndian: UnsafeRawPointer(place))
                return next(instruction, sp, 1, gas, context)
            }
            stack(sp)[1] = UInt256(offset)
            nextIfPaid(instruction, sp, 1, mload(sp + 32, gas, context), context)
        }
    }

    /// PUSH and MSTORE.
    private static var storeToConstant: Handler {
        { instruction, sp, gas, context in
            let offset = operand(instruction)
            let size = of(context).pointee.frame.memorySize
            if offset < UInt64(truncatingIfNeeded: size) &- 31, size > 31 {
                let place = of(context).pointee.memory + Int(truncatingIfNeeded: offset)
                stack(sp)[0].storeBigEndian(to: place)
                return next(instruction, sp, -1, gas, context)
            }
            stack(sp)[1] = UInt256(offset)
            nextIfPaid(instruction, sp, -1, mstore(sp + 32, gas, context), context)
        }
    }
}

/// Replaces the top by what `operation` makes of it and the instruction's constant, in this order.
@inline(__always)
private func stepWithConstant(
    _ operation: (UInt256, UInt256) -> UInt256, _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer,
    _ gas: Int64, _ context: UnsafeMutableRawPointer
) {
    stack(sp)[0] = operation(stack(sp)[0], UInt256(operand(instruction)))
    next(instruction, sp, 0, gas, context)
}

/// Replaces the top by what `operation` makes of it and of the word that the instruction names, in this order.
@inline(__always)
private func stepWithDuplicate(
    _ operation: (UInt256, UInt256) -> UInt256, _ instruction: UnsafeRawPointer, _ sp: UnsafeMutableRawPointer,
    _ gas: Int64, _ context: UnsafeMutableRawPointer
) {
    stack(sp)[0] = operation(stack(sp)[0], stack(sp - Int(operand(instruction)))[0])
    next(instruction, sp, 0, gas, context)
}
