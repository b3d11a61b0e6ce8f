import Foundations

/// One step of decoded code: the handler that performs it, and what the handler needs to know.
struct Instruction: BitwiseCopyable {
    var handler: Handler
    var argument: UInt64
}

/// Performs one instruction and goes on with the next by a tail call, or returns to leave the interpreter.
///
/// The four live in registers from handler to handler: the instruction, the top of the stack, the gas left, the context.
typealias Handler =
    @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer, Int64, UnsafeMutableRawPointer) -> Void

/// Code decoded for the fast interpreter: a stream of instructions in which gas and stack are checked once for each
/// basic block, immediates stand ready, and jumps to constant places are resolved.
///
/// A block ends behind every jump, before every JUMPDEST, and behind every operation that lets somebody see the gas or
/// the state: whatever happens in between has no witness, so that checking ahead changes nothing but the reason of a halt.
struct InstructionStream {
    /// Owned by whoever made the stream; `deallocate` frees both.
    let instructions: UnsafeMutablePointer<Instruction>
    /// For each byte of code the instruction to jump to, −1 where there is no JUMPDEST.
    let targets: UnsafeMutablePointer<Int32>
    /// Immediates longer than 8 bytes.
    private let words: UnsafeMutablePointer<UInt256>

    func deallocate() {
        instructions.deallocate()
        targets.deallocate()
        words.deallocate()
    }

    init(_ code: Code, _ table: UnsafePointer<OpcodeTable.Entry>) {
        // A byte of code makes two instructions at most: a block's entry and its own; and one STOP stands at the end.
        instructions = .allocate(capacity: 2 * code.count + 3)
        targets = .allocate(capacity: code.count + 1)
        targets.initialize(repeating: -1, count: code.count + 1)
        words = .allocate(capacity: code.count / 10 + 1)
        var builder = Builder(instructions: instructions, targets: targets, words: words)
        var index = 0
        builder.beginBlock()
        while index < code.count {
            let opcode = code.bytes[index]
            let entry = table[Int(opcode)]
            guard entry.isDefined else {
                builder.append(handleInvalid)
                builder.beginBlock()
                index += 1
                continue
            }
            if opcode >= 0xe6, opcode <= 0xe8 {
                guard let immediate = StackImmediate(opcode, code.bytes[index + 1]) else {
                    // The byte behind is an instruction of its own.
                    builder.append(handleInvalid)
                    builder.beginBlock()
                    index += 1
                    continue
                }
                builder.charge(entry, reaching: immediate.wordsNeeded)
                if opcode == 0xe6 {
                    builder.append(handleDuplicate, argument: 32 * UInt64(immediate.far))
                } else {
                    builder.append(
                        handleExchangePair,
                        argument: 32 * UInt64(immediate.near) | 32 * UInt64(immediate.far) << 32)
                }
                index += 2
                continue
            }
            if opcode == 0x5b {
                targets[index] = Int32(truncatingIfNeeded: builder.beginDestination())
                builder.charge(entry)
                index += 1
                continue
            }
            builder.charge(entry)
            let next = index + 1 + Int(entry.immediateBytes)
            if let length = builder.appendFused(opcode, code, at: index, table) {
                index += length
                continue
            }
            if opcode >= 0x5f, opcode <= 0x7f {
                let follower = next < code.count ? code.bytes[next] : 0
                if follower == 0x56 || follower == 0x57 {
                    // PUSH and JUMP in one: the place is filled in when all targets are known.
                    builder.charge(table[Int(follower)])
                    let place = FastInterpreter.immediate(code, index, Int(entry.immediateBytes)).clampedToUInt64
                    builder.appendJump(follower == 0x57 ? .ifNotZero : .always, to: place)
                    index = next + 1
                    builder.beginBlock()
                    continue
                }
                builder.appendPush(FastInterpreter.immediate(code, index, Int(entry.immediateBytes)))
                index = next
                continue
            }
            builder.append(FastInterpreter.handler(opcode), argument: FastInterpreter.argument(opcode, index))
            if FastInterpreter.endsBlock(opcode) { builder.beginBlock() }
            index = next
        }
        builder.append(handleStop)
        builder.endBlock()
        builder.resolveJumps(codeSize: code.count)
    }

    private struct Builder {
        let instructions: UnsafeMutablePointer<Instruction>
        let targets: UnsafeMutablePointer<Int32>
        let words: UnsafeMutablePointer<UInt256>
        var count = 0
        private var wordCount = 0
        private var jumps: [(index: Int, condition: FastInterpreter.Condition)] = []
        /// The open block: its entry, its gas, and its stack relative to its entry.
        private var entry = -1
        private var gas: UInt64 = 0
        private var height = 0
        private var needed = 0
        private var growth = 0
        /// Whether the open block begins with a JUMPDEST, and how many JUMPDESTs stand directly before that one.
        private var isDestination = false
        private var runLength = 0

        init(
            instructions: UnsafeMutablePointer<Instruction>, targets: UnsafeMutablePointer<Int32>,
            words: UnsafeMutablePointer<UInt256>
        ) {
            self.instructions = instructions
            self.targets = targets
            self.words = words
        }

        mutating func append(_ handler: Handler, argument: UInt64 = 0) {
            instructions[count] = Instruction(handler: handler, argument: argument)
            count += 1
        }

        mutating func beginBlock() {
            endBlock()
            entry = count
            append(handleBlock)
        }

        /// Begins a block that can be jumped to, and answers its first instruction.
        mutating func beginDestination() -> Int {
            if isDestination, entry >= 0, count == entry + 1 {
                // JUMPDEST directly behind JUMPDEST: the earlier ones enter this block at once, see `endBlock`.
                let length = runLength + 1
                entry = -1
                beginBlock()
                (gas, height, needed, growth) = (0, 0, 0, 0)
                runLength = length
            } else {
                beginBlock()
            }
            isDestination = true
            return entry
        }

        /// Writes what the open block needs into its entry.
        mutating func endBlock() {
            guard entry >= 0 else { return }
            instructions[entry].argument = figures(gas: gas, skip: 0)
            for distance in stride(from: 1, through: runLength, by: 1) {
                // A JUMPDEST costs one gas. From afar a part of the run is paid at a time: the way ends on an entry.
                let longest = 1023
                instructions[entry - distance] = Instruction(
                    handler: handleRun,
                    argument: distance <= longest
                        ? figures(gas: gas + UInt64(distance), skip: distance)
                        : UInt64(longest) | UInt64(longest - 1) &<< 54)
            }
            entry = -1
            gas = 0
            height = 0
            needed = 0
            growth = 0
            isDestination = false
            runLength = 0
        }

        /// Gas in 32 bits, words needed and grown in 11 each, instructions to skip in 10. Stack figures beyond the limit
        /// of 1,024 fail all the same when they are cut.
        private func figures(gas: UInt64, skip: Int) -> UInt64 {
            let most = 2047
            return gas | UInt64(Swift.min(needed, most)) &<< 32 | UInt64(Swift.min(growth, most)) &<< 43
                | UInt64(skip) &<< 54
        }

        /// `words` are what an operation looks at, where that is more than it takes.
        mutating func charge(_ opcode: OpcodeTable.Entry, reaching words: Int = 0) {
            gas += UInt64(opcode.gas)
            needed = Swift.max(needed, Swift.max(Int(opcode.stackIn), words) - height)
            height += Int(opcode.stackOut) - Int(opcode.stackIn)
            growth = Swift.max(growth, height)
        }

        mutating func appendPush(_ word: UInt256) {
            if let small = word.asUInt64 {
                append(handlePushSmall, argument: small)
            } else {
                words[wordCount] = word
                append(handlePushWord, argument: UInt64(UInt(bitPattern: words + wordCount)))
                wordCount += 1
            }
        }

        mutating func appendJump(_ condition: FastInterpreter.Condition, to place: UInt64) {
            jumps.append((count, condition))
            append(FastInterpreter.jump(condition), argument: place)
        }

        /// Appends one instruction for what stands at `index` and the operations behind it, where there is one, and
        /// answers how many bytes of code it covers. The first operation is charged already.
        mutating func appendFused(
            _ opcode: UInt8, _ code: Code, at index: Int, _ table: UnsafePointer<OpcodeTable.Entry>
        ) -> Int? {
            func operation(_ offset: Int) -> UInt8? {
                guard index + offset < code.count, table[Int(code.bytes[index + offset])].isDefined else { return nil }
                return code.bytes[index + offset]
            }
            let immediateBytes = Int(table[Int(opcode)].immediateBytes)
            switch opcode {
            case 0x5f...0x7f:
                guard let follower = operation(1 + immediateBytes),
                    let handler = FastInterpreter.handler(pushBefore: follower),
                    let word = FastInterpreter.immediate(code, index, immediateBytes).asUInt64
                else { return nil }
                charge(table[Int(follower)])
                append(handler, argument: word)
                return 2 + immediateBytes
            case 0x80...0x8f:
                guard let follower = operation(1), let handler = FastInterpreter.handler(duplicateBefore: follower)
                else {
                    return nil
                }
                charge(table[Int(follower)])
                append(handler, argument: 32 * UInt64(opcode - 0x80))
                return 2
            case 0x90 where operation(1) == 0x50:
                charge(table[0x50])
                append(handleReplaceBelow)
                return 2
            case 0x15:
                // ISZERO, PUSH, JUMPI.
                guard let push = operation(1), push >= 0x5f, push <= 0x7f else { return nil }
                let size = Int(table[Int(push)].immediateBytes)
                guard operation(2 + size) == 0x57 else { return nil }
                charge(table[Int(push)])
                charge(table[0x57])
                appendJump(.ifZero, to: FastInterpreter.immediate(code, index + 1, size).clampedToUInt64)
                beginBlock()
                return 3 + size
            default: return nil
            }
        }

        /// Turns the places of constant jumps into instructions. A jump to nowhere halts, a conditional one only when
        /// it is taken.
        mutating func resolveJumps(codeSize: Int) {
            for (index, condition) in jumps {
                let place = instructions[index].argument
                let target = place < UInt64(codeSize) ? targets[Int(place)] : -1
                if target >= 0 {
                    instructions[index].argument = UInt64(UInt(bitPattern: instructions + Int(target)))
                } else {
                    instructions[index].handler = FastInterpreter.jumpNowhere(condition)
                }
            }
        }
    }
}
