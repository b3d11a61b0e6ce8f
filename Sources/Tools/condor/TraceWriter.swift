import EVM
import Foundations
import JSONText

/// Writes what runs as lines of EIP-3155's JSON: one for each operation, one at the end of the message.
/// https://eips.ethereum.org/EIPS/eip-3155
struct TraceWriter: Tracer {
    /// What a trace leaves out or adds.
    struct Options: Sendable {
        var memory = false
        var stack = true
        var returnData = false
        /// Whether the output in the last line begins with `0x`, as EIP-3155 has it; geth and EELS leave it out.
        var prefixesOutput = true
    }

    static var isEnabled: Bool { true }
    let detail: TraceDetail
    private let options: Options
    private let names: [UInt8: String]
    private let write: (String) -> Void
    /// Waits for `fault`, which adds to the line.
    private var pending: TraceStep?

    init(options: Options = Options(), write: @escaping (String) -> Void) {
        self.options = options
        self.write = write
        names = OpcodeDefinition.names
        detail = (options.memory ? TraceDetail.memory : []).union(options.returnData ? .returnData : [])
    }

    mutating func step(_ step: TraceStep) {
        flush(nil)
        pending = step
    }

    mutating func fault(_ reason: HaltReason) { flush(reason) }

    mutating func finish(_ result: MessageResult, gasUsed: UInt64) {
        flush(nil)
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("output")
            if options.prefixesOutput {
                writer.value(hex: result.output)
            } else {
                writer.value(Hex.encode(result.output))
            }
            writer.key("gasUsed")
            writer.value(quantity: gasUsed)
            writer.key("pass")
            writer.value(result.status.isSuccess)
            switch result.status {
            case .success: break
            case .revert:
                writer.key("error")
                writer.value("execution reverted")
            case .halt(let reason):
                writer.key("error")
                writer.value("\(reason.name)")
            }
        }
        write(writer.text)
    }

    private mutating func flush(_ reason: HaltReason?) {
        guard let step = pending else { return }
        pending = nil
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("pc")
            writer.value(step.programCounter)
            writer.key("op")
            writer.value(step.opcode)
            writer.key("gas")
            writer.value(quantity: step.gas)
            writer.key("gasCost")
            writer.value(quantity: step.gasCost)
            if options.memory, !step.memory.isEmpty {
                writer.key("memory")
                writer.value(hex: step.memory)
            }
            writer.key("memSize")
            writer.value(step.memorySize)
            if options.stack {
                writer.key("stack")
                writer.array(step.stack) { $0.value(quantity: $1) }
            }
            if options.returnData {
                writer.key("returnData")
                writer.value(hex: step.returnData)
            }
            writer.key("depth")
            writer.value(step.depth)
            writer.key("refund")
            writer.value(step.refund)
            writer.key("opName")
            writer.value(names[step.opcode] ?? "INVALID")
            if let reason {
                writer.key("error")
                writer.value("\(reason.name)")
            }
        }
        write(writer.text)
    }
}

extension OpcodeDefinition {
    /// The names of all operations by their code.
    static var names: [UInt8: String] {
        Dictionary(uniqueKeysWithValues: all().map { ($0.opcode, "\($0.name)") })
    }
}
