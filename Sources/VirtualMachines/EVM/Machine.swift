import Chain
import Cryptography
public import Foundations
public import State

/// A message to run: what a transaction, or a node's `eth_call`, asks of the machine.
public struct Message: Sendable {
    public var sender: Address
    /// nil creates a contract; the sender's nonce has then already been raised.
    public var to: Address?
    public var value: UInt256
    public var input: [UInt8]
    public var gas: UInt64
    /// What it may spend on growing the state before `gas` has to do. https://eips.ethereum.org/EIPS/eip-8037
    public var stateGas: UInt64

    public init(
        sender: Address, to: Address?, value: UInt256 = .zero, input: [UInt8] = [], gas: UInt64, stateGas: UInt64 = 0
    ) {
        self.sender = sender
        self.to = to
        self.value = value
        self.input = input
        self.gas = gas
        self.stateGas = stateGas
    }
}

/// Which of the two interpreters runs code. Results are the same, byte for byte.
public enum Interpreter: Sendable {
    /// The fast one where it pays, the reference one for code that runs once.
    case fast
    /// The reference one throughout.
    case reference
}

/// How a message ended.
public struct MessageResult: Equatable, Sendable {
    public var status: ExecutionStatus
    public var gasLeft: UInt64
    /// The message's state gas that is left, what was spent on state that stays, and what `gas` lent for it.
    public var stateGasLeft: UInt64
    public var stateGasUsed: UInt64
    public var stateGasSpilled: UInt64
    public var output: [UInt8]
    /// The contract that a creation made.
    public var createdAddress: Address?
}

/// The EVM: runs messages over a journal. One machine serves all transactions of a block.
///
/// Frames live on an own stack in one shared buffer, never on the host's: 1,024 nested calls need no host stack at all.
/// Pure operations run inside an interpreter; whatever needs state comes back here as `Exit.operation`.
public struct Machine<View: StateView, Natives: NativeContracts, Trace: Tracer> {
    public var journal: Journal<View>
    public var tracer: Trace
    let natives: Natives
    let rules: GasRules
    var stateGas = StateGas(reservoir: 0)
    public let blockNumber: UInt64
    private let table: [OpcodeTable.Entry]
    private let isFast: Bool
    private let workspace: Workspace
    let context: UnsafeMutablePointer<Context>
    var suspended: [Frame] = []
    /// How many of the suspended frames wait for a native contract that made a call: the running ones end there.
    var frameFloor = 0
    /// The call of the native contract that runs, if one does, and whether it has begun to write.
    var nativeCall: RunningNative?
    var nativeIsWriting = false
    /// Analysed code by hash, and the init code of the creations that run.
    private var codes = Table<Bytes32, Code>()
    private let emptyCode = Code([])
    private var creationCodes: [Code] = []
    var pendingStep: TraceStep?
    /// What `noteCost` found for the pending step.
    var notedCost: UInt64?
    /// Where simulations put precompiled contracts: by address the contract that stands there, zero for none.
    public var precompileOverrides = Table<Address, Address>()

    public init(
        view: View, block: BlockContext, natives: Natives, tracer: Trace, interpreter: Interpreter = .fast
    ) {
        isFast = interpreter == .fast && FastInterpreter.isAvailable && !Trace.isEnabled
        journal = Journal(view: view)
        self.tracer = tracer
        self.natives = natives
        rules = GasRules(fork: block.fork, blockGasLimit: block.gasLimit)
        blockNumber = block.number
        table = OpcodeTable.of(block.fork).entries
        workspace = Workspace(emptyCode: emptyCode)
        context = workspace.context
        context.pointee.beneficiary = block.beneficiary.word
        context.pointee.timestamp = UInt256(block.timestamp)
        context.pointee.number = UInt256(block.number)
        context.pointee.randomness = block.fork >= .paris ? block.prevRandao.word : block.difficulty
        context.pointee.blockGasLimit = UInt256(block.gasLimit)
        context.pointee.chainID = UInt256(block.chainID)
        context.pointee.baseFee = block.baseFeePerGas
        context.pointee.blobBaseFee = block.blobBaseFee
        context.pointee.slotNumber = UInt256(block.slotNumber)
        context.pointee.expByteGas = Int64(truncatingIfNeeded: rules.expByte)
    }

    /// Sets what ORIGIN, GASPRICE and BLOBHASH answer.
    public mutating func begin(_ transaction: TransactionContext) {
        context.pointee.origin = transaction.origin.word
        context.pointee.gasPrice = transaction.gasPrice
        context.pointee.setBlobHashes(transaction.blobVersionedHashes.map { $0.word })
    }
}

// MARK: - Running

extension Machine {
    /// Runs a message to its end. A revert or halt has taken back what it changed, a raised nonce excepted.
    public mutating func run(_ message: Message) -> MessageResult {
        let gas = Int64(clamping: message.gas)
        let sender = journal.load(message.sender)
        stateGas = StateGas(reservoir: Int64(clamping: message.stateGas))
        context.pointee.frame.memoryBase = 0
        context.pointee.setReturnData(nil, count: 0)
        suspended.removeAll(keepingCapacity: true)
        (frameFloor, nativeCall, nativeIsWriting) = (0, nil, false)

        var begun: Begun
        var created: Address?
        if let to = message.to {
            // The input takes the beginning of the shared memory, the first frame's memory follows.
            let inputEnd = (message.input.count + 31) / 32 * 32
            context.pointee.reserveMemory(inputEnd)
            message.input.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress {
                    context.pointee.memoryBuffer.copyMemory(from: base, byteCount: bytes.count)
                }
            }
            let account = journal.load(to)
            if rules.fork >= .prague, let delegate = analysedCode(at: account).delegate {
                journal.warm(journal.load(delegate))
            }
            let call = Call(
                kind: .call, gas: gas, caller: message.sender.word, address: to, codeAddress: to, value: message.value,
                transfersValue: true, isStatic: false, sender: sender, inputOffset: 0,
                inputSize: message.input.count, memoryBase: inputEnd, stackBase: 1)
            begun = beginCall(call, account: account)
        } else {
            let address = Machine.creationAddress(
                sender: message.sender, nonce: journal.nonce(sender) &- 1)
            created = address
            begun = beginCreation(
                Creation(
                    kind: .create, gas: gas, address: address, value: message.value, sender: sender,
                    senderWord: message.sender.word,
                    memoryBase: 0, stackBase: 1), code: message.input)
        }
        if case .frame = begun { begun = runFrames() }
        guard case .finished(let status, let gasLeft) = begun else { preconditionFailure("frames ran to an end") }
        stateGas.finish(succeeded: status.isSuccess)
        let result = MessageResult(
            status: status, gasLeft: UInt64(gasLeft), stateGasLeft: UInt64(stateGas.reservoir),
            stateGasUsed: UInt64(stateGas.used), stateGasSpilled: UInt64(stateGas.spilled),
            output: context.pointee.returnDataBytes,
            createdAddress: status.isSuccess ? created : nil)
        if Trace.isEnabled { tracer.finish(result, gasUsed: UInt64(gas) - result.gasLeft) }
        return result
    }

    /// Runs the context's frame and all that it calls; answers how the outermost frame finished.
    mutating func runFrames() -> Begun {
        while true {
            if Trace.isEnabled { traceStep() }
            var exit = interpret()
            if case .operation(let opcode) = exit {
                context.pointee.frame.programCounter += 1
                exit = perform(opcode)
            }
            if Trace.isEnabled { finishStep(exit) }
            switch exit {
            case .stepped: continue
            case .stop: context.pointee.setReturnData(nil, count: 0)
            case .returned, .reverted:
                context.pointee.setReturnData(
                    context.pointee.memory + context.pointee.outputOffset, count: context.pointee.outputSize)
            case .halted: break
            case .operation: preconditionFailure("perform answers no operation")
            }
            let status: ExecutionStatus
            switch exit {
            case .reverted: status = .revert
            case .halted(let reason): status = .halt(reason)
            default: status = .success
            }
            if let finished = finishFrame(status) { return finished }
        }
    }

    /// Runs the context's frame in its interpreter until something that needs this machine.
    @inline(__always)
    private func interpret() -> Exit {
        if context.pointee.frame.isDecoded {
            let stream = context.pointee.frame.code._withUnsafeGuaranteedRef {
                $0.stream.unsafelyUnwrapped.instructions
            }
            return FastInterpreter.run(context, stream)
        }
        return table.withUnsafeBufferPointer {
            ReferenceInterpreter.run(context, $0.baseAddress!, singleStep: Trace.isEnabled)
        }
    }

    /// Ends the running frame: deposits created code, takes changes back unless it succeeded, gives gas, output and
    /// success to the caller. Answers the end of the outermost frame.
    private mutating func finishFrame(_ ended: ExecutionStatus) -> Begun? {
        let frame = context.pointee.frame
        var status = ended
        var gas = frame.gas
        if frame.isCreation {
            if status.isSuccess { status = depositCode(&gas) }
            creationCodes.removeLast()
        }
        switch status {
        case .success: break
        case .revert: journal.revert(to: frame.checkpoint)
        case .halt:
            journal.revert(to: frame.checkpoint)
            context.pointee.setReturnData(nil, count: 0)
            gas = 0
        }
        if Trace.watchesFrames { tracer.leave(status, gasLeft: UInt64(gas), output: context.pointee.returnDataBytes) }
        guard suspended.count > frameFloor, let caller = suspended.popLast() else { return .finished(status, gas) }
        context.pointee.enter(caller)
        if let prices = rules.statePrices {
            stateGas.leaveFrame(succeeded: status.isSuccess)
            if frame.isCreation, !status.isSuccess { stateGas.giveBack(prices.account) }
        }
        // A creation's output is its code, not return data.
        if frame.isCreation, status.isSuccess { context.pointee.setReturnData(nil, count: 0) }
        deliver(
            status, gas: gas,
            successWord: frame.isCreation ? frame.address : .one,
            outputOffset: frame.outputOffset, outputSize: frame.outputSize)
        return nil
    }

    /// Puts the end of a call or creation where the running frame expects it.
    mutating func deliver(
        _ status: ExecutionStatus, gas: Int64, successWord: UInt256, outputOffset: Int, outputSize: Int
    ) {
        context.pointee.frame.gas += gas
        let count = Swift.min(outputSize, context.pointee.returnDataSize)
        if count > 0 {
            (context.pointee.memory + outputOffset).copyMemory(from: context.pointee.returnData, byteCount: count)
        }
        push(status.isSuccess ? successWord : .zero)
    }

    /// Pays for and stores the code that a creation returned. Sources: EIP-2 (out of gas fails the creation),
    /// EIP-170 (size), EIP-3541 (no 0xEF), EIP-8037 (state gas).
    private mutating func depositCode(_ gas: inout Int64) -> ExecutionStatus {
        let code = context.pointee.returnDataBytes
        if code.count > rules.maxCodeSize { return .halt(.codeTooLarge) }
        if rules.fork >= .london, code.first == 0xef { return .halt(.invalidCodePrefix) }
        let cost = rules.codeByte * Int64(code.count) + rules.codeWord * Operations.wordCount(UInt64(code.count))
        if gas < cost {
            if rules.fork >= .homestead { return .halt(.outOfGas) }
            // Frontier leaves an account without code and keeps the gas.
            context.pointee.setReturnData(nil, count: 0)
            return .success
        }
        gas -= cost
        if let prices = rules.statePrices, !stateGas.charge(prices.byte * Int64(code.count), gas: &gas) {
            return .halt(.outOfGas)
        }
        if !code.isEmpty {
            journal.setCode(context.pointee.frame.account, code, hash: Keccak256.hash(code))
        }
        return .success
    }
}

// MARK: - Calls and creations

/// What beginning a call or creation led to: a frame to run, or an end at once.
enum Begun {
    case frame
    case finished(ExecutionStatus, Int64)
}

struct Call {
    var kind: FrameKind
    var gas: Int64
    var caller: UInt256
    var address: Address
    var codeAddress: Address
    var value: UInt256
    var transfersValue: Bool
    var isStatic: Bool
    /// Journal position of the account that pays.
    var sender: Int
    var inputOffset: Int
    var inputSize: Int
    var outputOffset = 0
    var outputSize = 0
    var memoryBase: Int
    var stackBase: Int
}

struct Creation {
    var kind: FrameKind
    var gas: Int64
    var address: Address
    var value: UInt256
    var sender: Int
    var senderWord: UInt256
    var memoryBase: Int
    var stackBase: Int
}

extension Machine {
    /// Begins a call of `call.codeAddress`'s code as the account at position `account`. The caller's frame, if any,
    /// is already suspended by the time the new frame is entered.
    mutating func beginCall(_ call: Call, account: Int, suspending: Bool = false) -> Begun {
        if Trace.watchesFrames { traceEnter(call) }
        let begun = startCall(call, account: account, suspending: suspending)
        if Trace.watchesFrames { traceEnd(begun) }
        return begun
    }

    @inline(__always)
    private mutating func startCall(_ call: Call, account: Int, suspending: Bool) -> Begun {
        let checkpoint = journal.checkpoint
        if call.transfersValue {
            guard journal.transfer(from: call.sender, to: account, call.value) else {
                journal.revert(to: checkpoint)
                context.pointee.setReturnData(nil, count: 0)
                return .finished(.revert, call.gas)
            }
            if rules.logsTransfers { logTransfer(from: call.sender, to: account, call.value) }
        }
        let input = UnsafeRawBufferPointer(
            start: context.pointee.memoryBuffer + call.inputOffset, count: call.inputSize)
        if let contract = precompile(at: call.codeAddress) {
            let result = Precompiles.run(
                contract, input: input, gasLimit: UInt64(call.gas), fork: rules.fork)
            switch result {
            case .success(let gasUsed, let output):
                context.pointee.setReturnData(output)
                return .finished(.success, call.gas - Int64(gasUsed))
            case .failure: return abandon(checkpoint, .precompileFailure)
            }
        }
        if natives.contains(call.codeAddress) {
            // The input is copied, for which natives charge: an empty call must not get it for nothing.
            if call.gas < Int64(call.inputSize / 32) { return abandon(checkpoint, .outOfGas) }
            return runNative(call, input: [UInt8](input), checkpoint: checkpoint, hasCaller: suspending)
        }
        let code = executableCode(of: call.codeAddress)
        context.pointee.setReturnData(nil, count: 0)
        if code.count == 0 { return .finished(.success, call.gas) }
        if suspending { suspend() }
        let isDecoded = isFast && isDecoded(code, forCallWith: call.gas)
        context.pointee.enter(
            Frame(
                code: .passUnretained(code), isDecoded: isDecoded, stackBase: call.stackBase,
                memoryBase: call.memoryBase, gas: call.gas,
                inputOffset: call.inputOffset, inputSize: call.inputSize, address: call.address.word,
                caller: call.caller, value: call.value, account: account, isStatic: call.isStatic,
                isCreation: false, outputOffset: call.outputOffset, outputSize: call.outputSize,
                checkpoint: checkpoint))
        return .frame
    }

    /// The precompiled contract that stands at an address.
    @inline(__always)
    private func precompile(at address: Address) -> Address? {
        if !precompileOverrides.isEmpty, let contract = precompileOverrides[address] {
            return contract == .zero ? nil : contract
        }
        return Precompiles.contains(address, fork: rules.fork) ? address : nil
    }

    /// Begins a creation at `creation.address` with init code `code`. The creator's nonce is already raised.
    mutating func beginCreation(_ creation: Creation, code: [UInt8], suspending: Bool = false) -> Begun {
        if Trace.watchesFrames { traceEnter(creation, code: code) }
        let begun = startCreation(creation, code: code, suspending: suspending)
        if Trace.watchesFrames { traceEnd(begun) }
        return begun
    }

    @inline(__always)
    private mutating func startCreation(_ creation: Creation, code: [UInt8], suspending: Bool) -> Begun {
        let account = journal.load(creation.address)
        if rules.hasAccessLists { journal.warm(account) }
        guard journal.isFreeForCreation(account) else {
            context.pointee.setReturnData(nil, count: 0)
            return .finished(.halt(.createCollision), 0)
        }
        let checkpoint = journal.checkpoint
        journal.markCreated(account)
        if rules.clearsEmptyAccounts { journal.setNonce(account, 1) }
        guard journal.transfer(from: creation.sender, to: account, creation.value) else {
            journal.revert(to: checkpoint)
            return .finished(.revert, creation.gas)
        }
        if rules.logsTransfers { logTransfer(from: creation.sender, to: account, creation.value) }
        context.pointee.setReturnData(nil, count: 0)
        let analysed = Code(code)
        creationCodes.append(analysed)
        if suspending { suspend() }
        context.pointee.enter(
            Frame(
                code: .passUnretained(analysed), stackBase: creation.stackBase, memoryBase: creation.memoryBase,
                gas: creation.gas, inputOffset: 0, inputSize: 0, address: creation.address.word,
                caller: creation.senderWord, value: creation.value, account: account, isStatic: false,
                isCreation: true, outputOffset: 0, outputSize: 0, checkpoint: checkpoint))
        return .frame
    }

    /// Keeps the running frame for when the one to be entered has ended.
    mutating func suspend() {
        suspended.append(context.pointee.suspend())
        if rules.statePrices != nil { stateGas.enterFrame() }
    }

    mutating func abandon(_ checkpoint: Checkpoint, _ reason: HaltReason) -> Begun {
        journal.revert(to: checkpoint)
        context.pointee.setReturnData(nil, count: 0)
        return .finished(.halt(reason), 0)
    }

    /// Depth of the running frame; 0 for the outermost.
    var depth: Int { suspended.count }

    /// The code that a call to `address` runs: its own, or from Prague that of the account it delegates to.
    private mutating func executableCode(of address: Address) -> Code {
        let code = analysedCode(at: journal.load(address))
        guard rules.fork >= .prague, let delegate = code.delegate else { return code }
        if Precompiles.contains(delegate, fork: rules.fork) { return emptyCode }
        return analysedCode(at: journal.load(delegate))
    }

    /// The account's own code, analysed once for each hash; the first call asks what other machines have decoded.
    mutating func analysedCode(at account: Int) -> Code {
        let hash = journal.codeHash(account)
        if hash == Account.emptyCodeHash { return emptyCode }
        if let code = codes[hash] { return code }
        let known = isFast ? CodeCache.shared.code(for: CodeCache.Key(hash: hash, fork: rules.fork)) : nil
        if let known, let code = known {
            codes.insertNew(hash, code)
            return code
        }
        let code = Code(journal.code(account), hash: hash, wasCalled: known != nil)
        // A read that failed gave no code: nothing to remember under this hash.
        if journal.failure == nil { codes.insertNew(hash, code) } else { creationCodes.insert(code, at: 0) }
        return code
    }

    /// Counts a call; answers whether the code is decoded, which it may get by this call.
    private func isDecoded(_ code: Code, forCallWith gas: Int64) -> Bool {
        if code.stream != nil { return true }
        guard code.isWorthDecoding(forCallWith: gas) else {
            keep(nil, for: code)
            return false
        }
        table.withUnsafeBufferPointer { code.decode($0.baseAddress!) }
        keep(code, for: code)
        return true
    }

    @inline(never)
    private func keep(_ decoded: Code?, for code: Code) {
        guard journal.failure == nil, let hash = code.hash else { return }
        CodeCache.shared.keep(decoded, for: CodeCache.Key(hash: hash, fork: rules.fork))
    }

    /// keccak(rlp([sender, nonce])), its last 20 bytes.
    public static func creationAddress(sender: Address, nonce: UInt64) -> Address {
        let nonceBytes = UInt256(nonce).minimalBigEndianBytes
        var list: [UInt8] = [0x80 + 20] + sender.bytes
        if nonceBytes.count == 1, nonceBytes[0] < 0x80 {
            list.append(nonceBytes[0])
        } else {
            list.append(0x80 + UInt8(nonceBytes.count))
            list += nonceBytes
        }
        return Address(Keccak256.hash([0xc0 + UInt8(list.count)] + list).word)
    }

    /// keccak(0xff, sender, salt, keccak(code)), its last 20 bytes. https://eips.ethereum.org/EIPS/eip-1014
    static func creationAddress(sender: Address, salt: UInt256, code: [UInt8]) -> Address {
        let bytes = [0xff] + sender.bytes + salt.bigEndianBytes + Keccak256.hash(code).bytes
        return Address(Keccak256.hash(bytes).word)
    }

    @inline(__always)
    mutating func push(_ word: UInt256) {
        context.pointee.stackPointer += 1
        context.pointee.stackPointer.pointee = word
    }

    @inline(__always)
    mutating func pop() -> UInt256 {
        let word = context.pointee.stackPointer.pointee
        context.pointee.stackPointer -= 1
        return word
    }
}

extension Machine {
    /// About how many bytes of memory it holds: what it has read, analysed and decoded, and its buffers.
    public var footprint: Int {
        journal.footprint + codes.values.reduce(0) { $0 + 48 * $1.count } + context.pointee.memoryCapacity
            + context.pointee.returnDataCapacity + context.pointee.stackCapacity * MemoryLayout<UInt256>.stride
    }
}
