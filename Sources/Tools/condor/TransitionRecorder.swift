import EVM
import Foundation
import Foundations
import JSONText

/// Watches the transactions of a transition, one after the other, and nothing of the system's own calls: writes a
/// trace file for each, counts operations.
final class TransitionRecorder {
    private let folder: ToolOutputs
    private let options: TraceWriter.Options?
    private var writer: TraceWriter?
    private var lines: [UInt8] = []
    private var file: FileHandle?
    /// Trace files that could not be written.
    private(set) var failure: ToolFailure?
    private var isActive = false
    /// How often each operation ran, by its code.
    private var counts = [Int](repeating: 0, count: 256)
    private var lastOpcode: UInt8 = 0

    /// `traces` is nil when only operations are to be counted.
    init(_ folder: ToolOutputs, traces options: TraceWriter.Options?) {
        self.folder = folder
        self.options = options
    }

    /// Starts a transaction. Its file comes into being with its first line: a transaction that is refused has none.
    func begin(index: Int, hash: Bytes32) {
        isActive = true
        guard let options else { return }
        let url = folder.url("trace-\(index)-\(hash).jsonl")
        writer = TraceWriter(options: options) { [unowned self] line in
            if file == nil {
                guard FileManager.default.createFile(atPath: url.path, contents: nil),
                    let handle = try? FileHandle(forWritingTo: url)
                else {
                    failure = ToolFailure(.inputOutput, "the trace '\(url.path)' cannot be written")
                    return
                }
                file = handle
            }
            lines += line.utf8
            lines.append(10)
            if lines.count > 1 << 20 { flush() }
        }
    }

    func end() {
        isActive = false
        writer = nil
        flush()
        try? file?.close()
        file = nil
    }

    private func flush() {
        do {
            try file?.write(contentsOf: Data(lines))
        } catch {
            failure = ToolFailure(.inputOutput, "a trace cannot be written: \(error)")
        }
        lines.removeAll(keepingCapacity: true)
    }

    /// How often each operation ran, by its name.
    var countsJSON: [UInt8] {
        let names = OpcodeDefinition.names
        var writer = JSONWriter()
        writer.object { writer in
            for (opcode, count) in counts.enumerated() where count > 0 {
                guard let name = names[UInt8(opcode)] else { continue }
                writer.key(name)
                writer.value(count)
            }
        }
        return writer.bytes
    }

    fileprivate var detail: TraceDetail { isActive ? writer?.detail ?? [] : [] }

    fileprivate func step(_ step: TraceStep) {
        guard isActive else { return }
        counts[Int(step.opcode)] += 1
        lastOpcode = step.opcode
        writer?.step(step)
    }

    fileprivate func fault(_ reason: HaltReason) {
        guard isActive else { return }
        // What the fork does not have did not run.
        if reason == .invalidOpcode { counts[Int(lastOpcode)] -= 1 }
        writer?.fault(reason)
    }

    fileprivate func finish(_ result: MessageResult, gasUsed: UInt64) {
        if isActive { writer?.finish(result, gasUsed: gasUsed) }
    }
}

/// Hands the machine's events to a recorder, which the transition switches.
struct TransitionTracer: Tracer {
    static var isEnabled: Bool { true }
    let recorder: TransitionRecorder

    var detail: TraceDetail { recorder.detail }
    mutating func step(_ step: TraceStep) { recorder.step(step) }
    mutating func fault(_ reason: HaltReason) { recorder.fault(reason) }
    mutating func finish(_ result: MessageResult, gasUsed: UInt64) { recorder.finish(result, gasUsed: gasUsed) }
}
