import Glibc
import Networking
import Synchronization
import Testing

/// Answers a number with that many bytes; knows which WebSocket connections said something, and which are gone.
private final class Echo: ServerApplication {
    let known = Mutex<[WebSocketHandle]>([])
    let gone = Mutex<[WebSocketHandle]>([])

    func respond(to body: [UInt8]) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "x"), count: Int(String(decoding: body, as: UTF8.self)) ?? 0)
    }

    func page(_ path: String) -> (contentType: String, body: [UInt8])? { ("text/plain", Array("page".utf8)) }

    func respond(to message: [UInt8], from connection: WebSocketHandle) -> [UInt8]? {
        known.withLock { $0.append(connection) }
        return respond(to: message)
    }

    func closed(_ connection: WebSocketHandle) { gone.withLock { $0.append(connection) } }
}

/// A TCP client that blocks.
private final class Client {
    private let descriptor: Int32

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var window: Int32 = 64 << 10
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(4))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafeBytes(of: &address) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        #expect(result == 0)
    }

    deinit { close(descriptor) }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        #expect(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Up to `count` bytes; none when the server has closed, nil when nothing comes or the connection is broken.
    func read(_ count: Int = 65536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &buffer, count, 0)
        return received < 0 ? nil : Array(buffer[..<received])
    }

    /// Counts what comes until `count` bytes are there or the connection ends.
    func readAll(_ count: Int) -> Int {
        var total = 0
        while total < count, let bytes = read(min(1 << 20, count - total)), !bytes.isEmpty { total += bytes.count }
        return total
    }

    func upgrade() {
        write(
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        #expect(String(decoding: read() ?? [], as: UTF8.self).hasPrefix("HTTP/1.1 101"))
    }

    /// A short text message, masked with zeros.
    func say(_ text: String) {
        write([0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
    }
}

private func post(_ size: Int, _ header: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: x\r\n\(header)Content-Length: \("\(size)".utf8.count)\r\n\r\n\(size)"
}

private func sleep(milliseconds: Int) { usleep(UInt32(milliseconds * 1000)) }

/// What clients may do to a connection, with limits so small that it shows at once.
@Suite(.serialized) struct NetworkingTests {
    private let application = Echo()

    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    private func serve(_ limits: ServerLimits, _ body: (Server) -> Void) throws {
        let server = try Server(host: "127.0.0.1", port: 0, application: application, limits: limits, threadCount: 1)
        server.start()
        body(server)
        server.stop()
    }

    @Test func aSteadyClientIsNotIdleThoughEveryReadEndsInsideARequest() throws {
        try serve(limits { $0.requestSeconds = 1 }) { server in
            let client = Client(port: server.port)
            let request = post(1)
            let half = request.utf8.count / 2
            client.write(String(request.prefix(half)))
            for _ in 0..<20 {
                sleep(milliseconds: 200)
                client.write(String(request.dropFirst(half) + request.prefix(half)))
                #expect(client.read()?.last == UInt8(ascii: "x"))
            }
        }
    }

    @Test func aRequestThatDoesNotArriveIsCut() throws {
        try serve(limits { $0.requestSeconds = 1 }) { server in
            let client = Client(port: server.port)
            client.write("POST / HTTP/1.1\r\n")
            #expect(client.read() == [])
        }
    }

    @Test func aClosingReplyIsSentForAsLongAsTheClientReads() throws {
        try serve(limits { ($0.stallSeconds, $0.lingerSeconds) = (2, 1) }) { server in
            let client = Client(port: server.port)
            let size = 24 << 20
            client.write(post(size, "Connection: close\r\n"))
            var received = 0
            for _ in 0..<24 {
                sleep(milliseconds: 200)
                received += client.readAll(1 << 20)
            }
            #expect(received == size)
            #expect((client.read() ?? []).count < 200 && client.read() == [])
        }
    }

    @Test func aClientThatReadsNothingIsCut() throws {
        try serve(limits { $0.stallSeconds = 1 }) { server in
            let client = Client(port: server.port)
            client.write(post(64 << 20))
            sleep(milliseconds: 3500)
            #expect(client.readAll(64 << 20) < 64 << 20)
        }
    }

    /// Replies of 320 MB in all, asked for at once: none is cut, and no more than a few are made before they are taken.
    @Test func pipelinedRequestsWaitForTheClient() throws {
        try serve(limits { $0.pushedBytes = 1 << 20 }) { server in
            let client = Client(port: server.port)
            client.write(String(repeating: post(8 << 20), count: 40))
            sleep(milliseconds: 500)
            #expect(client.readAll(40 * (8 << 20)) == 40 * (8 << 20))
        }
    }

    @Test func pushesThatNobodyReadsAreBounded() throws {
        try serve(limits { $0.pushedBytes = 4 << 20 }) { server in
            let client = Client(port: server.port)
            client.upgrade()
            client.say("1")
            #expect(client.read() == [0x81, 1, UInt8(ascii: "x")])
            let handle = application.known.withLock { $0[0] }
            let message = [UInt8](repeating: 0x20, count: 1 << 20)
            for _ in 0..<3 { server.send(message, to: handle) }
            #expect(client.readAll(3 << 20) == 3 << 20)
            for _ in 0..<64 { server.send(message, to: handle) }
            sleep(milliseconds: 500)
            #expect(application.gone.withLock { $0 } == [handle])
        }
    }

    @Test func aLargeReplyLeavesRoomForPushes() throws {
        try serve(limits { $0.pushedBytes = 1 << 20 }) { server in
            let client = Client(port: server.port)
            client.upgrade()
            client.say("40000000")
            sleep(milliseconds: 200)
            let handle = application.known.withLock { $0[0] }
            server.send(Array("{}".utf8), to: handle)
            // Frames of more than 64 KiB have a head of ten bytes.
            #expect(client.readAll(40_000_010) == 40_000_010)
            #expect(client.read() == [0x81, 2] + Array("{}".utf8))
        }
    }

    @Test func closingFramesArriveThoughMoreIsSent() throws {
        try serve(limits { $0.bodyBytes = 1000 }) { server in
            let client = Client(port: server.port)
            client.upgrade()
            client.write([0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0] + [UInt8](repeating: 0x20, count: 65535))
            // 1009: the message is too big.
            #expect(client.read() == [0x88, 2, 0x03, 0xf1])
            #expect(client.read() == [])
        }
    }
}
