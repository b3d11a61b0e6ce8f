import Chain
import EVM
import Execution
import Foundations
import JSONText

/// The calls of a transaction within each other, in the form of geth's `callTracer`.
struct CallTracer: TransactionTracer {
    static var isEnabled: Bool { false }
    static var watchesFrames: Bool { true }

    private struct Call {
        let frame: TraceFrame
        var status = ExecutionStatus.success
        var gasUsed: UInt64 = 0
        var output: [UInt8] = []
        var calls: [Call] = []
        var logs: [(log: Log, index: Int, position: Int)] = []
    }

    private let options: TraceOptions
    /// The frames that are open, outermost first; the outermost stays when it ends.
    private var open: [Call] = []
    private var depth = 0
    private var logCount = 0

    init(_ options: TraceOptions) { self.options = options }

    mutating func enter(_ frame: TraceFrame) {
        depth += 1
        if depth == 1 || !options.isTopCallOnly { open.append(Call(frame: frame)) }
    }

    mutating func leave(_ status: ExecutionStatus, gasLeft: UInt64, output: [UInt8]) {
        depth -= 1
        if depth > 0, options.isTopCallOnly { return }
        let last = open.count - 1
        open[last].status = status
        open[last].gasUsed = open[last].frame.gas - min(open[last].frame.gas, gasLeft)
        open[last].output = output
        if depth > 0 {
            let node = open.removeLast()
            open[last - 1].calls.append(node)
        }
    }

    mutating func log(_ log: Log) {
        defer { logCount += 1 }
        guard options.hasLogs, !options.isTopCallOnly || depth == 1, !open.isEmpty else { return }
        open[open.count - 1].logs.append((log, logCount, open[open.count - 1].calls.count))
    }

    func trace(of outcome: TransactionOutcome, gasLimit: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        guard var top = open.first else {
            writer.null()
            return writer.bytes
        }
        top.gasUsed = outcome.gasUsed
        CallTracer.write(top, gas: gasLimit, hasFailed: false, &writer)
        return writer.bytes
    }

    /// Calls nest at most 1,024 deep, and so does this.
    private static func write(_ node: Call, gas: UInt64, hasFailed: Bool, _ writer: inout JSONWriter) {
        let frame = node.frame
        let isCreation = frame.kind == .create || frame.kind == .create2
        let hasFailed = hasFailed || !node.status.isSuccess
        writer.object { writer in
            writer.key("type")
            writer.value(name(frame.kind))
            writer.member("from", address: frame.from)
            if !isCreation || node.status.isSuccess { writer.member("to", address: frame.to) }
            if frame.kind != .staticCall { writer.member("value", quantity: frame.value) }
            writer.member("gas", quantity: gas)
            writer.member("gasUsed", quantity: node.gasUsed)
            writer.member("input", hex: frame.input)
            if !node.output.isEmpty { writer.member("output", hex: node.output) }
            if let reason = node.status.failureReason {
                writer.key("error")
                writer.value(reason)
                if node.status == .revert, let text = RevertReason.text(node.output) {
                    writer.key("revertReason")
                    writer.value(text)
                }
            }
            if !node.calls.isEmpty {
                writer.key("calls")
                writer.array(node.calls) { write($1, gas: $1.frame.gas, hasFailed: hasFailed, &$0) }
            }
            if !node.logs.isEmpty, !hasFailed {
                writer.key("logs")
                writer.array(node.logs) { writer, entry in
                    writer.object { writer in
                        writer.member("address", address: entry.log.address)
                        writer.key("topics")
                        writer.array(entry.log.topics) { $0.value(hex: $1.bytes) }
                        writer.member("data", hex: entry.log.data)
                        writer.member("index", quantity: UInt64(entry.index))
                        writer.member("position", quantity: UInt64(entry.position))
                    }
                }
            }
        }
    }

    private static func name(_ kind: FrameKind) -> String {
        switch kind {
        case .call: "CALL"
        case .callCode: "CALLCODE"
        case .delegateCall: "DELEGATECALL"
        case .staticCall: "STATICCALL"
        case .create: "CREATE"
        case .create2: "CREATE2"
        case .selfDestruct: "SELFDESTRUCT"
        }
    }
}
