public import Foundations

/// What a tracer sees before an operation runs. https://eips.ethereum.org/EIPS/eip-3155
public struct TraceStep {
    public let programCounter: Int
    public let opcode: UInt8
    public let gas: UInt64
    /// What the operation cost, its dynamic part and the gas passed to a called frame included.
    public var gasCost: UInt64
    /// 1 for the outermost frame.
    public let depth: Int
    public let memorySize: Int
    public let refund: Int64
    /// Bottom first.
    public let stack: [UInt256]
}

/// Watches the reference interpreter. `isEnabled` is a constant of the type, so that a machine specialised for
/// `NoTracer` carries no trace of tracing.
public protocol Tracer {
    static var isEnabled: Bool { get }
    mutating func step(_ step: TraceStep)
    /// The last step of a frame that halted exceptionally: `reason` says why.
    mutating func fault(_ reason: HaltReason)
}

public struct NoTracer: Tracer {
    public init() {}
    public static var isEnabled: Bool { false }
    public mutating func step(_ step: TraceStep) {}
    public mutating func fault(_ reason: HaltReason) {}
}
