import Glibc

/// Bytes that wait for a client, in the order in which they go out.
struct OutputQueue {
    private struct Piece {
        var bytes: [UInt8]
        let isPush: Bool
    }

    /// How a `write` ended.
    enum Progress {
        /// The socket took something; the rest, if any, waits until it takes more.
        case some
        case none
        case failed
    }

    // From `first` on; what comes before has been sent.
    private var pieces: [Piece] = []
    private var first = 0
    private var sentOfFirst = 0
    private(set) var count = 0
    /// How many of the bytes were pushed, which the client did not ask for one by one.
    private(set) var pushedCount = 0

    /// Small pieces are joined up to this size, so that one call of the system sends many.
    static let joinedSize = 64 << 10

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8], isPush: Bool = false) {
        if bytes.isEmpty { return }
        count += bytes.count
        if isPush { pushedCount += bytes.count }
        if first < pieces.count, let last = pieces.last, last.isPush == isPush,
            last.bytes.count + bytes.count <= OutputQueue.joinedSize
        {
            pieces[pieces.count - 1].bytes += bytes
        } else {
            pieces.append(Piece(bytes: bytes, isPush: isPush))
        }
    }

    /// Sends what the socket takes now.
    mutating func write(to socket: Int32) -> Progress {
        var progress = Progress.none
        while first < pieces.count {
            let written = pieces[first].bytes.withUnsafeBytes {
                send(socket, $0.baseAddress! + sentOfFirst, $0.count - sentOfFirst, Int32(MSG_NOSIGNAL))
            }
            if written < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? progress : .failed
            }
            progress = .some
            count -= written
            if pieces[first].isPush { pushedCount -= written }
            sentOfFirst += written
            if sentOfFirst == pieces[first].bytes.count { dropFirst() }
        }
        return progress
    }

    private mutating func dropFirst() {
        pieces[first].bytes = []
        first += 1
        sentOfFirst = 0
        if first == pieces.count || first >= 256 {
            pieces.removeFirst(first)
            first = 0
        }
    }
}
