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
    /// Empty unless the tracer wants it.
    public var memory: [UInt8] = []
    /// Empty unless the tracer wants it.
    public var returnData: [UInt8] = []
}

/// What steps carry only on request, because it costs a copy at each.
public struct TraceDetail: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static var memory: TraceDetail { TraceDetail(rawValue: 1) }
    public static var returnData: TraceDetail { TraceDetail(rawValue: 2) }
}

/// Watches the reference interpreter. `isEnabled` is a constant of the type, so that a machine specialised for
/// `NoTracer` carries no trace of tracing.
public protocol Tracer {
    static var isEnabled: Bool { get }
    var detail: TraceDetail { get }
    mutating func step(_ step: TraceStep)
    /// The last step of a frame that halted exceptionally: `reason` says why.
    mutating func fault(_ reason: HaltReason)
    /// The end of a message from outside, which used `gasUsed` before refunds.
    mutating func finish(_ result: MessageResult, gasUsed: UInt64)
}

extension Tracer {
    public var detail: TraceDetail { [] }
    public mutating func finish(_ result: MessageResult, gasUsed: UInt64) {}
}

public struct NoTracer: Tracer {
    public init() {}
    public static var isEnabled: Bool { false }
    public mutating func step(_ step: TraceStep) {}
    public mutating func fault(_ reason: HaltReason) {}
}
