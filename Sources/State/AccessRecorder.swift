import Foundations

/// Notes what the transactions of a block touch and change, by the journal's positions and in the order of events.
struct AccessRecorder {
    /// What one transaction made of something; several entries for the same thing share `after`.
    struct Change<Value: Equatable> {
        let position: Int32
        let index: UInt32
        let before: Value
        let after: Value

        init(_ position: Int32, at index: UInt32, from before: Value, to after: Value) {
            self.position = position
            self.index = index
            self.before = before
            self.after = after
        }
    }

    /// The place in the block of what runs now, as `BlockAccessList.Change` counts.
    var index: UInt32 = 0
    /// What was touched, reverted or not; may repeat.
    var accounts: [Int32] = []
    var slots: [Int32] = []
    var balances: [Change<UInt256>] = []
    var nonces: [Change<UInt64>] = []
    var codes: [Change<Bytes32>] = []
    var values: [Change<UInt256>] = []
    /// What the running transaction's own access list names: touched only when something touches it, but then warm.
    var listedAccounts = Table<PositionKey, Bool>()
    var listedSlots = Table<SlotKey, Bool>()
    private var accountsBefore = 0
    private var slotsBefore = 0

    mutating func beginTransaction() {
        accountsBefore = accounts.count
        slotsBefore = slots.count
        if !listedAccounts.isEmpty { listedAccounts.removeAll() }
        if !listedSlots.isEmpty { listedSlots.removeAll() }
    }

    mutating func discardTransaction() {
        accounts.removeLast(accounts.count - accountsBefore)
        slots.removeLast(slots.count - slotsBefore)
    }
}
