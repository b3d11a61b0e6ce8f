import EVM
import Execution
import Foundations
import JSONText

/// Every operation of a transaction, in the form of geth's struct logger.
struct StepTracer: TransactionTracer {
    static var isEnabled: Bool { true }

    private static let names: [UInt8: String] = Dictionary(
        uniqueKeysWithValues: OpcodeDefinition.all().map { ($0.opcode, "\($0.name)") })

    private let options: TraceOptions
    private let limit: Int
    private var steps: [[UInt8]] = []
    private var size = 0
    /// What was seen of storage so far.
    private var storage: [Address: [UInt256: UInt256]] = [:]
    /// The step written last, whose error comes after it.
    private var last: TraceStep?
    /// The refund counter before the next step, and before the last one.
    private var refund: Int64 = 0
    private var lastRefund: Int64 = 0

    /// Goes on without steps after `sizeLimit` bytes of JSON.
    init(_ options: TraceOptions, sizeLimit: Int) {
        self.options = options
        limit = options.limit == 0 ? sizeLimit : min(options.limit, sizeLimit)
    }

    var detail: TraceDetail {
        if size > limit { return [] }
        var detail: TraceDetail = []
        if options.hasMemory { detail.insert(.memory) }
        if options.hasReturnData { detail.insert(.returnData) }
        return detail
    }

    mutating func step(_ step: TraceStep) {
        if size > limit { return }
        last = step
        lastRefund = refund
        append(step, error: nil)
        refund = step.refund
    }

    mutating func fault(_ reason: HaltReason) {
        guard let step = last else { return }
        size -= steps.removeLast().count
        append(step, error: "\(reason.name)")
        last = nil
    }

    private mutating func append(_ step: TraceStep, error: String?) {
        let slots = options.hasStorage ? noteStorage(step) : nil
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("pc")
            writer.value(step.programCounter)
            writer.key("op")
            writer.value(
                StepTracer.names[step.opcode] ?? "opcode 0x\(String(step.opcode, radix: 16)) not defined")
            writer.key("gas")
            writer.value(step.gas)
            writer.key("gasCost")
            writer.value(step.gasCost)
            writer.key("depth")
            writer.value(step.depth)
            if let error {
                writer.key("error")
                writer.value(error)
            }
            if options.hasStack {
                writer.key("stack")
                writer.array(step.stack) { $0.value(quantity: $1) }
            }
            if !step.returnData.isEmpty { writer.member("returnData", hex: step.returnData) }
            if !step.memory.isEmpty {
                writer.key("memory")
                writer.array(stride(from: 0, to: step.memory.count, by: 32)) {
                    $0.value(hex: step.memory[$1..<min($1 + 32, step.memory.count)])
                }
            }
            if let slots {
                writer.key("storage")
                writer.object { writer in
                    for (slot, value) in slots.sorted(by: { $0.key < $1.key }) {
                        writer.key(Hex.encodePrefixed(slot.bigEndianBytes))
                        writer.value(hex: value.bigEndianBytes)
                    }
                }
            }
            if lastRefund > 0 {
                writer.key("refund")
                writer.value(lastRefund)
            }
        }
        size += writer.bytes.count
        steps.append(writer.bytes)
    }

    /// The contract's slots that were seen so far, after an operation on one of them.
    private mutating func noteStorage(_ step: TraceStep) -> [UInt256: UInt256]? {
        guard let slot = step.stack.last else { return nil }
        switch step.opcode {
        case 0x54: storage[step.address, default: [:]][slot] = step.loaded ?? .zero
        case 0x55 where step.stack.count >= 2:
            storage[step.address, default: [:]][slot] = step.stack[step.stack.count - 2]
        default: return nil
        }
        return storage[step.address]
    }

    func trace(of outcome: TransactionOutcome, gasLimit: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("gas")
            writer.value(outcome.gasUsed)
            writer.key("failed")
            writer.value(!outcome.status.isSuccess)
            writer.member("returnValue", hex: outcome.output)
            writer.key("structLogs")
            writer.array(steps) { $0.raw($1) }
        }
        return writer.bytes
    }
}
