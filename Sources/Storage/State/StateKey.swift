import Cryptography
import Foundations

/// The store's tables: the first byte of every key.
enum StoreTable {
    static let meta: UInt8 = 0x00
    static let account: UInt8 = 0x01
    static let slot: UInt8 = 0x02
    static let accountNode: UInt8 = 0x03
    static let storageNode: UInt8 = 0x04
    /// The tables of the state that have a history.
    static let ofState = [account, slot, accountNode, storageNode]
    static let code: UInt8 = 0x05
    /// What the tables above held before a block: their key with this added to its first byte, then the block.
    static let history: UInt8 = 0x10
    static let blockByHash: UInt8 = 0x21
    static let hashByNumber: UInt8 = 0x22
    static let transaction: UInt8 = 0x23
    static let logs: UInt8 = 0x24
}

/// Keys of the state as the store holds it. Accounts and slots stand under their hashes, in the order of the trie, so
/// that a walk over them is a walk over the trie's leaves.
enum StateKey {
    static func hash(_ address: Address) -> Bytes32 { Keccak256.hash(address) }
    static func hash(slot: UInt256) -> Bytes32 { Keccak256.hash(slot) }

    static func account(_ hash: Bytes32) -> [UInt8] { [StoreTable.account] + hash.bytes }

    static func slot(_ account: Bytes32, _ slot: Bytes32) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(65)
        key.append(StoreTable.slot)
        key += account.bytes
        key += slot.bytes
        return key
    }

    /// A node of the account trie, or of `owner`'s storage trie, by its path in nibbles.
    static func node(_ owner: Bytes32?, _ path: some Collection<UInt8>) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(34 + path.count)
        key.append(owner == nil ? StoreTable.accountNode : StoreTable.storageNode)
        if let owner { key += owner.bytes }
        // The count in front makes keys of one length comparable, and no key the beginning of another.
        key.append(UInt8(path.count))
        key += path
        return key
    }

    static func code(_ hash: Bytes32) -> [UInt8] { [StoreTable.code] + hash.bytes }

    static func history(_ key: [UInt8], block: UInt64) -> [UInt8] {
        var history: [UInt8] = []
        history.reserveCapacity(key.count + 8)
        history += key
        history[0] += StoreTable.history
        history.append(bigEndian: block)
        return history
    }

    static func isNode(_ key: [UInt8]) -> Bool {
        key[0] == StoreTable.accountNode || key[0] == StoreTable.storageNode
    }
}

/// The keys that a block changed, sorted, each without what it shares with the one before.
enum ChangedKeys {
    static func encode(_ keys: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        var last: [UInt8] = []
        for key in keys {
            var shared = 0
            while shared < min(last.count, key.count), last[shared] == key[shared] { shared += 1 }
            bytes.append(UInt8(shared))
            bytes.append(UInt8(key.count - shared))
            bytes += key[shared...]
            last = key
        }
        return bytes
    }

    /// nil when the bytes are no such list.
    static func decode(_ bytes: [UInt8]) -> [[UInt8]]? {
        var keys: [[UInt8]] = []
        var last: [UInt8] = []
        var position = 0
        while position < bytes.count {
            guard position + 2 <= bytes.count else { return nil }
            let (shared, count) = (Int(bytes[position]), Int(bytes[position + 1]))
            position += 2
            guard shared <= last.count, shared + count > 0, position + count <= bytes.count else { return nil }
            last = Array(last[..<shared]) + bytes[position..<(position + count)]
            position += count
            keys.append(last)
        }
        return keys
    }
}
