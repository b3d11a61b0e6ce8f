import Chain
import EVM
import Foundations

// The grammar: a program is a row of snippets, most of which leave a sensible stack and go on.

extension FuzzGenerator {
    private enum Snippet {
        case arithmetic, stack, memory, hash, storage, transient, copy, environment, account, log, call, precompile,
            create, returnData, branch, loop, jumpAstray, overflow, destroy, raw, halt
    }

    private static let weights: [(weight: Int, element: Snippet)] = [
        (14, .arithmetic), (8, .stack), (10, .memory), (3, .hash), (14, .storage), (4, .transient), (6, .copy),
        (6, .environment), (6, .account), (4, .log), (14, .call), (5, .precompile), (6, .create), (5, .returnData),
        (6, .branch), (2, .loop), (1, .jumpAstray), (1, .overflow), (1, .destroy), (1, .raw), (1, .halt),
    ]

    /// A whole program of about `length` snippets.
    mutating func program(length: Int) -> [UInt8] {
        if random.chance(15) { return random.bytes(random.below(80)) }
        var program = FuzzProgram(fork)
        for _ in 0..<random.within(1...length) { snippet(&program, depth: 0) }
        ending(&program)
        return program.code
    }

    private mutating func snippet(_ p: inout FuzzProgram, depth: Int) {
        switch random.pick(weighted: FuzzGenerator.weights) {
        case .arithmetic: arithmetic(&p)
        case .stack: stack(&p)
        case .memory: memory(&p)
        case .hash:
            p.push(size())
            p.push(offset())
            p.op(0x20)
        case .storage: storage(&p)
        case .transient:
            guard fork >= .cancun else { return storage(&p) }
            operand(&p)
            p.push(slotKey())
            p.op(0x5d)
            p.push(slotKey())
            p.op(0x5c)
        case .copy: copy(&p)
        case .environment: environment(&p)
        case .account: account(&p)
        case .log:
            let topics = random.below(5)
            for _ in 0..<topics { operand(&p) }
            p.push(size())
            p.push(offset())
            p.op(0xa0 + UInt8(topics))
        case .call: call(&p)
        case .precompile: precompile(&p)
        case .create: create(&p)
        case .returnData: returnData(&p)
        case .branch: branch(&p, depth: depth)
        case .loop: loop(&p, depth: depth)
        case .jumpAstray:
            // Into push data, to no destination, or beyond the end.
            p.push(UInt256(0x5b5b as UInt64), width: random.within(2...32))
            if random.chance(500) { operand(&p) }
            p.push(UInt256(UInt64(random.chance(500) ? max(0, p.code.count - 1) : random.below(200))))
            if random.chance(300) { p.op(random.chance(500) ? 0x56 : 0x57) } else { p.op(0x50) }
        case .overflow:
            guard random.chance(200) else { return stack(&p) }
            guard random.chance(500) else { return tower(&p) }
            let start = p.destination()
            operand(&p)
            p.push(start)
            if random.chance(300) { p.ops(0x80, 0x50) }
            p.op(0x56)
        case .destroy:
            // Behind a branch, so that the program goes on in some runs.
            condition(&p)
            let place = p.pushDestination()
            p.op(0x57)
            address(&p)
            p.op(0xff)
            p.fill(place, p.destination())
        case .raw: for _ in 0..<random.within(1...3) { p.op(UInt8(random.below(256))) }
        case .halt:
            condition(&p)
            let place = p.pushDestination()
            p.op(0x57)
            ending(&p)
            p.fill(place, p.destination())
        }
    }

    private mutating func ending(_ p: inout FuzzProgram) {
        switch random.below(20) {
        case 0...2: p.op(0x00)
        case 3...11:
            // What is on the stack becomes output.
            for index in 0..<min(3, p.height) {
                p.push(32 * index)
                p.op(0x52)
            }
            p.push(random.chance(800) ? UInt256(UInt64(random.pick([0, 1, 32, 64, 96]))) : size())
            p.push(random.chance(900) ? 0 : offset())
            p.op(random.chance(850) || fork < .byzantium ? 0xf3 : 0xfd)
        case 12:
            p.push(size())
            p.push(offset())
            p.op(0xfd)
        case 13:
            address(&p)
            p.op(0xff)
        case 14: p.op(0xfe)
        case 15:
            // A push whose data goes beyond the end of the code.
            p.op(0x5f + UInt8(random.within(1...32)))
            p.raw(random.bytes(random.below(3)))
        case 16 where random.chance(60):
            p.push(p.destination())
            p.op(0x56)
        default: break
        }
    }

    // MARK: - Operands

    mutating func operand(_ p: inout FuzzProgram) {
        switch random.below(20) {
        case 0...3 where p.height > 0: p.op(0x7f + UInt8(random.within(1...min(16, p.height))))
        case 4:
            var sources: [UInt8] = [
                0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x58, 0x59, 0x5a,
            ]
            if fork >= .byzantium { sources.append(0x3d) }
            if fork >= .istanbul { sources += [0x46, 0x47] }
            if fork >= .london { sources.append(0x48) }
            if fork >= .cancun { sources.append(0x4a) }
            p.op(random.pick(sources))
        case 5: p.push(interestingWord(), width: random.within(1...32))
        default: p.push(interestingWord())
        }
    }

    mutating func address(_ p: inout FuzzProgram) {
        switch random.below(20) {
        case 0: p.op(0x30)
        case 1: p.op(0x33)
        case 2: p.op(0x32)
        case 3 where p.height > 0: p.op(0x7f + UInt8(random.within(1...min(16, p.height))))
        default: p.push(anyAddress())
        }
    }

    /// Something that is zero in some runs: so that a contract called again does something else.
    private mutating func condition(_ p: inout FuzzProgram) {
        switch random.below(6) {
        case 0: p.op(0x36)
        case 1:
            p.push(slotKey())
            p.op(0x54)
        case 2:
            p.push(UInt256(UInt64(random.pick([1000, 5000, 20000, 60000]))))
            p.ops(0x5a, 0x10)
        case 3: p.ops(0x33, 0x32, 0x14)
        case 4: p.op(0x34)
        default: operand(&p)
        }
        if random.chance(300) { p.op(0x15) }
    }

    // MARK: - Snippets

    private mutating func arithmetic(_ p: inout FuzzProgram) {
        var opcodes: [UInt8] = Array(0x01...0x0b) + Array(0x10...0x1a)
        if fork >= .constantinople { opcodes += [0x1b, 0x1c, 0x1d] }
        if fork >= .osaka { opcodes += [0x1e, 0x1e] }
        let opcode = random.pick(opcodes)
        for _ in 0..<FuzzProgram.operands(opcode) { operand(&p) }
        p.op(opcode)
    }

    private mutating func stack(_ p: inout FuzzProgram) {
        let reach = random.chance(970) ? min(16, p.height) : 16
        switch random.below(4) {
        case 0 where reach > 0: p.op(0x7f + UInt8(random.within(1...reach)))
        case 1 where reach > 1: p.op(0x8f + UInt8(random.within(1...reach - 1)))
        case 2 where p.height > 0: p.op(0x50)
        default: operand(&p)
        }
    }

    private mutating func memory(_ p: inout FuzzProgram) {
        switch random.below(fork >= .cancun ? 5 : 4) {
        case 0:
            p.push(offset())
            p.op(0x51)
        case 1, 2:
            operand(&p)
            p.push(offset())
            p.op(random.chance(700) ? 0x52 : 0x53)
        case 3: p.op(0x59)
        default:
            p.push(size())
            p.push(offset())
            p.push(offset())
            p.op(0x5e)
        }
    }

    /// Reads and writes of a few slots, over and over: original, current and new values in all combinations.
    private mutating func storage(_ p: inout FuzzProgram) {
        let key = slotKey()
        for _ in 0..<random.within(1...3) {
            let slot = random.chance(800) ? key : slotKey()
            if random.chance(300) {
                p.push(slot)
                p.op(0x54)
            } else {
                if random.chance(850) { p.push(random.pick([0, 0, 1, 1, 2, 7])) } else { operand(&p) }
                p.push(slot)
                p.op(0x55)
            }
        }
    }

    private mutating func copy(_ p: inout FuzzProgram) {
        let opcode: UInt8 = random.pick([0x37, 0x39, 0x3c])
        p.push(size())
        p.push(offset())
        p.push(offset())
        if opcode == 0x3c { address(&p) }
        p.op(opcode)
    }

    private mutating func environment(_ p: inout FuzzProgram) {
        switch random.below(5) {
        case 0:
            p.push(offset())
            p.op(0x35)
        case 1:
            // Blocks around the 256 that are known, this one included.
            let number = block.context.number
            p.push(UInt256(number &- UInt64(random.pick([0, 1, 2, 255, 256, 257]))))
            p.op(0x40)
        case 2 where fork >= .cancun:
            p.push(random.chance(700) ? UInt256(UInt64(random.below(3))) : interestingWord())
            p.op(0x49)
        default: operand(&p)
        }
    }

    private mutating func account(_ p: inout FuzzProgram) {
        var opcodes: [UInt8] = [0x31, 0x3b]
        if fork >= .constantinople { opcodes.append(0x3f) }
        address(&p)
        p.op(random.pick(opcodes))
    }

    private mutating func returnData(_ p: inout FuzzProgram) {
        guard fork >= .byzantium else { return copy(&p) }
        // Within the data mostly, at its end, and beyond.
        switch random.below(10) {
        case 0...6:
            p.op(0x3d)
            p.push(0)
        case 7:
            p.push(0)
            p.op(0x3d)
        case 8:
            p.push(random.pick([0, 1]))
            p.op(0x3d)
        default:
            p.push(size())
            p.push(offset())
        }
        p.push(offset())
        p.op(0x3e)
    }

    private mutating func branch(_ p: inout FuzzProgram, depth: Int) {
        guard depth < 2 else { return arithmetic(&p) }
        condition(&p)
        let place = p.pushDestination()
        // A destination that is only known when it is jumped to.
        if random.chance(200) {
            p.push(0)
            p.op(0x01)
        }
        p.op(0x57)
        let height = p.height
        for _ in 0..<random.within(1...3) { snippet(&p, depth: depth + 1) }
        p.height = min(height, p.height)
        // Seldom one byte beside the destination.
        p.fill(place, p.destination() + (random.chance(20) ? random.within(-1...1) : 0))
    }

    /// A high stack and a call of itself: the stacks of all frames together outgrow any first size.
    private mutating func tower(_ p: inout FuzzProgram) {
        let height = random.pick([200, 500, 900])
        p.push(0)
        for _ in 0..<height { p.op(0x80) }
        p.ops(0x30)
        if fork < .tangerineWhistle {
            p.push(height * 3 + 500)
            p.ops(0x5a, 0x03)
        } else {
            p.op(0x5a)
        }
        p.op(0xf1)
    }

    private mutating func loop(_ p: inout FuzzProgram, depth: Int) {
        guard depth < 1 else { return stack(&p) }
        p.push(random.pick([1, 2, 3, 5, 17]))
        let start = p.destination()
        let height = p.height
        for _ in 0..<random.within(1...2) { snippet(&p, depth: depth + 1) }
        while p.height > height { p.op(0x50) }
        p.push(1)
        p.ops(0x90, 0x03, 0x80)
        p.push(start)
        p.ops(0x57, 0x50)
    }
}
