public import Foundations

/// Something that happened at the venue: a log of one of its contracts.
///
/// `words` are the parameters in the order of the declaration in `Execution`, which knows their names, types and which are indexed.
public struct VenueEvent: Equatable, Sendable {
    public let kind: VenueEventKind
    public let words: [UInt256]

    public init(_ kind: VenueEventKind, _ words: [UInt256]) {
        self.kind = kind
        self.words = words
    }
}
