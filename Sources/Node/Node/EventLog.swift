import Foundation
import JSONText
import Synchronization

/// What a node tells of itself while it runs: one line for each event, as text or as JSON.
///
/// Nobody who tells something waits: lines go to a thread of their own through a queue with an end, and what finds the
/// queue full is dropped and counted; the next line that is written says how many were.
public final class EventLog: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case text, json, none
    }

    public enum Level: String, Sendable {
        case information = "info"
        case warning, error
    }

    public enum Value: Sendable {
        case text(String)
        case number(UInt64)
        /// Time that something took.
        case nanoseconds(UInt64)
    }

    private struct Event {
        let time: Date
        let level: Level
        let name: StaticString
        let fields: [(name: StaticString, value: Value)]
    }

    private struct Queue {
        var events: [Event] = []
        /// Dropped since the last line that was written.
        var droppedLately: UInt64 = 0
        var dropped: UInt64 = 0
        var isStopped = false
    }

    private let format: Format
    private let limit: Int
    private let descriptor: Int32
    private let queue = Mutex(Queue())
    private let signal = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    /// Tells nobody anything.
    public static let none = EventLog(.none)

    /// Writes to an open descriptor, standard error by default; up to `limit` events wait for it.
    public init(_ format: Format, descriptor: Int32 = 2, limit: Int = 4096) {
        self.format = format
        self.descriptor = descriptor
        self.limit = limit
        if format == .none { return }
        let thread = Thread { [self] in run() }
        thread.name = "condor.log"
        thread.start()
    }

    /// Events that were not written because too many waited.
    public var droppedCount: UInt64 { queue.withLock { $0.dropped } }

    public func write(_ level: Level, _ name: StaticString, _ fields: [(name: StaticString, value: Value)] = []) {
        if format == .none { return }
        let event = Event(time: Date(), level: level, name: name, fields: fields)
        let isFirst = queue.withLock { queue in
            guard !queue.isStopped else { return false }
            guard queue.events.count < limit else {
                queue.dropped += 1
                queue.droppedLately += 1
                return false
            }
            queue.events.append(event)
            return queue.events.count == 1
        }
        if isFirst { signal.signal() }
    }

    /// Writes what waits, for at most `milliseconds`, and takes nothing more.
    public func stop(within milliseconds: Int = 500) {
        if format == .none { return }
        let isFirst = queue.withLock { queue in
            defer { queue.isStopped = true }
            return !queue.isStopped
        }
        guard isFirst else { return }
        signal.signal()
        _ = finished.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    // MARK: The writer's thread

    private func run() {
        while true {
            signal.wait()
            let (events, dropped, isStopped) = queue.withLock { queue in
                defer {
                    queue.events = []
                    queue.droppedLately = 0
                }
                return (queue.events, queue.droppedLately, queue.isStopped)
            }
            var lines: [UInt8] = []
            for event in events { line(event, to: &lines) }
            if dropped > 0 {
                line(
                    Event(
                        time: Date(), level: .warning, name: "events dropped", fields: [("count", .number(dropped))]),
                    to: &lines)
            }
            put(lines)
            if isStopped {
                finished.signal()
                return
            }
        }
    }

    private func put(_ lines: [UInt8]) {
        var written = 0
        while written < lines.count {
            let start = written
            let count = lines.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + start, lines.count - start)
            }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: there is nobody to tell it.
            guard count > 0 else { return }
            written += count
        }
    }

    private func line(_ event: Event, to lines: inout [UInt8]) {
        let time = event.time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        if format == .json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.key("time")
                writer.value(time)
                writer.key("level")
                writer.value(event.level.rawValue)
                writer.key("event")
                writer.value("\(event.name)")
                for (name, value) in event.fields {
                    writer.key("\(name)")
                    switch value {
                    case .text(let text): writer.value(text)
                    case .number(let number): writer.value(number)
                    case .nanoseconds(let time): writer.value(Double(time) / 1e9)
                    }
                }
            }
            lines += writer.bytes
        } else {
            lines += "\(time) \(event.level.rawValue) \(event.name)".utf8
            for (name, value) in event.fields {
                switch value {
                case .text(let text): lines += " \(name)=\(text)".utf8
                case .number(let number): lines += " \(name)=\(number)".utf8
                case .nanoseconds(let time): lines += " \(name)=\(Double(time / 1000) / 1000)ms".utf8
                }
            }
        }
        lines.append(UInt8(ascii: "\n"))
    }
}
