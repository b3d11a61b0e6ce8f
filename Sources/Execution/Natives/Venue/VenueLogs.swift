public import Chain
public import Derivatives
public import Foundations

extension VenueEvent {
    /// The event as a log: the first words are topics, the others data.
    var log: Log {
        let event = kind.declaration
        let words = words
        let indexed = min(event.indexed, words.count)
        var data: [UInt8] = []
        data.reserveCapacity(32 * (words.count - indexed))
        for word in words[indexed...] { data += word.bigEndianBytes }
        let topics = [Bytes32(event.topic)] + words[..<indexed].map { Bytes32($0) }
        return Log(address: kind.contract.address, topics: topics, data: data)
    }
}

extension VenueEvent {
    /// The event that a log of the venue's contracts tells; nil for any other log.
    public init?(_ log: Log) {
        guard let topic = log.topics.first,
            let kind = VenueEventKind.allCases.first(where: { $0.topic == topic && $0.emitter == log.address })
        else { return nil }
        var words = log.topics.dropFirst().map { $0.word }
        for start in stride(from: 0, to: log.data.count, by: 32) where start + 32 <= log.data.count {
            words.append(UInt256(bigEndian: log.data[start..<start + 32]))
        }
        guard words.count == kind.declaration.parameters.count else { return nil }
        self.init(kind, words)
    }
}

extension VenueEventKind {
    var indexedCount: Int { declaration.indexed }

    /// Which logs tell of it: the contract's address and the first topic.
    public var emitter: Address { contract.address }
    public var topic: Bytes32 { Bytes32(declaration.topic) }

    /// As the interface files have them.
    public var name: StaticString { declaration.name }
    public var parameters: [(name: StaticString, isSigned: Bool)] {
        declaration.parameters.map { parameter in
            if case .signed = parameter.type { return (parameter.name, true) }
            return (parameter.name, false)
        }
    }
}
