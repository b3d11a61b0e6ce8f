public import Chain
public import Foundations

/// What a tracer sees of an operation. https://eips.ethereum.org/EIPS/eip-3155
public struct TraceStep {
    public let programCounter: Int
    public let opcode: UInt8
    /// Before the operation, as are depth, memory, return data and stack.
    public let gas: UInt64
    /// What the operation cost: its dynamic part and the gas that a call passes on included, the gas that a creation
    /// passes on not; all that was left where an operation ran out of gas.
    public var gasCost: UInt64
    /// 1 for the outermost frame.
    public let depth: Int
    public let memorySize: Int
    /// The refund counter after the operation.
    public var refund: Int64
    /// Bottom first.
    public let stack: [UInt256]
    /// The account whose storage the code works on.
    public let address: Address
    /// Empty unless the tracer wants it.
    public var memory: [UInt8] = []
    /// Empty unless the tracer wants it.
    public var returnData: [UInt8] = []
    /// What SLOAD found.
    public var loaded: UInt256?
}

/// What steps carry only on request, because it costs a copy at each.
public struct TraceDetail: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static var memory: TraceDetail { TraceDetail(rawValue: 1) }
    public static var returnData: TraceDetail { TraceDetail(rawValue: 2) }
}

/// How a frame came to run. Self-destruction is no frame, but moves ether as if it were one.
public enum FrameKind: UInt8, Sendable {
    case call, callCode, delegateCall, staticCall, create, create2, selfDestruct
}

/// A frame that begins, whether or not it gets as far as running code.
public struct TraceFrame: Sendable {
    public let kind: FrameKind
    public let from: Address
    /// Whose code runs, or the account that is created, or the heir.
    public let to: Address
    public let value: UInt256
    public let gas: UInt64
    /// Call data or init code.
    public let input: [UInt8]
}

/// Watches execution. `isEnabled` and `watchesFrames` are constants of the type, so that a machine specialised for
/// `NoTracer` carries no trace of tracing.
public protocol Tracer {
    /// Whether every operation is shown; all code then runs in the reference interpreter.
    static var isEnabled: Bool { get }
    /// Whether frames and logs are shown; they cost little, in either interpreter.
    static var watchesFrames: Bool { get }
    var detail: TraceDetail { get }
    mutating func step(_ step: TraceStep)
    /// The last step of a frame that halted exceptionally: `reason` says why.
    mutating func fault(_ reason: HaltReason)
    /// The end of a message from outside, which used `gasUsed` before refunds.
    mutating func finish(_ result: MessageResult, gasUsed: UInt64)
    mutating func enter(_ frame: TraceFrame)
    /// The end of the frame entered last and not left yet.
    mutating func leave(_ status: ExecutionStatus, gasLeft: UInt64, output: [UInt8])
    /// A log of the running frame; void if the frame, or one around it, does not succeed.
    mutating func log(_ log: Log)
}

extension Tracer {
    public static var watchesFrames: Bool { false }
    public var detail: TraceDetail { [] }
    public mutating func step(_ step: TraceStep) {}
    public mutating func fault(_ reason: HaltReason) {}
    public mutating func finish(_ result: MessageResult, gasUsed: UInt64) {}
    public mutating func enter(_ frame: TraceFrame) {}
    public mutating func leave(_ status: ExecutionStatus, gasLeft: UInt64, output: [UInt8]) {}
    public mutating func log(_ log: Log) {}
}

public struct NoTracer: Tracer {
    public init() {}
    public static var isEnabled: Bool { false }
}
