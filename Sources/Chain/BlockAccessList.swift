import Cryptography
public import Foundations

/// All accounts and slots that a block touched, with what they became: enough to read ahead, to execute transactions
/// side by side, or to follow the state without executing. https://eips.ethereum.org/EIPS/eip-7928
///
/// Not part of the block's body; the header carries its hash.
public struct BlockAccessList: Equatable, Sendable {
    /// A value that something had from a point in the block on. `index` is 0 for what the system does before the first
    /// transaction, 1 for the first transaction, and one more than the last transaction's for what comes at the end.
    public struct Change<Value: Equatable & Sendable>: Equatable, Sendable {
        public var index: UInt32
        public var value: Value

        public init(index: UInt32, value: Value) {
            self.index = index
            self.value = value
        }
    }

    public struct SlotChanges: Equatable, Sendable {
        public var slot: UInt256
        public var changes: [Change<UInt256>]

        public init(slot: UInt256, changes: [Change<UInt256>]) {
            self.slot = slot
            self.changes = changes
        }
    }

    /// What happened to one account; all lists are empty when it was only looked at.
    public struct AccountAccess: Equatable, Sendable {
        public var address: Address
        /// Ascending by slot; each with its changes ascending by index.
        public var storageChanges: [SlotChanges] = []
        /// Slots that were touched and never changed, ascending.
        public var storageReads: [UInt256] = []
        public var balanceChanges: [Change<UInt256>] = []
        public var nonceChanges: [Change<UInt64>] = []
        public var codeChanges: [Change<[UInt8]>] = []

        public init(address: Address) { self.address = address }
    }

    /// Ascending by address, each at most once.
    public var accounts: [AccountAccess]

    public init(accounts: [AccountAccess] = []) { self.accounts = accounts }

    /// Accounts and slots, which the block's gas limit bounds.
    public var itemCount: Int {
        accounts.reduce(0) { $0 + 1 + $1.storageChanges.count + $1.storageReads.count }
    }

    /// What of a block's gas limit each item takes; below what the cheapest access costs.
    public static var itemCost: UInt64 { 2000 }

    public var hash: Bytes32 { Keccak256.hash(encoded) }

    public var encoded: [UInt8] {
        RLPEncoder.list { encoder in
            for account in accounts { encoder.list { account.encodeFields(&$0) } }
        }
    }
}

extension BlockAccessList.AccountAccess {
    fileprivate func encodeFields(_ encoder: inout RLPEncoder) {
        encoder.append(address)
        encoder.list { encoder in
            for slot in storageChanges {
                encoder.list { encoder in
                    encoder.append(slot.slot)
                    encoder.list { for change in slot.changes { $0.append(change) { $0.append($1) } } }
                }
            }
        }
        encoder.list { for slot in storageReads { $0.append(slot) } }
        encoder.list { for change in balanceChanges { $0.append(change) { $0.append($1) } } }
        encoder.list { for change in nonceChanges { $0.append(change) { $0.append($1) } } }
        encoder.list { for change in codeChanges { $0.append(change) { $0.append($1) } } }
    }
}

extension RLPEncoder {
    fileprivate mutating func append<Value>(
        _ change: BlockAccessList.Change<Value>, value append: (inout RLPEncoder, Value) -> Void
    ) {
        list { encoder in
            encoder.append(UInt64(change.index))
            append(&encoder, change.value)
        }
    }
}
