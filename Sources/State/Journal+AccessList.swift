public import Chain
public import Foundations

// The block's access list, recorded beside the warmth of accounts and slots: whatever is touched becomes warm, and only
// what becomes warm is new. https://eips.ethereum.org/EIPS/eip-7928

extension Journal {
    /// Records from now on what is touched and changed.
    public mutating func recordAccesses() { recorder = AccessRecorder() }

    /// Says where in the block the following transactions stand, as `BlockAccessList.Change` counts.
    public mutating func setAccessIndex(_ index: Int) { recorder?.index = UInt32(truncatingIfNeeded: index) }

    /// Records an account that was touched without having become warm.
    public mutating func noteAccess(_ position: Int) { recorder?.accounts.append(Int32(truncatingIfNeeded: position)) }

    mutating func noteSlotAccess(_ slotPosition: Int) {
        recorder?.slots.append(Int32(truncatingIfNeeded: slotPosition))
    }

    /// Takes an account that the transaction's access list names. It is warm; where accesses are recorded, it becomes so
    /// when it is first touched, at the price of a warm one.
    public mutating func list(_ position: Int) {
        if recorder == nil {
            warm(position)
        } else {
            recorder?.listedAccounts[PositionKey(Int32(truncatingIfNeeded: position))] = true
        }
    }

    /// The same for a slot of an account.
    public mutating func list(_ position: Int, slot: UInt256) {
        if recorder == nil {
            warmSlot(loadSlot(position, slot))
        } else {
            recorder?.listedSlots[SlotKey(account: position, slot: slot)] = true
        }
    }

    /// Whether a cold account costs no more than a warm one. Mutating only so that nobody copies a journal to ask.
    public mutating func isListed(_ position: Int) -> Bool {
        recorder?.listedAccounts.contains(PositionKey(Int32(truncatingIfNeeded: position))) ?? false
    }

    /// The same of a slot.
    public mutating func isListedSlot(_ slotPosition: Int) -> Bool {
        recorder?.listedSlots.contains(slots.keys[slotPosition]) ?? false
    }

    /// Everything recorded so far; nil when nothing is recorded.
    public func blockAccessList() -> BlockAccessList? {
        guard let recorder else { return nil }
        var accesses = Table<Address, BlockAccessList.AccountAccess>()
        func place(_ account: Int32) -> Int {
            let address = accounts.keys[Int(account)]
            return accesses.position(of: address)
                ?? accesses.insertNew(address, BlockAccessList.AccountAccess(address: address))
        }
        for account in recorder.accounts { _ = place(account) }

        var slotChanges = grouped(recorder.values)
        for slot in recorder.slots where !slotChanges.contains(PositionKey(slot)) {
            slotChanges.insertNew(PositionKey(slot), [])
        }
        for (index, key) in slotChanges.keys.enumerated() {
            let slot = slots.keys[Int(key.position)]
            let access = place(slot.account)
            let changes = folded(slotChanges.values[index])
            if changes.isEmpty {
                accesses.values[access].storageReads.append(slot.slot)
            } else {
                accesses.values[access].storageChanges.append(
                    BlockAccessList.SlotChanges(slot: slot.slot, changes: changes))
            }
        }
        let balances = grouped(recorder.balances)
        for (index, key) in balances.keys.enumerated() {
            accesses.values[place(key.position)].balanceChanges = folded(balances.values[index])
        }
        let nonces = grouped(recorder.nonces)
        for (index, key) in nonces.keys.enumerated() {
            accesses.values[place(key.position)].nonceChanges = folded(nonces.values[index])
        }
        let hashes = grouped(recorder.codes)
        for (index, key) in hashes.keys.enumerated() {
            accesses.values[place(key.position)].codeChanges = folded(hashes.values[index]).map {
                BlockAccessList.Change(index: $0.index, value: codes[$0.value] ?? [])
            }
        }
        for index in accesses.values.indices {
            accesses.values[index].storageReads.sort { $0 < $1 }
            accesses.values[index].storageChanges.sort { $0.slot < $1.slot }
        }
        return BlockAccessList(accounts: accesses.values.sorted { $0.address < $1.address })
    }

    /// The changes of each thing, still in the order of events.
    private func grouped<Value>(
        _ changes: [AccessRecorder.Change<Value>]
    ) -> Table<PositionKey, [AccessRecorder.Change<Value>]> {
        var groups = Table<PositionKey, [AccessRecorder.Change<Value>]>()
        for change in changes {
            let key = PositionKey(change.position)
            let group = groups.position(of: key) ?? groups.insertNew(key, [])
            groups.values[group].append(change)
        }
        return groups
    }

    /// One change for each place in the block, none where what came out is what went in.
    private func folded<Value: Sendable>(
        _ changes: [AccessRecorder.Change<Value>]
    ) -> [BlockAccessList.Change<Value>] {
        var result: [BlockAccessList.Change<Value>] = []
        var first = 0
        while first < changes.count {
            var last = first
            while last + 1 < changes.count, changes[last + 1].index == changes[first].index { last += 1 }
            if changes[first].before != changes[last].after {
                result.append(BlockAccessList.Change(index: changes[last].index, value: changes[last].after))
            }
            first = last + 1
        }
        return result
    }
}
