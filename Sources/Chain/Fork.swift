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
    /// A draft: see `isDraft`.
    case amsterdam

    @inlinable
    public static func < (left: Fork, right: Fork) -> Bool { left.rawValue < right.rawValue }

    /// The newest fork that official fixtures vouch for; what a fresh chain starts with.
    public static var latest: Fork { .osaka }

    /// Rules that may still change, and that no chain runs: to be asked for by name, never to be met by accident.
    public var isDraft: Bool { self > .latest }
}

#if !hasFeature(Embedded)
    extension Fork {
        /// The name that official fixtures use.
        public var fixtureName: String {
            switch self {
            case .frontier: "Frontier"
            case .homestead: "Homestead"
            case .tangerineWhistle: "EIP150"
            case .spuriousDragon: "EIP158"
            case .byzantium: "Byzantium"
            case .constantinople: "Constantinople"
            case .petersburg: "ConstantinopleFix"
            case .istanbul: "Istanbul"
            case .muirGlacier: "MuirGlacier"
            case .berlin: "Berlin"
            case .london: "London"
            case .arrowGlacier: "ArrowGlacier"
            case .grayGlacier: "GrayGlacier"
            case .paris: "Paris"
            case .shanghai: "Shanghai"
            case .cancun: "Cancun"
            case .prague: "Prague"
            case .osaka: "Osaka"
            case .amsterdam: "Amsterdam"
            }
        }

        /// Reads a fork's name as fixtures and people write it, in any case.
        public init?(name: some StringProtocol) {
            let wanted = name.lowercased()
            let aliases: [String: Fork] = [
                "tangerinewhistle": .tangerineWhistle, "spuriousdragon": .spuriousDragon, "petersburg": .petersburg,
                "merge": .paris,
            ]
            guard let fork = Fork.allCases.first(where: { $0.fixtureName.lowercased() == wanted }) ?? aliases[wanted]
            else { return nil }
            self = fork
        }
    }
#endif
