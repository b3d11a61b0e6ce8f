import Foundation
import JSONText
import Node
import Testing

@Suite struct EventLogTests {
    private func lines(_ bytes: Data) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func eventsAreLinesOfJSONInTheirOrder() throws {
        let pipe = Pipe()
        let log = EventLog(.json, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        for number in 0..<100 as Range<UInt64> {
            log.write(.information, "block sealed", [("number", .number(number)), ("hash", .text("0x\"\n"))])
        }
        log.write(.error, "took long", [("seconds", .nanoseconds(1_500_000_000))])
        log.stop()
        // Nothing is taken after the end.
        log.write(.information, "too late")
        try pipe.fileHandleForWriting.close()
        let lines = lines(pipe.fileHandleForReading.readDataToEndOfFile())
        #expect(lines.count == 101)
        for (index, line) in lines.enumerated() {
            let event = try JSONDocument(parsing: Array(line.utf8)).root
            #expect(event["time"]?.string?.hasSuffix("Z") == true)
            if index < 100 {
                #expect(event["level"]?.string == "info" && event["event"]?.string == "block sealed")
                #expect(event["number"]?.unsigned == UInt64(index) && event["hash"]?.string == "0x\"\n")
            } else {
                #expect(event["level"]?.string == "error" && line.contains("\"seconds\":1.5"))
            }
        }
    }

    /// A reader who does not read holds up nobody: what there is no room for is counted, and told later.
    @Test func whoTellsNeverWaits() throws {
        let pipe = Pipe()
        let log = EventLog(.text, descriptor: pipe.fileHandleForWriting.fileDescriptor, limit: 64)
        let count: UInt64 = 20_000
        let start = ContinuousClock.now
        for number in 0..<count { log.write(.information, "event", [("number", .number(number))]) }
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(log.droppedCount > 0)
        // On a thread of its own: other tests may have all of the pool's for a while.
        Thread.detachNewThread {
            log.stop(within: 60_000)
            try? pipe.fileHandleForWriting.close()
        }
        let text = lines(pipe.fileHandleForReading.readDataToEndOfFile())
        let events = text.filter { $0.contains(" info event number=") }
        let told = text.filter { $0.contains("warning events dropped count=") }
            .compactMap { UInt64($0.split(separator: "=").last ?? "") }
        #expect(UInt64(events.count) + log.droppedCount == count)
        #expect(told.reduce(0, +) == log.droppedCount)
    }
}
