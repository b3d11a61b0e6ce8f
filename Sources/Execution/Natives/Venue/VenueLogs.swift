import Chain
import Derivatives
import Foundations

extension VenueEvent {
    /// The event as a log: the first words are topics, the others data.
    var log: Log {
        let event = kind.declaration
        let indexed = min(event.indexed, words.count)
        var data: [UInt8] = []
        data.reserveCapacity(32 * (words.count - indexed))
        for word in words[indexed...] { data += word.bigEndianBytes }
        let topics = [Bytes32(event.topic)] + words[..<indexed].map { Bytes32($0) }
        return Log(address: kind.contract.address, topics: topics, data: data)
    }
}

extension VenueEventKind {
    var indexedCount: Int { declaration.indexed }
}
