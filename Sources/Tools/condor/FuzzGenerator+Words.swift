import Chain
import Cryptography
import EVM
import Foundations

// What operands, offsets and addresses are drawn from: mostly small, often at an edge, rarely anything.

extension FuzzGenerator {
    /// Around powers of two where implementations change their representation.
    private static let edges: [UInt256] = [7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 159, 160, 254, 255].flatMap {
        (bits: UInt64) in
        let power = UInt256.one << bits
        return [power &- .one, power, power &+ .one]
    }

    mutating func interestingWord() -> UInt256 {
        switch random.below(20) {
        case 0...6: return UInt256(UInt64(random.below(5)))
        case 7...9: return UInt256(UInt64(random.pick([6, 8, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 257])))
        case 10...13: return random.pick(FuzzGenerator.edges)
        case 14: return .max
        case 15: return UInt256.max &- UInt256(UInt64(random.below(40)))
        case 16: return anyAddress().word
        case 17: return random.word() >> random.next() % 256
        case 18: return UInt256(random.next())
        default: return random.word()
        }
    }

    /// An offset into memory or data.
    mutating func offset() -> UInt256 {
        switch random.below(64) {
        case 0: return random.pick(FuzzGenerator.edges)
        case 1: return UInt256(UInt64(random.below(4000)))
        case 2...9: return UInt256(UInt64(random.below(260)))
        default: return UInt256(UInt64(random.pick([0, 0, 0, 0, 1, 31, 32, 33, 64, 96])))
        }
    }

    /// A size in memory or data.
    mutating func size() -> UInt256 {
        switch random.below(64) {
        case 0: return random.pick(FuzzGenerator.edges)
        case 1: return UInt256(UInt64(random.below(4000)))
        case 2...9: return UInt256(UInt64(random.below(260)))
        default: return UInt256(UInt64(random.pick([0, 0, 0, 1, 4, 31, 32, 32, 32, 33, 64, 96])))
        }
    }

    mutating func slotKey() -> UInt256 {
        random.chance(930) ? UInt256(UInt64(random.below(4))) : interestingWord()
    }

    mutating func anyAddress() -> Address {
        switch random.below(20) {
        case 0...10: return random.pick(contracts)
        case 11...12: return random.pick(others)
        case 13...15: return random.pick(precompiles)
        case 16: return block.context.beneficiary
        case 17: return FuzzGenerator.senders[0]
        case 18: return random.pick(FuzzGenerator.senders)
        default: return Address(random.pick([0, 0x0a, 0x0b, 0x12, 0xff, 0x100, 0x101, 0x9999]))
        }
    }

    // MARK: - Inputs of precompiled contracts

    mutating func precompileInput(_ address: Address) -> [UInt8] {
        var input: [UInt8]
        switch address.word.limb0 {
        case 1: input = recoveryInput()
        case 5: input = modexpInput()
        case 6: input = curvePoint() + curvePoint()
        case 7: input = curvePoint() + scalar().bigEndianBytes
        case 8: input = (0..<random.pick([0, 1, 1, 2])).flatMap { _ in pair() }
        case 9: input = blake2Input()
        case 0x0a...0x11: input = pointEvaluationOrCurveInput(address)
        case 0x100: input = (0..<5).flatMap { _ in interestingWord().bigEndianBytes }
        default: input = random.bytes(random.pick([0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 128, 200]))
        }
        // Cut off, or longer than it must be.
        if random.chance(60) { input.removeLast(min(input.count, random.within(1...33))) }
        if random.chance(60) { input += random.bytes(random.within(1...33)) }
        return input
    }

    private mutating func recoveryInput() -> [UInt8] {
        let v = random.pick(weighted: [
            (10, UInt256(27 as UInt64)), (10, 28), (1, 0), (1, 29), (1, interestingWord()),
        ])
        let order = Secp256k1.order
        let r = random.pick(weighted: [(10, random.word()), (1, 0), (1, order &- 1), (1, order), (1, 1)])
        let s = random.pick(weighted: [(10, random.word() >> 1), (2, order >> 1), (1, 0), (1, order &- 1), (1, order)])
        return [random.word(), v, r, s].flatMap(\.bigEndianBytes)
    }

    private mutating func modexpInput() -> [UInt8] {
        func length() -> UInt256 {
            switch random.below(24) {
            case 0: return random.pick(FuzzGenerator.edges)
            case 1: return UInt256(UInt64(random.pick([1023, 1024, 1025])))
            case 2...4: return UInt256(UInt64(random.pick([64, 65, 96, 127, 128, 129, 255, 256])))
            default: return UInt256(UInt64(random.pick([0, 0, 1, 1, 2, 8, 31, 32, 32, 33])))
            }
        }
        let lengths = [length(), length(), length()]
        var input = lengths.flatMap(\.bigEndianBytes)
        for length in lengths {
            let count = Int(min(length.clampedToUInt64, 260))
            switch random.below(5) {
            case 0: input += [UInt8](repeating: 0, count: count)
            case 1: input += [UInt8](repeating: 0xff, count: count)
            case 2 where count > 0: input += [UInt8](repeating: 0, count: count - 1) + [UInt8(random.below(4))]
            default: input += random.bytes(count)
            }
        }
        return input
    }

    private mutating func scalar() -> UInt256 {
        let order = UInt256(
            limbs: 0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
        return random.pick([0, 1, 2, 3, order &- 1, order, order &+ 1, .max, random.word()])
    }

    /// A point of BN254, or none.
    private mutating func curvePoint() -> [UInt8] {
        let prime = UInt256(
            limbs: 0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
        switch random.below(12) {
        case 0: return interestingWord().bigEndianBytes + interestingWord().bigEndianBytes
        case 1: return prime.bigEndianBytes + (prime &+ 1).bigEndianBytes
        case 2...3: return [UInt8](repeating: 0, count: 64)
        case 4...6: return UInt256.one.bigEndianBytes + UInt256(2 as UInt64).bigEndianBytes
        case 7: return UInt256.one.bigEndianBytes + (prime &- 2).bigEndianBytes
        default:
            guard let point = BN254.multiply((1, 2), by: random.word()) else { return [] }
            return point.x.bigEndianBytes + point.y.bigEndianBytes
        }
    }

    private mutating func pair() -> [UInt8] {
        let generator: [UInt256] = [
            UInt256(limbs: 0x97e4_85b7_aef3_12c2, 0xf1aa_4933_35a9_e712, 0x7260_bfb7_31fb_5d25, 0x198e_9393_920d_483a),
            UInt256(limbs: 0x46de_bd5c_d992_f6ed, 0x6743_22d4_f75e_dadd, 0x426a_0066_5e5c_4479, 0x1800_deef_121f_1e76),
            UInt256(limbs: 0x55ac_dadc_d122_975b, 0xbc4b_3133_70b3_8ef3, 0xec9e_99ad_690c_3395, 0x0906_89d0_585f_f075),
            UInt256(limbs: 0x4ce6_cc01_66fa_7daa, 0xe3d1_e769_0c43_d37b, 0x4aab_7180_8dcb_408f, 0x12c8_5ea5_db8c_6deb),
        ]
        let second: [UInt8]
        switch random.below(6) {
        case 0: second = [UInt8](repeating: 0, count: 128)
        case 1: second = generator.shuffled(&random).flatMap(\.bigEndianBytes)
        default: second = generator.flatMap(\.bigEndianBytes)
        }
        return curvePoint() + second
    }

    private mutating func blake2Input() -> [UInt8] {
        let rounds = UInt32(random.pick([0, 1, 2, 10, 12, 12, 100]))
        let head = withUnsafeBytes(
            of: (random.chance(30) ? UInt32(truncatingIfNeeded: random.next()) : rounds).bigEndian
        ) {
            Array($0)
        }
        return head + random.bytes(208) + [UInt8(random.pick([0, 1, 1, 1, 2, 255]))]
    }

    /// Inputs of the right size whose content is none, or infinity.
    private mutating func pointEvaluationOrCurveInput(_ address: Address) -> [UInt8] {
        let sizes: [UInt64: Int] = [
            0x0a: 192, 0x0b: 256, 0x0c: 160, 0x0d: 512, 0x0e: 288, 0x0f: 384, 0x10: 64, 0x11: 128,
        ]
        let count = sizes[address.word.limb0] ?? 0
        switch random.below(4) {
        case 0: return random.bytes(count)
        case 1: return [UInt8](repeating: 0, count: count * random.within(0...2))
        case 2 where count >= 64:
            // A field element below the prime: the upper 16 bytes are zero.
            return (0..<count / 64).flatMap { _ in [UInt8](repeating: 0, count: 17) + random.bytes(47) }
        default: return [UInt8](repeating: 0, count: count)
        }
    }
}

extension Array {
    /// The elements in an order that `random` chooses.
    func shuffled(_ random: inout FuzzRandom) -> [Element] {
        var result = self
        for index in stride(from: count - 1, to: 0, by: -1) { result.swapAt(index, random.below(index + 1)) }
        return result
    }
}
