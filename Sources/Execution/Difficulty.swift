public import Chain
public import Foundations

/// How hard proof of work has to be, before Paris.
public enum Difficulty {
    /// The least that any block may have.
    static var minimum: UInt256 { UInt256(131_072 as UInt64) }

    /// The difficulty of a block, from its parent. Saturates at 2^256 − 1.
    ///
    /// Sources: Yellow Paper 4.3.4; EIP-2 (Homestead), EIP-100 (ommers), and for the bomb's delays EIP-649, EIP-1234,
    /// EIP-2384, EIP-3554, EIP-4345, EIP-5133.
    public static func next(
        number: UInt64, timestamp: UInt64, parentDifficulty: UInt256, parentTimestamp: UInt64, parentHasOmmers: Bool,
        fork: Fork
    ) -> UInt256 {
        let elapsed = timestamp >= parentTimestamp ? timestamp - parentTimestamp : 0
        let step = parentDifficulty >> 11
        /// How many steps up, and how many down.
        let up: UInt64
        let down: UInt64
        if fork < .homestead {
            (up, down) = elapsed < 13 ? (1, 0) : (0, 1)
        } else if fork < .byzantium {
            (up, down) = (1, elapsed / 10)
        } else {
            (up, down) = (parentHasOmmers ? 2 : 1, elapsed / 9)
        }
        var difficulty: UInt256
        if up >= down {
            let (sum, overflow) = parentDifficulty.addingReportingOverflow(step &* UInt256(up - down))
            difficulty = overflow ? .max : sum
        } else {
            // At most 99 steps of 1/2048 each: never below zero.
            difficulty = parentDifficulty &- step &* UInt256(Swift.min(99, down - up))
        }
        let (bombed, overflow) = difficulty.addingReportingOverflow(bomb(number: number, fork: fork))
        difficulty = overflow ? .max : bombed
        return Swift.max(difficulty, minimum)
    }

    /// What doubles every 100,000 blocks, so that nobody stays on an old fork.
    private static func bomb(number: UInt64, fork: Fork) -> UInt256 {
        let delay: UInt64 =
            switch fork {
            case ..<Fork.byzantium: 0
            case ..<Fork.constantinople: 3_000_000
            case ..<Fork.muirGlacier: 5_000_000
            case ..<Fork.london: 9_000_000
            case ..<Fork.arrowGlacier: 9_700_000
            case ..<Fork.grayGlacier: 10_700_000
            default: 11_400_000
            }
        let period = number > delay ? (number - delay) / 100_000 : 0
        if period < 2 { return .zero }
        return period - 2 < 256 ? .one << (period - 2) : .max
    }
}
