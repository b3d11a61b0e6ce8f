import Cryptography
import Foundations

/// Keys and rows of the chain as the store holds it.
enum ChainKey {
    static let head: [UInt8] = [StoreTable.meta, 1]
    /// The place in the archive up to which the store has followed it.
    static let position: [UInt8] = [StoreTable.meta, 2]
    static let oldestState: [UInt8] = [StoreTable.meta, 3]
    static let oldestBlock: [UInt8] = [StoreTable.meta, 4]
    static let finalized: [UInt8] = [StoreTable.meta, 5]
    static let layout: [UInt8] = [StoreTable.meta, 6]
    static let description: [UInt8] = [StoreTable.meta, 7]

    /// Where an import of a snapshot stands.
    static let snapshot: [UInt8] = [StoreTable.meta, 9]

    /// The highest block number in a segment of the archive.
    static func segment(_ number: UInt32) -> [UInt8] {
        var key: [UInt8] = [StoreTable.meta, 8]
        key.append(bigEndian: number)
        return key
    }

    static func block(_ hash: Bytes32) -> [UInt8] { [StoreTable.blockByHash] + hash.bytes }

    static func hash(_ number: UInt64) -> [UInt8] {
        var key = [StoreTable.hashByNumber]
        key.append(bigEndian: number)
        return key
    }

    static func transaction(_ hash: Bytes32) -> [UInt8] { [StoreTable.transaction] + hash.bytes }

    /// A block in which a log has `value` at `place`: 0 the address, 1 to 4 the topics. Eight bytes of hash stand for
    /// the value: a reader looks at the logs themselves anyway.
    static func log(place: Int, value: [UInt8], block: UInt64) -> [UInt8] {
        var key = [StoreTable.logs]
        key += Keccak256.hash([UInt8(place)] + value).bytes.prefix(8)
        key.append(bigEndian: block)
        return key
    }
}

/// What the store knows of every block of the archive.
struct BlockRow: Equatable {
    let position: BlockArchive.Position
    let number: UInt64
    let parent: Bytes32

    init(position: BlockArchive.Position, number: UInt64, parent: Bytes32) {
        self.position = position
        self.number = number
        self.parent = parent
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: position.segment)
        bytes.append(bigEndian: position.offset)
        bytes.append(bigEndian: number)
        return bytes + parent.bytes
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 52, let parent = Bytes32(bytes[20...]) else { return nil }
        position = BlockArchive.Position(segment: bytes.bigEndian32(at: 0), offset: bytes.bigEndian64(at: 4))
        number = bytes.bigEndian64(at: 12)
        self.parent = parent
    }
}

extension BlockArchive.Position {
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: segment)
        bytes.append(bigEndian: offset)
        return bytes
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 12 else { return nil }
        self.init(segment: bytes.bigEndian32(at: 0), offset: bytes.bigEndian64(at: 4))
    }
}

extension [UInt8] {
    static func bigEndian(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: value)
        return bytes
    }
}
