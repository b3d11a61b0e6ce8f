import CEVMC
import Foundations

/// A virtual machine in an EVMC library, which calls one contract in an otherwise empty world (Benchmarks/EVMC).
final class EVMCLibrary {
    private let runner: OpaquePointer

    struct Call {
        var gas: UInt64
        var output: [UInt8]
        var nanoseconds: UInt64
    }

    /// `name` is PATH[,OPTION[=VALUE]]…
    init(_ name: String) {
        var reason = [CChar](repeating: 0, count: 512)
        guard let runner = cevmcOpen(name, &reason, reason.count) else {
            Benchmark.fail("--evmc: \(String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))")
        }
        self.runner = runner
        options = name.split(separator: ",").dropFirst().map { " " + $0 }.joined()
    }

    deinit { cevmcClose(runner) }

    private let options: String

    /// What it calls itself, and the options behind.
    var engine: String { "\(String(cString: cevmcName(runner))) \(String(cString: cevmcRelease(runner)))\(options)" }

    func set(code: [UInt8], storage: [(slot: UInt256, value: UInt256)] = []) {
        cevmcSetCode(runner, code, code.count)
        for (slot, value) in storage { cevmcSetSlot(runner, slot.bigEndianBytes, value.bigEndianBytes) }
    }

    func call(input: [UInt8], gas: UInt64, revision: Revision = .cancun) -> Call {
        let outcome = cevmcCall(runner, revision.rawValue, input, input.count, gas)
        if outcome.isUnsupported {
            Benchmark.fail("\(engine): the program calls precompiled contracts or creates one, which --evmc has not")
        }
        let output = [UInt8](UnsafeBufferPointer(start: outcome.output, count: outcome.outputSize))
        return Call(gas: outcome.gasUsed, output: output, nanoseconds: outcome.nanoseconds)
    }

    /// Forks as EVMC counts them.
    enum Revision: Int32 {
        case cancun = 12
        case osaka = 14
    }

    /// Takes `--evmc LIBRARY`, which may stand there several times, out of the arguments.
    static func take(from arguments: inout [String]) -> [EVMCLibrary] {
        var libraries: [EVMCLibrary] = []
        while let index = arguments.firstIndex(of: "--evmc") {
            guard index + 1 < arguments.count else { Benchmark.fail("--evmc takes PATH[,OPTION[=VALUE]]…") }
            libraries.append(EVMCLibrary(arguments[index + 1]))
            arguments.removeSubrange(index...index + 1)
        }
        return libraries
    }
}
