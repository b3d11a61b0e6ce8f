/// RLP of any shape, for readers that know no type. Typed readers use `RLPDecoder`, which looks only as deep as the type.
public indirect enum RLPItem: Equatable, Sendable {
    case string([UInt8])
    case list([RLPItem])

    /// How deep lists may lie in each other: the stack is not the sender's to spend.
    public static let depthLimit = 512

    /// Exactly one item. Throws what is wrong and where.
    public init(decoding bytes: [UInt8]) throws(RLPError) {
        var decoder = RLPDecoder(bytes)
        try self.init(&decoder, depth: 0)
        try decoder.finish()
    }

    private init(_ decoder: inout RLPDecoder, depth: Int) throws(RLPError) {
        if decoder.nextIsList {
            guard depth < RLPItem.depthLimit else { throw RLPError(.tooDeep, at: decoder.position) }
            self = .list(
                try decoder.array { (item: inout RLPDecoder) throws(RLPError) in try RLPItem(&item, depth: depth + 1) })
        } else {
            self = .string(try decoder.string())
        }
    }

    public var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encode(&encoder)
        return encoder.bytes
    }

    private func encode(_ encoder: inout RLPEncoder) {
        switch self {
        case .string(let bytes): encoder.append(bytes)
        case .list(let items): encoder.list { encoder in for item in items { item.encode(&encoder) } }
        }
    }
}
