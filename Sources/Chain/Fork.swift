/// Ethereum's rule sets, in order of activation. A rule asks `fork >= .london`, never for one fork by name.
public enum Fork: UInt8, Comparable, CaseIterable, Sendable {
    case frontier
    case homestead
    case tangerineWhistle
    case spuriousDragon
    case byzantium
    case constantinople
    case petersburg
    case istanbul
    case muirGlacier
    case berlin
    case london
    case arrowGlacier
    case grayGlacier
    case paris
    case shanghai
    case cancun
    case prague
    case osaka

    @inlinable
    public static func < (left: Fork, right: Fork) -> Bool { left.rawValue < right.rawValue }

    /// The newest fork that official fixtures vouch for; what a fresh chain starts with.
    public static var latest: Fork { .osaka }
}
