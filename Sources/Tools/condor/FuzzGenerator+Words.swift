import Chain
import EVM
import Foundations

// What operands, offsets and addresses are drawn from: mostly small, often at an edge, rarely anything.

extension FuzzGenerator {
    /// Around powers of two where implementations change their representation.
    static let edges: [UInt256] = [7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 159, 160, 254, 255].flatMap {
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
}

extension Array {
    /// The elements in an order that `random` chooses.
    func shuffled(_ random: inout SeededRandom) -> [Element] {
        var result = self
        for index in stride(from: count - 1, to: 0, by: -1) { result.swapAt(index, random.below(index + 1)) }
        return result
    }
}
