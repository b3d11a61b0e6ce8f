import Chain
import EVM
import Foundations

// Calls, creations and precompiled contracts.

extension FuzzGenerator {
    mutating func call(_ p: inout FuzzProgram) {
        var kinds: [UInt8] = [0xf1, 0xf1, 0xf1, 0xf1, 0xf2]
        if fork >= .homestead { kinds += [0xf4, 0xf4] }
        if fork >= .byzantium { kinds += [0xfa, 0xfa] }
        let kind = random.pick(kinds)
        p.push(size())
        p.push(offset())
        p.push(size())
        p.push(offset())
        if kind == 0xf1 || kind == 0xf2 { value(&p) }
        address(&p)
        callGas(&p)
        p.op(kind)
        useResult(&p)
    }

    private mutating func value(_ p: inout FuzzProgram) {
        switch random.below(12) {
        case 0...6: p.push(0)
        case 7...9: p.push(random.pick([1, 1, 2, 1000]))
        case 10: p.ops(0x30, 0x31)
        default: operand(&p)
        }
    }

    private mutating func callGas(_ p: inout FuzzProgram) {
        switch random.below(16) {
        case 0: p.push(0)
        case 1...2: p.push(random.pick([1, 700, 2299, 2300, 2301, 5000]))
        case 3: p.push(random.chance(500) ? .max : UInt256(random.next()))
        case 4...6: p.push(random.below(60000))
        default:
            // Before EIP-150 a call may not ask for more than there is: ask for less than all of it.
            if fork < .tangerineWhistle {
                p.push(random.pick([100, 1000, 10000, 40000]))
                p.ops(0x5a, 0x03)
            } else {
                p.op(0x5a)
            }
        }
    }

    private mutating func useResult(_ p: inout FuzzProgram) {
        switch random.below(8) {
        case 0...2: p.op(0x50)
        case 3:
            p.push(slotKey())
            p.op(0x55)
        case 4:
            p.push(32 * random.below(3))
            p.op(0x52)
        case 5 where fork >= .byzantium:
            p.op(0x3d)
            p.push(0)
            p.push(random.below(3) * 32)
            p.op(0x3e)
        default: break
        }
    }

    mutating func precompile(_ p: inout FuzzProgram) {
        let target = random.pick(precompiles)
        var count = 0
        if random.chance(500) {
            let input = precompileInput(target)
            count = min(input.count, 320)
            for start in stride(from: 0, to: count, by: 32) {
                let bytes = Array(input[start..<min(start + 32, count)])
                p.push(bytes: bytes + [UInt8](repeating: 0, count: 32 - bytes.count))
                p.push(start)
                p.op(0x52)
            }
        } else {
            p.op(0x36)
            p.push(0)
            p.push(0)
            p.op(0x37)
        }
        p.push(random.pick([0, 20, 32, 64, 96]))
        p.push(random.pick([0, 0, 32, 64]))
        if count > 0 { p.push(count) } else { p.op(0x36) }
        p.push(0)
        let kind: UInt8 = fork >= .byzantium ? random.pick([0xfa, 0xfa, 0xf1, 0xf4, 0xf2]) : 0xf1
        if kind == 0xf1 || kind == 0xf2 { p.push(random.pick([0, 0, 0, 1])) }
        p.push(target)
        callGas(&p)
        p.op(kind)
        useResult(&p)
    }

    // MARK: - Creations

    mutating func create(_ p: inout FuzzProgram) {
        let hasSalt = fork >= .constantinople && random.chance(600)
        let salt = UInt256(UInt64(random.below(2)))
        let endowment = random.pick([0, 0, 0, 0, 0, 1, 5, 1_000_000_000])
        // Where the init code lies in memory.
        var place = (offset: UInt256.zero, size: UInt256.zero)
        switch random.below(10) {
        case 0...6:
            let code = initCode()
            p.push(bytes: code)
            p.push(0)
            p.op(0x52)
            place = (UInt256(UInt64(32 - code.count)), UInt256(UInt64(code.count)))
        case 7:
            place.size = UInt256(UInt64(random.below(64)))
            p.push(place.size)
            p.push(random.below(32))
            p.push(0)
            p.op(0x39)
        case 8:
            place.size = UInt256(UInt64(random.below(100)))
            p.push(place.size)
            p.push(0)
            p.push(0)
            p.push(random.pick(contracts))
            p.op(0x3c)
        default:
            // Around the limit of EIP-3860, or anything.
            place = (offset(), random.chance(250) ? UInt256(UInt64(random.within(49151...49153))) : size())
        }
        // The same twice collides.
        for _ in 0..<(random.chance(300) ? 2 : 1) {
            if hasSalt { p.push(salt) }
            p.push(place.size)
            p.push(place.offset)
            p.push(endowment)
            p.op(hasSalt ? 0xf5 : 0xf0)
        }
        guard random.chance(400) else { return useResult(&p) }
        // Calls what was made.
        p.push(32)
        p.push(0)
        p.push(0)
        p.push(0)
        p.push(random.pick([0, 0, 1]))
        p.op(0x85)
        callGas(&p)
        p.op(0xf1)
        useResult(&p)
    }

    /// Init code of at most 32 bytes.
    mutating func initCode() -> [UInt8] {
        var p = FuzzProgram(.frontier)
        switch random.below(14) {
        case 0: break
        case 1:
            p.push(random.pick([0, 1, 2, 32, 33]))
            p.push(0)
            p.op(0xf3)
        case 2:
            // Code that EIP-3541 forbids.
            p.push(0xef)
            p.push(0)
            p.op(0x53)
            p.push(random.pick([1, 2, 23]))
            p.push(0)
            p.op(0xf3)
        case 3:
            // Around the largest code that EIP-170 allows.
            p.push(random.pick([24575, 24576, 24577]))
            p.push(0)
            p.op(0xf3)
        case 4:
            p.push(random.pick([0, 1, 32]))
            p.push(0)
            p.op(0xfd)
        case 5: p.op(random.pick([0xfe, 0x00, 0xef, 0x01, 0x5b]))
        case 6...7:
            p.push(random.below(3))
            p.push(random.below(3))
            p.op(0x55)
            if random.chance(500) {
                p.push(0)
                p.push(random.below(3))
                p.op(0x55)
            }
            if random.chance(500) { p.ops(0x33, 0xff) }
        case 8:
            switch random.below(3) {
            case 0: p.op(0x30)
            case 1: p.op(0x33)
            default: p.push(random.pick(contracts))
            }
            p.op(0xff)
        case 9:
            p.push(0)
            p.ops(0x80, 0x80, 0xf0)
        case 10:
            // Calls back while the account has no code yet.
            p.push(0)
            p.ops(0x80, 0x80, 0x80, 0x80, 0x33, 0x5a, 0xf1)
        default:
            // Deploys a small runtime.
            let runtimes: [[UInt8]] = [
                [0x33, 0xff], [0x30, 0xff], [0x60, 1, 0x60, 0, 0x55], [0x60, 0, 0x60, 0, 0x55], [0x36, 0x60, 0, 0x52],
                [0x60, 1, 0x54, 0x60, 2, 0x55], [0x34, 0x60, 1, 0x55], [0xfe], [0x60, 0, 0x80, 0xfd],
            ]
            let runtime = random.pick(runtimes)
            p.push(bytes: runtime)
            p.push(0)
            p.op(0x52)
            p.push(runtime.count)
            p.push(32 - runtime.count)
            p.op(0xf3)
        }
        return p.code
    }
}
