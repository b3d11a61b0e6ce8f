import Chain
import Foundations
import JSONText

/// Which logs a client wants: addresses, and for each topic position the values that it takes.
struct LogFilter: Sendable {
    var addresses: [Address] = []
    /// An empty entry takes any topic at its place.
    var topics: [[Bytes32]] = []

    /// The most addresses, and the most topics at one position; as with geth.
    static let alternativesLimit = 1000

    init(addresses: [Address], topics: [[Bytes32]]) {
        self.addresses = addresses
        self.topics = topics
    }

    init(_ json: JSONValue) throws(RPCError) {
        guard json.kind == .object else { throw .invalidParameters("a filter must be an object") }
        if let value = json["address"], !value.isNull {
            let values = value.array ?? [value]
            guard values.count <= LogFilter.alternativesLimit else {
                throw .invalidParameters("at most \(LogFilter.alternativesLimit) addresses in one filter")
            }
            for address in values {
                addresses.append(try RPCParameters.address(address, .argument(0)))
            }
        }
        guard let value = json["topics"], !value.isNull else { return }
        guard let positions = value.array else { throw .invalidParameters("field topics must be an array") }
        guard positions.count <= 4 else { throw .invalidParameters("exceed max topics: a log has at most 4") }
        for position in positions {
            var accepted: [Bytes32] = []
            if !position.isNull {
                let alternatives = position.array ?? [position]
                guard alternatives.count <= LogFilter.alternativesLimit else {
                    throw .invalidParameters(
                        "at most \(LogFilter.alternativesLimit) topics at one position of a filter")
                }
                for topic in alternatives {
                    if topic.isNull {
                        // A null among alternatives takes anything.
                        accepted = []
                        break
                    }
                    guard let topic = topic.bytes32 else {
                        throw .invalidParameters("invalid topic: 0x and 64 hexadecimal digits, or null")
                    }
                    accepted.append(topic)
                }
            }
            topics.append(accepted)
        }
    }

    func matches(_ log: Log) -> Bool {
        if !addresses.isEmpty, !addresses.contains(log.address) { return false }
        if topics.count > log.topics.count { return false }
        return zip(topics, log.topics).allSatisfy { $0.isEmpty || $0.contains($1) }
    }

    /// The places of the matching logs of a block: transaction index, and index in its receipt.
    func places(in record: BlockRecord) -> [(transaction: Int, log: Int)] {
        // The block's bloom is not asked: it takes a hash for each value, which is as much as looking at some fifty logs.
        var places: [(transaction: Int, log: Int)] = []
        for (index, receipt) in record.receipts.enumerated() {
            for (offset, log) in receipt.logs.enumerated() where matches(log) { places.append((index, offset)) }
        }
        return places
    }
}
