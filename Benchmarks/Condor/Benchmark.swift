import Foundation
import JSONText

/// `condor-bench SUBJECT [argument…]`: measures one subject and prints one JSON object a line. Benchmarks/run.py runs it
/// beside the peers and prints the tables.
@main
struct Benchmark {
    static let subjects: [String: @Sendable ([String]) throws -> Void] = [
        "blocks": Blocks.run,
        "keccak": KeccakBenchmark.run,
        "memory": MemoryBenchmark.run,
        "pricing": PricingBenchmark.run,
        "programs": Programs.run,
        "state": StateBenchmark.run,
    ]

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.first, let subject = subjects[name] else {
            fail("usage: condor-bench SUBJECT [argument…]; subjects: \(subjects.keys.sorted().joined(separator: ", "))")
        }
        do { try subject(Array(arguments.dropFirst())) } catch { fail("\(name): \(error)") }
    }

    static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("condor-bench: \(message)\n".utf8))
        exit(64)
    }

    /// Prints one result: its name and numbers.
    static func report(_ name: String, _ numbers: [(String, UInt64)], texts: [(String, String)] = []) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("name")
            writer.value(name)
            for (key, value) in texts {
                writer.key(key)
                writer.value(value)
            }
            for (key, value) in numbers {
                writer.key(key)
                writer.value(value)
            }
        }
        print(writer.text)
    }
}

/// This thread's processor time in nanoseconds: what others do on the machine does not count.
func processorTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func nanoseconds(_ duration: Duration) -> UInt64 {
    UInt64(duration.components.seconds) * 1_000_000_000 + UInt64(duration.components.attoseconds / 1_000_000_000)
}

/// The least nanoseconds of one call, over calls that take `milliseconds` together and are at least `least` many.
func measure(milliseconds: UInt64, least: Int = 3, _ body: () -> UInt64) -> UInt64 {
    var best = UInt64.max
    var count = 0
    let start = processorTime()
    repeat {
        best = min(best, body())
        count += 1
    } while count < least || processorTime() - start < milliseconds * 1_000_000
    return best
}
