import CHTTPParser
import CLinux
import Glibc

/// One client: bytes in, bytes out, first as HTTP, after an upgrade as WebSocket. Belongs to its loop's thread.
///
/// Requests are answered one after the other, and only while little waits for the client: what has arrived beyond that
/// stays unanswered, and unread in the socket, until the client has taken its replies.
final class Connection {
    let descriptor: Int32
    let handle: WebSocketHandle
    /// What the poller watches for.
    var interest = UInt32(1)
    /// Whether it stands in the loop's line of unfinished connections.
    var isInLine = false
    private(set) var isClosing = false
    private let application: any ServerApplication
    private let limits: ServerLimits
    private var output = OutputQueue()
    private var webSocket: WebSocket?
    private let parser: HTTPParser
    // What has arrived and is not answered: bytes of HTTP from `unparsedStart` on, then whole WebSocket messages.
    private var unparsed: [UInt8] = []
    private var unparsedStart = 0
    private var messages: ArraySlice<[UInt8]> = []
    private var hasInputEnded = false
    private var hasShutDown = false
    /// When the request that is arriving began, the client took bytes, or the connection fell idle.
    private var lastChange: Int
    private var drainedBytes = 0
    private var unconfirmedBytes: Int32 = 0

    /// What a client may still send after a refusal, until it reads that.
    private static let drainLimit = 64 << 20

    init(descriptor: Int32, handle: WebSocketHandle, application: any ServerApplication, limits: ServerLimits) {
        self.descriptor = descriptor
        self.handle = handle
        self.application = application
        self.limits = limits
        parser = HTTPParser(limits: limits)
        lastChange = EventLoop.now()
    }

    var isWebSocket: Bool { webSocket != nil }
    var hasOutput: Bool { !output.isEmpty }

    private var hasWork: Bool { !isClosing && (unparsedStart < unparsed.count || !messages.isEmpty) }
    private var hasRoom: Bool { output.count < limits.unreadBytes }

    /// Whether `work` would answer something.
    var canWork: Bool { hasWork && hasRoom }
    /// Whether more bytes may be read from the socket.
    var wantsInput: Bool { !hasInputEnded && (isClosing || (!hasWork && hasRoom)) }
    /// Nothing more will come, and nothing is left to say.
    var isFinished: Bool { hasInputEnded && !hasOutput && !hasWork }

    func isExpired(now: Int) -> Bool {
        if hasOutput { return now - lastChange > limits.stallSeconds }
        if hasWork { return false }
        if isClosing {
            // The reply has left for the kernel; a client that still takes it from there is given its time.
            let unconfirmed = condor_unconfirmed_bytes(descriptor)
            if unconfirmed != unconfirmedBytes {
                unconfirmedBytes = unconfirmed
                lastChange = now
            }
            return now - lastChange > (unconfirmed > 0 ? limits.stallSeconds : limits.lingerSeconds)
        }
        if isWebSocket { return false }
        return now - lastChange > (parser.isInRequest ? limits.requestSeconds : limits.idleSeconds)
    }

    // MARK: Input

    /// Takes what was read; `work` answers it.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isClosing {
            // The client still sends what was refused; its answer would be lost if the socket closed under it.
            drainedBytes += bytes.count
        } else if let webSocket {
            messages += webSocket.receive(bytes)
            takeFrames()
        } else {
            unparsed.append(contentsOf: bytes)
        }
    }

    /// The client sends no more. It may still read what it asked for.
    func endInput() { hasInputEnded = true }

    /// Answers what has arrived, one request at a time, until `deadline` or until too much waits for the client.
    func work(until deadline: Int) {
        while canWork {
            if let webSocket {
                if let message = messages.popFirst(),
                    let reply = application.respond(to: message, from: handle)
                {
                    webSocket.send(reply)
                    takeFrames()
                }
                lastChange = EventLoop.now()
            } else {
                parse()
            }
            if EventLoop.nanoseconds() >= deadline { return }
        }
    }

    /// Takes bytes of HTTP up to the end of one request at most.
    private func parse() {
        let wasInRequest = parser.isInRequest
        let (consumed, event) = unparsed.withUnsafeBufferPointer {
            parser.parse(UnsafeBufferPointer(rebasing: $0[unparsedStart...]))
        }
        unparsedStart += consumed
        if parser.isInRequest != wasInRequest { lastChange = EventLoop.now() }
        switch event {
        case .none: break
        case .expectsContinue: output.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        case .request(let request):
            answer(request)
            lastChange = EventLoop.now()
        case .refused(let status, let reason): refuse(status, reason)
        }
        guard unparsedStart >= unparsed.count || webSocket != nil else { return }
        if let webSocket {
            unparsed.withUnsafeBufferPointer {
                messages += webSocket.receive(UnsafeBufferPointer(rebasing: $0[unparsedStart...]))
            }
            takeFrames()
        }
        // A small buffer serves the next request; a large one would cost much with many connections.
        unparsed.removeAll(keepingCapacity: unparsed.capacity <= 4096)
        unparsedStart = 0
    }

    // MARK: Output

    /// Sends a text message of a subscription.
    func push(_ message: [UInt8]) {
        if isClosing { return }
        webSocket?.send(message)
        takeFrames(arePushed: true)
    }

    /// Says good-bye before the server stops.
    func goAway() {
        webSocket?.close(code: 1001)
        takeFrames()
    }

    /// Writes what the socket takes; false when the connection is done for.
    func flush() -> Bool {
        switch output.write(to: descriptor) {
        case .failed: return false
        case .some: lastChange = EventLoop.now()
        case .none: break
        }
        if isClosing, output.isEmpty, !hasShutDown {
            hasShutDown = true
            shutdown(descriptor, Int32(SHUT_WR))
        }
        return output.pushedCount <= limits.pushedBytes && drainedBytes <= Connection.drainLimit
    }

    private func close() {
        isClosing = true
        unparsed = []
        unparsedStart = 0
        messages = []
        lastChange = EventLoop.now()
    }

    // MARK: HTTP

    private func answer(_ request: HTTPRequest) {
        switch request.method {
        case .post:
            let body = application.respond(to: request.body)
            if request.keepsAlive, body.count <= OutputQueue.joinedSize { return respond(json: body) }
            respond(200, body: body, contentType: "application/json", keepsAlive: request.keepsAlive)
        case .get, .head:
            switch request.handshake {
            case .complete(let key) where request.method == .get: return upgrade(key)
            case .refused(let status, let reason): return refuse(status, reason)
            case .complete, .none: break
            }
            let page = application.page(request.path)
            let body = page?.body ?? Array("no page here; JSON-RPC is served to POST / and over WebSocket\n".utf8)
            respond(
                page == nil ? 404 : 200, body: body, contentType: page?.contentType ?? "text/plain",
                keepsAlive: request.keepsAlive, sendsBody: request.method == .get)
        case .options:
            respond(204, body: [], contentType: nil, keepsAlive: request.keepsAlive)
        case .other:
            respond(
                405, body: Array("accepted methods: POST, GET, HEAD, OPTIONS\n".utf8), contentType: "text/plain",
                keepsAlive: request.keepsAlive)
        }
    }

    private static let reasons: [Int: String] = [
        200: "OK", 204: "No Content", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        413: "Content Too Large", 426: "Upgrade Required", 431: "Request Header Fields Too Large",
    ]

    private func refuse(_ status: Int, _ reason: String) {
        respond(status, body: Array("\(reason)\n".utf8), contentType: "text/plain", keepsAlive: false)
    }

    /// The head of nearly every reply, up to its body's length.
    private static let usualHead = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: ".utf8)

    private func respond(json body: [UInt8]) {
        var reply: [UInt8] = []
        reply.reserveCapacity(Connection.usualHead.count + 24 + body.count)
        reply += Connection.usualHead
        reply += String(body.count).utf8
        reply += [13, 10, 13, 10]
        reply += body
        output.append(reply)
    }

    private func respond(
        _ status: Int, body: [UInt8], contentType: String?, keepsAlive: Bool, sendsBody: Bool = true
    ) {
        var head = "HTTP/1.1 \(status) \(Connection.reasons[status] ?? "")\r\n"
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        head += "Access-Control-Allow-Origin: *\r\n"
        if status == 204 {
            head += "Access-Control-Allow-Methods: POST, GET, OPTIONS\r\nAccess-Control-Allow-Headers: *\r\n"
            head += "Access-Control-Max-Age: 600\r\n"
        } else {
            head += "Content-Length: \(body.count)\r\n"
        }
        if status == 405 { head += "Allow: POST, GET, HEAD, OPTIONS\r\n" }
        if status == 426 { head += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" }
        head += keepsAlive ? "\r\n" : "Connection: close\r\n\r\n"
        output.append(Array(head.utf8))
        if sendsBody { output.append(body) }
        if !keepsAlive { close() }
    }

    // MARK: WebSocket

    private func upgrade(_ key: String) {
        output.append(
            Array(
                """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: \(WebSocket.acceptance(of: key))\r
                \r

                """.utf8))
        webSocket = WebSocket(messageLimit: limits.bodyBytes)
    }

    private func takeFrames(arePushed: Bool = false) {
        guard let webSocket else { return }
        let wasEmpty = output.isEmpty
        output.append(webSocket.takeOutput(), isPush: arePushed)
        // The time in which the client must take something begins when something waits for it.
        if wasEmpty { lastChange = EventLoop.now() }
        if webSocket.isClosed { close() }
    }
}
