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

    /// Takes state gas; false when there is not enough.
    mutating func chargeState(_ amount: Int64) -> Bool {
        stateGas.charge(amount, gas: &context.pointee.frame.gas)
    }

    /// Pays for the access to an account and makes it warm; false when out of gas, and then it was not accessed.
    /// Costs nothing before Berlin, where it is in the constant price.
    @inline(__always)
    mutating func payAccess(_ account: Int) -> Bool {
        guard rules.hasAccessLists else { return true }
        if journal.isWarm(account) { return charge(rules.warmAccess) }
        return payFirstAccess(account, warmPrice: rules.warmAccess)
    }

    /// The same for an account that is not warm yet. Precompiled contracts are always as cheap as warm ones, and so is
    /// what the transaction's access list names.
    private mutating func payFirstAccess(_ account: Int, warmPrice: Int64) -> Bool {
        // Not one expression: the closure behind || would copy the whole machine.
        var isCheap = journal.isListed(account)
        if !isCheap { isCheap = Precompiles.contains(journal.address(at: account), fork: rules.fork) }
        guard charge(isCheap ? warmPrice : rules.coldAccount) else { return false }
        journal.warm(account)
        return true
    }

    /// Whether `value` for an account brings it into being, which has a price.
    @inline(__always)
    func bringsIntoBeing(_ account: Int, by value: UInt256) -> Bool {
        if rules.clearsEmptyAccounts {
            if value.isZero { return false }
            return journal.isEmpty(account)
        }
        return !journal.exists(account)
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
        guard payAccess(account) else { return .outOfGas }
        push(journal.balance(account))
        return nil
    }

    private mutating func codeSize() -> HaltReason? {
        let account = journal.load(Address(pop()))
        guard payAccess(account) else { return .outOfGas }
        push(UInt256(UInt64(analysedCode(at: account).count)))
        return nil
    }

    private mutating func codeHash() -> HaltReason? {
        let account = journal.load(Address(pop()))
        guard payAccess(account) else { return .outOfGas }
        push(journal.exists(account) && !journal.isEmpty(account) ? journal.codeHash(account).word : .zero)
        return nil
    }

    private mutating func codeCopy() -> HaltReason? {
        let account = journal.load(Address(pop()))
        let (target, offset, size) = (pop(), pop(), pop())
        guard let place = cover(target, size), charge(3 * Operations.wordCount(size.limb0)), payAccess(account)
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
            if journal.isWarmSlot(slot) {
                guard charge(rules.warmAccess) else { return .outOfGas }
            } else {
                guard charge(journal.isListedSlot(slot) ? rules.warmAccess : rules.coldSlot) else { return .outOfGas }
                journal.warmSlot(slot)
            }
        }
        context.pointee.stackPointer.pointee = journal.value(ofSlot: slot)
        return nil
    }

    /// Sources: Yellow Paper; EIP-1283; EIP-2200; EIP-2929; EIP-3529; EIP-8037.
    private mutating func storageStore() -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        // The stipend of a plain transfer must not suffice for a write.
        if rules.storage == .netWithStipendGuard, context.pointee.frame.gas <= 2300 { return .outOfGas }
        let (key, value) = (pop(), pop())
        let slot = journal.loadSlot(context.pointee.frame.account, key)
        let current = journal.value(ofSlot: slot)
        var cost: Int64 = 0
        if rules.hasAccessLists, !journal.isWarmSlot(slot) {
            if !journal.isListedSlot(slot) { cost += rules.coldSlot }
            journal.warmSlot(slot)
        }
        if rules.storage == .plain {
            cost += current.isZero && !value.isZero ? rules.storageSet : rules.storageReset
            if !current.isZero, value.isZero { journal.addRefund(rules.storageClearRefund) }
        } else {
            cost += netStorageCost(current: current, original: journal.originalValue(ofSlot: slot), value: value)
        }
        guard charge(cost) else { return .outOfGas }
        if let prices = rules.statePrices, current != value, journal.originalValue(ofSlot: slot).isZero {
            if current.isZero, !chargeState(prices.slot) { return .outOfGas }
            if value.isZero { stateGas.giveBack(prices.slot) }
        }
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
        emit(Log(address: Address(context.pointee.frame.address), topics: topics, data: data))
        return nil
    }

    mutating func emit(_ log: Log) {
        journal.emit(log)
        if Trace.watchesFrames { tracer.log(log) }
    }

    // MARK: Self-destruction

    /// Sources: EIP-150, EIP-161, EIP-2929, EIP-3529, EIP-6780, EIP-7708, EIP-8037.
    private mutating func selfDestruct() -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        let own = context.pointee.frame.account
        let beneficiary = journal.load(Address(pop()))
        let balance = journal.balance(own)
        if rules.hasAccessLists, !journal.isWarm(beneficiary), !payFirstAccess(beneficiary, warmPrice: 0) {
            return .outOfGas
        }
        if rules.fork >= .tangerineWhistle, bringsIntoBeing(beneficiary, by: balance) {
            guard charge(rules.newAccount) else { return .outOfGas }
            if let prices = rules.statePrices, !chargeState(prices.account) { return .outOfGas }
        }
        if Trace.watchesFrames { traceSelfDestruct(to: journal.address(at: beneficiary), balance) }
        let isDestroyed = rules.fork < .cancun || journal.isCreatedInTransaction(own)
        if own != beneficiary {
            _ = journal.transfer(from: own, to: beneficiary, balance)
            if rules.logsTransfers { logTransfer(from: own, to: beneficiary, balance) }
        } else if isDestroyed {
            journal.setBalance(own, .zero)
            if rules.logsTransfers { logBurn(of: own, balance) }
        }
        if isDestroyed, journal.markDestroyed(own) { journal.addRefund(rules.selfDestructRefund) }
        return nil
    }
}
