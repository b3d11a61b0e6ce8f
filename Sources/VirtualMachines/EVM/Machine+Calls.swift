import Chain
import Foundations
import State

extension Machine {
    /// CALL and its kin. Sources: Yellow Paper; EIP-7 (DELEGATECALL), EIP-214 (STATICCALL), EIP-150 (gas kept back),
    /// EIP-161 (new accounts), EIP-2929 (access), EIP-7702 (delegated code), EIP-8037 (state gas).
    mutating func call(_ kind: FrameKind) -> HaltReason? {
        let requested = pop()
        let codeAddress = Address(pop())
        let value = kind == .call || kind == .callCode ? pop() : .zero
        let (inputOffset, inputSize, outputOffset, outputSize) = (pop(), pop(), pop(), pop())
        if kind == .call, context.pointee.frame.isStatic, !value.isZero { return .staticViolation }

        guard cover(inputOffset, inputSize) != nil, cover(outputOffset, outputSize) != nil else { return .outOfGas }
        let target = journal.load(codeAddress)
        guard charge(value.isZero ? 0 : 9000), payAccess(target) else { return .outOfGas }
        var isNewAccount = false
        if kind == .call { isNewAccount = bringsIntoBeing(target, by: value) }
        if isNewAccount, !charge(rules.newAccount) { return .outOfGas }
        if rules.fork >= .prague, let delegate = analysedCode(at: target).delegate {
            guard payAccess(journal.load(delegate)) else { return .outOfGas }
        }
        if isNewAccount, let prices = rules.statePrices, !chargeState(prices.account) { return .outOfGas }
        guard var gas = gasToPass(requested) else { return .outOfGas }
        context.pointee.frame.gas -= gas
        noteCost()
        if !value.isZero { gas += 2300 }

        let frame = context.pointee.frame
        let own = frame.account
        let keepsContext = kind == .callCode || kind == .delegateCall
        let place = inputSize.isZero ? 0 : Int(truncatingIfNeeded: inputOffset.limb0)
        let call = Call(
            kind: kind, gas: gas, caller: kind == .delegateCall ? frame.caller : frame.address,
            address: keepsContext ? Address(frame.address) : codeAddress, codeAddress: codeAddress,
            value: kind == .delegateCall ? frame.value : value, transfersValue: kind == .call || kind == .staticCall,
            isStatic: frame.isStatic || kind == .staticCall, sender: own, inputOffset: frame.memoryBase + place,
            inputSize: Int(truncatingIfNeeded: inputSize.limb0),
            outputOffset: outputSize.isZero ? 0 : Int(truncatingIfNeeded: outputOffset.limb0),
            outputSize: Int(truncatingIfNeeded: outputSize.limb0), memoryBase: frame.memoryBase + frame.memorySize,
            stackBase: nextStackBase)
        let begun: Begun
        if depth + 1 > Workspace.stackLimit || (!value.isZero && journal.balance(own) < value) {
            context.pointee.setReturnData(nil, count: 0)
            begun = .finished(.revert, gas)
            if Trace.watchesFrames {
                traceEnter(call)
                traceEnd(begun)
            }
        } else {
            begun = beginCall(call, account: keepsContext ? own : target, suspending: true)
        }
        if case .finished(let status, let gasLeft) = begun {
            deliver(
                status, gas: gasLeft, successWord: .one, outputOffset: call.outputOffset, outputSize: call.outputSize)
        }
        return nil
    }

    /// How much of the gas goes along with a call that asks for `requested`; nil when that is more than there is and
    /// the fork does not cap it.
    private func gasToPass(_ requested: UInt256) -> Int64? {
        let available = context.pointee.frame.gas
        let wanted = Int64(clamping: requested.clampedToUInt64)
        if rules.keepsBackOne64th { return Swift.min(wanted, available - available / 64) }
        return wanted <= available ? wanted : nil
    }

    /// The word behind the running frame's stack.
    private var nextStackBase: Int {
        // One word stays free between frames: an empty stack's pointer is one below its first slot.
        context.pointee.frame.stackBase + (context.pointee.stackPointer - context.pointee.stackBottom) + 2
    }

    /// CREATE and CREATE2. Sources: Yellow Paper; EIP-150, EIP-161, EIP-1014, EIP-2681 (nonce), EIP-3860 (init code),
    /// EIP-8037 (state gas).
    mutating func create(salted: Bool) -> HaltReason? {
        if context.pointee.frame.isStatic { return .staticViolation }
        let (value, offset, size) = (pop(), pop(), pop())
        let salt = salted ? pop() : .zero
        guard let place = cover(offset, size) else { return .outOfGas }
        let count = Int(truncatingIfNeeded: size.limb0)
        if count > rules.maxInitCodeSize { return .initCodeTooLarge }
        let wordPrice = rules.initCodeWord + (salted ? 6 : 0)
        guard charge(wordPrice * Operations.wordCount(size.limb0)) else { return .outOfGas }
        if let prices = rules.statePrices, !chargeState(prices.account) { return .outOfGas }

        let code = [UInt8](UnsafeRawBufferPointer(start: place, count: count))
        let available = context.pointee.frame.gas
        let gas = rules.keepsBackOne64th ? available - available / 64 : available
        noteCost()
        context.pointee.frame.gas -= gas
        let frame = context.pointee.frame
        let own = frame.account
        let nonce = journal.nonce(own)
        let begun: Begun
        if depth + 1 > Workspace.stackLimit || journal.balance(own) < value || nonce == .max {
            context.pointee.setReturnData(nil, count: 0)
            begun = .finished(.revert, gas)
        } else {
            journal.setNonce(own, nonce + 1)
            let creator = Address(frame.address)
            let address =
                salted
                ? Machine.creationAddress(sender: creator, salt: salt, code: code)
                : Machine.creationAddress(sender: creator, nonce: nonce)
            begun = beginCreation(
                Creation(
                    kind: salted ? .create2 : .create, gas: gas, address: address, value: value, sender: own,
                    senderWord: frame.address,
                    memoryBase: frame.memoryBase + frame.memorySize, stackBase: nextStackBase), code: code,
                suspending: true)
        }
        if case .finished(let status, let gasLeft) = begun {
            if let prices = rules.statePrices { stateGas.giveBack(prices.account) }
            deliver(status, gas: gasLeft, successWord: .one, outputOffset: 0, outputSize: 0)
        }
        return nil
    }
}
