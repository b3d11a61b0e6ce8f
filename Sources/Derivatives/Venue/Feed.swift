public import Foundations

/// What publishers report.
public enum FeedKind: UInt8, Sendable, CaseIterable {
    /// The underlying's price: the index.
    case spot
    /// Its forward for an expiry.
    case forward
    /// Its volatility for an expiry: the five numbers of a `VolatilitySlice`.
    case surface
    /// The rate of interest that its options are discounted with.
    case rate
    /// The price of its perpetual at other venues.
    case perpetual
    /// The quote token's price in USD; of no underlying.
    case quote
}

public struct Feed: Equatable, Sendable {
    public var kind: FeedKind
    public var underlying: UInt32
    /// Of forward and surface, 0 for the others.
    public var expiry: UInt64

    public init(_ kind: FeedKind, underlying: UInt32 = 0, expiry: UInt64 = 0) {
        self.kind = kind
        self.underlying = underlying
        self.expiry = expiry
    }

    /// kind (bits 96…103), underlying (64…95), expiry (0…63).
    public var word: UInt256 {
        UInt256(limbs: expiry, UInt64(kind.rawValue) &<< 32 | UInt64(underlying), 0, 0)
    }
}

/// A report whose signature its carrier has checked.
public struct Report: Equatable, Sendable {
    public var feed: Feed
    /// One number of 18 decimals; of a surface a, b, ρ, m, σ.
    public var values: [Int128]
    /// The publisher's confidence in it, 0 to 1.
    public var confidence: Int128
    /// When the publisher saw it, in seconds.
    public var timestamp: UInt64

    public init(feed: Feed, values: [Int128], confidence: Int128 = wad, timestamp: UInt64) {
        self.feed = feed
        self.values = values
        self.confidence = confidence
        self.timestamp = timestamp
    }
}

/// What a price is good for, worst first.
public enum Validity: UInt8, Sendable, CaseIterable {
    /// Not above 0, or none yet.
    case invalid
    /// Moved more than half from its average of five minutes.
    case tooVolatile
    /// Its sources lie too far apart.
    case tooUncertain
    case stale
    case valid
}

/// A feed's value as its sources together give it.
struct FeedState: Equatable {
    /// Of a surface σ; the other four stand in `shape`.
    var value: Int128 = 0
    var shape: UInt256 = .zero
    /// The sources' median.
    var confidence: Int128 = 0
    /// Up to this time the quorum has reported.
    var freshAt: UInt64 = 0
    /// When the chosen report of a surface was stamped.
    var stamp: UInt64 = 0
    /// Of the last point, `valid` for feeds without a ladder.
    var validity: Validity = .invalid

    init() {}

    init(_ word: UInt256) {
        value = word.lowHalf
        confidence = Int128(word.limb2)
        freshAt = word.limb3 & 0xffff_ffff_ffff
        validity = Validity(rawValue: UInt8(truncatingIfNeeded: word.limb3 &>> 48)) ?? .invalid
    }

    var word: UInt256 {
        var word = UInt256(low: value, high: 0)
        word.limb2 = UInt64(truncatingIfNeeded: confidence)
        word.limb3 = freshAt | UInt64(validity.rawValue) &<< 48
        return word
    }

    var slice: VolatilitySlice {
        func widened(_ limb: UInt64) -> UInt256 { Int128(Int64(bitPattern: limb)).word }
        return VolatilitySlice(
            a: widened(shape.limb0), b: widened(shape.limb1), rho: widened(shape.limb2), m: widened(shape.limb3),
            sigma: value.word)
    }
}

extension VenueSlot {
    /// A publisher's last report. Field 0: low value, limb2 confidence, limb3 timestamp; field 1 of a surface: a, b, ρ, m.
    static func source(_ feed: Feed, publisher: Int, field: UInt64 = 0) -> VenueSlot {
        VenueSlot(
            .oracle, table: 1, field: field, high: UInt64(feed.kind.rawValue) &<< 32 | UInt64(feed.underlying),
            middle: feed.expiry, low: UInt64(truncatingIfNeeded: publisher))
    }

    /// Field 0: low value, limb2 confidence, limb3 the quorum's time (bits 0…47) and validity (48…55); of a surface also field 1: a, b,
    /// ρ, m, and field 2, limb0: when its report was stamped.
    static func feed(_ feed: Feed, field: UInt64 = 0) -> VenueSlot {
        VenueSlot(
            .oracle, table: 2, field: field, high: UInt64(feed.kind.rawValue) &<< 32 | UInt64(feed.underlying),
            middle: feed.expiry)
    }

    /// low: the index's average of five minutes; limb2: when it was updated.
    static func average(_ underlying: UInt32) -> VenueSlot { VenueSlot(.oracle, table: 3, low: UInt64(underlying)) }

    /// low: Σ index · seconds inside the window before an expiry; limb2: of how many seconds; limb3: the last report's stamp inside it.
    static func window(_ underlying: UInt32, expiry: UInt64) -> VenueSlot {
        VenueSlot(.oracle, table: 4, high: UInt64(underlying), low: expiry)
    }

    /// limb0: number of expiries that have a surface; then four a word, ascending.
    static func surfaceExpiries(_ underlying: UInt32, word: UInt64) -> VenueSlot {
        VenueSlot(.oracle, table: 7, high: UInt64(underlying), low: word)
    }

    /// limb0: the time of the last marks.
    static func marks(_ underlying: UInt32) -> VenueSlot { VenueSlot(.oracle, table: 5, low: UInt64(underlying)) }

    /// A perpetual's mark. Field 0: low mark; field 1: low numerator, high denominator of the average of mid − index; field 2,
    /// limb0: when that was updated.
    static func mark(_ instrument: InstrumentNumber, field: UInt64 = 0) -> VenueSlot {
        VenueSlot(.oracle, table: 6, field: field, low: UInt64(instrument))
    }
}
