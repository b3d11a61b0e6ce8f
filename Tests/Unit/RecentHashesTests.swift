import Foundations
import Node
import Testing

@Suite struct RecentHashesTests {
    private func hash(_ number: Int) -> Bytes32 { Bytes32(UInt256(UInt64(number))) }

    @Test func aReaderGoesOnWhereItStopped() {
        var recent = RecentHashes(limit: 10)
        let start = recent.end
        #expect(recent.since(start).isEmpty)
        for number in 0..<5 { recent.append(hash(number)) }
        #expect(Array(recent.since(start)) == (0..<5).map(hash))
        let middle = recent.end
        recent.append(hash(5))
        #expect(Array(recent.since(middle)) == [hash(5)])
        #expect(recent.since(recent.end).isEmpty)
    }

    @Test func theNewestAreKeptAndNoMoreThanTwiceTheLimit() {
        var recent = RecentHashes(limit: 10)
        for number in 0..<1000 {
            recent.append(hash(number))
            let kept = Array(recent.since(0))
            #expect(kept.count < 20 && kept.count >= min(number + 1, 10))
            #expect(kept == (number + 1 - kept.count...number).map(hash))
        }
        #expect(recent.end == 1000 && Array(recent.since(995)) == (995..<1000).map(hash))
    }
}
