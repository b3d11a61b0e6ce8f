import CHTTPParser
import Glibc

/// One client: bytes in, bytes out, first as HTTP, after an upgrade as WebSocket. Belongs to its loop's thread.
final class Connection {
    let descriptor: Int32
    let handle: WebSocketHandle
    /// What the poller watches for.
    var interest = UInt32(1)
    private(set) var isClosing = false
    private let application: any ServerApplication
    private let limits: ServerLimits
    private var output: [UInt8] = []
    private var outputStart = 0
    private var webSocket: WebSocket?
    private let parser: HTTPParser
    /// When the request that is arriving began, or the connection fell idle.
    private var lastChange: Int
    private var drainedBytes = 0

    init(descriptor: Int32, handle: WebSocketHandle, application: any ServerApplication, limits: ServerLimits) {
        self.descriptor = descriptor
        self.handle = handle
        self.application = application
        self.limits = limits
        parser = HTTPParser(limits: limits)
        lastChange = EventLoop.now()
    }

    var isWebSocket: Bool { webSocket != nil }
    var hasOutput: Bool { outputStart < output.count }

    func isExpired(now: Int) -> Bool {
        if isClosing { return now - lastChange > 5 }
        if isWebSocket { return false }
        return now - lastChange > (parser.isInRequest ? limits.requestSeconds : limits.idleSeconds)
    }

    func receive(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isClosing {
            // The client still sends what was refused; its answer would be lost if the socket closed under it.
            drainedBytes += bytes.count
            return
        }
        if webSocket != nil {
            receiveFrames(bytes)
            return
        }
        let wasInRequest = parser.isInRequest
        var rest = bytes
        while !rest.isEmpty, !isClosing, webSocket == nil {
            let (consumed, event) = parser.parse(rest)
            rest = UnsafeBufferPointer(rebasing: rest[consumed...])
            switch event {
            case .none: break
            case .expectsContinue: output += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            case .request(let request): answer(request)
            case .refused(let status, let reason):
                respond(status, body: Array("\(reason)\n".utf8), contentType: "text/plain", keepsAlive: false)
            }
        }
        if !rest.isEmpty, webSocket != nil { receiveFrames(rest) }
        if parser.isInRequest != wasInRequest || !parser.isInRequest { lastChange = EventLoop.now() }
    }

    /// Sends a text message of a subscription.
    func push(_ message: [UInt8]) {
        webSocket?.send(message)
        takeFrames()
    }

    /// Says good-bye before the server stops.
    func goAway() {
        webSocket?.close(code: 1001)
        takeFrames()
    }

    /// Writes what the socket takes; false when the connection is done for.
    func flush() -> Bool {
        while hasOutput {
            let written = output.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + outputStart, output.count - outputStart, Int32(MSG_NOSIGNAL))
            }
            if written > 0 {
                outputStart += written
            } else if errno == EAGAIN || errno == EINTR {
                break
            } else {
                return false
            }
        }
        if !hasOutput {
            output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
            outputStart = 0
            if isClosing {
                if isWebSocket { return false }
                shutdown(descriptor, Int32(SHUT_WR))
                return drainedBytes < 64 << 20
            }
        }
        return output.count - outputStart <= limits.outputBytes
    }

    // MARK: HTTP

    private func answer(_ request: HTTPRequest) {
        switch request.method {
        case .post:
            respond(
                200, body: application.respond(to: request.body), contentType: "application/json",
                keepsAlive: request.keepsAlive)
        case .get:
            if let key = request.webSocketKey { return upgrade(key) }
            if request.isUpgrade {
                return respond(
                    426, body: Array("only WebSocket version 13 is served\n".utf8), contentType: "text/plain",
                    keepsAlive: false)
            }
            if let page = application.page(request.path) {
                respond(200, body: page.body, contentType: page.contentType, keepsAlive: request.keepsAlive)
            } else {
                respond(
                    404, body: Array("no page here; JSON-RPC is served to POST / and over WebSocket\n".utf8),
                    contentType: "text/plain", keepsAlive: request.keepsAlive)
            }
        case .options:
            respond(204, body: [], contentType: nil, keepsAlive: request.keepsAlive)
        case .other:
            respond(
                405, body: Array("accepted methods: POST, GET, OPTIONS\n".utf8), contentType: "text/plain",
                keepsAlive: request.keepsAlive)
        }
    }

    private static let reasons: [Int: String] = [
        200: "OK", 204: "No Content", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        413: "Content Too Large", 426: "Upgrade Required", 431: "Request Header Fields Too Large",
    ]

    private func respond(_ status: Int, body: [UInt8], contentType: String?, keepsAlive: Bool) {
        var head = "HTTP/1.1 \(status) \(Connection.reasons[status] ?? "")\r\n"
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        head += "Access-Control-Allow-Origin: *\r\n"
        if status == 204 {
            head += "Access-Control-Allow-Methods: POST, GET, OPTIONS\r\nAccess-Control-Allow-Headers: *\r\n"
            head += "Access-Control-Max-Age: 600\r\n"
        } else {
            head += "Content-Length: \(body.count)\r\n"
        }
        if status == 426 { head += "Sec-WebSocket-Version: 13\r\n" }
        head += keepsAlive ? "\r\n" : "Connection: close\r\n\r\n"
        output += Array(head.utf8)
        output += body
        if !keepsAlive {
            isClosing = true
            lastChange = EventLoop.now()
        }
    }

    // MARK: WebSocket

    private func upgrade(_ key: String) {
        output += Array(
            """
            HTTP/1.1 101 Switching Protocols\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Accept: \(WebSocket.acceptance(of: key))\r
            \r

            """.utf8)
        webSocket = WebSocket(messageLimit: limits.bodyBytes)
    }

    private func receiveFrames(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let webSocket else { return }
        for message in webSocket.receive(bytes) {
            if let reply = application.respond(to: message, from: handle) { webSocket.send(reply) }
        }
        takeFrames()
    }

    private func takeFrames() {
        guard let webSocket else { return }
        output += webSocket.takeOutput()
        if webSocket.isClosed { isClosing = true }
    }
}
