import Chain
import Cryptography
import Foundations
import State

// Operations that need state. Constant gas is paid, the stack is checked, the program counter is already behind the
// opcode; each takes its operands, charges what depends on them, and pushes its result.

extension Machine {
    /// Performs one operation; `.stepped` means that the running frame, perhaps a new one, goes on.
    mutating func perform(_ opcode: UInt8) -> Exit {
        let reason: HaltReason?
        switch opcode {
        case 0x31: reason = balance()
        case 0x3b: reason = codeSize()
        case 0x3c: reason = codeCopy()
        case 0x3f: reason = codeHash()
        case 0x40: reason = blockHash()
        case 0x47:
            push(journal.balance(context.pointee.frame.account))
            reason = nil
        case 0x54: reason = storageLoad()
        case 0x55: reason = storageStore()
        case 0x5c: reason = transientLoad()
        case 0x5d: reason = transientStore()
        case 0xa0...0xa4: reason = log(topicCount: Int(opcode) - 0xa0)
        case 0xf0: reason = create(salted: false)
        case 0xf5: reason = create(salted: true)
        case 0xf1: reason = call(.call)
        case 0xf2: reason = call(.callCode)
        case 0xf4: reason = call(.delegateCall)
        case 0xfa: reason = call(.staticCall)
        case 0xff:
            if let reason = selfDestruct() { return .halted(reason) }
            return .stop
        default: reason = .invalidOpcode
        }
        return reason.map(Exit.halted) ?? .stepped
    }

    /// Takes gas; false when there is not enough.
    @inline(__always)
    func charge(_ amount: Int64) -> Bool {
        context.pointee.frame.gas -= amount
        return context.pointee.frame.gas >= 0
    }

    /// Warms an account and answers what the access costs: nothing before Berlin, where it is in the constant price.
    @inline(__always)
    mutating func accessCost(_ account: Int) -> Int64 {
        guard rules.hasAccessLists else { return 0 }
        return warmAccount(account) ? rules.coldAccount : rules.warmAccess
    }

    /// Makes an account warm; true when it was cold. Precompiled contracts are always warm.
    @inline(__always)
    mutating func warmAccount(_ account: Int) -> Bool {
        journal.warm(account) && !Precompiles.contains(journal.address(at: account), fork: rules.fork)
    }

    /// Covers a range of the frame's memory; nil when out of gas.
    @inline(__always)
    func cover(_ offset: UInt256, _ size: UInt256) -> UnsafeMutableRawPointer? {
        var gas = context.pointee.frame.gas
        let place = context.cover(offset, size, &gas)
        context.pointee.frame.gas = gas
        return place
    }

    // MARK: Accounts

    private mutating func balance() -> HaltReason? {
        let account = journal.load(Address(pop()))
        guard charge(accessCost(account)) else { return .outOfGas }
        push(journal.balance(account))
        return nil
    }

    private mutating func codeSize() -> HaltReason? {
        let account = journal.load(Address(pop()))
        guard charge(accessCost(account)) else { return .outOfGas }
        push(UInt256(UInt64(analysedCode(at: account).count)))
        return nil
    }

    private mutating func codeHash() -> HaltReason? {
        let account = journal.load(Address(pop()))
        guard charge(accessCost(account)) else { return .outOfGas }
        push(journal.exists(account) && !journal.isEmpty(account) ? journal.codeHash(account).word : .zero)
        return nil
    }

    private mutating func codeCopy() -> HaltReason? {
        let account = journal.load(Address(pop()))
        let (target, offset, size) = (pop(), pop(), pop())
        guard charge(accessCost(account)), let place = cover(target, size),
            charge(3 * Operations.wordCount(size.limb0))
        else { return .outOfGas }
        let code = analysedCode(at: account)
        copyPadded(
            to: place, from: UnsafeRawPointer(code.bytes), sourceSize: code.count, offset: offset,
            count: Int(truncatingIfNeeded: size.limb0))
        return nil
    }

    private mutating func blockHash() -> HaltReason? {
        let number = pop().clampedToUInt64
        let isRecent = number < blockNumber && blockNumber - number <= 256
        push(isRecent ? journal.blockHash(number).word : .zero)
        return nil
    }

    // MARK: Storage

    private mutating func storageLoad() -> HaltReason? {
        let slot = journal.loadSlot(context.pointee.frame.account, context.pointee.stackPointer.pointee)
        if rules.hasAccessLists {
            guard charge(journal.warmSlot(slot) ? rules.coldSlot : rules.warmAccess) else { return .outOfGas }
        }
        context.pointee.stackPointer.pointee = journal.value(ofSlot: slot)
        return nil
    }

    /// Sources: Yellow Paper; EIP-1283; EIP-2200; EIP-2929; EIP-3529.
    private mutating func storageStore() -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        // The stipend of a plain transfer must not suffice for a write.
        if rules.storage == .netWithStipendGuard, context.pointee.frame.gas <= 2300 { return .outOfGas }
        let (key, value) = (pop(), pop())
        let slot = journal.loadSlot(context.pointee.frame.account, key)
        let current = journal.value(ofSlot: slot)
        var cost: Int64 = 0
        if rules.hasAccessLists, journal.warmSlot(slot) { cost += rules.coldSlot }
        if rules.storage == .plain {
            cost += current.isZero && !value.isZero ? rules.storageSet : rules.storageReset
            if !current.isZero, value.isZero { journal.addRefund(rules.storageClearRefund) }
        } else {
            cost += netStorageCost(current: current, original: journal.originalValue(ofSlot: slot), value: value)
        }
        guard charge(cost) else { return .outOfGas }
        if current != value { journal.setSlot(slot, value) }
        return nil
    }

    /// Net metering: what a write costs and gives back depends on the value from before the transaction.
    private mutating func netStorageCost(current: UInt256, original: UInt256, value: UInt256) -> Int64 {
        if current == value { return rules.warmAccess }
        if current == original {
            if original.isZero { return rules.storageSet }
            if value.isZero { journal.addRefund(rules.storageClearRefund) }
            return rules.storageReset
        }
        if !original.isZero {
            if current.isZero { journal.addRefund(-rules.storageClearRefund) }
            if value.isZero { journal.addRefund(rules.storageClearRefund) }
        }
        if original == value {
            let paid = original.isZero ? rules.storageSet : rules.storageReset
            journal.addRefund(paid - rules.warmAccess)
        }
        return rules.warmAccess
    }

    private mutating func transientLoad() -> HaltReason? {
        push(journal.transientValue(context.pointee.frame.account, pop()))
        return nil
    }

    private mutating func transientStore() -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        let (slot, value) = (pop(), pop())
        journal.setTransient(context.pointee.frame.account, slot, value)
        return nil
    }

    // MARK: Logs

    private mutating func log(topicCount: Int) -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        let (offset, size) = (pop(), pop())
        var topics: [Bytes32] = []
        for _ in 0..<topicCount { topics.append(Bytes32(pop())) }
        guard let place = cover(offset, size) else { return .outOfGas }
        guard charge(8 * Int64(truncatingIfNeeded: size.limb0)) else { return .outOfGas }
        let data = [UInt8](UnsafeRawBufferPointer(start: place, count: Int(truncatingIfNeeded: size.limb0)))
        journal.emit(Log(address: Address(context.pointee.frame.address), topics: topics, data: data))
        return nil
    }

    // MARK: Self-destruction

    /// Sources: EIP-150, EIP-161, EIP-2929, EIP-3529, EIP-6780.
    private mutating func selfDestruct() -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        let own = context.pointee.frame.account
        let beneficiary = journal.load(Address(pop()))
        let balance = journal.balance(own)
        var cost: Int64 = 0
        if rules.hasAccessLists, warmAccount(beneficiary) { cost += rules.coldAccount }
        if rules.clearsEmptyAccounts {
            if !balance.isZero, journal.isEmpty(beneficiary) { cost += 25000 }
        } else if rules.fork >= .tangerineWhistle, !journal.exists(beneficiary) {
            cost += 25000
        }
        guard charge(cost) else { return .outOfGas }
        let isDestroyed = rules.fork < .cancun || journal.isCreatedInTransaction(own)
        if own != beneficiary {
            _ = journal.transfer(from: own, to: beneficiary, balance)
        } else if isDestroyed {
            journal.setBalance(own, .zero)
        }
        if isDestroyed, journal.markDestroyed(own) { journal.addRefund(rules.selfDestructRefund) }
        return nil
    }
}
