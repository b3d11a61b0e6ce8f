public import Chain
public import Derivatives
public import Foundations

extension VenueEvent {
    /// The event as a log: the first words are topics, the others data.
    var log: Log {
        let event = kind.declaration
        let indexed = min(event.indexed, count)
        let topic = Bytes32(event.topic)
        // Literals: of a list made by length the runtime looks up the type each time, and an order makes two or three logs.
        let topics: [Bytes32] =
            switch indexed {
            case 0: [topic]
            case 1: [topic, Bytes32(self[0])]
            case 2: [topic, Bytes32(self[0]), Bytes32(self[1])]
            default: [topic, Bytes32(self[0]), Bytes32(self[1]), Bytes32(self[2])]
            }
        var data = [UInt8](repeating: 0, count: 32 * (count - indexed))
        data.withUnsafeMutableBytes { bytes in
            for index in indexed..<count {
                // Within: there are 32 bytes for each.
                self[index].storeBigEndian(to: bytes.baseAddress! + 32 * (index - indexed))
            }
        }
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
