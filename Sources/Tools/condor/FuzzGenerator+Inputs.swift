import Chain
import Cryptography
import EVM
import Foundations

// Inputs of precompiled contracts: sound ones, ones at an edge, and broken ones.

extension FuzzGenerator {
    mutating func precompileInput(_ address: Address) -> [UInt8] {
        var input: [UInt8]
        switch address.word.limb0 {
        case 1: input = recoveryInput()
        case 5: input = modexpInput()
        case 6: input = curvePoint() + curvePoint()
        case 7: input = curvePoint() + scalar().bigEndianBytes
        case 8: input = (0..<random.pick([0, 1, 1, 2])).flatMap { _ in pair() }
        case 9: input = blake2Input()
        case 0x0a: input = pointEvaluationInput()
        case 0x0b...0x11: input = curveInput(address.word.limb0)
        case 0x100: input = verificationInput()
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

    // MARK: - BLS12-381, KZG, P-256

    /// Sound operands mostly; else the right size with a content that is none.
    private mutating func curveInput(_ number: UInt64) -> [UInt8] {
        let size = number == 0x10 ? 64 : number == 0x11 ? 128 : 0
        if random.chance(200) {
            return random.chance(500) ? random.bytes(128 * random.within(1...4)) : fieldElements(random.within(1...8))
        }
        if size > 0 { return fieldElements(size / 64) }
        let count = random.pick([1, 1, 1, 2, 2, 3])
        switch number {
        case 0x0b: return point(0x10) + point(0x10)
        case 0x0c: return (0..<count).flatMap { _ in point(0x10) + interestingWord().bigEndianBytes }
        case 0x0d: return point(0x11) + point(0x11)
        case 0x0e: return (0..<count).flatMap { _ in point(0x11) + interestingWord().bigEndianBytes }
        default: return (0..<count).flatMap { _ in point(0x10) + point(0x11) }
        }
    }

    /// Elements of the field, each in 64 bytes, most of them below the prime.
    private mutating func fieldElements(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in
            let zeros = random.chance(950) ? 17 : 16
            return [UInt8](repeating: 0, count: zeros) + random.bytes(64 - zeros)
        }
    }

    /// A point of G1 (map 0x10) or G2 (map 0x11), infinity, or something that is in neither.
    private mutating func point(_ map: UInt64) -> [UInt8] {
        let size = map == 0x10 ? 128 : 256
        switch random.below(12) {
        case 0...1: return [UInt8](repeating: 0, count: size)
        case 2: return Array(fieldElements(size / 64).prefix(size))
        default:
            let input = [UInt8](repeating: 0, count: 63) + [UInt8(random.below(8))]
            let whole = map == 0x10 ? input : input + input
            let result = whole.withUnsafeBytes {
                Precompiles.run(Address(UInt256(map)), input: $0, gasLimit: .max >> 1, fork: .prague)
            }
            if case .success(_, let output) = result { return output }
            return []
        }
    }

    /// The zero polynomial, which is zero everywhere: commitment and proof are infinity.
    private mutating func pointEvaluationInput() -> [UInt8] {
        let infinity = [0xc0] + [UInt8](repeating: 0, count: 47)
        var hash = SHA256.hash(infinity).bytes
        hash[0] = random.chance(900) ? 1 : 0
        let z = random.chance(800) ? random.word() >> 2 : interestingWord()
        let y = random.chance(800) ? UInt256.zero : interestingWord()
        return hash + z.bigEndianBytes + y.bigEndianBytes + infinity + infinity
    }

    /// A signature that OpenSSL made, or parts of it.
    private mutating func verificationInput() -> [UInt8] {
        var words: [UInt256] = [
            "636f6e646f722066757a7a2070323536207465737420766563746f7220333262",
            "4d4e84bcba446af73939380eb3901ffe9575f9fd6541d3e1b5b3ad534311cde9",
            "80e689d89d73a32dba28608278783a384b458918949929690d63e65a80f67887",
            "b46e439a2ce2b3e989046defc59d798d539894b5d143671d6e5f44c3f5f9688d",
            "1bf81f8c9502201d582242682bc7a2f082e8cd5b54235495d30e227bf5508bc7",
        ].compactMap { UInt256(hex: $0) }
        if random.chance(500) { words[random.below(5)] = interestingWord() }
        return words.flatMap(\.bigEndianBytes)
    }
}
