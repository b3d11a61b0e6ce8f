public import Chain
public import Foundations
public import State

/// Contracts written in Swift, found at fixed addresses where the chain configuration enables them.
public protocol NativeContracts {
    func contains(_ address: Address) -> Bool
    /// Runs the contract at `message.contract`, which `contains` has confirmed. Never uses more than `message.gas`. What it
    /// has changed is taken back unless it succeeds.
    func run(_ message: NativeMessage, host: inout some NativeHost) -> NativeOutcome
}

/// A chain without native contracts: plain Ethereum.
public struct NoNativeContracts: NativeContracts {
    public init() {}
    public func contains(_ address: Address) -> Bool { false }
    public func run(_ message: NativeMessage, host: inout some NativeHost) -> NativeOutcome { .outOfGas }
}

/// How a native contract was called.
public struct NativeMessage: Sendable {
    public let contract: Address
    public let caller: Address
    public let value: UInt256
    public let input: [UInt8]
    public let gas: UInt64
    /// Nothing may be written, no log emitted.
    public let isStatic: Bool
    /// Called by DELEGATECALL or CALLCODE, in another contract's name: only a pure function may answer.
    public let isDelegated: Bool
}

/// What a native contract answers.
public enum NativeOutcome: Equatable, Sendable {
    case success(gasUsed: UInt64, output: [UInt8])
    case revert(gasUsed: UInt64, output: [UInt8])
    case outOfGas
}

/// How a call that a native contract made has ended.
public struct NativeCallResult: Equatable, Sendable {
    public let status: ExecutionStatus
    public let gasUsed: UInt64
    public let output: [UInt8]
}

/// What a native contract may do beside computing: what EVM code does by opcodes, and no more.
///
/// There is no door into other contracts' storage: a native loads and stores under the addresses of natives alone, which
/// `Machine` holds it to.
public protocol NativeHost {
    var blockNumber: UInt64 { get }
    /// Block time in seconds.
    var timestamp: UInt64 { get }
    /// For signatures that are of this chain alone.
    var chainID: UInt64 { get }

    /// The handle under which a native's storage is reached; nil for an address that is no native.
    mutating func storage(of contract: Address) -> Int?
    mutating func load(_ storage: Int, _ slot: UInt256) -> UInt256
    /// Does nothing but note a violation in a static call, which then halts.
    mutating func store(_ storage: Int, _ slot: UInt256, _ value: UInt256)
    /// As `store`.
    mutating func log(_ log: Log)

    /// Calls a contract in the name of the native `caller` without value, with at most 63/64 of `gas` as for any call; what it
    /// changed is taken back unless it succeeds.
    mutating func call(_ contract: Address, from caller: Address, input: [UInt8], gas: UInt64) -> NativeCallResult

    var checkpoint: Checkpoint { get }
    mutating func revert(to checkpoint: Checkpoint)

    /// Closes all natives to acts that write until `endWriting`, whoever calls them, so that nobody finds the venue half
    /// changed while a native calls another contract. False when they are closed already (derivatives.md, section 2).
    mutating func beginWriting() -> Bool
    mutating func endWriting()
}

extension Machine: NativeHost {
    public var timestamp: UInt64 { context.pointee.timestamp.clampedToUInt64 }

    public var chainID: UInt64 { context.pointee.chainID.limb0 }

    public mutating func storage(of contract: Address) -> Int? {
        natives.contains(contract) ? journal.load(contract) : nil
    }

    public mutating func load(_ storage: Int, _ slot: UInt256) -> UInt256 {
        let position = journal.loadSlot(storage, slot)
        journal.warmSlot(position)
        return journal.value(ofSlot: position)
    }

    public mutating func store(_ storage: Int, _ slot: UInt256, _ value: UInt256) {
        guard mayWrite() else { return }
        let position = journal.loadSlot(storage, slot)
        journal.warmSlot(position)
        journal.setSlot(position, value)
    }

    public mutating func log(_ log: Log) {
        guard mayWrite() else { return }
        emit(log)
    }

    public var checkpoint: Checkpoint { journal.checkpoint }

    public mutating func revert(to checkpoint: Checkpoint) { journal.revert(to: checkpoint) }

    public mutating func beginWriting() -> Bool {
        if nativeIsWriting { return false }
        nativeIsWriting = true
        return true
    }

    public mutating func endWriting() { nativeIsWriting = false }

    private mutating func mayWrite() -> Bool {
        guard let call = nativeCall, call.isStatic else { return true }
        nativeCall?.wroteInStaticCall = true
        return false
    }
}

/// The call in which a native contract runs: where its own calls find room.
struct RunningNative {
    let isStatic: Bool
    /// Whether a frame of EVM code has made the call, and waits.
    let hasCaller: Bool
    let memoryBase: Int
    let stackBase: Int
    var wroteInStaticCall = false
}

extension Machine {
    /// Runs the native contract that `call` names, at the checkpoint from before the call.
    mutating func runNative(_ call: Call, input: [UInt8], checkpoint: Checkpoint, hasCaller: Bool) -> Begun {
        let message = NativeMessage(
            contract: call.codeAddress, caller: Address(call.caller), value: call.value, input: input,
            gas: UInt64(call.gas), isStatic: call.isStatic, isDelegated: call.address != call.codeAddress)
        let (outer, natives) = (nativeCall, natives)
        nativeCall = RunningNative(
            isStatic: call.isStatic, hasCaller: hasCaller, memoryBase: call.memoryBase, stackBase: call.stackBase)
        let outcome = natives.run(message, host: &self)
        let isViolated = nativeCall?.wroteInStaticCall ?? false
        nativeCall = outer
        if isViolated { return abandon(checkpoint, .staticViolation) }
        switch outcome {
        case .success(let gasUsed, let output):
            context.pointee.setReturnData(output)
            return .finished(.success, call.gas - Int64(gasUsed))
        case .revert(let gasUsed, let output):
            journal.revert(to: checkpoint)
            context.pointee.setReturnData(output)
            return .finished(.revert, call.gas - Int64(gasUsed))
        case .outOfGas: return abandon(checkpoint, .outOfGas)
        }
    }

    public mutating func call(
        _ contract: Address, from caller: Address, input: [UInt8], gas: UInt64
    ) -> NativeCallResult {
        guard let native = nativeCall, let sender = storage(of: caller), depth + 1 < Workspace.stackLimit else {
            return NativeCallResult(status: .revert, gasUsed: 0, output: [])
        }
        let passed = Int64(clamping: gas - gas / 64)
        // The input lies behind the caller's memory, the called frame's memory behind the input.
        let inputEnd = native.memoryBase + (input.count + 31) / 32 * 32
        context.pointee.reserveMemory(inputEnd)
        input.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress {
                (context.pointee.memoryBuffer + native.memoryBase).copyMemory(from: base, byteCount: bytes.count)
            }
        }
        if native.hasCaller { suspend() }
        let outerFloor = frameFloor
        frameFloor = suspended.count
        let account = journal.load(contract)
        journal.warm(account)
        if rules.fork >= .prague, let delegate = analysedCode(at: account).delegate {
            journal.warm(journal.load(delegate))
        }
        let call = Call(
            kind: native.isStatic ? .staticCall : .call, gas: passed, caller: caller.word, address: contract,
            codeAddress: contract, value: .zero, transfersValue: true, isStatic: native.isStatic, sender: sender,
            inputOffset: native.memoryBase, inputSize: input.count, memoryBase: inputEnd, stackBase: native.stackBase)
        var begun = beginCall(call, account: account)
        if case .frame = begun { begun = runFrames() }
        frameFloor = outerFloor
        guard case .finished(let status, let gasLeft) = begun else { preconditionFailure("frames ran to an end") }
        let output = context.pointee.returnDataBytes
        if native.hasCaller, let frame = suspended.popLast() {
            context.pointee.enter(frame)
            if rules.statePrices != nil { stateGas.leaveFrame(succeeded: status.isSuccess) }
        }
        return NativeCallResult(status: status, gasUsed: UInt64(passed - gasLeft), output: output)
    }
}
