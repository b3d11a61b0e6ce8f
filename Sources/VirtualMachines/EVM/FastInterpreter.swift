import Foundations

/// The fast interpreter: runs an `InstructionStream` by handlers that tail-call each other.
///
/// A tail call is an optimisation, not a guarantee: a handler must touch only trivial types and keep nothing whose
/// address is taken, or the host stack grows with every instruction. Whatever needs more is an `@inline(never)` helper. `Scripts/check-handlers` disassembles the program and holds every handler to this. Debug builds, which make no
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

    // MARK: The table

    /// The word that the PUSH at `index` pushes.
    static func immediate(_ code: Code, _ index: Int, _ count: Int) -> UInt256 {
        count == 0
            ? .zero
            : UInt256(loadingBigEndian: code.bytes + index + 1) >> UInt64(256 - 8 * count)
    }

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
        case 0x00: handleStop
        case 0x01: handleAdd
        case 0x02: handleMul
        case 0x03: handleSub
        case 0x04: handleDiv
        case 0x05: handleSdiv
        case 0x06: handleMod
        case 0x07: handleSmod
        case 0x08: handleAddmod
        case 0x09: handleMulmod
        case 0x0a: handleExp
        case 0x0b: handleSignextend
        case 0x10: handleLt
        case 0x11: handleGt
        case 0x12: handleSlt
        case 0x13: handleSgt
        case 0x14: handleEq
        case 0x15: handleIszero
        case 0x16: handleAnd
        case 0x17: handleOr
        case 0x18: handleXor
        case 0x19: handleNot
        case 0x1a: handleByte
        case 0x1b: handleShl
        case 0x1c: handleShr
        case 0x1d: handleSar
        case 0x1e: handleClz
        case 0x20: handleKeccak256
        case 0x30: handleAddress
        case 0x32: handleOrigin
        case 0x33: handleCaller
        case 0x34: handleCallvalue
        case 0x35: handleCalldataload
        case 0x36: handleCalldatasize
        case 0x37: handleCalldatacopy
        case 0x38: handleCodesize
        case 0x39: handleCodecopy
        case 0x3a: handleGasprice
        case 0x3d: handleReturndatasize
        case 0x3e: handleReturndatacopy
        case 0x41: handleCoinbase
        case 0x42: handleTimestamp
        case 0x43: handleNumber
        case 0x44: handlePrevrandao
        case 0x45: handleGaslimit
        case 0x46: handleChainid
        case 0x48: handleBasefee
        case 0x49: handleBlobhash
        case 0x4a: handleBlobbasefee
        case 0x4b: handleSlotnum
        case 0x50: handlePop
        case 0x51: handleMload
        case 0x52: handleMstore
        case 0x53: handleMstore8
        case 0x56: handleJump
        case 0x57: handleJumpi
        case 0x58: handlePc
        case 0x59: handleMsize
        case 0x5a: handleGas
        case 0x5e: handleMcopy
        case 0x80...0x8f: handleDuplicate
        case 0x90...0x9f: handleExchange
        case 0xf3: handleReturn
        case 0xfd: handleRevert
        default: handleMachineOperation
        }
    }

    /// When a jump to a constant place is taken.
    enum Condition {
        case always, ifNotZero, ifZero
    }

    static func jump(_ condition: Condition) -> Handler {
        switch condition {
        case .always: handleJumpTo
        case .ifNotZero: handleJumpToIf
        case .ifZero: handleJumpToIfZero
        }
    }

    /// A jump to what is no JUMPDEST: halts when it is taken.
    static func jumpNowhere(_ condition: Condition) -> Handler {
        switch condition {
        case .always: handleJumpNowhere
        case .ifNotZero: handleJumpNowhereIf
        case .ifZero: handleJumpNowhereIfZero
        }
    }
}
